"""Has every column that the report names words for people."""

from __future__ import annotations

from collections.abc import Mapping

from zhiheng.programme.coding import as_number
from zhiheng.programme.plan import WAVE, Plan
from zhiheng.programme.problems import Findings, listed, nearest
from zhiheng.programme.questionnaire import Labels
from zhiheng.programme.section import FILE
from zhiheng.programme.tables import CleanTable


def check_words(plan: Plan, tables: Mapping[str, CleanTable], labels: Labels, findings: Findings) -> None:
    """Tell columns without words, codes without words in the tables of targets, and words nobody asks for."""
    lacking = dict.fromkeys(
        column
        for table in tables.values()
        for column in _named(plan, table)
        if not _has_words(plan, labels, column)
    )
    if lacking:
        told = ('names.列名 = { zh = "…", en = "…" }', 'names.column = { zh = "…", en = "…" }')
        findings.add(
            "words_lacking", FILE, column="names", found=listed(lacking), expected=told, severity="warning"
        )
    for table in tables.values():
        for column in _margins(table):
            codes = _bare(table, column, plan, labels)
            if codes:
                told = (f"names.{column}.values.{codes[0]} = …",) * 2
                findings.add("words_lacking", FILE, column=f"names.{column}", found=listed(codes), expected=told,
                             severity="warning")  # fmt: skip
    if len(tables) == len(plan.tables):
        known = dict.fromkeys(c for t in tables.values() for c in t.columns if not c.startswith("_"))
        for column in plan.names:
            if column not in known:
                findings.add("column_unused", FILE, column=f"names.{column}", found=column,
                             expected=nearest(column, known), severity="warning")  # fmt: skip


def _named(plan: Plan, table: CleanTable) -> list[str]:
    """Columns that the report names: of the design, of the weighting, and what was asked."""
    if table.plan.role == "published":
        return []
    design = table.plan.design
    columns = [*design.strata, *(c for c in design.clusters if c != "*"), *_margins(table)]
    columns += [m.variable for m in plan.measured_of(table.plan.name)]
    columns += [q.variable for q in plan.questions if q.table == table.plan.name]
    return [c for c in columns if c != WAVE]


def _margins(table: CleanTable) -> list[str]:
    weighting = table.plan.weighting
    columns = [c for m in (weighting.margins if weighting else ()) for c in m.columns]
    if weighting and weighting.nonresponse:
        columns += weighting.nonresponse.cells
    return [c for c in dict.fromkeys(columns) if c != WAVE]


def _has_words(plan: Plan, labels: Labels, column: str) -> bool:
    return (
        column in labels.questions
        or any(d.columns == (column,) and d.name.zh != d.code for d in plan.domains)
        or any(q.variable == column and q.name for q in plan.questions)
        or any(i.measured is not None and i.measured.variable == column for i in plan.indicators)
        or any(a.measured.variable == column and a.name for a in (plan.index.adjust if plan.index else ()))
    )


def _bare(table: CleanTable, column: str, plan: Plan, labels: Labels) -> list[str]:
    """Codes of a column that are mere numbers and have no words."""
    if any(d.columns == (column,) and d.labels for d in plan.domains):
        return []
    codes = table.columns[column].levels or ()
    return [c for c in codes if as_number(c) is not None and c not in labels.answers.get(column, {})]
