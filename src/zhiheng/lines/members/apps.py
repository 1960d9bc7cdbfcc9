from __future__ import annotations

from django.apps import AppConfig


class Members(AppConfig):
    name = "zhiheng.lines.members"
    label = "members"

    def ready(self) -> None:
        # permissions import models, which are ready only now
        from zhiheng.lines.members import operations, permissions  # noqa: F401
