"""Whether a wording is true of a value, with the reason in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from zhiheng.documents.words import Language, Text
from zhiheng.figures.wording.interval import spell
from zhiheng.figures.wording.phrasing import phrases, to_decimal
from zhiheng.figures.wording.reading import Claim, Rounding, read
from zhiheng.figures.wording.table import table

REASONS: Final[dict[str, Text]] = {
    "true": Text(
        "“{phrase}”（{rule}）在 {interval} 时为真；数值 {value} 在其中。",
        "“{phrase}” ({rule}) is true of values {interval}; {value} is one of them.",
    ),
    "false": Text(
        "“{phrase}”（{rule}）在 {interval} 时为真；数值 {value} 不在其中。可以写：{instead}。",
        "“{phrase}” ({rule}) is true of values {interval}; {value} is none of them. True would be: {instead}.",
    ),
    "rivals": Text(
        "“{phrase}”自相矛盾，可读作 {interval}，不作判断。可以写：{instead}。",
        "“{phrase}” contradicts itself: it can be read as {interval}; no verdict. True would be: {instead}.",
    ),
    "idiom": Text(
        "“{phrase}”是习语，弱判断（{interval}）；数值 {value} 不在其中，但不据此判错。",
        "“{phrase}” is an idiom, a weak claim ({interval}); {value} is outside, which does not count against the text.",
    ),
    "unit": Text(
        "单位不同：文中是“{said}”，数值的单位是“{unit}”。{difference}可以写：{instead}。",
        "The units differ: the text says {said}, the value is in {unit}. {difference}True would be: {instead}.",
    ),
}
DIFFERENCES: Final[dict[tuple[str, str], Text]] = {
    ("once", "occurrences"): Text(
        "前者每个只计一次，后者按次累计。", "The first counts each once, the second counts occurrences. "
    ),
    ("occurrences", "once"): Text(
        "前者按次累计，后者每个只计一次。", "The first counts occurrences, the second counts each once. "
    ),
}
WARNINGS: Final[dict[str, Text]] = {
    "discouraged": Text(
        "成立，但差距较大，不宜这样写；可以写：{instead}。", "True, but far off: better {instead}."
    ),
    "round_and_large": Text(
        "整数且较大，读者会当作约数；请核对是否为精确数。",
        "A large round number: readers will take it for an approximation. Check that it is exact.",
    ),
    "overlaid": Text("限定词重复（{rule}），只留一个。", "More than one limiting word ({rule}): keep one."),
    "error_reaches_end": Text(
        "标准误 {se}：数值与界限 {end} 相差不到 1.96 个标准误，抽样误差内不能断定。",
        "Standard error {se}: the value lies within 1.96 of it from {end}; the sample does not settle it.",
    ),
    "false_precision": Text(
        "标准误 {se}：显示到 {shown} 位，比误差细得多。",
        "Standard error {se}: shown to {shown}, far finer than the error.",
    ),
}
LANGUAGES: Final[tuple[Language, Language]] = ("zh", "en")
_Z: Final = Decimal("1.96")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a wording is true of a value.

    Attributes
    ----------
    true : true, false, or none where there is no verdict (rival readings; an idiom that the value does not bear).
    reason : why, naming the interval and, where it is not true, what would be.
    warnings : what is true but discouraged.
    claim : what was read.
    """

    true: bool | None
    reason: Text
    warnings: tuple[Text, ...]
    claim: Claim

    @property
    def warned(self) -> bool:
        """Whether something is discouraged."""
        return bool(self.warnings)


