"""Open a data file and take the columns that are needed, as they stand in the file.

Text files give text columns, so that a value is judged by the plan and never by a guess; files that carry types give
numbers as numbers. A spreadsheet is streamed row by row.
"""

from __future__ import annotations

import codecs
import gzip
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa

from zhiheng.programme.problems import Findings, listed
from zhiheng.programme.section import plain
from zhiheng.programme.sheet import is_utf16, separator_of
from zhiheng.programme.sheet_cells import cells_without_value

KINDS = (".csv", ".csv.gz", ".parquet", ".xlsx", ".sav", ".dta")

#: a sheet of more XML than this is refused: reading takes about twice its size in memory
XLSX_MOST_BYTES = 600_000_000
#: a sheet of more XML than this is read with a warning
XLSX_SLOW_BYTES = 60_000_000
#: XML bytes a second that calamine read here (1 million rows of 6 columns: 264 MB in 5 s); for the warning only
XLSX_BYTES_PER_SECOND = 50_000_000

#: a larger share of values that fit no coding is a mistake of the plan, not of some rows
MOST_MISFITS = 0.05

_CHUNK = 8 << 20


@dataclass(frozen=True)
class RawTable:
    """Columns of a file. Row i of `data` stands in row ``i + first_row`` of the file.

    `record` is what run.json says of a source whose file cannot be hashed.
    """

    file: str
    header: tuple[str, ...]
    data: pa.Table
    first_row: int = 2
    record: Mapping[str, object] | None = None


def kind_of(path: Path) -> str:
    """The kind of a file by its name."""
    name = path.name.lower()
    return next((k for k in sorted(KINDS, key=len, reverse=True) if name.endswith(k)), path.suffix.lower())


