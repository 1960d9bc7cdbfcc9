"""What changed between two texts: lines that came and went, and within a line the words that differ."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 4_000_000
"""Pairs of characters compared within lines, of one difference; beyond, lines are shown whole."""
ALIKE: Final = 0.4
"""Share of characters that two lines have in common to be one line that was changed."""


@dataclass(frozen=True, slots=True)
class Part:
    """Words of a line: those that differ from the line it was, or those that stayed."""

    words: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was ``added``, ``removed`` or is the ``same``."""

    kind: str
    parts: tuple[Part, ...]


def compared(then: tuple[str, str], now: tuple[str, str]) -> list[Line]:
    """Give the lines of two texts with their titles, in order. Long texts take no longer than they must."""
    before, after = ([title, *text.splitlines()] if title else [] for title, text in (then, now))
    found: list[Line] = []
    left = MOST
    for what, i, i_end, j, j_end in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if what == "equal":
            found += [Line("same", (Part(line),)) for line in before[i:i_end]]
            continue
        for old, new in zip_longest(before[i:i_end], after[j:j_end]):
            left -= len(old or "") * len(new or "")
            found += _pair(old, new) if left > 0 and old and new else _whole(old, new)
    return found


def _whole(old: str | None, new: str | None) -> Iterator[Line]:
    if old is not None:
        yield Line("removed", (Part(old),))
    if new is not None:
        yield Line("added", (Part(new),))


def _pair(old: str, new: str) -> Iterator[Line]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return _whole(old, new)
    blocks = matcher.get_opcodes()
    removed = tuple(Part(old[i:i_end], what != "equal") for what, i, i_end, _, _ in blocks if i < i_end)
    added = tuple(Part(new[j:j_end], what != "equal") for what, _, _, j, j_end in blocks if j < j_end)
    return iter((Line("removed", removed), Line("added", added)))
