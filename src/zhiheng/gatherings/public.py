"""What other rooms may ask of gatherings."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from zhiheng.gatherings.models import Attendance, Edition, Kind, Session

__all__ = ["Attendance", "Kind", "attendances", "editions", "sessions"]


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
