"""Take the columns that are needed from a table of PostgreSQL, and say nothing about how it is reached.

The plan names an environment variable; what it holds (address, user, password) goes to the driver and nowhere else.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from zhiheng.measure import Postgres
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction.postgres import open_table
from zhiheng.programme.plan import Database
from zhiheng.programme.problems import Findings
from zhiheng.programme.reading import RawTable
from zhiheng.programme.section import FILE

if TYPE_CHECKING:
    import pyarrow as pa

#: what libpq repeats of an address: names in quotation marks, numbers of hosts and ports
_OF_THE_ADDRESS = re.compile(r'"[^"]*"|\([0-9A-Fa-f.:]+\)|\bport \d+')


class DatabaseTable:
    """A table of PostgreSQL: first its columns, then those asked for. Rows count from 1 as they lie."""

    header_row: int | None = None

    def __init__(self, database: Database, findings: Findings) -> None:
        self.database = database
        self.name = database.name
        self.findings = findings
        self._columns: tuple[str, ...] = ()

    def header(self) -> tuple[str, ...] | None:
        """Read the column names; none when the table cannot be read (findings tell why)."""
        source = self._source()
        if source is None:
            return None
        try:
            with open_table(source) as table:
                self._columns = tuple(table.columns)
        except Problem as problem:
            self._refused(problem)
            return None
        return self._columns

    def read(self, columns: Sequence[str]) -> RawTable | None:
        """Take columns, which must be in the header."""
        import pyarrow as pa  # noqa: PLC0415 - slow import

        source = self._source()
        if source is None:
            return None
        try:
            with open_table(source) as table:
                try:
                    data = table.batches(columns).read_all()
                except (pa.ArrowException, OSError, ValueError, KeyError) as error:
                    raise table.problem(table.failure or error) from None
        except Problem as problem:
            self._refused(problem)
            return None
        record = {
            "schema": self.database.schema,
            "table": self.database.table,
            "rows": data.num_rows,
            "columns": list(columns),
            "sha256": content_hash(data),
        }
        return RawTable(self.name, self._columns, data, 1, record)

    def _source(self) -> Postgres | None:
        address = os.environ.get(self.database.connection, "").strip()
        if not address:
            if self.database.connection:  # else the plan was told so already
                self._tell("database_variable", "connection", self.database.connection)
            return None
        return Postgres(address, self.database.table, self.database.schema or None)

    def _refused(self, problem: Problem) -> None:
        where, variable = self.name.removeprefix("PostgreSQL "), self.database.connection
        reason = str(problem.details.get("found", ""))
        if problem.code == "postgres_not_installed":
            self._tell("database_driver", "", "", "zhiheng[postgres]")
        elif problem.code == "postgres_address":
            self._tell("database_address", "connection", variable)
        elif problem.code == "postgres_unreachable":
            self._tell("database_unreachable", "connection", _OF_THE_ADDRESS.sub("***", reason), variable)
        elif problem.code == "table_unreadable":
            self._tell("table_unreadable", "table", reason, where)
        elif problem.code in ("table_missing", "table_empty"):
            self._tell(problem.code, "table", where)
        else:
            raise problem

    def _tell(self, code: str, key: str, found: str, expected: str = "") -> None:
        """Note a finding where the plan names the table."""
        place = ".".join(k for k in (self.database.key, key) if k)
        self.findings.add(code, FILE, self.database.line, place, found, expected)


def content_hash(data: pa.Table) -> str:
    """The SHA-256 of rows written as csv: names of the columns first, rows in their order."""
    import pyarrow as pa  # noqa: PLC0415 - slow import
    from pyarrow import csv  # noqa: PLC0415 - slow import

    hashing = _Hashing()
    csv.write_csv(data, pa.PythonFile(hashing, mode="w"))
    return hashing.sum.hexdigest()


class _Hashing:
    """A file that keeps only the hash of what is written to it."""

    closed = False

    def __init__(self) -> None:
        self.sum = hashlib.sha256()

    def write(self, text: Any) -> int:
        self.sum.update(text)
        return len(text)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def close(self) -> None:
        """Do nothing."""
