"""A table described once, and a workbook made of tables."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from zhiheng.documents.problems import Problem
from zhiheng.documents.words import Language, Text, Words, say

Cell: TypeAlias = Text | str | float | int | datetime.date | None
"""What a cell may hold; None and NaN are missing and shown as “—”."""

Row: TypeAlias = Mapping[str, Cell]

COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


def check_colour(colour: str, where: str) -> None:
    """Refuse what is not ``#rrggbb`` (an empty string means: no colour)."""
    if colour and not COLOUR.fullmatch(colour):
        raise Problem("colour_unknown", where=where, found=colour)


@dataclass(frozen=True, slots=True)
class Band:
    """A colour band of a score: values from `start` (inclusive) up to the next band.

    Attributes
    ----------
    start : lowest value of the band; ``-inf`` for the lowest one.
    name : its name, such as 绿 / Green.
    colour : ``#rrggbb``; where it lies behind text the writers choose black or white text by contrast.
    """

    start: float
    name: Words
    colour: str

    def __post_init__(self) -> None:
        check_colour(self.colour, "Band")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    key : the key in each row.
    title : its heading.
    format : ``text``; ``number`` (thousands separated, `decimals` decimals); ``percent`` (a share: 0.935 is shown as
        93.5%).
    decimals : decimals shown. Values are rounded half to even (GB/T 8170), only for showing.
    align : None aligns text left and numbers right.
    width : width in characters of the heading's font (a Chinese character is 2); None is found from the content.
    bands : cells are coloured by the band their value falls in.
    shade : ``bar`` (data bar) or ``scale`` (colour scale), in the workbook and on the page.
    beside : stays on one printed page with the column before it, as an error does with its figure.
    """

    key: str
    title: Words
    format: Literal["text", "number", "percent"] = "text"
    decimals: int = 1
    align: Literal["left", "right", "center"] | None = None
    width: float | None = None
    bands: Sequence[Band] = ()
    shade: Literal["none", "bar", "scale"] = "none"
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: columns, rows, caption and notes.

    Attributes
    ----------
    columns : the columns, in order.
    rows : one mapping a row, by column key; keys without a column are ignored, absent keys are missing.
        For a workbook any iterable does, and it is read once.
    caption : shown with a running number, 表1.
    notes : shown below, each on its own line.
    max_rows_in_documents : PDF and Word show this many first rows and say how many there are; the page and the
        workbook always show all. None: all rows everywhere.
    anchor : for links into the page; found from the number where empty.
    """

    columns: Sequence[Column]
    rows: Iterable[Row]
    caption: Words = ""
    notes: Sequence[Words] = ()
    max_rows_in_documents: int | None = 60
    anchor: str = ""

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for column in self.columns:
            if column.key in seen:
                raise Problem("column_repeated", where=say(self.caption, "zh"), found=column.key)
            seen.add(column.key)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook.

    Attributes
    ----------
    name : name on the tab; cut to what a spreadsheet allows and made unique.
    table : its rows. More rows than a sheet can hold go on in a next sheet “name (2)”.
    freeze_columns : columns that stay in sight when scrolling sideways.
    """

    name: Words
    table: Table
    freeze_columns: int = 1


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook: what stands above every sheet, and the sheets.

    Attributes
    ----------
    title, edition : shown at the top of every sheet.
    sheets : at least one.
    made_up : True marks every sheet, on screen and in print, as made-up data.
    method : lines on how the numbers were made; on every sheet, below the title.
    languages : headings, title and notes are written in all of these, the first one leading; cells in the first.
    date : date of the document (its only clock: same input, same bytes).
    """

    title: Words
    sheets: Sequence[Sheet]
    edition: Words = ""
    made_up: bool = False
    method: Sequence[Words] = ()
    languages: Sequence[Language] = ("zh", "en")
    date: datetime.date = field(default=datetime.date(2000, 1, 1))

    def __post_init__(self) -> None:
        if not self.sheets:
            raise Problem("no_sheets")
