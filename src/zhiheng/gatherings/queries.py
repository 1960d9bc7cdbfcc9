"""What the pages of gatherings ask: lists, counts with their units, history."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from zhiheng.core.journal.models import Line
from zhiheng.core.operations import operations
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Person
from zhiheng.gatherings.models import Attendance, Edition, Kind, Registration, Series, Session
from zhiheng.ui.words import Text, say

State = Registration.State


# ── counts ──


@dataclass(frozen=True, slots=True)
class Counts:
    """Attendances counted, each by its unit; cancelled sessions are left out, merged cards count once."""

    times: int = 0
    """人次: a person at a session."""
    people: int = 0
    """人: different people."""
    companies: int = 0
    """家: different companies that are credited."""
    sessions: int = 0
    """场: sessions that somebody attended."""


def _counting(rows: QuerySet[Attendance]) -> QuerySet[Attendance]:
    who = Coalesce(F("person__merged_into"), F("person"))
    one = F("session") * Value(10**10, models.BigIntegerField()) + who
    return rows.filter(session__cancelled=False).order_by().annotate(who=who, one=one)


COUNTED = {
    "times": Count("one", distinct=True),
    "people": Count("who", distinct=True),
    "sessions": Count("session", distinct=True),
}


def _credited(rows: QuerySet[Attendance]) -> QuerySet[Attendance]:
    return rows.filter(
        Q(organisation__credits__end__isnull=True) | Q(organisation__credits__end__gt=F("held_on")),
        organisation__credits__start__lte=F("held_on"),
    )


COMPANIES = Count("organisation__credits__company", distinct=True)


def counts(rows: QuerySet[Attendance]) -> Counts:
    """Count attendances by every unit, in two queries."""
    counting = _counting(rows)
    companies = _credited(counting).aggregate(n=COMPANIES)["n"]
    return Counts(**counting.aggregate(**COUNTED), companies=companies)


def counts_by(rows: QuerySet[Attendance], path: str) -> dict[int, Counts]:
    """Count attendances for each value of `path`, in two queries."""
    counting = _counting(rows)
    found = {
        row.pop(path): Counts(**row)
        for row in counting.values(path).annotate(**COUNTED).values(path, *COUNTED)
    }
    for key, companies in _credited(counting).values(path).annotate(n=COMPANIES).values_list(path, "n"):
        found[key] = replace(found[key], companies=companies)
    return found


# ── editions ──


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of editions is narrowed to."""

    words: str = ""
    kind: str = ""
    year: int | None = None
    host: int | None = None
    series: int | None = None


def editions(asked: Asked) -> QuerySet[Edition]:
    """List editions, the newest first, with `first` and `last`, the days of their first and last session."""
    days = Session.objects.filter(edition=OuterRef("pk")).order_by().values("edition")
    found = Edition.objects.select_related("series", "host").annotate(
        first=Subquery(days.annotate(d=Min("held_on")).values("d")),
        last=Subquery(days.annotate(d=Max("held_on")).values("d")),
    )
    for word in asked.words.split():
        found = found.filter(
            Q(name_zh__icontains=word)
            | Q(name_en__icontains=word)
            | Q(series__name_zh__icontains=word)
            | Q(host__name__icontains=word)
            | Exists(Session.objects.filter(edition=OuterRef("pk"), venue__icontains=word))
        )
    if asked.kind in Kind.values:
        found = found.filter(kind=asked.kind)
    if asked.year:
        in_year = Session.objects.filter(edition=OuterRef("pk"), held_on__year=asked.year)
        found = found.filter(Exists(in_year))
    if asked.host:
        found = found.filter(host=asked.host)
    if asked.series:
        found = found.filter(series=asked.series)
    return found.order_by("-first", "-pk")


def hosts() -> QuerySet[Organisation]:
    """List who hosted something."""
    return Organisation.objects.filter(pk__in=Edition.objects.order_by().values("host"))


def years() -> list[int]:
    """List the years of sessions, the newest first."""
    return [day.year for day in Session.objects.dates("held_on", "year", order="DESC")]


def series_counted() -> QuerySet[Series]:
    """List series with `held`, how many editions of each were held (届): one session or more, not cancelled."""
    held = Exists(Session.objects.filter(edition=OuterRef("editions"), cancelled=False))
    return Series.objects.order_by("code").annotate(
        held=Count("editions", filter=held, distinct=True), last=Max("editions__sessions__held_on")
    )


