from __future__ import annotations

from django.apps import AppConfig


class SignIn(AppConfig):
    name = "zhiheng.core.sign_in"
    label = "sign_in"
