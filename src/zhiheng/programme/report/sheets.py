"""The workbook of a run: one sheet a level, then questions, changes, weights and rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.documents import Column, Sheet, Table, Text, Workbook
from zhiheng.programme.estimation import column_of
from zhiheng.programme.report import ground, standing
from zhiheng.programme.report.composition import today
from zhiheng.programme.report.names import Names, filled, words

if TYPE_CHECKING:
    from zhiheng.documents.tables import Row
    from zhiheng.programme.plan import Measured
    from zhiheng.programme.run import Level, Run


def workbook(run: Run) -> Workbook:
    """Describe the workbook of a run."""
    names = Names(run)
    sheets = [*(_level(names, level) for level in run.levels)]
    if averages := ground.average_rows(names):
        sheets.append(Sheet(Text("各题均值", "Means"), Table(ground.average_columns(names), averages)))
    if shares := ground.share_rows(names):
        sheets.append(Sheet(Text("答案分布", "Distributions"), Table(ground.share_columns(names), shares)))
    for level in run.levels:
        if level.index is not None and level.index.changes and standing.in_error(level, names):
            name = filled(Text("变化·{level}", "Changes, {level}"), level=words(level.name))
            sheets.append(Sheet(name, standing.change_table(names, level, level.index)))
    sheets += [
        Sheet(Text("加权", "Weighting"), block)
        for block in ground.weight_section(names)
        if isinstance(block, Table)
    ]
    sheets += [
        Sheet(Text("行数去向", "Rows"), ground.ledger_table(names, whole=True)),
        Sheet(Text("有效回答", "Answers"), ground.ledger_table(names, whole=False)),
    ]
    return Workbook(
        title=words(run.plan.title),
        sheets=[s for s in sheets if s.table.columns],
        edition=run.plan.edition,
        made_up=run.plan.made_up,
        method=[
            filled(
                Text(
                    "区间为{level}置信区间；标准误按抽样设计用泰勒线性化计算。n为有效回答数。",
                    "Intervals have level {level}; standard errors follow the sample design by Taylor linearisation. "
                    "n counts valid answers.",
                ),
                level=names.confidence,
            )
        ]
        if any(t.role != "published" for t in run.plan.tables)
        else [Text("全部为公布值，没有抽样误差。", "All values are published ones without sampling error.")],
        languages=[language for language in run.plan.outputs.language if language in {"zh", "en"}],  # type: ignore[misc]
        date=today(),
    )


def _level(names: Names, level: Level) -> Sheet:
    """Every figure of a level: a row a unit, wave and node or question."""
    certain = all(t.role == "published" for t in names.plan.tables)
    columns = [Column("unit", words(level.name))]
    if names.several_waves:
        columns.append(Column("wave", Text("期次", "Wave")))
    columns += [
        Column("node", Text("指标", "Indicator"), width=30),
        Column("value", Text("数值", "Value"), "number", 3),
    ]
    if not certain:
        columns += [
            Column("se", Text("标准误", "SE"), "number", 4),
            Column("lower", Text("下限", "Lower"), "number", 3),
            Column("upper", Text("上限", "Upper"), "number", 3),
            Column("n", "n", "number", 0),
            Column("deff", "deff", "number", 2),
        ]
    if level.index is not None:
        columns.append(Column("raw", Text("原始估计", "Estimate"), "number", 4))
        if len(level.units) > 1:
            columns.append(Column("rank", Text("位次", "Rank"), "number", 0))
            if not certain:
                columns += [
                    Column("ranks", Text("位次区间", "Rank interval"), align="center"),
                    Column("groups", Text("分组", "Group")),
                ]
        if names.bands:
            columns.append(Column("band", Text("等级", "Band")))
    return Sheet(words(level.name), Table(columns, list(_rows(names, level))), freeze_columns=2)


def _rows(names: Names, level: Level) -> Iterator[Row]:
    found, index, leaves = level.estimates, level.index, dict(names.plan.leaves)
    codes = index.codes if index is not None else tuple(leaves)
    for u, unit in enumerate(level.names):
        for w, wave in enumerate(found.waves):
            for code in codes:
                figures = found.figures.get(leaves[code]) if code in leaves else None
                at = {
                    k: float(figures[k][w, u]) for k in ("value", "se", "lower", "upper", "n", "deff")
                } if figures is not None else {}  # fmt: skip
                row: dict[str, object] = {
                    "unit": words(unit), "wave": names.waves[wave], "node": names.node(code), **at
                }  # fmt: skip
                if index is not None:
                    position = index.codes.index(code)
                    row["raw"] = at.get("value")
                    row |= {
                        k: float(getattr(index, k)[position, w, u]) for k in ("value", "se", "lower", "upper")
                    }
                    if code == names.root:
                        row |= _place(index, wave, w, u)
                if np.isfinite(float(row.get("value", np.nan))):  # type: ignore[arg-type]
                    yield row  # type: ignore[misc]
            for measured, name in _questions(names):
                figures = found.figures.get(measured)
                if figures is not None and np.isfinite(figures["value"][w, u]):
                    yield {
                        "unit": words(unit),
                        "wave": names.waves[wave],
                        "node": name,
                        **{
                            k: float(figures[k][w, u]) for k in ("value", "se", "lower", "upper", "n", "deff")
                        },
                    }


def _questions(names: Names) -> list[tuple[Measured, Text]]:
    """Statistics that are asked for and are no indicators."""
    inside = {m for _, m in names.plan.leaves}
    asked = [m for t in names.plan.tables for m in names.plan.measured_of(t.name) if m not in inside]
    name = {(q.table, q.variable): words(q.name) for q in names.run.questions}
    name |= {
        (a.measured.table, a.measured.variable): words(a.name)
        for a in (names.plan.index.adjust if names.plan.index else ())
        if a.name
    }
    return [(m, name.get((m.table, m.variable), Text(column_of(m), column_of(m)))) for m in asked]


def _place(index: object, wave: str, w: int, u: int) -> dict[str, object]:
    band = index.bands[w][u]  # type: ignore[attr-defined]
    place: dict[str, object] = {
        "band": Text(band.name_zh or band.code, band.name_en or band.code) if band else ""
    }
    comparison = index.comparisons.get(wave)  # type: ignore[attr-defined]
    if comparison is not None and comparison.rank[u]:
        place |= {
            "rank": int(comparison.rank[u]),
            "ranks": standing.rank_words(comparison, u),
            "groups": comparison.letters[u] if len(comparison.units) <= standing.MOST_LETTERS else "",
        }
    return place
