"""The front door: home, what the association says of its numbers, accessibility, search, what robots read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiheng.figures.definition import Grade, catalogue
from zhiheng.figures.reports.models import Publication
from zhiheng.gatherings import public as gatherings
from zhiheng.portal.trend import latest
from zhiheng.ui.hits import FOUND, Hit, Hits
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from django.http import HttpRequest

FIGURES: Final = 6
REPORTS: Final = 5
COMING: Final = 5
SHORTEST: Final = 1
LONGEST: Final = 60
CLOSED: Final = ("/desk/", "/office/", "/sign-in/", "/sign-out/", "/account/", "/language/", "/search/")
"""What robots are asked to leave alone: it is for people at work, or endless."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the newest numbers with where they come from, reports, what comes next."""
    return render(
        request,
        "portal/home.html",
        {
            "trends": latest()[:FIGURES],
            "reports": Publication.objects.select_related("report", "version")[:REPORTS],
            "coming": gatherings.upcoming(timezone.localdate(), COMING),
        },
    )


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say how a number comes about and what its marks mean."""
    return render(request, "portal/about.html", {"grades": list(Grade)})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """State what was done and tried for people who use the site in another way, and what is missing."""
    return render(request, "portal/accessibility.html")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search what everybody may read: figures, published reports, the public calendar."""
    asked = request.GET.get("q", "").strip()[:LONGEST]
    found = [_figures(asked), _reports(asked), _gatherings(asked)] if len(asked) >= SHORTEST else []
    return render(
        request,
        "portal/search.html",
        {"asked": asked, "found": [each for each in found if each.hits], "longest": LONGEST},
    )


def _figures(asked: str) -> Hits:
    words = asked.lower()
    return Hits.of(
        Text("指标", "Figures"),
        (
            Hit(each.name, reverse("figure", args=[each.code]), each.unit.value)
            for each in catalogue().values()
            if words
            in f"{each.code} {each.name.zh} {each.name.en} {each.definition.zh} {each.definition.en}".lower()
        ),
    )


def _reports(asked: str) -> Hits:
    matching = Publication.objects.filter(
        Q(version__title__icontains=asked) | Q(version__text__icontains=asked) | Q(number__icontains=asked)
    ).select_related("report", "version")
    return Hits.of(
        Text("报告", "Reports"),
        (
            Hit(
                Text(each.version.title, each.version.title),
                reverse("report", args=[each.report.token]),
                f"{each.number} · {timezone.localdate(each.at)}",
            )
            for each in matching[: FOUND * 5]
        ),
    )


def _gatherings(asked: str) -> Hits:
    today = timezone.localdate()
    matching = (
        gatherings.sessions(
            today.replace(year=today.year - 10, day=1), today.replace(year=today.year + 2, day=1)
        )
        .filter(edition__published=True)
        .filter(
            Q(edition__name_zh__icontains=asked)
            | Q(edition__name_en__icontains=asked)
            | Q(venue__icontains=asked)
        )
        .select_related("edition")
        .order_by("-held_on", "-pk")
    )
    return Hits.of(
        Text("活动", "Events"),
        (
            Hit(
                Text(each.edition.name_zh, each.edition.name_en or each.edition.name_zh),
                reverse("calendar:session", args=[each.token]),
                f"{each.held_on} {each.venue}",
            )
            for each in matching[: FOUND * 5]
        ),
    )


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """Ask robots to leave alone what is not for reading."""
    lines = ["User-agent: *", *(f"Disallow: {each}" for each in CLOSED)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Send who asks for the old address to the mark."""
    return redirect(static("ui/mark.svg"), permanent=True)