class DataFile:
    """A data file: first its header, then the columns asked for."""

    header_row: int | None = 1

    def __init__(self, path: Path, name: str, encoding: str, sheet: str, findings: Findings) -> None:
        self.path = path
        self.name = name
        self.encoding = encoding
        self.sheet = sheet
        self.findings = findings
        self.kind = kind_of(path)
        self._names: list[str] = []

    def header(self) -> tuple[str, ...] | None:
        """Read the column names, blanks around them removed; none when the file cannot be read (findings tell why)."""
        if not self.path.is_file():
            self.findings.add("file_missing", self.name, found=self.name)
            return None
        if self.kind not in KINDS:
            self.findings.add(
                "file_kind", self.name, found=self.kind or self.name, expected=" | ".join(KINDS)
            )
            return None
        if self.path.stat().st_size == 0:
            self.findings.add("file_empty", self.name, found=("0 字节", "0 bytes"))
            return None
        if self.kind in (".csv", ".csv.gz") and not self._encoding_is_right():
            return None
        try:
            names = self._header()
        except _Told:
            return None
        except Exception as error:  # noqa: BLE001  each reader raises its own kinds for a damaged file
            self._damaged(error)
            return None
        self._names = [str(n).strip() for n in names]
        if not any(self._names):
            self.findings.add("file_empty", self.name, 1, found=("第 1 行没有表头", "row 1 holds no header"))
            return None
        if self.kind in (".csv", ".csv.gz") and (found := separator_of(self._names)):
            self.findings.add("csv_separator", self.name, 1, found=found)
            return None
        return tuple(self._names)

    def read(self, columns: Sequence[str]) -> RawTable | None:
        """Take columns, which must be in the header."""
        for column in columns:
            if self._names.count(column) > 1:
                self.findings.add("header_repeated", self.name, 1, column, column)
                return None
        try:
            data = self._read(list(columns))
        except _Told:
            return None
        except Exception as error:  # noqa: BLE001  as above
            self._damaged(error)
            return None
        if data.num_rows == 0:
            self.findings.add("file_empty", self.name, found=("只有表头，没有数据行", "a header and no rows"))
            return None
        return RawTable(self.name, tuple(self._names), data)

    # ── one reader a kind ──

    def _header(self) -> list[str]:
        if self.kind == ".parquet":
            import pyarrow.parquet as pq  # noqa: PLC0415 - slow import

            return list(pq.read_schema(self.path).names)
        if self.kind == ".xlsx":
            return next(self._sheet_rows(), [])
        if self.kind in (".sav", ".dta"):
            import pyreadstat  # noqa: PLC0415 - only for SPSS and Stata

            read = pyreadstat.read_sav if self.kind == ".sav" else pyreadstat.read_dta
            return list(read(str(self.path), metadataonly=True)[1].column_names)
        with self._bytes() as stream:
            text = codecs.getreader("utf-8-sig" if self.encoding == "utf-8" else self.encoding)(stream)
            import csv  # noqa: PLC0415 - only for text files

            return next(csv.reader(text), [])

    def _read(self, columns: list[str]) -> pa.Table:
        if self.kind == ".parquet":
            import pyarrow.parquet as pq  # noqa: PLC0415 - slow import

            stored = [n for n in pq.read_schema(self.path).names if n.strip() in columns]
            table = pq.read_table(self.path, columns=stored)
            return table.rename_columns([c.strip() for c in table.column_names]).select(columns)
        if self.kind == ".xlsx":
            return self._read_sheet(columns)
        if self.kind in (".sav", ".dta"):
            return self._read_labelled(columns)
        return self._read_text(columns)

    def _read_text(self, columns: list[str]) -> pa.Table:
        from pyarrow import csv  # noqa: PLC0415 - slow import

        wrong: list[tuple[int | None, int, int]] = []

        def note(row: Any) -> str:
            wrong.append((row.number, row.actual_columns, row.expected_columns))
            return "skip"

        unique = [n if self._names.index(n) == i else f"{n}\0{i}" for i, n in enumerate(self._names)]
        with self._bytes() as stream:
            table = csv.read_csv(
                stream,
                read_options=csv.ReadOptions(
                    column_names=unique, skip_rows=1, encoding="utf8" if self.encoding == "utf-8" else self.encoding,
                    use_threads=False,
                ),
                parse_options=csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
                convert_options=csv.ConvertOptions(
                    include_columns=columns,
                    column_types=dict.fromkeys(columns, pa.string()),
                    strings_can_be_null=False,
                ),
            )  # fmt: skip
        if wrong:
            row, actual, expected = wrong[0]
            self.findings.add(
                "file_damaged", self.name, row,
                found=(f"这一行有 {actual} 列", f"this row has {actual} columns"),
                expected=(f"csv（每行 {expected} 列）", f"csv with {expected} columns in each row"),
                rows=len(wrong),
            )  # fmt: skip
            raise _Told
        return table

    def _read_sheet(self, columns: list[str]) -> pa.Table:
        places = [self._names.index(c) for c in columns]
        batches = []
        rows = self._sheet_rows()
        next(rows, None)
        while batch := _taken(rows, 50_000):
            cells = [
                pa.array([plain(r[p]) if p < len(r) else "" for r in batch], pa.string()) for p in places
            ]
            batches.append(pa.table(cells, names=columns))
        if not batches:
            return pa.table({c: pa.array([], pa.string()) for c in columns})
        table = _without_blank_end(pa.concat_tables(batches))
        self._tell_cells_without_value(columns, places, table.num_rows)
        return table

    def _tell_cells_without_value(self, columns: list[str], places: list[int], rows: int) -> None:
        """Tell formulas that were never worked out or failed: the reader gives them as blank, which no one wrote."""
        for place, blanks in cells_without_value(self.path, self.sheet).items():
            if place in places:
                wrong = blanks.never or blanks.rows > MOST_MISFITS * rows
                self.findings.add(
                    "cells_without_value", self.name, blanks.row, columns[places.index(place)], blanks.text,
                    severity="error" if wrong else "warning", rows=blanks.rows,
                )  # fmt: skip

    def _sheet_rows(self) -> Iterator[list[Any]]:
        from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only for spreadsheets

        self._size_is_bearable()
        book = CalamineWorkbook.from_path(str(self.path))
        if self.sheet and self.sheet not in book.sheet_names:
            self.findings.add("sheet_missing", self.name, found=self.sheet, expected=listed(book.sheet_names))
            raise _Told
        sheet = book.get_sheet_by_name(self.sheet) if self.sheet else book.get_sheet_by_index(0)
        return cast("Iterator[list[Any]]", sheet.iter_rows())

    def _size_is_bearable(self) -> None:
        with zipfile.ZipFile(self.path) as archive:
            size = max((i.file_size for i in archive.infolist() if i.filename.startswith("xl/")), default=0)
        megabytes = f"{size / 1e6:.0f} MB"
        if size > XLSX_MOST_BYTES:
            self.findings.add(
                "xlsx_too_big", self.name, found=megabytes, expected=f"{XLSX_MOST_BYTES / 1e6:.0f} MB"
            )
            raise _Told
        if size > XLSX_SLOW_BYTES and not self._names:  # told once, with the header
            seconds = f"{size / XLSX_BYTES_PER_SECOND:.0f} s"
            self.findings.add("xlsx_slow", self.name, found=megabytes, expected=seconds, severity="warning")

    def _read_labelled(self, columns: list[str]) -> pa.Table:
        import pyreadstat  # noqa: PLC0415 - only for SPSS and Stata

        read = pyreadstat.read_sav if self.kind == ".sav" else pyreadstat.read_dta
        found, meta = read(str(self.path), output_format="dict")
        by_name = dict(zip(self._names, meta.column_names, strict=True))
        return pa.table({c: _typed(list(found[by_name[c]])) for c in columns})

    # ── encodings ──

    def _bytes(self) -> IO[bytes]:
        return cast(
            "IO[bytes]", gzip.open(self.path, "rb") if self.kind == ".csv.gz" else self.path.open("rb")
        )

    def _encoding_is_right(self) -> bool:
        """Read the file through once; text that decodes to something else than was meant is worse than none."""
        try:
            with self._bytes() as stream:
                start = stream.read(400)
            if is_utf16(start):
                self.findings.add("encoding_utf16", self.name)
                return False
            wrong = self._first_wrong_byte("utf-8")
        except (OSError, EOFError) as error:
            self._damaged(error)
            return False
        if self.encoding == "utf-8":
            if wrong is None:
                return True
            code = "encoding_gb" if self._first_wrong_byte("gb18030") is None else "encoding_unknown"
            self.findings.add(code, self.name, column="encoding", found=wrong, expected="UTF-8")
            return False
        if wrong is None and self._has_wide_bytes():
            self.findings.add("encoding_utf8", self.name, column="encoding", found="UTF-8")
            return False
        wrong = self._first_wrong_byte(self.encoding)
        if wrong is not None:
            self.findings.add(
                "encoding_unknown", self.name, column="encoding", found=wrong, expected=self.encoding
            )
        return wrong is None

    def _first_wrong_byte(self, encoding: str) -> int | None:
        decoder = codecs.getincrementaldecoder(encoding)()
        passed = 0
        with self._bytes() as stream:
            while chunk := stream.read(_CHUNK):
                held = len(decoder.getstate()[0])
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    return passed - held + error.start + 1
                passed += len(chunk)
        return passed if decoder.getstate()[0] else None

    def _has_wide_bytes(self) -> bool:
        with self._bytes() as stream:
            while chunk := stream.read(_CHUNK):
                if not chunk.isascii():
                    return True
        return False

    def _damaged(self, error: Exception) -> None:
        text = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        found = (
            f"文件已损坏，或内容与扩展名不符（{text}）",
            f"it is damaged, or something else than its name says ({text})",
        )
        self.findings.add("file_damaged", self.name, found=found, expected=self.kind.lstrip("."))


class _Told(Exception):  # noqa: N818  a signal inside this file: the finding is already noted
    pass


def _taken(rows: Iterator[list[Any]], most: int) -> list[list[Any]]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == most:
            break
    return batch


def _without_blank_end(table: pa.Table) -> pa.Table:
    """Leave out blank rows at the end, which spreadsheets keep when cells were formatted and never filled."""
    import pyarrow.compute as pc  # noqa: PLC0415 - slow import

    filled = None
    for name in table.column_names:
        here = pc.not_equal(table.column(name), "")
        filled = here if filled is None else pc.or_(filled, here)
    if filled is None or pc.all(filled).as_py():
        return table
    last = max((i for i, f in enumerate(filled.to_pylist()) if f), default=-1)
    return table.slice(0, last + 1)


def _typed(values: list[Any]) -> pa.Array:
    if all(isinstance(v, int | float) or v is None for v in values):
        return pa.array([None if v is None or math.isnan(v) else float(v) for v in values], pa.float64())
    return pa.array(["" if v is None else plain(v) for v in values], pa.string())
