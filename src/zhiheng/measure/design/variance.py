"""From leaves to variance: one recursion over the stages, for every estimator (docs/decisions/0001)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.measure.design.grouping import dense, summed, tally
from zhiheng.measure.problems import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from zhiheng.measure.design.spec import Design


@dataclass(frozen=True)
class StageFrame:
    """One stage of the skeleton.

    Attributes
    ----------
    unit_parent : (units,) parent of each unit; empty where rows are the units.
    parent_upper : (parents,) unit of the stage above that each parent belongs to.
    sampled : (parents,) units in the sample.
    scale : (parents,) product of the fractions above times (1-f) n/(n-1); for one sampled unit without n/(n-1).
    """

    unit_parent: NDArray[np.int64]
    parent_upper: NDArray[np.int64]
    sampled: NDArray[np.float64]
    scale: NDArray[np.float64]


@dataclass(frozen=True)
class _Step:
    """One stage of the recursion for a given pattern of entries.

    `node` and `group` give each entry its unit (its parent where rows are units) and its parent × column; the other
    arrays are by group.
    """

    rows: bool
    node: NDArray[np.int64]
    group: NDArray[np.int64]
    parent: NDArray[np.int64]
    column: NDArray[np.int64]
    sampled: NDArray[np.float64]
    scale: NDArray[np.float64]
    present: NDArray[np.float64]
    lonely: NDArray[np.bool_]
    columns: int
    upward: NDArray[np.int64] | None
    above: int

    def variance(
        self, x: NDArray[np.float64], lonely_rule: str
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give this stage's part of the variance by column, and the group sums.

        Squared deviations from the parent's mean, zeros of absent units included. Where rows are the units, entries are
        their sums and the squares come from outside, so only the mean's part is taken off here.
        """
        sums = tally(self.group, x, len(self.column))
        uncentred = self.lonely & (lonely_rule == "adjust")
        scale = np.where(self.lonely & (lonely_rule == "average"), 0.0, self.scale)
        if self.rows:
            # a single row is its own mean: its square, which stands outside, is taken off again
            part = -np.where(uncentred, 0.0, self.scale / self.sampled) * sums * sums
            return tally(self.column, part, self.columns), sums
        mean = np.where(uncentred, 0.0, sums / self.sampled)
        deviation = x - mean[self.group]
        square = tally(self.group, deviation * deviation, len(self.column))
        square += (self.sampled - self.present) * mean * mean
        return tally(self.column, scale * square, self.columns), sums

    def raised(self, lonely_rule: str) -> NDArray[np.float64] | None:
        """Give what gives lonely strata the average of the others: strata over those not lonely, (columns,)."""
        if lonely_rule != "average" or not self.lonely.any():
            return None
        strata = tally(self.column, None, self.columns)
        kept = strata - tally(self.column[self.lonely], None, self.columns)
        return np.where(kept > 0, strata / np.maximum(kept, 1), np.nan)


