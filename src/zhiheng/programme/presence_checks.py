"""Has every unit every indicator, and what the rules look at, in every wave; who lacks one is told, and its fate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.programme.ledger import RowLedger
from zhiheng.programme.plan import Adjustment, Domain, IndicatorRow, Measured, Plan
from zhiheng.programme.presence import Cells, Grid, widest
from zhiheng.programme.problems import Findings, Severity, listed
from zhiheng.programme.section import FILE
from zhiheng.programme.tables import CleanTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: what becomes of something, in Chinese and English
Fate = tuple[str, str]

#: what becomes of an indicator without a value, by the rule of the plan
FATE: Mapping[str, Fate] = {
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
#: what becomes of a rule without its statistic
FATE_OF_RULE: Mapping[str, Fate] = {
    "renormalise": (
        "该期的指数不经这条规则，在报告中注明；与经过它的期次之间不算变化。",
        "The index of that wave stands without the rule and is marked in the report, and no change is told against "
        "waves that stand on it.",
    ),
    "carry": (
        "沿用上一期的数并在报告中注明；此前没有的，指数不经这条规则，与经过它的期次之间不算变化。",
        "What it looked at in the wave before is carried over and marked in the report; without any, the index stands "
        "without the rule, and no change is told against waves that stand on it.",
    ),
    "fail": FATE["fail"],
}
#: what becomes of a unit that a wave does not have at all
FATE_OF_UNIT: Mapping[str, Fate] = {
    "renormalise": ("该期没有指数和位次。", "It has no index and no rank in that wave."),
    "carry": (
        "沿用上一期的值（规则所看的数也一样）并在报告中注明；此前没有值的，该期没有指数和位次。",
        "The values of the wave before are carried over, those that the rules look at too, and marked in the report; "
        "without any, it has no index and no rank in that wave.",
    ),
    "fail": (
        "方案规定缺失即不计算（missing = fail）；如单位本来就有进有出，请在 [index] 写 unbalanced = true。",
        "The plan computes nothing then (missing = fail); where units join and leave, write unbalanced = true under "
        "[index].",
    ),
}
#: what becomes of the whole where units of the widest level are not part of it, and where smaller ones are not
WHOLE_OF_OTHERS: Fate = (
    "总体只由当期有数据的单位算得，所含单位不同的期次之间总体不算变化。",
    "The whole is made of the units with data in the wave; no change of it is told between waves with different ones.",
)
WHOLE_OF_ROWS: Fate = (
    "总体的这些数据只来自其余单位。",
    "For the whole these data come from the other units.",
)
#: what becomes of the whole where published values have no figure for it
WEIGHT_TO_SIBLINGS: Fate = ("其权重由同级其他指标分担。", "Their weight goes to siblings.")
#: units told in one message
MOST = 6


def needed(plan: Plan, tables: Collection[str]) -> bool:
    """Whether nothing is measured without some indicator of these tables."""
    assert plan.index is not None
    return plan.index.missing == "fail" and any(
        not row.optional for row in plan.indicators if row.measured and row.measured.table in tables
    )


def fate(plan: Plan, row: IndicatorRow) -> tuple[Severity, Fate]:
    """What becomes of an indicator where it has no value."""
    rule = plan.index.missing if plan.index is not None else "renormalise"
    if rule != "fail":
        return "warning", FATE[rule]
    return ("warning", FATE["renormalise"]) if row.optional else ("error", FATE["fail"])


def fate_of_rule(plan: Plan) -> tuple[Severity, Fate]:
    """What becomes of a civic rule where what it looks at has no value."""
    assert plan.index is not None
    return ("error" if plan.index.missing == "fail" else "warning"), FATE_OF_RULE[plan.index.missing]


def check_waves(
    plan: Plan, row: IndicatorRow, measured: Measured, ledger: RowLedger, findings: Findings
) -> None:
    """Tell waves in which nobody has an indicator."""
    answered = _answered(plan, measured, ledger)
    without = [w for w, n in answered.items() if not n]
    if len(without) == len(answered):
        where = f"{measured.table}.{measured.variable}"
        findings.add("indicator_without_data", plan.indicator_file, row.row, row.code, where, listed(without))
    elif without:
        severity, becomes = fate(plan, row)
        waves = (f"{row.code}，期次 {listed(without)}", f"{row.code} in wave {listed(without)}")
        findings.add("indicator_optional" if row.optional else "indicator_not_in_wave", plan.indicator_file,
                     row.row, measured.variable, waves, becomes, severity=severity)  # fmt: skip


def check_rule_waves(plan: Plan, rule: Adjustment, ledger: RowLedger, findings: Findings) -> None:
    """Tell waves in which nobody has what a civic rule looks at."""
    measured = rule.measured
    answered = _answered(plan, measured, ledger)
    without = [w for w, n in answered.items() if not n]
    column = f"index.adjust.{rule.code}"
    if len(without) == len(answered):
        findings.add(
            "rule_without_data", FILE, None, column, rule.code, f"{measured.table}.{measured.variable}"
        )
    elif without:
        severity, becomes = fate_of_rule(plan)
        table = plan.table(measured.table)
        files = ", ".join(dict.fromkeys(table.files.get(w, table.files.get("", table.name)) for w in without))
        waves = (f"{rule.code}，期次 {listed(without)}", f"{rule.code} in wave {listed(without)}")
        findings.add("rule_not_in_wave", files, None, measured.variable, waves, becomes, severity=severity)


def _answered(plan: Plan, measured: Measured, ledger: RowLedger) -> dict[str, int]:
    """Answers to a variable by wave."""
    return {
        w.code: ledger.of(measured.table, w.code, measured.variable).get("answered", 0) for w in plan.waves
    }


def check_presence(plan: Plan, tables: Mapping[str, CleanTable], findings: Findings) -> None:
    """Tell every unit that lacks what others have in a wave, at every level with an index."""
    if plan.index is None:
        return
    rows = [r for r in plan.indicators if r.measured and r.measured.table in tables]
    for domain in plan.domains:
        mine = [r for r in rows if r.measured and domain in tables[r.measured.table].levels]
        if domain.index and mine:
            _Level(plan, tables, domain, mine, findings).check()
    given = [r for r in rows if r.measured and tables[r.measured.table].plan.role == "published"]
    if plan.index.whole is not False and given and any(t.role != "published" for t in plan.tables):
        refused = needed(plan, {t.name for t in plan.tables if t.role == "published"})
        findings.add(
            "whole_lacks",
            plan.indicator_file,
            given[0].row,
            found=listed(r.code for r in given),
            expected=FATE["fail"] if refused else WEIGHT_TO_SIBLINGS,
            severity="error" if refused else "warning",
        )


class _Level:
    """Who has what at one level."""

    def __init__(
        self,
        plan: Plan,
        tables: Mapping[str, CleanTable],
        domain: Domain,
        rows: list[IndicatorRow],
        findings: Findings,
    ) -> None:
        assert plan.index is not None
        self.plan, self.tables, self.domain, self.rows, self.findings = plan, tables, domain, rows, findings
        self.rules = [
            a
            for a in plan.index.adjust
            if a.measured.table in tables and domain in tables[a.measured.table].levels
        ]
        measured = [r.measured for r in rows if r.measured]
        of_indicators = dict.fromkeys(m.table for m in measured)
        self.grid = Grid.of(plan, {n: Cells(tables[n], domain) for n in of_indicators})
        self.present = np.stack([self.grid.answered(m) for m in measured], axis=2)
        self.missing = plan.index.missing

    def check(self) -> None:
        """Tell all of it."""
        present = self.present
        gone = present.any(axis=2, keepdims=True) & present.any(axis=1, keepdims=True) & ~present
        for name in self.grid.cells:
            for becomes, mine in self._fates(name).items():
                lacking = {
                    (int(u), int(w)): [self.rows[k].code for k in mine if gone[w, u, k]]
                    for w, u in np.argwhere(gone[:, :, mine].any(axis=2))
                }
                self._tell(self.grid, name, lacking, becomes)
        measured = np.asarray(present.any(axis=2), dtype=np.bool_)
        for rule in self.rules:
            self._rule(rule, measured)
        self._absent(~measured & measured.any(axis=1, keepdims=True))

    def _fates(self, table: str) -> dict[tuple[Severity, Fate], list[int]]:
        """Indicators of a table by what becomes of them."""
        found: dict[tuple[Severity, Fate], list[int]] = {}
        for k, row in enumerate(self.rows):
            if row.measured and row.measured.table == table:
                found.setdefault(fate(self.plan, row), []).append(k)
        return found

    def _whole(self, table: CleanTable) -> Fate:
        """What the whole is then made of; nothing where it is not made of this table."""
        if table.plan.role == "published" or self.plan.index is None or self.plan.index.whole is False:
            return "", ""
        told = widest(self.plan, table) == self.domain and not self.plan.index.unbalanced
        return WHOLE_OF_OTHERS if told else WHOLE_OF_ROWS

    def _rule(self, rule: Adjustment, measured: NDArray[np.bool_]) -> None:
        """Tell units that have an index, and not what a rule looks at, in a wave in which others have it."""
        name = rule.measured.table
        cells = self.grid.cells.get(name) or Cells(self.tables[name], self.domain)
        grid = Grid.of(self.plan, {name: cells}, first=self.grid.units)
        there = grid.answered(rule.measured, absent_is_zero=rule.absent == "zero")[:, : measured.shape[1]]
        gone = measured & ~there & there.any(axis=1, keepdims=True)
        lacking = {(int(u), int(w)): [rule.code] for w, u in np.argwhere(gone)}
        self._tell(grid, name, lacking, fate_of_rule(self.plan), rule=rule)

    def _tell(
        self,
        grid: Grid,
        table: str,
        lacking: Mapping[tuple[int, int], list[str]],
        becomes: tuple[Severity, Fate],
        *,
        rule: Adjustment | None = None,
    ) -> None:
        """Tell units of a table that lack something: those with rows but no answer, and those without any row."""
        severity, told = becomes
        cells, row_of, waves = grid.cells[table], grid.first_rows(table), grid.waves
        whole = self._whole(cells.table) if severity == "warning" else ("", "")
        codes = ("rule_unanswered", "rule_without_rows") if rule else ("unit_unanswered", "unit_without_rows")
        for with_rows, code in zip((True, False), codes, strict=True):
            places = [(u, w) for u, w in sorted(lacking) if (row_of[w, u] >= 0) == with_rows]
            if not places:
                continue
            names = [
                f"{' · '.join(grid.units[u])} {waves[w]} ({listed(lacking[u, w], 3)})" for u, w in places
            ]
            file, row, rows = cells.file(waves[w] for _, w in places), None, None
            if with_rows:
                first = [int(row_of[w, u]) for u, w in places]
                file, row = cells.table.place(min(first))
                rows = int(np.bincount(cells.cell)[np.isin(cells.first, first)].sum())
            column = ", ".join(self.domain.columns) if rule is None else rule.measured.variable
            self.findings.add(code, file, row, column, listed(names, MOST), self._expected(told, whole),
                              severity=severity, rows=rows)  # fmt: skip

    def _absent(self, gone: NDArray[np.bool_]) -> None:
        """Tell units without any value in a wave in which others are measured."""
        assert self.plan.index is not None
        waves, units, cells = self.grid.waves, self.grid.units, self.grid.cells
        places = sorted((int(u), int(w)) for w, u in np.argwhere(gone))
        if not places:
            return
        shown = listed((f"{' · '.join(units[u])} {waves[w]}" for u, w in places), MOST)
        files = ", ".join(dict.fromkeys(c.file(waves[w] for _, w in places) for c in cells.values()))
        refused = needed(self.plan, set(cells)) and not self.plan.index.unbalanced
        becomes = FATE_OF_UNIT["fail" if refused else "carry" if self.missing == "carry" else "renormalise"]
        sampled = [c.table for c in cells.values() if c.table.plan.role != "published"]
        whole = self._whole(sampled[0]) if sampled and not refused else ("", "")
        severity: Severity = "error" if refused else "warning"
        self.findings.add("unit_absent", files, None, ", ".join(self.domain.columns), shown,
                          self._expected(becomes, whole), severity=severity)  # fmt: skip

    def _expected(self, becomes: Fate, whole: Fate) -> Fate:
        zh, en = (
            f"层级：{self.domain.code}。{becomes[0]}{whole[0]}",
            f"Level: {self.domain.code}. {becomes[1]}",
        )
        return zh, f"{en} {whole[1]}".rstrip()
