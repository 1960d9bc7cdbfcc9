"""Which units have rows, and answers, in which waves: one reading of a table for the check and for the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.programme.design_checks import codes_of, crossed
from zhiheng.programme.plan import WAVE, Domain, Measured, Plan
from zhiheng.programme.tables import CleanTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

Unit = tuple[str, ...]


@dataclass(frozen=True)
class Cells:
    """The waves and units of a table that have rows. A cell is a wave and a unit; rows without a unit have none."""

    table: CleanTable
    domain: Domain

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Rows with a unit."""
        present = [self.table.columns[c].present for c in self.domain.columns]
        return np.asarray(np.logical_and.reduce(present), dtype=np.bool_)

    @cached_property
    def cell(self) -> NDArray[np.int64]:
        """The cell of each known row."""
        names = (WAVE, *self.domain.columns)
        return crossed(*(codes_of(self.table.columns[c].taken(self.known)) for c in names))

    @cached_property
    def first(self) -> NDArray[np.int64]:
        """The first row of each cell."""
        return np.flatnonzero(self.known)[np.unique(self.cell, return_index=True)[1]]

    @cached_property
    def places(self) -> list[tuple[str, Unit]]:
        """Wave and unit of each cell."""
        columns = [
            self.table.columns[c].taken(self.first).to_arrow().to_pylist()
            for c in (WAVE, *self.domain.columns)
        ]
        return [(str(wave), tuple(str(v) for v in unit)) for wave, *unit in zip(*columns, strict=True)]

    def answered(self, variable: str) -> NDArray[np.bool_]:
        """Whether a cell has any answer."""
        valid = self.table.columns[variable].present & self.table.responded
        return np.asarray(np.bincount(self.cell[valid[self.known]], minlength=len(self.first)) > 0)

    def file(self, waves: Iterable[str]) -> str:
        """The files that should hold these waves."""
        files = self.table.plan.files
        return ", ".join(dict.fromkeys(files.get(w, files.get("", self.table.plan.name)) for w in waves))


@dataclass(frozen=True)
class Grid:
    """The cells of one level laid out by wave and unit.

    Attributes
    ----------
    units
        Of any table, in order; others may come first.
    """

    waves: tuple[str, ...]
    units: list[Unit]
    cells: Mapping[str, Cells]

    @classmethod
    def of(cls, plan: Plan, cells: Mapping[str, Cells], first: Sequence[Unit] = ()) -> Grid:
        """Lay out the cells of some tables; `first` are units that come first, whether or not these have them."""
        units = {unit for c in cells.values() for _, unit in c.places}
        return cls(tuple(w.code for w in plan.waves), [*first, *sorted(units - set(first))], cells)

    @cached_property
    def where(self) -> Mapping[str, NDArray[np.int64]]:
        """By table, (2, cells): wave and unit of each cell."""
        at_wave = {w: i for i, w in enumerate(self.waves)}
        at_unit = {u: i for i, u in enumerate(self.units)}
        return {
            name: np.array([(at_wave[w], at_unit[u]) for w, u in c.places], dtype=np.int64).reshape(-1, 2).T
            for name, c in self.cells.items()
        }

    def first_rows(self, table: str) -> NDArray[np.int64]:
        """(waves, units) the first row of a table; −1 without any."""
        rows = np.full((len(self.waves), len(self.units)), -1, dtype=np.int64)
        rows[tuple(self.where[table])] = self.cells[table].first
        return rows

    def answered(self, measured: Measured, *, absent_is_zero: bool = False) -> NDArray[np.bool_]:
        """(waves, units) whether there is an answer, or no row where that says that there was nothing to count."""
        there = np.zeros((len(self.waves), len(self.units)), dtype=np.bool_)
        w, u = self.where[measured.table]
        has = self.cells[measured.table].answered(measured.variable)
        there[w[has], u[has]] = True
        if absent_is_zero:
            rows = self.first_rows(measured.table) >= 0
            there |= ~rows & self.waves_with_rows(measured.table)[:, None]
        return there

    def waves_with_rows(self, table: str) -> NDArray[np.bool_]:
        """(waves,) whether a table has rows of a wave, of whatever unit."""
        return waves_with_rows(self.cells[table].table, self.waves)


def waves_with_rows(table: CleanTable, waves: Sequence[str]) -> NDArray[np.bool_]:
    """(waves,) whether a table has any row of a wave."""
    return np.array([bool(table.in_wave(w).any()) for w in waves], dtype=np.bool_)


def widest(plan: Plan, table: CleanTable) -> Domain | None:
    """The widest level with an index that a table knows."""
    return next((d for d in plan.domains if d.index and d in table.levels), None)


@dataclass(frozen=True)
class Composition:
    """Of which units the whole is made: for each statistic those of the widest level with an index that have it.

    Smaller levels are left out: small areas without an answer are usual in a sample, and no break.

    Attributes
    ----------
    members
        Level and code of each unit.
    concerns
        (statistics, members) whether a unit belongs to the level of the statistic's table.
    within
        (waves, statistics, members) whether a unit has the statistic.
    """

    members: tuple[tuple[str, str], ...]
    concerns: NDArray[np.bool_]
    within: NDArray[np.bool_]

    @classmethod
    def none(cls, waves: int, statistics: int) -> Composition:
        """Of a level that is not the whole."""
        return cls(
            (), np.zeros((statistics, 0), dtype=np.bool_), np.zeros((waves, statistics, 0), dtype=np.bool_)
        )

    @classmethod
    def of(
        cls, plan: Plan, tables: Mapping[str, CleanTable], asked: Sequence[tuple[Measured, bool]]
    ) -> Composition:
        """Look who has each statistic; with each whether no row says that there was nothing to count."""
        by_level: dict[str, dict[str, Cells]] = {}
        level_of: dict[str, str] = {}
        for name in dict.fromkeys(m.table for m, _ in asked):
            table = tables.get(name)
            domain = widest(plan, table) if table is not None and table.plan.role != "published" else None
            if table is not None and domain is not None:
                by_level.setdefault(domain.code, {})[name] = Cells(table, domain)
                level_of[name] = domain.code
        grids = {level: Grid.of(plan, cells) for level, cells in by_level.items()}
        members = tuple((level, " · ".join(unit)) for level, grid in grids.items() for unit in grid.units)
        concerns = np.zeros((len(asked), len(members)), dtype=np.bool_)
        within = np.zeros((len(plan.waves), len(asked), len(members)), dtype=np.bool_)
        start = {level: sum(len(g.units) for g in list(grids.values())[:i]) for i, level in enumerate(grids)}
        for k, (measured, zero) in enumerate(asked):
            level = level_of.get(measured.table)
            if level is not None:
                own = slice(start[level], start[level] + len(grids[level].units))
                concerns[k, own] = True
                within[:, k, own] = grids[level].answered(measured, absent_is_zero=zero)
        return cls(members, concerns, within)
