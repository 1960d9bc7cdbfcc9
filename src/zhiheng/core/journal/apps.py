from __future__ import annotations

from django.apps import AppConfig


class Journal(AppConfig):
    name = "zhiheng.core.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"
