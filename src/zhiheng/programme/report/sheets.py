"""The workbook of a run: one sheet a level, then questions, changes, weights and rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.documents import Cell, Column, Sheet, Table, Text, Workbook
from zhiheng.programme.estimation import column_of
from zhiheng.programme.report import answers, basis, ground, levels, movement, rules, weighting
from zhiheng.programme.report.composition import today
from zhiheng.programme.report.names import Array, Names, Scale, filled, listed, words

if TYPE_CHECKING:
    from zhiheng.programme.indexing import LevelIndex
    from zhiheng.programme.plan import Measured
    from zhiheng.programme.run import Level, Run


PARTS = {
    "value": Text("数值", "value"),
    "se": Text("标准误", "SE"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
    "n": Text("n", "n"),
}


def workbook(run: Run) -> Workbook:
    """Describe the workbook of a run."""
    names = Names(run)
    sheets = [*(_level(names, level) for level in run.levels)]
    if averages := answers.average_rows(names):
        sheets.append(Sheet(Text("各题均值", "Means"), Table(answers.average_columns(names), averages)))
    if shares := answers.share_rows(names):
        sheets.append(Sheet(Text("答案分布", "Distributions"), Table(answers.share_columns(names), shares)))
    for level in run.levels:
        if level.index is not None and level.index.changes and levels.in_error(level, names):
            name = filled(Text("变化·{level}", "Changes, {level}"), level=words(level.name))
            sheets.append(Sheet(name, movement.change_table(names, level, level.index)))
    for level in run.levels:
        index = level.index
        if index is not None and index.progress and (table := movement.progress_table(names, level, index)):
            name = filled(Text("进步·{level}", "Progress, {level}"), level=words(level.name))
            sheets.append(Sheet(name, table))
    for level in run.levels:
        if level.index is not None and (table := rules.rule_table(names, level, list(level.estimates.waves))):
            name = filled(Text("调整·{level}", "Rules, {level}"), level=words(level.name))
            sheets.append(Sheet(name, table))
    if (table := basis.basis_table(names)) is not None:
        sheets.append(Sheet(Text("指标不全", "Lacking"), table))
    if run.weighting:
        sheets.append(Sheet(Text("加权", "Weighting"), weighting.step_table(names)))
    if any(step.targets for steps in run.weighting.values() for step in steps):
        sheets.append(Sheet(Text("总体目标", "Targets"), weighting.target_table(names)))
    sheets += [
        Sheet(Text("行数去向", "Rows"), ground.row_table(names)),
        Sheet(Text("有效回答", "Answers"), ground.variable_table(names)),
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
            ),
            *ground.replicates_in_words(names),
        ]
        if any(t.role != "published" for t in run.plan.tables)
        else [Text("全部为公布值，没有抽样误差。", "All values are published ones without sampling error.")],
        languages=names.languages,
        date=today(),
    )


@dataclass(frozen=True)
class _Node:
    """An indicator, a node or a question of a level: its figures are (waves, units) arrays."""

    code: str
    name: Text
    figures: Mapping[str, Array]
    scale: Scale

    def parts(self) -> Iterator[tuple[str, Array]]:
        """What it shows: value, and where there is a sampling error the error, n, and the interval of the index."""
        certain = not (np.nan_to_num(self.figures.get("se", np.zeros(1))) > 0).any()
        for part in PARTS:
            values = self.figures.get(part)
            if values is not None and np.isfinite(values).any() and (part == "value" or not certain):
                yield part, values


def _nodes(names: Names, level: Level) -> list[_Node]:
    found, index, leaves = level.estimates, level.index, dict(names.plan.leaves)
    nodes = []
    for code in index.codes if index is not None else tuple(leaves):
        given = found.figures.get(leaves[code], {}) if code in leaves else {}
        figures = {k: given[k] for k in ("value", "se", "n") if k in given}
        scale = names.index_scale if index is not None else names.scale_of(leaves[code])
        if index is not None:
            at = index.codes.index(code)
            wanted = ("value", "se", "lower", "upper") if code == names.root else ("value", "se")
            figures |= {k: getattr(index, k)[at] for k in wanted}
        nodes.append(_Node(code, names.node(code), figures, scale))
    for i, (measured, name) in enumerate(_questions(names)):
        if measured in found.figures:
            figures = {k: found.figures[measured][k] for k in ("value", "se", "n")}
            nodes.append(_Node(f"question {i}", name, figures, names.scale_of(measured)))
    return nodes


def _level(names: Names, level: Level) -> Sheet:
    """A level: a row a unit and wave; the index and its place first, then every node with its error and n."""
    nodes = _nodes(names, level)
    columns = [Column("unit", words(level.name), width=18)]
    if names.several_waves:
        columns.append(Column("wave", Text("期次", "Wave")))
    columns += _place_columns(names, level)
    cells = []
    for node in nodes:
        for part, values in node.parts():
            key = f"{node.code} {part}"
            cells.append((key, values))
            columns.append(_column(names, node, part, key))
    rows: list[dict[str, Cell]] = []
    for u, unit in enumerate(level.names):
        for w, wave in enumerate(level.estimates.waves):
            numbers = {key: float(values[w, u]) for key, values in cells}
            if any(np.isfinite(v) for v in numbers.values()):
                row: dict[str, Cell] = {"unit": words(unit), "wave": names.waves[wave], **numbers}
                if level.index is not None:
                    row |= _place(level.index, wave, w, u)
                    row["lacking"] = basis.lacking_words(names, level.index, w, u)
                    row["carried"] = _named(names, level.index.basis.carried_over(w, u))
                rows.append(row)
    return Sheet(words(level.name), Table(columns, rows), freeze_columns=2 if names.several_waves else 1)


def _column(names: Names, node: _Node, part: str, key: str) -> Column:
    title = filled(Text("{name} {word}", "{name}: {word}"), name=node.name, word=PARTS[part])
    return Column(
        key,
        node.name if part == "value" else title,
        "number" if part == "n" else node.scale.form,
        0 if part == "n" else node.scale.decimals + (2 if part == "se" else 1),
        width=11,
        beside=part != "value",
        bands=names.bands if (node.code, part) == (names.root, "value") else (),
    )


def _place_columns(names: Names, level: Level) -> list[Column]:
    columns = []
    if level.index is not None and len(level.units) > 1:
        columns.append(Column("rank", Text("位次", "Rank"), "number", 0))
        if levels.in_error(level, names):
            columns.append(Column("ranks", Text("位次区间", "Rank interval"), align="center"))
            if len(level.units) <= levels.MOST_LETTERS:
                columns.append(Column("groups", Text("分组", "Group")))
    if level.index is not None and names.bands:
        columns.append(Column("band", Text("等级", "Band")))
    if level.index is not None and any(
        basis.lacking_words(names, level.index, w, u)
        for w, u in np.argwhere(level.index.basis.measured)
        if len(level.units) == 1 or not level.index.basis.present[w, u].all()
    ):
        columns.append(Column("lacking", Text("缺少的指标", "Without"), width=18))
    if level.index is not None and level.index.basis.carried.any():
        columns.append(Column("carried", Text("沿用旧值", "Carried over"), width=18))
    return columns


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


def _named(names: Names, codes: Sequence[str]) -> Cell:
    return listed(names.node(c) for c in codes) if codes else None


def _place(index: LevelIndex, wave: str, w: int, u: int) -> dict[str, Cell]:
    band = index.bands[w][u]
    place: dict[str, Cell] = {
        "band": Text(band.name_zh or band.code, band.name_en or band.code) if band else ""
    }
    comparison = index.comparisons.get(wave)
    if comparison is not None and comparison.rank[u]:
        place |= {
            "rank": int(comparison.rank[u]),
            "ranks": levels.rank_words(comparison, u),
            "groups": comparison.letters[u] if len(comparison.units) <= levels.MOST_LETTERS else "",
        }
    return place
