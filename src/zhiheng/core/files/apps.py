from __future__ import annotations

from django.apps import AppConfig


class Files(AppConfig):
    name = "zhiheng.core.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
