"""How the index moved over waves, and whether it really changed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.documents import Block, Cell, Column, Heading, Series, Table, Text, TrendLines
from zhiheng.programme.report.basis import broken, gaps, remark
from zhiheng.programme.report.levels import (
    MOST_LINES,
    in_error,
    last_wave,
    lower,
    node_estimate,
    order_of,
    root_values,
)
from zhiheng.programme.report.names import Names, filled, words

if TYPE_CHECKING:
    from zhiheng.measure.indices.progress import Change
    from zhiheng.programme.indexing import LevelIndex
    from zhiheng.programme.run import Level

#: units shown at each end where there are too many lines
ENDS = 5


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
    if level is names.whole:
        codes = [names.root, *names.dimensions]
        lines = [
            Series(names.node(c), [node_estimate(index, c, w, 0) for w in range(len(waves))]) for c in codes
        ]
        units, title = [0], Text("总体及各维度的历次得分", "The index and its dimensions over waves")
    else:
        units, title = _units_shown(names, level, index)
        lines = [
            Series(words(level.names[u]), [node_estimate(index, names.root, w, u) for w in range(len(waves))])
            for u in units
        ]
    if lines:
        yield TrendLines(
            title, waves, lines, decimals=names.index_scale.decimals,
            notes=[*broken(names, level, index, units), *gaps(names, level, index)],
            anchor=f"trend-{level.code}",
        )  # fmt: skip
    if index.changes:
        yield change_table(names, level, index, latest=not in_error(level, names))
    if index.progress is not None and (table := progress_table(names, level, index)) is not None:
        yield table


def _units_shown(names: Names, level: Level, index: LevelIndex) -> tuple[list[int], Text]:
    """All units where lines can be told apart; of many given values those that moved most.

    Units that the last wave does not have come last. Of many estimates none: the largest differences would be the luck
    of the sample.
    """
    value, last = root_values(names, index), last_wave(names, index)
    if len(level.units) <= MOST_LINES:
        title = Text("各{level}历次得分", "The index by {level} over waves")
        order = order_of(value[last])
        order += [u for u in range(len(level.units)) if u not in order and np.isfinite(value[:, u]).any()]
        return order, filled(title, level=lower(words(level.name)))
    if in_error(level, names):
        return [], Text("", "")
    first = int(np.flatnonzero(np.isfinite(value).any(axis=1))[0])
    order = order_of(np.where(index.basis.alike(first, last), value[last] - value[first], np.nan))
    title = Text(
        "{first}至{last}升幅最大与最小的各{n}个{level}",
        "The {n} largest and the {n} smallest rises of the index, {first} to {last}: {level}",
    )
    return [*order[:ENDS], *order[-ENDS:]], filled(
        title,
        n=ENDS,
        level=lower(words(level.name)),
        first=names.waves[level.estimates.waves[first]],
        last=names.waves[level.estimates.waves[last]],
    )


def verdict(change: Change) -> Text:
    """Whether it really changed, in words."""
    return {
        "up": Text("上升", "up"),
        "down": Text("下降", "down"),
        "none": Text("未见显著变化", "no change shown"),
        "incomparable": Text("不可比", "not comparable"),
    }[change.verdict]


def change_table(names: Names, level: Level, index: LevelIndex, *, latest: bool = False) -> Table:
    """Every unit between neighbouring waves: the latest first, the surest first; or the `latest` two waves only.

    What cannot be compared comes last, with the reason in place of figures.
    """
    order = {w: i for i, w in enumerate(level.estimates.waves)}
    certain = not in_error(level, names)
    found = [c for c in index.changes if math.isfinite(c.change) or c.verdict == "incomparable"]
    if latest:
        newest = max((order[c.later] for c in found), default=0)
        found = [c for c in found if order[c.later] == newest]
    apart = [c for c in found if c.verdict == "incomparable"]
    tested = [c for c in found if c.verdict != "incomparable"]
    tested.sort(key=lambda c: (-order[c.later], -abs(c.t) if math.isfinite(c.t) else 0.0, -c.change))
    found = sorted([*tested, *apart], key=lambda c: -order[c.later])
    remarks = {id(c): remark(names, level, index, c) for c in found}
    scale = names.index_scale
    columns = [Column("unit", words(level.name))] if len(level.units) > 1 else []
    columns += [
        Column("from", Text("自", "From")),
        Column("to", Text("至", "To")),
        Column("before", Text("原值", "Before"), "number", scale.decimals),
        Column("after", Text("现值", "After"), "number", scale.decimals),
        Column("change", Text("变化", "Change"), align="right"),
    ]
    if not certain and tested:
        columns += [
            Column("se", Text("标准误", "SE"), "number", scale.finer),
            Column("interval", Text("置信区间", "Interval"), align="right"),
            Column("p", Text("校正后p", "Adjusted p"), align="right"),
        ]
    if not certain or apart:
        columns.append(Column("verdict", Text("结论", "Verdict"), align="center"))
    if any(r.zh for r in remarks.values()):
        columns.append(Column("remark", Text("所据", "Stands on")))
    return Table(
        columns,
        [_change(names, level, index, c) | {"remark": remarks[id(c)]} for c in found],
        caption=filled(
            Text("变化：{level}", "Changes: {level}")
            if certain
            else Text("变化检验：{level}", "Did it really change? {level}"),
            level=words(level.name),
        ),
        notes=[
            *([] if certain else [_how_tested(names)]),
            *([_not_comparable()] if apart else []),
            *gaps(names, level, index),
        ],
        max_rows_in_documents=30,
        anchor=f"changes-{level.code}",
    )


def _change(names: Names, level: Level, index: LevelIndex, c: Change) -> dict[str, Cell]:
    scale, u, waves = names.index_scale, level.units.index(c.unit), level.estimates.waves
    value = root_values(names, index)
    row: dict[str, Cell] = {
        "unit": words(level.names[u]),
        "from": names.waves[c.earlier],
        "to": names.waves[c.later],
        "before": float(value[waves.index(c.earlier), u]),
        "after": float(value[waves.index(c.later), u]),
    }
    if c.verdict == "incomparable":
        return row | {"change": "—", "interval": "—", "p": "—", "verdict": verdict(c)}
    return row | {
        "change": scale.signed(c.change),
        "se": c.se,
        "interval": f"[{scale.signed(c.lower)}, {scale.signed(c.upper)}]",
        "p": "<0.001" if c.p_holm < 0.001 else f"{c.p_holm:.3f}",
        "verdict": verdict(c) if in_error(level, names) else "",
    }


def progress_table(names: Names, level: Level, index: LevelIndex) -> Table | None:
    """The chained index of every unit by wave, its first wave as 100; the last with its error. None without any."""
    chain, waves = index.progress, level.estimates.waves
    assert chain is not None
    here = [w for w in range(len(waves)) if np.isfinite(chain.value[w]).any()]
    if len(here) < 2:
        return None
    last, certain = here[-1], not in_error(level, names)
    order = order_of(np.where(np.isfinite(chain.value[last]), chain.value[last], np.nan))
    shown = [*order, *(u for u in range(len(level.units)) if u not in set(order))]
    columns = [Column("unit", words(level.name))] if len(level.units) > 1 else []
    columns += [Column(waves[w], names.waves[waves[w]], "number", 1) for w in here]
    if not certain:
        columns += [
            Column("se", Text("标准误", "SE"), "number", 2),
            Column("interval", Text("置信区间", "Interval"), align="right"),
        ]
    rows: list[dict[str, Cell]] = []
    for u in shown:
        value, se = chain.value[:, u], float(chain.se[last, u])
        if not np.isfinite(value).any():
            continue
        row: dict[str, Cell] = {"unit": words(level.names[u])}
        row |= {waves[w]: float(value[w]) if np.isfinite(value[w]) else None for w in here}
        if math.isfinite(se) and se > 0:
            row |= {"se": se, "interval": f"{chain.lower[last, u]:.1f}–{chain.upper[last, u]:.1f}"}
        rows.append(row)
    of_units = Text("", "")
    if index.basis.composition.members:
        of_units = Text("（由同样的单位构成的）", " (of the same units)")
    before = Text("", "")
    if names.plan.index and names.plan.index.adjust:
        before = Text("按规则调整之前的指数。", " Of the index before the rules.")
    notes = [
        filled(
            Text(
                "以各单位的第一期为100，逐期与该单位此前最近的一期相连：每一环只用两期都有的{same}指标，指标增减不使指数跳动。"
                "“—”：该期没有数值，或与此前没有共同的指标，或指数不大于0。{before}",
                "The first wave of a unit is 100, and each wave is linked to its last one before; a link uses the "
                "indicators that both waves have{same}, so that one that joins or leaves does not make the chain jump. "
                "“—”: no value in that wave, no indicator in common with those before, or an index not above "
                "0.{before}",
            ),
            same=of_units,
            before=before,
        )
    ]
    if not certain:
        notes.append(
            filled(
                Text(
                    "标准误与{level}区间为{wave}的，与100相比，含各期共有样本单位的协方差。",
                    "Error and interval of {level} are of {wave}, against 100, with the covariance of units shared by "
                    "the waves.",
                ),
                level=names.confidence,
                wave=names.waves[waves[last]],
            )
        )
    return Table(
        columns,
        rows,
        caption=filled(Text("进步指数：{level}", "Chained progress: {level}"), level=words(level.name)),
        notes=notes,
        max_rows_in_documents=30,
        anchor=f"progress-{level.code}",
    )


def _not_comparable() -> Text:
    return Text(
        "“不可比”：两期的指数所据指标或规则不同（总体：所含单位不同），差值里有这种不同的成分，因此不算变化，也不作检验。",
        "“Not comparable”: the index of the two waves stands on different indicators or rules (the whole: on different "
        "units), and their difference would be partly that: it is neither told nor tested.",
    )


def _how_tested(names: Names) -> Text:
    return filled(
        Text(
            "变化的标准误含各次调查共有样本单位的协方差；p值对本表全部比较按Holm法校正，小于{alpha}才写“上升”或“下降”。"
            "区间为单个变化的{level}区间，未作校正。",
            "Errors of changes hold the covariance of units shared by the waves; p is adjusted by Holm over all "
            "comparisons of the table, and “up” or “down” stands only below {alpha}. Intervals of {level} are for each "
            "change by itself.",
        ),
        alpha=f"{1 - (names.plan.index.level if names.plan.index else 0.95):.2g}",
        level=names.confidence,
    )
