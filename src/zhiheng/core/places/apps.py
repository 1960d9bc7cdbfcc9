from __future__ import annotations

from django.apps import AppConfig


class Places(AppConfig):
    name = "zhiheng.core.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"
