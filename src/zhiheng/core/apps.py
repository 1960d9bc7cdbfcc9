from __future__ import annotations

from django.apps import AppConfig


class Core(AppConfig):
    name = "zhiheng.core"
    label = "core"

    def ready(self) -> None:
        # the permissions import models, which are ready only now
        from zhiheng.core import permissions  # noqa: F401
        from zhiheng.core.organisations import operations as _1  # noqa: F401
        from zhiheng.core.people import operations as _2  # noqa: F401
        from zhiheng.core.places import operations as _3  # noqa: F401
