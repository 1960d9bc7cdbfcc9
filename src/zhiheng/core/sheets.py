"""Lists in and out: a csv or a workbook that somebody hands in, read as text; a list handed out as a workbook."""

from __future__ import annotations

import csv
import io
import itertools
import zipfile
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

from zhiheng.core import workbooks
from zhiheng.core.problems import SHEET_LARGE, SHEET_UNREADABLE, Problem
from zhiheng.documents import Column, Sheet, Table, Workbook
from zhiheng.documents.spreadsheet import xlsx_bytes
from zhiheng.ui.words import Text, language, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zhiheng.documents.tables import Cell, Row
    from zhiheng.documents.words import Words

LARGEST: Final = 5 * 2**20
LARGEST_UNPACKED: Final = 100 * 2**20
WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How an .xlsx and an .xls begin, whatever they are called."""
HEAD: Final = 30
"""So many lines tell what a csv separates its cells by."""
LIVE: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a text begins that a spreadsheet would compute; a Chinese one takes the wide characters, too."""


def read(content: bytes) -> list[list[str]]:
    """Give the rows of a csv or of the first sheet of a workbook, every cell as text; nothing in it is computed.

    What the file is goes by its bytes, never by its name. A csv may be UTF-8, UTF-16 with its mark, or GBK.
    """
    if len(content) > LARGEST:
        raise Problem(SHEET_LARGE, field="file", most=LARGEST // 2**20)
    rows = _workbook(content) if content.startswith(WORKBOOKS) else _csv(content)
    return [[cell.strip() for cell in row] for row in rows]


def hand_out(name: Text, columns: Sequence[Column], rows: Iterable[Row]) -> HttpResponse:
    """Answer with a workbook of one sheet, in the language of the request; no text in it is a live formula."""
    today = timezone.localdate()
    book = Workbook(
        title=name,
        sheets=[Sheet(name, Table(columns, rows))],
        edition=f"{say(Text(*settings.ASSOCIATION))} · {today}",
        made_up=settings.DEMO,
        languages=[language()],
        date=today,
    )
    answer = HttpResponse(
        xlsx_bytes(book), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer.headers["Content-Disposition"] = _attachment(name, "xlsx")
    return answer


def stream(name: Text, columns: Sequence[Column], rows: Iterable[Row]) -> StreamingHttpResponse:
    """Answer with a csv that goes out row by row, however many there are; no text in it is a live formula."""
    writer = csv.writer(_Echo())
    head: list[Cell] = [_said(column.title) for column in columns]
    lines = ([dead(row.get(column.key)) for column in columns] for row in rows)
    answer = StreamingHttpResponse(
        (
            "\ufeff" * (not at) + writer.writerow(line)
            for at, line in enumerate(itertools.chain([head], lines))
        ),
        content_type="text/csv; charset=utf-8",
    )
    answer.headers["Content-Disposition"] = _attachment(name, "csv")
    return answer


class _Echo:
    """What a csv writer writes to when each line is wanted at once."""

    def write(self, line: str) -> str:
        return line


def _said(words: Words) -> str:
    return say(words) if isinstance(words, Text) else words


def dead(cell: Cell) -> Cell:
    """Give a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(LIVE) else cell


def _attachment(name: Text, end: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(f'{say(name)} {timezone.localdate()}.{end}')}"


def _csv(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    head = "\n".join(text.split("\n", HEAD)[:HEAD])  # a title may stand above the headings
    mark = max(",\t;", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise Problem(SHEET_UNREADABLE, field="file") from error


def _decoded(content: bytes) -> str:
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Problem(SHEET_UNREADABLE, field="file")


def _workbook(content: bytes) -> list[list[str]]:
    if content.startswith(WORKBOOKS[0]):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                unpacked = sum(part.file_size for part in packed.infolist())
        except zipfile.BadZipFile as error:
            raise Problem(SHEET_UNREADABLE, field="file") from error
        if unpacked > LARGEST_UNPACKED:
            raise Problem(SHEET_LARGE, field="file", most=LARGEST_UNPACKED // 2**20)
    if (found := workbooks.rows(content)) is None:
        raise Problem(SHEET_UNREADABLE, field="file")
    return found
