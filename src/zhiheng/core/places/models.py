from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhiheng.core.dated import Dated, DatedQuerySet
from zhiheng.ui.words import text


class Level(models.TextChoices):
    """The four levels, from the top."""

    PROVINCE = "province", text("省级", "Province")
    CITY = "city", text("地级", "City")
    DISTRICT = "district", text("区县", "District")
    STREET = "street", text("街道镇", "Street or town")


class Place(Dated):
    """An administrative place while its code is valid; a place that changes its code is a new row."""

    code = models.CharField(text("区划代码", "Code"), max_length=12)
    level = models.CharField(text("层级", "Level"), max_length=8, choices=Level)
    name_zh = models.CharField(text("中文名", "Chinese name"), max_length=40)
    name_en = models.CharField(text("英文名", "English name"), max_length=60)
    within = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = text("行政区划", "Places")
        ordering: ClassVar = ["code", "start"]
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=["code", "start"], name="place_code_start"),
        ]

    def __str__(self) -> str:
        return str(text(self.name_zh, self.name_en))
