"""Open whatever holds rows (parquet, csv, xlsx, sav, dta, PostgreSQL, Arrow, pandas, polars) as one table."""

from __future__ import annotations

import contextlib
import math
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from zhiheng.measure.design import CellCalibration
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction import plain
from zhiheng.measure.reduction.postgres import OpenTable, Postgres, open_table
from zhiheng.measure.reduction.terms import CELL, FACTOR, MARGIN, Grouping, literal, quoted

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
           "FLOAT", "DOUBLE", "BOOLEAN", "DECIMAL")  # fmt: skip

CSV_TYPES = "['BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'VARCHAR']"
"""What a csv column may become: never a boolean, or “Yes” would stop being an answer."""


TWO_HALVES = 200_000
"""Rows from which reading a file in two halves at once pays."""


@dataclass
class Source:
    """Rows under the name ``source`` on a database connection.

    Attributes
    ----------
    connection : the connection.
    types : column name to SQL type.
    complete : columns known to have no missing value without reading them.
    passes : every statement that read the rows, for `explain`.
    name : the table, as SQL, for passes over all rows.
    stream : where the rows come from when they are streamed anew for each pass.
    batches : the rows without the database, where Arrow reads them.
    calibration : whose cells are columns of the rows.
    """

    connection: duckdb.DuckDBPyConnection
    types: dict[str, str]
    complete: frozenset[str]
    passes: list[str]
    name: str = "source"
    stream: OpenTable | None = None
    batches: plain.Batches | None = None
    calibration: CellCalibration | None = None

    def begin(self, sql: str, rows: int | None = None) -> str:
        """Make the rows ready for one statement, or the first so many of them; give the statement."""
        if self.stream is not None:
            named = [c for c in self.stream.columns if names(sql, c)] or list(self.stream.columns)[:1]
            self.connection.register("source", self.stream.batches(named, rows))
        return sql

    def require(self, columns: Sequence[str]) -> None:
        """Fail when a column is not there."""
        for column in columns:
            if column not in self.types:
                raise Problem("column_missing", column=column, columns="、".join(self.types))

    def require_numeric(self, columns: Sequence[str]) -> None:
        """Fail when a column is not there or is not a number, naming the first text found."""
        self.require(columns)
        for column in columns:
            if not self.types[column].startswith(NUMERIC):
                name = quoted(column)
                sql = (
                    f"SELECT row, value FROM (SELECT row_number() OVER () AS row, {name} AS value FROM source) "
                    "WHERE value IS NOT NULL AND TRY_CAST(value AS DOUBLE) IS NULL ORDER BY row LIMIT 1"
                )
                with self.refusing(column):
                    rows = self.connection.execute(self.begin(sql)).fetchall()
                found = rows[0] if rows else (1, "(text)")
                raise Problem(
                    "text_in_number", column=column, row=found[0], found=found[1], type=self.types[column]
                )

    @contextlib.contextmanager
    def refusing(self, purpose: str) -> Iterator[None]:
        """Give what the database refuses as a problem."""
        import duckdb  # noqa: PLC0415 - slow import

        try:
            yield
        except duckdb.Error as error:
            if self.stream is not None and self.stream.failure is not None:
                raise self.stream.problem(self.stream.failure) from error
            raise _refusal(error, purpose) from error

    def query(self, sql: str, purpose: str) -> pa.Table:
        """Run one pass over the rows and note it."""
        self.passes.append(f"{purpose}: {sql}")
        with self.refusing(purpose):
            return self.connection.sql(self.begin(sql)).to_arrow_table()

    def grouped(self, grouping: Grouping, purpose: str) -> tuple[pa.Table, pa.Table | None]:
        """Run one grouped pass; give the table of its statement, and totals apart where they were kept apart."""
        if self.batches is not None:
            found = plain.group(self.batches, grouping, self.calibration)
            if found is not None:
                self.passes.append(f"{purpose}, without the database: {grouping.sql(self.name)}")
                return found
        return self.query(grouping.sql(self.name), purpose), None

    def celled(self, calibration: CellCalibration) -> Source:
        """Give the rows with their calibration cell, its factor and its level in each margin.

        Raises
        ------
        Problem : a row lies in no cell.
        """
        import pyarrow as pa  # noqa: PLC0415 - slow import

        if CELL in self.types:
            return self
        self.require(calibration.columns)
        columns = {f"key{i}": [c[i] for c in calibration.cells] for i in range(len(calibration.columns))}
        columns[CELL] = list(range(len(calibration.cells)))
        columns[FACTOR] = calibration.factors.tolist()
        columns |= {f"{MARGIN}{m}": level.tolist() for m, level in enumerate(calibration.margins)}
        self.connection.register("cells", pa.table(columns))
        match = " AND ".join(
            f"r.{quoted(c)} IS NOT DISTINCT FROM c.key{i}" for i, c in enumerate(calibration.columns)
        )
        added = [CELL, FACTOR, *(f"{MARGIN}{m}" for m in range(len(calibration.margins)))]
        joined = f"(SELECT r.*, {', '.join(f'c.{a}' for a in added)} FROM {self.name} r LEFT JOIN cells c ON {match})"
        types = self.types | dict.fromkeys(added, "BIGINT") | {FACTOR: "DOUBLE"}
        return replace(self, types=types, name=joined, calibration=calibration)

    def numbered(self, columns: Sequence[str]) -> Source:
        """Give some columns again with the row number, from 0, as column ``row``."""
        kept = "".join(f"{quoted(c)}, " for c in dict.fromkeys(columns))
        sql = f"CREATE TEMP TABLE numbered AS SELECT {kept}row_number() OVER () - 1 AS row FROM {self.name}"
        with self.refusing("numbered"):
            self.connection.execute(self.begin(sql))
        types = {c: self.types[c] for c in columns} | {"row": "BIGINT"}
        return replace(self, types=types, name="numbered", stream=None, batches=None)

    def shift(self, columns: Sequence[str]) -> dict[str, float]:
        """Give a constant near the mean of each column, from the first rows: taken off before squaring."""
        if not columns:
            return {}
        means = None if self.batches is None else plain.first_means(self.batches, columns, 1000)
        if means is None:
            wanted = ", ".join(f"avg({quoted(c)}::DOUBLE)" for c in columns)
            sql = f"SELECT {wanted} FROM (SELECT * FROM source LIMIT 1000)"
            with self.refusing("shift"):
                means = list(self.connection.execute(self.begin(sql, rows=1000)).fetchall()[0])
        # one significant digit is enough, and keeps the constant the same when the first rows differ a little
        return {
            c: 0.0 if v is None or not math.isfinite(v) else float(f"{v:.1g}")
            for c, v in zip(columns, means, strict=True)
        }


