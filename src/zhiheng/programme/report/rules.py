"""What the civic rules did: points off, points on, one vote that overrules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zhiheng.documents import Block, Bullets, Cell, Column, Heading, Table, Text
from zhiheng.programme.report.levels import band_name, last_wave, order_of, root_values
from zhiheng.programme.report.names import KINDS, Names, filled, words

if TYPE_CHECKING:
    from zhiheng.measure.indices.civic import Applied
    from zhiheng.programme.run import Level


def rule_section(names: Names) -> Iterator[Block]:
    """Units that a rule touched in the last wave, and the vetoes of the waves before."""
    made: list[Block] = []
    for level in names.run.levels:
        if level.index is None or (w := last_wave(names, level.index)) < 0:
            continue
        table = rule_table(names, level, [level.estimates.waves[w]])
        if table is not None:
            made.append(table)
        earlier = list(_earlier_vetoes(names, level, level.estimates.waves[:w]))
        if earlier:
            made.append(Bullets(earlier))
    if made:
        yield Heading(1, Text("扣分、加分与一票否决", "Deductions, bonus points and vetoes"))
        yield from made


def _rule_names(names: Names) -> dict[str, Text]:
    return {a.code: names.rule(a.code) for a in (names.plan.index.adjust if names.plan.index else ())}


def rule_table(names: Names, level: Level, waves: list[str]) -> Table | None:
    """A row a unit that a rule touched: its index before, points by rule, its index after; none without any."""
    index = level.index
    assert index is not None
    rules, scale = _rule_names(names), names.index_scale
    touched: dict[tuple[str, str], list[Applied]] = {}
    for wave in waves:
        for one in index.applied.get(wave, ()):
            touched.setdefault((wave, one.unit), []).append(one)
    if not touched:
        return None
    used = {_rule(a) for of in touched.values() for a in of}
    headings = {f"rule {code}": name for code, name in rules.items()} | {
        f"kind {k}": v for k, v in KINDS.items()
    }
    keys = [k for k in headings if k in used]
    columns = [Column("unit", words(level.name))] if len(level.units) > 1 else []
    if len(waves) > 1:
        columns.append(Column("wave", Text("期次", "Wave")))
    columns += [
        Column("before", Text("调整前", "Before"), "number", scale.decimals),
        *(Column(k, headings[k], align="right") for k in keys),
        Column("after", Text("调整后", "After"), "number", scale.decimals, bands=names.bands),
    ]
    rows: list[dict[str, Cell]] = []
    for wave in waves:
        w = level.estimates.waves.index(wave)
        value = root_values(names, index)[w]
        for u in order_of(value):
            applied = touched.get((wave, level.units[u]))
            if applied is None:
                continue
            row: dict[str, Cell] = dict.fromkeys(keys, "·")
            row |= {_rule(a): _effect(names, level, w, u, a) for a in applied}
            row |= {
                "unit": words(level.names[u]),
                "wave": names.waves[wave],
                "before": float(value[u]) - sum(a.amount for a in applied),
                "after": float(value[u]),
            }
            rows.append(row)
    caption = Text("扣分、加分与否决：{level}", "Deductions, bonus points and vetoes: {level}")
    if len(waves) == 1 and names.several_waves:
        caption = Text(f"{caption.zh}（{{wave}}）", f"{caption.en} ({{wave}})")
    return Table(
        columns,
        rows,
        caption=filled(caption, level=words(level.name), wave=names.waves[waves[0]]),
        notes=[Text("“·”：该规则没有触及。", "“·”: not touched by the rule.")]
        if any(r[k] == "·" for r in rows for k in keys)
        else [],
        max_rows_in_documents=30,
        anchor=f"rules-{level.code}",
    )


def _rule(applied: Applied) -> str:
    """The column of what was applied: its rule, or its kind where it belongs to none."""
    return f"rule {applied.code}" if applied.code else f"kind {applied.kind}"


def _effect(names: Names, level: Level, w: int, u: int, applied: Applied) -> Cell:
    """Points; of a veto what it set."""
    if applied.kind != "veto":
        return names.index_scale.signed(applied.amount)
    rule = next(a for a in (names.plan.index.adjust if names.plan.index else ()) if a.code == applied.code)
    if rule.set_to is not None:
        shown = names.index_scale.show(rule.set_to)
        return Text(f"不高于{shown}", f"at most {shown}")
    band = level.index.bands[w][u] if level.index is not None else None
    return filled(Text("等级定为{band}", "band {band}"), band=band_name(band)) if band is not None else "×"


def _earlier_vetoes(names: Names, level: Level, waves: tuple[str, ...]) -> Iterator[Text]:
    index = level.index
    assert index is not None
    name, rules = dict(zip(level.units, level.names, strict=True)), _rule_names(names)
    for wave in reversed(waves):
        for one in index.applied.get(wave, ()):
            if one.kind == "veto":
                at = (level.estimates.waves.index(wave), level.units.index(one.unit))
                yield filled(
                    Text(
                        "{wave}：{unit}因“{rule}”，指数为{value}。",
                        "{wave}: {unit}, “{rule}”, index {value}.",
                    ),
                    wave=names.waves[wave],
                    unit=words(name[one.unit]),
                    rule=rules.get(one.code, one.code),
                    value=names.index_scale.show(float(root_values(names, index)[at])),
                )