@dataclass(frozen=True)
class Skeleton:
    """The sampled units of a design, whatever is asked of them.

    Attributes
    ----------
    stages : first to last.
    leaf_node : (leaves,) the lowest node each leaf belongs to: unit of the last stage, or its parent where rows
        are units.
    nodes : number of lowest nodes.
    rows_are_units : whether the last stage's units are rows.
    """

    stages: tuple[StageFrame, ...]
    leaf_node: NDArray[np.int64]
    nodes: int
    rows_are_units: bool
    lonely: str
    domain_lonely: bool

    @property
    def row_scale(self) -> NDArray[np.float64]:
        """(nodes,) scale of the within part where rows are units."""
        return self.stages[-1].scale

    def first_units(self) -> NDArray[np.int64]:
        """(nodes,) first-stage unit of each lowest node, where first-stage units are not rows."""
        node = np.arange(self.nodes)
        depth = len(self.stages) - 1
        if self.rows_are_units:
            node = self.stages[depth].parent_upper[node]
            depth -= 1
        while depth > 0:
            node = self.stages[depth].parent_upper[self.stages[depth].unit_parent[node]]
            depth -= 1
        return node

    def variance(
        self,
        node: NDArray[np.int64],
        column: NDArray[np.int64],
        values: Iterable[NDArray[np.float64]],
        columns: int,
        within: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """Give the variance of the sum of each column.

        Parameters
        ----------
        node, column : (entries,) lowest node and column of each entry; at most one entry a pair.
            A unit without entry in a column counts as zero there.
        values : for each variable, (entries,) influence summed over the node.
        columns : number of columns.
        within : (variables, columns) sum over rows of scale times squared influence, where rows are units.

        Returns
        -------
        (variables, columns)
        """
        steps = self._steps(node, column, columns)
        result = []
        for v, influence in enumerate(values):
            x, total = influence, np.zeros(columns)
            for step in steps:
                part, sums = step.variance(x, self.lonely)
                if step.rows and within is not None:
                    part = part + within[v]
                raised = step.raised(self.lonely)
                total += part if raised is None else part * raised
                if step.upward is not None:
                    x = tally(step.upward, sums, step.above)
            result.append(np.maximum(total, 0.0))
        return np.array(result).reshape(-1, columns)

    def _steps(self, node: NDArray[np.int64], column: NDArray[np.int64], columns: int) -> list[_Step]:
        """Work out once, for all variables, which entries meet in which parent × column, stage by stage."""
        steps = []
        for depth in range(len(self.stages) - 1, -1, -1):
            stage = self.stages[depth]
            rows = self.rows_are_units and depth == len(self.stages) - 1
            parent = node if rows else stage.unit_parent[node]
            group, first = dense(parent * columns + column)
            group_parent, group_column = parent[first], column[first]
            sampled, scale = stage.sampled[group_parent], stage.scale[group_parent]
            present = tally(group, None, len(first))
            lonely = (sampled == 1) & (scale > 0)
            if self.domain_lonely and not rows:
                lonely |= (present == 1) & (scale > 0)
            upward, above, unit = None, 0, node
            if depth:
                upward, first_above = dense(stage.parent_upper[group_parent] * columns + group_column)
                above = len(first_above)
                node, column = stage.parent_upper[group_parent][first_above], group_column[first_above]
            steps.append(
                _Step(
                    rows=rows, node=unit, group=group, parent=group_parent, column=group_column,
                    sampled=sampled, scale=scale, present=present, lonely=lonely, columns=columns,
                    upward=upward, above=above,
                )
            )  # fmt: skip
        return steps

    def dense_variance(
        self, influence: NDArray[np.float64], within: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Give the variance of each column sum where every unit has a value (calibrated weights).

        Parameters
        ----------
        influence : (nodes, columns).
        within : (columns,) as in `variance`.
        """
        result = np.zeros(influence.shape[1])
        for deviation, scale, raised, rows in self._by_stage(influence):
            part = scale @ (deviation * deviation)
            result += raised * ((0.0 if within is None else within) - part if rows else part)
        return np.maximum(result, 0.0)

    def applied(self, influence: NDArray[np.float64]) -> NDArray[np.float64]:
        """Multiply by the matrix of the quadratic form that `dense_variance` is, without its `within`.

        Not under the rule ``average``.

        Parameters
        ----------
        influence : (nodes, columns), as is what comes out.
        """
        result, node = np.zeros_like(influence), np.arange(self.nodes)
        for depth in range(len(self.stages) - 1, -1, -1):
            stage = self.stages[depth]
            single = (stage.sampled == 1) & (stage.scale > 0)
            if self.rows_are_units and depth == len(self.stages) - 1:
                keep = np.where(single & (self.lonely == "adjust"), 0.0, stage.scale / stage.sampled)
                result -= keep[:, None] * influence
                sums = influence
            else:
                sums = summed(stage.unit_parent, influence, len(stage.sampled))
                mean = sums / stage.sampled[:, None]
                mean[single & (self.lonely == "adjust")] = 0.0
                scaled = stage.scale[stage.unit_parent][:, None] * (influence - mean[stage.unit_parent])
                result += scaled[node]
                node = stage.unit_parent[node]
            if depth == 0:
                break
            influence = summed(stage.parent_upper, sums, int(stage.parent_upper.max()) + 1)
            node = stage.parent_upper[node]
        return result

    def covariance(
        self, influence: NDArray[np.float64], within: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Give the covariance matrix of the column sums.

        Parameters
        ----------
        influence : (nodes, columns).
        within : (columns, columns) sum over rows of scale times products of influences, where rows are units.
        """
        columns = influence.shape[1]
        result = np.zeros((columns, columns))
        for deviation, scale, raised, rows in self._by_stage(influence):
            weighted = deviation * np.sqrt(scale)[:, None]
            part = weighted.T @ weighted
            result += raised * ((0.0 if within is None else within) - part if rows else part)
        return result

    def _by_stage(
        self, influence: NDArray[np.float64]
    ) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], float, bool]]:
        """Give, last stage first, what its part is made of where every unit has a value.

        (units, columns) deviations and the (units,) scale of their products, what the part is multiplied with, and
        whether rows are the units: then both are the parents', and taken off the products of rows.
        """
        for depth in range(len(self.stages) - 1, -1, -1):
            stage = self.stages[depth]
            single = (stage.sampled == 1) & (stage.scale > 0)
            if self.rows_are_units and depth == len(self.stages) - 1:
                keep = np.where(single & (self.lonely == "adjust"), 0.0, stage.scale / stage.sampled)
                yield influence, keep, self._raised(single), True
                sums = influence
            else:
                sums = summed(stage.unit_parent, influence, len(stage.sampled))
                mean = sums / stage.sampled[:, None]
                mean[single & (self.lonely == "adjust")] = 0.0
                scale = np.where(single & (self.lonely == "average"), 0.0, stage.scale)[stage.unit_parent]
                yield influence - mean[stage.unit_parent], scale, self._raised(single), False
            if depth:
                influence = summed(stage.parent_upper, sums, int(stage.parent_upper.max()) + 1)

    def _raised(self, single: NDArray[np.bool_]) -> float:
        """Give what gives lonely strata the average of the others, where every unit has a value."""
        if self.lonely != "average" or not single.any():
            return 1.0
        return float("nan") if single.all() else len(single) / int((~single).sum())

    @property
    def tells_domains_apart(self) -> bool:
        """Whether it depends on the domain what a lonely unit adds."""
        alone = any(((s.sampled == 1) & (s.scale > 0)).any() for s in self.stages)
        return (self.lonely == "average" and alone) or (
            self.domain_lonely and self.lonely in ("adjust", "average")
        )

    def deviations(
        self,
        node: NDArray[np.int64],
        column: NDArray[np.int64],
        values: Sequence[NDArray[np.float64]],
        columns: int,
        matrix: Sequence[csr_array],
    ) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64] | None]]:
        """Give, stage by stage, what the variance of combinations is made of where lonely units are told by domain.

        What the lonely rule does to a column it does to the column's part of each combination, so that a combination of
        one column has the variance that `variance` gives, and all have one covariance matrix.

        Parameters
        ----------
        node, column, values, columns : as in `variance`.
        matrix : for each variable, (combinations, columns).

        Returns
        -------
        (units, combinations) deviations whose products, summed over units, are the stage's part; and None. Where rows
        are units: (parents, combinations) root of what is taken off the products of rows, and (columns,) what these and
        the products of rows are to be multiplied with.
        """
        from scipy.sparse import csr_array  # noqa: PLC0415 - slow import

        steps, x = self._steps(node, column, columns), list(values)
        for step, stage in zip(steps, reversed(self.stages), strict=True):
            raised = step.raised(self.lonely)
            root = np.ones(columns) if raised is None else np.sqrt(raised)
            shape = (len(stage.sampled) if step.rows else len(stage.unit_parent), columns)
            of_units = np.zeros((shape[0], matrix[0].shape[0]))
            of_means = np.zeros((len(stage.sampled), matrix[0].shape[0]))
            alone = step.lonely[step.group]
            for v, weight in enumerate(matrix):
                sums = tally(step.group, x[v], len(step.column))
                kept = x[v] if step.rows or self.lonely != "average" else np.where(alone, 0.0, x[v])
                kept = kept * root[step.column[step.group]]
                of_units += _combined(csr_array((kept, (step.node, step.column[step.group])), shape), weight)
                if not step.rows:
                    means = np.where(step.lonely, 0.0, sums / step.sampled) * root[step.column]
                    at = (step.parent, step.column)
                    of_means += _combined(csr_array((means, at), (len(stage.sampled), columns)), weight)
                if step.upward is not None:
                    x[v] = tally(step.upward, sums, step.above)
            if step.rows:
                yield of_units * np.sqrt(stage.scale / stage.sampled)[:, None], root
            else:
                deviation = of_units - of_means[stage.unit_parent]
                yield deviation * np.sqrt(stage.scale)[stage.unit_parent][:, None], None

    def degrees_of_freedom(
        self, node: NDArray[np.int64], column: NDArray[np.int64], rows: NDArray[np.float64], columns: int
    ) -> NDArray[np.float64]:
        """Count first-stage units minus strata among the nodes present: (columns,)."""
        keep = rows > 0
        if not keep.all():
            node, column, rows = node[keep], column[keep], rows[keep]
        if self.rows_are_units and len(self.stages) == 1:
            units = tally(column, rows, columns)
            stratum = node
        else:
            unit = self.first_units()[node]
            _, first = dense(unit * columns + column)
            unit, column = unit[first], column[first]
            units = tally(column, None, columns)
            stratum = self.stages[0].unit_parent[unit]
        _, first = dense(stratum * columns + column)
        return np.asarray(units - tally(column[first], None, columns))


