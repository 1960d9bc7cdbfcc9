"""The sampling error of an index, from the rows of its tables.

Where the index is smooth: with J the derivative of a node in its indicators, every row has the linearised value

    z = Σ_k J_k · r_k (y_k − ȳ_k) / Σ w r_k        (for a total: J_k · y_k)

with r_k = answered, and the variance of the node is the design variance of the total Σ w z in its unit and wave
(Woodruff 1971; Deville 1999, Variance estimation for complex statistics and estimators, Survey Methodology 25(2)). One
column a node, however many indicators it has: one pass for all nodes of a level. A value carried over from an earlier
wave has its z in the rows of that wave.

Where it is not smooth (ranks, percentiles, end points from the data), first-stage units are resampled.

Tables are independent samples: their parts of the variance are added, with Satterthwaite's degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
class SamplingError:
    """Errors of every code of the tree in every cell (wave × unit, waves outermost).

    Attributes
    ----------
    se, df
        (codes, cells).
    covariance
        (cells, cells) of the root; none for published values.
    method
        How the error of each code was made.
    """

    se: Array
    df: Array
    covariance: Array | None
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
        return SamplingError(np.where(missing, np.nan, 0.0), np.full(shape, np.inf), None, published)
    variance, spread = np.zeros(shape), np.zeros(shape)
    covariance = np.zeros((shape[1], shape[1]))
    smooth = [q for q, s in enumerate(index.smooth) if s]
    for analysis in analyses.values():
        mine = [
            k for k, m in enumerate(leaves.measured) if m.table == analysis.plan.name and m in found.figures
        ]
        if not mine or not smooth or analysis.plan.role == "published":
            continue
        part, freedom, root_part = _linearised(
            index, leaves, found, analysis, mine, codes=smooth, root=root, exact=exact
        )
        variance[smooth] += part
        spread[smooth] += np.where(part > 0, part**2 / np.where(freedom > 0, freedom, np.inf), 0.0)
        covariance += root_part
    if len(smooth) < len(tree.codes):
        draws = _draws(plan, tree, leaves, found, index.units)
        for q in set(range(len(tree.codes))) - set(smooth):
            variance[q] = draws[:, :, q].var(axis=0, ddof=1)
        if root not in smooth:
            covariance = np.atleast_2d(np.cov(np.nan_to_num(draws[:, :, root]), rowvar=False))
    df = np.divide(variance**2, spread, out=np.full(shape, np.inf), where=spread > 0)
    replicates = f"{REPLICATES} bootstrap replicates of first-stage units"
    method = {c: "delta method" if s else replicates for c, s in zip(tree.codes, index.smooth, strict=True)}
    return SamplingError(np.where(missing, np.nan, np.sqrt(variance)), df, covariance, method)


def _linearised(
    index: Index,
    leaves: Leaves,
    found: LevelEstimates,
    analysis: Analysis,
    mine: Sequence[int],
    *,
    codes: Sequence[int],
    root: int,
    exact: bool,
) -> tuple[Array, Array, Array]:
    """One table's part: variance and degrees of freedom (codes, cells), covariance of the root (cells, cells)."""
    waves, units, _ = leaves.raw.shape
    cell = cells_of(analysis, found)
    influence = {k: _influence(analysis, leaves.measured[k], cell, waves * units) for k in mine}
    origin = leaves.origin.reshape(-1, leaves.raw.shape[2])
    lag = np.repeat(np.arange(waves), units)[:, None] - origin
    lags = [int(x) for x in np.unique(lag[:, mine])]
    assert index.jacobian is not None
    slopes = np.nan_to_num(index.jacobian)
    columns = {}
    for q in codes:
        for step in lags:
            # the derivative of the node `step` waves later, for the values it takes from this wave
            ahead = np.zeros((waves * units, len(mine)))
            own = np.where(lag[:, mine] == step, slopes[:, q, mine], 0.0)
            ahead[: (waves - step) * units] = own[step * units :]
            z = np.zeros(len(cell))
            inside = cell >= 0
            for position in np.flatnonzero(ahead.any(axis=0)):
                k = mine[int(position)]
                z[inside] += ahead[cell[inside], position] * influence[k][inside]
            columns[f"_z{q}_{step}"] = pa.array(z, mask=~inside)
    data = analysis.data
    for name, column in columns.items():
        data = data.append_column(name, column)
    estimates = total(
        data, list(columns), analysis.design, by=[WAVE, *found.columns], where=analysis.where, deff=False,
        joint=len(lags) > 1, exact=exact,
    )  # fmt: skip
    analysis.passes += estimates.passes
    matrices = _matrices(estimates, found, codes, lags, waves, units)
    of_root = np.zeros((waves * units, waves * units))
    if root in codes:
        combined = estimates.combine(matrices[codes.index(root)], [""] * (waves * units))
        of_root = np.nan_to_num(combined.covariance())
    if lags == [0]:
        rows = [np.asarray(m.argmax(axis=1)).ravel() for m in matrices]
        there = [np.asarray(m.sum(axis=1)).ravel() > 0 for m in matrices]
        se = np.stack([np.where(t, estimates.se[r], 0.0) for r, t in zip(rows, there, strict=True)])
        df = np.stack([np.where(t, estimates.df[r], np.nan) for r, t in zip(rows, there, strict=True)])
    else:
        parts = [estimates.combine(m, [""] * (waves * units)) for m in matrices]
        se, df = np.stack([p.se for p in parts]), np.stack([p.df for p in parts])
    return np.nan_to_num(se) ** 2, df, of_root


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


def _matrices(
    estimates: Estimates,
    found: LevelEstimates,
    codes: Sequence[int],
    lags: Sequence[int],
    waves: int,
    units: int,
) -> list[sparse.csr_matrix]:
    """For each code the (cells, rows of the estimates) matrix that adds up the lags."""
    count = len(estimates) // (len(codes) * len(lags))
    place = found.place
    cells = [place.get((str(d[0]), tuple(str(v) for v in d[1:]))) for d in estimates.domains[:count]]
    matrices = []
    for position in range(len(codes)):
        row, column = [], []
        for order, step in enumerate(lags):
            for i, at in enumerate(cells):
                if at is not None and at[0] + step < waves:
                    row.append((at[0] + step) * units + at[1])
                    column.append((position * len(lags) + order) * count + i)
        shape = (waves * units, len(estimates))
        matrices.append(sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=shape))
    return matrices


def _draws(plan: Plan, tree: Tree, leaves: Leaves, found: LevelEstimates, labels: Sequence[str]) -> Array:
    """Replicates of all values of the index, (replicates, cells, codes); published values stay as they are."""
    waves, units, _ = leaves.raw.shape
    raw = np.broadcast_to(leaves.cells, (REPLICATES, *leaves.cells.shape)).copy()
    unit = np.broadcast_to(np.arange(units)[None, :], (waves, units))
    for group in found.groups:
        drawn = group.estimates.replicates(REPLICATES, plan.seed + group.table)
        for k, measured in enumerate(leaves.measured):
            if measured in group.position:
                rows = group.position[measured][leaves.origin[:, :, k], unit].ravel()
                here = np.flatnonzero((rows >= 0) & ~np.isnan(leaves.cells[:, k]))
                raw[:, here, k] = drawn[:, rows[here]]
    return evaluate(tree, raw, labels).values
