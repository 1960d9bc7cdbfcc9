"""Writes to places."""

from __future__ import annotations

import datetime as dt

from zhiheng.core.operations import operation, record
from zhiheng.core.people.models import Account
from zhiheng.core.places.models import Level, Place


@operation("places.add", "登记地区", "add a place")
def add(
    *,
    by: Account,
    code: str,
    level: Level,
    name_zh: str,
    name_en: str,
    start: dt.date,
    end: dt.date | None = None,
    within: Place | None = None,
) -> Place:
    """Add a place from the day its code is valid."""
    Place.objects.filter(code=code).refuse_overlap(start, end, what=code)
    place = Place(
        code=code, level=level, name_zh=name_zh, name_en=name_en, start=start, end=end, within=within
    )
    place.full_clean()
    place.save()
    record(by, "places.add", place, ["code", "level", "name_zh", "name_en", "start", "end", "within"])
    return place
