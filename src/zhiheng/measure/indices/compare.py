"""Which units really differ: pairwise tests, intervals of the ranks, groups that cannot be told apart.

Every pair is tested at once: a difference is significant when |θi − θj| / se(θi − θj) exceeds the quantile of the
largest such ratio over all pairs, drawn from N(0, Cov), or from a multivariate t where degrees of freedom are given.
This is Tukey's honest significant difference for unequal, correlated errors. All statements about all pairs then hold
together with probability `level`, and with them the intervals

    1 + (units significantly better)  …  K − (units significantly worse)

which cover the true ranks of *all* units together with at least that probability.

Sources: Al Mohamad, D., Goeman, J. J., van Zwet, E. W. (2022), Simultaneous confidence intervals for ranks with
application to ranking institutions, Biometrics 78(1), 238-247; Klein, M., Wright, T., Wieczorek, J. (2020), A joint
confidence region for an overall ranking of populations, Journal of the Royal Statistical Society C 69(3), 589-606 (the
same counting, from intervals of the units instead of tests of pairs); Holm, S. (1979), Scandinavian Journal of
Statistics 6, 65-70. Letters: see `letters`.

Checked against scipy's studentised range (independent, equal errors), Holm by hand, and coverage by simulation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from zhiheng.measure.indices.letters import compact_letters, letters_of
from zhiheng.measure.indices.normalise import Array, ranks
from zhiheng.measure.indices.problems import refuse, some

if TYPE_CHECKING:
    from numpy.typing import NDArray

Method = Literal["simultaneous", "holm", "bonferroni"]
MINIMUM_REPLICATES = 100
#: draws of the largest ratio are made in blocks that stay in the cache
BLOCK = 1000


@dataclass(frozen=True)
class Comparison:
    """What can be said about the order of units.

    Attributes
    ----------
    units, values, se
        (K,); units without a value are nan and take no part.
    level, method, critical
        Joint confidence level; how the pairs are adjusted; the ratio a difference must exceed (nan for Holm,
        which has none).
    t, p_adjusted, significant
        (K, K): difference of row minus column over its standard error, adjusted p value, verdict.
    rank, rank_low, rank_high
        (K,): rank (1 is best, ties share the best), and the simultaneous interval; 0 where there is no value.
    letters
        Of each unit; two units share a letter iff they cannot be told apart.
    groups
        Units of each letter, best first.
    seed, simulations
        Of the draws; simulations is 0 where none were made.
    """

    units: tuple[str, ...]
    values: Array
    se: Array
    level: float
    method: Method
    critical: float
    t: Array
    p_adjusted: Array
    significant: NDArray[np.bool_]
    rank: NDArray[np.int64]
    rank_low: NDArray[np.int64]
    rank_high: NDArray[np.int64]
    letters: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    seed: int
    simulations: int

    def rows(self) -> list[dict[str, object]]:
        """One row a unit, best first: unit, value, se, rank, rank_low, rank_high, letters."""
        order = sorted(range(len(self.units)), key=lambda i: (self.rank[i] == 0, self.rank[i], i))
        return [
            {
                "unit": self.units[i],
                "value": float(self.values[i]),
                "se": float(self.se[i]),
                "rank": int(self.rank[i]) or None,
                "rank_low": int(self.rank_low[i]) or None,
                "rank_high": int(self.rank_high[i]) or None,
                "letters": self.letters[i],
            }
            for i in order
        ]

    def pairs(self) -> list[dict[str, object]]:
        """One row a pair: unit, other, difference, t, p, significant."""
        return [
            {
                "unit": self.units[i],
                "other": self.units[j],
                "difference": float(self.values[i] - self.values[j]),
                "t": float(self.t[i, j]),
                "p": float(self.p_adjusted[i, j]),
                "significant": bool(self.significant[i, j]),
            }
            for i in range(len(self.units))
            for j in range(i + 1, len(self.units))
            if not math.isnan(self.t[i, j])
        ]


def compare(
    values: Sequence[float] | Array,
    *,
    covariance: Array | None = None,
    replicates: Array | None = None,
    units: Sequence[str] | None = None,
    level: float = 0.95,
    df: float = math.inf,
    method: Method = "simultaneous",
    higher_is_better: bool = True,
    simulations: int = 10_000,
    seed: int = 20181231,
) -> Comparison:
    """Compare all units with all.

    Parameters
    ----------
    values
        (K,); nan takes no part.
    covariance
        (K, K) of the values, or (K,) variances of independent values. Units without sampling error have 0.
    replicates
        (R, K) bootstrap replicates of the values instead: the distribution of the largest ratio is theirs, centred.
        For ranks, percentiles and end points from the data, which have no derivative.
    df
        Degrees of freedom of the design; infinite for the normal. Not used with replicates.
    method
        ``simultaneous``, or ``holm`` or ``bonferroni`` on the pairwise p values: no simulation, less power.
    simulations, seed
        Draws of the largest ratio; the same seed gives the same answer.

    Raises
    ------
    Problem
        ``one_source_of_error``, ``covariance``, ``too_few_replicates``, ``shape``, ``not_allowed``.
    """
    x = np.asarray(values, dtype=np.float64)
    names = tuple(str(u) for u in units) if units is not None else tuple(str(i + 1) for i in range(len(x)))
    if len(names) != len(x):
        raise refuse("shape", field="units", found=len(names), expected=len(x))
    if not 0 < level < 1 or method not in {"simultaneous", "holm", "bonferroni"}:
        found, expected = f"level={level}, method={method}", "0 < level < 1; simultaneous, holm, bonferroni"
        raise refuse("not_allowed", field="method", found=found, expected=expected)
    here = np.flatnonzero(~np.isnan(x))
    centred = None
    if replicates is not None:
        centred = _centred(replicates, here, len(x))
        df = math.inf
    cov = _covariance(covariance, centred, names, here)
    value = x[here]
    variance_of_difference = np.add.outer(np.diag(cov), np.diag(cov)) - 2 * cov
    # what rounding leaves of perfectly correlated units is no error
    tiny = 1e-14 * max(float(np.diag(cov).max(initial=0.0)), 1e-300)
    variance_of_difference[variance_of_difference <= tiny] = 0.0
    t = _ratios(value, np.sqrt(variance_of_difference))
    if method == "simultaneous":
        largest = _largest_ratios(cov, variance_of_difference, centred, df, simulations, seed)
        drawn = len(largest)
        critical = float(np.quantile(largest, level, method="higher")) if drawn else 0.0
        p = (1 + drawn - np.searchsorted(np.sort(largest), np.abs(t), side="left")) / (drawn + 1)
        p[np.isinf(t)] = 0.0
        apart = np.abs(t) > critical
    else:
        drawn = 0
        critical, p = _adjusted(t, level, df, method)
        apart = p < 1 - level
    np.fill_diagonal(p, 1.0)
    np.fill_diagonal(apart, val=False)
    better = (t > 0) if higher_is_better else (t < 0)
    order = np.argsort(-value if higher_is_better else value, kind="stable")
    groups = compact_letters(apart, [int(i) for i in order])
    own = letters_of(groups, len(here))
    spread = _Spread(len(x), here)
    return Comparison(
        units=names,
        values=x,
        se=spread.vector(np.sqrt(np.diag(cov)), np.nan),
        level=level,
        method=method,
        critical=critical,
        t=spread.matrix(t, np.nan),
        p_adjusted=spread.matrix(p, np.nan),
        significant=spread.matrix(apart.astype(np.float64), 0.0) == 1,
        rank=spread.counts(rank(value, higher_is_better=higher_is_better)),
        rank_low=spread.counts(1 + (apart & better.T).sum(axis=1)),
        rank_high=spread.counts(len(here) - (apart & better).sum(axis=1)),
        letters=tuple(own[int(np.flatnonzero(here == i)[0])] if i in here else "" for i in range(len(x))),
        groups=tuple(tuple(names[int(here[i])] for i in group) for group in groups),
        seed=seed,
        simulations=drawn,
    )


def rank(values: Array, *, higher_is_better: bool = True) -> NDArray[np.int64]:
    """Rank from 1 for the best; ties share the best rank, as in a published table (1, 2, 2, 4).

    What differs by rounding only is tied; see `ranks`.
    """
    return ranks(-values if higher_is_better else values).astype(np.int64)


@dataclass(frozen=True)
class _Spread:
    """Put results of the units with a value back among all units."""

    count: int
    here: NDArray[np.intp]

    def vector(self, values: Array, empty: float) -> Array:
        out = np.full(self.count, empty)
        out[self.here] = values
        return out

    def matrix(self, values: Array, empty: float) -> Array:
        out = np.full((self.count, self.count), empty)
        out[np.ix_(self.here, self.here)] = values
        return out

    def counts(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        out = np.zeros(self.count, dtype=np.int64)
        out[self.here] = values
        return out


def _centred(replicates: Array, here: NDArray[np.intp], count: int) -> Array:
    draws = np.asarray(replicates, dtype=np.float64)
    if draws.ndim != 2 or draws.shape[1] != count:
        raise refuse("shape", field="replicates", found=draws.shape, expected=f"(R, {count})")
    draws = draws[:, here]
    complete = draws[~np.isnan(draws).any(axis=1)]
    if len(complete) < MINIMUM_REPLICATES:
        raise refuse("too_few_replicates", found=len(complete), expected=MINIMUM_REPLICATES)
    centred: Array = complete - complete.mean(axis=0)
    return centred


def _covariance(
    covariance: Array | None, centred: Array | None, units: Sequence[str], here: NDArray[np.intp]
) -> Array:
    if (covariance is None) == (centred is None):
        found = "–" if covariance is None else "covariance, replicates"
        raise refuse("one_source_of_error", found=found)
    if centred is not None:
        made: Array = centred.T @ centred / (len(centred) - 1)
        return made
    given = np.asarray(covariance, dtype=np.float64)
    given = np.diag(given) if given.ndim == 1 else given
    if given.shape != (len(units), len(units)):
        raise refuse("shape", field="covariance", found=given.shape, expected=f"({len(units)}, {len(units)})")
    cov = given[np.ix_(here, here)]
    unknown = ~np.isfinite(cov).all(axis=1)
    if unknown.any():
        found = some([units[int(here[i])] for i in np.flatnonzero(np.isnan(np.diag(cov)) | unknown)])
        raise refuse("covariance", found=found, expected="finite")
    if np.any(np.diag(cov) < 0) or not np.allclose(
        cov, cov.T, rtol=1e-8, atol=1e-12 * np.abs(cov).max(initial=0)
    ):
        raise refuse(
            "covariance", found="not symmetric or negative variance", expected="cov = cov′, variance ≥ 0"
        )
    return cov


def _ratios(values: Array, se: Array) -> Array:
    """Differences over standard errors; without error any difference is infinitely many errors."""
    difference = np.subtract.outer(values, values)
    certain = np.where(difference == 0, 0.0, np.copysign(np.inf, difference))
    return np.where(se > 0, difference / np.where(se > 0, se, 1.0), certain)


def _largest_ratios(
    cov: Array, variance_of_difference: Array, centred: Array | None, df: float, simulations: int, seed: int
) -> Array:
    """Draws of max over pairs of |z_i − z_j| / se_ij; empty where no pair has an error."""
    count = len(cov)
    if not np.any(variance_of_difference > 0):
        return np.empty(0)
    inverse = np.zeros_like(variance_of_difference)
    np.divide(1.0, np.sqrt(variance_of_difference), out=inverse, where=variance_of_difference > 0)
    if centred is None:
        generator = np.random.default_rng(seed)
        eigenvalues, vectors = np.linalg.eigh(cov)
        root = vectors * np.sqrt(np.clip(eigenvalues, 0.0, None))
        draws = root @ generator.standard_normal((count, simulations))
        if math.isfinite(df):
            draws /= np.sqrt(generator.chisquare(df, simulations) / df)
    else:
        draws = centred.T
    # single precision: 1e-7 of a ratio is far below the error of simulation
    z, scale = np.ascontiguousarray(draws, dtype=np.float32), inverse.astype(np.float32)
    largest = np.zeros(z.shape[1], dtype=np.float32)
    for start in range(0, z.shape[1], BLOCK):
        block, so_far = z[:, start : start + BLOCK], largest[start : start + BLOCK]
        for i in range(count - 1):
            ratios = np.abs(block[i + 1 :] - block[i]) * scale[i + 1 :, i, None]
            np.maximum(so_far, ratios.max(axis=0), out=so_far)
    return largest.astype(np.float64)


def _adjusted(t: Array, level: float, df: float, method: Method) -> tuple[float, Array]:
    """Adjusted p values of all pairs by Holm or Bonferroni, with the critical ratio of the latter."""
    from scipy import stats  # noqa: PLC0415 - slow import, and the default method does not need it

    distribution = stats.norm() if math.isinf(df) else stats.t(df)
    upper = np.triu_indices(len(t), 1)
    raw = 2 * distribution.sf(np.abs(t[upper]))
    if method == "bonferroni":
        adjusted = np.minimum(1.0, raw * len(raw))
        critical = float(distribution.isf((1 - level) / 2 / max(len(raw), 1)))
    else:
        adjusted, critical = holm(raw), math.nan
    p = np.ones_like(t)
    p[upper] = adjusted
    p.T[upper] = adjusted
    return critical, p


def holm(p: Array) -> Array:
    """Holm's step-down adjusted p values, any shape; nan stays nan and is no part of the family."""
    flat = np.ravel(p)
    here = np.flatnonzero(~np.isnan(flat))
    order = here[np.argsort(flat[here], kind="stable")]
    stepped = np.minimum(1.0, np.maximum.accumulate(flat[order] * np.arange(len(order), 0, -1)))
    out = np.full(flat.shape, np.nan)
    out[order] = stepped
    return out.reshape(np.shape(p))
