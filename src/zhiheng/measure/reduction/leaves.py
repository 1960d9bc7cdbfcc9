"""The one grouped pass: rows → leaves (see docs/decisions/0001)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zhiheng.measure.design import CellCalibration, Design, RegressionCalibration
from zhiheng.measure.design.grouping import dense, tally
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction.levels import Coded, Level, codes_of, stages_of
from zhiheng.measure.reduction.source import Source, floats
from zhiheng.measure.reduction.terms import (
    CELL,
    FACTOR,
    GOOD,
    HEAVIEST,
    LIGHTEST,
    ONE,
    WEIGHT,
    Grouping,
    Term,
    quoted,
)

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

LARGEST = 2**62
"""Products of levels above this are renumbered, so that codes of domains fit their 64 bits."""


@dataclass(frozen=True)
class Columns:
    """Sums by leaf, turned into arrays one at a time: a result of many leaves is held once.

    Attributes
    ----------
    table : the reduced rows.
    names : the column of each entry.
    """

    table: pa.Table
    names: tuple[str, ...]

    def __len__(self) -> int:
        """Number of columns."""
        return len(self.names)

    def __getitem__(self, at: int) -> NDArray[np.float64]:
        """Give one column: (leaves,)."""
        return floats(self.table, self.names[at])

    def __iter__(self) -> Iterator[NDArray[np.float64]]:
        """Give the columns one after the other."""
        return (self[i] for i in range(len(self)))


@dataclass(frozen=True)
class Left:
    """Rows that are in no domain; they stay in the design.

    Attributes
    ----------
    rows : all rows that were read.
    outside : of these, rows where the `where` is not true: false, or not known because an answer is missing.
    without : of the others, rows whose value is missing in a domain column, one or more.
    by : the domain columns.
    """

    rows: int
    outside: int
    without: int
    by: tuple[str, ...]


@dataclass(frozen=True)
class Leaves:
    """What is left of the rows after the pass.

    Attributes
    ----------
    domains : the domains met, sorted, one tuple of values each.
    domain : (leaves,) number of the domain; -1 outside `where` or with a missing domain value.
    levels : the stages that count, first to last.
    cell : (leaves,) calibration cell, where rows are units and weights are calibrated by cells; else None.
    factor : (leaves,) what base sums are multiplied with: weight from sampling fractions times calibration.
    fraction_weight : (leaves,) the part of the factor that comes from sampling fractions.
    rows : (leaves,) rows.
    weight : (leaves,) sum of base weights.
    sums : (terms, leaves) base-weighted sums of the row expressions.
    totals : (extras, domains) weighted totals of the row expressions that are wanted no finer.
    counts : (counts, leaves) rows with an answer.
    products : term pair to its position in `product_sums`.
    product_sums : (pairs, leaves) sum of squared weight times the product.
    passes : the statements run.
    left : rows in no domain.
    """

    domains: list[tuple[Any, ...]]
    domain: NDArray[np.int64]
    levels: list[Level]
    cell: NDArray[np.int64] | None
    factor: NDArray[np.float64]
    fraction_weight: NDArray[np.float64]
    rows: NDArray[np.float64]
    weight: NDArray[np.float64]
    sums: Columns
    totals: NDArray[np.float64]
    counts: Columns
    products: dict[tuple[int, int], int]
    product_sums: Columns
    passes: list[str]
    left: Left


def weight_of(design: Design, source: Source) -> Term:
    """Give the base weight of a row; that every row has a positive one is looked at after the pass."""
    if design.weight_expression is not None:
        return Term(written=f"({design.weight_expression})")
    if design.weights is None:
        return ONE
    source.require_numeric([design.weights])
    return Term(((design.weights, 0.0),))


def weight_sql(design: Design, source: Source) -> str:
    """Give the base weight of a row in SQL."""
    weight = weight_of(design, source)
    return "1e0" if weight == ONE else weight.sql


def reduce_rows(
    source: Source,
    design: Design,
    terms: Sequence[Term],
    *,
    extras: Sequence[Term] = (),
    counts: Sequence[Term] = (),
    pairs: Sequence[tuple[int, int]] = (),
    by: Sequence[str] = (),
    where: str | None = None,
    purpose: str = "reduce",
) -> Leaves:
    """Reduce the rows to leaves in one grouped pass.

    Parameters
    ----------
    source : the rows.
    design : the design; its calibration multiplies the weight, or adds its cells where rows are units.
    terms : row expressions, summed a leaf.
    extras : row expressions of which only the weighted totals of the domains are wanted.
    counts : whose rows are counted.
    pairs : pairs of terms whose squared-weight products are wanted; taken only where rows are units.
    by : domain columns.
    where : SQL condition; rows outside stay in the design.

    Raises
    ------
    Problem : missing columns, weights that are not positive, incomplete design codes, population sizes that
        contradict the sample.
    """
    calibration = design.calibration
    by_cell = isinstance(calibration, CellCalibration) and design.rows_are_units
    if isinstance(calibration, CellCalibration):
        source = source.celled(calibration)
    stages = design.counted_stages
    keys = _key_columns(design, by, [CELL] if by_cell else [])
    source.require_levels(keys)
    weight = weight_of(design, source)
    if isinstance(calibration, RegressionCalibration):
        weight = weight.times(Term(written=f"({calibration.factor})"))
    elif calibration is not None and not by_cell:
        weight = weight.times(Term(((FACTOR, 0.0),)))
    needed = list(dict.fromkeys(pairs)) if design.rows_are_units else []
    products = {pair: terms[pair[0]].times(terms[pair[1]]) for pair in needed}
    sizes = {i: c for i, s in enumerate(stages) for c in (s.population or s.fraction,) if c}
    source.require_numeric(list(sizes.values()))
    every = [*counts, Term(answered=(CELL,))] if isinstance(calibration, CellCalibration) else [*counts]
    # a range leaves out missing values: where there may be some, the others are counted
    known = {i: Term(answered=(c,)) for i, c in sizes.items() if c not in source.complete}
    every += known.values()
    # a leaf's sums are multiplied by its factor, so totals of domains are told in the pass only where that is 1
    whole = not by_cell and (design.weights is not None or design.weight_expression is not None)
    asked = Grouping(
        keys=tuple(keys),
        weight=weight,
        sums=tuple(dict.fromkeys([*terms, *([] if whole else extras)])),
        totals=tuple(dict.fromkeys(extras)) if whole else (),
        by=tuple(by),
        squares=tuple(dict.fromkeys(products.values())),
        counts=tuple(c for c in dict.fromkeys(every) if c != ONE),
        ranges=tuple(sizes.values()),
        where=where,
    )
    table, apart = source.grouped(asked, purpose)
    if isinstance(calibration, CellCalibration):
        _check_cells(source, floats(table, _count(asked, Term(answered=(CELL,)))), table, calibration)
    _check_weights(source, table, design, weight)

    coded = {k: codes_of(table.column(f"k{i}")) for i, k in enumerate(keys)}
    domain, domains = _domains(table, [coded[b] for b in by])
    rows = floats(table, "rows")
    lacking = {i: rows - floats(table, _count(asked, term)) for i, term in known.items()}
    levels = stages_of(table, design, coded, sizes, lacking)
    _check_domains(by, domains)
    cell = coded[CELL].codes if by_cell else None
    if cell is not None:
        cell = np.array(coded[CELL].values, dtype=np.int64)[cell]
    fraction_weight = np.ones(table.num_rows)
    if design.weights is None and design.weight_expression is None:
        for level in levels:
            if np.isfinite(level.population).all():
                fraction_weight *= (level.population / level.sampled)[level.parent]
    factor = fraction_weight.copy()
    if isinstance(calibration, CellCalibration) and cell is not None:
        factor *= calibration.factors[cell]
    if beyond := factor[~((factor >= LIGHTEST) & (factor <= HEAVIEST))].tolist():
        made_of = calibration.columns if isinstance(calibration, CellCalibration) else tuple(sizes.values())
        raise Problem("weight_not_positive", column=", ".join(made_of), found=beyond[0])
    at = [] if apart is None else _places(apart, len(by), domains)
    totals = np.zeros((len(extras), len(domains)))
    inside = np.flatnonzero(domain >= 0)
    for i, term in enumerate(extras):
        if apart is not None:
            totals[i] = floats(apart, f"t{asked.totals.index(term)}")[at]
            continue
        name = f"t{asked.totals.index(term)}" if whole else f"s{asked.sums.index(term)}"
        totals[i] = tally(domain[inside], (factor * floats(table, name))[inside], len(domains))
    return Leaves(
        domains=domains,
        domain=domain,
        levels=levels,
        cell=cell,
        factor=factor,
        fraction_weight=fraction_weight,
        rows=rows,
        weight=floats(table, "weight"),
        sums=Columns(table, tuple(f"s{asked.sums.index(t)}" for t in terms)),
        totals=totals,
        counts=Columns(table, tuple(_count(asked, c) for c in counts)),
        products={pair: i for i, pair in enumerate(needed)},
        product_sums=Columns(table, tuple(f"p{asked.squares.index(products[pair])}" for pair in needed)),
        passes=list(source.passes),
        left=_left(rows, _inside(table), domain, by),
    )


def _count(asked: Grouping, term: Term) -> str:
    """Name the column of a count."""
    return "rows" if term == ONE else f"c{asked.counts.index(term)}"


def _places(table: pa.Table, keys: int, domains: list[tuple[Any, ...]]) -> list[int]:
    """Find the row of each domain in a table of totals."""
    values = [table.column(f"k{i}").to_pylist() for i in range(keys)]
    row = {domain: at for at, domain in enumerate(zip(*values, strict=True))} if keys else {(): 0}
    return [row[domain] for domain in domains]


def _key_columns(design: Design, by: Sequence[str], cells: Sequence[str]) -> list[str]:
    keys: dict[str, None] = dict.fromkeys([*by, *cells])
    for stage in design.counted_stages:
        if stage.stratum is not None:
            keys[stage.stratum] = None
        if stage.cluster != "*":
            keys[stage.cluster] = None
    return list(keys)


def _check_cells(
    source: Source, celled: NDArray[np.float64], table: pa.Table, calibration: CellCalibration
) -> None:
    if celled.sum() == floats(table, "rows").sum():
        return
    columns = ", ".join(quoted(c) for c in calibration.columns)
    found = source.query(
        f"SELECT DISTINCT {columns} FROM {source.name} WHERE {CELL} IS NULL LIMIT 5", "cells"
    )
    raise Problem("target_missing_cell", columns="×".join(calibration.columns), found=str(found.to_pylist()))


def _check_weights(source: Source, table: pa.Table, design: Design, weight: Term) -> None:
    if table.num_rows == 0:
        raise Problem("no_rows", found="0")
    given = design.weights is not None or design.weight_expression is not None
    if not given or not floats(table, "bad").any():
        return
    raise bad_weight(source, design, weight.sql)


def bad_weight(source: Source, design: Design, weight: str) -> Problem:
    """Tell of weights, given as SQL, that are not all good what is wrong with them."""
    name = design.weights or "w"
    found = source.query(
        f"SELECT count(*) - count({WEIGHT}) AS missing, min({WEIGHT}) AS least "
        f"FROM (SELECT *, ({weight})::DOUBLE AS {WEIGHT} FROM {source.name}) WHERE ({GOOD}) IS NOT TRUE",
        "weights",
    ).to_pylist()[0]
    if found["missing"]:
        return Problem("weight_missing", column=name, count=found["missing"])
    return Problem("weight_not_positive", column=name, found=found["least"])


def _inside(table: pa.Table) -> NDArray[np.bool_]:
    """Tell which leaves are inside `where`."""
    return np.asarray(table.column("inside").to_numpy(zero_copy_only=False), dtype=bool)


def _left(
    rows: NDArray[np.float64], inside: NDArray[np.bool_], domain: NDArray[np.int64], by: Sequence[str]
) -> Left:
    """Count the rows of the leaves that are in no domain, by what keeps them out."""
    out = domain < 0
    return Left(int(rows.sum()), int(rows[~inside].sum()), int(rows[inside & out].sum()), tuple(by))


def _domains(table: pa.Table, by: list[Coded]) -> tuple[NDArray[np.int64], list[tuple[Any, ...]]]:
    inside = _inside(table)
    if not by:
        return np.where(inside, 0, -1), [()] if inside.any() else []
    combined, size = np.zeros(table.num_rows, dtype=np.int64), 1
    for key in by:
        inside = inside & (key.codes >= 0)
        sort_keys = [_sort_key(v) for v in key.values]
        order = sorted(range(len(sort_keys)), key=sort_keys.__getitem__)
        rank = np.zeros(len(order) + 1, dtype=np.int64)  # one more for missing, code -1
        rank[order] = np.arange(len(order))
        levels = max(len(order), 1)
        if size * levels > LARGEST:
            combined, first = dense(combined)
            size = len(first)
        combined = combined * levels + rank[key.codes]
        size *= levels
    domain = np.full(table.num_rows, -1, dtype=np.int64)
    domain[inside], first = dense(combined[inside])
    rows = np.flatnonzero(inside)[first]
    columns = [[key.values[c] for c in key.codes[rows].tolist()] for key in by]
    return domain, list(zip(*columns, strict=True))


def _check_domains(by: Sequence[str], domains: list[tuple[Any, ...]]) -> None:
    """Fail on domains of NaN."""
    if not domains:
        return
    for i, (column, value) in enumerate(zip(by, domains[0], strict=True)):
        if isinstance(value, float) and any(math.isnan(domain[i]) for domain in domains):
            raise Problem("not_a_number", column=column)


def _sort_key(value: object) -> tuple[int, Any]:
    return (0, value) if isinstance(value, int | float) else (1, str(value))
