"""Row expressions, and what is asked of a grouped pass over the rows: as columns and numbers, and as SQL."""

from __future__ import annotations

import math
from dataclasses import dataclass

WEIGHT = "zhiheng_weight"
"""The weight of a row while it is being reduced."""

CELL, FACTOR, MARGIN = "zhiheng_cell", "zhiheng_factor", "zhiheng_margin"
"""Columns that a calibration by cells adds to the rows."""

WITHIN = "zhiheng_within"
"""Whether a row is calibrated, where some are not."""

LIGHTEST, HEAVIEST = 1e-100, 1e100
"""A weight outside these is a mistake, and its square may be no number that a float holds."""

INSIDE, OWN, ROW = "zhiheng_inside", "zhiheng_own", "zhiheng_row"
"""Columns of a row: whether it is inside `where`; an answer without the middle of its domain; its number."""

GOOD = f"{WEIGHT} >= {LIGHTEST!r} AND {WEIGHT} <= {HEAVIEST!r}"
"""That a weight is positive and a number; NaN is above infinity here."""

BAD = f"count(CASE WHEN {GOOD} THEN NULL ELSE 1 END)"
"""How many rows have no such weight."""


def quoted(column: str) -> str:
    """Give the SQL name of a column."""
    return '"' + column.replace('"', '""') + '"'


def literal(value: object) -> str:
    """Give a value as a SQL literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def real(value: float) -> str:
    """Give a number as a SQL double, to the last bit (a plain literal would be a decimal)."""
    text = repr(float(value))
    if not math.isfinite(value):
        return f"'{text}'::DOUBLE"
    return text if "e" in text else f"{text}e0"


def holds(condition: str) -> str:
    """Give a condition as true or false; a number is true where it is not 0, and what is not known is false."""
    return f"COALESCE(CAST(({condition}) AS BOOLEAN), FALSE)"


@dataclass(frozen=True)
class Term:
    """A row expression without the weight: a product over the rows that count; other rows add nothing.

    Attributes
    ----------
    factors : columns, each with a constant that is taken off it; their product is 1 where there are none.
    answered : columns that must have a value for the row to count.
    levels : columns that must have a certain value for the row to count.
    written : in place of all these, an expression in SQL.
    """

    factors: tuple[tuple[str, float], ...] = ()
    answered: tuple[str, ...] = ()
    levels: tuple[tuple[str, object], ...] = ()
    written: str = ""

    @property
    def sql(self) -> str:
        """The expression in SQL."""
        if self.written:
            return self.written
        numbers = [f"{quoted(c)}::DOUBLE" for c, _ in self.factors]
        moved = [
            f"({n} - {real(off)})" if off else n for n, (_, off) in zip(numbers, self.factors, strict=True)
        ]
        conditions = [f"{quoted(c)} IS NOT NULL" for c in self.answered]
        conditions += [f"{quoted(c)} = {literal(v)}" for c, v in self.levels]
        value = " * ".join(moved) or "1"
        return f"CASE WHEN {' AND '.join(conditions)} THEN {value} END" if conditions else value

    def times(self, other: Term) -> Term:
        """Give the product of both, where both count."""
        if self.written or other.written:
            return Term(written=f"({self.sql}) * ({other.sql})")
        return Term(
            tuple(sorted([*self.factors, *other.factors])),
            tuple(dict.fromkeys([*self.answered, *other.answered])),
            tuple(dict.fromkeys([*self.levels, *other.levels])),
        )


ONE = Term()
"""Every row counts once."""


@dataclass(frozen=True)
class Grouping:
    """One pass over the rows: what is added up in each group.

    A row's weight and the group's number of rows come with it.

    Attributes
    ----------
    keys : columns whose values make the groups; a missing value is a value.
    weight : the weight.
    sums : summed times the weight.
    totals : as `sums`, but told by `by` at least: where groups are many they may be kept apart from these.
    by : the keys by which totals are wanted.
    squares : summed times the squared weight.
    counts : whose rows are counted.
    ranges : columns whose lowest and highest value is wanted.
    where : SQL condition that tells groups apart like a key.
    """

    keys: tuple[str, ...]
    weight: Term
    sums: tuple[Term, ...] = ()
    totals: tuple[Term, ...] = ()
    by: tuple[str, ...] = ()
    squares: tuple[Term, ...] = ()
    counts: tuple[Term, ...] = ()
    ranges: tuple[str, ...] = ()
    where: str | None = None

    def sql(self, source: str) -> str:
        """Give the pass as one statement.

        Its columns: k0… for the keys, inside, rows, weight, bad (rows without a good weight), s0… for the sums,
        t0… totals, p0… squares, c0… counts, lo0… and hi0… ranges.
        """
        select = [f"{quoted(k)} AS k{i}" for i, k in enumerate(self.keys)]
        select.append(f"{INSIDE if self.where else 'TRUE'} AS inside")
        select += [
            "count(*) AS rows",
            f"sum({WEIGHT}) AS weight",
            f"{BAD} AS bad",
        ]
        weighted = [
            ("s", self.sums, WEIGHT),
            ("t", self.totals, WEIGHT),
            ("p", self.squares, f"{WEIGHT} * {WEIGHT}"),
        ]
        select += [
            f"sum({weight}) AS {name}{i}" if term == ONE else f"sum({weight} * ({term.sql})) AS {name}{i}"
            for name, terms, weight in weighted
            for i, term in enumerate(terms)
        ]  # fmt: skip
        select += [f"count({term.sql}) AS c{i}" for i, term in enumerate(self.counts)]
        for i, column in enumerate(self.ranges):
            select += [f"min({quoted(column)})::DOUBLE AS lo{i}", f"max({quoted(column)})::DOUBLE AS hi{i}"]
        made = f"({self.weight.sql})::DOUBLE AS {WEIGHT}"
        if self.where:  # of a row, so that it holds no sum over rows
            made += f", {holds(self.where)} AS {INSIDE}"
        rows = f"(SELECT *, {made} FROM {source})"
        return f"SELECT {', '.join(select)} FROM {rows} GROUP BY ALL"