def names(sql: str, column: str) -> bool:
    """Tell whether a statement may use a column: never no when it does, sometimes yes when it does not."""
    if re.search(r"columns\s*\(", sql, re.IGNORECASE):
        return True
    bare = rf"(?<!\w){re.escape(column)}(?!\w)"
    return re.search(bare, sql, re.IGNORECASE) is not None or quoted(column).lower() in sql.lower()


def _refusal(error: duckdb.Error, purpose: str) -> Problem:
    import duckdb  # noqa: PLC0415 - slow import

    reason = str(error)
    if not isinstance(error, duckdb.InvalidInputException):
        return Problem("expression_refused", found=purpose, reason=reason.splitlines()[0])
    if "utf-8" in reason.lower() or "unicode" in reason.lower():
        return Problem("file_encoding", path="csv")
    return Problem("file_unreadable", path="source", found=reason.splitlines()[0])


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
    Problem : the file is missing, empty, of an unknown kind, or not UTF-8; the database cannot be reached.
    """
    import duckdb  # noqa: PLC0415 - slow import

    connection = duckdb.connect(
        ":memory:",
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"},
    )
    with contextlib.ExitStack() as stack:
        stack.callback(connection.close)
        if exact:
            connection.execute("SET threads = 1")
        connection.execute(
            "SET preserve_insertion_order = false" if not exact else "SET preserve_insertion_order = true"
        )
        # the one join, of rows with calibration cells, goes as it is written: cells are looked up for rows as they come
        connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        stream, name, batches = None, "source", None
        if isinstance(data, Postgres):
            import pyarrow as pa  # noqa: PLC0415 - slow import

            stream = stack.enter_context(open_table(data))
            connection.register("source", pa.schema(stream.columns).empty_table())
            complete = stream.complete
        else:
            complete, name, batches = _attach(connection, data, exact=exact)
        described = connection.execute("DESCRIBE source").fetchall()
        types = {r[0]: r[1] for r in described}
        yield Source(connection, types, complete, [], "source" if exact else name, stream, batches)


Attached: TypeAlias = "tuple[frozenset[str], str, plain.Batches | None]"
"""The columns without missing values, what to pass over the rows by, and the rows without the database."""


def _attach(connection: duckdb.DuckDBPyConnection, data: object, *, exact: bool) -> Attached:
    """Name the rows ``source``."""
    if isinstance(data, str | os.PathLike):
        return _attach_files(connection, [Path(data)], exact=exact)
    if isinstance(data, list | tuple) and data and all(isinstance(d, str | os.PathLike) for d in data):
        return _attach_files(connection, [Path(d) for d in data], exact=exact)
    table = as_arrow(data)
    if table.num_rows == 0:
        raise Problem("empty_file", path="(table)")
    return _register(connection, table, exact=exact)


def _register(connection: duckdb.DuckDBPyConnection, table: pa.Table, *, exact: bool) -> Attached:
    connection.register("source", table)
    complete = frozenset(n for n in table.column_names if table.column(n).null_count == 0)
    batches = plain.Batches(
        table.schema,
        lambda columns, _: [iter(table.select(columns).to_batches(max_chunksize=plain.BATCH))],
        1 if exact else _workers(),
    )
    return complete, "source", batches


def _workers() -> int:
    """Threads for a pass without the database: it was measured on two, and past four they wait for each other."""
    return min(4, os.cpu_count() or 1)


def _parquet_batches(paths: list[Path], *, exact: bool) -> plain.Batches | None:
    """Give the rows of parquet files as Arrow reads them; None where files differ in their columns."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow import

    told = [pq.read_metadata(path) for path in paths]
    schema = told[0].schema.to_arrow_schema()
    if any(not of.schema.to_arrow_schema().equals(schema) for of in told[1:]):
        return None
    groups = [(i, group) for i, of in enumerate(told) for group in range(of.num_row_groups)]

    def share(own: list[tuple[int, int]], columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        for i, path in enumerate(paths):
            # without these two, all of a row group is held at once
            with pq.ParquetFile(path, metadata=told[i], pre_buffer=False, buffer_size=1 << 16) as file:
                yield from file.iter_batches(
                    plain.BATCH, [g for at, g in own if at == i], list(columns), use_threads=False
                )

    def shares(columns: Sequence[str], number: int) -> list[Iterator[pa.RecordBatch]]:
        number = min(number, len(groups))
        return [share(groups[k::number], columns) for k in range(number)]

    return plain.Batches(schema, shares, 1 if exact else _workers())


def _attach_files(connection: duckdb.DuckDBPyConnection, paths: list[Path], *, exact: bool) -> Attached:
    import duckdb  # noqa: PLC0415 - slow import

    for path in paths:
        if not path.exists():
            raise Problem("file_missing", path=path.name)
        if path.stat().st_size == 0:
            raise Problem("empty_file", path=path.name)
    kinds = {p.suffix.lower() for p in paths}
    if not kinds <= {".parquet", ".csv", ".xlsx", ".sav", ".dta"} or len(kinds) > 1:
        raise Problem("file_kind_unknown", path=", ".join(p.name for p in paths))
    kind = kinds.pop()
    if kind not in (".parquet", ".csv"):
        import pyarrow as pa  # noqa: PLC0415 - slow import

        table = pa.concat_tables([read_table(p) for p in paths], promote_options="default")
        return _register(connection, table, exact=exact)
    listed = "[" + ", ".join(literal(str(p)) for p in paths) + "]"
    # the file is asked for by a view; after that nothing but these files may be reached
    reader = (
        f"read_parquet({listed})"
        if kind == ".parquet"
        else f"read_csv({listed}, sample_size=-1, auto_type_candidates={CSV_TYPES})"
    )
    try:
        connection.execute(f"CREATE VIEW source AS SELECT * FROM {reader}")
        connection.execute(f"SET allowed_paths = {listed}")
        connection.execute("SET enable_external_access = false")
        if not connection.execute("SELECT 1 FROM source LIMIT 1").fetchall():
            raise Problem("empty_file", path=paths[0].name)
    except duckdb.Error as error:
        reason = str(error)
        if kind == ".csv" and ("utf-8" in reason.lower() or "unicode" in reason.lower()):
            raise Problem("file_encoding", path=paths[0].name) from error
        raise Problem("file_unreadable", path=paths[0].name, found=reason.splitlines()[0]) from error
    if kind == ".csv":
        return frozenset(), "source", None
    columns = connection.execute(
        "SELECT path_in_schema, sum(stats_null_count), count(*) = count(stats_null_count), count(*), "
        f"sum(row_group_num_rows) FROM parquet_metadata({listed}) GROUP BY 1"
    ).fetchall()
    complete = frozenset(column for column, nulls, known, _, _ in columns if known and nulls == 0)
    batches = _parquet_batches(paths, exact=exact)
    row_groups, rows = max(c[3] for c in columns), int(max(c[4] for c in columns))
    if row_groups > 1 or rows < TWO_HALVES or any(c[0] == "file_row_number" for c in columns):
        return complete, "source", batches
    # DuckDB reads a row group on one thread: a file that has only one is read as two halves
    half = f"SELECT * EXCLUDE (file_row_number) FROM read_parquet({listed}, file_row_number = true)"
    connection.execute(
        f"CREATE VIEW halves AS {half} WHERE file_row_number < {rows // 2} "
        f"UNION ALL {half} WHERE file_row_number >= {rows // 2}"
    )
    return complete, "halves", batches


def as_arrow(data: object) -> pa.Table:
    """Give a pyarrow table from a pyarrow table, or a pandas or polars frame."""
    import pyarrow as pa  # noqa: PLC0415 - slow import

    if isinstance(data, pa.Table):
        return data
    kind = type(data).__module__.split(".")[0]
    frame: Any = data
    if kind == "pandas":
        return pa.Table.from_pandas(frame, preserve_index=False)
    if kind == "polars":
        table: pa.Table = frame.to_arrow()
        return table
    if isinstance(data, dict):
        return pa.table(frame)
    raise Problem("data_kind_unknown", found=type(data).__name__)


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


def floats(table: pa.Table, name: str) -> NDArray[np.float64]:
    """Give a column of a small result as floats, missing sums as zero."""
    import numpy as np  # noqa: PLC0415 - slow import
    import pyarrow.compute as pc  # noqa: PLC0415 - slow import

    column = table.column(name)
    if column.null_count:
        column = pc.fill_null(column, 0)
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
