"""One search over the records that the reader works with: each kind is asked only of who may see its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import rules
from django.db.models import OuterRef, Q, Subquery
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from zhiheng.core.organisations.models import Organisation
from zhiheng.core.pages import staff_page
from zhiheng.desk.people import asked as people_asked
from zhiheng.figures.definition import catalogue
from zhiheng.figures.reports.models import Report, Version
from zhiheng.gatherings import public as gatherings
from zhiheng.ui.hits import Hit, Hits
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

LONGEST: Final = 60
SHOWN: Final = 8


@require_safe
@staff_page("reports.see", "查找记录", "search the records")
def search(request: HttpRequest) -> HttpResponse:
    """Show what was found; while one types, only that."""
    asked = request.GET.get("q", "").strip()[:LONGEST]
    typing = "HX-Request" in request.headers
    answer = render(
        request,
        "desk/found.html" if typing else "desk/search.html",
        {"asked": asked, "found": found(request.user, asked) if asked else []},
    )
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def found(account: Any, words: str) -> list[Hits]:
    """Give what `account` may open and `words` mean, in a fixed number of queries: one a kind."""
    asked = [
        ("people.see", Text("人员", "People"), _people, "people"),
        ("organisations.see", Text("单位", "Organisations"), _organisations, "organisations"),
        ("gatherings.see", Text("活动", "Gatherings"), _gatherings, "gatherings:editions"),
        ("reports.see", Text("报告", "Reports"), _reports, ""),
    ]
    every = [
        Hits.of(kind, find(words), SHOWN, f"{reverse(listed)}?{urlencode({'q': words})}" if listed else "")
        for permission, kind, find, listed in asked
        if rules.has_perm(permission, account)
    ]
    every.append(Hits.of(Text("指标", "Figures"), _figures(account, words), SHOWN))
    return [each for each in every if each.hits]


def _people(words: str) -> Iterable[Hit]:
    for each in people_asked(words)[: SHOWN + 1]:
        beside = " · ".join(filter(None, [str(each.organisation or ""), each.masked_mobile]))
        yield Hit(str(each), reverse("person", args=[each.pk]), beside)


def _organisations(words: str) -> Iterable[Hit]:
    """Give cards by a name of any day or their code; one that was merged leads to the card that counts."""
    cards = Organisation.objects.search(words).select_related("merged_into").order_by("name", "id")
    for card in {each.merged_into or each: None for each in cards[: SHOWN + 1]}:
        yield Hit(str(card), reverse("organisation", args=[card.pk]), card.code)


def _gatherings(words: str) -> Iterable[Hit]:
    return gatherings.find(words, SHOWN + 1)


def _reports(words: str) -> Iterable[Hit]:
    newest = Version.objects.filter(report=OuterRef("pk")).order_by("-number").values("title")[:1]
    reports = (
        Report.objects.annotate(title=Subquery(newest))
        .filter(Q(title__icontains=words) | Q(publication__number__icontains=words))
        .select_related("publication")
        .order_by("-id")
    )
    for each in reports[: SHOWN + 1]:
        published = getattr(each, "publication", None)
        beside = published.number if published else Text("起草中", "draft")
        yield Hit(each.title, reverse("draft", args=[each.pk]), beside)


def _figures(account: Any, words: str) -> Iterable[Hit]:
    """Give figures by their names: as they stand now to who reads the line, else as everybody sees them."""
    for each in catalogue().values():
        if words.lower() in f"{each.code} {each.name.zh} {each.name.en}".lower():
            page = "desk-figure" if rules.has_perm("figures.see", account, each) else "figure"
            yield Hit(each.name, reverse(page, args=[each.code]), each.unit.value)
