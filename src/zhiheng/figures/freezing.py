"""A row as a published number remembers it: what it added, and a salted hash of each column that says what was counted.

A hash hides nothing that can be guessed, and the salt stands beside it: columns that tell of a person are therefore
never among them, and what a distinct count counts is an id. Erasing a person leaves nothing to guess (decision
record 0009).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import models

from zhiheng.figures.definition import Column, Figure, Kind, Period, Rows
from zhiheng.figures.evaluation import exact, sources
from zhiheng.figures.models import Entry
from zhiheng.ui.words import Text

AT_A_TIME: Final = 2000
"""Rows held in memory."""
ENTRY_COLUMNS: Final = (
    Column("what", Text("内容", "What was counted")),
    Column("period", Text("期间", "Period")),
    Column("organisation__name", Text("单位", "Organisation"), frozen=False),
    Column("grade", Text("证据等级", "Evidence")),
    Column("source", Text("台账或出处", "Ledger or source")),
    Column("page", Text("页码", "Page")),
    Column("file__sha256", Text("扫描件指纹", "Fingerprint of the scan")),
)


class Frozen(NamedTuple):
    """A row as a snapshot keeps it. There are many at a time: a tuple is made and compared fastest."""

    table: str
    row_id: int
    counted: Decimal
    base: Decimal | None
    key: str
    hashes: dict[str, str]


def columns_of(figure: Figure, model: type[models.Model]) -> tuple[Column, ...]:
    """Give what is shown of the rows of a figure in one table."""
    return ENTRY_COLUMNS if model is Entry else figure.columns


def frozen_rows(figure: Figure, period: Period, salt: str) -> Iterator[Frozen]:
    """Give every row that a figure stands on, table by table, each by id: one query a table, few in memory."""
    for rows in sources(figure, period):
        yield from frozen(figure, rows, salt)


def frozen(figure: Figure, rows: Rows, salt: str) -> Iterator[Frozen]:
    """Give rows of one table as a snapshot keeps them, by id."""
    by_hand = rows.model is Entry
    ratio, distinct = figure.kind is Kind.RATIO, figure.kind is Kind.DISTINCT and not by_hand
    paths = [column.path for column in columns_of(figure, rows.model) if column.frozen]
    extra = (["base"] if ratio else []) + (["key"] if distinct else [])
    table, at = rows.model._meta.label, 2 + len(extra)
    named = rows.order_by("pk").values_list("pk", "counted", *extra, *paths)
    for row in named.iterator(chunk_size=AT_A_TIME):
        yield Frozen(
            table,
            row[0],
            exact(row[1]),
            exact(row[2]) if ratio else None,
            str(row[2]) if distinct else "",
            _hashes(salt, row[0], zip(paths, row[at:], strict=True)),
        )


def _hashes(salt: str, row_id: int, values: Iterable[tuple[str, Any]]) -> dict[str, str]:
    return {
        path: hashlib.sha256(f"{salt}\0{row_id}\0{path}\0{value!r}".encode()).hexdigest()[:16]
        for path, value in values
    }
