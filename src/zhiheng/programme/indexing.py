"""From estimates to the index of every unit and wave, with the error that sampling gives it.

All waves and units go through the tree together, so that end points taken from the data are the same in every wave.
Where the index is smooth its Jacobian combines the influences of the estimates (delta method); where it is not (ranks,
percentiles, end points from the data) first-stage units are resampled. Tables are independent samples: their parts of
the variance are added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse, stats

from zhiheng.measure.indices import civic
from zhiheng.measure.indices.aggregate import Index, carry_forward, evaluate
from zhiheng.measure.indices.compare import Comparison, compare
from zhiheng.measure.indices.problems import Finding, Problem, some
from zhiheng.measure.indices.progress import Chain, Change, chain, changes
from zhiheng.measure.indices.tree import Tree
from zhiheng.programme.estimation import Array, Group, LevelEstimates, unit_code
from zhiheng.programme.plan import Adjustment, IndexPlan, Measured, Plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: replicates where the delta method does not apply
REPLICATES = 500


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
    changes, chains
        Did it really change; the chained index of each unit (none where it cannot be made). Empty with one wave.
    applied, bands
        What the civic rules did, by wave; (waves, units) the band reached.
    method
        How the errors were made: delta or replicates, by code.
    missing
        (waves, units) number of indicators without a value.
    carried
        (waves, units, leaves) values carried over from the wave before.
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
    chains: Mapping[str, Chain]
    applied: Mapping[str, tuple[civic.Applied, ...]]
    bands: tuple[tuple[civic.Band | None, ...], ...]
    method: Mapping[str, str]
    missing: NDArray[np.int64]
    carried: NDArray[np.bool_]


def index_level(plan: Plan, tree: Tree, found: LevelEstimates) -> LevelIndex:
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
    leaves = [asked[leaf.code] for leaf in tree.leaves]
    raw, where, carried = _raw(leaves, found, carry=settings.missing == "carry")
    labels = [f"{unit} {wave}" for wave in found.waves for unit in names]
    if settings.missing == "fail":
        _complete(tree, raw.reshape(-1, len(leaves)), labels)
    tree = _forgiving(tree)
    index = evaluate(tree, raw.reshape(-1, len(leaves)), labels)
    value = index.values.T.reshape(len(tree.codes), *shape)
    error = _Error(plan, tree, index, raw.reshape(-1, len(leaves)), leaves, where, found.groups)
    se, df = (array.reshape(len(tree.codes), *shape) for array in error.of_codes())
    root = tree.codes.index(tree.root.code)
    covariance = error.of_root()
    civil, value, slopes = _adjusted(settings, tree, found, names, value, root)
    se[root] *= slopes
    if covariance is not None:
        covariance = covariance * np.outer(slopes.ravel(), slopes.ravel())
    half = stats.t.isf((1 - settings.level) / 2, np.where(np.isfinite(df) & (df > 0), df, 1e12)) * se
    whole = len(found.units) == 1 and found.level == "all"
    return LevelIndex(
        codes=tree.codes,
        value=value,
        se=se,
        lower=value - half,
        upper=value + half,
        df=df,
        covariance=covariance,
        comparisons={} if whole else _comparisons(plan, found, names, value[root], covariance, df[root]),
        changes=_changes(settings, found, names, value[root], covariance, df[root]),
        chains=_chains(found, names, value[root], covariance),
        applied={wave: one.applied for wave, one in zip(found.waves, civil, strict=True)},
        bands=tuple(one.bands for one in civil),
        method=error.methods(),
        missing=np.isnan(raw).sum(axis=2),
        carried=carried,
    )


def _raw(
    leaves: Sequence[Measured], found: LevelEstimates, *, carry: bool
) -> tuple[Array, NDArray[np.int64], NDArray[np.bool_]]:
    """Values (waves, units, leaves), the wave each comes from, and which were carried over."""
    shape = (len(found.waves), len(found.units))
    empty = np.full(shape, np.nan)
    columns = [np.asarray(found.figures[m]["value"]) if m in found.figures else empty for m in leaves]
    raw = np.stack(columns, axis=2)
    wave = np.broadcast_to(np.arange(shape[0])[:, None, None], raw.shape).copy()
    carried = np.zeros(raw.shape, dtype=np.bool_)
    if carry:
        missing = np.isnan(raw)
        raw, carried = carry_forward(raw)
        for t in range(1, shape[0]):
            wave[t] = np.where(missing[t], wave[t - 1], wave[t])
    return raw, wave, carried


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


class _Error:
    """The sampling error of an index: one part for each group of estimates."""

    def __init__(  # noqa: PLR0917 - made in one place
        self,
        plan: Plan,
        tree: Tree,
        index: Index,
        raw: Array,
        leaves: Sequence[Measured],
        wave: NDArray[np.int64],
        groups: Sequence[Group],
    ) -> None:
        self.tree = tree
        self.index = index
        self.raw = raw
        self.root = tree.codes.index(tree.root.code)
        self.leaves = leaves
        self.groups = groups
        self.seed = plan.seed
        shape = wave.shape
        units = np.broadcast_to(np.arange(shape[1])[None, :], shape[:2])
        #: per group: (waves × units, leaves) row of the estimates, -1 where a leaf is not of this group
        self.rows = []
        for group in groups:
            rows = np.full(shape, -1, dtype=np.int64)
            for k, measured in enumerate(leaves):
                if measured in group.position:
                    rows[:, :, k] = group.position[measured][wave[:, :, k], units]
            self.rows.append(np.where(index.missing, -1, rows.reshape(-1, shape[2])))
        self._draws: Array | None = None

    def methods(self) -> dict[str, str]:
        """How the error of each code was made."""
        if not self.groups:
            return dict.fromkeys(self.tree.codes, "published values, no sampling error")
        replicates = f"{REPLICATES} bootstrap replicates of first-stage units"
        return {
            c: "delta method" if s else replicates
            for c, s in zip(self.tree.codes, self.index.smooth, strict=True)
        }

    def of_codes(self) -> tuple[Array, Array]:
        """Standard errors and degrees of freedom, (codes, cells)."""
        cells = len(self.index.units)
        variance = np.zeros((len(self.tree.codes), cells))
        over = np.zeros_like(variance)
        if not self.groups:
            return np.where(np.isnan(self.index.values.T), np.nan, 0.0), np.full_like(variance, np.inf)
        for group, rows in zip(self.groups, self.rows, strict=True):
            for code in range(len(self.tree.codes)):
                if not self.index.smooth[code]:
                    continue
                combined = group.estimates.combine(self._matrix(group, rows, code), [""] * cells)
                part = np.nan_to_num(np.asarray(combined.se)) ** 2
                variance[code] += part
                freedom = np.asarray(combined.df, dtype=np.float64)
                over[code] += np.where(part > 0, part**2 / np.where(freedom > 0, freedom, np.inf), 0.0)
        for code, smooth in enumerate(self.index.smooth):
            if not smooth:
                variance[code] = self.draws()[:, :, code].var(axis=0, ddof=1)
        se = np.where(np.isnan(self.index.values.T), np.nan, np.sqrt(variance))
        # Satterthwaite: the parts of the variance come from independent samples
        df = np.divide(variance**2, over, out=np.full_like(variance, np.inf), where=over > 0)
        return se, df

    def of_root(self) -> Array | None:
        """Covariance of the index over all cells; none without sampling error."""
        cells = len(self.index.units)
        if not self.groups:
            return None
        if not self.index.smooth[self.root]:
            return np.atleast_2d(np.cov(np.nan_to_num(self.draws()[:, :, self.root]), rowvar=False))
        result = np.zeros((cells, cells))
        for group, rows in zip(self.groups, self.rows, strict=True):
            combined = group.estimates.combine(self._matrix(group, rows, self.root), [""] * cells)
            result += np.nan_to_num(combined.covariance())
        return result

    def _matrix(self, group: Group, rows: NDArray[np.int64], code: int) -> sparse.csr_matrix:
        assert self.index.jacobian is not None
        slopes = np.nan_to_num(self.index.jacobian[:, code, :])
        cell, leaf = np.nonzero((rows >= 0) & (slopes != 0))
        return sparse.csr_matrix(
            (slopes[cell, leaf], (cell, rows[cell, leaf])), shape=(len(rows), len(group.estimates))
        )

    def draws(self) -> Array:
        """Replicates of all values of the index, (replicates, cells, codes)."""
        if self._draws is None:
            # published values stay as they are in every replicate
            raw = np.broadcast_to(self.raw, (REPLICATES, *self.raw.shape)).copy()
            for group, rows in zip(self.groups, self.rows, strict=True):
                drawn = group.estimates.replicates(REPLICATES, self.seed + group.table)
                cell, leaf = np.nonzero(rows >= 0)
                raw[:, cell, leaf] = drawn[:, rows[cell, leaf]]
            self._draws = evaluate(self.tree, raw, self.index.units).values
        return self._draws


# ── what is done with the index of all units ──


def _adjusted(
    settings: IndexPlan, tree: Tree, found: LevelEstimates, names: Sequence[str], value: Array, root: int
) -> tuple[list[civic.Adjusted], Array, Array]:
    """Apply the civic rules to the root, wave by wave: what was done, the values, their derivative."""
    rules = [_rule(a) for a in settings.adjust]
    bands = [
        civic.Band(b.start, name_zh=b.name.zh, name_en=b.name.en, colour=b.colour, code=b.code)
        for b in settings.bands
    ]
    value, slopes = value.copy(), np.ones(value.shape[1:])
    done = []
    for w in range(len(found.waves)):
        counts = {a.code: _count(a, found, w) for a in settings.adjust}
        one = civic.adjust(
            value[root, w],
            rules,
            counts,
            units=names,
            bands=bands,
            bounds=tree.bounds,
            deduction_cap=np.inf if settings.deduction_cap is None else settings.deduction_cap,
            bonus_cap=np.inf if settings.bonus_cap is None else settings.bonus_cap,
            decimals=settings.decimals,
        )
        if rules:
            value[root, w], slopes[w] = one.after, np.nan_to_num(one.derivative, nan=1.0)
        done.append(one)
    return done, value, slopes


def _rule(a: Adjustment) -> civic.Adjustment:
    words = {"name_zh": a.name.zh, "name_en": a.name.en}
    if a.kind == "veto":
        return civic.Veto(a.code, set_to=a.set_to, cap_band=a.cap_band or None, at=a.at, **words)
    made = civic.Deduction if a.kind == "deduction" else civic.Bonus
    return made(a.code, points=a.points or 0.0, cap=np.inf if a.cap is None else a.cap, **words)


def _count(a: Adjustment, found: LevelEstimates, wave: int) -> Array:
    """What a rule looks at, by unit; a unit without data has no finding."""
    if a.measured not in found.figures:
        return np.zeros(len(found.units))
    return np.asarray(np.nan_to_num(found.figures[a.measured]["value"][wave]))


def _cautious(df: Array) -> float:
    """The smallest degrees of freedom of the units; at least 1."""
    known = df[np.isfinite(df) & (df >= 1)]
    return float(known.min()) if len(known) else np.inf


def _comparisons(
    plan: Plan, found: LevelEstimates, names: Sequence[str], value: Array, covariance: Array | None, df: Array
) -> dict[str, Comparison]:
    assert plan.index is not None
    size = len(found.units)
    return {
        wave: compare(
            value[w],
            covariance=np.zeros(size)
            if covariance is None
            else covariance[w * size :, w * size :][:size, :size],
            units=names,
            level=plan.index.level,
            df=_cautious(df[w]),
            seed=plan.seed,
        )
        for w, wave in enumerate(found.waves)
        if np.isfinite(value[w]).any()
    }


def _changes(
    settings: IndexPlan,
    found: LevelEstimates,
    names: Sequence[str],
    value: Array,
    covariance: Array | None,
    df: Array,
) -> tuple[Change, ...]:
    waves, size = value.shape
    if waves < 2:
        return ()
    own = np.stack([_of_unit(covariance, u, waves, size) for u in range(size)])
    freedom = [_cautious(df[:, u]) for u in range(size)]
    return changes(value, own, units=names, waves=found.waves, level=settings.level, df=freedom)


def _of_unit(covariance: Array | None, unit: int, waves: int, units: int) -> Array:
    """Covariance of the waves of one unit."""
    if covariance is None:
        return np.zeros((waves, waves))
    own: Array = covariance[unit::units, unit::units]
    return own


def _chains(
    found: LevelEstimates, names: Sequence[str], value: Array, covariance: Array | None
) -> dict[str, Chain]:
    """Chain the index of each unit that has a positive index in every wave."""
    waves, size = value.shape
    if waves < 2:
        return {}
    return {
        names[u]: chain(value[:, u], _of_unit(covariance, u, waves, size), waves=found.waves)
        for u in range(size)
        if np.all(np.nan_to_num(value[:, u]) > 0)
    }
