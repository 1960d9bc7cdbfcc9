"""The sampling error of an index after deductions, bonus points and vetoes.

Caps, bounds and vetoes are not smooth, so first-stage units are drawn again: every replicate of a table moves the index
before the rules and the statistics the rules look at together, and the rules are applied to each. What the index after
the rules follows on average over the replicates, its mean slope in each of them (that is a regression),

    A = β₀ U + Σ β_k s_k + e

has its error by the delta method, with all stages of the design, and with the covariance of what one sample carries; e
is what no slope explains, and has the covariance of the replicates. Where no replicate meets a limit the slopes are
the derivative, e is 0, and this is the delta method.

A statistic of a published table is a count, not a sample: no replicate moves it. One that is carried over from an
earlier wave has its error in the rows of that wave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from zhiheng.programme.plan import Look, Measured, Plan
from zhiheng.programme.sampling_error import BY_REPLICATES, REPLICATES, Linearised, Part, SamplingError

if TYPE_CHECKING:
    from zhiheng.measure.estimation.estimates import Estimates
    from zhiheng.programme.civic_rules import Statistic
    from zhiheng.programme.estimation import Array

    Rules = Callable[[Array, Mapping[Look, Array]], Array]

METHOD = f"deductions, bonus points and vetoes by {BY_REPLICATES}"


@dataclass(frozen=True)
class RootError:
    """Error of the root after the rules.

    Attributes
    ----------
    se, df
        (cells,).
    covariance
        (cells, cells).
    replicates
        (replicates, cells) of the root, where they are all that is known of its error.
    """

    se: Array
    df: Array
    covariance: Array
    replicates: Array | None = None


@dataclass(frozen=True)
class _Moving:
    """What the rows of one table move: by what it is (none for the index before the rules), a matrix as in `Part`."""

    estimates: Estimates
    matrices: Mapping[Look | None, sparse.csr_matrix]

    def deviations(self, seed: int) -> dict[Look | None, Array]:
        """Draw (replicates, cells) of each."""
        stacked = sparse.vstack(list(self.matrices.values()), format="csr")
        cells = stacked.shape[0] // len(self.matrices)
        drawn = self.estimates.combine(stacked, [""] * stacked.shape[0]).deviations(REPLICATES, seed)
        return {what: drawn[:, i * cells :][:, :cells] for i, what in enumerate(self.matrices)}


def root_error(
    plan: Plan,
    error: SamplingError,
    before: Array,
    rows: Sequence[Linearised],
    looked_at: Mapping[Look, Statistic],
    rules: Rules,
    *,
    root: int,
    exact: bool,
) -> RootError:
    """Make the error of the root after the rules.

    Parameters
    ----------
    before
        (cells,) the index before them.
    rows
        Sampled tables of the level.
    looked_at
        The statistics of the rules.
    rules
        Scores (replicates, cells) and statistics, of the same shape or (cells,), to the scores after the rules.
    """
    if error.draws is not None and not error.parts:
        return _by_replicates(error.draws.values[:, :, root], error.draws.figures, looked_at, rules)
    moving = {}
    for table in rows:
        name = table.analysis.plan.name
        own = {look: s for look, s in looked_at.items() if look.measured.table == name}
        if own:
            moving[name] = _of_rules(table, own, root, exact=exact)
        elif name in error.parts:
            moving[name] = _Moving(error.parts[name].estimates, {None: error.parts[name].matrix})
    names = [t.name for t in plan.tables]
    deviations = [one.deviations(plan.seed + names.index(name)) for name, one in moving.items()]
    moved = {m: d[m] for d in deviations for m in d if m is not None}
    base = sum((d[None] for d in deviations if None in d), np.zeros((REPLICATES, len(before))))
    after = rules(before + base, {m: s.values + moved.get(m, 0.0) for m, s in looked_at.items()})
    after = np.nan_to_num(after)
    after -= after.mean(axis=0)
    slopes = _slopes(np.stack([base, *moved.values()]), after)
    of = dict(zip([None, *moved], slopes, strict=True))
    rest = after - base * of[None] - sum(d * of[m] for m, d in moved.items())
    covariance = rest.T @ rest / (REPLICATES - 1)
    variance, spread = np.diag(covariance).copy(), np.zeros(len(before))
    linear = np.zeros(len(before))
    for one in moving.values():
        matrix = sum(sparse.diags(of[m]) @ matrix for m, matrix in one.matrices.items())
        combined = Part(one.estimates, sparse.csr_matrix(matrix)).combined
        part = np.nan_to_num(combined.se) ** 2
        linear += part
        spread += np.where(part > 0, part**2 / np.where(combined.df > 0, combined.df, np.inf), 0.0)
        covariance += np.nan_to_num(combined.covariance())
    df = np.divide(linear**2, spread, out=np.full(len(before), np.inf), where=spread > 0)
    return RootError(np.sqrt(variance + linear), df, covariance)


def _by_replicates(
    base: Array, figures: Mapping[Measured, Array], looked_at: Mapping[Look, Statistic], rules: Rules
) -> RootError:
    """Where the index before the rules is not smooth, everything is its replicates."""
    statistics = {}
    for look, s in looked_at.items():
        statistics[look] = s.values
        if look.measured in figures:
            drawn = figures[look.measured][:, np.arange(s.lag.size) - s.lag * s.present.shape[1]]
            statistics[look] = np.where(np.isnan(drawn), s.values, drawn)
    after = np.nan_to_num(rules(base, statistics))
    covariance = np.atleast_2d(np.cov(after, rowvar=False))
    return RootError(np.sqrt(np.diag(covariance)), np.full(base.shape[1], np.inf), covariance, after)


def _of_rules(table: Linearised, looked_at: Mapping[Look, Statistic], root: int, *, exact: bool) -> _Moving:
    """Estimate the root and what the rules look at in one pass, so that their covariance is known."""
    columns = table.columns([root]) if table.mine else {}
    count, of = len(columns), list[Look]()
    inside = table.cell >= 0
    for i, (look, statistic) in enumerate(looked_at.items()):
        influence, units = table.influence(look.measured), statistic.present.shape[1]
        for step in (int(x) for x in np.unique(statistic.lag)):
            # what counts `step` waves after its rows
            ahead = np.zeros(len(statistic.lag), dtype=np.bool_)
            ahead[: len(ahead) - step * units] = statistic.lag[step * units :] == step
            columns[-1 - i, step] = np.where(inside & ahead[table.cell], influence, 0.0)
            of.append(look)
    estimates, placed = table.totals(columns, joint=len(columns) > 1, exact=exact)
    matrices: dict[Look | None, sparse.csr_matrix] = {}
    for look, matrix in zip(of, placed[count:], strict=True):
        matrices[look] = matrices[look] + matrix if look in matrices else matrix
    if count:
        matrices[None] = sum(placed[1:count], placed[0])
    return _Moving(estimates, matrices)


def _slopes(moved: Array, after: Array) -> Array:
    """Regress (replicates, cells) what comes after on (ingredients, replicates, cells) what moves, cell by cell."""
    spread = moved.std(axis=1)
    known = np.where(spread > 0, spread, 1.0)
    scaled = moved / known[:, None]
    square = np.einsum("krc,lrc->ckl", scaled, scaled) / moved.shape[1]
    cross = np.einsum("krc,rc->ck", scaled, after) / moved.shape[1]
    found = np.einsum("ckl,cl->ck", np.linalg.pinv(square, rcond=1e-9, hermitian=True), cross)
    return np.where(spread > 0, found.T / known, 0.0)
