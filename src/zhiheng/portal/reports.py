"""Published reports: a page in which every number opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from zhiheng.figures.definition import Period, figure
from zhiheng.figures.reports.gate import examine
from zhiheng.figures.reports.models import Publication

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

REPORTS_A_PAGE = 20


@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """List what was published, newest first."""
    all_of_them = Publication.objects.select_related("report", "version")
    page = Paginator(all_of_them, REPORTS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/reports.html", {"page": page})


@require_safe
def one_report(request: HttpRequest, token: str) -> HttpResponse:
    """Show a published report with its annex of figures."""
    found = get_object_or_404(
        Publication.objects.select_related("version__report", "report"), report__token=token
    )
    examined = examine(found.version)
    annex = [
        {
            "number": each,
            "figure": figure(each.binding.snapshot.figure),
            "period": Period.read(each.binding.snapshot.period).name,
            "snapshot": each.binding.snapshot,
        }
        for each in examined.numbers
        if each.binding is not None and each.binding.snapshot is not None
    ]
    return render(
        request,
        "portal/report.html",
        {
            "published": found,
            "passages": examined.pieces(),
            "annex": annex,
            "let_through": [each for each in examined.numbers if each.override],
        },
    )
