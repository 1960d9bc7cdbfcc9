"""Open whatever holds rows (parquet, csv, xlsx, sav, dta, PostgreSQL, Arrow, pandas, polars) as a `Source`."""

from __future__ import annotations

import codecs
import contextlib
import csv
import math
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction import plain
from zhiheng.measure.reduction.postgres import Postgres, open_table
from zhiheng.measure.reduction.source import Database, Source
from zhiheng.measure.reduction.terms import literal

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

SQL_TYPES = {
    "bool": "BOOLEAN", "int8": "TINYINT", "int16": "SMALLINT", "int32": "INTEGER", "int64": "BIGINT",
    "uint8": "UTINYINT", "uint16": "USMALLINT", "uint32": "UINTEGER", "uint64": "UBIGINT",
    "float": "FLOAT", "double": "DOUBLE", "string": "VARCHAR", "large_string": "VARCHAR", "date32[day]": "DATE",
}  # fmt: skip
"""The SQL type of an Arrow type, where there is no doubt."""

CSV_TYPES = "['BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'VARCHAR']"
"""What a csv column may become: never a boolean, or “Yes” would stop being an answer."""


RESERVED = "zhiheng_"
"""How the names begin of columns that the engine makes (`zhiheng.measure.reduction.terms`)."""

TWO_HALVES = 200_000
"""Rows from which reading a file in two halves at once pays."""


@contextlib.contextmanager
def opened(data: object, *, exact: bool = False) -> Iterator[Source]:
    """Open the rows and close them again.

    Parameters
    ----------
    data : a path or list of paths (.parquet, .csv, .xlsx, .sav, .dta), a pyarrow table, a pandas or polars frame, or
        a `Postgres` table.
    exact : read on one thread, so that sums come out with the same bits every time.

    Raises
    ------
    Problem : the file is missing, empty, of an unknown kind, or not UTF-8; the database cannot be reached; two columns
        have one name, or a column has a name that the engine keeps for itself.
    """
    with contextlib.ExitStack() as stack:
        source = _opened(stack, data, exact=exact)
        if reserved := [c for c in source.types if c.lower().startswith(RESERVED)]:
            raise Problem("column_reserved", columns="、".join(reserved))
        yield source


def _opened(stack: contextlib.ExitStack, data: object, *, exact: bool) -> Source:
    """Open the rows until the stack is closed."""
    database = Database(exact=exact)
    stack.callback(database.close)
    if isinstance(data, Postgres):
        import pyarrow as pa  # noqa: PLC0415 - slow import

        stream = stack.enter_context(open_table(data))
        database.connection.register("source", pa.schema(stream.columns).empty_table())
        return Source(database, _described(database), stream.complete, [], stream=stream)
    if isinstance(data, str | os.PathLike):
        return _files(database, [Path(data)], exact=exact)
    if isinstance(data, list | tuple) and data and all(isinstance(d, str | os.PathLike) for d in data):
        return _files(database, [Path(d) for d in data], exact=exact)
    table = as_arrow(data)
    if table.num_rows == 0:
        raise Problem("empty_file", path="(table)")
    return _table(database, table, exact=exact)


def _described(database: Database) -> dict[str, str]:
    """Give the SQL type of every column, asking the database.

    Raises
    ------
    Problem : the database does not know a type of a table.
    """
    import duckdb  # noqa: PLC0415 - slow import

    try:
        found = database.connection.execute("DESCRIBE source").fetchall()
    except duckdb.Error as error:
        raise Problem("table_not_read", found=_first_line(error)) from error
    return {r[0]: r[1] for r in found}


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _check_once(names: Sequence[str]) -> None:
    """Fail when two columns have one name."""
    if len(set(names)) < len(names):
        twice = [name for name, times in Counter(names).items() if times > 1]
        raise Problem("column_twice", columns="、".join(map(str, twice)))


def _types(schema: pa.Schema) -> dict[str, str] | None:
    """Give the SQL type of every column; None where only the database knows."""
    names = [name.lower() for name in schema.names]
    types = [SQL_TYPES.get(str(of)) for of in schema.types]
    known = [of for of in types if of is not None]
    return (
        dict(zip(schema.names, known, strict=True))
        if known == types and len({*names}) == len(names)
        else None
    )


def _table(database: Database, table: pa.Table, *, exact: bool) -> Source:
    """Give the rows of a table."""
    _check_once(table.column_names)
    database.ready(lambda connection: connection.register("source", table))
    complete = frozenset(n for n in table.column_names if table.column(n).null_count == 0)
    batches = plain.Batches(
        table.schema,
        lambda columns, _, rows: [iter(table.select(columns).to_batches(max_chunksize=rows))],
        1 if exact else _workers(),
    )
    return Source(database, _types(table.schema) or _described(database), complete, [], batches=batches)


