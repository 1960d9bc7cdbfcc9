"""Leaves and gradients → influence of every sampled unit on every estimate, and what follows from it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from zhiheng.measure.design import CellCalibration, Design, RegressionCalibration
from zhiheng.measure.design.grouping import dense, summed, tally
from zhiheng.measure.design.variance import Skeleton, skeleton_of
from zhiheng.measure.estimation.spread import spread_of
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction.terms import MARGIN, ONE, Term

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zhiheng.measure.reduction.leaves import Leaves

BLOCK = 4_000_000
"""Numbers held at a time where every unit meets every estimate."""


@dataclass(frozen=True)
class Totals:
    """Leaves gathered by lowest node and domain.

    Attributes
    ----------
    leaves, design : what they were made from.
    terms : the row expressions, in the order of `Leaves.sums`.
    outer : (domains, p, terms) domain sums of calibration variable times term, where they take a second pass
        (calibration by regression, or residuals by rows).
    """

    leaves: Leaves
    design: Design
    terms: tuple[Term, ...]
    outer: NDArray[np.float64] | None = None

    @cached_property
    def skeleton(self) -> Skeleton:
        """The sampled units."""
        levels = self.leaves.levels
        return skeleton_of(
            self.design,
            [x.parent for x in levels],
            [x.unit for x in levels],
            [x.population for x in levels],
            [x.sampled for x in levels],
            [x.labels for x in levels],
        )

    @property
    def domains(self) -> int:
        """Number of domains."""
        return len(self.leaves.domains)

    @cached_property
    def inside(self) -> NDArray[np.int64] | slice:
        """Leaves that belong to a domain."""
        inside = self.leaves.domain >= 0
        return slice(None) if inside.all() else np.flatnonzero(inside)

    @cached_property
    def _factor(self) -> NDArray[np.float64] | None:
        """(leaves,) what base sums are multiplied with; None where that is 1."""
        return self.leaves.factor if (self.leaves.factor != 1).any() else None

    def _weighted(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """(leaves,) base sums times their factor."""
        return sums if self._factor is None else self._factor * sums

    @cached_property
    def totals(self) -> NDArray[np.float64]:
        """(terms, domains) weighted totals."""
        pick = self.inside
        domain = self.leaves.domain[pick]
        return np.array([tally(domain, self._weighted(s)[pick], self.domains) for s in self.leaves.sums])

    @cached_property
    def counts(self) -> NDArray[np.float64]:
        """(counts, domains) answers."""
        pick = self.inside
        domain = self.leaves.domain[pick]
        return np.array([tally(domain, c[pick], self.domains) for c in self.leaves.counts])

    @cached_property
    def _pattern(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64] | None]:
        """Give node and column of each entry, and the entry of each leaf inside; None where each is its own."""
        node, domain = self.skeleton.leaf_node[self.inside], self.leaves.domain[self.inside]
        inverse, first = dense(node * self.domains + domain)
        if len(first) == len(inverse):
            return node, domain, None
        return node[first], domain[first], inverse

    @property
    def node(self) -> NDArray[np.int64]:
        """(entries,) lowest node of each node × domain that has rows."""
        return self._pattern[0]

    @property
    def column(self) -> NDArray[np.int64]:
        """(entries,) domain of each node × domain that has rows."""
        return self._pattern[1]

    def _by_entry(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum values of leaves: (leaves,) in, (entries,) out."""
        entry, values = self._pattern[2], values[self.inside]
        return values if entry is None else tally(entry, values, len(self.node))

    def entry_sums(self, term: int) -> NDArray[np.float64]:
        """(entries,) weighted sums of one term."""
        return self._by_entry(self._weighted(self.leaves.sums[term]))

    def answered(self, count: int) -> NDArray[np.float64]:
        """(entries,) number of answers of one count."""
        return self._by_entry(self.leaves.counts[count])

    def product(self, a: int, b: int) -> NDArray[np.float64]:
        """Give the scaled squared-weight product of two terms per leaf: (leaves,)."""
        key = (a, b) if (a, b) in self.leaves.products else (b, a)
        if key not in self.leaves.products:
            raise Problem("not_joint")
        scale = self.skeleton.row_scale[self.skeleton.leaf_node]
        return scale * self.leaves.factor**2 * self.leaves.product_sums[self.leaves.products[key]]

    def within(self, a: int, b: int) -> NDArray[np.float64]:
        """(domains,) scaled product of two terms, where rows are units."""
        return tally(self.leaves.domain[self.inside], self.product(a, b)[self.inside], self.domains)

    # ---- calibration -----------------------------------------------------------------------------------

    @cached_property
    def calibrators(self) -> NDArray[np.float64]:
        """(nodes, p) weighted sums of the calibration variables over all rows of a node."""
        calibration, node = self.design.calibration, self.skeleton.leaf_node
        nodes = self.skeleton.nodes
        if isinstance(calibration, CellCalibration) and self.leaves.cell is not None:
            cells = len(calibration.factors)
            weight = self.leaves.factor * self.leaves.weight
            return (
                tally(node * cells + self._cell, weight, nodes * cells).reshape(nodes, -1)
                @ calibration.levels
            )
        at = self._calibration_terms
        return np.array([tally(node, self._weighted(self.leaves.sums[i]), nodes) for i in at]).T

    @property
    def _cell(self) -> NDArray[np.int64]:
        if self.leaves.cell is None:
            raise AssertionError("cell calibration without cells")
        return self.leaves.cell

    @property
    def _calibration_terms(self) -> list[int]:
        """Where the calibration variables stand among the terms."""
        calibration = self.design.calibration
        if calibration is None:
            raise AssertionError("no calibration")
        return [self.terms.index(t) for t in calibration_terms(calibration)]

    @cached_property
    def _base_sums(self) -> NDArray[np.float64]:
        """(domains, p, terms) base-weighted sums of calibration variable times term."""
        calibration = self.design.calibration
        if self.outer is not None:
            return self.outer
        if not isinstance(calibration, CellCalibration):
            raise AssertionError("calibration by regression needs the outer sums")
        pick = self.inside
        domain, cell, base = self.leaves.domain[pick], self._cell[pick], self.leaves.fraction_weight[pick]
        result = np.empty((self.domains, int(calibration.level_starts[-1]), len(self.terms)))
        for k, one in enumerate(self.leaves.sums):
            result[:, :, k] = calibration.by_level(domain, cell, base * one[pick], self.domains)
        return result

    def fitted(self, gradients: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Regress the influence of every own-domain estimate on the calibration variables.

        Parameters
        ----------
        gradients : (variables, domains, terms).

        Returns
        -------
        (variables x domains, p), or None where weights are not calibrated.
        """
        calibration = self.design.calibration
        if calibration is None:
            return None
        sums = np.einsum("vdk,dpk->vdp", gradients, self._base_sums, optimize=True)
        return calibration.regress(sums.reshape(-1, sums.shape[-1]))

    @cached_property
    def _calibrator_products(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where rows are units: (domains, p, terms) and (p, p) scaled squared-weight products."""
        calibration = self.design.calibration
        if isinstance(calibration, CellCalibration):
            one, pick = self.terms.index(ONE), self.inside
            domain, cell = self.leaves.domain[pick], self._cell[pick]
            cross = np.zeros((self.domains, int(calibration.level_starts[-1]), len(self.terms)))
            for k in range(len(self.terms)):
                if (min(one, k), max(one, k)) in self.leaves.products:
                    values = self.product(one, k)[pick]
                    cross[:, :, k] = calibration.by_level(domain, cell, values, self.domains)
            x = calibration.levels
            square = tally(self._cell, self.product(one, one), len(x))
            return cross, x.T @ (square[:, None] * x)
        at = self._calibration_terms
        none = np.zeros(self.domains)
        known = self.leaves.products
        cross = np.array(
            [
                [self.within(i, k) if (min(i, k), max(i, k)) in known else none for i in at]
                for k in range(len(self.terms))
            ]
        ).transpose(2, 1, 0)
        return cross, np.array([[self.product(i, j).sum() for j in at] for i in at])

    # ---- variance --------------------------------------------------------------------------------------

    def values(self, gradients: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
        """Give the influence of each entry, variable by variable.

        Parameters
        ----------
        gradients : (variables, domains, terms); (entries,) arrays come out.
        """
        uses = (np.abs(gradients).sum(axis=1) > 0).sum(axis=0)
        shared = {int(k): self.entry_sums(int(k)) for k in np.flatnonzero(uses > 1)}
        for gradient in gradients:
            result = np.zeros(len(self.node))
            for k in map(int, np.flatnonzero(np.abs(gradient).sum(axis=0) > 0)):
                result += gradient[self.column, k] * (shared[k] if k in shared else self.entry_sums(k))
            yield result

    def variance(self, gradients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the variance of each variable in each domain.

        Parameters
        ----------
        gradients : (variables, domains, terms); estimate (v, d) uses domain d alone.

        Returns
        -------
        (variables, domains)
        """
        from scipy.sparse import identity  # noqa: PLC0415 - slow import

        shape, fitted = gradients.shape[:2], self.fitted(gradients)
        if fitted is not None and self.skeleton.lonely == "average":
            # with calibrated weights every stratum meets every domain
            every = identity(shape[0] * shape[1], format="csr")
            return self.combined_variance(gradients, every).reshape(shape)
        within = self._own_within(gradients) if self.skeleton.rows_are_units else None
        if fitted is None:
            return self.skeleton.variance(
                self.node, self.column, self.values(gradients), self.domains, within
            )
        return self._residual_variance(gradients, within, fitted.reshape(*shape, -1))

    def _residual_variance(
        self, gradients: NDArray[np.float64], within: NDArray[np.float64] | None, fitted: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Give what `variance` gives for residuals u - Zb: u'Cu - 2 b'Z'Cu + b'Z'CZb.

        Units outside a domain have a residual there too, but no array of all units and all estimates is made.
        """
        from scipy.sparse import csr_array, identity  # noqa: PLC0415 - slow import

        skeleton = self.skeleton
        scaled = skeleton.applied(self.calibrators)
        square = self.calibrators.T @ scaled
        place = csr_array(
            (np.arange(len(self.node)), (self.column, self.node)), shape=(self.domains, skeleton.nodes)
        )
        mixed = np.empty_like(fitted)

        def influences() -> Iterator[NDArray[np.float64]]:
            for v, influence in enumerate(self.values(gradients)):
                own = csr_array((influence[place.data], place.indices, place.indptr), place.shape)
                mixed[v] = np.asarray(own @ scaled)
                yield influence

        plain = skeleton.variance(self.node, self.column, influences(), self.domains, within)
        if within is not None:
            cross, products = self._calibrator_products
            square = square + products
            mixed += np.einsum("vdk,dpk->vdp", gradients, cross, optimize=True)
        taken = ((fitted @ square) * fitted).sum(axis=2)
        result: NDArray[np.float64] = plain - 2 * (mixed * fitted).sum(axis=2) + taken
        # where little is left of large numbers, the residuals themselves are squared
        few = np.flatnonzero(result < 1e-3 * np.maximum(plain, taken))
        if len(few):
            result.flat[few] = self.combined_variance(gradients, identity(result.size, format="csr")[few])
        return result

    def _own_within(self, gradients: NDArray[np.float64]) -> NDArray[np.float64]:
        result = np.zeros(gradients.shape[:2])
        for v, gradient in enumerate(gradients):
            used = np.flatnonzero(np.abs(gradient).sum(axis=0) > 0)
            for i, a in enumerate(used):
                for b in used[i:]:
                    twice = 1 if a == b else 2
                    result[v] += twice * gradient[:, a] * gradient[:, b] * self.within(int(a), int(b))
        return result

    def influence(
        self, gradients: NDArray[np.float64], matrix: Any, fitted: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        """Give the influence of every lowest node on linear combinations of estimates.

        Parameters
        ----------
        gradients : (variables, domains, terms).
        matrix : (combinations, variables x domains) sparse.
        fitted : what `fitted` gives for these gradients.

        Returns
        -------
        (nodes, combinations)
        """
        from scipy.sparse import csr_array  # noqa: PLC0415 - slow import

        used = sorted({int(c) // self.domains for c in matrix.indices})
        rows = np.tile(self.node, len(used))
        columns = np.concatenate([self.column + v * self.domains for v in used]) if used else self.column[:0]
        values = np.concatenate(list(self.values(gradients[used]))) if used else np.zeros(0)
        shape = (self.skeleton.nodes, len(gradients) * self.domains)
        result = np.asarray((csr_array((values, (rows, columns)), shape=shape) @ matrix.T).todense())
        if fitted is not None:
            result -= self.calibrators @ (matrix @ fitted).T
        return result

    def combined_variance(self, gradients: NDArray[np.float64], matrix: Any) -> NDArray[np.float64]:
        """Give the variance of linear combinations of estimates: arguments as in `influence`."""
        count, fitted = matrix.shape[0], self.fitted(gradients)
        result = np.zeros(count)
        block = max(1, BLOCK // max(self.skeleton.nodes, 1))
        parts = [slice(start, start + block) for start in range(0, count, block)]
        if self._domains_apart:
            for part in parts:
                for deviation, root in self._deviations(gradients, matrix[part]):
                    square = (deviation * deviation).sum(axis=0)
                    if root is not None:
                        square = (
                            self._within_diagonal(gradients, self._times(matrix[part], root), None) - square
                        )
                    result[part] += square
            return np.maximum(result, 0.0)
        within = self._within_diagonal(gradients, matrix, fitted) if self.skeleton.rows_are_units else None
        for part in parts:
            result[part] = self.skeleton.dense_variance(
                self.influence(gradients, matrix[part], fitted), None if within is None else within[part]
            )
        return result

    def combined_covariance(self, gradients: NDArray[np.float64], matrix: Any) -> NDArray[np.float64]:
        """Give the covariance matrix of linear combinations of estimates: arguments as in `influence`."""
        if self._domains_apart:
            result = np.zeros((matrix.shape[0], matrix.shape[0]))
            for deviation, root in self._deviations(gradients, matrix):
                square = deviation.T @ deviation
                if root is not None:
                    square = self._within(gradients, self._times(matrix, root), None) - square
                result += square
            return result
        fitted = self.fitted(gradients)
        within = self._within(gradients, matrix, fitted) if self.skeleton.rows_are_units else None
        return self.skeleton.covariance(self.influence(gradients, matrix, fitted), within)

    @property
    def _domains_apart(self) -> bool:
        """Whether the lonely rule does to each domain something else; calibrated, each is all of the sample."""
        return self.design.calibration is None and self.skeleton.tells_domains_apart

    def _deviations(
        self, gradients: NDArray[np.float64], matrix: Any
    ) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64] | None]]:
        """Give what `Skeleton.deviations` gives: arguments as in `influence`."""
        from scipy.sparse import csc_array, csr_array  # noqa: PLC0415 - slow import

        columns = csc_array(matrix)
        used = sorted({int(c) // self.domains for c in matrix.indices}) or [0]
        weights = [csr_array(columns[:, v * self.domains : (v + 1) * self.domains]) for v in used]
        values = list(self.values(gradients[used]))
        return self.skeleton.deviations(self.node, self.column, values, self.domains, weights)

    def _times(self, matrix: Any, root: NDArray[np.float64]) -> Any:
        """Multiply the coefficients of each domain: (domains,) in."""
        from scipy.sparse import csr_matrix, diags  # noqa: PLC0415 - slow import

        return csr_matrix(matrix @ diags(np.tile(root, matrix.shape[1] // self.domains)))

    def _within_diagonal(
        self, gradients: NDArray[np.float64], matrix: Any, fitted: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        """Give the diagonal of `_within`, from no more products than it needs: (combinations,)."""
        spread = spread_of(gradients, matrix, self.domains)
        gradient, meeting = spread.gradient, (spread.gradient != 0).astype(np.float64)
        sums = np.zeros(len(gradient))
        for a, b in np.argwhere(np.triu(meeting.T @ meeting) > 0):
            both = gradient[:, a] * gradient[:, b] * self.within(int(a), int(b))[spread.domain]
            sums += both if a == b else 2 * both
        result = tally(spread.combination, sums, matrix.shape[0])
        if fitted is not None:
            own = matrix @ fitted
            cross, square = self._calibrator_products
            result -= 2 * (spread.crossed(cross, len(own)) * own).sum(axis=1)
            result += ((own @ square) * own).sum(axis=1)
        return result

    def _within(
        self, gradients: NDArray[np.float64], matrix: Any, fitted: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        """Give the within part where rows are units: (combinations, combinations)."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - slow import

        spread, shape = spread_of(gradients, matrix, self.domains), (matrix.shape[0], self.domains)
        present = np.zeros((self.domains, spread.gradient.shape[1]))
        np.maximum.at(present, spread.domain, (spread.gradient != 0).astype(np.float64))
        sides = {
            int(k): csr_matrix((spread.gradient[:, k], (spread.combination, spread.domain)), shape=shape)
            for k in np.flatnonzero(present.any(axis=0))
        }
        total: Any = csr_matrix((shape[0], shape[0]))
        for a, b in np.argwhere(np.triu(present.T @ present) > 0):
            product: Any = sides[a].multiply(self.within(int(a), int(b))[None, :])
            part = product.tocsr() @ sides[b].T
            total += part if a == b else part + part.T
        result = np.asarray(total.todense())
        if fitted is not None:
            own = matrix @ fitted
            cross, square = self._calibrator_products
            mixed = spread.crossed(cross, len(own)) @ own.T
            result += own @ square @ own.T - mixed - mixed.T
        return result

    def degrees_of_freedom(
        self, count: int | None, involved: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        """Count first-stage units minus strata with answers.

        Parameters
        ----------
        count : which count must be above zero; None for any row.
        involved : (estimates, domains) domains of each estimate; None for one estimate a domain.
        """
        rows = np.ones(len(self.node)) if count is None else self.answered(count)
        if count is None and self.skeleton.rows_are_units:
            rows = self._by_entry(self.leaves.rows)
        if involved is None:
            return self.skeleton.degrees_of_freedom(self.node, self.column, rows, self.domains)
        result = np.empty(len(involved))
        for q, wanted in enumerate(involved):
            keep = wanted[self.column]
            merged = tally(self.node[keep], rows[keep], self.skeleton.nodes)
            found = np.flatnonzero(merged > 0)
            column = np.zeros(len(found), dtype=np.int64)
            result[q] = self.skeleton.degrees_of_freedom(found, column, merged[found], 1)[0]
        return result

    def unit_influence(self, gradients: NDArray[np.float64], matrix: Any) -> NDArray[np.float64]:
        """Give the influence summed to first-stage units: (units, combinations)."""
        if self.skeleton.rows_are_units and len(self.skeleton.stages) == 1:
            raise Problem("not_joint")
        unit = self.skeleton.first_units()
        return summed(unit, self.influence(gradients, matrix, self.fitted(gradients)), int(unit.max()) + 1)


def calibration_terms(calibration: CellCalibration | RegressionCalibration) -> list[Term]:
    """Give the calibration variables as row expressions: levels of the margins, or what was calibrated on."""
    if isinstance(calibration, RegressionCalibration):
        return [Term(written=t) for t in calibration.terms]
    starts = calibration.level_starts
    return [
        Term(levels=((f"{MARGIN}{m}", level),))
        for m, (start, stop) in enumerate(itertools.pairwise(starts))
        for level in range(int(stop - start))
    ]
