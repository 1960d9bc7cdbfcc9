"""Several waves: a chained progress index and tests of whether a unit really changed.

A chain is made of link relatives between neighbouring waves, so that indicators may join and leave: a link uses only
the components present in both of its waves. With x the components, w their weights, over the matched ones:

    ratio        L_t = Σ w·x_t / Σ w·x_{t−1}
    arithmetic   L_t = Σ w·(x_t / x_{t−1}) / Σ w
    geometric    L_t = exp( Σ w·ln(x_t / x_{t−1}) / Σ w )
    chain        I_0 = base,  I_t = I_{t−1}·L_t

Standard errors are by the delta method from the covariance of all components of all waves, so that streets or people
shared by waves are not counted twice. Index formulas: ILO and others (2020), Consumer Price Index Manual: Concepts and
Methods. Checked against hand computation, finite differences and simulation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from zhiheng.measure.indices.aggregate import evaluate
from zhiheng.measure.indices.compare import holm
from zhiheng.measure.indices.normalise import Array
from zhiheng.measure.indices.problems import refuse, some

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zhiheng.measure.indices.tree import Tree

Formula = Literal["ratio", "arithmetic", "geometric"]


@dataclass(frozen=True)
class Chain:
    """A chained index of one unit.

    Attributes
    ----------
    waves
        Codes in order.
    values, se
        (waves,); the first is the base with error 0. se is nan without a covariance.
    links
        (waves − 1,) link relatives.
    jacobian
        (waves, waves × components): of the chain in the components, waves outermost.
    covariance
        (waves, waves), or None.
    matched
        (waves − 1, components): which components each link uses.
    base, formula
        As asked for.
    """

    waves: tuple[str, ...]
    values: Array
    se: Array
    links: Array
    jacobian: Array
    covariance: Array | None
    matched: NDArray[np.bool_]
    base: float
    formula: Formula

    def rows(self) -> list[dict[str, object]]:
        """One row a wave: wave, value, se, link (None for the first)."""
        links: list[float | None] = [None, *(float(link) for link in self.links)]
        return [
            {"wave": wave, "value": float(value), "se": float(se), "link": link}
            for wave, value, se, link in zip(self.waves, self.values, self.se, links, strict=True)
        ]


def chain(
    components: Array,
    covariance: Array | None = None,
    *,
    weights: Sequence[float] | Array | None = None,
    waves: Sequence[str] | None = None,
    formula: Formula = "ratio",
    base: float = 100.0,
) -> Chain:
    """Chain link relatives of one unit over its waves.

    Parameters
    ----------
    components
        (waves, components), or (waves,) for an index by itself; missing is nan.
    covariance
        (waves × components, same) of the components, waves outermost; what belongs to missing ones is not read.
    weights
        (components,), or (waves − 1, components) where a link has weights of its own; equal without.
    base
        Value of the first wave.

    Raises
    ------
    Problem
        ``not_matched``: a wave has no component in common with the one before. ``not_positive_level``, ``shape``.
    """
    x = np.asarray(components, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2:
        raise refuse("shape", field="components", found=x.shape, expected="(waves, components)")
    count, size = x.shape
    names = tuple(str(w) for w in waves) if waves is not None else tuple(str(t + 1) for t in range(count))
    if len(names) != count:
        raise refuse("shape", field="waves", found=len(names), expected=count)
    if formula not in {"ratio", "arithmetic", "geometric"}:
        raise refuse("not_allowed", field="formula", found=formula, expected="ratio, arithmetic, geometric")
    w = np.ones(size) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape not in {(size,), (count - 1, size)} or not np.all(w > 0):
        raise refuse("shape", field="weights", found=w.shape, expected=f"({size},) > 0")
    w = np.broadcast_to(w, (count - 1, size))
    if np.any(x <= 0):
        at = np.argwhere(x <= 0)[0]
        raise refuse("not_positive_level", code=names[at[0]], found=f"{x[tuple(at)]:g}")
    matched = ~np.isnan(x[1:]) & ~np.isnan(x[:-1])
    for t in range(count - 1):
        if not matched[t].any():
            raise refuse("not_matched", code=names[t + 1], found=names[t + 1])
    links = np.empty(count - 1)
    values = np.full(count, base)
    slopes = np.zeros((count, count, size))  # of ln I_t in x
    for t in range(1, count):
        use = matched[t - 1]
        links[t - 1], now, before = _link(x[t, use], x[t - 1, use], w[t - 1, use], formula)
        values[t] = values[t - 1] * links[t - 1]
        slopes[t] = slopes[t - 1]
        slopes[t, t, use] += now
        slopes[t, t - 1, use] += before
    jacobian = (values[:, None, None] * slopes).reshape(count, count * size)
    spread: Array | None = None
    if covariance is not None:
        given = np.asarray(covariance, dtype=np.float64)
        if given.shape != (count * size, count * size):
            raise refuse(
                "shape", field="covariance", found=given.shape, expected=(count * size, count * size)
            )
        unused = np.all(jacobian == 0, axis=0)
        spread = jacobian @ np.where(unused[:, None] | unused[None, :], 0.0, given) @ jacobian.T
    se = np.full(count, np.nan) if spread is None else np.sqrt(np.clip(np.diag(spread), 0.0, None))
    return Chain(names, values, se, links, jacobian, spread, matched, base, formula)


def _link(now: Array, before: Array, w: Array, formula: Formula) -> tuple[float, Array, Array]:
    """A link and the derivatives of its logarithm in both waves."""
    if formula == "ratio":
        top, bottom = w @ now, w @ before
        return float(top / bottom), w / top, -w / bottom
    share = w / w.sum()
    relatives = now / before
    if formula == "geometric":
        return float(np.exp(share @ np.log(relatives))), share / now, -share / before
    link = float(share @ relatives)
    return link, share / before / link, -share * relatives / before / link


@dataclass(frozen=True)
class Linked:
    """The chained index of every unit, with a link over the indicators that a unit has in both waves.

    Attributes
    ----------
    values
        (waves, units): `base` in the first wave a unit has; nan where it cannot be linked to any wave before.
    slopes
        (waves, units, waves, leaves): of each value in the raw indicators of every wave of its unit.
    linked_to
        (waves, units): position of the wave each value is linked to, -1 for none.
    matched
        (waves, units, leaves): which indicators that link uses.
    base
        As asked for.
    """

    values: Array
    slopes: Array
    linked_to: NDArray[np.int64]
    matched: NDArray[np.bool_]
    base: float


def linked(tree: Tree, raw: Array, *, stands: NDArray[np.int64] | None = None, base: float = 100.0) -> Linked:
    """Chain the index of a tree over waves: I_t = I_s · V_t(S) / V_s(S), s the last wave of the unit before t.

    V(S) is the index made of S, the indicators that the unit has in both waves, the weight of the others going to
    their siblings: an indicator that joins or leaves does not make the chain jump. With the same indicators
    throughout it is base · V_t / V_0. A wave that shares no indicator with s, or in which V is not above 0, has no
    value, and the next is linked to s.

    Parameters
    ----------
    tree
        Smooth in its indicators; those that a unit may lack are optional.
    raw
        (waves, units, leaves) values of the indicators; missing is nan.
    stands
        (waves, units, leaves) number of what each value is of, such as the set of areas a whole is made of: two waves
        share an indicator only where it is the same.
    base
        Value of the first wave a unit has.

    Raises
    ------
    Problem
        ``not_smooth``: with ranks, or end points from the data, the index is no level that could be chained; ``shape``;
        and those of `evaluate`.
    """
    x = np.asarray(raw, dtype=np.float64)
    if x.ndim != 3:
        raise refuse("shape", field="raw", found=x.shape, expected="(waves, units, leaves)")
    waves, units, leaves = x.shape
    values, slopes = np.full((waves, units), np.nan), np.zeros((waves, units, waves, leaves))
    linked_to = np.full((waves, units), -1)
    matched = np.zeros(x.shape, dtype=np.bool_)
    last = np.full(units, -1)
    for t in range(waves):
        there = ~np.isnan(x[t]).all(axis=1)
        for s in np.unique(last[there]):
            at = np.flatnonzero(there & (last == s))
            if s < 0:  # the index of a first wave must be a level too
                level, _ = _levels(tree, x[t, at])
                at = at[level > 0]
                values[t, at] = base
            else:
                shared = ~np.isnan(x[t, at]) & ~np.isnan(x[s, at])
                if stands is not None:
                    shared &= stands[t, at] == stands[s, at]
                now, d_now = _levels(tree, np.where(shared, x[t, at], np.nan))
                before, d_before = _levels(tree, np.where(shared, x[s, at], np.nan))
                good = (before > 0) & (now > 0)
                at, shared, now, before = at[good], shared[good], now[good], before[good]
                values[t, at] = values[s, at] * now / before
                slopes[t, at] = slopes[s, at]
                slopes[t, at, t] += d_now[good] / now[:, None]
                slopes[t, at, s] -= d_before[good] / before[:, None]
                linked_to[t, at], matched[t, at] = s, shared
            last[at] = t
    slopes *= np.nan_to_num(values)[:, :, None, None]
    return Linked(values, slopes, linked_to, matched, base)


def _levels(tree: Tree, x: Array) -> tuple[Array, Array]:
    """The index of units, and its derivative in their indicators; 0 where there is none."""
    index, root = evaluate(tree, x), tree.codes.index(tree.root.code)
    if index.jacobian is None or not index.smooth[root]:
        raise refuse("not_smooth", code=tree.root.code, found=tree.root.code)
    return np.nan_to_num(index.values[:, root]), np.nan_to_num(index.jacobian[:, root])


@dataclass(frozen=True)
class Change:
    """One unit between two waves.

    Attributes
    ----------
    unit, earlier, later
        Which.
    change, se, t, df
        Later minus earlier, its standard error, their ratio, degrees of freedom.
    lower, upper
        Interval of this change by itself, at ``level``.
    p, p_holm
        Two-sided p value; after Holm over the family.
    verdict
        ``up``, ``down``, or ``none``: whether the change is significant after Holm. ``incomparable``: the two values
        stand on different components; there is no change to tell, and everything from `change` on is nan.
    """

    unit: str
    earlier: str
    later: str
    change: float
    se: float
    t: float
    df: float
    lower: float
    upper: float
    p: float
    p_holm: float
    verdict: Literal["up", "down", "none", "incomparable"]


def changes(
    values: Array,
    covariance: Array,
    *,
    units: Sequence[str] | None = None,
    waves: Sequence[str] | None = None,
    pairs: Literal["consecutive", "first", "all"] = "consecutive",
    level: float = 0.95,
    df: float | Sequence[float] | Array = math.inf,
    stands: NDArray[np.bool_] | None = None,
) -> tuple[Change, ...]:
    """Did it really change? Test every unit between waves, with Holm's adjustment over all units and pairs.

    Parameters
    ----------
    values
        (waves, units); nan has no test.
    covariance
        (units, waves, waves): of the waves of each unit, from the pooled design, so that waves that share clusters
        carry their covariance; or (waves, units) variances of independent waves.
    pairs
        Each wave with the one before, with the first, or with every earlier one.
    df
        One number, or one a unit.
    stands
        (waves, units, components): which components each value stands on. A pair that stands on different ones is
        ``incomparable``: not tested, and no part of the family.

    Returns
    -------
    changes
        Units outermost, pairs in order of time; without those where a value is missing.
    """
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415 - slow import

    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 2:
        raise refuse("shape", field="values", found=x.shape, expected="(waves, units)")
    count, size = x.shape
    cov = np.asarray(covariance, dtype=np.float64)
    if cov.shape == (count, size):
        cov = np.einsum("tu,ts->uts", cov, np.eye(count))
    if cov.shape != (size, count, count):
        raise refuse("shape", field="covariance", found=cov.shape, expected=(size, count, count))
    unit_names = tuple(str(u) for u in units) if units is not None else tuple(str(i + 1) for i in range(size))
    wave_names = (
        tuple(str(w) for w in waves) if waves is not None else tuple(str(t + 1) for t in range(count))
    )
    if (len(wave_names), len(unit_names)) != x.shape:
        raise refuse("shape", field="units", found=(len(wave_names), len(unit_names)), expected=x.shape)
    if stands is not None and stands.shape[:2] != x.shape:
        raise refuse("shape", field="stands", found=stands.shape, expected=(*x.shape, "components"))
    earlier, later = _pairs(count, pairs)
    change = x[later] - x[earlier]  # (pairs, units)
    both = ~np.isnan(change)
    alike = both if stands is None else both & (stands[later] == stands[earlier]).all(axis=2)
    change = np.where(alike, change, np.nan)
    index = np.arange(size)
    variance = np.stack(
        [
            cov[index, b, b] + cov[index, a, a] - 2 * cov[index, a, b]
            for a, b in zip(earlier, later, strict=True)
        ]
    )
    if np.any(np.isnan(variance) & alike):
        bad = some([unit_names[i] for i in np.flatnonzero((np.isnan(variance) & alike).any(axis=0))])
        raise refuse("covariance", found=bad, expected="finite")
    se = np.where(alike, np.sqrt(np.clip(variance, 0.0, None)), np.nan)
    certain = np.where(change == 0, 0.0, np.copysign(np.inf, change))
    t = np.where(alike, np.where(se > 0, change / np.where(se > 0, se, 1.0), certain), np.nan)
    freedom = np.broadcast_to(np.asarray(df, dtype=np.float64), (size,))
    finite = np.where(np.isinf(freedom), 1e12, freedom)  # scipy's t at 1e12 is the normal to 1e-12
    p = np.where(alike, 2 * stdtr(finite, -np.abs(t)), np.nan)
    half = -stdtrit(finite, (1 - level) / 2) * se
    adjusted = holm(p)
    return tuple(
        Change(
            unit_names[u],
            wave_names[earlier[k]],
            wave_names[later[k]],
            change=float(change[k, u]),
            se=float(se[k, u]),
            t=float(t[k, u]),
            df=float(freedom[u]) if alike[k, u] else math.nan,
            lower=float(change[k, u] - half[k, u]),
            upper=float(change[k, u] + half[k, u]),
            p=float(p[k, u]),
            p_holm=float(adjusted[k, u]),
            verdict="incomparable"
            if not alike[k, u]
            else "none"
            if not adjusted[k, u] < 1 - level
            else "up"
            if change[k, u] > 0
            else "down",
        )
        for u in range(size)
        for k in range(len(later))
        if both[k, u]
    )


def _pairs(count: int, pairs: str) -> tuple[list[int], list[int]]:
    if pairs not in {"consecutive", "first", "all"}:
        raise refuse("not_allowed", field="pairs", found=pairs, expected="consecutive, first, all")
    if count < 2:
        raise refuse("shape", field="waves", found=count, expected="≥ 2")
    if pairs == "consecutive":
        return list(range(count - 1)), list(range(1, count))
    if pairs == "first":
        return [0] * (count - 1), list(range(1, count))
    both = [(a, b) for b in range(count) for a in range(b)]
    return [a for a, _ in both], [b for _, b in both]