def _workers() -> int:
    """Threads for a pass without the database: it was measured on two, and past four they wait for each other."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(4, mine or 1)


def _files(database: Database, paths: list[Path], *, exact: bool) -> Source:
    """Give the rows of files."""
    for path in paths:
        if not path.exists():
            raise Problem("file_missing", path=path.name)
        if path.stat().st_size == 0:
            raise Problem("empty_file", path=path.name)
    kinds = {p.suffix.lower() for p in paths}
    if not kinds <= {".parquet", ".csv", ".xlsx", ".sav", ".dta"} or len(kinds) > 1:
        raise Problem("file_kind_unknown", path=", ".join(p.name for p in paths))
    kind = kinds.pop()
    if kind == ".parquet":
        return _parquet(database, paths, exact=exact)
    if kind == ".csv":
        for path in paths:
            with path.open("rb") as file:
                if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
                    raise Problem("file_utf16", path=path.name)
        _view(database, paths, f"read_csv({{}}, sample_size=-1, auto_type_candidates={CSV_TYPES})")
        types = _described(database)
        # what the database makes of a file whose rows do not fit its header
        if len(types) == 1 or list(types) == [f"column{i}" for i in range(len(types))]:
            for path in paths:
                _check_cells(path)
        return Source(database, types, frozenset(), [])
    import pyarrow as pa  # noqa: PLC0415 - slow import

    table = pa.concat_tables([read_table(p) for p in paths], promote_options="default")
    return _table(database, table, exact=exact)


def _check_cells(path: Path) -> None:
    """Fail on the first line of a csv file that has not as many cells as its header."""
    with (
        path.open(encoding="utf-8-sig", errors="replace", newline="") as file,
        contextlib.suppress(csv.Error),
    ):
        separator = max(",;\t|", key=file.readline().count)
        file.seek(0)
        lines = csv.reader(file, delimiter=separator)
        expected = len(next(lines, []))
        for cells in lines if expected > 1 else ():
            if cells and len(cells) != expected:
                raise Problem(
                    "file_ragged", path=path.name, row=lines.line_num, found=len(cells), expected=expected,
                    separator="Tab" if separator == "\t" else separator,
                )  # fmt: skip


def _view(database: Database, paths: list[Path], reader: str) -> None:
    """Make the files the view ``source``, and look that it can be read and has rows."""
    import duckdb  # noqa: PLC0415 - slow import

    listed = "[" + ", ".join(literal(str(p)) for p in paths) + "]"
    try:
        # the files are asked for by a view; after that nothing but these files may be reached
        connection = database.connection
        connection.execute(f"CREATE VIEW source AS SELECT * FROM {reader.format(listed)}")
        connection.execute(f"SET allowed_paths = {listed}")
        connection.execute("SET enable_external_access = false")
        if not connection.execute("SELECT 1 FROM source LIMIT 1").fetchall():
            raise Problem("empty_file", path=paths[0].name)
    except duckdb.Error as error:
        reason = str(error)
        if reader.startswith("read_csv") and ("utf-8" in reason.lower() or "unicode" in reason.lower()):
            raise Problem("file_encoding", path=paths[0].name) from error
        raise Problem("file_unreadable", path=paths[0].name, found=reason.splitlines()[0]) from error


def _parquet(database: Database, paths: list[Path], *, exact: bool) -> Source:
    """Give the rows of parquet files."""
    import pyarrow as pa  # noqa: PLC0415 - slow import
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow import

    try:
        told = [pq.read_metadata(path) for path in paths]
        schemas = [of.schema.to_arrow_schema() for of in told]
        for of in schemas:
            _check_once(of.names)
    except (pa.ArrowException, OSError):  # what Arrow cannot read the database reads, or says why not
        _view(database, paths, "read_parquet({})")
        return Source(database, _described(database), frozenset(), [])
    schema, rows = schemas[0], sum(of.num_rows for of in told)
    alike = all(of.equals(schema) for of in schemas)
    types = _types(schema) if alike and rows else None
    # DuckDB reads a row group on one thread: a file that has only one is read as two halves
    halved = not exact and rows >= TWO_HALVES and sum(of.num_row_groups for of in told) == 1
    halved = halved and "file_row_number" not in schema.names

    def attach(_: object) -> None:
        _view(database, paths, "read_parquet({})")
        if halved:
            half = (
                "SELECT * EXCLUDE (file_row_number) "
                f"FROM read_parquet([{literal(str(paths[0]))}], file_row_number = true) WHERE file_row_number"
            )
            database.connection.execute(
                f"CREATE VIEW halves AS {half} < {rows // 2} UNION ALL {half} >= {rows // 2}"
            )

    database.ready(attach)
    return Source(
        database,
        types or _described(database),
        frozenset.intersection(*(_complete(of) for of in told)),
        [],
        "halves" if halved else "source",
        batches=plain.Batches(schema, _shares(paths, told), 1 if exact else _workers()) if alike else None,
    )


def _complete(told: pq.FileMetaData) -> frozenset[str]:
    """Name the columns of a parquet file that have no missing value, as far as it tells."""
    complete = set(range(told.num_columns))
    for i in range(told.num_row_groups):
        group = told.row_group(i)
        for c in list(complete):
            known = group.column(c).statistics
            if known is None or not known.has_null_count or known.null_count:
                complete.remove(c)
    return frozenset(told.schema.column(c).path for c in complete)


def _shares(
    paths: list[Path], told: Sequence[pq.FileMetaData]
) -> Callable[[Sequence[str], int, int], list[Iterator[pa.RecordBatch]]]:
    """Give what reads some columns of parquet files, in so many shares, so many rows at a time."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow import

    groups = [(i, group) for i, of in enumerate(told) for group in range(of.num_row_groups)]

    def share(own: list[tuple[int, int]], columns: list[str], rows: int) -> Iterator[pa.RecordBatch]:
        for i, path in enumerate(paths):
            # without these two, all of a row group is held at once
            with pq.ParquetFile(path, metadata=told[i], pre_buffer=False, buffer_size=1 << 16) as file:
                yield from file.iter_batches(
                    rows, [g for at, g in own if at == i], columns, use_threads=False
                )

    def shares(columns: Sequence[str], number: int, rows: int) -> list[Iterator[pa.RecordBatch]]:
        number = min(number, len(groups))
        return [share(groups[k::number], list(columns), rows) for k in range(number)]

    return shares


