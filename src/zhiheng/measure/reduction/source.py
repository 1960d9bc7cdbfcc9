"""Rows as one table, and the database that is asked about them where plain numbers do not do."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from zhiheng.measure.design import CellCalibration
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction import plain
from zhiheng.measure.reduction.postgres import OpenTable
from zhiheng.measure.reduction.terms import CELL, FACTOR, MARGIN, OWN, ROW, WITHIN, Grouping, holds, quoted

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
           "FLOAT", "DOUBLE", "BOOLEAN", "DECIMAL")  # fmt: skip

SHAPELESS = ("BLOB", "BIT", "STRUCT", "MAP", "UNION", "INTERVAL", "GEOMETRY", "VARIANT")
"""How the types begin whose values are no levels; those of lists and arrays end with a bracket."""

#: rows that are looked at for a constant near the mean
FIRST = 1000


class Database:
    """A database in memory, made when it is first asked something: where rows are plain numbers it never is."""

    def __init__(self, *, exact: bool) -> None:
        self._exact = exact
        self._first: list[Callable[[duckdb.DuckDBPyConnection], object]] = []
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection."""
        if self._connection is None:
            import duckdb  # noqa: PLC0415 - slow import

            self._connection = duckdb.connect(
                ":memory:",
                config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"},
            )
            if self._exact:
                self._connection.execute("SET threads = 1")
            kept = "true" if self._exact else "false"
            self._connection.execute(f"SET preserve_insertion_order = {kept}")
            # the one join, of rows with calibration cells, goes as written: cells are looked up for rows as they come
            self._connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
            for do in self._first:
                do(self._connection)
        return self._connection

    def ready(self, do: Callable[[duckdb.DuckDBPyConnection], object]) -> None:
        """Do this to the connection: now where there is one, else when there is."""
        if self._connection is None:
            self._first.append(do)
        else:
            do(self._connection)

    def close(self) -> None:
        """Close the connection where there is one."""
        if self._connection is not None:
            self._connection.close()


