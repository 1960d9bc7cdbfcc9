"""What is estimated: row expressions, a smooth function of their totals, its gradient. Knows nothing of designs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from zhiheng.measure.reduction.terms import Term

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float64]

Gate: TypeAlias = tuple[str, ...]
"""Columns that must be answered."""


@dataclass(frozen=True)
class Evaluated:
    """An estimand at given totals.

    Attributes
    ----------
    value : (domains,).
    gradient : (terms, domains).
    spread : (domains,) variance of one simple random draw, on the scale of the estimate times n; NaN where a
        design effect has no meaning.
    offset : (domains,) distance of the mean from the constant that was taken off, where a distance that is large beside
        the spread costs digits.
    """

    value: Array
    gradient: Array
    spread: Array
    offset: Array | None = None


@dataclass(frozen=True)
class Estimand:
    """One line of a result.

    Attributes
    ----------
    variable : name in the result.
    category : level, for a proportion.
    terms : row expressions. The first is the answered mask.
    extras : further row expressions whose totals `evaluate` reads but whose gradient is zero.
    count : whose rows are n.
    evaluate : totals (terms + extras, domains) and n (domains,) in.
    """

    variable: str
    category: object
    terms: tuple[Term, ...]
    extras: tuple[Term, ...]
    count: Term
    evaluate: Callable[[Array, Array], Evaluated]


def _ratio(top: Array, bottom: Array) -> Array:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom != 0)


def _variance(first: Array, second: Array, n: Array) -> Array:
    return np.maximum(second - first**2, 0.0) * _ratio(n, n - 1)


NOTHING = 1e-12
"""What is left of the constant taken off, when it comes back: less than this share of it is rounding, and is 0."""


def _back(centred: Array, constant: Array | float) -> Array:
    """Put the constant back that was taken off."""
    value = centred + constant
    return np.where(np.abs(value) <= NOTHING * np.abs(constant), 0.0, value)


def mean_of(column: str, shift: float, gate: Gate, name: str) -> Estimand:
    """Mean: c + Σw(y-c)/Σw."""
    answered, y = Term(answered=gate), Term(((column, shift),), gate)

    def evaluate(totals: Array, n: Array) -> Evaluated:
        weight, first, second = totals
        offset = _ratio(first, weight)
        gradient = np.array([-_ratio(offset, weight), _ratio(np.ones_like(weight), weight)])
        spread = _variance(offset, _ratio(second, weight), n)
        return Evaluated(_back(offset, shift), gradient, spread, offset)

    return Estimand(name, None, (answered, y), (y.times(y),), answered, evaluate)


def total_of(column: str, shift: float, gate: Gate) -> Estimand:
    """Total: Σwy, or Σw(y-c) + cΣw in domains whose mean is nearer to c than to 0, where fewer digits cancel so."""
    answered, y, moved = Term(answered=gate), Term(((column, 0.0),), gate), Term(((column, shift),), gate)

    def evaluate(totals: Array, n: Array) -> Evaluated:
        weight, first, centred, second = totals if shift else (totals[0], totals[1], totals[1], totals[2])
        near = 2 * np.abs(first) < np.abs(shift) * weight
        value = np.where(near, first, centred + shift * weight)
        parts = [np.where(near, 0.0, shift), near.astype(float), 1.0 - near]
        gradient = np.array(parts if shift else [np.zeros_like(weight), np.ones_like(weight)])
        spread = _variance(_ratio(centred, weight), _ratio(second, weight), n) * weight**2
        return Evaluated(value, gradient, spread)

    terms = (answered, y, moved) if shift else (answered, y)
    return Estimand(column, None, terms, (moved.times(moved),), answered, evaluate)


def ratio_of(numerator: str, denominator: str, gate: Gate) -> Estimand:
    """Ratio of totals: Σwy / Σwx over rows where both are answered."""
    answered = Term(answered=gate)
    y, x = Term(((numerator, 0.0),), gate), Term(((denominator, 0.0),), gate)

    def evaluate(totals: Array, n: Array) -> Evaluated:
        weight, top, bottom, yy, xx, yx = totals
        value = _ratio(top, bottom)
        gradient = np.array(
            [np.zeros_like(weight), _ratio(np.ones_like(top), bottom), -_ratio(value, bottom)]
        )
        square = _ratio(yy - 2 * value * yx + value**2 * xx, bottom**2)
        spread = square * weight * _ratio(n, n - 1)
        return Evaluated(value, gradient, spread)

    return Estimand(
        f"{numerator}/{denominator}",
        None,
        (answered, y, x),
        (y.times(y), x.times(x), y.times(x)),
        answered,
        evaluate,
    )


def share_of(column: str, level: object, gate: Gate, *, total: bool = False) -> Estimand:
    """Proportion (or total) of rows in one level: Σw·1[v = level] / Σw."""
    answered, inside = Term(answered=gate), Term(answered=gate, levels=((column, level),))

    def evaluate(totals: Array, n: Array) -> Evaluated:
        weight, hit = totals
        value = _ratio(hit, weight)
        spread = _variance(value, value, n)
        if total:
            return Evaluated(hit, np.array([np.zeros_like(hit), np.ones_like(hit)]), spread * weight**2)
        gradient = np.array([-_ratio(value, weight), _ratio(np.ones_like(weight), weight)])
        return Evaluated(value, gradient, spread)

    return Estimand(column, level, (answered, inside), (), answered, evaluate)


def covariance_of(first: str, second: str, shifts: tuple[float, float], gate: Gate, name: str) -> Estimand:
    """Population covariance with n/(n-1): Σw(x-x̄)(y-ȳ)/Σw, the variance where both are one variable."""
    answered = Term(answered=gate)
    x, y = Term(((first, shifts[0]),), gate), Term(((second, shifts[1]),), gate)

    def evaluate(totals: Array, n: Array) -> Evaluated:
        weight, sx, sy, sxy = totals if len(totals) == 4 else (totals[0], totals[1], totals[1], totals[2])
        mx, my, mxy = _ratio(sx, weight), _ratio(sy, weight), _ratio(sxy, weight)
        correct = _ratio(n, n - 1)
        one = _ratio(correct, weight)
        parts = [one * (2 * mx * my - mxy), -my * one, -mx * one, one]
        if len(totals) == 3:
            parts = [parts[0], parts[1] + parts[2], parts[3]]
        offset = mx if len(totals) == 3 else None
        return Evaluated((mxy - mx * my) * correct, np.array(parts), np.full_like(weight, np.nan), offset)

    terms = (answered, x, x.times(y)) if first == second else (answered, x, y, x.times(y))
    return Estimand(name, None, terms, (), answered, evaluate)
