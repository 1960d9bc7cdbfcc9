"""Writes to gatherings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from zhiheng.core.operations import operation, record, record_many
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Account, Person
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.gatherings.models import Attendance, Edition, Kind, Registration, Series, Session
from zhiheng.gatherings.problems import CANCELLED, NO_ORGANISATION, NUMBER_TAKEN, REGISTERED, TWICE

State = Registration.State


@operation("gatherings.open_series", "设立系列", "open a series")
def open_series(*, by: Account, code: str, kind: Kind, name_zh: str, name_en: str) -> Series:
    """Open a series."""
    series = Series(code=code, kind=kind, name_zh=name_zh, name_en=name_en)
    series.full_clean()
    series.save()
    record(by, "gatherings.open_series", series, ["code", "kind", "name_zh", "name_en"])
    return series


@operation("gatherings.hold", "举办活动", "hold a gathering")
def hold(
    *,
    by: Account,
    kind: Kind,
    name_zh: str,
    on: Iterable[dt.date],
    name_en: str = "",
    host: Organisation | None = None,
    series: Series | None = None,
    number: int | None = None,
    seats: int | None = None,
    venue: str = "",
    starts_at: dt.time | None = None,
    ends_at: dt.time | None = None,
) -> Edition:
    """Hold an edition, with one session a day of `on`."""
    days = sorted(on)
    if not days:
        raise Problem(EMPTY, field="on", what="日期")
    if series and number and Edition.objects.filter(series=series, number=number).exists():
        raise Problem(NUMBER_TAKEN, field="number", series=series, number=number)
    edition = Edition(kind=kind, name_zh=name_zh, name_en=name_en, host=host, series=series, number=number)
    edition.full_clean()
    edition.save()
    Session.objects.bulk_create(
        Session(edition=edition, held_on=day, seats=seats, venue=venue, starts_at=starts_at, ends_at=ends_at)
        for day in days
    )
    record(
        by, "gatherings.hold", edition, ["kind", "name_zh", "name_en", "host", "series", "number", "sessions"]
    )
    return edition


@operation("gatherings.move", "改期", "move a session")
def move(*, by: Account, session: Session, on: dt.date) -> Session:
    """Move a session to another day; its attendances count for that day, and for that day's year."""
    session.held_on = on
    session.save(update_fields=["held_on"])
    session.attendances.update(held_on=on)
    record(by, "gatherings.move", session, ["held_on"])
    return session


@operation("gatherings.cancel", "取消场次", "cancel a session")
def cancel(*, by: Account, session: Session) -> Session:
    """Cancel a session: it and its attendances count for nothing from now on; seats asked for are given back."""
    session.cancelled = True
    session.save(update_fields=["cancelled"])
    session.registrations.exclude(state=State.GIVEN_BACK).update(state=State.GIVEN_BACK)
    record(by, "gatherings.cancel", session, ["cancelled"])
    return session


@operation("gatherings.register", "报名", "register", on="organisation")
def register(*, by: Account, session: Session, person: Person, organisation: Organisation) -> Registration:
    """Ask for a seat: taken while there is one, otherwise waited for, in the order of asking."""
    locked = Session.objects.select_for_update().get(pk=session.pk)  # two asking for the last seat
    if locked.cancelled:
        raise Problem(CANCELLED, session=locked)
    asked = locked.registrations.exclude(state=State.GIVEN_BACK)
    if asked.filter(person=person).exists():
        raise Problem(REGISTERED, person=person)
    full = locked.seats is not None and asked.filter(state=State.TAKEN).count() >= locked.seats
    registration = Registration.objects.create(
        session=locked, person=person, organisation=organisation, state=State.WAITING if full else State.TAKEN
    )
    record(by, "gatherings.register", registration, ["session", "person", "organisation", "state"])
    return registration


@operation("gatherings.give_back", "取消报名", "give a seat back", on="registration")
def give_back(*, by: Account, registration: Registration) -> Registration:
    """Give a seat back; the first who waits takes it."""
    session = Session.objects.select_for_update().get(pk=registration.session_id)
    had_seat = registration.state == State.TAKEN
    registration.state = State.GIVEN_BACK
    registration.save(update_fields=["state"])
    record(by, "gatherings.give_back", registration, ["state"])
    if had_seat and (next_one := session.registrations.filter(state=State.WAITING).first()):
        next_one.state = State.TAKEN
        next_one.save(update_fields=["state"])
        record(by, "gatherings.give_back", next_one, ["state"])
    return registration


@operation("gatherings.check_in", "签到", "check in")
def check_in(
    *,
    by: Account,
    session: Session,
    person: Person,
    organisation: Organisation | None = None,
    how: Attendance.How = Attendance.How.ROSTER,
) -> Attendance:
    """Enter that somebody was there, sent by `organisation` or else by the one on the person's card."""
    if session.cancelled:
        raise Problem(CANCELLED, session=session)
    sent_by = organisation or person.organisation
    if sent_by is None:
        raise Problem(NO_ORGANISATION, field="organisation", person=person)
    if Attendance.objects.filter(session=session, person=person).exists():
        raise Problem(TWICE, person=person)
    attendance = Attendance.objects.create(
        session=session, person=person, organisation=sent_by, held_on=session.held_on, how=how
    )
    record(by, "gatherings.check_in", attendance, ["session", "person", "organisation", "how"])
    return attendance


@operation("gatherings.check_in", "录入签到名单", "enter a roster")
def enter_roster(
    *,
    by: Account,
    session: Session,
    rows: Iterable[tuple[Person, Organisation]],
    how: Attendance.How = Attendance.How.ROSTER,
) -> list[Attendance]:
    """Enter many who were there; who is in already, or twice in the list, is entered once. Give what is new."""
    if session.cancelled:
        raise Problem(CANCELLED, session=session)
    there = set(Attendance.objects.filter(session=session).values_list("person_id", flat=True))
    new: dict[int, Attendance] = {}
    for person, organisation in rows:
        if person.pk not in there:
            new.setdefault(
                person.pk,
                Attendance(
                    session=session,
                    person=person,
                    organisation=organisation,
                    held_on=session.held_on,
                    how=how,
                ),
            )
    entered = Attendance.objects.bulk_create(new.values(), batch_size=500)
    record(by, "gatherings.check_in", session, ["attendances"])
    record_many(by, "gatherings.check_in", entered, ["session", "person", "organisation", "how"])
    return entered


@operation("gatherings.strike", "删除签到", "strike an attendance")
def strike(*, by: Account, attendances: Iterable[Attendance]) -> int:
    """Strike attendances that never were; the journal keeps their ids. Give how many."""
    struck = list(attendances)
    record_many(by, "gatherings.strike", struck, ["session", "person"])
    Attendance.objects.filter(pk__in=[row.pk for row in struck]).delete()
    return len(struck)
