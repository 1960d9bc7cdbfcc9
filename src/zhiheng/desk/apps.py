from __future__ import annotations

from django.apps import AppConfig


class Desk(AppConfig):
    name = "zhiheng.desk"
    label = "desk"
