from __future__ import annotations

from django.apps import AppConfig


class Gatherings(AppConfig):
    name = "zhiheng.gatherings"
    label = "gatherings"

    def ready(self) -> None:
        # permissions import models, which are ready only now
        from zhiheng.gatherings import operations, permissions  # noqa: F401
