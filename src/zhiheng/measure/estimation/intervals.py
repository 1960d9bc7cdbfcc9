"""Confidence intervals: t for means and totals, six methods for proportions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.measure.problems import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def t_quantile(df: Array, level: float) -> Array:
    """Give the two-sided t quantile; infinite df gives the normal one, df below 1 gives NaN."""
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415 - slow import

    upper = 1 - (1 - level) / 2
    df = np.asarray(df, dtype=np.float64)
    safe = np.where(np.isfinite(df) & (df >= 1), df, 1.0)
    found = np.where(np.isinf(df), ndtri(upper), stdtrit(safe, upper))
    return np.asarray(np.where(df < 1, np.nan, found))


def symmetric(value: Array, se: Array, df: Array, level: float) -> tuple[Array, Array]:
    """Value plus and minus t times standard error."""
    half = t_quantile(df, level) * se
    return np.asarray(value - half), np.asarray(value + half)


def _logit(p: Array, se: Array, df: Array, _n: Array, level: float) -> tuple[Array, Array]:
    from scipy.special import expit, logit  # noqa: PLC0415 - slow import

    half = t_quantile(df, level) * se / (p * (1 - p))
    return expit(logit(p) - half), expit(logit(p) + half)


def _beta(p: Array, se: Array, df: Array, n: Array, level: float) -> tuple[Array, Array]:
    from scipy.special import betaincinv  # noqa: PLC0415 - slow import

    tail = (1 - level) / 2
    effective = p * (1 - p) / se**2 * (t_quantile(n - 1, level) / t_quantile(df, level)) ** 2
    lower = betaincinv(effective * p, effective * (1 - p) + 1, tail)
    upper = betaincinv(effective * p + 1, effective * (1 - p), 1 - tail)
    return np.asarray(lower), np.asarray(upper)


def _asin(p: Array, se: Array, df: Array, _n: Array, level: float) -> tuple[Array, Array]:
    centre = np.arcsin(np.sqrt(p))
    half = t_quantile(df, level) * se / (2 * np.sqrt(p * (1 - p)))
    low, high = np.maximum(centre - half, 0.0), np.minimum(centre + half, np.pi / 2)
    return np.asarray(np.sin(low) ** 2), np.asarray(np.sin(high) ** 2)


def _mean(p: Array, se: Array, df: Array, _n: Array, level: float) -> tuple[Array, Array]:
    return symmetric(p, se, df, level)


def _likelihood(p: Array, se: Array, df: Array, n: Array, level: float) -> tuple[Array, Array]:
    """Solve 2 (n-1)/n p(1-p)/se² · KL(p, p0) = t² for p0 on either side (Rao-Scott scaled likelihood ratio)."""
    from scipy.optimize import brentq  # noqa: PLC0415 - slow import

    t = t_quantile(df, level)
    lower, upper = np.full_like(p, np.nan), np.full_like(p, np.nan)
    for i in range(len(p)):
        if not (0 < p[i] < 1 and se[i] > 0 and np.isfinite(t[i])):
            continue
        scale, bound, at = 2 * (n[i] - 1) / n[i] * p[i] * (1 - p[i]) / se[i] ** 2, t[i] ** 2, p[i]

        def gap(x: float, scale: float = scale, bound: float = bound, at: float = at) -> float:
            divergence = at * np.log(at / x) + (1 - at) * np.log((1 - at) / (1 - x))
            return float(scale * divergence - bound)

        lower[i] = brentq(gap, 1e-15, at, xtol=1e-15, rtol=1e-14) if gap(1e-15) > 0 else 0.0
        upper[i] = brentq(gap, at, 1 - 1e-15, xtol=1e-15, rtol=1e-14) if gap(1 - 1e-15) > 0 else 1.0
    return lower, upper


Interval = Callable[["Array", "Array", "Array", "Array", float], "tuple[Array, Array]"]

PROPORTION_INTERVALS: dict[str, Interval] = {
    "logit": _logit,
    "xlogit": _logit,
    "beta": _beta,
    "asin": _asin,
    "mean": _mean,
    "likelihood": _likelihood,
}
"""Interval methods of a proportion.

``logit`` and ``xlogit`` are the same interval: R fits the first as a regression and the second by the delta method.
``beta`` is Korn & Graubard's (1998) Clopper–Pearson with the effective sample size; ``asin`` works on the arcsine
scale; ``likelihood`` inverts the Rao–Scott scaled likelihood ratio; ``mean`` is symmetric. Checked against
R survey 4.1.1 `svyciprop`.
"""


def of_proportion(
    method: str, value: Array, se: Array, df: Array, n: Array, level: float
) -> tuple[Array, Array]:
    """Give the interval of proportions.

    Parameters
    ----------
    method : key of `PROPORTION_INTERVALS`.
    value, se, df, n : (m,) estimates.
    level : confidence level.

    Returns
    -------
    Lower and upper, (m,) each. A standard error of 0 says that no variation was seen, not that there is none. Of a
    proportion of exactly 0 or 1 ``beta`` gives Clopper–Pearson's interval on n; ``mean`` gives the value itself, as it
    gives value ± 0 anywhere; the others have none there (NaN). Elsewhere an error of 0 (all units drawn, or all alike)
    gives the value itself, and one that is not known gives NaN.
    """
    if method not in PROPORTION_INTERVALS:
        raise Problem(
            "option_unknown", option="interval", found=method, legal=", ".join(PROPORTION_INTERVALS)
        )
    inner = (value > 0) & (value < 1) & (se > 0)
    edge = ~inner & ((value == 0) | (value == 1))
    known = ~np.isnan(se) & ~(edge & (method != "mean"))
    lower, upper = np.where(known, value, np.nan), np.where(known, value, np.nan)
    if inner.any():
        found = PROPORTION_INTERVALS[method](value[inner], se[inner], df[inner], n[inner], level)
        lower[inner], upper[inner] = found
    edge &= n > 0
    if method == "beta" and edge.any():
        tail = (1 - level) / 2
        lower[edge] = np.where(value[edge] == 1, tail ** (1 / n[edge]), 0.0)
        upper[edge] = np.where(value[edge] == 0, 1 - tail ** (1 / n[edge]), 1.0)
    return lower, upper
