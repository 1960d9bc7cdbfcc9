from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class Core(AppConfig):
    name = "zhiheng.core"
    label = "core"

    def ready(self) -> None:
        autodiscover_modules("permissions", "operations")  # they import models, which are ready only now