def as_arrow(data: object) -> pa.Table:
    """Give a pyarrow table from a pyarrow table, a pandas or polars frame, or a dict of columns.

    Raises
    ------
    Problem : it is nothing of the kind, or has values that Arrow cannot put into a column.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow import

    if isinstance(data, pa.Table):
        return data
    kind = type(data).__module__.split(".")[0]
    frame: Any = data
    if kind == "pandas" and hasattr(data, "columns"):
        _check_once(list(frame.columns))
        make = partial(pa.Table.from_pandas, frame, preserve_index=False)
    elif kind == "polars" and hasattr(data, "to_arrow") and hasattr(data, "columns"):
        make = frame.to_arrow
    elif isinstance(data, dict):
        make = partial(pa.table, frame)
    else:
        raise Problem("data_kind_unknown", found=type(data).__name__)
    try:
        table: pa.Table = make()
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise Problem("table_not_read", found=_first_line(error)) from error
    return table


def read_table(path: Path) -> pa.Table:
    """Read a spreadsheet (first sheet, header in its first row) or an SPSS or Stata file.

    Raises
    ------
    Problem : the file cannot be read or has no rows.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow import

    try:
        if path.suffix.lower() == ".xlsx":
            from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only for spreadsheets

            rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=True)
            header, body = [str(h) for h in (rows[0] if rows else [])], rows[1:]
            _check_once([h for h in header if h])
            columns = {h: [None if r[i] == "" else r[i] for r in body] for i, h in enumerate(header)}
            table = pa.table({h: _column(values) for h, values in columns.items()})
        else:
            import pyreadstat  # noqa: PLC0415 - only for SPSS and Stata

            read = pyreadstat.read_sav if path.suffix.lower() == ".sav" else pyreadstat.read_dta
            found, _meta = read(str(path), output_format="dict")
            table = pa.table({h: _column(list(values)) for h, values in found.items()})
    except Problem:
        raise
    except Exception as error:
        raise Problem("file_unreadable", path=path.name, found=str(error).splitlines()[0]) from error
    if table.num_rows == 0:
        raise Problem("empty_file", path=path.name)
    return table


def _column(values: list[Any]) -> pa.Array:
    """Make a column: numbers where all values are numbers, else text."""
    import pyarrow as pa  # noqa: PLC0415 - slow import

    values = [None if isinstance(v, float) and math.isnan(v) else v for v in values]
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if v is None else str(v) for v in values])
