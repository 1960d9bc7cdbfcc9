"""The workbook, through xlsxwriter: rows stream to the file, no text ever becomes a formula or a link."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zhiheng.documents import numbers, theme
from zhiheng.documents.files import write_bytes
from zhiheng.documents.words import MISSING, WORDS, Text, Words, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike

    from zhiheng.documents.tables import Cell, Column, Row, Sheet, Table, Workbook

LARGEST_SHEET: Final = 1_048_576
LONGEST_TEXT: Final = 32_767
LONGEST_NAME: Final = 31
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_SAMPLED: Final = 300
"""Rows looked at to find the width of the columns."""
_SMALLEST: Final = 0.7
"""Nothing prints smaller than this: 10 points become 7."""
_MARGIN: Final = 0.4
_LANDSCAPE: Final = 297 / 25.4 - 2 * _MARGIN
"""Inches across A4 between the margins."""
_HEAD_LINE: Final = 14
"""Points of a line of a heading."""


def sheet_name(wished: str, taken: set[str]) -> str:
    """Give a name that a spreadsheet accepts and no other sheet has (upper and lower case are the same)."""
    clean = _FORBIDDEN.sub(" ", wished).strip().strip("'")[:LONGEST_NAME].strip() or "Sheet"
    if clean.casefold() == "history":
        clean += "_"
    name, again = clean, 2
    while name.casefold() in taken:
        tail = f" ({again})"
        name, again = clean[: LONGEST_NAME - len(tail)] + tail, again + 1
    taken.add(name.casefold())
    return name


@dataclass(frozen=True, slots=True)
class _Looks:
    """The formats of a column: of its numbers (and from where each band is), texts, dates and gaps."""

    number: Any
    bands: list[tuple[float, Any]]
    text: Any
    date: Any
    missing: Any


class _Writer:
    """Writes one workbook."""

    def __init__(self, workbook: Workbook) -> None:
        import xlsxwriter  # noqa: PLC0415 - 60 ms that only workbooks pay

        self.workbook = workbook
        self.lead = workbook.languages[0]
        self.buffer = io.BytesIO()
        self.file: Any = xlsxwriter.Workbook(
            self.buffer,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "nan_inf_to_errors": False,
            },
        )
        self.formats: dict[tuple[tuple[str, object], ...], Any] = {}
        self.taken: set[str] = set()

    def format(self, **look: object) -> Any:
        """Give a format; the same look is the same format."""
        key = tuple(sorted(look.items()))
        if key not in self.formats:
            base = {
                "font_name": theme.SHEET_FONT,
                "font_size": 10,
                "font_color": theme.INK,
                "valign": "vcenter",
            }
            self.formats[key] = self.file.add_format(base | look)
        return self.formats[key]

    def both(self, words: Words, between: str = "\n") -> str:
        """Give words in all languages of the workbook, the leading one first."""
        texts = dict.fromkeys(say(words, language) for language in self.workbook.languages)
        return between.join(text for text in texts if text)

    def write(self) -> bytes:
        """Write all sheets, and give the bytes."""
        book = self.workbook
        day = dt.datetime.combine(book.date, dt.time())
        self.file.set_properties(
            {
                "title": say(book.title, self.lead),
                "comments": self.both(WORDS["made_up_sentence"], " ") if book.made_up else "",
                "author": "zhiheng",
                "created": day,
            }
        )
        for sheet in book.sheets:
            self.sheet(sheet)
        self.file.close()
        return self.buffer.getvalue()

    def sheet(self, sheet: Sheet) -> None:
        """Write one sheet, and as many more as its rows need."""
        rows = iter(sheet.table.rows)
        first = True
        while True:
            sampled = list(itertools.islice(rows, _SAMPLED))
            if not sampled and not first:
                return
            full = self.part(sheet, sampled, rows)
            first = False
            if not full:
                return

    def part(self, sheet: Sheet, sampled: list[Row], rows: Iterator[Row]) -> bool:
        """Write one sheet; True where it is full and rows are left over."""
        table = sheet.table
        columns = list(table.columns)
        page = self.file.add_worksheet(sheet_name(say(sheet.name, self.lead), self.taken))
        widths = [self.width(column, sampled) for column in columns]
        fixed = min(sheet.freeze_columns, len(columns))
        breaks = None if fits(widths) else page_breaks(columns, widths, fixed)
        line = self.top(page, table, _Above(fixed, breaks[0], widths) if breaks else None)
        titles = [self.both(column.title) for column in columns]
        head = self.format(
            bold=True,
            text_wrap=True,
            bg_color=theme.FAINT,
            top=2,
            bottom=1,
            align="center",
            top_color=theme.INK,
        )
        page.set_row(line, _HEAD_LINE * max(map(_lines, titles, widths), default=1) + 4)
        for at, title in enumerate(titles):
            page.write_string(line, at, title, head)
        start = line + 1
        limit = LARGEST_SHEET - start
        looks = [self.looks(column) for column in columns]
        line = start
        full = False
        for row in itertools.chain(sampled, itertools.islice(rows, max(limit - len(sampled), 0))):
            for at, column in enumerate(columns):
                self.cell(page, (line, at), row.get(column.key), looks[at])
            line += 1
        if line - start >= limit:
            full = True
        self.finish(page, columns, widths, fixed, (start, line))
        self.paper(page, columns, breaks, fixed, start - 1)
        return full

    def top(self, page: Any, table: Table, above: _Above | None) -> int:
        """Write what stands above the table; give the row where its head comes."""
        book = self.workbook

        def put(line: int, text: str, **look: object) -> None:
            if above is None:
                page.write_string(line, 0, text, self.format(**look))
                return
            wrapped = self.format(text_wrap=True, **look)
            if above.end - above.start > 1:
                page.merge_range(line, above.start, line, above.end - 1, text, wrapped)
            else:
                page.write_string(line, above.start, text, wrapped)
            size = float(str(look.get("font_size", 10)))
            page.set_row(line, above.height(text, size))

        title = self.both(book.title, " ")
        if say(book.edition, self.lead):
            title += "　" + self.both(book.edition, " ")
        page.set_row(0, 24)
        put(0, title, bold=True, font_size=14)
        line = 1
        if book.made_up:
            mark = f"{WORDS['made_up'].zh} {WORDS['made_up'].en}"
            sentence = f"{mark}　{self.both(WORDS['made_up_sentence'], ' ')}"
            put(line, sentence, bold=True, font_color=theme.ALARM)
            page.set_header(f"&L{_plain(say(book.title, self.lead))}&R&K{theme.ALARM[1:]}{mark}")
            line += 1
        else:
            page.set_header(f"&L{_plain(say(book.title, self.lead))}")
        page.set_footer("&C&P / &N")
        caption = self.both(table.caption, " ")
        if caption:
            put(line, caption, bold=True, font_size=11)
            line += 1
        lines: list[Words] = [*book.method, *table.notes]
        for words in lines:
            for language in dict.fromkeys(book.languages):
                text = say(words, language)
                if text and (language == self.lead or text != say(words, self.lead)):
                    put(line, text[:LONGEST_TEXT], font_color=theme.QUIET)
                    line += 1
        return line + 1

    def looks(self, column: Column) -> _Looks:
        """Give the formats of a column."""
        places = "." + "0" * column.decimals if column.decimals else ""
        shown = {"text": "General", "number": f"#,##0{places}", "percent": f"0{places}%"}[column.format]
        align = column.align or ("left" if column.format == "text" else "right")
        return _Looks(
            number=self.format(num_format=shown, align=align),
            bands=[
                (
                    band.start,
                    self.format(
                        num_format=shown, align=align, bg_color=band.colour, font_color=theme.on(band.colour)
                    ),
                )
                for band in sorted(column.bands, key=lambda one: one.start)
            ],
            text=self.format(align=column.align or "left"),
            date=self.format(num_format="yyyy-mm-dd", align=column.align or "left"),
            missing=self.format(align=align, font_color=theme.QUIET),
        )

    def cell(self, page: Any, place: tuple[int, int], cell: Cell, looks: _Looks) -> None:
        """Write a cell: numbers as numbers, dates as dates, everything else as text that stays text."""
        line, at = place
        if numbers.is_missing(cell):
            page.write_string(line, at, MISSING, looks.missing)
        elif isinstance(cell, bool):
            page.write_boolean(line, at, cell, looks.text)
        elif isinstance(cell, (int, float)):
            look = looks.number
            for start, banded in looks.bands:
                if start <= cell:
                    look = banded
            page.write_number(line, at, cell, look)
        elif isinstance(cell, dt.date):
            page.write_datetime(line, at, cell, looks.date)
        else:
            words = cell.in_(self.lead) if isinstance(cell, Text) else str(cell)
            page.write_string(line, at, words[:LONGEST_TEXT], looks.text)

    def finish(
        self, page: Any, columns: list[Column], widths: list[float], fixed: int, rows: tuple[int, int]
    ) -> None:
        """Set widths, frozen panes, filter and shades."""
        start, end = rows
        for at, column in enumerate(columns):
            page.set_column(at, at, widths[at])
            if column.shade != "none" and end > start:
                page.conditional_format(start, at, end - 1, at, _shade(column))
        page.freeze_panes(start, fixed)
        if columns:
            page.autofilter(start - 1, 0, max(end - 1, start), len(columns) - 1)

    def paper(
        self, page: Any, columns: list[Column], breaks: list[int] | None, fixed: int, head: int
    ) -> None:
        """Set how the sheet prints: the head and the frozen columns on every page, letters that can be read."""
        page.set_paper(9)
        page.set_margins(left=_MARGIN, right=_MARGIN)
        page.repeat_rows(head)
        if len(columns) > 8:
            page.set_landscape()
        if breaks is None:
            page.fit_to_pages(1, 0)
            return
        # a spreadsheet that fits to pages heeds no page break, so a wide sheet is scaled and cut
        page.set_print_scale(round(_SMALLEST * 100))
        page.repeat_columns(0, fixed - 1)
        page.set_v_pagebreaks(breaks)

    def width(self, column: Column, sampled: list[Row]) -> float:
        """Give the width of a column: Chinese characters count twice."""
        if column.width is not None:
            return column.width
        title = max((numbers.columns_wide(one) for one in self.both(column.title).split("\n")), default=0.0)
        cells = (numbers.cell_text(row.get(column.key), column, self.lead) for row in sampled)
        longest = max((numbers.columns_wide(text) for text in cells), default=0.0)
        # the heading also holds the filter's button
        return min(max(longest + 2, min(title, 24) + 4, 8), 60)


@dataclass(frozen=True, slots=True)
class _Above:
    """Where the lines above a wide table stand: beside its frozen columns, which every page repeats, on the first page.

    Attributes
    ----------
    start, end
        The first column, and the one after the last.
    """

    start: int
    end: int
    widths: list[float]

    def height(self, text: str, size: float) -> float:
        """Points that a text takes here when it is wrapped."""
        lines = math.ceil(numbers.columns_wide(text) * size / 10 / sum(self.widths[self.start : self.end]))
        return (size * 1.4) * max(lines, 1) + 2


def fits(widths: Sequence[float]) -> bool:
    """Tell whether columns can be read when they are made to fit the width of a page."""
    return _inches(widths) * _SMALLEST <= _LANDSCAPE


def page_breaks(columns: Sequence[Column], widths: Sequence[float], fixed: int) -> list[int]:
    """Give the columns before which a printed page ends; a column that stays beside another is not parted from it."""
    room = _LANDSCAPE / _SMALLEST - _inches(widths[:fixed])
    breaks: list[int] = []
    block = start = fixed
    for at in range(fixed, len(columns)):
        if not columns[at].beside:
            block = at
        if _inches(widths[start : at + 1]) > room and block > start:
            breaks.append(block)
            start = block
    return breaks


def _inches(widths: Sequence[float]) -> float:
    """How wide columns print at full size; a character takes 7 points of a screen in Excel, up to 10 elsewhere."""
    return sum(10 * width + 5 for width in widths) / 96


def _lines(title: str, width: float) -> int:
    """Lines a heading takes in a column; the filter's button takes some of them."""
    return sum(
        max(1, math.ceil(numbers.columns_wide(part) / max(width - 2, 1))) for part in title.split("\n")
    )


def _plain(text: str) -> str:
    """Give text for a header, where & begins a command."""
    return text.replace("&", "&&")[:120]


def _shade(column: Column) -> dict[str, object]:
    if column.shade == "bar":
        return {
            "type": "data_bar",
            "bar_color": theme.SEQUENTIAL[2],
            "bar_solid": True,
            "bar_border_color": theme.SEQUENTIAL[2],
        }
    return {
        "type": "3_color_scale",
        "min_color": theme.SEQUENTIAL[0],
        "mid_color": theme.SEQUENTIAL[1],
        "max_color": theme.SEQUENTIAL[2],
    }


def xlsx_bytes(workbook: Workbook) -> bytes:
    """Give the workbook as bytes: the same bytes for the same workbook."""
    return _Writer(workbook).write()


def write_xlsx(workbook: Workbook, path: str | PathLike[str]) -> None:
    """Write a workbook.

    Rows are read once and streamed; what a sheet cannot hold goes on in a next one.

    Raises
    ------
    Problem
        `file_unwritable`.
    """
    write_bytes(path, xlsx_bytes(workbook))