def judge(
    said: str,
    value: Decimal | int | str,
    *,
    unit: str = "",
    se: Decimal | float | None = None,
    rounding: Rounding = "half_up",
) -> Verdict:
    """Tell whether the one worded number in a phrase is true of a value.

    Parameters
    ----------
    said
        The phrase, as for `read`.
    value
        The value, exact; shares in per cent.
    unit
        Unit of the value; empty to leave it unjudged. 人, 名 and 位 may stand for each other, 家 and 家次 may not.
    se
        Standard error of a measured value, in its unit. It never changes the verdict, which is on the published value.
        It adds a warning where the error reaches the end on which the claim hangs, or is ten times the last digit.
    rounding
        How shown numbers were rounded.

    Raises
    ------
    Problem
        As `read`; ``not_a_value``.
    """
    number = to_decimal(value)
    claim = read(said, rounding=rounding)
    if unit and not table().same_unit(claim.unit, unit):
        return _unit_verdict(claim, number, unit)
    inside = [number in reading for reading in claim.readings]
    if not claim.well_formed:
        return Verdict(None, _reason("rivals", claim, number, unit), (), claim)
    if claim.weak and not inside[0]:
        return Verdict(None, _reason("idiom", claim, number, unit), (), claim)
    if not inside[0]:
        return Verdict(False, _reason("false", claim, number, unit), (), claim)
    return Verdict(True, _reason("true", claim, number, unit), _warnings(claim, number, unit, se), claim)


def _unit_verdict(claim: Claim, value: Decimal, unit: str) -> Verdict:
    units = table().units
    counts = [units[u].counts if u in units else "" for u in (claim.unit, unit)]
    difference = DIFFERENCES.get((counts[0], counts[1]), Text("", ""))

    def fill(language: Language) -> str:
        return (
            REASONS["unit"]
            .in_(language)
            .format(
                said=table().unit_word(claim.unit, language),
                unit=table().unit_word(unit, language),
                difference=difference.in_(language) if difference.zh else "",
                instead=_instead(value, unit, language),
            )
        )

    return Verdict(False, Text(fill("zh"), fill("en")), (), claim)


def _instead(value: Decimal, unit: str, language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(phrases(value, unit, language)[:3])


def _rule_names(claim: Claim) -> Text:
    rules = [table().rules[code].name for code in claim.rules if code in table().rules]
    return Text("＋".join(r.zh for r in rules) or "习语", " + ".join(r.en for r in rules) or "idiom")


def _reason(key: str, claim: Claim, value: Decimal, unit: str) -> Text:
    names = _rule_names(claim)

    def fill(language: Language) -> str:
        word = table().unit_word(claim.unit, language)
        return (
            REASONS[key]
            .in_(language)
            .format(
                phrase=claim.phrase,
                rule=names.in_(language),
                interval=(" 或 " if language == "zh" else " or ").join(
                    f"{i} {word}".rstrip() for i in claim.readings
                ),
                value=spell(value),
                instead="" if key == "true" else _instead(value, unit or claim.unit, language),
            )
        )

    return Text(fill("zh"), fill("en"))


def _warnings(claim: Claim, value: Decimal, unit: str, se: Decimal | float | None) -> tuple[Text, ...]:
    found: list[Text] = []
    if any(value in warn for warn in claim.warns):
        zh, en = (_instead(value, unit or claim.unit, language) for language in LANGUAGES)
        template = WARNINGS["discouraged"]
        found.append(Text(template.zh.format(instead=zh), template.en.format(instead=en)))
    if claim.round_and_large:
        found.append(WARNINGS["round_and_large"])
    if len(claim.rules) > 1:
        names = _rule_names(claim)
        found.append(
            Text(
                WARNINGS["overlaid"].zh.format(rule=names.zh),
                WARNINGS["overlaid"].en.format(rule=names.en),
            )
        )
    if se is not None:
        found += _error_warnings(claim, value, to_decimal(str(se)))
    return tuple(found)


def _error_warnings(claim: Claim, value: Decimal, se: Decimal) -> list[Text]:
    interval = claim.interval
    assert interval is not None
    if set(claim.rules) <= {"rounded", "reached", "exact"}:
        if claim.shown * 10 > se:
            return []
        template = WARNINGS["false_precision"]
        shown = spell(claim.shown)
        return [
            Text(template.zh.format(se=spell(se), shown=shown), template.en.format(se=spell(se), shown=shown))
        ]
    ends = [end for end in (interval.low, interval.high) if end is not None]
    near = [end for end in ends if abs(value - end) < _Z * se]
    template = WARNINGS["error_reaches_end"]
    return [
        Text(template.zh.format(se=spell(se), end=spell(e)), template.en.format(se=spell(se), end=spell(e)))
        for e in near
    ]
