"""Has every unit every indicator in every wave; who lacks one is told, and what becomes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.programme.design_checks import codes_of, crossed
from zhiheng.programme.ledger import RowLedger
from zhiheng.programme.plan import WAVE, Domain, IndicatorRow, Measured, Plan
from zhiheng.programme.problems import Findings, Severity, listed
from zhiheng.programme.tables import CleanTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

Unit = tuple[str, ...]

#: what becomes of an indicator without a value, by the rule of the plan
FATE: Mapping[str, tuple[str, str]] = {
    "renormalise": (
        "其权重由同级其他指标分担；与所据指标不同的期次之间不算变化。",
        "Its weight goes to its siblings, and no change is told between waves that stand on different indicators.",
    ),
    "carry": (
        "沿用上一期的值并在报告中注明；此前没有值的，其权重由同级其他指标分担，与所据指标不同的期次之间不算变化。",
        "The value of the wave before is carried over and marked in the report; where there is none, its weight goes "
        "to its siblings, and no change is told between waves that stand on different indicators.",
    ),
    "fail": ("方案规定缺失即不计算（missing = fail）。", "The plan computes nothing then (missing = fail)."),
}
#: units told in one message
MOST = 6


def needed(plan: Plan, tables: Collection[str]) -> bool:
    """Whether nothing is measured without some indicator of these tables."""
    assert plan.index is not None
    return plan.index.missing == "fail" and any(
        not row.optional for row in plan.indicators if row.measured and row.measured.table in tables
    )


def fate(plan: Plan, row: IndicatorRow) -> tuple[Severity, tuple[str, str]]:
    """What becomes of an indicator where it has no value."""
    rule = plan.index.missing if plan.index is not None else "renormalise"
    if rule != "fail":
        return "warning", FATE[rule]
    return ("warning", FATE["renormalise"]) if row.optional else ("error", FATE["fail"])


def check_waves(
    plan: Plan, row: IndicatorRow, measured: Measured, ledger: RowLedger, findings: Findings
) -> None:
    """Tell waves in which nobody has an indicator."""
    answered = {
        w.code: ledger.of(measured.table, w.code, measured.variable).get("answered", 0) for w in plan.waves
    }
    without = [w for w, n in answered.items() if not n]
    if len(without) == len(answered):
        where = f"{measured.table}.{measured.variable}"
        findings.add("indicator_without_data", plan.indicator_file, row.row, row.code, where, listed(without))
    elif without:
        severity, becomes = fate(plan, row)
        waves = (f"{row.code}，期次 {listed(without)}", f"{row.code} in wave {listed(without)}")
        findings.add("indicator_optional" if row.optional else "indicator_not_in_wave", plan.indicator_file,
                     row.row, measured.variable, waves, becomes, severity=severity)  # fmt: skip


@dataclass(frozen=True)
class _Cells:
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


def check_presence(plan: Plan, tables: Mapping[str, CleanTable], findings: Findings) -> None:
    """Tell every unit that lacks an indicator in a wave in which others have it, at every level with an index."""
    if plan.index is None:
        return
    rows = [r for r in plan.indicators if r.measured and r.measured.table in tables]
    for domain in plan.domains:
        mine = [r for r in rows if r.measured and domain in tables[r.measured.table].levels]
        if domain.index and mine:
            _level(plan, tables, domain, mine, findings)
    given = [r for r in rows if r.measured and tables[r.measured.table].plan.role == "published"]
    if plan.index.whole is not False and given and any(t.role != "published" for t in plan.tables):
        severity: Severity = (
            "error" if needed(plan, {t.name for t in plan.tables if t.role == "published"}) else "warning"
        )
        findings.add(
            "whole_lacks",
            plan.indicator_file,
            given[0].row,
            found=listed(r.code for r in given),
            severity=severity,
        )


def _level(
    plan: Plan, tables: Mapping[str, CleanTable], domain: Domain, rows: list[IndicatorRow], findings: Findings
) -> None:
    cells = {
        name: _Cells(tables[name], domain)
        for name in dict.fromkeys(r.measured.table for r in rows if r.measured)
    }
    waves = [w.code for w in plan.waves]
    units = sorted({unit for c in cells.values() for _, unit in c.places})
    at_wave, at_unit = {w: i for i, w in enumerate(waves)}, {u: i for i, u in enumerate(units)}
    shape = (len(waves), len(units))
    where = {
        name: np.array([(at_wave[w], at_unit[u]) for w, u in c.places], dtype=np.int64).reshape(-1, 2).T
        for name, c in cells.items()
    }
    present = np.zeros((*shape, len(rows)), dtype=np.bool_)
    for k, row in enumerate(rows):
        assert row.measured is not None
        there = cells[row.measured.table].answered(row.measured.variable)
        w, u = where[row.measured.table]
        present[w[there], u[there], k] = True
    gone = present.any(axis=2, keepdims=True) & present.any(axis=1, keepdims=True) & ~present
    for name, c in cells.items():
        has_rows = np.full(shape, -1)
        has_rows[tuple(where[name])] = c.first
        for becomes, mine in _fates(plan, rows, name).items():
            lacking = {
                (int(u), int(w)): [rows[k].code for k in mine if gone[w, u, k]]
                for w, u in np.argwhere(gone[:, :, mine].any(axis=2))
            }
            _tell(plan, c, lacking, has_rows, units, becomes=becomes, findings=findings)
    measured = np.asarray(present.any(axis=2), dtype=np.bool_)
    _absent(plan, cells, ~measured & measured.any(axis=1, keepdims=True), units, findings)


def _fates(
    plan: Plan, rows: list[IndicatorRow], table: str
) -> dict[tuple[Severity, tuple[str, str]], list[int]]:
    """Indicators of a table by what becomes of them."""
    found: dict[tuple[Severity, tuple[str, str]], list[int]] = {}
    for k, row in enumerate(rows):
        if row.measured and row.measured.table == table:
            found.setdefault(fate(plan, row), []).append(k)
    return found


def _tell(
    plan: Plan,
    cells: _Cells,
    lacking: Mapping[tuple[int, int], list[str]],
    row_of: NDArray[np.int64],
    units: list[Unit],
    *,
    becomes: tuple[Severity, tuple[str, str]],
    findings: Findings,
) -> None:
    """Tell units of a table that lack indicators: those with rows but no answer, and those without any row."""
    domain, waves, (severity, told) = cells.domain, [w.code for w in plan.waves], becomes
    if cells.table.plan.role != "published" and plan.index is not None and plan.index.whole is not False:
        told = (
            f"{told[0]}总体的这些指标只由其余单位算得。",
            f"{told[1]} Those of the whole are made of the other units.",
        )
    expected = (f"层级：{domain.code}。{told[0]}", f"Level: {domain.code}. {told[1]}")
    column = ", ".join(domain.columns)
    for with_rows, code in ((True, "unit_unanswered"), (False, "unit_without_rows")):
        places = [(u, w) for u, w in sorted(lacking) if (row_of[w, u] >= 0) == with_rows]
        if not places:
            continue
        names = [f"{' · '.join(units[u])} {waves[w]} ({listed(lacking[u, w], 3)})" for u, w in places]
        file, row, rows = cells.file(waves[w] for _, w in places), None, None
        if with_rows:
            first = [int(row_of[w, u]) for u, w in places]
            file, row = cells.table.place(min(first))
            rows = int(np.bincount(cells.cell)[np.isin(cells.first, first)].sum())
        findings.add(code, file, row, column, listed(names, MOST), expected, severity=severity, rows=rows)


def _absent(
    plan: Plan, cells: Mapping[str, _Cells], gone: NDArray[np.bool_], units: list[Unit], findings: Findings
) -> None:
    """Tell units without any value in a wave in which others are measured."""
    waves = [w.code for w in plan.waves]
    places = sorted((int(u), int(w)) for w, u in np.argwhere(gone))
    if not places:
        return
    domain = next(iter(cells.values())).domain
    shown = listed((f"{' · '.join(units[u])} {waves[w]}" for u, w in places), MOST)
    files = ", ".join(dict.fromkeys(c.file(waves[w] for _, w in places) for c in cells.values()))
    becomes = ("该期没有指数和位次。", "It has no index and no rank in that wave.")
    if plan.index is not None and plan.index.missing == "carry":
        becomes = (
            "沿用上一期的值并在报告中注明；此前没有值的，该期没有指数和位次。",
            "The values of the wave before are carried over and marked in the report; without any, it has no index and "
            "no rank in that wave.",
        )
    expected = (f"层级：{domain.code}。{becomes[0]}", f"Level: {domain.code}. {becomes[1]}")
    findings.add("unit_absent", files, None, ", ".join(domain.columns), shown, expected, severity="warning")
