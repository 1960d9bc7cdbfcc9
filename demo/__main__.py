"""`python demo`: build the demonstration in the database of the settings, which must be empty or new."""

from __future__ import annotations

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiheng.config.settings")
    django.setup()
    from build import main

    main()
