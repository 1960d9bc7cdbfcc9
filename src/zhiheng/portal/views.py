"""The public pages."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhiheng.core.people.lines import line_name
from zhiheng.figures.definition import catalogue, figure
from zhiheng.figures.lineage import history
from zhiheng.figures.models import Snapshot
from zhiheng.portal.numbers import told
from zhiheng.portal.trend import latest, trend
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text

SAID_OF: Final = {
    "name": Text("名称", "name"),
    "definition": Text("定义", "definition"),
    "unit": Text("单位", "unit"),
    "kind": Text("算法", "method"),
    "period": Text("期间", "period"),
    "decimals": Text("小数位", "decimals"),
    "columns": Text("列", "columns"),
    "query": Text("取数", "how rows are found"),
}
"""What can change of a definition, in words."""


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """List every figure, with the newest number of it that was published and those of the periods before.

    `q` searches code, names and definitions; `line` leaves those of one line of work.
    """
    asked, line = request.GET.get("q", "").strip(), request.GET.get("line", "")
    trends = {each.last.figure: each for each in latest()}
    found = [
        {"figure": f, "trend": trends.get(f.code)}
        for f in catalogue().values()
        if line in {"", f.owner}
        and asked.lower() in f"{f.code} {f.name.zh} {f.name.en} {f.definition.zh} {f.definition.en}".lower()
    ]
    owners = sorted({each.owner for each in catalogue().values()})
    lines = [("", Text("全部", "All")), *((owner, line_name(owner)) for owner in owners)]
    return render(
        request,
        "portal/figures.html",
        {"found": found, "asked": asked, "line": line, "lines": lines},
    )


@require_safe
def one_figure(request: HttpRequest, code: str) -> HttpResponse:
    """Show a definition, every number of it that was published, and how it read before.

    A figure that is no longer kept is shown as it was defined last.
    """
    editions = history(code)
    defined = catalogue().get(code) or (editions[0][0] if editions else figure(code))
    published = Snapshot.objects.filter(figure=code).select_related("definition").order_by("period", "-id")
    page = paged(request, published)
    numbers = [told(snapshot) for snapshot in page]
    return render(
        request,
        "portal/figure.html",
        {
            "figure": defined,
            "kept": code in catalogue(),
            "page": page,
            "numbers": numbers,
            "trend": trend(code),
            "editions": [(each, [SAID_OF[name] for name in names]) for each, names in editions],
        },
    )


@require_safe
def in_full(request: HttpRequest) -> HttpResponse:
    """Show every definition in full, to be printed."""
    return render(request, "portal/figures_in_full.html", {"figures": list(catalogue().values())})
