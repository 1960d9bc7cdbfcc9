"""Gradients of estimates and of linear combinations of them, by domain."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zhiheng.measure.design.grouping import dense, tally

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Spread:
    """Where linear combinations of estimates have a gradient: one entry a combination and domain.

    Attributes
    ----------
    combination, domain : (entries,).
    gradient : (entries, terms).
    """

    combination: NDArray[np.int64]
    domain: NDArray[np.int64]
    gradient: NDArray[np.float64]

    def crossed(self, cross: NDArray[np.float64], combinations: int) -> NDArray[np.float64]:
        """Give the product of each combination with the calibration variables: (combinations, p)."""
        result = np.zeros((combinations, cross.shape[1]))
        order = np.argsort(self.domain, kind="stable")
        starts = np.searchsorted(self.domain[order], np.arange(len(cross) + 1))
        for d, (start, stop) in enumerate(itertools.pairwise(starts)):
            if stop > start:
                at = order[start:stop]
                np.add.at(result, self.combination[at], self.gradient[at] @ cross[d].T)
        return result


def spread_of(gradients: NDArray[np.float64], matrix: Any, domains: int) -> Spread:
    """Give the gradient of each combination in each domain that it touches."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - slow import

    entries = csr_matrix(matrix).tocoo()
    key = entries.row.astype(np.int64) * domains + entries.col % domains
    group, first = dense(key)
    combination, domain = np.divmod(key[first], domains)
    gradient = np.zeros((len(first), gradients.shape[2]))
    variable = entries.col // domains
    for v in np.unique(variable):
        at = np.flatnonzero(variable == v)
        part = entries.data[at, None] * gradients[v, entries.col[at] % domains]
        used = np.flatnonzero(part.any(axis=0))
        for k in used:
            gradient[:, k] += tally(group[at], part[:, k], len(first))
    return Spread(combination, domain, gradient)


def gradient_array(
    parts: list[tuple[list[int], NDArray[Any]]], terms: int, domains: int
) -> NDArray[np.float64]:
    """Spread gradients over all terms: list of (term numbers, (k, domains)) in, (variables, domains, terms) out."""
    result = np.zeros((len(parts), domains, terms))
    for v, (at, gradient) in enumerate(parts):
        for i, k in enumerate(at):
            result[v, :, k] += gradient[i]
    return result