@dataclass
class Source:
    """Rows under the name ``source`` in a database.

    Attributes
    ----------
    database : the database.
    types : column name to SQL type.
    complete : columns known to have no missing value without reading them.
    passes : every statement that read all rows, for `explain`.
    glances : what was read of the first rows only, for `explain`.
    name : the table, as SQL, for passes over all rows.
    stream : where the rows come from when they are streamed anew for each pass.
    batches : the rows without the database, where Arrow reads them.
    calibration : whose cells are columns of the rows.
    """

    database: Database
    types: dict[str, str]
    complete: frozenset[str]
    passes: list[str]
    name: str = "source"
    stream: OpenTable | None = None
    batches: plain.Batches | None = None
    calibration: CellCalibration | None = None
    glances: list[str] = field(default_factory=list)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection to the database."""
        return self.database.connection

    def begin(self, sql: str, rows: int | None = None) -> str:
        """Make the rows ready for one statement, or the first so many of them; give the statement."""
        if self.stream is not None:
            named = [c for c in self.stream.columns if names(sql, c)] or list(self.stream.columns)[:1]
            self.connection.register("source", self.stream.batches(named, rows))
        return sql

    def require(self, columns: Sequence[object]) -> None:
        """Fail when a column is not there."""
        for column in columns:
            if not isinstance(column, str) or column not in self.types:
                raise Problem("column_missing", column=column, columns="、".join(self.types))

    def require_levels(self, columns: Sequence[str]) -> None:
        """Fail when a column is not there or its values cannot be told apart as levels: bytes, lists, structures."""
        self.require(columns)
        for column in columns:
            of = self.types[column]
            if of.startswith(SHAPELESS) or of.endswith("]"):
                raise Problem("column_without_levels", column=column, type=of)

    def require_numeric(self, columns: Sequence[str]) -> None:
        """Fail when a column is not there or is not of numbers, naming the first text found."""
        self.require(columns)
        for column in columns:
            if not self.types[column].startswith(NUMERIC):
                raise self._no_number(column)

    def _no_number(self, column: str) -> Problem:
        """Tell what a column holds that is not of numbers: its first text, else its first value, if it has any."""
        of = self.types[column]
        sql = (
            "SELECT row, value, TRY_CAST(value AS DOUBLE) IS NULL AS is_text "
            f"FROM (SELECT row_number() OVER () AS row, {quoted(column)} AS value FROM source) "
            "WHERE value IS NOT NULL ORDER BY is_text DESC, row LIMIT 1"
        )
        with self.refusing(column):
            rows = self.connection.execute(self.begin(sql)).fetchall()
        if not rows:
            return Problem("column_without_values", column=column, type=of.strip('"'))
        row, value, is_text = rows[0]
        return Problem(
            "text_in_number" if is_text else "number_as_text", column=column, row=row, found=value, type=of
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

    def query(self, sql: str, purpose: str, written: str | None = None) -> pa.Table:
        """Run one pass over the rows and note it; what is refused names the expression that somebody wrote for it."""
        self.passes.append(f"{purpose}: {sql}")
        with self.refusing(written or purpose):
            return self.connection.sql(self.begin(sql)).to_arrow_table()

    def grouped(self, grouping: Grouping, purpose: str) -> tuple[pa.Table, pa.Table | None]:
        """Run one grouped pass; give the table of its statement, and totals apart where they were kept apart."""
        if self.batches is not None:
            found = plain.group(self.batches, grouping, self.calibration)
            if found is not None:
                self.passes.append(f"{purpose}, without the database: {grouping.sql(self.name)}")
                return found
        return self.query(grouping.sql(self.name), purpose, grouping.where or grouping.weight.written), None

    def only(self, condition: str | None) -> Source:
        """Give the rows where a condition holds."""
        if condition is None:
            return self
        return replace(self, name=f"(SELECT * FROM {self.name} WHERE ({condition}))", batches=None)

    def centred(
        self, columns: Sequence[str], by: Sequence[str], where: str | None
    ) -> tuple[Source, dict[str, str], dict[str, dict[tuple[Any, ...], float]]]:
        """Give the rows with columns that have the middle of their own domain taken off.

        Where all answers of a domain are the same, the middle is that answer, and exactly 0 is left; else it is near
        their mean.

        Returns
        -------
        The rows; the new name of each column; by column and domain, what was taken off.
        """
        keys = ", ".join(f"{quoted(b)} AS k{i}" for i, b in enumerate(by))
        middles = ", ".join(
            f"CASE WHEN min({c}::DOUBLE) = max({c}::DOUBLE) THEN min({c}::DOUBLE) ELSE avg({c}::DOUBLE) END AS m{i}"
            for i, c in enumerate(map(quoted, columns))
        )
        found = self.query(
            f"SELECT {keys + ', ' if keys else ''}{middles} FROM {self.name} WHERE {where or 'TRUE'}"
            + (" GROUP BY ALL ORDER BY ALL" if by else ""),
            "middles of domains",
            where,
        )
        self.database.ready(lambda connection: connection.register("middles", found))
        names = {c: f"{OWN}{i}" for i, c in enumerate(columns)}
        made = ", ".join(f"r.{quoted(c)}::DOUBLE - c.m{i} AS {names[c]}" for i, c in enumerate(columns))
        match = " AND ".join(f"r.{quoted(b)} IS NOT DISTINCT FROM c.k{i}" for i, b in enumerate(by)) or "TRUE"
        rows = replace(
            self,
            types=self.types | dict.fromkeys(names.values(), "DOUBLE"),
            name=f"(SELECT r.*, {made} FROM {self.name} r LEFT JOIN middles c ON {match})",
            batches=None,
        )
        domains = list(zip(*(found.column(f"k{i}").to_pylist() for i in range(len(by))), strict=True)) or [()]
        taken = {
            c: dict(zip(domains, floats(found, f"m{i}").tolist(), strict=True)) for i, c in enumerate(columns)
        }
        return rows, names, taken

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
        large = [pa.uint64() if self.types[c] == "UBIGINT" else None for c in calibration.columns]
        columns: dict[str, Any] = {
            f"key{i}": pa.array([c[i] for c in calibration.cells], of) for i, of in enumerate(large)
        }
        columns[CELL] = list(range(len(calibration.cells)))
        columns[FACTOR] = calibration.factors.tolist()
        columns |= {f"{MARGIN}{m}": level.tolist() for m, level in enumerate(calibration.margins)}
        rows, keys = f"{self.name} r", [f"r.{quoted(c)}" for c in calibration.columns]
        match = []
        if calibration.within is not None:
            columns[WITHIN] = [True] * (len(calibration.cells) - 1) + [False]
            rows = f"(SELECT *, {holds(calibration.within)} AS {WITHIN} FROM {self.name}) r"
            keys = [f"CASE WHEN r.{WITHIN} THEN {key} END" for key in keys]
            match = [f"r.{WITHIN} = c.{WITHIN}"]
        match += [f"{key} IS NOT DISTINCT FROM c.key{i}" for i, key in enumerate(keys)]
        cells = pa.table(columns)
        self.database.ready(lambda connection: connection.register("cells", cells))
        added = [CELL, FACTOR, *(f"{MARGIN}{m}" for m in range(len(calibration.margins)))]
        chosen = ", ".join(f"c.{a}" for a in added)
        joined = f"(SELECT r.*, {chosen} FROM {rows} LEFT JOIN cells c ON {' AND '.join(match)})"
        types = self.types | dict.fromkeys(added, "BIGINT") | {FACTOR: "DOUBLE"}
        return replace(self, types=types, name=joined, calibration=calibration)

    def numbered(self, columns: Sequence[str]) -> Source:
        """Give some columns again with the row number, from 0, as column `ROW`."""
        kept = "".join(f"{quoted(c)}, " for c in dict.fromkeys(columns))
        sql = f"CREATE TEMP TABLE numbered AS SELECT {kept}row_number() OVER () - 1 AS {ROW} FROM {self.name}"
        with self.refusing("numbered"):
            self.connection.execute(self.begin(sql))
        types = {c: self.types[c] for c in columns} | {ROW: "BIGINT"}
        return replace(self, types=types, name="numbered", stream=None, batches=None)

    def shift(self, columns: Sequence[str]) -> dict[str, float]:
        """Give a constant near the mean of each column, from the first rows: taken off before squaring."""
        if not columns:
            return {}
        found = None if self.batches is None else plain.first_look(self.batches, columns, FIRST)
        wanted = ", ".join(f"{f}({quoted(c)}::DOUBLE)" for c in columns for f in ("avg", "min", "max"))
        sql = f"SELECT {wanted} FROM (SELECT * FROM source LIMIT {FIRST})"
        self.glances.append(f"shift: {sql}")
        if found is None:
            with self.refusing("shift"):
                row = self.connection.execute(self.begin(sql, rows=FIRST)).fetchall()[0]
            found = list(zip(row[::3], row[1::3], row[2::3], strict=True))
        return {c: _constant(*look) for c, look in zip(columns, found, strict=True)}


def _constant(mean: float | None, low: float | None, high: float | None) -> float:
    """Round a mean so that it keeps the digits that values share and one more.

    Fewer leave large numbers where values lie close together far from 0; more would differ with the first rows.
    """
    if mean is None or low is None or high is None or not math.isfinite(mean) or mean == 0:
        return 0.0
    reach = high - low
    if not reach > 0:  # 12 digits are all that a person writes
        return float(f"{mean:.12g}")
    if not math.isfinite(reach):
        return float(f"{mean:.1g}")
    digits = 1 + math.floor(math.log10(abs(mean))) - math.floor(math.log10(reach))
    return float(f"{mean:.{min(max(digits, 1), 12)}g}")


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


def check_finite(column: str, values: Sequence[object]) -> None:
    """Fail when one of the values of a column, all of one type, is NaN or infinite."""
    if values and isinstance(values[0], float) and not all(math.isfinite(v) for v in values):  # type: ignore[arg-type]
        raise Problem("not_a_number", column=column)


def floats(table: pa.Table, name: str) -> NDArray[np.float64]:
    """Give a column of a small result as floats, missing sums as zero."""
    import numpy as np  # noqa: PLC0415 - slow import
    import pyarrow.compute as pc  # noqa: PLC0415 - slow import

    column = table.column(name)
    if column.null_count:
        column = pc.fill_null(column, 0)
    # chunks are copied together, one alone is not
    column = column.chunk(0) if column.num_chunks == 1 else column
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
