"""Rows of a PostgreSQL table, streamed: only the columns a pass asks for, never the whole table in memory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zhiheng.measure.problems import Problem

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa
    from psycopg.sql import Identifier

BLOCK = 1 << 22
"""Bytes of text that become one batch."""

SESSION = """
    SET LOCAL synchronize_seqscans = off;
    SET LOCAL max_parallel_workers_per_gather = 0;
    SET LOCAL extra_float_digits = 1;
    SET LOCAL datestyle = 'ISO, YMD';
    SET LOCAL timezone = 'UTC';
"""
"""Rows in the order they lie in, numbers to the last bit, one way of writing dates."""


@dataclass(frozen=True)
class Postgres:
    """A table or view of a PostgreSQL database, as `data` of an estimate.

    >>> Postgres("postgresql://reader@localhost/survey", table="answers", schema="wave_2018")
    Postgres(table='answers', schema='wave_2018')

    Attributes
    ----------
    connection : how libpq is told where the database is: ``"host=… dbname=…"`` or ``"postgresql://…"``. It is not
        shown when this is printed. Leave the password out where ``~/.pgpass`` or ``PGPASSWORD`` can give it.
    table : table, view, materialised view or foreign table; needs the right to read it and no other.
    schema : its schema; by default the first of the search path that has it.

    Notes
    -----
    A pass over the rows is one ``COPY (SELECT the columns it names) TO STDOUT``; all passes of a call see the same
    snapshot (one read-only transaction). Exact ``numeric`` becomes double; whole numbers, floats, booleans, dates and
    timestamps keep their kind; every other type arrives as its text. Checked against parquet, bit by bit.
    """

    connection: str = field(repr=False)
    table: str
    schema: str | None = None


class OpenTable:
    """A table in an open transaction.

    Attributes
    ----------
    columns : the Arrow type of every column.
    complete : columns declared NOT NULL.
    failure : what went wrong while rows were streamed, if anything.
    """

    def __init__(self, connection: psycopg.Connection, source: Postgres) -> None:
        self.columns: dict[str, pa.DataType] = {}
        self.complete: frozenset[str] = frozenset()
        self.failure: Exception | None = None
        self._connection = connection
        self._where = source.table if source.schema is None else f"{source.schema}.{source.table}"
        self._relation = _relation(source)
        self._describe()

    def _describe(self) -> None:
        from psycopg import errors, sql  # noqa: PLC0415 - optional dependency

        types = _arrow_types()
        try:
            self._connection.execute(SESSION)
            found = self._connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(self._relation))
            self.columns = {c.name: types.get(c.type_code, types[0]) for c in found.description or ()}
            found = self._connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(self._relation))
            if found.fetchone() is None:
                raise Problem("table_empty", table=self._where)
            required = self._connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnotnull AND attnum > 0",
                [self._relation.as_string(self._connection)],
            )
            self.complete = frozenset(name for (name,) in required)
        except (errors.UndefinedTable, errors.InvalidSchemaName) as error:
            raise Problem("table_missing", table=self._where) from error
        except errors.Error as error:
            raise self.problem(error) from error

    def problem(self, error: Exception) -> Problem:
        """Give what the database or the reading of its rows complained about."""
        return Problem("table_unreadable", table=self._where, found=_first_line(error))

    def batches(self, columns: Sequence[str], rows: int | None = None) -> pa.RecordBatchReader:
        """Stream some columns, of all rows or of the first so many, in the order in which they lie."""
        import pyarrow as pa  # noqa: PLC0415 - slow import

        chosen = {c: self.columns[c] for c in columns}
        return pa.RecordBatchReader.from_batches(pa.schema(chosen), self._stream(chosen, rows))

    def _stream(self, chosen: dict[str, pa.DataType], rows: int | None) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa  # noqa: PLC0415 - slow import
        from psycopg import sql  # noqa: PLC0415 - optional dependency
        from pyarrow import csv  # noqa: PLC0415 - slow import

        query = sql.SQL("COPY (SELECT {} FROM {}{}) TO STDOUT (FORMAT csv)").format(
            sql.SQL(", ").join(map(sql.Identifier, chosen)),
            self._relation,
            sql.SQL("") if rows is None else sql.SQL(" LIMIT {}").format(sql.Literal(rows)),
        )
        try:
            with self._connection.cursor() as cursor, cursor.copy(query) as copied:
                # NULL is written as nothing, an empty text as ""
                reader = csv.open_csv(
                    pa.PythonFile(_Reading(copied), mode="r"),
                    read_options=csv.ReadOptions(
                        column_names=list(chosen), block_size=BLOCK, use_threads=False
                    ),
                    parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
                    convert_options=csv.ConvertOptions(
                        column_types=chosen, null_values=[""], strings_can_be_null=True,
                        quoted_strings_can_be_null=False, true_values=["t"], false_values=["f"],
                    ),
                )  # fmt: skip
                yield from reader
        except Exception as error:
            self.failure = error
            raise


class _Reading:
    """A COPY as a file that Arrow can read."""

    closed = False

    def __init__(self, copied: psycopg.Copy) -> None:
        self._rows = iter(copied)
        self._rest = b""

    def read(self, size: int) -> bytes:
        parts, held = [self._rest], len(self._rest)
        for row in self._rows:
            parts.append(bytes(row))
            held += len(row)
            if held >= size:
                break
        text = b"".join(parts)
        self._rest = text[size:]
        return text[:size]

    def close(self) -> None:
        """Do nothing: the COPY is closed where it was begun."""


@contextlib.contextmanager
def open_table(source: Postgres) -> Iterator[OpenTable]:
    """Connect, keep one read-only snapshot while it is used, and disconnect.

    Raises
    ------
    Problem : psycopg is not installed, no connection, no such table, no right to read it, no rows.
    """
    try:
        import psycopg  # noqa: PLC0415 - optional dependency
    except ImportError as error:
        raise Problem("postgres_not_installed") from error

    asked = _parameters(source.connection)
    try:
        connection = psycopg.connect(source.connection, client_encoding="utf8")
    except psycopg.Error as error:
        reason = _first_line(error)
        if asked.get("password"):
            reason = reason.replace(str(asked["password"]), "***")
        raise Problem("postgres_unreachable", found=reason) from None
    try:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield OpenTable(connection, source)
    finally:
        connection.close()


def _parameters(text: str) -> dict[str, Any]:
    """Take a connection string apart; what is wrong in it is not repeated, it may be the password."""
    from psycopg import Error, conninfo  # noqa: PLC0415 - optional dependency

    try:
        found: dict[str, Any] = conninfo.conninfo_to_dict(text)
    except Error:
        raise Problem("postgres_address") from None
    # a password with @ or / that is not written as %40 or %2F ends up in the parts after it
    if any("@" in str(found.get(k, "")) for k in ("host", "port", "dbname")) or not (
        str(found.get("port") or "0").replace(",", "").isdigit()
    ):
        raise Problem("postgres_address")
    return found


def _relation(source: Postgres) -> Identifier:
    from psycopg import sql  # noqa: PLC0415 - optional dependency

    return sql.Identifier(*([] if source.schema is None else [source.schema]), source.table)


def _arrow_types() -> dict[int, pa.DataType]:
    """Arrow's type for PostgreSQL's type numbers; 0 is for every other."""
    import pyarrow as pa  # noqa: PLC0415 - slow import
    from psycopg import postgres  # noqa: PLC0415 - optional dependency

    kinds = {
        "bool": pa.bool_(),
        "int2": pa.int16(),
        "int4": pa.int32(),
        "int8": pa.int64(),
        "float4": pa.float32(),
        "float8": pa.float64(),
        "numeric": pa.float64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "timestamptz": pa.timestamp("us", "UTC"),
    }
    return {0: pa.string()} | {postgres.types[name].oid: kind for name, kind in kinds.items()}


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
