from __future__ import annotations

from django.apps import AppConfig


class Organisations(AppConfig):
    name = "zhiheng.core.organisations"
    label = "organisations"
    default_auto_field = "django.db.models.BigAutoField"
