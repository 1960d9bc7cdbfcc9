"""From estimates to the index of every unit and wave, and what is said of it: ranks, groups, changes, rules.

All waves and units go through the tree together, so that end points taken from the data are the same in every wave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import stdtrit

from zhiheng.measure.indices import civic
from zhiheng.measure.indices.aggregate import carry_forward, evaluate
from zhiheng.measure.indices.compare import MINIMUM_REPLICATES, Comparison, compare
from zhiheng.measure.indices.problems import Finding, Problem, some
from zhiheng.measure.indices.progress import Change, changes
from zhiheng.measure.indices.tree import Tree
from zhiheng.programme.estimation import Analysis, Array, LevelEstimates, unit_code
from zhiheng.programme.plan import Adjustment, IndexPlan, Measured, Plan
from zhiheng.programme.progress import Progress, progress_of
from zhiheng.programme.rule_error import METHOD, root_error
from zhiheng.programme.sampling_error import Leaves, Linearised, covariance_of_root, sampling_error

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Basis:
    """What every figure of an index stands on: which of its indicators had a value, and which a carried one.

    Attributes
    ----------
    leaves
        Codes of the indicators, in the order of the tree.
    below
        Positions of the indicators that each code is made of; of an indicator its own.
    present
        (waves, units, leaves) whether there is a value, carried or not.
    carried
        (waves, units, leaves) whether it was carried over from an earlier wave.
    """

    leaves: tuple[str, ...]
    below: Mapping[str, tuple[int, ...]]
    present: NDArray[np.bool_]
    carried: NDArray[np.bool_]

    @classmethod
    def of(cls, tree: Tree, leaves: Leaves) -> Basis:
        """Read off the values that went in."""
        codes = tuple(leaf.code for leaf in tree.leaves)
        parents = {one.code: one.parent for one in tree.indicators}
        below: dict[str, list[int]] = {code: [] for code in tree.codes}
        for position, code in enumerate(codes):
            at: str | None = code
            while at:
                below[at].append(position)
                at = parents[at]
        made = {code: tuple(positions) for code, positions in below.items()}
        return cls(codes, made, ~np.isnan(leaves.raw), leaves.carried)

    @property
    def measured(self) -> NDArray[np.bool_]:
        """(waves, units) whether a unit has any value in a wave; without one it has no index there."""
        return np.asarray(self.present.any(axis=2), dtype=np.bool_)

    def lacking(self, w: int, u: int, code: str = "") -> tuple[str, ...]:
        """Indicators without a value, of a unit that has others; below a code where one is given."""
        return self._where(~self.present[w, u] & self.measured[w, u], code)

    def carried_over(self, w: int, u: int, code: str = "") -> tuple[str, ...]:
        """Indicators whose value is that of an earlier wave."""
        return self._where(self.carried[w, u], code)

    def lacked_by_all(self, w: int) -> tuple[str, ...]:
        """Indicators that no unit has in a wave in which some are measured."""
        return self._where(~self.present[w].any(axis=0) & self.measured[w].any())

    def alike(self, w: int, other: int) -> NDArray[np.bool_]:
        """(units,) whether the index of two waves stands on the same indicators."""
        return np.asarray((self.present[w] == self.present[other]).all(axis=1), dtype=np.bool_)

    def differences(self, w: int, other: int, u: int) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Of two waves of a unit each that lacks indicators of the other, with those; empty where they are alike."""
        pairs = ((w, self._where(self.present[other, u] & ~self.present[w, u])),
                 (other, self._where(self.present[w, u] & ~self.present[other, u])))  # fmt: skip
        return tuple((at, codes) for at, codes in pairs if codes)

    def _where(self, mask: NDArray[np.bool_], code: str = "") -> tuple[str, ...]:
        inside = self.below[code] if code else range(len(self.leaves))
        return tuple(self.leaves[k] for k in inside if mask[k])


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
        Did it really change: not told where two waves stand on different indicators. Empty with one wave.
    progress
        The chained index; none with one wave, or where the index is made of ranks or of end points from the data.
    applied, bands
        What the civic rules did, by wave; (waves, units) the band reached.
    method
        How the errors were made: delta or replicates, by code.
    basis
        Which indicators each figure stands on.
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
        An indicator that the plan does not allow to be missing is, or values lie outside their scale.
    """
    settings = plan.index
    assert settings is not None
    names = [unit_code(u) for u in found.units]
    shape = (len(found.waves), len(found.units))
    asked = dict(plan.leaves)
    leaves = _leaves([asked[leaf.code] for leaf in tree.leaves], found, carry=settings.missing == "carry")
    labels = [f"{unit} {wave}" for wave in found.waves for unit in names]
    if settings.missing == "fail":
        _complete(tree, leaves.cells, labels)
    tree = _forgiving(tree)
    index = evaluate(tree, leaves.cells, labels)
    value = index.values.T.reshape(len(tree.codes), *shape)
    error = sampling_error(plan, tree, index, leaves, found, analyses, exact=exact)
    se, df = error.se.reshape(value.shape), error.df.reshape(value.shape)
    method, covariance = dict(error.method), None
    replicates: Array | None = None
    root, basis = tree.codes.index(tree.root.code), Basis.of(tree, leaves)
    civic_rules = CivicRules.of(settings, tree, found)
    civil, after = civic_rules.applied(value[root], names)
    rows = [Linearised(index, leaves, found, a) for a in analyses.values() if a.plan.role != "published"]
    progress = None
    if len(found.waves) > 1 and index.smooth[root]:
        progress = progress_of(tree, leaves, rows, df[root], level=settings.level, exact=exact)
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


def _complete(tree: Tree, raw: Array, labels: Sequence[str]) -> None:
    """Refuse a unit that lacks an indicator in a wave; a unit without any value in a wave is not there in it."""
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
    if found:
        raise Problem(found)


def _forgiving(tree: Tree) -> Tree:
    """Let every indicator be missing somewhere: its weight goes to its siblings there, as the plan says."""
    loose = tuple(replace(one, optional=True) for one in tree.indicators)
    return Tree(loose, tree.bounds, tree.moments, normalise_weights=True)


# ── what is done with the index of all units ──


@dataclass(frozen=True)
class CivicRules:
    """The rules of a plan with the statistics they look at, at one level.

    Attributes
    ----------
    looked_at
        By statistic, (cells,); a unit without data has no finding.
    """

    plan: IndexPlan
    rules: tuple[civic.Adjustment, ...]
    bounds: tuple[float, float]
    looked_at: Mapping[Measured, Array]

    @classmethod
    def of(cls, plan: IndexPlan, tree: Tree, found: LevelEstimates) -> CivicRules:
        """Gather the rules of a plan."""
        looked_at = {a.measured: _count(a, found) for a in plan.adjust}
        return cls(plan, tuple(_rule(a) for a in plan.adjust), tree.bounds, looked_at)

    @property
    def limits(self) -> dict[str, Any]:
        """What the rules of a kind may do together."""
        p = self.plan
        return {
            "bounds": self.bounds,
            "deduction_cap": np.inf if p.deduction_cap is None else p.deduction_cap,
            "bonus_cap": np.inf if p.bonus_cap is None else p.bonus_cap,
        }

    def scores(self, before: Array, looked_at: Mapping[Measured, Array]) -> Array:
        """Give scores after the rules, of replicates too."""
        return civic.scores(
            before, self.rules, {a.code: looked_at[a.measured] for a in self.plan.adjust}, **self.limits
        )

    def applied(self, before: Array, names: Sequence[str]) -> tuple[list[civic.Adjusted], Array]:
        """Apply the rules to the (waves, units) root: what was done in each wave, and the values after it."""
        bands = [
            civic.Band(b.start, name_zh=b.name.zh, name_en=b.name.en, colour=b.colour, code=b.code)
            for b in self.plan.bands
        ]
        done = []
        for w, scores in enumerate(before):
            counts = {a.code: self.looked_at[a.measured].reshape(before.shape)[w] for a in self.plan.adjust}
            done.append(
                civic.adjust(
                    scores,
                    self.rules,
                    counts,
                    units=names,
                    bands=bands,
                    decimals=self.plan.decimals,
                    **self.limits,
                )
            )
        return done, np.stack([one.after for one in done]) if self.rules else before.copy()


def _rule(a: Adjustment) -> civic.Adjustment:
    words = {"name_zh": a.name.zh, "name_en": a.name.en}
    if a.kind == "veto":
        return civic.Veto(a.code, set_to=a.set_to, cap_band=a.cap_band or None, at=a.at, **words)
    made = civic.Deduction if a.kind == "deduction" else civic.Bonus
    return made(a.code, points=a.points or 0.0, cap=np.inf if a.cap is None else a.cap, **words)


def _count(a: Adjustment, found: LevelEstimates) -> Array:
    """What a rule looks at, by cell; a unit without data has no finding, and a rounding error below zero is none."""
    if a.measured not in found.figures:
        return np.zeros(len(found.waves) * len(found.units))
    value = np.nan_to_num(found.figures[a.measured]["value"]).ravel()
    return np.where(np.abs(value) < 1e-12, 0.0, value)


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
        value, own, units=names, waves=found.waves, level=settings.level, df=freedom, stands=basis.present
    )


def _of_unit(covariance: Array | None, unit: int, waves: int, units: int) -> Array:
    """Covariance of the waves of one unit."""
    if covariance is None:
        return np.zeros((waves, waves))
    own: Array = covariance[unit::units, unit::units]
    return own
