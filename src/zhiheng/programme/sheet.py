"""Small tables of a programme: indicators, labels, margins. All cells are text."""

from __future__ import annotations

import csv
import io
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
        findings.add("file_missing", name, found=name)
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
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError:
            findings.add("encoding_unknown", name, found=error.start + 1, expected="UTF-8")
            return None
        # the plan declares no encoding for its own small files, so GBK is read as what it plainly is
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]


def _xlsx(path: Path, name: str, findings: Findings) -> list[list[str]] | None:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - only for spreadsheets

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        findings.add("file_damaged", name, found=error, expected="xlsx")
        return None
    return [[plain(cell).strip() for cell in row] for row in rows]
