"""The report of a run, in order: what was found first, what it stands on after."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.documents import Block, Bullets, Heading, Report, Text, Words
from zhiheng.programme.report import ground, standing
from zhiheng.programme.report.names import Names, filled, run_on, words

if TYPE_CHECKING:
    from zhiheng.programme.indexing import LevelIndex
    from zhiheng.programme.run import Level, Run


def compose(run: Run) -> Report:
    """Describe the report of a run: one description for page, Word and PDF."""
    names = Names(run)
    blocks: list[Block] = [
        *summary_section(names),
        *ground.method_section(names),
        *standing.index_section(names),
        *standing.heat_section(names),
        *standing.quadrant_section(names),
        *standing.trend_section(names),
        *standing.rule_section(names),
        *ground.question_section(names),
        *ground.weight_section(names),
        *ground.ledger_section(names),
        *ground.finding_section(names),
    ]
    return Report(
        title=words(run.plan.title),
        blocks=blocks,
        edition=run.plan.edition,
        owner=words(run.plan.owner) if run.plan.owner else "",
        languages=names.languages,
        made_up=run.plan.made_up,
        footer=footer(run),
        date=today(),
    )


def today() -> dt.date:
    """The date on the documents; SOURCE_DATE_EPOCH gives another, for documents that are the same each time."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = (
        dt.datetime.fromtimestamp(int(given), tz=dt.UTC)
        if given.isdigit()
        else dt.datetime.now().astimezone()
    )
    return now.date()


def footer(run: Run) -> list[tuple[Words, Words]]:
    """What the run was made from: enough to repeat it."""
    record = run.record
    versions = "，".join(f"{k} {v}" for k, v in record["versions"].items())
    facts: list[tuple[Words, Words]] = [
        (Text("软件", "Software"), f"zhiheng {record['zhiheng']}（{versions}）"),
        (Text("随机种子", "Seed"), str(record["seed"])),
    ]
    hashes = {**record["plan"], **record["data"]}
    facts += [(name, f"SHA-256 {value[:16]}…") for name, value in list(hashes.items())[:24]]
    if len(hashes) > 24:
        facts.append((Text("其余文件", "Other files"), "run.json"))
    return facts


# ── what was found, first ──


def summary_section(names: Names) -> Iterator[Block]:
    """The few sentences an office reads."""
    said = [*_whole(names), *(s for level in names.indexed if (s := _ends(names, level)) is not None)]
    said += _dimensions(names) or []
    if not said:
        said = _answers(names)
    if said:
        yield Heading(1, Text("摘要", "Summary"))
        yield Bullets(said)


def _whole(names: Names) -> list[Text]:
    level = names.whole
    if level is None or level.index is None or (w := standing.last_wave(names, level.index)) < 0:
        return []
    index, wave, scale = level.index, level.estimates.waves[w], names.index_scale
    root = index.codes.index(names.root)
    value, low, high = (float(a[root, w, 0]) for a in (index.value, index.lower, index.upper))
    sentence = filled(
        Text("{wave}{name}为{value}{interval}。", "{wave}: {name} is {value}{interval}."),
        wave=names.waves[wave],
        name=names.node(names.root),
        value=scale.show(value),
        interval=_interval(names, low, high),
    )
    band = index.bands[w][0]
    parts = [sentence]
    if band is not None:
        parts.append(
            filled(
                Text("等级为{band}。", "Its band is {band}."),
                band=Text(band.name_zh or band.code, band.name_en or band.code),
            )
        )
    change = next((c for c in reversed(index.changes) if c.later == wave and math.isfinite(c.change)), None)
    if change is not None and math.isfinite(change.se):
        parts.append(_changed(names, change.earlier, change.change, change.verdict))
    return [run_on(parts)]


def _interval(names: Names, low: float, high: float) -> Text:
    shown = names.index_scale.interval(low, high)
    if not shown or not high > low:
        return Text("", "")
    return Text(f"（{names.confidence}置信区间{shown}）", f" ({names.confidence} interval {shown})")


def _changed(names: Names, earlier: str, change: float, said: str) -> Text:
    amount = names.index_scale.show(abs(change))
    if said == "none":
        return filled(
            Text(
                "与{earlier}相差{change}，未超出抽样误差，不能说有变化。",
                "The difference of {change} from {earlier} lies within sampling error: no change is shown.",
            ),
            earlier=names.waves[earlier],
            change=names.index_scale.signed(change),
        )
    word = Text("提高", "up") if said == "up" else Text("下降", "down")
    return filled(
        Text(
            "比{earlier}{word}{change}，超出抽样误差。",
            "It is {word} by {change} from {earlier}, beyond sampling error.",
        ),
        earlier=names.waves[earlier],
        word=word,
        change=amount,
    )


def _ends(names: Names, level: Level) -> Text | None:
    """First and last of a level, and how many cannot be told apart from the first."""
    index = level.index
    assert index is not None
    w = standing.last_wave(names, index)
    if w < 0:
        return None
    value = index.value[index.codes.index(names.root), w]
    order = standing.order_of(value)
    if len(order) < 2:
        return None
    first, last, scale = order[0], order[-1], names.index_scale
    sentence = filled(
        Text(
            "{n}个{level}中，{first}最高（{high}），{last}最低（{low}）。",
            "Of {n} ({level}), {first} is highest ({high}) and {last} lowest ({low}).",
        ),
        n=len(order),
        level=standing.lower(words(level.name)),
        first=words(level.names[first]),
        high=scale.show(float(value[first])),
        last=words(level.names[last]),
        low=scale.show(float(value[last])),
    )
    comparison = index.comparisons.get(level.estimates.waves[w])
    if comparison is None or not standing.in_error(level, names):
        return sentence
    alike = sum(1 for u in order[1:] if not comparison.significant[first, u])
    rest = (
        filled(
            Text(
                "最高者与其后{n}个的差异不显著，不宜称“第一”。",
                "It cannot be told apart from {n} other(s): no sole first place.",
            ),
            n=alike,
        )
        if alike
        else Text("最高者与其余各个的差异均显著。", "It differs significantly from all others.")
    )
    return run_on([sentence, rest])


def _dimensions(names: Names) -> list[Text]:
    level = names.whole
    if level is None or level.index is None or len(names.dimensions) < 2:
        return []
    index: LevelIndex = level.index
    w = standing.last_wave(names, index)
    scores = {c: float(index.value[index.codes.index(c), w, 0]) for c in names.dimensions}
    known = sorted((c for c in scores if np.isfinite(scores[c])), key=lambda c: -scores[c])
    if w < 0 or len(known) < 2:
        return []
    best, worst = known[0], known[-1]
    return [
        filled(
            Text(
                "{n}个维度中，“{best}”最高（{high}），“{worst}”最低（{low}）。",
                "Of {n} dimensions “{best}” is highest ({high}) and “{worst}” lowest ({low}).",
            ),
            n=len(known),
            best=names.node(best),
            high=names.index_scale.show(scores[best]),
            worst=names.node(worst),
            low=names.index_scale.show(scores[worst]),
        )
    ]


def _answers(names: Names) -> list[Text]:
    """Without an index: the latest mean of the first questions."""
    said = []
    for question in names.run.questions[:3]:
        if question.averages:
            last = question.averages[-1]
            said.append(
                filled(
                    Text(
                        "{wave}“{name}”均值为{value}（{level}置信区间{low}–{high}，n={n}）。",
                        "{wave}: the mean of “{name}” is {value} ({level} interval {low}–{high}, n = {n}).",
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
