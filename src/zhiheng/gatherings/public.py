"""What other rooms may ask of gatherings."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

import rules
from django.db.models import QuerySet
from django.urls import reverse

from zhiheng.core.organisations.credits import below
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.timeline import Event
from zhiheng.gatherings import queries
from zhiheng.gatherings.models import Attendance, Edition, Kind, Registration, Session
from zhiheng.ui.hits import Hit
from zhiheng.ui.words import Text, say

__all__ = [
    "Attendance",
    "Coming",
    "Kind",
    "Session",
    "attendances",
    "calendar",
    "coming",
    "editions",
    "find",
    "sessions",
    "timeline",
    "upcoming",
]


def sessions(first: dt.date, last: dt.date, *kinds: Kind) -> QuerySet[Session]:
    """Give the sessions held from `first` to `last`, of `kinds` or of all; cancelled ones were not held."""
    held = Session.objects.filter(held_on__range=(first, last), cancelled=False)
    return held.filter(edition__kind__in=kinds) if kinds else held


def editions(first: dt.date, last: dt.date, series: str) -> QuerySet[Edition]:
    """Give the editions of a series of which a session was held from `first` to `last`."""
    return Edition.objects.filter(series__code=series, pk__in=sessions(first, last).values("edition"))


def attendances(first: dt.date, last: dt.date) -> QuerySet[Attendance]:
    """Give the attendances at sessions held from `first` to `last`."""
    return Attendance.objects.filter(held_on__range=(first, last), session__cancelled=False)


def calendar(day: dt.date) -> QuerySet[Session]:
    """Give what everybody may see from `day` on, the next first: published, not cancelled."""
    shown = Session.objects.filter(edition__published=True, cancelled=False, held_on__gte=day)
    return shown.select_related("edition").order_by("held_on", "starts_at", "pk")


def find(words: str, most: int) -> list[Hit]:
    """Give editions by what may be said of them, the newest first; for who may see gatherings."""
    return [
        Hit(
            Text(edition.name_zh, edition.name_en or edition.name_zh),
            reverse("gatherings:edition", args=[edition.pk]),
            edition.first or "",  # type: ignore[attr-defined]  # annotated
        )
        for edition in queries.editions(queries.Asked(words=words))[:most]
    ]


def timeline(organisation: Organisation, viewer: Any, most: int = 100) -> list[Event]:
    """Give what a company attended, newest first, a session once; nothing to who may not see the company's people."""
    if not rules.has_perm("gatherings.see_company", viewer, organisation):
        return []
    held = queries.sessions_of(organisation)[:most]
    opens = rules.has_perm("gatherings.see", viewer)
    return [
        Event(
            on=session.held_on,
            what=Text(session.edition.name_zh, session.edition.name_en or session.edition.name_zh),
            detail=_came(session.came),  # type: ignore[attr-defined]  # annotated
            address=reverse("gatherings:session", args=[session.pk]) if opens else "",
        )
        for session in held
    ]


def _came(people: int) -> str:
    return say(Text(f"{people} 人次", f"{people} attendances"))


@dataclass(frozen=True, slots=True)
class Coming:
    """A session of the public calendar, for a company: how many seats are left (none: any number), how many it has."""

    session: Session
    address: str
    left: int | None
    ours: int

    @property
    def is_open(self) -> bool:
        """Whether a seat may be asked for now."""
        return self.session.is_open


def coming(organisation: Organisation, viewer: Any, day: dt.date, most: int = 10) -> list[Coming]:
    """Give what is in the public calendar from `day` on, the next first; the company's seats to who may see them."""
    held = list(calendar(day)[:most])
    asked, ours = queries.asked_for(held), Counter[int]()
    if rules.has_perm("gatherings.see_company", viewer, organisation):
        seats = Registration.objects.filter(session__in=held, organisation__in=below([organisation.pk]))
        ours.update(seats.exclude(state=Registration.State.GIVEN_BACK).values_list("session", flat=True))
    return [
        Coming(
            each,
            reverse("calendar:session", args=[each.token]),
            None if each.seats is None else max(each.seats - asked.get(each.pk, (0, 0))[0], 0),
            ours[each.pk],
        )
        for each in held
    ]


def upcoming(day: dt.date, most: int = 5) -> list[Event]:
    """Give what is in the public calendar from `day` on, the next first."""
    return [
        Event(
            on=session.held_on,
            what=Text(session.edition.name_zh, session.edition.name_en or session.edition.name_zh),
            detail=session.venue,
            address=reverse("calendar:session", args=[session.token]),
        )
        for session in calendar(day)[:most]
    ]
