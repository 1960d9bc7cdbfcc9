"""How a table stands on paper: texts, colours, widths, size of type, upright or across. PDF and Word share it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from zhiheng.documents import figures, numbers, theme
from zhiheng.documents.outline import notes_of
from zhiheng.documents.words import Language, Text, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zhiheng.documents.tables import Column, Row, Table

UPRIGHT_WIDTH: Final = 453.5
"""Width of the text on an upright A4 page, in points (16 cm)."""

ACROSS_WIDTH: Final = 700.0
"""Width of the text on an A4 page that lies across, in points."""

_GAP: Final = 2.2
"""Room between columns, in halves of a character."""


@dataclass(frozen=True, slots=True)
class PaperCell:
    """A cell on paper: its text, and the colours behind and of the text (empty: none)."""

    text: str
    fill: str = ""
    ink: str = ""


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table on paper.

    Attributes
    ----------
    titles, aligns, widths : of the columns; widths are shares of the whole.
    rows : the cells.
    notes : lines below, with the cut said where there is one.
    size : size of type in points.
    across : True needs a page that lies across.
    """

    titles: list[str]
    aligns: list[Literal["left", "right", "center"]]
    widths: list[float]
    rows: list[list[PaperCell]]
    notes: list[str]
    size: float
    across: bool


def _paper_cell(row: Row, column: Column, ends: tuple[float, float], language: Language) -> PaperCell:
    cell = row.get(column.key)
    text = numbers.cell_text(cell, column, language)
    if isinstance(cell, bool) or not isinstance(cell, (int, float)) or numbers.is_missing(cell):
        return PaperCell(text)
    band = figures.band_of(cell, column.bands)
    if band is not None:
        return PaperCell(text, band.colour, theme.on(band.colour))
    if column.shade == "scale" and ends[1] > ends[0]:
        colour = theme.between(theme.SEQUENTIAL, (cell - ends[0]) / (ends[1] - ends[0]))
        return PaperCell(text, colour, theme.on(colour))
    return PaperCell(text)


def natural_width(column: Column, texts: Sequence[str], language: Language) -> float:
    """Give the width a column wants, in halves of a Chinese character: its longest text, within reason."""
    if column.width is not None:
        return column.width
    title = numbers.columns_wide(say(column.title, language))
    longest = max((numbers.columns_wide(text) for text in texts), default=4.0)
    # a heading may break over lines, but not within a word, which is bold; a number must not
    word = max((len(w) for w in say(column.title, language).split() if w.isascii()), default=0) * 1.15
    return max(min(longest, 36.0), min(title, max(10.0, title / 2 + 1)), min(word, 24.0), 4.0)


def on_paper(table: Table, language: Language) -> PaperTable:
    """Lay a table out for paper, in one language."""
    rows: list[Row] = list(table.rows)
    limit = table.max_rows_in_documents
    shown = rows if limit is None else list(itertools.islice(rows, limit))
    notes = list(table.notes)
    if len(shown) < len(rows):
        notes.append(
            Text(
                f"共 {len(rows):,} 行，此处列出前 {len(shown):,} 行；全部行见网页与工作簿。",
                f"The first {len(shown):,} of {len(rows):,} rows; the page and the workbook hold all.",
            )
        )
    columns = list(table.columns)
    ends = {}
    for column in columns:
        values = [
            cell
            for row in rows
            if isinstance(cell := row.get(column.key), (int, float)) and not numbers.is_missing(cell)
        ]
        ends[column.key] = (float(min(values, default=0)), float(max(values, default=0)))
    cells = [[_paper_cell(row, column, ends[column.key], language) for column in columns] for row in shown]
    wants = [
        natural_width(column, [line[at].text for line in cells], language) + _GAP
        for at, column in enumerate(columns)
    ]
    size, across = _size(sum(wants))
    total = sum(wants) or 1.0
    return PaperTable(
        titles=[say(column.title, language) for column in columns],
        aligns=[column.align or ("left" if column.format == "text" else "right") for column in columns],
        widths=[want / total for want in wants],
        rows=cells,
        notes=notes_of(notes, language),
        size=size,
        across=across,
    )


def _size(want: float) -> tuple[float, bool]:
    for size in (9.0, 8.0):
        if want * size / 2 <= UPRIGHT_WIDTH:
            return size, False
    for size in (9.0, 8.0, 7.0, 6.0):
        if want * size / 2 <= ACROSS_WIDTH:
            return size, True
    return 5.5, True
