"""From estimates to the index of every unit and wave, and what is said of it: ranks, groups, changes, rules.

All waves and units go through the tree together, so that end points taken from the data are the same in every wave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from zhiheng.measure.indices.aggregate import carry_forward, evaluate
from zhiheng.measure.indices.compare import MINIMUM_REPLICATES, Comparison, compare
from zhiheng.measure.indices.problems import Finding, Problem, some
from zhiheng.measure.indices.progress import Change, changes
from zhiheng.measure.indices.tree import Tree
from zhiheng.programme.basis import Basis
from zhiheng.programme.civic_rules import CivicRules
from zhiheng.programme.estimation import Analysis, Array, LevelEstimates, unit_code
from zhiheng.programme.plan import WHOLE, IndexPlan, Measured, Plan
from zhiheng.programme.presence import Composition
from zhiheng.programme.progress import Progress, progress_of
from zhiheng.programme.rule_error import METHOD, root_error
from zhiheng.programme.sampling_error import Leaves, Linearised, covariance_of_root, sampling_error

if TYPE_CHECKING:
    from zhiheng.measure.indices import civic


@dataclass(frozen=True)
class LevelIndex:
    """The index of one level.

    Attributes
    ----------
    codes
        Every node and indicator of the tree, in its order.
    value, se, lower, upper, df
        (codes, waves, units); the root after the civic rules. Units in the order of `LevelEstimates.units`.
    covariance
        (waves × units, same) of the root, waves outermost; none for published values, which have no sampling error.
    comparisons
        By wave; none for the whole.
    changes
        Did it really change: not told where two waves stand on different indicators or rules, or the whole on
        different units. Empty with one wave.
    progress
        The chained index; none with one wave, or where the index is made of ranks or of end points from the data.
    applied, bands
        What the civic rules did, by wave; (waves, units) the band reached.
    method
        How the errors were made: delta or replicates, by code.
    basis
        What each figure stands on.
    """

    codes: tuple[str, ...]
    value: Array
    se: Array
    lower: Array
    upper: Array
    df: Array
    covariance: Array | None
    comparisons: Mapping[str, Comparison]
    changes: tuple[Change, ...]
    progress: Progress | None
    applied: Mapping[str, tuple[civic.Applied, ...]]
    bands: tuple[tuple[civic.Band | None, ...], ...]
    method: Mapping[str, str]
    basis: Basis


def index_level(
    plan: Plan, tree: Tree, found: LevelEstimates, analyses: Mapping[str, Analysis], *, exact: bool
) -> LevelIndex:
    """Make the index of one level.

    Raises
    ------
    zhiheng.measure.indices.Problem
        An indicator or statistic of a rule that the plan does not allow to be missing is, or values lie outside their
        scale.
    """
    settings = plan.index
    assert settings is not None
    names = [unit_code(u) for u in found.units]
    shape = (len(found.waves), len(found.units))
    asked = dict(plan.leaves)
    leaves = _leaves([asked[leaf.code] for leaf in tree.leaves], found, carry=settings.missing == "carry")
    labels = [f"{unit} {wave}" for wave in found.waves for unit in names]
    civic_rules = CivicRules.of(settings, tree, found, analyses)
    if settings.missing == "fail":
        _complete(tree, leaves.cells, civic_rules, labels)
    tree = _forgiving(tree)
    index = evaluate(tree, leaves.cells, labels)
    value = index.values.T.reshape(len(tree.codes), *shape)
    error = sampling_error(plan, tree, index, leaves, found, analyses, exact=exact)
    se, df = error.se.reshape(value.shape), error.df.reshape(value.shape)
    method, covariance = dict(error.method), None
    replicates: Array | None = None
    root = tree.codes.index(tree.root.code)
    basis = Basis.of(tree, leaves, civic_rules, _composition(plan, tree, civic_rules, found, analyses))
    civil, after = civic_rules.applied(value[root], names)
    rows = [Linearised(index, leaves, found, a) for a in analyses.values() if a.plan.role != "published"]
    progress = None
    if len(found.waves) > 1 and index.smooth[root]:
        progress = progress_of(
            tree, leaves, rows, df[root], stands=basis.made_of, level=settings.level, exact=exact
        )
    if found.groups and settings.adjust:
        of_root = root_error(
            plan, error, value[root].ravel(), rows, civic_rules.looked_at, civic_rules.scores,
            root=root, exact=exact,
        )  # fmt: skip
        se[root] = np.where(np.isnan(after), np.nan, of_root.se.reshape(shape))
        df[root], covariance, replicates = of_root.df.reshape(shape), of_root.covariance, of_root.replicates
        method[tree.root.code] += f"; {METHOD}"
    elif found.groups:
        covariance = covariance_of_root(error, root, after.size)
        replicates = error.draws.values[:, :, root] if error.draws is not None and not error.parts else None
    value[root] = after
    half = -stdtrit(np.where(np.isfinite(df) & (df > 0), df, 1e12), (1 - settings.level) / 2) * se
    whole = len(found.units) == 1 and found.level == "all"
    comparisons = (
        {}
        if whole
        else _comparisons(plan, found, names, value[root], covariance, df[root], replicates=replicates)
    )
    return LevelIndex(
        codes=tree.codes,
        value=value,
        se=se,
        lower=value - half,
        upper=value + half,
        df=df,
        covariance=covariance,
        comparisons=comparisons,
        changes=_changes(settings, found, names, value[root], covariance, df[root], basis=basis),
        progress=progress,
        applied={wave: one.applied for wave, one in zip(found.waves, civil, strict=True)},
        bands=tuple(one.bands for one in civil),
        method=method,
        basis=basis,
    )


def _leaves(measured: Sequence[Measured], found: LevelEstimates, *, carry: bool) -> Leaves:
    """Gather the values of the indicators; with `carry` a missing one is that of the wave before."""
    shape = (len(found.waves), len(found.units))
    empty = np.full(shape, np.nan)
    columns = [np.asarray(found.figures[m]["value"]) if m in found.figures else empty for m in measured]
    raw = np.stack(columns, axis=2)
    wave = np.broadcast_to(np.arange(shape[0])[:, None, None], raw.shape).copy()
    carried = np.zeros(raw.shape, dtype=np.bool_)
    if carry:
        missing = np.isnan(raw)
        raw, carried = carry_forward(raw)
        for t in range(1, shape[0]):
            wave[t] = np.where(missing[t], wave[t - 1], wave[t])
    return Leaves(tuple(measured), raw, wave, carried)


def _composition(
    plan: Plan, tree: Tree, rules: CivicRules, found: LevelEstimates, analyses: Mapping[str, Analysis]
) -> Composition:
    """Of which units the whole is made, by its indicators and then by the rules that have a statistic."""
    assert plan.index is not None
    asked = [(dict(plan.leaves)[leaf.code], False) for leaf in tree.leaves]
    looks = {a.code: a.look for a in plan.index.adjust}
    asked += [(looks[code].measured, looks[code].absent == "zero") for code in rules.reaching]
    if found.level != WHOLE or plan.index.unbalanced:
        return Composition.none(len(found.waves), len(asked))
    return Composition.of(plan, {name: a.table for name, a in analyses.items()}, asked)


def _complete(tree: Tree, raw: Array, rules: CivicRules, labels: Sequence[str]) -> None:
    """Refuse a unit that lacks an indicator, or what a rule looks at, in a wave; without any value it is not there."""
    gone = np.isnan(raw)
    there = ~gone.all(axis=1)
    found = [
        Finding(
            "missing_value",
            leaf.code,
            found=some([labels[int(i)] for i in np.flatnonzero(gone[:, k] & there)]),
        )
        for k, leaf in enumerate(tree.leaves)
        if not leaf.optional and (gone[:, k] & there).any()
    ]
    for code in rules.reaching:
        without = ~rules.statistic(code).present.ravel() & there
        if without.any():
            told = some([labels[int(i)] for i in np.flatnonzero(without)])
            found.append(Finding("missing_value", code, found=told))
    if found:
        raise Problem(found)


def _forgiving(tree: Tree) -> Tree:
    """Let every indicator be missing somewhere: its weight goes to its siblings there, as the plan says."""
    loose = tuple(replace(one, optional=True) for one in tree.indicators)
    return Tree(loose, tree.bounds, tree.moments, normalise_weights=True)


# ── what is done with the index of all units ──


def _cautious(df: Array) -> float:
    """The smallest degrees of freedom of the units; at least 1."""
    known = df[np.isfinite(df) & (df >= 1)]
    return float(known.min()) if len(known) else np.inf


def _comparisons(
    plan: Plan,
    found: LevelEstimates,
    names: Sequence[str],
    value: Array,
    covariance: Array | None,
    df: Array,
    *,
    replicates: Array | None,
) -> dict[str, Comparison]:
    """Compare the units of each wave, by replicates where the error of the index comes from them."""
    assert plan.index is not None
    size = len(found.units)
    result = {}
    for w, wave in enumerate(found.waves):
        here = np.isfinite(value[w])
        if not here.any():
            continue
        own = slice(w * size, (w + 1) * size)
        drawn = None if replicates is None else replicates[:, own]
        if drawn is not None and np.isfinite(drawn[:, here]).all(axis=1).sum() < MINIMUM_REPLICATES:
            drawn = None  # too few in which every unit has an index
        spread = np.zeros((size, size)) if covariance is None else covariance[own, own]
        result[wave] = compare(
            value[w],
            covariance=spread if drawn is None else None,
            replicates=drawn,
            units=names,
            level=plan.index.level,
            df=_cautious(df[w]),
            seed=plan.seed,
        )
    return result


def _changes(
    settings: IndexPlan,
    found: LevelEstimates,
    names: Sequence[str],
    value: Array,
    covariance: Array | None,
    df: Array,
    *,
    basis: Basis,
) -> tuple[Change, ...]:
    waves, size = value.shape
    if waves < 2:
        return ()
    own = np.stack([_of_unit(covariance, u, waves, size) for u in range(size)])
    freedom = [_cautious(df[:, u]) for u in range(size)]
    return changes(
        value, own, units=names, waves=found.waves, level=settings.level, df=freedom, stands=basis.stands
    )


def _of_unit(covariance: Array | None, unit: int, waves: int, units: int) -> Array:
    """Covariance of the waves of one unit."""
    if covariance is None:
        return np.zeros((waves, waves))
    own: Array = covariance[unit::units, unit::units]
    return own
