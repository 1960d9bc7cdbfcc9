"""Writes to attendances: checked in at the door, by a code, from a roster or a sheet; struck."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils import timezone

from zhiheng.core.operations import lock, operation, record, record_many
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind, Organisation
from zhiheng.core.people import operations as people
from zhiheng.core.people.erasing import Known, also_erases
from zhiheng.core.people.models import Account, Person
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.gatherings import codes
from zhiheng.gatherings.matching import Why, match, organisation_named, tail_fits
from zhiheng.gatherings.models import Attendance, Registration, Session, Unmatched
from zhiheng.gatherings.problems import CANCELLED, NO_ORGANISATION, NOT_HELD, TWICE
from zhiheng.gatherings.reading import Line, tidy, tidy_mobile, tidy_name

UNMATCHED_BY_CODE: Final = 2000
"""So many lines that name nobody are kept of one session's code; who sends more is playing with it."""
NO_CODE: Final = "签到表录入，待补"
FIELDS: Final = ["session", "person", "organisation", "how"]


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
    _lock_held(session)
    sent_by = organisation or person.organisation
    if sent_by is None:
        raise Problem(NO_ORGANISATION, field="organisation", person=person)
    attendance, new = _enter(session, person, sent_by, how)
    if not new:
        raise Problem(TWICE, person=person)
    record(by, "gatherings.check_in", attendance, FIELDS)
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
    _lock_held(session)
    there = set(Attendance.objects.filter(session=session).values_list("person_id", flat=True)) | {
        into
        for into in Attendance.objects.filter(session=session).values_list("person__merged_into", flat=True)
        if into
    }
    new: dict[int, Attendance] = {}
    for person, organisation in rows:
        card = person.merged_into_id or person.pk
        if card not in there and person.pk not in there:
            new.setdefault(
                card,
                Attendance(
                    session=session,
                    person_id=card,
                    organisation=organisation,
                    held_on=session.held_on,
                    how=how,
                ),
            )
    entered = Attendance.objects.bulk_create(new.values(), batch_size=500)
    record(by, "gatherings.check_in", session, ["attendances"])
    record_many(by, "gatherings.check_in", entered, FIELDS)
    return entered


