"""The first page of who works here: what waits for them, what was published, what has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rules
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiheng.core.pages import staff_page
from zhiheng.figures.definition import Figure, Period
from zhiheng.figures.models import DefinitionEdition, Snapshot
from zhiheng.figures.reports.models import Publication, Report, Step, Version
from zhiheng.figures.reports.operations import next_step
from zhiheng.figures.reports.papers import Since, since
from zhiheng.figures.reports.permissions import Turn
from zhiheng.gatherings import public as gatherings
from zhiheng.ui.lists import paged

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest, HttpResponse

    from zhiheng.ui.words import Text

SHOWN = 8
NUMBERS_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version of a report at a step that the reader may sign."""

    version: Version
    step: Step


@dataclass(frozen=True, slots=True)
class Compared:
    """A published number beside the same figure now."""

    snapshot: Snapshot
    figure: Figure | DefinitionEdition
    period: Text
    since: Since


@require_safe
@staff_page("reports.see", "查看工作台", "see the desk")
def overview(request: HttpRequest) -> HttpResponse:
    """Show what waits for the reader, what comes next, what was published."""
    today = timezone.localdate()
    return render(
        request,
        "desk/overview.html",
        {
            "waiting": waiting(request.user),
            "coming": coming(today),
            "publications": Publication.objects.select_related("version", "report")[:SHOWN],
            "today": today,
        },
    )


def waiting(account: Any) -> list[Waiting]:
    """Give the reports whose next step `account` may sign and has not yet signed another step of."""
    open_ones = Report.objects.filter(publication=None).prefetch_related("versions__sign_offs")
    found = []
    for report in open_ones[:200]:
        newest = next(iter(report.versions.all()), None)
        step = newest and next_step(newest)
        signed = newest and any(each.by_id == account.pk for each in newest.sign_offs.all())
        if newest and step and not signed and rules.has_perm("reports.sign", account, Turn(newest, step)):
            found.append(Waiting(newest, step))
    return found


def coming(today: dt.date) -> Any:
    """Give the next sessions, soonest first."""
    return (
        gatherings.sessions(today, today.replace(year=today.year + 1, day=1))
        .select_related("edition")
        .order_by("held_on", "id")[:SHOWN]
    )


@require_safe
@staff_page("reports.see", "核对已发布的数字", "compare published numbers")
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Compare every bound number of a published report with the records of now."""
    published = get_object_or_404(Publication.objects.select_related("version", "report"), report=pk)
    bound = (
        Snapshot.objects.filter(bindings__report=pk).select_related("definition").distinct().order_by("id")
    )
    page = paged(request, bound, NUMBERS_A_PAGE)
    compared = [Compared(each, each.defined, Period.read(each.period).name, since(each)) for each in page]
    return render(
        request,
        "desk/changes.html",
        {
            "published": published,
            "page": page,
            "compared": compared,
            "changed": [c for c in compared if c.since],
        },
    )
