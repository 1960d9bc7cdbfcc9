"""Make the database that every journey starts from a copy of: the story, its people with passwords."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PASSWORD = "a long password"


def main() -> None:
    """Migrate what is not, and tell the story; the address of the database is in ZHIHENG_DATABASE."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiheng.config.settings")
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import django  # noqa: PLC0415 - Django has to be told its settings first
    from django.core.management import call_command  # noqa: PLC0415 - Django has to be told its settings first
    from django.db import connection  # noqa: PLC0415 - Django has to be told its settings first

    django.setup()
    if "django_migrations" not in connection.introspection.table_names():
        call_command("migrate", verbosity=0)
    from story import Story  # noqa: PLC0415 - Django has to be told its settings first

    for account in Story().accounts.values():
        if account is not None:
            account.set_password(PASSWORD)
            account.save()


if __name__ == "__main__":
    main()
