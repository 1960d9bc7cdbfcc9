"""Small tables of a programme: indicators, labels, margins. All cells are text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zhiheng.programme.problems import Findings, listed
from zhiheng.programme.section import plain


@dataclass(frozen=True)
class Sheet:
    """Rows of a small csv or xlsx; `rows[i]` stands in row ``first_row + i`` of the file."""

    file: str
    header: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    row_numbers: tuple[int, ...]

    def require(self, columns: tuple[str, ...], findings: Findings) -> bool:
        """Tell the columns that are missing."""
        missing = [c for c in columns if c not in self.header]
        for column in missing:
            findings.add("column_missing", self.file, 1, column, column, listed(self.header))
        return not missing


def read_sheet(path: Path, name: str, findings: Findings) -> Sheet | None:
    """Read a small table; blank rows are left out, blanks around cells too.

    Returns
    -------
    Sheet or None
        None when it cannot be read; findings tell why.
    """
    if not path.is_file():
        findings.add("plan_file_missing", name, found=name)
        return None
    if path.suffix.lower() == ".xlsx":
        grid = _xlsx(path, name, findings)
    elif path.suffix.lower() == ".csv":
        grid = _csv(path, name, findings)
    else:
        findings.add("file_kind", name, found=path.suffix, expected=".csv | .xlsx")
        return None
    if grid is None:
        return None
    header = tuple(grid[0]) if grid else ()
    rows, numbers = [], []
    for number, cells in enumerate(grid[1:], start=2):
        if any(cells):
            beyond = [c for c in cells[len(header) :] if c]
            if beyond:
                findings.add("cells_beyond", name, number, found=listed(beyond), expected=f"{len(header)}")
            padded = list(cells) + [""] * (len(header) - len(cells))
            rows.append(dict(zip(header, padded, strict=False)))
            numbers.append(number)
    if not rows:
        findings.add("file_empty", name, found=("没有数据行", "no row of data"))
        return None
    for column in dict.fromkeys(c for c in header if c and header.count(c) > 1):
        findings.add("header_repeated", name, 1, column, column)
    return Sheet(name, header, tuple(rows), tuple(numbers))


def _csv(path: Path, name: str, findings: Findings) -> list[list[str]] | None:
    raw = path.read_bytes()
    wrong = encoding_problem(raw)
    if wrong in {"encoding_utf16", "encoding_none"}:
        findings.add(wrong, name)
        return None
    # the plan declares no encoding for its own small files, so GBK is read as what it plainly is
    text = raw.decode("utf-8-sig" if wrong is None else "gb18030")
    grid = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
    if grid and (found := separator_of(grid[0])):
        findings.add("csv_separator", name, 1, found=found)
        return None
    return grid


def encoding_problem(raw: bytes) -> str | None:
    """Give the finding of a text that is not UTF-8: UTF-16, GBK or neither; none where it is."""
    if is_utf16(raw[:400]):
        return "encoding_utf16"
    for encoding, code in (("utf-8", None), ("gb18030", "encoding_gb")):
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return code
    return "encoding_none"


def is_utf16(start: bytes) -> bool:
    """Tell text of two bytes a character: by its mark, or by the zeros between Latin letters."""
    return start[:2] in (b"\xff\xfe", b"\xfe\xff") or start.count(0) > len(start) / 5


def separator_of(header: Sequence[str]) -> tuple[str, str] | None:
    """Name what parts the cells of a header that has no comma; none where a comma does, or nothing."""
    if len(header) != 1:
        return None
    marks = {
        "\t": ("制表符", "a tab"),
        ";": ("分号", "a semicolon"),
        "|": ("竖线", "a bar"),
        "，": ("中文逗号", "a Chinese comma"),
    }
    return next((words for mark, words in marks.items() if mark in header[0]), None)


def _xlsx(path: Path, name: str, findings: Findings) -> list[list[str]] | None:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - only for spreadsheets

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        findings.add("file_damaged", name, found=error, expected="xlsx")
        return None
    return [[plain(cell).strip() for cell in row] for row in rows]
