"""Importance and performance: what matters, how well it is done, and where to act first (四分图).

Derived importance is the standardised regression coefficient β = R_xx⁻¹ r_xy of the overall item on the drivers, or
the correlation r_xy; both need only the covariance matrix of drivers and overall item, weighted as the design asks.
Stated importance is any list of weights.

Source: Martilla, J. A., James, J. C. (1977), Importance-performance analysis, Journal of Marketing 41(1), 77-79.
Checked against least squares on standardised data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from zhiheng.measure.indices.normalise import Array
from zhiheng.measure.indices.problems import refuse, some

Derived = Literal["regression", "correlation"]
Quadrant = Literal["strength", "improve", "opportunity", "maintain"]

#: code -> (Chinese, English, importance is high, performance is high)
QUADRANTS: dict[Quadrant, tuple[str, str, bool, bool]] = {
    "strength": ("优势区", "Keep up the good work", True, True),
    "improve": ("改进区", "Concentrate here", True, False),
    "opportunity": ("机会区", "Low priority", False, False),
    "maintain": ("维持区", "Possible overkill", False, True),
}


@dataclass(frozen=True)
class Point:
    """One indicator in the chart.

    Attributes
    ----------
    code
        Of the indicator.
    importance, performance
        Coordinates.
    quadrant
        Key of `QUADRANTS`; a value on a line counts as high.
    importance_se, performance_se
        Standard errors of the coordinates; nan where none were given.
    """

    code: str
    importance: float
    performance: float
    quadrant: Quadrant
    importance_se: float = float("nan")
    performance_se: float = float("nan")


@dataclass(frozen=True)
class ImportancePerformance:
    """The four quadrants.

    Attributes
    ----------
    points
        In the order given.
    importance_at, performance_at
        Where the lines are drawn.
    r_squared
        Share of the overall item explained by the drivers; None unless importance comes from regression.
    """

    points: tuple[Point, ...]
    importance_at: float
    performance_at: float
    r_squared: float | None = None

    def rows(self) -> list[dict[str, object]]:
        """One row an indicator: code, importance and performance with their errors, quadrant, name_zh, name_en."""
        return [
            {
                "code": point.code,
                "importance": point.importance,
                "importance_se": point.importance_se,
                "performance": point.performance,
                "performance_se": point.performance_se,
                "quadrant": point.quadrant,
                "name_zh": QUADRANTS[point.quadrant][0],
                "name_en": QUADRANTS[point.quadrant][1],
            }
            for point in self.points
        ]


def derived_importance(
    covariance: Array, method: Derived = "regression", names: Sequence[str] | None = None
) -> tuple[Array, float | None]:
    """Importance of drivers for the overall item, from one matrix.

    Parameters
    ----------
    covariance
        (k + 1, k + 1) covariance or correlation; the overall item is last.
    names
        Of the k + 1 variables, for messages.

    Returns
    -------
    importance, r_squared
        (k,), and R² for ``regression`` (None for ``correlation``).

    Raises
    ------
    Problem
        ``no_variance``, ``singular`` (a driver is a combination of others), ``shape``, ``not_allowed``.
    """
    cov = np.asarray(covariance, dtype=np.float64)
    if cov.ndim != 2 or cov.shape[0] != cov.shape[1] or len(cov) < 2:
        raise refuse("shape", field="covariance", found=cov.shape, expected="(k + 1, k + 1)")
    labels = [str(name) for name in names] if names is not None else [str(i + 1) for i in range(len(cov))]
    if method not in {"regression", "correlation"}:
        raise refuse("not_allowed", field="method", found=method, expected="regression, correlation")
    deviations = np.sqrt(np.clip(np.diag(cov), 0.0, None))
    if not np.all(deviations > 0):
        raise refuse("no_variance", found=some([labels[int(i)] for i in np.flatnonzero(~(deviations > 0))]))
    correlation = cov / np.outer(deviations, deviations)
    drivers, target = correlation[:-1, :-1], correlation[:-1, -1]
    if method == "correlation":
        return target, None
    if np.linalg.cond(drivers) > 1e10:
        raise refuse("singular", found=some(labels[:-1]))
    beta: Array = np.linalg.solve(drivers, target)
    return beta, float(beta @ target)


def importance_performance(
    codes: Sequence[str],
    importance: Sequence[float] | Array,
    performance: Sequence[float] | Array,
    *,
    importance_at: float | Literal["mean", "median"] = "mean",
    performance_at: float | Literal["mean", "median"] = "mean",
    r_squared: float | None = None,
    importance_se: Sequence[float] | Array | None = None,
    performance_se: Sequence[float] | Array | None = None,
) -> ImportancePerformance:
    """Place indicators in the four quadrants.

    Parameters
    ----------
    importance
        (k,) derived or stated.
    performance
        (k,) scores.
    importance_at, performance_at
        Where to draw the lines: the mean or median of the indicators (each looks good or bad beside the others), or a
        number such as the middle of the scale (each is judged by itself).
    importance_se, performance_se
        (k,) standard errors of the coordinates, where known.
    """
    across, up = np.asarray(importance, dtype=np.float64), np.asarray(performance, dtype=np.float64)
    if across.shape != (len(codes),) or up.shape != across.shape or not len(codes):
        raise refuse("shape", field="importance", found=(across.shape, up.shape), expected=f"({len(codes)},)")
    missing = [code for code, a, b in zip(codes, across, up, strict=True) if not np.isfinite(a + b)]
    if missing:
        raise refuse("missing_value", field="importance", found=some(missing))
    errors = [
        np.full(len(across), np.nan) if given is None else np.asarray(given, np.float64)
        for given in (importance_se, performance_se)
    ]
    lines = _line(across, importance_at), _line(up, performance_at)
    of = {(name[2], name[3]): quadrant for quadrant, name in QUADRANTS.items()}
    points = tuple(
        Point(str(code), float(a), float(b), of[bool(a >= lines[0]), bool(b >= lines[1])], float(e), float(f))
        for code, a, b, e, f in zip(codes, across, up, *errors, strict=True)
    )
    return ImportancePerformance(points, *lines, r_squared)


def _line(values: Array, at: float | str) -> float:
    if at == "mean":
        return float(values.mean())
    if at == "median":
        return float(np.median(values))
    if isinstance(at, str):
        raise refuse("not_allowed", field="importance_at", found=at, expected="mean, median, 3.0")
    return float(at)