@dataclass(frozen=True, slots=True)
class Choice:
    """What a clerk decides about a line: this person, a new one, left for later, or left out."""

    person: Person | None = None
    new: bool = False
    later: bool = False
    out: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """Where every line went."""

    new: tuple[Attendance, ...] = ()
    there: tuple[Line, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    out: tuple[Line, ...] = ()


@operation("gatherings.check_in", "录入名单行", "enter lines")
def enter_lines(
    *,
    by: Account,
    session: Session,
    lines: Sequence[Line],
    how: Attendance.How = Attendance.How.ROSTER,
    choices: Mapping[int, Choice] | None = None,
) -> Entered:
    """Enter lines of a roster or a sheet; `choices` are by the place of the line.

    Whom a line means for sure is entered, once; who is in already is named; the rest is kept to be resolved.
    No line is lost.
    """
    _lock_held(session)
    rows: list[tuple[Person, Organisation]] = []
    origin: dict[int, Line] = {}
    there, kept, out = [], [], []
    for found in match(session, lines):
        line, choice = found.line, (choices or {}).get(found.line.place, Choice())
        person, organisation = found.person, found.organisation
        if choice.out:
            out.append(line)
            continue
        if not choice.later:
            if choice.person:
                person, organisation = choice.person, organisation or choice.person.organisation
            elif choice.new and person is None and line.name:
                organisation = organisation or _organisation(by, line.organisation)
                if organisation:
                    person = people.add_person(
                        by=by, name=line.name, mobile=line.mobile, organisation=organisation
                    )
        if person is None or organisation is None or choice.later:
            kept.append(
                _keep(session, how, line, Why.LEFT if choice.later else found.why or Why.NO_ORGANISATION)
            )
        elif person.pk in origin or found.there:
            there.append(line)
        else:
            origin[person.pk] = line
            rows.append((person, organisation))
    new = enter_roster(by=by, session=session, rows=rows, how=how)
    entered = {attendance.person_id for attendance in new}
    there += [line for pk, line in origin.items() if pk not in entered]
    if kept:
        record_many(
            by, "gatherings.leave_unmatched", kept, ["session", "name", "organisation_name", "mobile"]
        )
    return Entered(tuple(new), tuple(there), tuple(kept), tuple(out))


@operation("gatherings.check_in", "核对名单行", "resolve a line")
def resolve(
    *,
    by: Account,
    unmatched: Unmatched,
    person: Person | None = None,
    organisation: Organisation | None = None,
) -> Attendance | None:
    """Say whom a line means, or that it is somebody new, and enter the attendance; the line is gone then.

    The organisation is the one given, else the one the line names (opened as a new card where it is not known and the
    person is new), else that on the card. Gives none where the person is in already.
    """
    _lock_held(unmatched.session)
    lock(unmatched)
    sent_by = organisation or organisation_named(unmatched.organisation_name)
    if person is None:
        sent_by = sent_by or _organisation(by, unmatched.organisation_name)
        if sent_by is None:
            raise Problem(NO_ORGANISATION, field="organisation", person=unmatched.name)
        person = people.add_person(by=by, name=unmatched.name, mobile=unmatched.mobile, organisation=sent_by)
    sent_by = sent_by or person.organisation
    if sent_by is None:
        raise Problem(NO_ORGANISATION, field="organisation", person=person)
    attendance, new = _enter(unmatched.session, person, sent_by, Attendance.How(unmatched.how))
    if new:
        record(by, "gatherings.check_in", attendance, FIELDS)
    record(by, "gatherings.resolve", unmatched, ["attendance"])
    unmatched.delete()
    return attendance if new else None


@operation("gatherings.check_in", "更正名单行", "mend a line")
def amend(*, by: Account, unmatched: Unmatched, name: str, organisation_name: str) -> Unmatched:
    """Mend what a line says; one that says the same as another then is that one."""
    given = {"name": tidy_name(name)[:60], "organisation_name": tidy(organisation_name)[:120]}
    changed = [field for field, value in given.items() if getattr(unmatched, field) != value]
    record(by, "gatherings.amend", unmatched, changed)
    same = (
        unmatched.session.unmatched.filter(mobile=unmatched.mobile, **given).exclude(pk=unmatched.pk).first()
    )
    if same is not None:
        unmatched.delete()
        return same
    for field in changed:
        setattr(unmatched, field, given[field])
    unmatched.save(update_fields=changed)
    return unmatched


@operation("gatherings.check_in", "再次核对名单行", "match a line again")
def enter_unmatched(*, by: Account, unmatched: Unmatched) -> Entered:
    """Enter a line that names somebody for sure now; otherwise it stays."""
    line = Line(unmatched.name, unmatched.organisation_name, unmatched.mobile)
    found = match(unmatched.session, [line])[0]
    if found.person is None or found.organisation is None:
        record(by, "gatherings.enter_unmatched", unmatched)
        return Entered(unmatched=(unmatched,))
    new = resolve(by=by, unmatched=unmatched, person=found.person, organisation=found.organisation)
    return Entered(new=(new,)) if new else Entered(there=(line,))


@operation("gatherings.strike", "删除名单行", "dismiss a line")
def dismiss(*, by: Account, unmatched: Unmatched) -> None:
    """Leave out a line that names nobody who was there."""
    record(by, "gatherings.dismiss", unmatched)
    unmatched.delete()


@operation("gatherings.arrive", "扫码签到", "check in by code")
def arrive(
    *,
    by: Account,
    code: str,
    name: str = "",
    mobile: str = "",
    organisation_name: str = "",
    at: dt.datetime | None = None,
) -> Session:
    """Check in with the code at the venue: an account with a person as itself, otherwise by name and mobile number.

    Doing it twice does nothing more. The answer is the same whether the name was on the list or not: a line that
    means nobody for sure waits for a clerk.
    """
    session = codes.read(code, at)
    lock(session)
    person = by.person.counted_as if by.person else None
    if person is None:
        if not tidy_name(name):
            raise Problem(EMPTY, field="name", what="姓名 Name")
        if not tidy(mobile):
            raise Problem(EMPTY, field="mobile", what="手机号 Mobile")
        person = _listed(session, tidy_name(name), tidy_mobile(mobile))
    sent_by = _sender(session, person) if person else None
    if person and sent_by:
        attendance, new = _enter(session, person, sent_by, Attendance.How.CODE)
        record(by, "gatherings.arrive", attendance, FIELDS if new else [])
        return session
    record(by, "gatherings.arrive", session)
    if session.unmatched.count() < UNMATCHED_BY_CODE:
        line = Line(
            person.name if person else tidy_name(name)[:60],
            tidy(organisation_name)[:120],
            person.mobile if person else tidy_mobile(mobile),
        )
        _keep(session, Attendance.How.CODE, line, Why.NO_ORGANISATION if person else Why.NOT_LISTED)
    return session


@operation("gatherings.strike", "删除签到", "strike an attendance")
def strike(*, by: Account, attendances: Iterable[Attendance]) -> int:
    """Strike attendances that never were; the journal keeps their ids. Give how many."""
    struck = list(attendances)
    record_many(by, "gatherings.strike", struck, ["session", "person"])
    Attendance.objects.filter(pk__in=[row.pk for row in struck]).delete()
    return len(struck)


def _lock_held(session: Session) -> None:
    """Lock a session, and refuse one that was cancelled or is still to come."""
    lock(session)
    if session.cancelled:
        raise Problem(CANCELLED, session=session)
    if session.held_on > timezone.localdate():
        raise Problem(NOT_HELD, session=session)


def _enter(
    session: Session, person: Person, organisation: Organisation, how: Attendance.How
) -> tuple[Attendance, bool]:
    """Enter one attendance at a locked session, unless one of the person's cards has one."""
    card = person.counted_as
    if was := session.attendances.filter(Q(person=card) | Q(person__merged_into=card)).first():
        return was, False
    made = Attendance.objects.create(
        session=session, person=card, organisation=organisation, held_on=session.held_on, how=how
    )
    return made, True


def _keep(session: Session, how: Attendance.How, line: Line, why: Why) -> Unmatched:
    kept, _ = Unmatched.objects.get_or_create(
        session=session,
        name=line.name,
        organisation_name=line.organisation,
        mobile=line.mobile,
        defaults={"how": how, "why": why},
    )
    return kept


def _organisation(by: Account, name: str) -> Organisation | None:
    """Give the organisation of that name; one that is not known is opened as a company whose code is to follow."""
    if not tidy(name):
        return None
    return organisation_named(name) or cards.add(
        by=by, kind=Kind.COMPANY, name=tidy(name), no_code_reason=NO_CODE
    )


def _listed(session: Session, name: str, mobile: str) -> Person | None:
    """Give the only person of that name and number."""
    named = Person.objects.canonical().filter(name=name).select_related("organisation")
    found = [person for person in named if len(mobile) > 4 and tail_fits(mobile, person.mobile)]
    if len(found) > 1:
        asked = set(session.registrations.values_list("person", flat=True))
        found = [person for person in found if person.pk in asked]
    return found[0] if len(found) == 1 else None


def _sender(session: Session, person: Person) -> Organisation | None:
    asked = session.registrations.filter(person=person).exclude(state=Registration.State.GIVEN_BACK)
    registration = asked.select_related("organisation").first()
    return (registration and registration.organisation) or person.organisation


@also_erases
def erase_lines(known: Known) -> Iterable[tuple[Unmatched, list[str]]]:
    """Delete the lines of sheets that stand under the number of somebody who is erased: nobody was counted by them."""
    for line in Unmatched.objects.filter(mobile__in=known.mobiles):
        gone = Unmatched(pk=line.pk)
        line.delete()
        yield gone, ["name", "organisation_name", "mobile"]
