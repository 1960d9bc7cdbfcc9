from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Line(models.Model):
    """One thing done. Holds ids and names of fields, never a value; `table` is the label of a model."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    verb = models.CharField(max_length=80)
    table = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    fields = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["table", "subject_id", "id"], name="journal_subject")]
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.table} {self.subject_id}"
