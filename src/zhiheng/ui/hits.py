"""What a search found, for `c-hits`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from zhiheng.ui.words import Text

FOUND: Final = 20
"""Hits of each kind that a search shows, unless it says another number."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: its words, its address, a line beside it."""

    words: Text | str
    href: str
    beside: Text | str | dt.date


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found of one kind, how many more were read, and where all of them are listed."""

    kind: Text
    hits: tuple[Hit, ...]
    more: int
    everything: str = ""

    @classmethod
    def of(cls, kind: Text, hits: Iterable[Hit], most: int = FOUND, everything: str = "") -> Hits:
        """Keep the first `most`."""
        every = tuple(hits)
        return cls(kind, every[:most], max(0, len(every) - most), everything)
