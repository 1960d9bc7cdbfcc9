"""Is the index sound: its tree, and data for every indicator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from zhiheng.measure.indices import problems as engine
from zhiheng.measure.indices.indicator import Indicator, from_rows
from zhiheng.measure.indices.tree import Tree, check
from zhiheng.programme.coding import CleanColumn, words_of
from zhiheng.programme.design_checks import codes_of, crossed
from zhiheng.programme.ledger import RowLedger
from zhiheng.programme.plan import WAVE, IndexPlan, IndicatorRow, Measured, Plan
from zhiheng.programme.presence_checks import check_rule_waves, check_waves
from zhiheng.programme.problems import Findings, listed
from zhiheng.programme.section import plain
from zhiheng.programme.tables import CleanTable

STRUCTURE = frozenset({"code", "parent"})  #: columns that say who stands below whom
LACKING = "—"  #: stands for a weight that its siblings have


def read_tree(plan: Plan, findings: Findings) -> Tree | None:
    """Make the tree of the index; what is wrong with it becomes findings with row and column of the file."""
    if plan.index is None or not plan.indicators:
        return None
    by_row = {i.row: i for i in plan.indicators}
    last = max(by_row)
    first_cells = plan.indicators[0].cells
    rows = [
        _cells(by_row[n], plan) if n in by_row else dict.fromkeys(first_cells, "") for n in range(2, last + 1)
    ]
    if not any(n in by_row for n in (2,)):
        rows[0] = dict.fromkeys(first_cells, "")
    indicators, numbers, found = from_rows(rows)
    indicators = _balanced(indicators, plan.index)
    found = [*found, *check(indicators, plan.index.scale, rows=numbers)]
    for one in _without_what_follows(found, indicators, numbers):
        bare = replace(one, row=None, code="", field="")
        prefix = f"{one.code}: " if one.code else ""
        text = (prefix + bare.message("zh"), prefix + bare.message("en"))
        if one.found == LACKING:
            findings.add("key_missing", plan.indicator_file, one.row, one.field, expected=one.field)
        elif one.rule == "weights_do_not_sum":
            told = (f"{one.code} 的下级权重之和为 {one.found}",
                    f"The weights of the children of {one.code} sum to {one.found}")  # fmt: skip
            most = f"{100 * plan.index.balance:g}% (balance = {plan.index.balance:g})"
            findings.add("weights_sum", plan.indicator_file, one.row, one.field, told, most)
        else:
            findings.add("indicator_tree", plan.indicator_file, one.row, one.field, text)
    if not any(one.field in STRUCTURE for one in found):
        _leaves_are_measured(plan, findings)
    if found:
        return None
    try:
        return Tree(tuple(indicators), plan.index.scale, normalise_weights=True, rows=numbers)
    except engine.Problem as problem:
        findings.add(
            "not_measured", plan.indicator_file, found=(problem.message("zh"), problem.message("en"))
        )
        return None


def _cells(row: IndicatorRow, plan: Plan) -> dict[str, str]:
    """Fill in what a blank cell means where the engine does not know it."""
    cells = dict(row.cells)
    if cells.get("variable") and not cells.get("normalise") and cells.get("low") and cells.get("high"):
        cells["normalise"] = "scale"
    siblings = [i for i in plan.indicators if i.parent == row.parent]
    if row.parent and not any(i.cells.get("weight") for i in siblings):
        cells["weight"] = repr(1 / len(siblings))
    if row.parent and not cells.get("weight"):
        cells["weight"] = LACKING  # some siblings have one and this has not: the engine's check says so
    return cells


def _without_what_follows(
    found: list[engine.Finding], indicators: list[Indicator], rows: list[int]
) -> list[engine.Finding]:
    """Leave out what is told only because a weight could not be read, or parents are wrong and siblings not known."""
    parents = {row: one.parent for one, row in zip(indicators, rows, strict=True)}
    unread = {parents[f.row] for f in found if f.row and f.field == "weight" and f.rule == "not_a_number"}
    unsound = any(one.field in STRUCTURE for one in found)
    return [
        one
        for one in found
        if not (one.rule == "weights_do_not_sum" and one.code in unread)
        and not (one.found == LACKING and unsound)
    ]


def _balanced(indicators: list[Indicator], index: IndexPlan) -> list[Indicator]:
    """Make siblings' weights sum to 1 where they miss it by no more than the plan allows (rounded weights)."""
    sums: dict[str | None, float] = {}
    for one in indicators:
        sums[one.parent] = sums.get(one.parent, 0.0) + one.weight
    near = {p: s for p, s in sums.items() if min(abs(s - 1), abs(s / 100 - 1)) <= index.balance}
    return [
        replace(o, weight=o.weight / near[o.parent]) if o.parent and o.parent in near else o
        for o in indicators
    ]


