"""The history of a record, newest first."""

from __future__ import annotations

from django.db import models

from zhiheng.core.journal.models import Line


def history(subject: models.Model) -> models.QuerySet[Line]:
    """Give the lines about `subject`, newest first, with who did it."""
    return Line.objects.filter(table=subject._meta.label, subject_id=subject.pk).select_related("by")
