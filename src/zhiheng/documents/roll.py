"""A list on paper, through Typst: a title, facts, and a row a line; with room to sign where it is signed."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhiheng.documents import fonts, theme
from zhiheng.documents.drawing import template
from zhiheng.documents.words import PAGE_NUMBER, WORDS, Language, Words, say

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Part:
    """A column of a list: its heading and its share of the width."""

    title: Words
    share: float = 1


@dataclass(frozen=True, slots=True)
class Roll:
    """A list on A4 paper.

    Attributes
    ----------
    title, owner : above the list.
    facts : pairs of name and value below the title.
    parts, rows : the columns, and for each row one text a column. Every row is numbered.
    blank : so many empty rows follow, for those who are not on the list.
    tall : rows are high enough to be signed by hand.
    foot : below the list, such as a count with its unit.
    made_up : the page says that its data are made up.
    """

    title: Words
    owner: Words
    facts: Sequence[tuple[Words, str]]
    parts: Sequence[Part]
    rows: Sequence[Sequence[str]]
    date: dt.date
    blank: int = 0
    tall: bool = False
    foot: Words = ""
    made_up: bool = False


def roll_pdf(roll: Roll, language: Language) -> bytes:
    """Give the list as PDF. All words reach Typst as data, never as markup."""
    import typst  # noqa: PLC0415 - 30 ms that only documents pay

    fonts.check_fonts()
    data = {
        "language": language,
        "title": say(roll.title, language),
        "owner": say(roll.owner, language),
        "facts": [[say(name, language), value] for name, value in roll.facts],
        "heads": [say(part.title, language) for part in roll.parts],
        "shares": [part.share for part in roll.parts],
        "rows": [list(row) for row in roll.rows],
        "blank": roll.blank,
        "tall": roll.tall,
        "foot": say(roll.foot, language),
        "made_up": say(WORDS["made_up_sentence"], language) if roll.made_up else "",
        "page_number": PAGE_NUMBER[language],
        "sans": theme.PDF_SANS,
    }
    made = typst.compile(
        template("roll.typ").encode("utf-8"),
        format="pdf",
        font_paths=fonts.installed(),
        sys_inputs={"roll": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        timestamp=dt.datetime.combine(roll.date, dt.time(), tzinfo=dt.UTC),
    )
    assert isinstance(made, bytes)
    return made