def _leaves_are_measured(plan: Plan, findings: Findings) -> None:
    parents = {i.parent for i in plan.indicators}
    for row in plan.indicators:
        if not row.cells.get("variable") and row.code not in parents:
            findings.add("key_missing", plan.indicator_file, row.row, "variable", expected="variable")


def check_data(plan: Plan, tables: Mapping[str, CleanTable], findings: Findings, ledger: RowLedger) -> None:
    """Check that every indicator, adjustment and question has answers."""
    for row in plan.indicators:
        if row.measured and row.measured.table in tables:
            check_waves(plan, row, row.measured, ledger, findings)
            _categories(plan.indicator_file, row.row, row.measured, tables, findings)
            _numbers(plan, plan.indicator_file, row.row, "statistic", row.measured, findings)
    for rule in plan.index.adjust if plan.index else ():
        if rule.measured.table in tables:
            check_rule_waves(plan, rule, ledger, findings)
            _categories("plan.toml", None, rule.measured, tables, findings)
            _numbers(plan, "plan.toml", None, f"index.adjust.{rule.code}", rule.measured, findings)
    for question in plan.questions:
        if question.kind == "mean":
            asked = Measured(question.table, question.variable)
            _numbers(plan, "plan.toml", None, f"questions.{question.variable}", asked, findings)
    if plan.importance:
        asked = Measured(plan.importance.table, plan.importance.outcome)
        _numbers(plan, "plan.toml", None, "importance.outcome", asked, findings)
    for table in tables.values():
        if table.plan.role == "published":
            _one_value_each(table, findings)


def _numbers(
    plan: Plan, file: str, row: int | None, column: str, measured: Measured, findings: Findings
) -> None:
    """Tell a mean or total of a variable that is coded as words."""
    table = next((t for t in plan.tables if t.name == measured.table), None)
    if table is None or measured.statistic == "proportion" or measured.variable not in table.coding:
        return
    coding = table.coding[measured.variable]
    words = words_of(coding)
    if words or coding.date:
        found = listed(dict.fromkeys(words)) or coding.date
        findings.add("code_as_number", file, row, column, found, f"{measured.table}.{measured.variable}")


def _categories(
    file: str, row: int | None, measured: Measured, tables: Mapping[str, CleanTable], findings: Findings
) -> None:
    column = tables[measured.table].columns.get(measured.variable)
    if measured.statistic != "proportion" or column is None:
        return
    levels = _levels(column)
    for category in measured.category:
        if category not in levels:
            findings.add("category_unknown", file, row, "category", category, listed(sorted(levels), 20))


def _levels(column: CleanColumn) -> set[str]:

    if column.levels is not None:
        return set(column.levels)
    return {plain(float(v)) for v in np.unique(column.values[column.present])[:1000]}


def _one_value_each(table: CleanTable, findings: Findings) -> None:
    """A published table holds one row for each unit of its narrowest level and wave."""
    columns = [c for d in table.levels for c in d.columns]
    if not columns:
        return  # its values are nobody's: told with the levels
    key = crossed(*(codes_of(table.columns[c]) for c in dict.fromkeys((WAVE, *columns))))
    counts = np.bincount(key)
    if (counts > 1).any():
        rows = np.flatnonzero(key == int(np.flatnonzero(counts > 1)[0]))
        file, row = table.place(int(rows[1]))
        cells = [
            table.columns[c].taken(rows[:1]).to_arrow()[0].as_py() for c in dict.fromkeys((WAVE, *columns))
        ]
        findings.add(
            "value_repeated", file, row, ", ".join(columns), listed(cells), "1", rows=int((counts - 1).sum())
        )