def _combined(parts: csr_array, matrix: csr_array) -> NDArray[np.float64]:
    """Combine columns: (rows, columns) and (combinations, columns) in, (rows, combinations) out."""
    return np.asarray((parts @ matrix.T).todense())


def skeleton_of(
    design: Design,
    parents: Sequence[NDArray[np.int64]],
    units: Sequence[NDArray[np.int64] | None],
    populations: Sequence[NDArray[np.float64]],
    sampled: Sequence[NDArray[np.float64]],
    labels: Sequence[list[str]],
) -> Skeleton:
    """Build the skeleton from the leaves' paths, stage by stage.

    Raises
    ------
    Problem : a stratum with a single unit, under the rule ``fail``.
    """
    stages: list[StageFrame] = []
    above = np.ones(1)
    unit_fraction = above
    for depth, parent in enumerate(parents):
        count = len(sampled[depth])
        first = np.zeros(count, dtype=np.int64)
        first[parent[::-1]] = np.arange(len(parent))[::-1]
        upper_leaf = np.zeros(len(parent), dtype=np.int64) if depth == 0 else units[depth - 1]
        if upper_leaf is None:
            raise AssertionError("rows can only be the units of the last stage")
        parent_upper = upper_leaf[first]
        n, size = sampled[depth], populations[depth]
        f = np.where(np.isfinite(size), n / size, 0.0)
        product = unit_fraction[parent_upper]
        left = np.where(1.0 - f < 1e-7, 0.0, 1.0 - f)
        scale = product * left * np.where(n > 1, n / np.maximum(n - 1, 1), 1.0)
        alone = (n == 1) & (scale > 0)
        if design.lonely == "fail" and alone.any():
            found = [labels[depth][i] for i in np.flatnonzero(alone)[:8]]
            more = f" … ({int(alone.sum())})" if alone.sum() > 8 else ""
            raise Problem("lonely_unit", stage=depth + 1, strata=", ".join(found) + more)
        unit = units[depth]
        if unit is None:
            unit_parent = np.zeros(0, dtype=np.int64)
        else:
            unit_parent = np.zeros(int(unit.max()) + 1, dtype=np.int64)
            unit_parent[unit] = parent
            unit_fraction = (product * f)[unit_parent]
        stages.append(StageFrame(unit_parent, parent_upper, n, scale))
    last = units[-1]
    rows_are_units = last is None
    leaf_node = parents[-1] if last is None else last
    return Skeleton(
        tuple(stages),
        leaf_node,
        int(leaf_node.max()) + 1,
        rows_are_units,
        design.lonely,
        design.domain_lonely,
    )
