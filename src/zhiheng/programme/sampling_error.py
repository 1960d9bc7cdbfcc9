"""The sampling error of an index, from the rows of its tables.

Where the index is smooth: with J the derivative of a node in its indicators, every row has the linearised value

    z = Σ_k J_k · r_k (y_k − ȳ_k) / Σ w r_k        (for a total: J_k · y_k)

with r_k = answered, and the variance of the node is the design variance of the total Σ w z in its unit and wave
(Woodruff 1971; Deville 1999, Variance estimation for complex statistics and estimators, Survey Methodology 25(2)). One
column a node, however many indicators it has: one pass for all nodes of a level. A value carried over from an earlier
wave has its z in the rows of that wave.

Where it is not smooth (ranks, percentiles, end points from the data), first-stage units are resampled, scaled to the
standard errors of the whole design (docs/methods/replication.md).

Tables are independent samples: their parts of the variance are added, with Satterthwaite's degrees of freedom.

Deductions, bonus points and vetoes come after this: see `rule_error`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy import sparse

from zhiheng.measure.estimation.functions import total
from zhiheng.measure.indices.aggregate import Index, evaluate
from zhiheng.programme.estimation import Analysis, Array, LevelEstimates, cells_of, column_of
from zhiheng.programme.plan import WAVE, Measured, Plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zhiheng.measure.estimation.estimates import Estimates
    from zhiheng.measure.indices.tree import Tree

#: replicates where the delta method does not apply
REPLICATES = 500
BY_REPLICATES = f"{REPLICATES} bootstrap replicates of first-stage units"


@dataclass(frozen=True)
class Leaves:
    """What goes into an index: values of the indicators and where each comes from.

    Attributes
    ----------
    measured
        The statistic of each leaf of the tree.
    raw
        (waves, units, leaves) values, nan where missing.
    origin
        (waves, units, leaves) position of the wave each value comes from.
    carried
        (waves, units, leaves) whether it was carried over.
    """

    measured: tuple[Measured, ...]
    raw: Array
    origin: NDArray[np.int64]
    carried: NDArray[np.bool_]

    @property
    def cells(self) -> Array:
        """Values as (waves × units, leaves), waves outermost."""
        return self.raw.reshape(-1, self.raw.shape[2])


@dataclass(frozen=True)
class Part:
    """What one table adds to the root: totals of linearised values, and the (cells, totals) matrix that adds them."""

    estimates: Estimates
    matrix: sparse.csr_matrix

    @property
    def combined(self) -> Estimates:
        """The estimates of all cells."""
        return self.estimates.combine(self.matrix, [""] * self.matrix.shape[0])


@dataclass(frozen=True)
class Draws:
    """Replicates of an index that is not smooth, with the statistics they were made of.

    Attributes
    ----------
    values
        (replicates, cells, codes).
    figures
        By statistic, (replicates, cells); published ones are left out.
    """

    values: Array
    figures: Mapping[Measured, Array]


@dataclass(frozen=True)
class SamplingError:
    """Errors of every code of the tree in every cell (wave × unit, waves outermost).

    Attributes
    ----------
    se, df
        (codes, cells).
    parts
        Of the root, by table; none where it is not smooth.
    draws
        None where the whole tree is smooth.
    method
        How the error of each code was made.
    """

    se: Array
    df: Array
    parts: Mapping[str, Part]
    draws: Draws | None
    method: Mapping[str, str]


def sampling_error(
    plan: Plan,
    tree: Tree,
    index: Index,
    leaves: Leaves,
    found: LevelEstimates,
    analyses: Mapping[str, Analysis],
    *,
    exact: bool,
) -> SamplingError:
    """Make the errors of an index."""
    shape = (len(tree.codes), len(index.units))
    root = tree.codes.index(tree.root.code)
    missing = np.isnan(index.values.T)
    if not found.groups:
        published = dict.fromkeys(tree.codes, "published values, no sampling error")
        return SamplingError(
            np.where(missing, np.nan, 0.0), np.full(shape, np.inf), {}, draws=None, method=published
        )
    variance, spread = np.zeros(shape), np.zeros(shape)
    smooth = [q for q, s in enumerate(index.smooth) if s]
    parts = {}
    for analysis in analyses.values():
        rows = Linearised(index, leaves, found, analysis)
        if not rows.mine or not smooth or analysis.plan.role == "published":
            continue
        part, freedom, estimates, matrices = rows.errors(smooth, exact=exact)
        variance[smooth] += part
        spread[smooth] += np.where(part > 0, part**2 / np.where(freedom > 0, freedom, np.inf), 0.0)
        if root in smooth:
            parts[analysis.plan.name] = Part(estimates, matrices[smooth.index(root)])
    draws = None
    if len(smooth) < len(tree.codes):
        draws = _draws(plan, tree, leaves, found, index.units)
        for q in set(range(len(tree.codes))) - set(smooth):
            variance[q] = draws.values[:, :, q].var(axis=0, ddof=1)
    df = np.divide(variance**2, spread, out=np.full(shape, np.inf), where=spread > 0)
    method = {
        c: "delta method" if s else BY_REPLICATES for c, s in zip(tree.codes, index.smooth, strict=True)
    }
    return SamplingError(np.where(missing, np.nan, np.sqrt(variance)), df, parts, draws, method)


def covariance_of_root(error: SamplingError, root: int, cells: int) -> Array:
    """Give the (cells, cells) covariance of the root before any rule."""
    if error.draws is not None and not error.parts:
        return np.atleast_2d(np.cov(np.nan_to_num(error.draws.values[:, :, root]), rowvar=False))
    result = np.zeros((cells, cells))
    for part in error.parts.values():
        result += np.nan_to_num(part.combined.covariance())
    return result


@dataclass(frozen=True)
class Linearised:
    """The rows of one table with what each adds to the nodes of an index."""

    index: Index
    leaves: Leaves
    found: LevelEstimates
    analysis: Analysis

    @cached_property
    def mine(self) -> list[int]:
        """Leaves whose values come from this table."""
        name = self.analysis.plan.name
        return [k for k, m in enumerate(self.leaves.measured) if m.table == name and m in self.found.figures]

    @cached_property
    def cell(self) -> NDArray[np.int64]:
        """Cell of every row, -1: none."""
        return cells_of(self.analysis, self.found)

    @cached_property
    def lag(self) -> NDArray[np.int64]:
        """(cells, leaves) by how many waves each value was carried."""
        waves, units, count = self.leaves.raw.shape
        return np.repeat(np.arange(waves), units)[:, None] - self.leaves.origin.reshape(-1, count)

    def influence(self, measured: Measured) -> Array:
        """The linearised value of one statistic for every row, 0 where it is not answered or belongs to no cell."""
        return _influence(self.analysis, measured, self.cell, len(self.index.units))

    def columns(self, codes: Sequence[int]) -> dict[tuple[int, int], Array]:
        """The linearised value of nodes for every row, by code and by the waves until it counts."""
        waves, units, _ = self.leaves.raw.shape
        influence = {k: self.influence(self.leaves.measured[k]) for k in self.mine}
        assert self.index.jacobian is not None
        slopes, lag = np.nan_to_num(self.index.jacobian), self.lag[:, self.mine]
        columns = {}
        for q in codes:
            for step in (int(x) for x in np.unique(lag)):
                # the derivative of the node `step` waves later, for the values it takes from this wave
                ahead = np.zeros((waves * units, len(self.mine)))
                own = np.where(lag == step, slopes[:, q, self.mine], 0.0)
                ahead[: (waves - step) * units] = own[step * units :]
                z = np.zeros(len(self.cell))
                inside = self.cell >= 0
                for position in np.flatnonzero(ahead.any(axis=0)):
                    k = self.mine[int(position)]
                    z[inside] += ahead[self.cell[inside], position] * influence[k][inside]
                columns[q, step] = z
        return columns

    def totals(
        self, columns: Mapping[tuple[int, int], Array], *, joint: bool, exact: bool
    ) -> tuple[Estimates, list[sparse.csr_matrix]]:
        """Estimate the totals of columns, and for each the (cells, estimates) matrix that puts it where it counts."""
        data = self.analysis.data
        names = [f"_z{i}" for i in range(len(columns))]
        for name, column in zip(names, columns.values(), strict=True):
            data = data.append_column(name, pa.array(column, mask=self.cell < 0))
        estimates = total(
            data, names, self.analysis.design, by=[WAVE, *self.found.columns], deff=False,
            joint=joint, exact=exact,
        )  # fmt: skip
        self.analysis.passes += estimates.passes
        return estimates, _matrices(estimates, self.found, [step for _, step in columns])

    def errors(
        self, codes: Sequence[int], *, exact: bool
    ) -> tuple[Array, Array, Estimates, list[sparse.csr_matrix]]:
        """Variance and degrees of freedom (codes, cells), the estimates, and the matrix of each code."""
        columns = self.columns(codes)
        lags = {step for _, step in columns}
        estimates, placed = self.totals(columns, joint=len(lags) > 1, exact=exact)
        matrices = [
            sum((m for m, (of, _) in zip(placed, columns, strict=True) if of == q), sparse.csr_matrix(placed[0].shape))
            for q in codes
        ]  # fmt: skip
        if lags == {0}:
            # one estimate a cell, or none
            shape = (len(codes), len(self.index.units))
            se, df = np.zeros(shape), np.full(shape, np.nan)
            for q, matrix in enumerate(matrices):
                at = matrix.tocoo()
                se[q, at.row], df[q, at.row] = estimates.se[at.col], estimates.df[at.col]
        else:
            parts = [Part(estimates, m).combined for m in matrices]
            se, df = np.stack([p.se for p in parts]), np.stack([p.df for p in parts])
        return np.nan_to_num(se) ** 2, df, estimates, matrices


def _influence(analysis: Analysis, measured: Measured, cell: NDArray[np.int64], cells: int) -> Array:
    """The linearised value of one statistic for every row, 0 where it is not answered or belongs to no cell."""
    y = analysis.numbers(column_of(measured))
    inside = (cell >= 0) & ~np.isnan(y) & analysis.counted
    z = np.zeros(len(y))
    if measured.statistic == "total":
        z[inside] = y[inside]
        return z
    weight = analysis.final_weights
    size = np.bincount(cell[inside], weights=weight[inside], minlength=cells)
    middle = np.bincount(cell[inside], weights=(weight * y)[inside], minlength=cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        z[inside] = (y[inside] - (middle / size)[cell[inside]]) / size[cell[inside]]
    return z


def _matrices(estimates: Estimates, found: LevelEstimates, steps: Sequence[int]) -> list[sparse.csr_matrix]:
    """For each column, the waves until it counts given, the (cells, rows of the estimates) matrix that places it."""
    waves, units = len(found.waves), len(found.units)
    count = len(estimates) // len(steps)
    place = found.place
    cells = [place.get((str(d[0]), tuple(str(v) for v in d[1:]))) for d in estimates.domains[:count]]
    matrices = []
    for position, step in enumerate(steps):
        there = [(i, at) for i, at in enumerate(cells) if at is not None and at[0] + step < waves]
        row = [(at[0] + step) * units + at[1] for _, at in there]
        column = [position * count + i for i, _ in there]
        shape = (waves * units, len(estimates))
        matrices.append(sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=shape))
    return matrices


def _draws(plan: Plan, tree: Tree, leaves: Leaves, found: LevelEstimates, labels: Sequence[str]) -> Draws:
    """Replicates of all values of the index; published values stay as they are."""
    waves, units, _ = leaves.raw.shape
    raw = np.broadcast_to(leaves.cells, (REPLICATES, *leaves.cells.shape)).copy()
    unit = np.broadcast_to(np.arange(units)[None, :], (waves, units))
    figures = {}
    for group in found.groups:
        drawn = group.estimates.replicates(REPLICATES, plan.seed + group.table)
        for measured, position in group.position.items():
            figures[measured] = np.where(position.ravel() >= 0, drawn[:, position.ravel()], np.nan)
        for k, measured in enumerate(leaves.measured):
            if measured in group.position:
                rows = group.position[measured][leaves.origin[:, :, k], unit].ravel()
                here = np.flatnonzero((rows >= 0) & ~np.isnan(leaves.cells[:, k]))
                leaf, values = tree.leaves[k], drawn[:, rows[here]]
                if leaf.normalise == "scale":  # no sample leaves the answer scale, a linearised replicate may
                    values = np.clip(values, leaf.low, leaf.high)
                raw[:, here, k] = values
    return Draws(evaluate(tree, raw, labels).values, figures)
