"""How units and indicators stand: the index in order, the heat map, the four quadrants."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.documents import (
    QUADRANT_NAMES,
    Block,
    Cell,
    Column,
    Estimate,
    Heading,
    Heatmap,
    IntervalRanking,
    Paragraph,
    Point,
    Quadrants,
    Table,
    Text,
    Unit,
)
from zhiheng.programme.report.basis import CARRIES, LACKS, mark, marked, notes
from zhiheng.programme.report.levels import (
    MOST_COLUMNS,
    MOST_FIGURES,
    band_name,
    in_error,
    last_wave,
    last_with_values,
    lettered,
    lower,
    node_estimate,
    order_of,
    rank_words,
    root_values,
)
from zhiheng.programme.report.names import Names, Scale, estimate, filled, finite, listed, words

if TYPE_CHECKING:
    from zhiheng.measure.indices.importance import ImportancePerformance
    from zhiheng.programme.indexing import LevelIndex
    from zhiheng.programme.plan import Measured
    from zhiheng.programme.run import Level

#: the names of the quadrants, by the key of the engine
QUADRANTS = dict(zip(("strength", "improve", "opportunity", "maintain"), QUADRANT_NAMES, strict=True))

#: what the signs in a heat map mean
SIGNS = {
    LACKS: Text("* 由其余指标算得。", "* Made of fewer indicators."),
    CARRIES: Text("† 沿用以前期次的值。", "† Carried over from an earlier wave."),
}


# ── the index ──


def index_section(names: Names) -> Iterator[Block]:
    """Each level: the order with intervals and groups, and the table beneath."""
    levels = [lv for lv in names.indexed if lv.index is not None and last_wave(names, lv.index) >= 0]
    if not levels:
        return
    told = any(in_error(level, names) for level in levels)
    template = (
        Text("{name}：排序与区间", "{name}: order and intervals")
        if told
        else Text("{name}：排序", "{name}: order")
    )
    yield Heading(1, filled(template, name=names.node(names.root)))
    for level in levels:
        if len(levels) > 1:
            yield Heading(2, words(level.name))
        if level.index is not None:
            yield from _ranking(names, level, level.index)


def _ranking(names: Names, level: Level, index: LevelIndex) -> Iterator[Block]:
    w = last_wave(names, index)
    value = root_values(names, index)[w]
    order, comparison = order_of(value), index.comparisons.get(level.estimates.waves[w])
    letters = comparison.letters if comparison is not None and lettered(level, names) else None
    title = _titled(names, level, w, Text("各{level}的{name}", "{name} by {level}"))
    units = [
        Unit(
            marked(level, index, w, u),
            node_estimate(index, names.root, w, u) or Estimate(None),
            groups=letters[u] if letters is not None else "",
            rank=rank_words(comparison, u) if comparison is not None else "",
        )
        for u in order
    ]
    whole, reference, line = names.whole, math.nan, Text("", "")
    if whole is not None and whole.index is not None:
        reference = float(root_values(names, whole.index)[w, 0])
        apart = set(whole.index.basis.lacking(w, 0)) ^ set(index.basis.lacked_by_all(w))
        line = filled(
            Text("{whole}（指标不同）", "{whole} (other indicators)")
            if apart
            else Text("{whole}", "{whole}"),
            whole=words(whole.name),
        )
    yield IntervalRanking(
        title,
        units,
        axis=names.node(names.root),
        decimals=names.index_scale.decimals,
        reference=finite(reference),
        reference_name=line,
        bands=names.bands,
        notes=[*_how_ranked(names, level), *notes(names, level, index, w)],
        anchor=f"index-{level.code}",
    )
    yield _index_table(names, level, index, w, order, title)


def _how_ranked(names: Names, level: Level) -> list[Text]:
    if not in_error(level, names):
        return [
            Text(
                "指数由公布值算得，没有抽样误差，因此没有区间；位次按数值排列。",
                "The index is made from published values: no sampling error, no intervals; ranks follow the values.",
            )
        ]
    notes = [
        filled(
            Text(
                "横线为各单位的{level}置信区间。“位次”为全部单位的联立{level}位次区间，即样本所能确定的名次范围。",
                "Bars are {level} intervals of each unit. “Rank” is the simultaneous {level} interval of the ranks "
                "of all units: the places that the sample allows.",
            ),
            level=names.confidence,
        )
    ]
    if lettered(level, names):
        notes.append(
            Text("有相同字母的单位之间差异不显著。", "Units that share a letter cannot be told apart.")
        )
    return notes


def _index_table(
    names: Names, level: Level, index: LevelIndex, w: int, order: Sequence[int], title: Text
) -> Table:
    root, comparison = index.codes.index(names.root), index.comparisons.get(level.estimates.waves[w])
    certain, scale = not in_error(level, names), names.index_scale
    columns = [Column("rank", Text("位次", "Rank"), align="right")] if comparison is not None else []
    columns += [
        Column("name", words(level.name)),
        Column("value", names.node(names.root), "number", scale.decimals, bands=names.bands),
    ]
    if not certain:
        columns += [
            Column("se", Text("标准误", "SE"), "number", scale.finer),
            Column("interval", Text("置信区间", "Interval"), align="right"),
        ]
        if comparison is not None:
            columns.append(Column("ranks", Text("位次区间", "Rank interval"), align="center"))
        if lettered(level, names):
            columns.append(Column("groups", Text("分组", "Group")))
    if any(index.bands[w]):
        columns.append(Column("band", Text("等级", "Band")))
    shown = [c for c in names.dimensions if np.isfinite(index.value[index.codes.index(c), w]).any()]
    columns += [Column(f"node {c}", names.node(c), "number", scale.decimals) for c in shown]
    rows: list[dict[str, Cell]] = []
    for u in order:
        band = index.bands[w][u]
        low, high = float(index.lower[root, w, u]), float(index.upper[root, w, u])
        row: dict[str, Cell] = {
            "name": marked(level, index, w, u),
            "value": float(index.value[root, w, u]),
            "se": float(index.se[root, w, u]),
            "interval": scale.interval(low, high),
            "band": band_name(band) if band else "",
        }
        if comparison is not None:
            row |= {
                "rank": f"{comparison.rank[u]}",
                "ranks": rank_words(comparison, u),
                "groups": comparison.letters[u],
            }
        rows.append(row | {f"node {c}": float(index.value[index.codes.index(c), w, u]) for c in shown})
    return Table(
        columns,
        rows,
        caption=title,
        notes=notes(names, level, index, w),
        anchor=f"index-table-{level.code}",
        max_rows_in_documents=45,
    )


# ── indicators by area ──


def heat_section(names: Names) -> Iterator[Block]:
    """Indicators by unit, for every level of several units."""
    made = [chart for level in names.domains for chart in _heat(names, level)]
    if not made:
        return
    yield Heading(1, Text("指标热图", "Heat map of indicators"))
    yield Paragraph(
        Text(
            "颜色越深数值越高；颜色只在同一张图内可比。",
            "The darker the higher; colours compare within one chart only.",
        )
    )
    yield from made


def _heat(names: Names, level: Level) -> Iterator[Heatmap]:
    if level.index is not None:
        yield from _scores(names, level, level.index)
        return
    figures = level.estimates.figures
    asked = [(name, m) for name, m in comparable(names) if m in figures]
    w = max((last_with_values(figures[m]["value"]) for _, m in asked), default=-1)
    if w < 0 or len(asked) < 2:
        return
    units = [
        u for u in range(len(level.units)) if any(np.isfinite(figures[m]["value"][w, u]) for _, m in asked)
    ]
    cells = [
        [
            estimate(*(float(figures[m][k][w, u]) for k in ("value", "se", "lower", "upper", "n")))
            for u in units
        ]
        for _, m in asked
    ]
    title = _titled(names, level, w, Text("各{level}的各题均值", "Means of the questions by {level}"))
    yield from _grid(level, title, [name for name, _ in asked], units, cells, names.scale_of(asked[0][1]))


def _scores(names: Names, level: Level, index: LevelIndex) -> Iterator[Heatmap]:
    """Scores of all indicators where the units fit side by side; of many units the dimensions."""
    w = last_wave(names, index)
    if w < 0:
        return
    units = order_of(root_values(names, index)[w])
    leaves = [c for c, _ in names.plan.leaves if c in index.codes]
    codes = leaves if len(units) <= MOST_COLUMNS and len(leaves) <= 40 else names.dimensions
    codes = [c for c in codes if np.isfinite(index.value[index.codes.index(c), w]).any()]
    if codes:
        cells = [[node_estimate(index, c, w, u) for u in units] for c in codes]
        title = _titled(names, level, w, Text("各{level}的指标得分", "Scores of the indicators by {level}"))
        marks = [[mark(index, w, u, c) for u in units] for c in codes]
        yield from _grid(
            level, title, [names.node(c) for c in codes], units, cells, names.index_scale, marks=marks
        )


def _titled(names: Names, level: Level, w: int, title: Text) -> Text:
    """A title with the level, the index and, where there are several, the wave put in."""
    if names.several_waves:
        title = Text(f"{title.zh}（{{wave}}）", f"{title.en}, {{wave}}")
    return filled(
        title,
        level=lower(words(level.name)),
        name=names.node(names.root),
        wave=names.waves[level.estimates.waves[w]],
    )


def _grid(
    level: Level,
    title: Text,
    what: Sequence[Text],
    units: Sequence[int],
    cells: Sequence[Sequence[Estimate | None]],
    scale: Scale,
    *,
    marks: Sequence[Sequence[str]] = (),
) -> Iterator[Heatmap]:
    """Units as columns where they fit, else as rows in as many maps as leave room for the figures; one colour scale."""
    told = [words(level.names[u]) for u in units]
    signs = {sign for line in marks for sign in "".join(line)}
    meant = [text for sign, text in SIGNS.items() if sign in signs]
    if len(units) <= MOST_COLUMNS:
        yield Heatmap(
            title, what, told, cells, marks=marks if signs else (), format=scale.form, decimals=scale.decimals,
            notes=meant, anchor=f"heat-{level.code}",
        )  # fmt: skip
        return
    known = [e.value for line in cells for e in line if e is not None and e.value is not None]
    parts = -(-len(what) // MOST_FIGURES)
    for part in range(parts):
        start, stop = (len(what) * k // parts for k in (part, part + 1))
        tail = f" ({part + 1}/{parts})"
        yield Heatmap(
            title if parts == 1 else Text(title.zh + tail, title.en + tail),
            told,
            what[start:stop],
            [list(line) for line in zip(*cells[start:stop], strict=True)],
            marks=[list(line) for line in zip(*marks[start:stop], strict=True)] if signs else (),
            format=scale.form,
            decimals=scale.decimals,
            low=min(known),
            high=max(known),
            in_documents="ends",
            limit=50,
            notes=meant,
            anchor=f"heat-{level.code}",
        )


def comparable(names: Names) -> list[tuple[Text, Measured]]:
    """Means asked on the same scale, so that they can share one colour scale: the largest such set."""
    sets: dict[object, list[tuple[Text, Measured]]] = {}
    for code, measured in names.plan.leaves:
        coding = names.plan.table(measured.table).coding.get(measured.variable)
        if measured.statistic == "mean" and coding is not None and coding.valid is not None:
            sets.setdefault((measured.table, coding.valid), []).append((names.node(code), measured))
    return max(sets.values(), key=len, default=[])


# ── four quadrants ──


def quadrant_section(names: Names) -> Iterator[Block]:
    """Importance and performance of the indicators."""
    found = names.run.importance
    if found is None or names.plan.importance is None:
        return
    outcome = names.column(names.plan.importance.outcome)
    yield Heading(1, Text("四分图：重要性与表现", "Importance and performance"))
    yield Paragraph(
        filled(
            Text(
                "横轴是各指标的答案与“{outcome}”的加权相关系数，纵轴是指标得分；两条分界线取各指标的均值。"
                "相关不等于因果：落在改进区的应优先查看，改进它未必就能提高总体评价。",
                "Across is the weighted correlation of the answers with “{outcome}”, up is the score; the lines are "
                "the means of the indicators. Correlation is no cause: “concentrate here” says where to look first, "
                "not what will work.",
            ),
            outcome=outcome,
        )
    )
    points, reach = [], _reach(names)
    for p in found.points:
        x, y = (
            estimate(value, se, value - reach * se, value + reach * se)
            for value, se in ((p.importance, p.importance_se), (p.performance, p.performance_se))
        )
        if x is not None and y is not None:
            points.append(Point(names.node(p.code), x, y))
    title = Text("重要性与表现四分图", "Importance and performance")
    yield Quadrants(
        title,
        points,
        x_axis=Text("重要性（相关系数）", "Importance (correlation)"),
        y_axis=Text("指标得分", "Score"),
        x_threshold=found.importance_at,
        y_threshold=found.performance_at,
        y_decimals=names.index_scale.decimals,
        anchor="quadrants",
    )
    weak = [names.node(p.code) for p in found.points if p.quadrant == "improve"]
    if weak:
        yield Paragraph(
            filled(Text("落在改进区的有：{weak}。", "In “concentrate here”: {weak}."), weak=listed(weak))
        )
    yield _quadrant_table(names, found)


def _reach(names: Names) -> float:
    """Standard errors to each side of an interval."""
    return NormalDist().inv_cdf(0.5 + (names.plan.index.level if names.plan.index else 0.95) / 2)


def _quadrant_table(names: Names, found: ImportancePerformance) -> Table:
    """The points by quadrant, the most important first; what the sample cannot place is said."""
    order = list(QUADRANTS)
    points = sorted(found.points, key=lambda p: (order.index(p.quadrant), -p.importance))
    rows: list[dict[str, Cell]] = []
    for p in points:
        sure = all(
            not abs(value - line) < _reach(names) * se
            for value, line, se in (
                (p.importance, found.importance_at, p.importance_se),
                (p.performance, found.performance_at, p.performance_se),
            )
        )
        rows.append(
            {
                "quadrant": QUADRANTS[p.quadrant],
                "name": names.node(p.code),
                "importance": p.importance,
                "se": p.importance_se,
                "performance": p.performance,
                "performance_se": finite(p.performance_se),
                "sure": Text("确定", "sure") if sure else Text("未定", "not sure"),
            }
        )
    return Table(
        [
            Column("quadrant", Text("象限", "Quadrant")),
            Column("name", Text("指标", "Indicator")),
            Column("importance", Text("重要性", "Importance"), "number", 3),
            Column("se", Text("标准误", "SE"), "number", 3),
            Column("performance", Text("得分", "Score"), "number", names.index_scale.decimals),
            Column("performance_se", Text("标准误", "SE"), "number", names.index_scale.finer),
            Column("sure", Text("象限是否确定", "Quadrant sure"), align="center"),
        ],
        rows,
        caption=Text("各指标的重要性与得分", "Importance and score of the indicators"),
        notes=[
            filled(
                Text(
                    "“未定”：重要性或得分的{level}区间跨过分界线，样本不能确定它在线的哪一边。分界线按给定值看待。",
                    "“Not sure”: the {level} interval of the importance or of the score lies across its line; the "
                    "sample cannot say on which side. The lines count as given.",
                ),
                level=names.confidence,
            )
        ],
        max_rows_in_documents=None,
        anchor="quadrant-table",
    )
