"""Sorting numbers into groups: the three moves that everything after the pass is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def tally(group: NDArray[np.int64], values: NDArray[np.float64] | None, groups: int) -> NDArray[np.float64]:
    """Sum values by group, or count members where there are no values: (members,) in, (groups,) out."""
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64, copy=False)


def dense(code: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Renumber codes without gaps, in their order: (same shape) dense codes, and the first position of each."""
    if len(code) == 0:
        return code, code
    top = int(code.max()) + 1
    if top <= 8 * len(code) + 1_000_000:
        first = np.full(top, -1, dtype=np.int64)
        first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
        present = np.flatnonzero(first >= 0)
        number = np.empty(top, dtype=np.int64)
        number[present] = np.arange(len(present))
        return number[code], first[present]
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    return inverse.astype(np.int64), first


def summed(group: NDArray[np.int64], values: NDArray[np.float64], groups: int) -> NDArray[np.float64]:
    """Sum rows of an array by group: (rows, columns) in, (groups, columns) out."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow import

    member = csr_array((np.ones(len(group)), (group, np.arange(len(group)))), shape=(groups, len(group)))
    return np.asarray(member @ values)
