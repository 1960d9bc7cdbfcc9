"""The council as of a day, what it decided and when; elections and who left."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from zhiheng.core import sheets
from zhiheng.core.deeds import Deed, DeedForm, carry_out, offers
from zhiheng.core.journal.queries import timeline
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.pages import staff_page
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Person
from zhiheng.documents import Column
from zhiheng.lines.members import operations
from zhiheng.lines.members.forms import council as forms
from zhiheng.lines.members.models import CouncilTerm, Meeting, Post, Seat
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from zhiheng.documents.tables import Row

SEE: Final = ("members.see", "查看理事会", "see the council")
RANK: Final = {post.value: rank for rank, post in enumerate(Post)}


def _elect(
    *, by: Account, record: CouncilTerm, post: str, name: str, organisation: Organisation | None,
    elected_at: Meeting, start: dt.date,
) -> Seat:  # fmt: skip
    known = Person.objects.filter(name=name.strip(), organisation=organisation, erased_at=None).first()
    person = known or people.add_person(by=by, name=name, organisation=organisation)
    return operations.elect(
        by=by, term=record, post=Post(post), person=person, organisation=organisation,
        elected_at=elected_at, start=start,
    )  # fmt: skip


def lasts(term: CouncilTerm | None) -> bool:
    """Whether there is a term without an end."""
    return term is not None and term.end is None


DEEDS: Final = {
    "meeting": Deed(
        Text("登记会议", "Note a meeting"),
        "members.note_meeting",
        forms.NoteMeeting,
        lambda by, record, **given: operations.note_meeting(by=by, **given),  # noqa: ARG005
    ),
    "elect": Deed(
        Text("登记当选", "Note who was elected"),
        "members.elect",
        forms.Elect,
        _elect,
        lambda term: term is not None,
    ),
    "begin": Deed(
        Text("换届：开始新一届", "A new term begins"),
        "members.begin_term",
        forms.BeginTerm,
        lambda by, record, **given: operations.begin_term(by=by, **given),  # noqa: ARG005
    ),
    "end": Deed(
        Text("结束本届", "End the term"),
        "members.end_term",
        forms.EndTerm,
        lambda by, record, on: operations.end_term(by=by, term=record, on=on),
        lasts,
        grave=True,
    ),
}
VACATE: Final = {
    "vacate": Deed(
        Text("离任", "Left the post"),
        "members.vacate",
        forms.Vacate,
        lambda by, record, on, why: operations.vacate(by=by, seat=record, on=on, why=why),
    )
}


def _day(request: HttpRequest) -> dt.date:
    try:
        return parse_date(request.GET.get("on", "")) or timezone.localdate()
    except ValueError:
        return timezone.localdate()


def _seats(day: dt.date) -> tuple[CouncilTerm | None, list[Seat]]:
    """Give the term of a day and who sat in it then, by rank and by election."""
    term = CouncilTerm.objects.as_of(day).select_related("elected_at").first()
    held = Seat.objects.as_of(day).filter(term=term).select_related("person", "organisation", "elected_at")
    return term, sorted(held, key=lambda seat: (RANK[seat.post], seat.start, seat.pk))


@require_safe
@staff_page(*SEE)
def council(request: HttpRequest) -> HttpResponse:
    """Show who held which post on a day."""
    return _page(request, _day(request))


@require_POST
@staff_page(*SEE)
def change(request: HttpRequest, verb: str) -> HttpResponse:
    """Do one thing to the council of today, or to its last term."""
    today = timezone.localdate()
    term = CouncilTerm.objects.as_of(today).first() or CouncilTerm.objects.first()
    if refused := carry_out(request, DEEDS, verb, term):
        return _page(request, today, {verb: refused})
    return redirect("members:council")


@require_safe
@staff_page(*SEE)
def seat(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one seat with its history."""
    return _seat(request, pk)


@require_POST
@staff_page(*SEE)
def vacate(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that somebody left a post."""
    shown = get_object_or_404(Seat, pk=pk)
    if refused := carry_out(request, VACATE, "vacate", shown):
        return _seat(request, pk, {"vacate": refused})
    return redirect("members:seat", pk)


def _seat(request: HttpRequest, pk: int, tried: dict[str, DeedForm] | None = None) -> HttpResponse:
    shown = get_object_or_404(
        Seat.objects.select_related("term", "person", "organisation", "elected_at"), pk=pk
    )
    context = {
        "seat": shown,
        "events": timeline(shown),
        "deeds": offers(VACATE, request.user, shown, lambda _: reverse("members:vacate", args=[pk]), tried),
    }
    return render(request, "members/seat.html", context, status=422 if tried else 200)


def _page(request: HttpRequest, day: dt.date, tried: dict[str, DeedForm] | None = None) -> HttpResponse:
    term, seats = _seats(day)
    posts = [(Post(post).label, list(held)) for post, held in groupby(seats, key=lambda seat: seat.post)]
    record: Any = term or CouncilTerm.objects.first()
    context = {
        "day": day,
        "term": term,
        "posts": posts,
        "count": len(seats),
        "terms": CouncilTerm.objects.select_related("elected_at"),
        "meetings": paged(request, Meeting.objects.all(), 10),
        "deeds": offers(
            DEEDS, request.user, record, lambda verb: reverse("members:change-council", args=[verb]), tried
        ),
    }
    return render(request, "members/council.html", context, status=422 if tried else 200)


@require_safe
@staff_page(*SEE)
def export(request: HttpRequest) -> HttpResponse:
    """Hand the same list out as a workbook."""
    day = _day(request)
    _, seats = _seats(day)
    columns = (
        Column("post", Text("职务", "Post")),
        Column("person", Text("姓名", "Name")),
        Column("organisation", Text("单位", "Organisation")),
        Column("start", Text("任职起始", "From")),
        Column("meeting", Text("选举会议", "Elected at")),
    )
    rows: Iterable[Row] = (
        {
            "post": str(seat.get_post_display()),
            "person": str(seat.person),
            "organisation": seat.organisation.name if seat.organisation else "",
            "start": seat.start,
            "meeting": str(seat.elected_at),
        }
        for seat in seats
    )
    return sheets.hand_out(Text(f"理事会名单（{day}）", f"Council as of {day}"), columns, rows)
