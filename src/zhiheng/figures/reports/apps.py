from __future__ import annotations

from django.apps import AppConfig


class Reports(AppConfig):
    name = "zhiheng.figures.reports"
    label = "reports"

    def ready(self) -> None:
        # both import models, which are ready only now
        from zhiheng.figures.reports import operations, permissions  # noqa: F401
