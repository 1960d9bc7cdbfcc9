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
        (waves, units); 100 in the first wave a unit has, nan where it has no chain.
    relinked
        (waves, units): the link from the wave before leaves out indicators that only one of the two waves has.
    """

    value: Array
    se: Array
    lower: Array
    upper: Array
    df: Array
    relinked: NDArray[np.bool_]


def progress_of(
    tree: Tree, leaves: Leaves, rows: Sequence[Linearised], *, level: float, exact: bool
) -> Progress:
    """Chain the index of a level.

    Parameters
    ----------
    tree
        Smooth; any indicator may be missing.
    rows
        The tables whose values have a sampling error.
    level
        Of the intervals.
    """
    chain = linked(tree, leaves.raw)
    shape = chain.values.shape
    variance, spread = np.zeros(shape), np.zeros(shape)
    for of in rows:
        if of.mine and shape[0] > 1:
            part, freedom = _errors(of, chain, leaves, exact=exact)
            variance[1:] += part
            spread[1:] += np.where(part > 0, part**2 / np.where(freedom > 0, freedom, np.inf), 0.0)
    df = np.divide(variance**2, spread, out=np.full(shape, np.inf), where=spread > 0)
    se = np.where(np.isnan(chain.values), np.nan, np.sqrt(variance))
    half = -stdtrit(np.where(np.isfinite(df), df, 1e12), (1 - level) / 2) * se
    there = ~np.isnan(leaves.raw)
    relinked = np.zeros(shape, dtype=np.bool_)
    relinked[1:] = (there[1:] != there[:-1]).any(axis=2) & (chain.values[1:] > 0) & (chain.values[:-1] > 0)
    return Progress(chain.values, se, chain.values - half, chain.values + half, df, relinked)


def _errors(of: Linearised, chain: Linked, leaves: Leaves, *, exact: bool) -> tuple[Array, Array]:
    """Variance and degrees of freedom of the chain in every wave after the first: (waves − 1, units)."""
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
    size = (waves - 1, units)
    return np.nan_to_num(found.se.reshape(size)) ** 2, found.df.reshape(size)
