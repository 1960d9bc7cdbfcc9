"""Rows that are true for some days: `start` is the first, `end` the first no longer; empty while it lasts."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from zhiheng.core.problems import BACKWARDS, OVERLAP, Problem

M = TypeVar("M", bound=models.Model)


class DatedQuerySet(models.QuerySet[M]):
    """Questions every dated table answers."""

    def as_of(self, day: dt.date) -> Self:
        """Rows that are true on `day`."""
        return self.filter(Q(end__isnull=True) | Q(end__gt=day), start__lte=day)

    def during(self, first: dt.date, last: dt.date) -> Self:
        """Rows that are true on some day from `first` to `last`, both included."""
        return self.filter(Q(end__isnull=True) | Q(end__gt=first), start__lte=last)

    def cut(self, day: dt.date) -> None:
        """Let no row of this queryset be true on `day` or later; one that began later never was."""
        self.filter(start__gte=day).delete()
        self.filter(Q(end__isnull=True) | Q(end__gt=day)).update(end=day)

    def refuse_overlap(self, start: dt.date, end: dt.date | None, *, what: str) -> None:
        """Raise when a row of this queryset shares a day with [start, end)."""
        if end is not None and end <= start:
            raise Problem(BACKWARDS, start=start, end=end)
        last = dt.date.max if end is None else end - dt.timedelta(days=1)
        if other := self.during(start, last).first():
            raise Problem(OVERLAP, what=what, start=other.start, end=other.end or "…")  # type: ignore[attr-defined]


class Dated(models.Model):
    """A row with a first day and a first day no longer."""

    start = models.DateField()
    end = models.DateField(null=True, blank=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:  # noqa: D106 - Django's own shape
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=models.F("start")),
                name="%(app_label)s_%(class)s_end_after_start",
            )
        ]
