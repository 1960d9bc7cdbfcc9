"""How units stand: the index in order, the heat map, the four quadrants, trends, and what the civic rules did."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.documents import (
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
    Series,
    Table,
    Text,
    TrendLines,
    Unit,
)
from zhiheng.programme.plan import Measured
from zhiheng.programme.report.names import (
    KINDS,
    Array,
    Names,
    Scale,
    estimate,
    filled,
    finite,
    last_with_values,
    listed,
    words,
)

if TYPE_CHECKING:
    from zhiheng.measure.indices.compare import Comparison
    from zhiheng.measure.indices.progress import Change
    from zhiheng.programme.indexing import LevelIndex
    from zhiheng.programme.run import Level

#: with more units the groups have more letters than a reader can follow, and rank intervals say the same
MOST_LETTERS = 50
#: lines in one chart of trends
MOST_LINES = 20
#: units that stand side by side as columns
MOST_COLUMNS = 20


def root_values(names: Names, index: LevelIndex) -> Array:
    """The index of each wave and unit."""
    values: Array = index.value[index.codes.index(names.root)]
    return values


def last_wave(names: Names, index: LevelIndex) -> int:
    """Position of the last wave with an index; −1 without any."""
    return last_with_values(root_values(names, index))


def order_of(values: Array) -> list[int]:
    """Units with a value, best first."""
    return [int(u) for u in np.argsort(-values, kind="stable") if np.isfinite(values[u])]


def rank_words(comparison: Comparison, unit: int) -> str:
    """Rank interval of a unit, such as 2–5; one number where it is certain."""
    low, high = int(comparison.rank_low[unit]), int(comparison.rank_high[unit])
    return str(low) if low == high else f"{low}–{high}"


def in_error(level: Level, names: Names) -> bool:
    """Whether the index of a level has a sampling error."""
    if level.index is None:
        return False
    se = level.index.se[level.index.codes.index(names.root)]
    return bool((se[np.isfinite(se)] > 0).any())


# ── the index ──


def index_section(names: Names) -> Iterator[Block]:
    """Each level: the order with intervals and groups, and the table beneath."""
    levels = names.indexed
    if not levels:
        return
    yield Heading(
        1, filled(Text("{name}：排序与区间", "{name}: order and intervals"), name=names.node(names.root))
    )
    for level in levels:
        index = level.index
        assert index is not None
        w = last_wave(names, index)
        if w < 0:
            continue
        if len(levels) > 1:
            yield Heading(2, words(level.name))
        yield from _ranking(names, level, index, w)


def _ranking(names: Names, level: Level, index: LevelIndex, w: int) -> Iterator[Block]:
    wave = level.estimates.waves[w]
    root = index.codes.index(names.root)
    value, order = index.value[root, w], order_of(index.value[root, w])
    comparison = index.comparisons.get(wave)
    certain = not in_error(level, names)
    lettered = comparison is not None and not certain and len(order) <= MOST_LETTERS
    scale, notes = names.index_scale, []
    if certain:
        notes.append(
            Text(
                "本指数由公布值算得，没有抽样误差，因此没有区间；名次按数值排列。",
                "The index is made from published values: no sampling error, no intervals; ranks follow the values.",
            )
        )
    else:
        notes.append(
            filled(
                Text(
                    "横线为各单位的{level}置信区间。“位次”是全部单位的联立{level}位次区间：样本所能确定的名次范围。",
                    "Bars are {level} intervals of each unit. “Rank” is the simultaneous {level} interval of the rank "
                    "of all units: the places that the sample allows.",
                ),
                level=names.confidence,
            )
        )
        if lettered:
            notes.append(
                Text("有相同字母的单位之间差异不显著。", "Units that share a letter cannot be told apart.")
            )
    whole = names.whole
    reference = math.nan
    if whole is not None and whole.index is not None:
        reference = float(whole.index.value[whole.index.codes.index(names.root), w, 0])
    units = [
        Unit(
            words(level.names[u]),
            estimate(value[u], index.se[root, w, u], index.lower[root, w, u], index.upper[root, w, u])
            or Estimate(None),
            groups=comparison.letters[u] if comparison is not None and lettered else "",
            rank=rank_words(comparison, u) if comparison is not None else "",
        )
        for u in order
    ]
    title = filled(
        Text("{wave}{level}{name}", "{name} by {level}, {wave}"),
        wave=names.waves[wave],
        level=lower(words(level.name)),
        name=names.node(names.root),
    )
    yield IntervalRanking(
        title,
        units,
        axis=names.node(names.root),
        decimals=scale.decimals,
        reference=finite(reference),
        reference_name=words(whole.name) if whole else "",
        bands=names.bands,
        notes=notes,
        anchor=f"index-{level.code}",
    )
    yield _index_table(names, level, index, w, order, title)


def lower(text: Text) -> Text:
    """The English side without a capital, for the middle of a sentence."""
    return Text(text.zh, text.en[:1].lower() + text.en[1:])


def _index_table(
    names: Names, level: Level, index: LevelIndex, w: int, order: Sequence[int], title: Text
) -> Table:
    wave, root = level.estimates.waves[w], index.codes.index(names.root)
    comparison, certain = index.comparisons.get(wave), not in_error(level, names)
    lettered = comparison is not None and not certain and len(order) <= MOST_LETTERS
    decimals = names.index_scale.decimals
    columns = [Column("rank", Text("位次", "Rank"), align="right")] if comparison is not None else []
    columns += [
        Column("name", words(level.name)),
        Column("value", names.node(names.root), "number", decimals, bands=names.bands),
    ]
    if not certain:
        columns += [
            Column("se", Text("标准误", "SE"), "number", decimals + 1),
            Column("interval", Text("置信区间", "Interval"), align="right"),
            Column("ranks", Text("位次区间", "Rank interval"), align="center"),
        ]
        if lettered:
            columns.append(Column("groups", Text("分组", "Group")))
    if index.bands[w] and any(index.bands[w]):
        columns.append(Column("band", Text("等级", "Band")))
    for code in names.dimensions:
        columns.append(Column(f"d_{code}", names.node(code), "number", decimals))
    rows: list[dict[str, Cell]] = []
    for u in order:
        band = index.bands[w][u]
        row: dict[str, Cell] = {
            "rank": str(int(comparison.rank[u])) if comparison is not None else "",
            "name": words(level.names[u]),
            "value": float(index.value[root, w, u]),
            "se": float(index.se[root, w, u]),
            "interval": names.index_scale.interval(
                float(index.lower[root, w, u]), float(index.upper[root, w, u])
            ),
            "ranks": rank_words(comparison, u) if comparison is not None else "",
            "groups": comparison.letters[u] if comparison is not None else "",
            "band": Text(band.name_zh or band.code, band.name_en or band.code) if band else "",
        }
        row |= {f"d_{c}": float(index.value[index.codes.index(c), w, u]) for c in names.dimensions}
        rows.append(row)
    shown = [c for c in columns if c.key not in {"band", "groups"} or any(r[c.key] for r in rows)]
    return Table(shown, rows, caption=title, anchor=f"index-table-{level.code}", max_rows_in_documents=50)


# ── indicators by area ──


def heat_section(names: Names) -> Iterator[Block]:
    """Indicators by unit, for every level."""
    made = [block for level in names.domains for block in _heat(names, level)]
    if made:
        yield Heading(1, Text("指标热图", "Heat map of indicators"))
        yield Paragraph(
            Text(
                "颜色越深数值越高；同一张图内可以比较，不同图的色标不同。",
                "The darker the higher; colours compare within a chart, each chart has its own scale.",
            )
        )
        yield from made


def _heat(names: Names, level: Level) -> Iterator[Block]:
    if level.index is not None:
        w = last_wave(names, level.index)
        if w < 0 or not names.dimensions:
            return
        order = order_of(root_values(names, level.index)[w])
        leaves = [c for c, _ in names.plan.leaves if c in level.index.codes]
        beside = len(order) <= MOST_COLUMNS and len(leaves) <= 40
        codes = leaves if beside else list(names.dimensions)
        cells = [[_node(level.index, c, w, u) for u in order] for c in codes]
        name = filled(
            Text("各{level}指标得分（{wave}）", "Scores of indicators by {level}, {wave}"),
            level=lower(words(level.name)),
            wave=names.waves[level.estimates.waves[w]],
        )
        units = [words(level.names[u]) for u in order]
        titles = [names.node(c) for c in codes]
        yield _grid(name, titles, units, cells, names.index_scale, across=beside, level=level.code)
        return
    asked = comparable(names)
    if len(asked) < 2:
        return
    figures = level.estimates.figures
    asked = [(t, m) for t, m in asked if m in figures]
    if not asked:
        return
    w = max(last_with_values(figures[m]["value"]) for _, m in asked)
    there = [
        u for u in range(len(level.units)) if any(np.isfinite(figures[m]["value"][w, u]) for _, m in asked)
    ]
    if w < 0 or not there:
        return
    cells = [
        [
            estimate(*(float(figures[m][k][w, u]) for k in ("value", "se", "lower", "upper", "n")))
            for u in there
        ]
        for _, m in asked
    ]
    name = filled(
        Text("各{level}的答案均值（{wave}）", "Means of answers by {level}, {wave}"),
        level=lower(words(level.name)),
        wave=names.waves[level.estimates.waves[w]],
    )
    beside = len(there) <= MOST_COLUMNS
    yield _grid(
        name,
        [t for t, _ in asked],
        [words(level.names[u]) for u in there],
        cells,
        names.scale_of(asked[0][1]),
        across=beside,
        level=level.code,
    )


def _node(index: LevelIndex, code: str, w: int, u: int) -> Estimate | None:
    at = index.codes.index(code)
    return estimate(index.value[at, w, u], index.se[at, w, u], index.lower[at, w, u], index.upper[at, w, u])


def _grid(
    title: Text,
    what: Sequence[Text],
    units: Sequence[Text],
    cells: Sequence[Sequence[Estimate | None]],
    scale: Scale,
    *,
    across: bool,
    level: str,
) -> Heatmap:
    """One heat map: units as columns where they fit, else as rows."""
    if across:
        rows, columns, grid = what, units, cells
    else:
        rows, columns, grid = units, what, [list(line) for line in zip(*cells, strict=True)]
    return Heatmap(
        title,
        rows,
        columns,
        grid,
        format=scale.form,
        decimals=scale.decimals,
        anchor=f"heat-{level}",
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
    outcome = next((q.name for q in names.run.questions if q.variable == names.plan.importance.outcome), None)
    asked = words(outcome) if outcome else Text(names.plan.importance.outcome, names.plan.importance.outcome)
    yield Heading(1, Text("四分图：重要性与表现", "Importance and performance"))
    yield Paragraph(
        filled(
            Text(
                "横轴是各指标的答案与“{outcome}”的加权相关系数，纵轴是指标得分；两条线取各指标的均值。"
                "相关不等于因果：改进区是优先查看的地方，不是保证见效的地方。",
                "Across is the weighted correlation of the answers with “{outcome}”, up is the score; lines are the "
                "means of the indicators. Correlation is no cause: “concentrate here” says where to look first, not "
                "what will work.",
            ),
            outcome=asked,
        )
    )
    points = []
    for p in found.points:
        half = 1.96 * p.importance_se
        x = estimate(p.importance, p.importance_se, p.importance - half, p.importance + half)
        y = estimate(p.performance, math.nan, math.nan, math.nan)
        if x is not None and y is not None:
            points.append(Point(names.node(p.code), x, y))
    yield Quadrants(
        Text("重要性与表现四分图", "Importance and performance"),
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


# ── trends ──


def trend_section(names: Names) -> Iterator[Block]:
    """The index over waves, and whether it really changed."""
    if not names.several_waves:
        return
    made = [block for level in names.run.levels for block in _trend(names, level)]
    if made:
        yield Heading(1, Text("历次变化", "Change over waves"))
        yield from made


def _trend(names: Names, level: Level) -> Iterator[Block]:
    index = level.index
    if index is None or np.isfinite(root_values(names, index)).any(axis=1).sum() < 2:
        return
    waves = [names.waves[w] for w in level.estimates.waves]
    whole = level is names.whole
    if whole:
        codes = [names.root, *names.dimensions]
        lines = [Series(names.node(c), [_node(index, c, w, 0) for w in range(len(waves))]) for c in codes]
        title = Text("总体及各维度的历次得分", "The index and its dimensions over waves")
    elif len(level.units) <= MOST_LINES:
        lines = [
            Series(words(level.names[u]), [_node(index, names.root, w, u) for w in range(len(waves))])
            for u in order_of(root_values(names, index)[last_wave(names, index)])
        ]
        title = filled(
            Text("各{level}历次得分", "The index by {level} over waves"), level=lower(words(level.name))
        )
    else:
        lines, title = [], Text("", "")
    if lines:
        yield TrendLines(
            title, waves, lines, decimals=names.index_scale.decimals, anchor=f"trend-{level.code}"
        )
    if in_error(level, names) and index.changes:
        yield change_table(names, level, index, rows=None if len(level.units) <= MOST_LINES else 30)


def verdict(change: Change) -> Text:
    """Whether it really changed, in words."""
    return {
        "up": Text("上升", "up"),
        "down": Text("下降", "down"),
        "none": Text("未见显著变化", "no change shown"),
    }[change.verdict]


def change_table(names: Names, level: Level, index: LevelIndex, rows: int | None = None) -> Table:
    """Every unit between neighbouring waves: latest first, largest first."""
    name = dict(zip(level.units, level.names, strict=True))
    order = {w: i for i, w in enumerate(level.estimates.waves)}
    found = [c for c in index.changes if math.isfinite(c.change)]
    found.sort(key=lambda c: (-order[c.later], -abs(c.t) if math.isfinite(c.t) else 0.0))
    scale = names.index_scale
    columns = [
        Column("unit", words(level.name)),
        Column("from", Text("自", "From")),
        Column("to", Text("至", "To")),
        Column("change", Text("变化", "Change"), align="right"),
        Column("se", Text("标准误", "SE"), "number", scale.decimals + 1),
        Column("interval", Text("置信区间", "Interval"), align="right"),
        Column("p", Text("校正后 p", "Adjusted p"), "number", 3),
        Column("verdict", Text("结论", "Verdict")),
    ]
    lines: list[dict[str, Cell]] = [
        {
            "unit": words(name[c.unit]),
            "from": names.waves[c.earlier],
            "to": names.waves[c.later],
            "change": scale.signed(c.change),
            "se": c.se,
            "interval": f"[{scale.signed(c.lower)}, {scale.signed(c.upper)}]",
            "p": c.p_holm,
            "verdict": verdict(c),
        }
        for c in found
    ]
    return Table(
        columns if len(level.units) > 1 else columns[1:],
        lines,
        caption=filled(Text("变化检验：{level}", "Did it change? {level}"), level=words(level.name)),
        notes=[
            filled(
                Text(
                    "变化的标准误含各次调查共有样本单位的协方差；p 值对本表全部比较按 Holm 法校正，"
                    "校正后小于{alpha}才写“上升”或“下降”。区间未作校正。",
                    "Errors of changes hold the covariance of units shared by the waves; p is adjusted by Holm over "
                    "the whole table, and “up” or “down” stands only below {alpha}. Intervals are not adjusted.",
                ),
                alpha=f"{1 - (names.plan.index.level if names.plan.index else 0.95):.2g}",
            )
        ],
        max_rows_in_documents=rows,
        anchor=f"changes-{level.code}",
    )


# ── civic rules ──


def rule_section(names: Names) -> Iterator[Block]:
    """What deductions, bonus points and vetoes did, in the last wave of each level."""
    made: list[Block] = []
    for level in names.run.levels:
        if level.index is None or (w := last_wave(names, level.index)) < 0:
            continue
        wave = level.estimates.waves[w]
        applied = [a for a in level.index.applied.get(wave, ()) if a.kind in KINDS]
        if not applied:
            continue
        rule = {
            a.code: words(a.name) for a in (names.plan.index.adjust if names.plan.index else ()) if a.name
        }
        name = dict(zip(level.units, level.names, strict=True))
        rows: list[dict[str, Cell]] = [
            {
                "unit": words(name[a.unit]),
                "kind": KINDS[a.kind],
                "rule": rule.get(a.code, a.code),
                "amount": names.index_scale.signed(a.amount),
                "why": Text(a.why_zh, a.why_en),
            }
            for a in applied
        ]
        made.append(
            Table(
                [
                    Column("unit", words(level.name)),
                    Column("kind", Text("类别", "Kind")),
                    Column("rule", Text("规则", "Rule")),
                    Column("amount", Text("分值", "Points"), align="right"),
                    Column("why", Text("依据", "Reason")),
                ],
                rows,
                caption=filled(
                    Text(
                        "{wave}扣分、加分与否决：{level}",
                        "Deductions, bonus points and vetoes: {level}, {wave}",
                    ),
                    level=words(level.name),
                    wave=names.waves[wave],
                ),
                max_rows_in_documents=40,
                anchor=f"rules-{level.code}",
            )
        )
    if made:
        yield Heading(1, Text("扣分、加分与一票否决", "Deductions, bonus points and vetoes"))
        yield from made
