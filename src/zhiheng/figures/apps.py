from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class Figures(AppConfig):
    name = "zhiheng.figures"
    label = "figures"

    def ready(self) -> None:
        # figures and permissions import models, which are ready only now
        from zhiheng.figures import entering, measured, operations, permissions  # noqa: F401

        autodiscover_modules("figures")  # each line registers its own
