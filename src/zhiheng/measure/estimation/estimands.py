"""What is estimated: row expressions, a smooth function of their totals, its gradient. Knows nothing of designs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from zhiheng.measure.reduction.source import literal, quoted, real

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Evaluated:
    """An estimand at given totals.

    Attributes
    ----------
    value : (domains,).
    gradient : (terms, domains).
    spread : (domains,) variance of one simple random draw, on the scale of the estimate times n; NaN where a
        design effect has no meaning.
    """

    value: Array
    gradient: Array
    spread: Array


@dataclass(frozen=True)
class Estimand:
    """One line of a result.

    Attributes
    ----------
    variable : name in the result.
    category : level, for a proportion.
    terms : row expressions in SQL, without the weight; NULL adds nothing. The first is the answered mask.
    extras : further expressions whose totals `evaluate` reads but whose gradient is zero.
    count : expression whose non-missing rows are n.
    evaluate : totals (terms + extras, domains) and n (domains,) in.
    """

    variable: str
    category: object
    terms: tuple[str, ...]
    extras: tuple[str, ...]
    count: str
    evaluate: Callable[[Array, Array], Evaluated]


def number(column: str) -> str:
    """Give a column as a double in SQL."""
    return f"{quoted(column)}::DOUBLE"


def gated(expression: str, gate: str) -> str:
    """Give the expression where the gate holds (missing elsewhere)."""
    return expression if gate == "" else f"CASE WHEN {gate} THEN {expression} END"


def _ratio(top: Array, bottom: Array) -> Array:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom != 0)


def _variance(first: Array, second: Array, n: Array) -> Array:
    return np.maximum(second - first**2, 0.0) * _ratio(n, n - 1)


def mean_of(column: str, shift: float, gate: str) -> Estimand:
    """Mean: c + Σw(y-c)/Σw."""
    moved = f"({number(column)} - {real(shift)})"

    def evaluate(totals: Array, n: Array) -> Evaluated:
        weight, first, second = totals
        offset = _ratio(first, weight)
        gradient = np.array([-_ratio(offset, weight), _ratio(np.ones_like(weight), weight)])
        return Evaluated(shift + offset, gradient, _variance(offset, _ratio(second, weight), n))

    y = gated(moved, gate)
    answered = gated("1", gate)
    return Estimand(column, None, (answered, y), (gated(f"{moved} * {moved}", gate),), answered, evaluate)


def total_of(column: str, shift: float, gate: str) -> Estimand:
    """Total: Σw(y-c) + cΣw."""
    moved = f"({number(column)} - {real(shift)})"

    def evaluate(totals: Array, n: Array) -> Evaluated:
        weight, first, second = totals
        gradient = np.array([np.full_like(weight, shift), np.ones_like(weight)])
        spread = _variance(_ratio(first, weight), _ratio(second, weight), n) * weight**2
        return Evaluated(first + shift * weight, gradient, spread)

    answered = gated("1", gate)
    return Estimand(
        column, None, (answered, gated(moved, gate)), (gated(f"{moved} * {moved}", gate),), answered, evaluate
    )


def ratio_of(numerator: str, denominator: str, gate: str) -> Estimand:
    """Ratio of totals: Σwy / Σwx over rows where both are answered."""
    y, x = number(numerator), number(denominator)

    def evaluate(totals: Array, n: Array) -> Evaluated:
        weight, top, bottom, yy, xx, yx = totals
        value = _ratio(top, bottom)
        gradient = np.array(
            [np.zeros_like(weight), _ratio(np.ones_like(top), bottom), -_ratio(value, bottom)]
        )
        square = _ratio(yy - 2 * value * yx + value**2 * xx, bottom**2)
        spread = square * weight * _ratio(n, n - 1)
        return Evaluated(value, gradient, spread)

    answered = gated("1", gate)
    return Estimand(
        f"{numerator}/{denominator}",
        None,
        (answered, gated(y, gate), gated(x, gate)),
        (gated(f"{y} * {y}", gate), gated(f"{x} * {x}", gate), gated(f"{y} * {x}", gate)),
        answered,
        evaluate,
    )


def share_of(column: str, level: object, gate: str, *, total: bool = False) -> Estimand:
    """Proportion (or total) of rows in one level: Σw·1[v = level] / Σw."""
    inside = f"{quoted(column)} = {literal(level)}"
    if gate:
        inside = f"{gate} AND {inside}"

    def evaluate(totals: Array, n: Array) -> Evaluated:
        weight, hit = totals
        value = _ratio(hit, weight)
        spread = _variance(value, value, n)
        if total:
            return Evaluated(hit, np.array([np.zeros_like(hit), np.ones_like(hit)]), spread * weight**2)
        gradient = np.array([-_ratio(value, weight), _ratio(np.ones_like(weight), weight)])
        return Evaluated(value, gradient, spread)

    answered = gated("1", gate)
    return Estimand(column, level, (answered, f"CASE WHEN {inside} THEN 1 END"), (), answered, evaluate)


def covariance_of(first: str, second: str, shifts: tuple[float, float], gate: str) -> Estimand:
    """Population covariance with n/(n-1): Σw(x-x̄)(y-ȳ)/Σw, the variance where both are one variable."""
    x, y = f"({number(first)} - {real(shifts[0])})", f"({number(second)} - {real(shifts[1])})"

    def evaluate(totals: Array, n: Array) -> Evaluated:
        weight, sx, sy, sxy = totals if len(totals) == 4 else (totals[0], totals[1], totals[1], totals[2])
        mx, my, mxy = _ratio(sx, weight), _ratio(sy, weight), _ratio(sxy, weight)
        correct = _ratio(n, n - 1)
        one = _ratio(correct, weight)
        parts = [one * (2 * mx * my - mxy), -my * one, -mx * one, one]
        if len(totals) == 3:
            parts = [parts[0], parts[1] + parts[2], parts[3]]
        return Evaluated((mxy - mx * my) * correct, np.array(parts), np.full_like(weight, np.nan))

    answered = gated("1", gate)
    name = first if first == second else f"{first},{second}"
    product = gated(f"{x} * {y}", gate)
    both = (gated(x, gate),) if first == second else (gated(x, gate), gated(y, gate))
    terms = (answered, *both, product)
    return Estimand(name, None, terms, (), answered, evaluate)
