from __future__ import annotations

from django.apps import AppConfig


class Credentials(AppConfig):
    name = "zhiheng.core.credentials"
    label = "credentials"
    default_auto_field = "django.db.models.BigAutoField"
