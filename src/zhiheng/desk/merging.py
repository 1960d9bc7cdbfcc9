"""Two cards of one person: chosen, seen side by side, merged by alias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from zhiheng.core.pages import picked, staff_page
from zhiheng.core.people.models import Person
from zhiheng.core.people.operations import apart
from zhiheng.desk.people import asked
from zhiheng.gatherings.public import Attendance
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN: Final = 20
BELONGS: Final = {
    "attendances": Text("参加记录（人次）", "Attendances"),
    "registrations": Text("报名", "Registrations"),
    "credentials": Text("证书与资格", "Certificates"),
    "letters": Text("消息", "Messages"),
    "account": Text("账号", "Accounts"),
}
"""What hangs on a person's card and goes with it, by the name it has there."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What two cards hold of one kind, each with those merged into it before."""

    words: Text
    card: int
    into: int


@require_safe
@staff_page("people.merge", "合并人员卡片", "merge two cards of one person")
def merge_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the card that stays; then see both side by side and confirm."""
    card = get_object_or_404(Person.objects.select_related("organisation", "merged_into"), pk=pk)
    apart(card, field="card")
    words = request.GET.get("q", "").strip()
    others = Person.objects.canonical().exclude(pk=pk).select_related("organisation")
    likely = Q(name=card.name) | Q(mobile=card.mobile) if card.mobile else Q(name=card.name)
    into = picked(others, request.GET.get("into"))
    candidates = asked(words).exclude(pk=pk) if words else others.filter(likely).order_by("id")
    return render(
        request,
        "desk/person_merge.html",
        {
            "card": card,
            "into": into,
            "words": words,
            "candidates": [] if into else candidates[:SHOWN],
            "beside": beside(card, into) if into else [],
            "both": both(card, into) if into else 0,
        },
    )


def beside(card: Person, into: Person) -> list[Beside]:
    """Count what each card holds, in one query a kind."""
    cards = Person.objects.filter(Q(pk__in=[card.pk, into.pk]) | Q(merged_into__in=[card.pk, into.pk]))
    whose = cards.order_by().annotate(who=Coalesce("merged_into", "pk")).values("who")
    rows = []
    for name, words in BELONGS.items():
        held = dict(whose.annotate(n=Count(name)).values_list("who", "n"))
        rows.append(Beside(words, held.get(card.pk, 0), held.get(into.pk, 0)))
    return rows


def both(card: Person, into: Person) -> int:
    """Count the sessions at which both cards stand: one attendance each from now on."""
    of = [Attendance.objects.filter(Q(person=each) | Q(person__merged_into=each)) for each in (card, into)]
    return of[0].filter(session__in=of[1].values("session")).values("session").distinct().count()
