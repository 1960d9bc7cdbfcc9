"""The civic rules of a plan at one level, and what they look at: there, nothing to count, carried or lacking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zhiheng.measure.indices import civic
from zhiheng.measure.indices.aggregate import carry_forward
from zhiheng.programme.estimation import Analysis, Array, LevelEstimates, cells_of
from zhiheng.programme.plan import Adjustment, IndexPlan, Look
from zhiheng.programme.presence import waves_with_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zhiheng.measure.indices.tree import Tree


@dataclass(frozen=True)
class Statistic:
    """What a rule looks at, at one level.

    Attributes
    ----------
    values
        (cells,), waves outermost; 0 where there is none: the index stands without the rule there.
    present
        (waves, units) whether there is a value, carried or not; where no row says so, 0 is one.
    carried
        (waves, units) whether it was carried over from an earlier wave.
    lag
        (cells,) by how many waves.
    """

    values: Array
    present: NDArray[np.bool_]
    carried: NDArray[np.bool_]
    lag: NDArray[np.int64]


def statistic_of(
    look: Look, found: LevelEstimates, analyses: Mapping[str, Analysis], *, carry: bool
) -> Statistic:
    """Make the statistic of a rule; a rounding error below zero is none."""
    raw = np.array(found.figures[look.measured]["value"], dtype=np.float64)
    if look.absent == "zero":
        analysis = analyses[look.measured.table]
        cell = cells_of(analysis, found)
        rows = np.bincount(cell[cell >= 0], minlength=raw.size).reshape(raw.shape) > 0
        raw[~rows & waves_with_rows(analysis.table, found.waves)[:, None]] = 0.0
    lag = np.zeros(raw.shape, dtype=np.int64)
    carried = np.zeros(raw.shape, dtype=np.bool_)
    if carry:
        filled, filled_in = carry_forward(raw[:, :, None])
        raw, carried = filled[:, :, 0], filled_in[:, :, 0]
        for t in range(1, len(raw)):
            lag[t] = np.where(carried[t], lag[t - 1] + 1, 0)
    value = np.nan_to_num(raw).ravel()
    return Statistic(np.where(np.abs(value) < 1e-12, 0.0, value), ~np.isnan(raw), carried, lag.ravel())


@dataclass(frozen=True)
class CivicRules:
    """The rules of a plan with the statistics they look at, at one level.

    Attributes
    ----------
    looked_at
        Statistics of the tables that know the level; a rule that looks at another does nothing here.
    """

    plan: IndexPlan
    rules: tuple[civic.Adjustment, ...]
    bounds: tuple[float, float]
    looked_at: Mapping[Look, Statistic]

    @classmethod
    def of(
        cls, plan: IndexPlan, tree: Tree, found: LevelEstimates, analyses: Mapping[str, Analysis]
    ) -> CivicRules:
        """Gather the rules of a plan."""
        looks = dict.fromkeys(a.look for a in plan.adjust if a.measured in found.figures)
        looked_at = {
            look: statistic_of(look, found, analyses, carry=plan.missing == "carry") for look in looks
        }
        return cls(plan, tuple(_rule(a) for a in plan.adjust), tree.bounds, looked_at)

    @property
    def reaching(self) -> tuple[str, ...]:
        """Codes of the rules that have a statistic at this level."""
        return tuple(a.code for a in self.plan.adjust if a.look in self.looked_at)

    def statistic(self, code: str) -> Statistic:
        """What a rule that has a statistic looks at."""
        return self.looked_at[next(a.look for a in self.plan.adjust if a.code == code)]

    @property
    def limits(self) -> dict[str, Any]:
        """What the rules of a kind may do together."""
        p = self.plan
        return {
            "bounds": self.bounds,
            "deduction_cap": np.inf if p.deduction_cap is None else p.deduction_cap,
            "bonus_cap": np.inf if p.bonus_cap is None else p.bonus_cap,
        }

    def scores(self, before: Array, looked_at: Mapping[Look, Array]) -> Array:
        """Give scores after the rules, of replicates too."""
        none = np.zeros(before.shape[-1])
        return civic.scores(
            before, self.rules, {a.code: looked_at.get(a.look, none) for a in self.plan.adjust}, **self.limits
        )

    def applied(self, before: Array, names: Sequence[str]) -> tuple[list[civic.Adjusted], Array]:
        """Apply the rules to the (waves, units) root: what was done in each wave, and the values after it."""
        bands = [
            civic.Band(b.start, name_zh=b.name.zh, name_en=b.name.en, colour=b.colour, code=b.code)
            for b in self.plan.bands
        ]
        none = np.zeros(before.shape)
        counts = {
            a.code: self.looked_at[a.look].values.reshape(before.shape) if a.look in self.looked_at else none
            for a in self.plan.adjust
        }
        done = [
            civic.adjust(
                scores,
                self.rules,
                {code: count[w] for code, count in counts.items()},
                units=names,
                bands=bands,
                decimals=self.plan.decimals,
                **self.limits,
            )
            for w, scores in enumerate(before)
        ]
        return done, np.stack([one.after for one in done]) if self.rules else before.copy()


def _rule(a: Adjustment) -> civic.Adjustment:
    words = {"name_zh": a.name.zh, "name_en": a.name.en}
    if a.kind == "veto":
        return civic.Veto(a.code, set_to=a.set_to, cap_band=a.cap_band or None, at=a.at, **words)
    made = civic.Deduction if a.kind == "deduction" else civic.Bonus
    return made(a.code, points=a.points or 0.0, cap=np.inf if a.cap is None else a.cap, **words)
