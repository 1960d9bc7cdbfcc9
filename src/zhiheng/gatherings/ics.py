"""Sessions for a calendar program (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from zhiheng.gatherings.models import Session
from zhiheng.ui.words import Text, say


def feed_of(sessions: Iterable[Session], address: Callable[[str], str]) -> bytes:
    """Give sessions as a calendar; `address` makes a path the whole address. A session without times is a whole day."""
    import icalendar  # noqa: PLC0415 - slow import

    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//zhiheng//gatherings//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", say(Text(*settings.ASSOCIATION)))
    for session in sessions:
        event = icalendar.Event()
        event.add("uid", f"{session.token}@zhiheng")
        event.add("dtstamp", timezone.now())
        event.add("summary", str(session.edition))
        for name, at in zip(("dtstart", "dtend"), _span(session), strict=True):
            event.add(name, at)
        if session.venue:
            event.add("location", session.venue)
        if session.edition.about:
            event.add("description", session.edition.about)
        event.add("url", address(reverse("calendar:session", args=[session.token])))
        if session.cancelled:
            event.add("status", "CANCELLED")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _span(session: Session) -> tuple[Any, Any]:
    if not session.starts_at:
        return session.held_on, session.held_on + dt.timedelta(days=1)
    zone = ZoneInfo(settings.TIME_ZONE)
    starts = dt.datetime.combine(session.held_on, session.starts_at, zone)
    ends = dt.datetime.combine(session.held_on, session.ends_at, zone) if session.ends_at else starts
    return starts, max(ends, starts + dt.timedelta(minutes=1)) if session.ends_at else starts + dt.timedelta(
        hours=2
    )
