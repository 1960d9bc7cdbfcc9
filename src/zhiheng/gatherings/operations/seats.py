"""Writes to registrations: a seat asked for, waited for, given back."""

from __future__ import annotations

import datetime as dt

import rules
from django.db.models import Q
from django.utils import timezone

from zhiheng.core.operations import lock, operation, record
from zhiheng.core.organisations.credits import below
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Account, Person
from zhiheng.core.problems import Problem
from zhiheng.gatherings.models import Registration, Session
from zhiheng.gatherings.notices import MOVED_UP, tell
from zhiheng.gatherings.problems import CANCELLED, CLOSED, GIVEN_BACK, NOT_OF, REGISTERED

State = Registration.State


@operation("gatherings.register", "报名", "register", on="organisation")
def register(*, by: Account, session: Session, person: Person, organisation: Organisation) -> Registration:
    """Ask for a seat: taken while there is one, otherwise waited for, in the order of asking.

    A contact asks for people of the own organisation, while registration is open; who works on gatherings, for anybody.
    """
    lock(session)  # two asking for the last seat
    if not rules.has_perm("gatherings.register_anybody", by):
        if person.organisation_id not in below([organisation.pk]):
            raise Problem(NOT_OF, person=person.pk, organisation=organisation)
        _open(session)
    return _seat(by, session, person, organisation)


@operation("gatherings.register_self", "报名", "register", on="person")
def register_self(
    *, by: Account, session: Session, person: Person, organisation: Organisation | None = None
) -> Registration:
    """Ask for a seat for oneself, sent by the organisation on one's card or one that one is contact of."""
    own = organisation is None or organisation.pk == person.organisation_id
    if not own and not rules.has_perm("gatherings.register", by, organisation):
        raise Problem(NOT_OF, person=person, organisation=organisation)
    lock(session)
    _open(session)
    return _seat(by, session, person, organisation or person.organisation)


@operation("gatherings.give_back", "取消报名", "give a seat back", on="registration")
def give_back(*, by: Account, registration: Registration) -> Registration:
    """Give a seat back; the first who waits takes it."""
    lock(registration.session, registration)
    session = registration.session
    if registration.state == State.GIVEN_BACK:
        raise Problem(GIVEN_BACK)
    registration.state = State.GIVEN_BACK
    registration.save(update_fields=["state"])
    record(by, "gatherings.give_back", registration, ["state"])
    move_up(by, session)
    return registration


def move_up(by: Account, session: Session) -> list[Registration]:
    """Give the free seats of a locked session to those who wait, in their order, and tell them: part of others."""
    if session.cancelled:
        return []
    waiting = session.registrations.filter(state=State.WAITING).select_related("person")
    if session.seats is not None:
        free = session.seats - session.registrations.filter(state=State.TAKEN).count()
        waiting = waiting[: max(free, 0)]
    moved = list(waiting)
    for registration in moved:
        registration.state = State.TAKEN
        registration.save(update_fields=["state"])
        record(by, "gatherings.move_up", registration, ["state"])
    tell(moved, session, MOVED_UP)
    return moved


def _open(session: Session) -> None:
    if session.cancelled:
        raise Problem(CANCELLED, session=session)
    if not session.is_open:
        raise Problem(CLOSED, session=session, until=_moment(session.open_until))


def _moment(at: dt.datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def _seat(by: Account, session: Session, person: Person, organisation: Organisation | None) -> Registration:
    if session.cancelled:
        raise Problem(CANCELLED, session=session)
    asked = session.registrations.exclude(state=State.GIVEN_BACK)
    card = person.counted_as
    if asked.filter(Q(person=card) | Q(person__merged_into=card)).exists():
        raise Problem(REGISTERED, person=card)
    taken = asked.filter(state=State.TAKEN).count()
    full = session.seats is not None and taken >= session.seats
    registration = Registration.objects.create(
        session=session, person=card, organisation=organisation, state=State.WAITING if full else State.TAKEN
    )
    record(by, "gatherings.register", registration, ["session", "person", "organisation", "state"])
    return registration
