"""What every figure of an index stands on: indicators, what the civic rules look at, units that the whole is of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.programme.presence import Composition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zhiheng.measure.indices.tree import Tree
    from zhiheng.programme.civic_rules import CivicRules
    from zhiheng.programme.sampling_error import Leaves

#: before the code of a rule, where it stands beside codes of indicators
RULE = "rule:"


@dataclass(frozen=True)
class Outside:
    """Units that a figure of the whole is made without, in a wave.

    Attributes
    ----------
    wave
        Its position.
    codes
        Of what they are not part; none where they are part of nothing.
    members
        Level and code of each.
    """

    wave: int
    codes: tuple[str, ...]
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Basis:
    """What every figure of an index stands on: which of its parts had a value, and which a carried one.

    Attributes
    ----------
    leaves
        Its parts: codes of the indicators, in the order of the tree, then those of the rules, each after `RULE`. A
        rule whose table does not know the level has no part in it.
    below
        Positions of the parts that each code is made of; of an indicator its own, of the root the rules too.
    present
        (waves, units, leaves) whether there is a value, carried or not.
    carried
        (waves, units, leaves) whether it was carried over from an earlier wave.
    indicators
        How many of the parts are indicators.
    composition
        Of the whole, the units it is made of; without members at other levels.
    """

    leaves: tuple[str, ...]
    below: Mapping[str, tuple[int, ...]]
    present: NDArray[np.bool_]
    carried: NDArray[np.bool_]
    indicators: int
    composition: Composition

    @classmethod
    def of(cls, tree: Tree, leaves: Leaves, rules: CivicRules, composition: Composition) -> Basis:
        """Read off the values that went in; `composition` is of the indicators and then of the rules."""
        codes = tuple(leaf.code for leaf in tree.leaves)
        parents = {one.code: one.parent for one in tree.indicators}
        below: dict[str, list[int]] = {code: [] for code in tree.codes}
        for position, code in enumerate(codes):
            at: str | None = code
            while at:
                below[at].append(position)
                at = parents[at]
        told = [f"{RULE}{code}" for code in rules.reaching]
        below[tree.root.code] += range(len(codes), len(codes) + len(told))
        below |= {code: [len(codes) + i] for i, code in enumerate(told)}
        statistics = [rules.statistic(code) for code in rules.reaching]
        present = np.dstack([~np.isnan(leaves.raw), *(s.present for s in statistics)])
        carried = np.dstack([leaves.carried, *(s.carried for s in statistics)])
        within = composition.within.copy()
        for w in (
            range(1, len(within)) if composition.members else ()
        ):  # what is carried is of the units it was of
            within[w] = np.where(carried[w, 0][:, None], within[w - 1], within[w])
        return cls(
            codes + tuple(told),
            {code: tuple(positions) for code, positions in below.items()},
            present,
            carried,
            len(codes),
            Composition(composition.members, composition.concerns, within),
        )

    @property
    def measured(self) -> NDArray[np.bool_]:
        """(waves, units) whether a unit has any indicator in a wave; without one it has no index there."""
        return np.asarray(self.present[:, :, : self.indicators].any(axis=2), dtype=np.bool_)

    def made(self, code: str) -> NDArray[np.bool_]:
        """(waves, units) whether there is anything below a code."""
        inside = [k for k in self.below[code] if k < self.indicators]
        return np.asarray(self.present[:, :, inside].any(axis=2), dtype=np.bool_)

    def lacking(self, w: int, u: int, code: str = "") -> tuple[str, ...]:
        """Parts without a value, of a unit that has others; below a code where one is given."""
        return self._where(~self.present[w, u] & self.measured[w, u], code)

    def carried_over(self, w: int, u: int, code: str = "") -> tuple[str, ...]:
        """Parts whose value is that of an earlier wave."""
        return self._where(self.carried[w, u], code)

    def lacked_by_all(self, w: int) -> tuple[str, ...]:
        """Parts that no measured unit has in a wave in which some are measured."""
        there = self.measured[w]
        return self._where(~self.present[w, there].any(axis=0) & there.any())

    @property
    def stands(self) -> NDArray[np.bool_]:
        """(waves, units, anything) what must be the same in two waves that are compared."""
        if not self.composition.members:
            return self.present
        within = self.composition.within.reshape(len(self.present), 1, -1)
        return np.concatenate([self.present, within], axis=2)

    @property
    def made_of(self) -> NDArray[np.int64] | None:
        """(waves, 1, indicators) number of the set of units that each value of the whole is of; none elsewhere."""
        if not self.composition.members:
            return None
        within = self.composition.within[:, : self.indicators]
        sets = [
            np.unique(within[:, k], axis=0, return_inverse=True)[1].reshape(-1)
            for k in range(self.indicators)
        ]
        return np.array(sets, dtype=np.int64).T[:, None, :]

    def alike(self, w: int, other: int) -> NDArray[np.bool_]:
        """(units,) whether the index of two waves stands on the same parts, and that of the whole on the same units."""
        stands = self.stands
        return np.asarray((stands[w] == stands[other]).all(axis=1), dtype=np.bool_)

    def differences(self, w: int, other: int, u: int) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Of two waves of a unit each that lacks parts of the other, with those; empty where they are alike."""
        pairs = ((w, self._where(self.present[other, u] & ~self.present[w, u])),
                 (other, self._where(self.present[w, u] & ~self.present[other, u])))  # fmt: skip
        return tuple((at, codes) for at, codes in pairs if codes)

    def outside(self, w: int, other: int | None = None) -> tuple[Outside, ...]:
        """Units that the whole is made without in a wave; with another wave, those that it is made of there.

        Of parts that the whole has in the wave; those that it lacks itself are `lacking`.
        """
        c = self.composition
        if not c.members or not self.measured[w, 0]:
            return ()
        asked = self.present[w, 0][:, None] & c.concerns
        gone = asked & ~c.within[w]
        wholly = asked.any(axis=0) & (gone == asked).all(axis=0)
        if other is not None:
            gone &= c.within[other]
        return tuple(self._grouped(w, gone, wholly))

    def recomposed(self, w: int, other: int) -> tuple[Outside, ...]:
        """Units that the whole is made of in one of two waves only; empty where it is made of the same."""
        return (*self.outside(w, other), *self.outside(other, w))

    def _grouped(self, w: int, gone: NDArray[np.bool_], wholly: NDArray[np.bool_]) -> Iterator[Outside]:
        """Members that miss the same parts together."""
        found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for j in np.flatnonzero(gone.any(axis=0)):
            codes = () if wholly[j] else tuple(self.leaves[k] for k in np.flatnonzero(gone[:, j]))
            found.setdefault(codes, []).append(self.composition.members[j])
        for codes, members in found.items():
            yield Outside(w, codes, tuple(members))

    def _where(self, mask: NDArray[np.bool_], code: str = "") -> tuple[str, ...]:
        inside = self.below[code] if code else range(len(self.leaves))
        return tuple(self.leaves[k] for k in inside if mask[k])
