"""`python demo`: build the demonstration in the database of the settings, unless it stands. `--check`: open it, too."""

from __future__ import annotations

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiheng.config.settings")
    django.setup()
    from build import main

    main()
    if "--check" in sys.argv:
        from check import check

        for said in check():
            print(f"  ✓ {said}")
