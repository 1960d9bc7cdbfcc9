"""A slow, obvious estimator to check the engine against: rows in lists, loops over strata and units, no shortcuts.

Formulas: Särndal, Swensson & Wretman (1992), 4.3 (several stages), 5.5–5.7 (linearisation), 6.4–6.5 and Deville &
Särndal (1992) (calibration: residuals of a regression with the base weights). Nothing here is shared with the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Row = dict[str, Any]
Array = np.ndarray


class LonelyUnit(Exception):  # noqa: N818 - what happened, in two words
    """A stratum has one sampled unit and there are more of them."""


@dataclass(frozen=True)
class Stage:
    """One stage of sampling; `cluster` None means that the row is the unit."""

    stratum: str | None
    cluster: str | None
    population: str | None


def grouped(rows: Sequence[Row], members: Sequence[int], column: str | None) -> dict[Any, list[int]]:
    """Gather row numbers by the value of a column; without a column all together."""
    groups: dict[Any, list[int]] = {}
    for i in members:
        groups.setdefault(rows[i][column] if column else None, []).append(i)
    return groups


def units_of(rows: Sequence[Row], members: Sequence[int], stage: Stage) -> list[list[int]]:
    """Gather row numbers by sampled unit."""
    if stage.cluster is None:
        return [[i] for i in members]
    return list(grouped(rows, members, stage.cluster).values())


def base_weights(rows: Sequence[Row], stages: Sequence[Stage]) -> Array:
    """Give N/n at every stage, multiplied."""
    weights = np.ones(len(rows))

    def descend(members: Sequence[int], depth: int) -> None:
        if depth == len(stages):
            return
        for stratum in grouped(rows, members, stages[depth].stratum).values():
            units = units_of(rows, stratum, stages[depth])
            column = stages[depth].population
            factor = rows[stratum[0]][column] / len(units) if column else 1.0
            for unit in units:
                weights[unit] *= factor
                descend(unit, depth + 1)

    descend(range(len(rows)), 0)
    return weights


def variance_of_sum(rows: Sequence[Row], stages: Sequence[Stage], z: Array) -> float:
    """Variance of Σz over the sample, stage by stage; z is zero for rows outside the domain."""

    def descend(members: Sequence[int], depth: int, sampled_above: float) -> float:
        result = 0.0
        for stratum in grouped(rows, members, stages[depth].stratum).values():
            units = units_of(rows, stratum, stages[depth])
            n = len(units)
            column = stages[depth].population
            fraction = n / rows[stratum[0]][column] if column else 0.0
            totals = np.array([sum(z[i] for i in unit) for unit in units])
            if fraction < 1:
                if n == 1:
                    raise LonelyUnit
                squares = sum((t - totals.mean()) ** 2 for t in totals)
                result += sampled_above * (1 - fraction) * n / (n - 1) * squares
            if column and depth + 1 < len(stages):
                for unit in units:
                    result += descend(unit, depth + 1, sampled_above * fraction)
        return result

    return descend(range(len(rows)), 0, 1.0)


@dataclass(frozen=True)
class Answer:
    """What the oracle found for one domain; `scale` is Σz², the size of the terms that cancel in the variance."""

    value: float
    variance: float
    n: int
    df: int
    scale: float


@dataclass(frozen=True)
class Sample:
    """Rows, their design and weights; `calibrators` (rows, p) and base weights where weights are calibrated."""

    rows: Sequence[Row]
    stages: Sequence[Stage]
    weights: Array
    calibrators: Array | None = None
    base: Array | None = None

    def residual(self, u: Array) -> Array:
        """Take off the fitted value of the regression on the calibrators, in every row, in the domain or not."""
        if self.calibrators is None or self.base is None:
            return u
        x, d = self.calibrators, self.base
        left = sum(d[i] * np.outer(x[i], x[i]) for i in range(len(u)))
        right = sum(d[i] * x[i] * u[i] for i in range(len(u)))
        return u - x @ (np.linalg.pinv(left) @ right)

    def answer(self, value: float, u: Array, inside: Sequence[bool]) -> Answer:
        """Give value, variance, n and degrees of freedom from the influence of each row."""
        z = self.weights * self.residual(u)
        present = [i for i in range(len(self.rows)) if inside[i]]
        strata = grouped(self.rows, present, self.stages[0].stratum)
        units = sum(len(units_of(self.rows, s, self.stages[0])) for s in strata.values())
        variance = variance_of_sum(self.rows, self.stages, z)
        return Answer(value, variance, len(present), units - len(strata), float((z**2).sum()))

    def _column(self, name: str, inside: Sequence[bool]) -> Array:
        return np.array([float(r[name]) if keep else 0.0 for r, keep in zip(self.rows, inside, strict=True)])

    def _inside(self, domain: Callable[[Row], bool], *columns: str) -> list[bool]:
        return [bool(domain(r)) and all(r[c] is not None for c in columns) for r in self.rows]

    def influence_of_mean(self, name: str, domain: Callable[[Row], bool]) -> tuple[float, Array, list[bool]]:
        """Give the mean in a domain, the influence of each row on it and which rows are in it."""
        inside = self._inside(domain, name)
        y, r, w = self._column(name, inside), np.array(inside, dtype=float), self.weights
        if not any(inside):
            return float("nan"), np.zeros(len(y)), inside
        value = float((w * y).sum() / (w * r).sum())
        return value, r * (y - value) / (w * r).sum(), inside

    def mean(self, name: str, domain: Callable[[Row], bool]) -> Answer:
        return self.answer(*self.influence_of_mean(name, domain))

    def total(self, name: str, domain: Callable[[Row], bool]) -> Answer:
        inside = self._inside(domain, name)
        y = self._column(name, inside)
        return self.answer(float((self.weights * y).sum()), y, inside)

    def ratio(self, top: str, bottom: str, domain: Callable[[Row], bool]) -> Answer:
        inside = self._inside(domain, top, bottom)
        y, x, w = self._column(top, inside), self._column(bottom, inside), self.weights
        if not any(inside):
            return self.answer(float("nan"), np.zeros(len(y)), inside)
        value = float((w * y).sum() / (w * x).sum())
        return self.answer(value, (y - value * x) / (w * x).sum(), inside)

    def share(self, name: str, level: object, domain: Callable[[Row], bool]) -> Answer:
        inside = self._inside(domain, name)
        hit = [{**r, name: None if r[name] is None else float(r[name] == level)} for r in self.rows]
        value, u, _ = Sample(hit, self.stages, self.weights).influence_of_mean(name, domain)
        return self.answer(value, u, inside)

    def spread(self, name: str, domain: Callable[[Row], bool]) -> Answer:
        """Population variance with n/(n-1)."""
        inside = self._inside(domain, name)
        n = sum(inside)
        if n < 2:
            return self.answer(float("nan"), np.zeros(len(inside)), inside)
        y, r, w = self._column(name, inside), np.array(inside, dtype=float), self.weights
        centre = (w * y).sum() / (w * r).sum()
        value = (w * r * (y - centre) ** 2).sum() / (w * r).sum()
        u = r * ((y - centre) ** 2 - value) / (w * r).sum() * n / (n - 1)
        return self.answer(float(value * n / (n - 1)), u, inside)


def indicators(rows: Sequence[Row], margins: Sequence[tuple[str, ...]]) -> Array:
    """Give one column for each level of each margin."""
    columns = []
    for margin in margins:
        levels = sorted({tuple(str(r[c]) for c in margin) for r in rows})
        columns += [[float(tuple(str(r[c]) for c in margin) == level) for r in rows] for level in levels]
    return np.array(columns).T


def raked(
    rows: Sequence[Row], base: Array, targets: dict[tuple[str, ...], dict[tuple[Any, ...], float]]
) -> Array:
    """Scale weights to each margin in turn until nothing moves."""
    weights = base.copy()
    for _ in range(5000):
        before = weights.copy()
        for margin, wanted in targets.items():
            for level, target in wanted.items():
                members = [i for i, r in enumerate(rows) if tuple(r[c] for c in margin) == level]
                weights[members] *= target / weights[members].sum()
        if np.abs(weights - before).max() <= 1e-15 * weights.max():
            break
    return weights


def regressed(base: Array, x: Array, targets: Array) -> Array:
    """Give the weights of the regression estimator (GREG)."""
    left = sum(base[i] * np.outer(x[i], x[i]) for i in range(len(base)))
    solution = np.linalg.solve(left, targets - base @ x)
    return np.array([base[i] * (1 + x[i] @ solution) for i in range(len(base))])


def nearest(base: Array, x: Array, targets: Array, low: float, high: float) -> Array:
    """Give the weights that meet the targets at the smallest raking distance, with factors between bounds.

    The distance Σ d (g log g - g + 1) is minimised as it stands (Deville & Särndal 1992, 2.1), by sequential quadratic
    programming over all factors: about 1e-6.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow import

    size = base.sum()
    found = minimize(
        lambda g: (base * (g * np.log(g) - g + 1)).sum() / size,
        np.ones(len(base)),
        jac=lambda g: base * np.log(g) / size,
        bounds=[(low, high)] * len(base),
        constraints={
            "type": "eq",
            "fun": lambda g: (base * g) @ x / targets - 1,
            "jac": lambda _: (base[:, None] * x / targets).T,
        },
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    assert found.success, found.message
    return base * found.x


def answered(
    rows: Sequence[Row], base: Array, cells: Sequence[str], responded: Callable[[Row], bool]
) -> Array:
    """Give respondents the weight of all rows of their cell; the others have none."""
    weights = np.zeros(len(rows))
    for i, row in enumerate(rows):
        cell = [j for j, r in enumerate(rows) if all(r[c] == row[c] for c in cells)]
        if responded(row):
            weights[i] = base[i] * base[cell].sum() / sum(base[j] for j in cell if responded(rows[j]))
    return weights
