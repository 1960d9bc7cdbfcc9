"""Weights row by row: the final weights of a file, weights as one expression, trimming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from zhiheng.measure.design import CellCalibration, Design, RegressionCalibration, check_design
from zhiheng.measure.design.given import amount, unknown
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction.leaves import bad_weight, reduce_rows, weight_sql
from zhiheng.measure.reduction.opening import opened
from zhiheng.measure.reduction.source import floats
from zhiheng.measure.reduction.terms import BAD, ONE, ROW, WEIGHT, literal, quoted, real
from zhiheng.measure.weighting.report import Step, Weighted, kish

if TYPE_CHECKING:
    from numpy.typing import NDArray


def weights_of(data: object, design: Design) -> NDArray[np.float64]:
    """Give the final weight of every row, in file order: (rows,); 0 for rows that did not respond."""
    check_design(design)
    with opened(data, exact=True) as source:
        needed = [
            c
            for s in design.stages
            for c in (s.stratum, s.cluster, s.population, s.fraction)
            if c and c != "*"
        ]
        if isinstance(design.calibration, CellCalibration):
            needed += design.calibration.columns
        if design.weights is not None:
            needed.append(design.weights)
        source.require(needed)
        written = isinstance(design.calibration, RegressionCalibration) or bool(design.responded)
        if design.weight_expression is not None or written:
            needed = list(source.types)
        numbered = source.numbered(list(dict.fromkeys(needed)))
        plain = replace(design, lonely="remove")
        leaves = reduce_rows(numbered, plain, [ONE], by=[ROW], where=design.responded)
    row = np.array([row for (row,) in leaves.domains], dtype=np.int64)
    counted = leaves.domain >= 0
    result = np.zeros(len(leaves.domain))
    result[row[leaves.domain[counted]]] = (leaves.factor * leaves.sums[0])[counted]
    return result


MANY = 64
"""Cells from which a number is looked up in a list, in place of one comparison after the other."""


def case_of(columns: Sequence[str], cells: Sequence[tuple[object, ...]], values: NDArray[np.float64]) -> str:
    """Give a row expression that maps cells to numbers."""
    if len(cells) > MANY and all(v is None or type(v) in (int, str) for cell in cells for v in cell):
        listed = ", ".join(
            f"({', '.join([*map(literal, cell), real(value)])})"
            for cell, value in zip(cells, values, strict=True)
        )
        match = " AND ".join(f"{quoted(c)} IS NOT DISTINCT FROM zhiheng_k{i}" for i, c in enumerate(columns))
        keys = ", ".join(f"zhiheng_k{i}" for i in range(len(columns)))
        return f"(SELECT zhiheng_v FROM (VALUES {listed}) zhiheng_t({keys}, zhiheng_v) WHERE {match})"
    parts = []
    for cell, value in zip(cells, values, strict=True):
        match = " AND ".join(
            f"{quoted(c)} IS NULL" if v is None else f"{quoted(c)} = {literal(v)}"
            for c, v in zip(columns, cell, strict=True)
        )
        parts.append(f"WHEN {match} THEN {real(value)}")
    return f"CASE {' '.join(parts)} END"


def within(condition: str | None, expression: str, other: str = "1e0") -> str:
    """Give a row expression where a condition holds, and another for the other rows."""
    return expression if condition is None else f"CASE WHEN ({condition}) THEN {expression} ELSE {other} END"


def fixed_weights(data: object, design: Design, *, exact: bool = False) -> Design:
    """Make an earlier calibration part of the base weights, which the variance then takes as given."""
    check_design(design)
    calibration = design.calibration
    if calibration is None:
        return design
    design = fraction_weights(data, design, exact=exact)
    if isinstance(calibration, RegressionCalibration):
        factor = calibration.factor
    else:
        cells = calibration.cells if calibration.within is None else calibration.cells[:-1]
        factor = within(
            calibration.within, case_of(calibration.columns, cells, calibration.factors[: len(cells)])
        )
    return multiplied(data, design, factor, exact=exact)


def multiplied(data: object, design: Design, factor: str, *, exact: bool = False) -> Design:
    """Multiply base weights with a row expression; there is no calibration then."""
    with opened(data, exact=exact) as source:
        base = weight_sql(design, source)
    return replace(design, calibration=None, weights=None, weight_expression=f"({base}) * ({factor})")


def fraction_weights(data: object, design: Design, *, exact: bool = False) -> Design:
    """Write weights that follow from sampling fractions out as an expression of the design columns."""
    if design.weights is not None or design.weight_expression is not None:
        return design
    # units of the last stage share the weight of the stratum or higher unit they lie in: none of them is named
    columns = [c for s in design.counted_stages for c in (s.stratum, s.cluster) if c and c != "*"]
    if not design.rows_are_units:
        columns.pop()
    with opened(data, exact=exact) as source:
        leaves = reduce_rows(source, design.with_calibration(None), [ONE], by=columns)
    values = np.empty(len(leaves.domains))
    values[leaves.domain] = leaves.fraction_weight
    expression = case_of(columns, leaves.domains, values) if columns else real(values[0])
    return replace(design, weight_expression=expression)


Bounds: TypeAlias = float | Mapping[Any, float] | None


def trim(
    data: object,
    design: Design,
    *,
    lower: Bounds = None,
    upper: Bounds = None,
    by: str | None = None,
    exact: bool = False,
) -> Weighted:
    """Trim weights and share what is cut off equally among the rest.

    Parameters
    ----------
    data : as in `zhiheng.measure.mean`.
    design : design with weights; a calibration becomes part of them. After `nonresponse` respondents alone are trimmed.
    lower, upper : bounds on the weight; with `by` also value of that column → bound, none for values not named.
    by : column whose values part the rows, as waves do: what is cut off is shared among the rows of one value.
    exact : one thread, so that the weights have the same bits on every run.

    Returns
    -------
    Weighted with the same sum of weights (in each part); trimmed weights are taken as given in the variance, so
    calibrate again afterwards where targets must hold.

    Raises
    ------
    Problem : every weight lies outside the bounds; a weight is missing, not positive or no number.

    Notes
    -----
    Checked against R survey 4.1.1 `trimWeights`.
    """
    _check_bounds(lower, upper, by)
    columns = [] if by is None else [by]
    fixed = fraction_weights(data, fixed_weights(data, design, exact=exact), exact=exact)
    with opened(data, exact=exact) as every:
        every.require_levels(columns)
        source = every.only(fixed.responded)
        weight = weight_sql(fixed, source)
        low, high = _bound(columns, lower, -1e308), _bound(columns, upper, 1e308)
        table = source.query(
            f"SELECT {''.join(f'{quoted(c)} AS part, ' for c in columns)}count(*) AS rows, {BAD} AS bad, "
            f"sum({WEIGHT}) AS weight, sum({WEIGHT} * {WEIGHT}) AS square, "
            f"sum({WEIGHT} - greatest(least({WEIGHT}, {high}), {low})) AS cut, "
            f"count(*) FILTER ({WEIGHT} >= {low} AND {WEIGHT} <= {high}) AS inside "
            f"FROM (SELECT *, {weight} AS {WEIGHT} FROM {source.name}) GROUP BY ALL ORDER BY ALL",
            "trim",
        )
        if floats(table, "bad").any():
            raise bad_weight(source, fixed, weight)
        cut, inside = floats(table, "cut"), floats(table, "inside")
        parts = [(v,) for v in table.column("part").to_pylist()] if columns else [()]
        if lost := [part for part, rest in zip(parts, inside, strict=True) if not rest]:
            named = ", ".join(str(*part) for part in lost)
            raise Problem("trim_outside", found=f"{lower} … {upper}" + (f" ({by}: {named})" if by else ""))
        shares = cut / inside
        share = case_of(columns, parts, shares) if columns else real(shares[0])
        expression = (
            f"CASE WHEN {weight} > {high} THEN {high} WHEN {weight} < {low} THEN {low} "
            f"ELSE {weight} + {share} END"
        )
        done = source.query(
            f"SELECT sum(v) AS weight, sum(v * v) AS square, min(v) AS low, max(v) AS high, "
            f"min(v / w) AS least, max(v / w) AS most FROM "
            f"(SELECT {weight} AS w, {expression} AS v FROM {source.name})",
            "trimmed",
        )
    number = float(floats(table, "rows").sum())
    before, after = float(floats(table, "weight").sum()), float(floats(done, "weight")[0])
    step = Step(
        "trim", int(number), before, after,
        kish(number, before, float(floats(table, "square").sum())),
        kish(number, after, float(floats(done, "square")[0])),
        float(floats(done, "least")[0]), float(floats(done, "most")[0]),
        float(floats(done, "low")[0]), float(floats(done, "high")[0]), 1, True,
        note=f"{int(number - inside.sum())} rows trimmed to [{lower}, {upper}]",
    )  # fmt: skip
    expression = within(fixed.responded, expression, weight)
    return Weighted(replace(fixed, weights=None, weight_expression=expression), (step,))


def _check_bounds(lower: Bounds, upper: Bounds, by: str | None) -> None:
    """Fail where bounds cannot be meant."""
    if not isinstance(by, str | None):
        raise unknown("by", by, "a column name")
    for option, bound in (("lower", lower), ("upper", upper)):
        each = bound.values() if isinstance(bound, Mapping) else () if bound is None else (bound,)
        if any(np.isnan(amount(b)) for b in each):
            raise unknown(option, bound, "a number; with by, {value: number}")
    maps = [b for b in (lower, upper) if isinstance(b, Mapping)]
    if maps and by is None:
        raise Problem("option_unknown", option="by", found=by, legal="the column whose values have bounds")
    for value in dict.fromkeys(v for b in maps for v in b) if maps else [None]:
        low, high = (b.get(value) if isinstance(b, Mapping) else b for b in (lower, upper))
        if not (-np.inf if low is None else low) <= (np.inf if high is None else high):
            raise Problem(
                "option_unknown", option="lower, upper", found=f"{low}, {high}", legal="lower <= upper"
            )


def _bound(columns: Sequence[str], bound: Bounds, nothing: float) -> str:
    """Give a bound as SQL, of each row."""
    if isinstance(bound, Mapping):
        values = np.array(list(bound.values()), dtype=np.float64)
        named = case_of(columns, [(v,) for v in bound], values) if bound else "NULL"
        return f"COALESCE({named}, {real(nothing)})"
    return real(nothing if bound is None else bound)
