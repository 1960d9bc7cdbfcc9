"""The public pages."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from zhiheng.figures.definition import Column, Period, catalogue, figure
from zhiheng.figures.lineage import Drift, drift
from zhiheng.figures.models import Snapshot

if TYPE_CHECKING:
    from zhiheng.figures.definition import Figure

ROWS_A_PAGE = 50


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the newest published numbers."""
    return render(request, "portal/home.html", {"numbers": [shown(s) for s in Snapshot.objects.all()[:12]]})


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """List every figure, with how many numbers of it were published; `q` searches code, names and definitions."""
    asked = request.GET.get("q", "").strip()
    counts = Snapshot.objects.order_by().values("figure").annotate(n=Count("pk"), last=Max("taken_at"))
    published = {row["figure"]: row for row in counts}
    found = [
        {"figure": f, "published": published.get(f.code)}
        for f in catalogue().values()
        if asked.lower() in f"{f.code} {f.name.zh} {f.name.en} {f.definition.zh} {f.definition.en}".lower()
    ]
    return render(request, "portal/figures.html", {"found": found, "asked": asked})


@require_safe
def one_figure(request: HttpRequest, code: str) -> HttpResponse:
    """Show a definition and every number of it that was published."""
    defined = figure(code)
    numbers = [shown(s) for s in Snapshot.objects.filter(figure=code).order_by("period", "-id")]
    return render(request, "portal/figure.html", {"figure": defined, "numbers": numbers})


@require_safe
def number(request: HttpRequest, token: str) -> HttpResponse:
    """Open a published number: what it is, what changed since, and the rows that the reader may see."""
    snapshot = get_object_or_404(Snapshot, token=token)
    defined, change = figure(snapshot.figure), drift(snapshot)
    lines = opened(snapshot, defined, change, request.user)
    page = Paginator(lines, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/number.html",
        {
            "number": shown(snapshot),
            "drift": change,
            "page": page,
            "visible": len(lines),
            "columns": defined.columns,
        },
    )


def shown(snapshot: Snapshot) -> dict[str, Any]:
    """Give a published number with the words around it."""
    return {
        "snapshot": snapshot,
        "figure": figure(snapshot.figure),
        "period": Period.read(snapshot.period).name,
    }


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """A row under a number: its cells as they are now, what it added when published, what happened to it since."""

    cells: tuple[str, ...]
    counted: Any
    base: Any
    state: str
    fields: tuple[str, ...]


def opened(snapshot: Snapshot, defined: Figure, change: Drift, account: Any) -> list[OpenedRow]:
    """Give the rows that `account` may see, added and changed ones first.

    A row that is no longer counted may be gone altogether: it stands in the drift only.
    """
    then = {row.row_id: row for row in snapshot.rows.all()}
    differ = {row.row_id: row.fields for row in change.changed}
    gone = set(change.removed)
    ids = (then.keys() | set(change.added)) - gone
    model = defined.rows(Period.read(snapshot.period)).model
    visible = defined.rows_visible_to(account, model.objects.filter(pk__in=ids))
    rows = []
    for pk, *values in visible.order_by("pk").values_list("pk", *(column.path for column in defined.columns)):
        cells = tuple(cell(column, value) for column, value in zip(defined.columns, values, strict=True))
        was = then.get(pk)
        state = "added" if was is None else "changed" if pk in differ else ""
        rows.append(OpenedRow(cells, was and was.counted, was and was.base, state, differ.get(pk, ())))
    return sorted(rows, key=lambda row: ["added", "changed", ""].index(row.state))


def cell(column: Column, value: Any) -> str:
    """Write a value for a list; a personal one is masked."""
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    return re.sub(r"(?<=.).(?=.{2})|(?<=^.).$", "*", str(value)) if column.personal else str(value)
