"""What R's `svyciprop(method="likelihood")` does, step by step, to tell its rounding from a difference in method.

R fits the proportion as a logistic regression that stops early (deviance within 1e-8), profiles its deviance at about
ten points, puts a spline through them and reads the ends off straight lines between three times as many points
(survey 4.1.1 `confint.svyglm`, `MASS::profile.glm`, `stats::spline(method = "fmm")`, `stats::approx`).
"""

from __future__ import annotations

import numpy as np
from scipy import stats

Array = np.ndarray


def interval(hit: Array, weights: Array, se: float, df: float, level: float = 0.95) -> tuple[float, float]:
    """Give R's ends of the interval of a proportion.

    Parameters
    ----------
    hit, weights : (rows,) 0 or 1, and the weight.
    se, df : standard error and degrees of freedom of the proportion under the design.
    """
    n, w = len(hit), weights / weights.mean()
    share = float((w * hit).sum() / w.sum())
    centre, deviance, early = fitted(hit, w)
    at = expit(centre)
    spread = at * (1 - at)
    residual = (hit - at) / np.sqrt(spread)
    dispersion = float((w * (residual - (w * residual).mean()) ** 2).sum() / (n - 1))
    error = se / spread
    cut = -stats.t.ppf((1 - level) / 2, df) * np.sqrt(error**2 * n * early)
    end = np.sqrt(stats.f.ppf(1 - stats.norm.cdf(-cut) / 2, 1, n - 1))
    points = [(0.0, centre)]
    for sign in (-1, 1):
        z, step = 0.0, 1
        while step < 10 and abs(z) < end:
            logit = centre + sign * step * end / 5 * error
            q = expit(logit)
            gone = -2 * n * (share * np.log(q) + (1 - share) * np.log(1 - q))
            z = sign * float(np.sqrt((gone - deviance) / dispersion))
            points.append((z, logit))
            step += 1
    z, logit = np.array(sorted(points)).T
    grid = np.linspace(logit[0], logit[-1], 3 * len(logit))
    low, high = np.interp([-cut, cut], spline(logit, z, grid), grid)
    return float(expit(low)), float(expit(high))


def expit(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


def fitted(hit: Array, w: Array) -> tuple[float, float, float]:
    """Give intercept and deviance of the regression, and the mean p(1-p) of the last step but one."""
    mu = (w * hit + 0.5) / (w + 1)
    eta, before = np.log(mu / (1 - mu)), np.inf
    while True:
        spread = mu * (1 - mu)
        working = w * spread
        centre = float((working * (eta + (hit - mu) / spread)).sum() / working.sum())
        eta, mu = np.full(len(hit), centre), np.full(len(hit), expit(centre))
        deviance = float(-2 * (w * (hit * np.log(mu) + (1 - hit) * np.log(1 - mu))).sum())
        if abs(deviance - before) / (abs(deviance) + 0.1) < 1e-8:
            return centre, deviance, float(working.mean())
        before = deviance


def spline(x: Array, y: Array, at: Array) -> Array:
    """Cubic spline whose ends follow the cubics through the four outer points (Forsythe, Malcolm & Moler 1977)."""
    n = len(x)
    gap, slope = np.diff(x), np.diff(y) / np.diff(x)
    matrix, right = np.zeros((n, n)), np.zeros(n)
    for i in range(1, n - 1):
        matrix[i, i - 1 : i + 2] = gap[i - 1], 2 * (gap[i - 1] + gap[i]), gap[i]
        right[i] = slope[i] - slope[i - 1]
    matrix[0, :2], matrix[-1, -2:] = (-gap[0], gap[0]), (gap[-1], -gap[-1])
    first = (slope[2] - slope[1]) / (x[3] - x[1]) - (slope[1] - slope[0]) / (x[2] - x[0])
    last = (slope[-1] - slope[-2]) / (x[-1] - x[-3]) - (slope[-2] - slope[-3]) / (x[-2] - x[-4])
    right[0] = first * gap[0] ** 2 / (x[3] - x[0])
    right[-1] = -last * gap[-1] ** 2 / (x[-1] - x[-4])
    c = np.linalg.solve(matrix, right)
    b = slope - gap * (c[1:] + 2 * c[:-1])
    d = np.diff(c) / gap
    k = np.clip(np.searchsorted(x, at, side="right") - 1, 0, n - 2)
    h = at - x[k]
    return y[k] + h * (b[k] + h * (3 * c[k] + h * d[k]))
