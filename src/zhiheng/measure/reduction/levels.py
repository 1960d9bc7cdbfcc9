"""From the leaves of a pass to the stages of the design: who was sampled from how many, stage by stage."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zhiheng.measure.design import Design
from zhiheng.measure.design.grouping import dense, tally
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction.source import floats

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Level:
    """One stage of the leaves' paths through the design.

    Attributes
    ----------
    parent : (leaves,) dense number of the stratum within the higher unit.
    unit : (leaves,) dense number of the sampled unit; None where the row is the unit.
    population : (parents,) number of units there are, infinite where not given.
    sampled : (parents,) number of units sampled, counted before any `where`.
    labels : (parents,) names for messages.
    """

    parent: NDArray[np.int64]
    unit: NDArray[np.int64] | None
    population: NDArray[np.float64]
    sampled: NDArray[np.float64]
    labels: list[str]


@dataclass(frozen=True)
class Coded:
    """A key column as dense codes (-1 for missing) and their values."""

    codes: NDArray[np.int64]
    values: list[Any]


def codes_of(column: pa.ChunkedArray) -> Coded:
    """Number the values of a key column."""
    encoded = column.combine_chunks().dictionary_encode()
    indices = encoded.indices
    codes = np.asarray(indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    return Coded(codes, encoded.dictionary.to_pylist())


def stages_of(
    table: pa.Table,
    design: Design,
    coded: dict[str, Coded],
    sizes: dict[int, str],
    lacking: dict[int, NDArray[np.float64]],
) -> list[Level]:
    """Follow the leaves through the stages; `lacking`: rows of each without the population size of a stage."""
    levels: list[Level] = []
    upper = np.zeros(table.num_rows, dtype=np.int64)
    names = [""] * table.num_rows
    rows = floats(table, "rows")
    for i, stage in enumerate(design.counted_stages):
        parent, label_columns = upper, []
        if stage.stratum is not None:
            key = _complete(coded[stage.stratum], stage.stratum)
            parent = parent * len(key.values) + key.codes
            label_columns.append(key)
        parent, first = dense(parent)
        labels = ["/".join(str(k.values[k.codes[f]]) for k in label_columns) or "(all)" for f in first]
        if i:
            labels = [
                f"{names[f]}" + (f"/{text}" if label_columns else "")
                for f, text in zip(first, labels, strict=True)
            ]
        if stage.cluster == "*":
            unit, sampled = None, tally(parent, rows, int(parent.max(initial=-1)) + 1)
        else:
            key = _complete(coded[stage.cluster], stage.cluster)
            unit, first_unit = _units(parent, key)
            parent_of_unit = parent[first_unit]
            sampled = tally(parent_of_unit, None, int(parent_of_unit.max(initial=-1)) + 1)
            if not design.nest and i == 0 and stage.stratum is not None:
                _check_nested(stage.cluster, key, first_unit)
            if i + 1 < len(design.counted_stages):
                names = [str(key.values[c]) for c in key.codes]
            upper = unit
        population = _population(
            table,
            i,
            column=sizes.get(i),
            lacking=lacking.get(i),
            given=stage.population is not None,
            parent=parent,
            sampled=sampled,
            labels=labels,
        )
        levels.append(Level(parent, unit, population, sampled, labels))
    return levels


def _units(parent: NDArray[np.int64], key: Coded) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the units, each a code within a parent, without gaps; and give the first leaf of each."""
    parent_of = np.empty(len(key.values), dtype=np.int64)
    parent_of[key.codes] = parent
    if (parent_of[key.codes] == parent).all():  # as most do, each code lies in one parent
        return dense(key.codes)
    return dense(parent * len(key.values) + key.codes)


def _complete(key: Coded, column: str) -> Coded:
    # a missing code may be stored as NaN too; values are of one type
    nan = bool(key.values) and isinstance(key.values[0], float) and any(map(math.isnan, key.values))
    if nan or (key.codes < 0).any():
        raise Problem("design_key_missing", column=column)
    return key


def _check_nested(column: str, key: Coded, first_unit: NDArray[np.int64]) -> None:
    seen = tally(key.codes[first_unit], None, len(key.values))
    if (seen > 1).any():
        repeated = [str(key.values[c]) for c in np.flatnonzero(seen > 1)[:5]]
        raise Problem("not_nested", column=column, found=", ".join(repeated))


def _range(table: pa.Table, at: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the lowest and highest value of each leaf, NaN where it is no number."""
    lowest, highest = table.column(f"lo{at}"), table.column(f"hi{at}")
    return (
        np.asarray(lowest.fill_null(np.nan), dtype=np.float64),
        np.asarray(highest.fill_null(np.nan), dtype=np.float64),
    )


def _population(
    table: pa.Table,
    stage: int,
    *,
    column: str | None,
    lacking: NDArray[np.float64] | None,
    given: bool,
    parent: NDArray[np.int64],
    sampled: NDArray[np.float64],
    labels: list[str],
) -> NDArray[np.float64]:
    """Give the units there are in each parent: from sizes (`given`) or from sampling fractions."""
    if column is None:
        return np.full(len(sampled), np.inf)
    low, high = np.full(len(sampled), np.inf), np.full(len(sampled), -np.inf)
    lowest, highest = _range(table, stage)
    without = ~(np.isfinite(lowest) & np.isfinite(highest))
    if lacking is not None:
        without |= lacking > 0
    if without.any():
        named = list(dict.fromkeys(labels[p] for p in parent[without]))
        raise Problem("population_missing", column=column, found=", ".join(named[:5]))
    np.minimum.at(low, parent, lowest)
    np.maximum.at(high, parent, highest)
    bad = np.flatnonzero(low != high)
    if len(bad):
        raise Problem(
            "population_varies", column=column, found=f"{labels[bad[0]]}: {low[bad[0]]:g}–{high[bad[0]]:g}"
        )
    if not given:
        bad = np.flatnonzero(~((low > 0) & (low <= 1)))
        if len(bad):
            raise Problem("fraction_out_of_range", column=column, found=f"{labels[bad[0]]}: {low[bad[0]]:g}")
        return np.asarray(sampled / low)
    bad = np.flatnonzero(low < sampled - 1e-9)
    if len(bad):
        at = bad[0]
        raise Problem(
            "population_too_small", column=column, found=f"{labels[at]}: {low[at]:g} < {sampled[at]:g}"
        )
    return low
