"""Meetings of the organs, terms of the council, who is elected and who leaves."""

from __future__ import annotations

import datetime as dt
from typing import Final

from zhiheng.core.operations import lock, operation, record
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Account, Person
from zhiheng.core.problems import BACKWARDS, EMPTY, Problem
from zhiheng.lines.members.models import CouncilTerm, Meeting, Post, Seat
from zhiheng.lines.members.problems import BEYOND_TERM, ENDED, MEETING_KNOWN, SEAT_TAKEN, TERM_KNOWN
from zhiheng.ui.words import Text, say

FOR_ONE: Final = (Post.PRESIDENT, Post.SECRETARY_GENERAL)
"""Posts that one person holds at a time."""


@operation("members.note_meeting", "登记会议", "note a meeting")
def note_meeting(
    *, by: Account, body: Meeting.Body, name: str, held_on: dt.date, document: str = ""
) -> Meeting:
    """Note a meeting that decided something; decisions point to it."""
    if not name.strip():
        raise Problem(EMPTY, field="name", what=say(Text("会议名称", "name of the meeting")))
    if Meeting.objects.filter(name=name.strip(), held_on=held_on).exists():
        raise Problem(MEETING_KNOWN, field="name", name=name.strip(), on=held_on)
    meeting = Meeting(body=body, name=name.strip(), held_on=held_on, document=document.strip())
    meeting.full_clean()
    meeting.save()
    record(by, "members.note_meeting", meeting, ["body", "name", "held_on", "document"])
    return meeting


@operation("members.begin_term", "开始一届理事会", "begin a term of the council")
def begin_term(*, by: Account, number: int, start: dt.date, elected_at: Meeting) -> CouncilTerm:
    """Begin a term on `start`; the one before ends that day, and with it every seat in it."""
    if CouncilTerm.objects.filter(number=number).exists():
        raise Problem(TERM_KNOWN, field="number", number=number)
    if last := CouncilTerm.objects.filter(end=None).first():
        end_term(by=by, term=last, on=start)
    CouncilTerm.objects.refuse_overlap(start, None, what=say(Text(f"第{number}届", f"Council {number}")))
    term = CouncilTerm.objects.create(number=number, start=start, elected_at=elected_at)
    record(by, "members.begin_term", term, ["number", "start", "elected_at"])
    return term


@operation("members.end_term", "结束一届理事会", "end a term of the council")
def end_term(*, by: Account, term: CouncilTerm, on: dt.date) -> CouncilTerm:
    """End a term: `on` is the first day without it. Seats still held end with it."""
    lock(term)
    if term.end:
        raise Problem(ENDED, end=term.end)
    last = term.seats.order_by("-start").values_list("start", flat=True).first() or term.start
    if on <= max(term.start, last):
        raise Problem(BACKWARDS, field="on", start=max(term.start, last), end=on)
    term.end = on
    term.save(update_fields=["end"])
    term.seats.cut(on)
    record(by, "members.end_term", term, ["end", "seats"])
    return term


@operation("members.elect", "登记当选", "note who was elected")
def elect(
    *,
    by: Account,
    term: CouncilTerm,
    post: Post,
    person: Person,
    elected_at: Meeting,
    start: dt.date,
    organisation: Organisation | None = None,
) -> Seat:
    """Somebody holds a post from `start` on; one who holds it already, or a post for one that is held, is refused."""
    lock(term)
    if start < term.start or (term.end and start >= term.end):
        raise Problem(BEYOND_TERM, field="start", term=term, start=term.start, end=term.end or "…")
    held = term.seats.filter(post=post).during(start, (term.end or dt.date.max) - dt.timedelta(days=1))
    if post not in FOR_ONE:
        held = held.filter(person=person)
    if taken := held.select_related("person").first():
        raise Problem(SEAT_TAKEN, field="person", post=Post(post).label, person=taken.person)
    seat = Seat(
        term=term, post=post, person=person, organisation=organisation, elected_at=elected_at, start=start, end=term.end
    )  # fmt: skip
    seat.full_clean()
    seat.save()
    record(by, "members.elect", seat, ["term", "post", "person", "organisation", "elected_at", "start"])
    return seat


@operation("members.vacate", "登记离任", "note who left a post")
def vacate(*, by: Account, seat: Seat, on: dt.date, why: str) -> Seat:
    """Somebody leaves a post before the term ends: `on` is the first day without it."""
    lock(seat)
    if seat.end and seat.end <= on:
        raise Problem(ENDED, end=seat.end)
    if on <= seat.start:
        raise Problem(BACKWARDS, field="on", start=seat.start, end=on)
    seat.end, seat.why_vacated = on, why.strip()
    seat.full_clean()
    seat.save(update_fields=["end", "why_vacated"])
    record(by, "members.vacate", seat, ["end", "why_vacated"])
    return seat
