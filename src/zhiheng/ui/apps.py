from __future__ import annotations

from django.apps import AppConfig


class Look(AppConfig):
    name = "zhiheng.ui"
    label = "ui"
