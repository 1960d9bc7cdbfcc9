"""Writes to series, editions and sessions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from zhiheng.core.operations import lock, operation, record
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Account
from zhiheng.core.problems import BACKWARDS, EMPTY, Problem
from zhiheng.gatherings import notices
from zhiheng.gatherings.models import Edition, Kind, Registration, Series, Session, new_token
from zhiheng.gatherings.notices import tell
from zhiheng.gatherings.operations.seats import move_up
from zhiheng.gatherings.problems import CANCELLED, LAST_SESSION, NUMBER_TAKEN, SESSION_IN_USE

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
    """Hold an edition, with one session a day of `on`. It is in the public calendar once it is published."""
    days = sorted(on)
    if not days:
        raise Problem(EMPTY, field="on", what="日期")
    _in_order(starts_at, ends_at)
    _number_free(series, number)
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


@operation("gatherings.edit", "修改活动资料", "edit a gathering")
def edit(
    *,
    by: Account,
    edition: Edition,
    kind: Kind,
    name_zh: str,
    name_en: str = "",
    host: Organisation | None = None,
    series: Series | None = None,
    number: int | None = None,
    about_zh: str = "",
    about_en: str = "",
) -> Edition:
    """Change what is written about an edition; only the fields that changed are named in the journal."""
    _number_free(series, number, edition.pk)
    given = {
        "kind": kind,
        "name_zh": name_zh,
        "name_en": name_en,
        "host": host,
        "series": series,
        "number": number,
        "about_zh": about_zh,
        "about_en": about_en,
    }
    changed = [name for name, value in given.items() if getattr(edition, name) != value]
    for name in changed:
        setattr(edition, name, given[name])
    edition.full_clean()
    edition.save()
    record(by, "gatherings.edit", edition, changed)
    return edition


@operation("gatherings.publish", "公开活动", "publish a gathering")
def publish(*, by: Account, edition: Edition) -> Edition:
    """Put an edition into the public calendar; from now on seats may be asked for."""
    edition.published = True
    edition.save(update_fields=["published"])
    record(by, "gatherings.publish", edition, ["published"])
    return edition


@operation("gatherings.publish", "撤回公开", "withdraw a gathering from the calendar")
def withdraw(*, by: Account, edition: Edition) -> Edition:
    """Take an edition out of the public calendar. What was registered stays."""
    edition.published = False
    edition.save(update_fields=["published"])
    record(by, "gatherings.withdraw", edition, ["published"])
    return edition


@operation("gatherings.add_session", "增加场次", "add a session")
def add_session(
    *,
    by: Account,
    edition: Edition,
    on: dt.date,
    starts_at: dt.time | None = None,
    ends_at: dt.time | None = None,
    venue: str = "",
    seats: int | None = None,
    closes_at: dt.datetime | None = None,
) -> Session:
    """Add a session to an edition."""
    _in_order(starts_at, ends_at)
    session = Session(
        edition=edition,
        held_on=on,
        starts_at=starts_at,
        ends_at=ends_at,
        venue=venue,
        seats=seats,
        closes_at=closes_at,
    )
    session.full_clean()
    session.save()
    record(
        by,
        "gatherings.add_session",
        session,
        ["held_on", "starts_at", "ends_at", "venue", "seats", "closes_at"],
    )
    return session


@operation("gatherings.arrange", "修改场次安排", "arrange a session")
def arrange(
    *,
    by: Account,
    session: Session,
    starts_at: dt.time | None,
    ends_at: dt.time | None,
    venue: str,
    seats: int | None,
    closes_at: dt.datetime | None,
    code_turns: bool = False,
) -> Session:
    """Change times, place, seats, deadline and the way of the code; more seats go to those who wait, in their order.

    Fewer seats take none away from who has one. The day is changed by `move`.
    """
    _in_order(starts_at, ends_at)
    lock(session)
    given = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "venue": venue,
        "seats": seats,
        "closes_at": closes_at,
        "code_turns": code_turns,
    }
    changed = [name for name, value in given.items() if getattr(session, name) != value]
    for name in changed:
        setattr(session, name, given[name])
    session.full_clean()
    session.save()
    record(by, "gatherings.arrange", session, changed)
    move_up(by, session)
    return session


@operation("gatherings.arrange", "截止报名", "close registration")
def close_registration(*, by: Account, session: Session) -> Session:
    """Close registration now."""
    session.closes_at = timezone.now()
    session.save(update_fields=["closes_at"])
    record(by, "gatherings.close_registration", session, ["closes_at"])
    return session


@operation("gatherings.arrange", "更换签到码", "renew the check-in code")
def renew_code(*, by: Account, session: Session) -> Session:
    """Make a new check-in code; posters printed before no longer work."""
    session.code_key = new_token()
    session.save(update_fields=["code_key"])
    record(by, "gatherings.renew_code", session, ["code_key"])
    return session


@operation("gatherings.move", "改期", "move a session")
def move(*, by: Account, session: Session, on: dt.date) -> Session:
    """Move a session to another day; its attendances count for that day, and for that day's year.

    A deadline moves by as many days.
    """
    lock(session)
    if session.cancelled:
        raise Problem(CANCELLED, session=session)
    if session.closes_at:
        session.closes_at += on - session.held_on
    session.held_on = on
    session.save(update_fields=["held_on", "closes_at"])
    session.attendances.update(held_on=on)
    record(by, "gatherings.move", session, ["held_on"])
    asked = session.registrations.exclude(state=State.GIVEN_BACK).select_related("person")
    tell(asked, session, notices.MOVED)
    return session


@operation("gatherings.cancel", "取消场次", "cancel a session")
def cancel(*, by: Account, session: Session) -> Session:
    """Cancel a session: it and its attendances count for nothing from now on; seats asked for are given back."""
    lock(session)
    session.cancelled = True
    session.save(update_fields=["cancelled"])
    asked = list(session.registrations.exclude(state=State.GIVEN_BACK).select_related("person"))
    session.registrations.filter(pk__in=[each.pk for each in asked]).update(state=State.GIVEN_BACK)
    record(by, "gatherings.cancel", session, ["cancelled"])
    tell(asked, session, notices.CANCELLED)
    return session


@operation("gatherings.add_session", "删除场次", "remove a session")
def remove_session(*, by: Account, session: Session) -> None:
    """Remove a session that was entered by mistake: nobody registered or came, and it is not the edition's only one."""
    lock(session.edition, session)
    edition = session.edition
    if any(
        rows.exists()
        for rows in (
            session.registrations.all(),
            session.attendances.all(),
            session.unmatched.all(),
            session.materials.all(),
        )
    ):
        raise Problem(SESSION_IN_USE, session=session)
    if edition.sessions.count() == 1:
        raise Problem(LAST_SESSION, edition=edition)
    record(by, "gatherings.remove_session", session)
    record(by, "gatherings.remove_session", edition, ["sessions"])
    session.delete()


def _in_order(starts_at: dt.time | None, ends_at: dt.time | None) -> None:
    if starts_at and ends_at and ends_at <= starts_at:
        raise Problem(BACKWARDS, field="ends_at", start=starts_at, end=ends_at)


def _number_free(series: Series | None, number: int | None, own: int = 0) -> None:
    if series and number and Edition.objects.filter(series=series, number=number).exclude(pk=own).exists():
        raise Problem(NUMBER_TAKEN, field="number", series=series, number=number)
