"""Publishing beside the pages: a number of many rows is frozen by a job."""

from __future__ import annotations

from django.urls import reverse

from zhiheng.core.jobs.running import Work, job
from zhiheng.figures.definition import Period, figure
from zhiheng.figures.operations import freeze


@job
def publish(work: Work, code: str, period: str) -> str:
    """Freeze a figure at a period for who asked; tells how many rows are done."""
    snapshot = freeze(by=work.by, figure=figure(code), period=Period.read(period), tell=work.at)
    return reverse("number", args=[snapshot.token])
