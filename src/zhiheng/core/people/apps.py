from __future__ import annotations

from django.apps import AppConfig


class People(AppConfig):
    name = "zhiheng.core.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
