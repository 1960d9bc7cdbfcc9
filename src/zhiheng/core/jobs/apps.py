from __future__ import annotations

from django.apps import AppConfig


class Jobs(AppConfig):
    name = "zhiheng.core.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