# ── registration ──


def asked_for(sessions: Iterable[Session]) -> dict[int, tuple[int, int]]:
    """Give how many seats of each session are taken, and how many people wait."""
    rows = (
        Registration.objects.filter(session__in=[s.pk for s in sessions])
        .exclude(state=State.GIVEN_BACK)
        .order_by()
        .values_list("session", "state")
        .annotate(n=Count("pk"))
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for session, state, n in rows:
        found[session][state] = n
    return {pk: (of.get(State.TAKEN, 0), of.get(State.WAITING, 0)) for pk, of in found.items()}


# ── attendance ──


def of_person(person: Person) -> QuerySet[Attendance]:
    """List the attendances of all cards of one person, the newest first; those of cancelled sessions are left out."""
    card = person.counted_as
    rows = Attendance.objects.filter(Q(person=card) | Q(person__merged_into=card), session__cancelled=False)
    return rows.select_related("session__edition", "organisation").order_by("-held_on", "-pk")


def of_company(company: Organisation) -> QuerySet[Attendance]:
    """List the attendances that are credited to a company, the newest first."""
    card = company.merged_into or company
    rows = Attendance.objects.filter(
        Q(organisation__credits__end__isnull=True) | Q(organisation__credits__end__gt=F("held_on")),
        session__cancelled=False,
        organisation__credits__company=card,
        organisation__credits__start__lte=F("held_on"),
    )
    return rows.select_related("session__edition", "organisation", "person").order_by("-held_on", "-pk")


def sessions_of(company: Organisation) -> QuerySet[Session]:
    """List the sessions at which somebody is credited to a company, the newest first, with `came`, how many people."""
    rows = of_company(company).order_by().values("session").filter(session=OuterRef("pk"))
    came = rows.annotate(n=Count(Coalesce("person__merged_into", "person"), distinct=True)).values("n")
    held = Session.objects.annotate(came=Subquery(came)).filter(came__gt=0)
    return held.select_related("edition").order_by("-held_on", "-pk")


# ── history ──


@dataclass(frozen=True, slots=True)
class Done:
    """A line of the journal in words, as `c-timeline` shows it."""

    at: dt.datetime
    by: str
    verb: Text
    fields: tuple[str, ...]


VERBS = {
    "gatherings.move_up": Text("候补递补", "move up from the waiting list"),
    "gatherings.leave_unmatched": Text("名单行留待核对", "leave a line to be resolved"),
}


def history(edition: Edition, sessions: Iterable[Session]) -> QuerySet[Line]:
    """Give what was done to an edition and to its sessions, the newest first."""
    ids = [session.pk for session in sessions]
    about = Q(table=Edition._meta.label, subject_id=edition.pk) | Q(
        table=Session._meta.label, subject_id__in=ids
    )
    return Line.objects.filter(about).select_related("by__person")


def in_words(lines: Iterable[Line], sessions: Iterable[Session]) -> list[Done]:
    """Write lines of the journal for a person to read; what was done to a session names its day."""
    names = {
        f"gatherings.{name.rpartition('.')[2]}": done.name
        for name, done in operations().items()
        if name.startswith("zhiheng.gatherings.")
    } | VERBS
    days = {session.pk: session.held_on for session in sessions}
    found = []
    for line in lines:
        model = Session if line.table == Session._meta.label else Edition
        verb = names.get(line.verb, Text(line.verb, line.verb))
        if model is Session and line.subject_id in days:
            day = days[line.subject_id]
            verb = Text(f"{verb.zh}（{day}）", f"{verb.en} ({day})")
        found.append(Done(line.at, str(line.by), verb, tuple(_field(model, name) for name in line.fields)))
    return found


FIELDS = {
    "attendances": Text("签到", "attendances"),
    "sessions": Text("场次", "sessions"),
    "materials": Text("资料", "materials"),
    "code_key": Text("签到码", "check-in code"),
    "published": Text("公开", "in the public calendar"),
}


def _field(model: type[models.Model], name: str) -> str:
    if name in FIELDS:
        return say(FIELDS[name])
    try:
        return str(getattr(model._meta.get_field(name), "verbose_name", name))
    except FieldDoesNotExist:
        return name
