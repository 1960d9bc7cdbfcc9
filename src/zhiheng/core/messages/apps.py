from __future__ import annotations

from django.apps import AppConfig


class Messages(AppConfig):
    name = "zhiheng.core.messages"
    label = "letters"  # Django has an app "messages"
    default_auto_field = "django.db.models.BigAutoField"
