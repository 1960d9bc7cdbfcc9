"""Published reports: a page in which every number opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from zhiheng.core.pages import attached
from zhiheng.figures.definition import Period
from zhiheng.figures.reports.gate import Examined, Number, examine
from zhiheng.figures.reports.models import Binding, Publication
from zhiheng.figures.reports.papers import PAPERS, of_published

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
            "figure": each.binding.snapshot.defined,
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
            "cited": _stand_on(examined, Binding.Kind.CITED),
            "no_figures": _stand_on(examined, Binding.Kind.NO_FIGURE),
        },
    )


def _stand_on(examined: Examined, kind: Binding.Kind) -> list[Number]:
    """Give the numbers that stand on a source, or are said to be none: each wording of each once."""
    found = [each for each in examined.numbers if each.binding and each.binding.kind == kind]
    return list({(each.phrase, each.binding): each for each in found}.values())


@require_safe
def paper(_request: HttpRequest, token: str, name: str) -> HttpResponse:
    """Give a published report on paper, or its annex as a table."""
    found = get_object_or_404(
        Publication.objects.select_related("version__report", "report"), report__token=token
    )
    if name not in PAPERS:
        raise Http404
    mime, made = PAPERS[name]
    end = name.rpartition(".")[2]
    return attached(made(of_published(found)), mime, f"{found.number} {found.version.title}.{end}")
