"""The few sentences an office reads first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.documents import Block, Bullets, Heading, Text
from zhiheng.programme.report import basis
from zhiheng.programme.report.levels import band_name, in_error, last_wave, order_of, root_values
from zhiheng.programme.report.names import Array, Names, clauses, filled, listed, run_on, words

if TYPE_CHECKING:
    from zhiheng.programme.indexing import LevelIndex
    from zhiheng.programme.run import Level

#: names said one by one; more are counted
FEW = 4


def summary_section(names: Names) -> Iterator[Block]:
    """What the whole reached, how its units stand and moved, what is strong and weak; else the first questions."""
    said = _whole(names)
    for level in names.indexed:
        sentences = [*_ends(names, level), *_moves(names, level), *_vetoes(names, level)]
        if sentences:
            said.append(run_on(sentences))
    said += _dimensions(names)
    if not said:
        said = _answers(names)
    if said:
        yield Heading(1, Text("摘要", "Summary"))
        yield Bullets(said)


def _whole(names: Names) -> list[Text]:
    level = names.whole
    if level is None or level.index is None or (w := last_wave(names, level.index)) < 0:
        return []
    index, wave, scale = level.index, level.estimates.waves[w], names.index_scale
    at = (index.codes.index(names.root), w, 0)
    parts = [
        filled(
            Text("{name}（{wave}）为{value}{interval}。", "{name} ({wave}) is {value}{interval}."),
            wave=names.waves[wave],
            name=names.node(names.root),
            value=scale.show(float(index.value[at])),
            interval=_interval(names, float(index.lower[at]), float(index.upper[at])),
        )
    ]
    if (band := index.bands[w][0]) is not None:
        parts.append(filled(Text("等级为“{band}”。", "Its band is “{band}”."), band=band_name(band)))
    if lacking := index.basis.lacking(w, 0):
        parts.append(
            filled(Text("其中不含{what}。", "It is made without {what}."), what=basis.nodes(names, lacking))
        )
    if others := index.basis.outside(w):
        what = listed(basis.is_without(names, one) for one in others)
        parts.append(filled(Text("总体{what}。", "The whole: {what}."), what=what))
    change = next((c for c in reversed(index.changes) if c.later == wave), None)
    if change is not None and change.verdict == "incomparable":
        parts.append(
            filled(
                Text("与{earlier}所据不同，不可比（{why}）。", "It does not compare with {earlier}: {why}."),
                earlier=names.waves[change.earlier],
                why=basis.remark(names, level, index, change),
            )
        )
    elif change is not None and math.isfinite(change.change):
        parts.append(_changed(names, change.earlier, change.change, change.se, change.verdict))
    return [run_on(parts)]


def _interval(names: Names, low: float, high: float) -> Text:
    shown = names.index_scale.interval(low, high)
    if not shown or not high > low:
        return Text("", "")
    return Text(f"（{names.confidence}置信区间{shown}）", f" ({names.confidence} interval {shown})")


def _changed(names: Names, earlier: str, change: float, se: float, verdict: str) -> Text:
    """The change since the former wave, and whether it is real; a given value has no error to weigh it by."""
    certain = not se > 0
    if certain and change == 0:
        template = Text("与{earlier}相同。", "The same as in {earlier}.")
    elif certain:
        template = Text("比{earlier}{word}{amount}。", "{word} by {amount} from {earlier}.")
    elif verdict == "none":
        template = Text(
            "与{earlier}相差{signed}，未超出抽样误差，不能说有变化。",
            "The difference from {earlier}, {signed}, lies within sampling error: no change is shown.",
        )
    else:
        template = Text(
            "比{earlier}{word}{amount}，超出抽样误差。",
            "{word} by {amount} from {earlier}, beyond sampling error.",
        )
    return filled(
        template,
        earlier=names.waves[earlier],
        signed=names.index_scale.signed(change),
        amount=names.index_scale.show(abs(change)),
        word=Text("提高", "Up") if change > 0 else Text("下降", "Down"),
    )


# ── how units stand ──


def _ends(names: Names, level: Level) -> list[Text]:
    """First and last of a level, and whether they can be told apart from the others."""
    index = level.index
    if index is None or (w := last_wave(names, index)) < 0:
        return []
    value = root_values(names, index)[w]
    order = order_of(value)
    if len(order) < 2:
        return []
    high, low = (names.index_scale.show(float(value[u])) for u in (order[0], order[-1]))
    said = [
        filled(
            Text("各{level}（{n}个）得分相同（{high}）。", "{level} ({n}): all have the same score ({high}).")
            if high == low
            else Text(
                "各{level}（{n}个）中，{first}最高（{high}），{last}最低（{low}）。",
                "{level} ({n}): {first} is highest ({high}), {last} lowest ({low}).",
            ),
            n=len(order),
            level=words(level.name),
            first=_tied(level, value, order),
            high=high,
            last=_tied(level, value, order[::-1]),
            low=low,
        )
    ]
    fewer = [u for u in order if basis.own_lacking(index, w, u)]
    if fewer:
        said.append(
            filled(
                Text(
                    "{units}缺少部分{kind}，位次须慎读。",
                    "{units}: made without some {kind}, to be read with care.",
                ),
                kind=basis.kind(code for u in fewer for code in basis.own_lacking(index, w, u)),
                units=basis.some(words(level.names[u]) for u in fewer),
            )
        )
    comparison = index.comparisons.get(level.estimates.waves[w])
    if comparison is None or not in_error(level, names):
        return said
    if not comparison.significant[np.ix_(order, order)].any():
        return [*said, Text("彼此的差异都不显著，不宜排名次。", "None can be told apart: no order is shown.")]
    for end, others, word in (
        (order[0], order[1:], Text("最高", "highest")),
        (order[-1], order[-2::-1], Text("最低", "lowest")),
    ):
        alike = [u for u in others if not comparison.significant[end, u]]
        same = [u for u in others if (index.basis.present[w, u] == index.basis.present[w, end]).all()]
        said.append(_apart(level, alike, word, others=len(others), same=len(same)))
    return said


def _tied(level: Level, value: Array, order: Sequence[int]) -> Text:
    """The unit at an end of the order, with those that have the very same value."""
    same = [u for u in order if value[u] == value[order[0]]]
    name = listed(words(level.names[u]) for u in same[:FEW])
    if len(same) > FEW:
        return filled(Text("{name}等{n}个", "{name} and others ({n} in all)"), name=name, n=len(same))
    return name


def _apart(level: Level, alike: Sequence[int], word: Text, *, others: int, same: int) -> Text:
    """How far the unit at an end stands apart; of `others` so many stand on the `same`, and compare fully with it."""
    if not alike and not same:
        return filled(
            Text(
                "{word}者与其余各个所据不同，差异里有这种不同的成分，不作比较。",
                "The {word} stands on other things than all others: they are not compared.",
            ),
            word=word,
        )
    if not alike and same < others:
        return filled(
            Text(
                "{word}者与所据相同的{n}个的差异均显著；与另外{m}个所据不同，不作比较。",
                "The {word} differs significantly from {n} that stand on the same; {m} that do not are not compared.",
            ),
            word=word,
            n=same,
            m=others - same,
        )
    if not alike:
        return filled(
            Text("{word}者与其余各个的差异均显著。", "The {word} differs significantly from all others."),
            word=word,
        )
    template = Text(
        "{word}者与{which}的差异不显著，不宜称“{word}”。",
        "The {word} cannot be told apart from {which}: it is not the {word} for sure.",
    )
    which = (
        listed(words(level.names[u]) for u in alike)
        if len(alike) <= FEW
        else filled(Text("另外{n}个", "{n} others"), n=len(alike))
    )
    return filled(template, word=word, which=which)


def _moves(names: Names, level: Level) -> list[Text]:
    """How many units really changed since the wave before."""
    index = level.index
    if index is None or (w := last_wave(names, index)) < 1:
        return []
    wave = level.estimates.waves[w]
    value = np.isfinite(root_values(names, index))
    between = [c for c in index.changes if c.later == wave]
    found = [c for c in between if math.isfinite(c.change)]
    apart = sum(c.verdict == "incomparable" for c in between)
    alone = int((value[w] != value[w - 1]).sum())
    if not value[w - 1].any() or (not between and not alone):
        return []
    certain = not in_error(level, names)
    up = sum(c.change > 0 if certain else c.verdict == "up" for c in found)
    down = sum(c.change < 0 if certain else c.verdict == "down" for c in found)
    rest, real = len(found) - up - down, Text("", "") if certain else Text("显著", " significantly")
    among = filled(Text("可比的{n}个中", "of the {n} that compare"), n=len(found)) if apart + alone else None
    parts = [
        among if found and up + down else None,
        filled(Text("{n}个{real}上升", "{n} rose{real}"), n=up, real=real) if up else None,
        filled(Text("{n}个{real}下降", "{n} fell{real}"), n=down, real=real) if down else None,
        filled(Text("{n}个未变", "{n} stayed"), n=rest) if rest and certain else None,
        filled(Text("其余{n}个未见显著变化", "no change is shown for the other {n}"), n=rest)
        if rest and not certain and up + down
        else None,
        _none_changed(level, rest, alone=among is None) if rest and not certain and not up + down else None,
        filled(
            Text("{n}个所据不同，不可比", "{n} do not compare, as they stand on different things"), n=apart
        )
        if apart
        else None,
        filled(Text("{n}个只有其中一期的数据，不可比", "{n} have data of one of the two only"), n=alone)
        if alone
        else None,
    ]
    template = Text("与{earlier}相比，{parts}。", "Since {earlier}: {parts}.")
    earlier = names.waves[level.estimates.waves[w - 1]]
    return [filled(template, earlier=earlier, parts=clauses(p for p in parts if p is not None))]


def _none_changed(level: Level, compared: int, *, alone: bool) -> Text:
    """That nothing moved, and for how many that can be said where it cannot be said for all."""
    if alone:
        template = Text("各{level}均未见显著变化", "no change is shown for any")
    elif compared == 1:
        template = Text("可比的1个未见显著变化", "no change is shown for the one that compares")
    else:
        template = Text("可比的{n}个均未见显著变化", "no change is shown for the {n} that compare")
    return filled(template, level=words(level.name), n=compared)


def _vetoes(names: Names, level: Level) -> list[Text]:
    index = level.index
    if index is None or (w := last_wave(names, index)) < 0:
        return []
    wave = level.estimates.waves[w]
    name = dict(zip(level.units, level.names, strict=True))
    hit = list(dict.fromkeys(a.unit for a in index.applied.get(wave, ()) if a.kind == "veto"))
    if not hit:
        return []
    which = listed(words(name[u]) for u in hit[:FEW])
    if len(hit) > FEW:
        which = filled(Text("{which}等{n}个", "{which} and others ({n} in all)"), which=which, n=len(hit))
    return [filled(Text("一票否决：{which}。", "Vetoed: {which}."), which=which)]


# ── what is strong and weak ──


def _dimensions(names: Names) -> list[Text]:
    level = names.whole
    if level is None or level.index is None or (w := last_wave(names, level.index)) < 0:
        return []
    index = level.index
    at = {c: (index.codes.index(c), w, 0) for c in names.dimensions}
    known = sorted((c for c in at if np.isfinite(index.value[at[c]])), key=lambda c: -index.value[at[c]])
    if len(known) < 2:
        return []
    shown = [names.index_scale.show(float(index.value[at[c]])) for c in known]
    if shown[0] == shown[-1]:
        template = Text("{n}个维度得分相同（{high}）。", "All {n} dimensions have the same score ({high}).")
        return [filled(template, n=len(known), high=shown[0])]
    best = [c for c, text in zip(known, shown, strict=True) if text == shown[0]]
    worst = [c for c, text in zip(known, shown, strict=True) if text == shown[-1]]
    return [
        filled(
            Text(
                "{n}个维度中，{best}最高（{high}），{worst}最低（{low}）。",
                "Of {n} dimensions {best} {is_best} highest ({high}) and {worst} lowest ({low}).",
            ),
            n=len(known),
            is_best=Text("", "is" if len(best) == 1 else "are"),
            best=_quoted(names, best),
            high=_of(names, index, [at[c] for c in best]),
            worst=_quoted(names, worst),
            low=_of(names, index, [at[c] for c in worst]),
        )
    ]


def _quoted(names: Names, codes: Sequence[str]) -> Text:
    """Names in quotation marks; of many the first and the number."""
    told = listed(filled(Text("“{name}”", "“{name}”"), name=names.node(c)) for c in codes[:FEW])
    if len(codes) > FEW:
        return filled(Text("{told}等{n}个", "{told} and others ({n} in all)"), told=told, n=len(codes))
    return told


def _of(names: Names, index: LevelIndex, at: Sequence[tuple[int, int, int]]) -> Text:
    """The score of a dimension with its interval; of several that have the same the score alone."""
    if len(at) > 1:
        return Text(*[names.index_scale.show(float(index.value[at[0]]))] * 2)
    return _with_interval(names, *(float(a[at[0]]) for a in (index.value, index.lower, index.upper)))


def _with_interval(names: Names, value: float, low: float, high: float) -> Text:
    shown, interval = names.index_scale.show(value), names.index_scale.interval(low, high)
    if not interval or not high > low:
        return Text(shown, shown)
    return Text(f"{shown}，置信区间{interval}", f"{shown}, interval {interval}")


def _answers(names: Names) -> list[Text]:
    """Without an index: the latest mean of the first questions."""
    said = []
    for question in names.run.questions[:3]:
        if question.averages:
            last = question.averages[-1]
            said.append(
                filled(
                    Text(
                        "“{name}”（{wave}）均值为{value}（{level}置信区间{low}–{high}，n={n}）。",
                        "The mean of “{name}” ({wave}) is {value} ({level} interval {low}–{high}, n = {n}).",
                    ),
                    wave=names.waves[last.wave],
                    name=words(question.name),
                    value=f"{last.value:.3f}",
                    level=names.confidence,
                    low=f"{last.lower:.3f}",
                    high=f"{last.upper:.3f}",
                    n=last.n,
                )
            )
    return said
