"""Replicates of sums over a sample: how far each might have fallen from its value, had other units been drawn.

First-stage units are drawn again with replacement within their strata, n − 1 of n, and scaled by the first-stage
finite population correction (Rao & Wu 1988, Resampling inference with complex survey data, JASA 83, 231-241).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zhiheng.measure.design.variance import Skeleton

BLOCK = 2_000_000
"""Numbers held at a time: replicates × first-stage units."""


def drawn_again(
    skeleton: Skeleton, influence: NDArray[np.float64], number: int, seed: int
) -> NDArray[np.float64]:
    """Give deviations of the sums in replicates: (number, columns).

    Parameters
    ----------
    influence : (units, columns) summed to first-stage units, as `Totals.unit_influence` gives it.
    """
    generator = np.random.default_rng(seed)
    stage = skeleton.stages[0]
    n = stage.sampled.astype(np.int64)
    units, order = len(stage.unit_parent), np.argsort(stage.unit_parent, kind="stable")
    start = np.concatenate([[0], np.cumsum(n)[:-1]])
    stratum = np.repeat(np.arange(len(n)), n - 1)  # of each draw
    scale = np.sqrt(np.where(n > 1, stage.scale * (n - 1) / np.maximum(n, 1), 0.0))[stage.unit_parent[order]]
    worth = (n / np.maximum(n - 1, 1))[stage.unit_parent[order]]
    sorted_influence = influence[order]
    result = np.empty((number, influence.shape[1]))
    block = max(1, BLOCK // max(units, 1))
    for first in range(0, number, block):
        count = min(block, number - first)
        picked = start[stratum] + np.floor(generator.random((count, len(stratum))) * n[stratum]).astype(
            np.int64
        )
        picked += units * np.arange(count)[:, None]
        times = np.bincount(picked.ravel(), minlength=count * units).reshape(count, units)
        result[first : first + count] = ((times * worth - 1.0) * scale) @ sorted_influence
    return result


def normal_law(
    covariance: NDArray[np.float64], number: int, seed: int | tuple[int, ...]
) -> NDArray[np.float64]:
    """Give deviations with a covariance, drawn from the normal law: (number, columns).

    For designs whose first-stage units are rows, which are not told apart after the pass, and for what moves in later
    stages alone. Of a covariance that is not positive semi-definite the negative eigenvalues count as 0.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow import

    generator = np.random.default_rng(seed)
    variance = np.diag(covariance)
    moves = variance > 1e-20 * variance.max(initial=0.0)  # less is what rounding leaves of none
    spread = np.sqrt(np.where(moves, variance, 0.0))
    correlation = np.divide(
        covariance, np.outer(spread, spread), out=np.zeros_like(covariance), where=np.outer(moves, moves)
    )
    root = csr_array(_root(correlation))
    draws = np.asarray((root @ generator.standard_normal((len(spread), number))).T)
    return draws * spread


def _root(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give R with RR′ = correlation: by Cholesky, far faster with thousands of columns, else by eigenvectors."""
    lifted = correlation.copy()
    np.fill_diagonal(lifted, 1.0 + 1e-10)
    try:
        return np.asarray(np.linalg.cholesky(lifted), dtype=np.float64)
    except np.linalg.LinAlgError:
        eigenvalues, vectors = np.linalg.eigh(lifted)
        return np.asarray(vectors * np.sqrt(np.maximum(eigenvalues, 0.0)), dtype=np.float64)
