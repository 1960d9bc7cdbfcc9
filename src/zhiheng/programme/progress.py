"""Chained progress: the index of every unit with its first wave as 100, linked on the indicators that waves share.

The error is that of the whole chain: every row of every wave has the linearised value of each I_t, and the variance is
the design variance of its total over the waves up to t, so that streets shared by waves are not counted twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.special import stdtrit

from zhiheng.measure.indices.progress import linked
from zhiheng.programme.estimation import Array
from zhiheng.programme.sampling_error import Leaves, Linearised

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zhiheng.measure.indices.progress import Linked
    from zhiheng.measure.indices.tree import Tree


@dataclass(frozen=True)
class Progress:
    """The chained index of every unit, before any civic rule.

    Attributes
    ----------
    value, se, lower, upper, df
        (waves, units); 100 in the first wave a unit has, nan where it cannot be linked. Intervals are made of its
        logarithm: a ratio is above 0.
    relinked
        (waves, units): it is linked to an earlier wave than the one before, or without indicators that only one of the
        two has.
    """

    value: Array
    se: Array
    lower: Array
    upper: Array
    df: Array
    relinked: NDArray[np.bool_]


def progress_of(
    tree: Tree, leaves: Leaves, rows: Sequence[Linearised], index_df: Array, *, level: float, exact: bool
) -> Progress:
    """Chain the index of a level.

    Parameters
    ----------
    tree
        Smooth; any indicator may be missing.
    rows
        The tables whose values have a sampling error.
    index_df
        (waves, units) degrees of freedom of the index; a chain has the fewest of the waves it goes through, as the
        test of a change.
    level
        Of the intervals.
    """
    chain = linked(tree, leaves.raw)
    waves, units = chain.values.shape
    variance, df = np.zeros((waves, units)), np.full((waves, units), np.inf)
    for of in rows:
        if of.mine and waves > 1:
            variance[1:] += _variance(of, chain, leaves, exact=exact)
    there, unit = ~np.isnan(leaves.raw), np.arange(units)
    for t in range(1, waves):
        s = chain.linked_to[t]
        own = np.where(np.isnan(index_df[t]), np.inf, index_df[t])
        first = np.where(np.isnan(index_df[s, unit]), np.inf, index_df[s, unit])
        df[t] = np.where(s < 0, np.inf, np.minimum(np.minimum(df[s, unit], first), own))
    se = np.where(np.isnan(chain.values), np.nan, np.sqrt(variance))
    half = -stdtrit(np.where(np.isfinite(df) & (df > 0), df, 1e12), (1 - level) / 2) * se / chain.values
    before = chain.linked_to >= 0
    same = (there == chain.matched).all(axis=2) & (there[chain.linked_to, unit] == chain.matched).all(axis=2)
    neighbours = chain.linked_to == np.arange(waves)[:, None] - 1
    return Progress(
        chain.values,
        se,
        chain.values * np.exp(-half),
        chain.values * np.exp(half),
        df,
        before & ~(same & neighbours),
    )


def _variance(of: Linearised, chain: Linked, leaves: Leaves, *, exact: bool) -> Array:
    """Variance of the chain in every wave after the first: (waves − 1, units)."""
    waves, units = chain.values.shape
    influence = {k: of.influence(leaves.measured[k]) for k in of.mine}
    inside = of.cell >= 0
    columns = {}
    for t in range(1, waves):
        slopes = np.zeros((waves, units, chain.slopes.shape[3]))
        for s in range(t + 1):  # a value carried over has its error in the rows of the wave it is from
            for k in of.mine:
                np.add.at(
                    slopes[:, :, k], (leaves.origin[s, :, k], np.arange(units)), chain.slopes[t, :, s, k]
                )
        own = slopes.reshape(waves * units, -1)
        z = np.zeros(len(of.cell))
        for k in of.mine:
            if own[:, k].any():
                z[inside] += own[of.cell[inside], k] * influence[k][inside]
        columns[t, 0] = z
    estimates, placed = of.totals(columns, joint=False, exact=exact)
    # a unit's rows of all waves together
    gather = sparse.hstack([sparse.identity(units, format="csr")] * waves, format="csr")
    matrix = sparse.vstack([gather @ one for one in placed], format="csr")
    found = estimates.combine(matrix, [""] * matrix.shape[0])
    return np.asarray(np.nan_to_num(found.se.reshape(waves - 1, units)) ** 2)
