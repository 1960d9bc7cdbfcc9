"""What the index of a unit stands on: indicators that it lacks or carries over, and changes not told because of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.documents import Block, Cell, Column, Heading, Paragraph, Table, Text, Words
from zhiheng.programme.report.names import Names, clauses, filled, listed, words

if TYPE_CHECKING:
    from zhiheng.measure.indices.progress import Change
    from zhiheng.programme.indexing import LevelIndex
    from zhiheng.programme.run import Level

#: after the name of a unit that lacks indicators others have, and of one with a value of an earlier wave
LACKS, CARRIES = "*", "†"
#: units and indicators named one by one; more are counted
FEW = 6


def some(items: Iterable[Words]) -> Text:
    """Words in a row; of many the first and the number."""
    given = list(items)
    if len(given) <= FEW:
        return listed(given)
    return filled(
        Text("{first}等{n}项", "{first} and others ({n} in all)"), first=listed(given[:FEW]), n=len(given)
    )


def nodes(names: Names, codes: Iterable[str]) -> Text:
    """Names of indicators in a row."""
    return some(names.node(c) for c in codes)


# ── marks and notes beside figures ──


def own_lacking(index: LevelIndex, w: int, u: int) -> tuple[str, ...]:
    """Indicators that a unit lacks and others have."""
    shared = index.basis.lacked_by_all(w)
    return tuple(c for c in index.basis.lacking(w, u) if c not in shared)


def mark(index: LevelIndex, w: int, u: int, code: str = "") -> str:
    """The sign after a unit, or after the score of a node of it; none where there is no score."""
    lacks = own_lacking(index, w, u)
    if code:
        below = index.basis.lacking(w, u, code)
        if len(below) == len(index.basis.below[code]):
            return ""
        lacks = tuple(c for c in below if c in lacks)
    return (LACKS if lacks else "") + (CARRIES if index.basis.carried_over(w, u, code) else "")


def marked(level: Level, index: LevelIndex, w: int, u: int) -> Text:
    """The name of a unit with its sign."""
    name, sign = words(level.names[u]), mark(index, w, u)
    return Text(name.zh + sign, name.en + sign)


def notes(names: Names, level: Level, index: LevelIndex, w: int) -> list[Text]:
    """Beside a ranking: indicators that nobody has, units that lack some, values carried over, units not there."""
    basis, said = index.basis, []
    if shared := basis.lacked_by_all(w):
        said.append(
            filled(
                Text(
                    "本层级该期没有这些指标：{what}。",
                    "Nobody here has these indicators in this wave: {what}.",
                ),
                what=nodes(names, shared),
            )
        )
    units = range(len(level.units))
    for sign, template, of in (
        (
            LACKS,
            Text(
                "{sign} 缺少指标，指数由其余指标算得，与其他单位不完全可比：{units}。",
                "{sign} Lacks indicators; its index is made of the others and does not compare fully: {units}.",
            ),
            {u: own_lacking(index, w, u) for u in units},
        ),
        (
            CARRIES,
            Text(
                "{sign} 指标沿用以前期次的值：{units}。",
                "{sign} Values carried over from an earlier wave: {units}.",
            ),
            {u: basis.carried_over(w, u) for u in units},
        ),
    ):
        told = [_with(words(level.names[u]), nodes(names, codes)) for u, codes in of.items() if codes]
        if told:
            said.append(filled(template, sign=sign, units=some(told)))
    gone = [words(level.names[u]) for u in units if not basis.measured[w, u]]
    if gone:
        said.append(
            filled(
                Text(
                    "该期没有数据、未参与排序：{units}。",
                    "Without data in this wave, and not in the order: {units}.",
                ),
                units=some(gone),
            )
        )
    return said


def _with(name: Text, what: Text) -> Text:
    return Text(f"{name.zh}（{what.zh}）", f"{name.en} ({what.en})")


# ── changes ──


def remark(names: Names, level: Level, index: LevelIndex, change: Change) -> Text:
    """Why a change cannot be told, or what in it was carried over; empty where nothing is to be said."""
    waves = level.estimates.waves
    before, after, u = waves.index(change.earlier), waves.index(change.later), level.units.index(change.unit)
    apart = index.basis.differences(before, after, u)
    if apart:
        return clauses(
            filled(
                Text("{wave}缺{what}", "{wave} lacks {what}"),
                wave=names.waves[waves[w]],
                what=nodes(names, codes),
            )
            for w, codes in apart
        )
    carried = [(w, codes) for w in (before, after) if (codes := index.basis.carried_over(w, u))]
    return clauses(
        filled(
            Text("{wave}沿用{what}的旧值", "{wave}: {what} carried over"),
            wave=names.waves[waves[w]],
            what=nodes(names, codes),
        )
        for w, codes in carried
    )


def broken(names: Names, level: Level, index: LevelIndex, units: Sequence[int]) -> list[Text]:
    """A note below lines over waves that stand on different indicators."""
    told = []
    for change in index.changes:
        if change.verdict == "incomparable" and level.units.index(change.unit) in units:
            name = words(level.names[level.units.index(change.unit)])
            told.append(_with(name, remark(names, level, index, change)))
    if not told:
        return []
    return [
        filled(
            Text(
                "所据指标前后不同，升降不可比：{units}。",
                "Waves that stand on different indicators, so that rise and fall do not compare: {units}.",
            ),
            units=some(dict.fromkeys(told)),
        )
    ]


# ── all of it, in one table ──


def basis_section(names: Names) -> Iterator[Block]:
    """Every unit and wave whose index does not stand on all indicators of its own wave."""
    table = basis_table(names)
    if table is None:
        return
    yield Heading(1, Text("指标不全的单位", "Units without all indicators"))
    yield Paragraph(
        Text(
            "以下单位和期次的指数不是由方案的全部指标、当期的数据算得。所据指标不同的两期之间不算变化，也不作检验。",
            "The index of these units and waves is not made of all indicators of the plan with data of the wave. No "
            " change is told or tested between waves that stand on different indicators.",
        )
    )
    yield table


def basis_table(names: Names) -> Table | None:
    """A row a unit and what it lacks, with the waves; none where the index of everybody stands on everything."""
    rows = [row for level in names.run.levels for row in _rows(names, level)]
    if not rows:
        return None
    columns = [Column("level", Text("层级", "Level"))] if len(names.run.levels) > 1 else []
    columns.append(Column("unit", Text("单位", "Unit")))
    if names.several_waves:
        columns.append(Column("waves", Text("期次", "Wave")))
    for key, title in (
        ("lacking", Text("缺少的指标", "Without")),
        ("carried", Text("沿用旧值", "Carried over")),
    ):
        if any(row[key] for row in rows):
            columns.append(Column(key, title))
    return Table(
        columns,
        rows,
        caption=Text("指数所缺与沿用的指标", "Indicators that the index lacks or carries over"),
        anchor="basis",
    )


def _rows(names: Names, level: Level) -> Iterator[dict[str, Cell]]:
    """First what all units of a level share, then each unit; waves of one kind together."""
    index = level.index
    if index is None:
        return
    basis, found = index.basis, dict[tuple[int, tuple[str, ...], tuple[str, ...]], list[int]]()
    for w in np.flatnonzero(basis.measured.any(axis=1)):
        if shared := basis.lacked_by_all(int(w)):
            found.setdefault((-1, shared, ()), []).append(int(w))
        for u in range(len(level.units)):
            lacks = own_lacking(index, int(w), u) if basis.measured[w, u] else basis.leaves
            carried = basis.carried_over(int(w), u)
            if lacks or carried:
                found.setdefault((u, lacks, carried), []).append(int(w))
    alone = len(level.units) == 1
    for (u, lacks, carried), waves in sorted(found.items(), key=lambda one: (one[0][0], one[1])):
        name = words(level.names[u]) if u >= 0 or alone else Text("全部单位", "all units")
        row: dict[str, Cell] = {
            "level": words(level.name),
            "unit": name,
            "waves": _waves(names, level, waves),
        }
        row["lacking"] = listed(names.node(c) for c in lacks) if lacks else ""
        if len(lacks) == len(basis.leaves):
            row["lacking"] = Text("全部（没有指数）", "all (no index)")
        row["carried"] = listed(names.node(c) for c in carried) if carried else ""
        yield row


def _waves(names: Names, level: Level, waves: Sequence[int]) -> Text:
    """Waves in a row; neighbours as first–last."""
    runs: list[list[int]] = []
    for w in waves:
        if runs and w == runs[-1][-1] + 1:
            runs[-1].append(w)
        else:
            runs.append([w])
    of = [names.waves[code] for code in level.estimates.waves]
    return listed(
        of[r[0]] if len(r) == 1 else filled(Text("{a}–{b}", "{a}–{b}"), a=of[r[0]], b=of[r[-1]]) for r in runs
    )
