"""A report described once: what it says, in order, in both languages."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from zhiheng.documents.charts import Chart
from zhiheng.documents.problems import Problem
from zhiheng.documents.tables import Table
from zhiheng.documents.words import Language, Words, say


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, in the table of contents.

    Attributes
    ----------
    level : 1 to 3.
    text : its words, without a number.
    anchor : for links into the page; found from the position where empty.
    """

    level: int
    text: Words
    anchor: str = ""

    def __post_init__(self) -> None:
        if self.level not in {1, 2, 3}:
            raise Problem("heading_level", where=say(self.text, "zh"), found=self.level)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of plain words."""

    text: Words


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short points."""

    items: Sequence[Words]


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph set apart: a warning, or how to read what follows."""

    text: Words


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they are, such as 样本量: 120,000."""

    pairs: Sequence[tuple[Words, Words]]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A new page, in PDF and Word."""


Block: TypeAlias = Heading | Paragraph | Bullets | Note | Facts | Table | Chart | PageBreak


@dataclass(frozen=True, slots=True)
class Report:
    """A report.

    Attributes
    ----------
    title : its title.
    blocks : what it says, in order. A `Table` here must hold its rows in a sequence: it is read once for each format.
    subtitle, edition, owner : on the title page.
    languages : the first one leads (the page opens in it); the page can switch between all of them.
    made_up : True marks every page of every format as made-up data.
    footer : facts at the end: versions, hashes, seed.
    date : date of the document, and its only clock: same input, same bytes.
    """

    title: Words
    blocks: Sequence[Block]
    subtitle: Words = ""
    edition: Words = ""
    owner: Words = ""
    languages: Sequence[Language] = ("zh", "en")
    made_up: bool = False
    footer: Sequence[tuple[Words, Words]] = ()
    date: datetime.date = field(default=datetime.date(2000, 1, 1))

    def __post_init__(self) -> None:
        for language in self.languages:
            if language not in {"zh", "en"}:
                raise Problem("language_unknown", found=language)
        if not self.languages:
            raise Problem("language_unknown", found="")
        if not say(self.title, self.languages[0]).strip():
            raise Problem("nothing_to_say", where="Report.title")
