"""What a line tells of an organisation: `public.timeline(organisation, viewer)` of each line gives a list of these."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from zhiheng.ui.words import Text


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day; `address` is where it opens, for who may open it."""

    on: dt.date
    what: Text
    detail: str = ""
    address: str = ""
