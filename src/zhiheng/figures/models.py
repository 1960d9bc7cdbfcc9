from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Snapshot(models.Model):
    """A number as it was published. The database refuses to change it."""

    token = models.CharField(max_length=24, unique=True)
    figure = models.CharField(max_length=80)
    edition = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    period = models.CharField(max_length=12)
    value = models.DecimalField(max_digits=28, decimal_places=8)
    se = models.DecimalField(max_digits=28, decimal_places=8, null=True)
    counted = models.DecimalField(max_digits=28, decimal_places=8)
    base = models.DecimalField(max_digits=28, decimal_places=8, null=True)
    n = models.PositiveBigIntegerField()
    salt = models.CharField(max_length=32)
    taken_at = models.DateTimeField(auto_now_add=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["figure", "period"], name="snapshot_figure")]

    def __str__(self) -> str:
        return f"{self.figure} {self.period} = {self.value.normalize():f}"


class SnapshotRow(models.Model):
    """A row that a published number stands on: its id, what it added, and a salted hash of each frozen column."""

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="rows")
    table = models.CharField(max_length=80)
    row_id = models.BigIntegerField()
    counted = models.DecimalField(max_digits=28, decimal_places=8)
    base = models.DecimalField(max_digits=28, decimal_places=8, null=True)
    key = models.CharField(max_length=80, blank=True)
    hashes = models.JSONField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["snapshot", "row_id"], name="snapshot_row_once")
        ]
        indexes: ClassVar = [models.Index(fields=["table", "row_id"], name="snapshot_row_of")]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"
