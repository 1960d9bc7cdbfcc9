"""What a worded number claims: the interval of values for which it is true."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from typing import Literal, TypeAlias

from zhiheng.documents.words import Language
from zhiheng.figures.wording.finding import find
from zhiheng.figures.wording.grammar import narrow, phrase
from zhiheng.figures.wording.interval import EXACT, Interval, evaluate
from zhiheng.figures.wording.numerals import (
    EN_SCALES,
    SCALES,
    Numeral,
    arabic,
    chinese,
    english,
    last_non_zero,
    scale_of,
)
from zhiheng.figures.wording.problems import Problem
from zhiheng.figures.wording.table import Rule, Unit, table

Rounding: TypeAlias = Literal["half_up", "half_even"]
"""四舍五入, or GB/T 8170-2008 (四舍六入五成双)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a worded number says.

    Attributes
    ----------
    phrase : the words that were read.
    rules : codes of the rows of the truth table that apply.
    number : N, in `unit`.
    shown : v, place of its last shown digit, in `unit`.
    readings : the interval of values for which the words are true; two rivals where they contradict (近百余).
    warns : where in the interval the wording is discouraged.
    unit : the unit in which the ends are given, empty where the words name none.
    weak : an idiom: never counted against the text.
    """

    phrase: str
    rules: tuple[str, ...]
    number: Decimal
    shown: Decimal
    readings: tuple[Interval, ...]
    warns: tuple[Interval, ...] = ()
    unit: str = ""
    weak: bool = False

    @property
    def well_formed(self) -> bool:
        """Whether the words have one reading."""
        return len(self.readings) == 1

    @property
    def interval(self) -> Interval | None:
        """The one reading, or none where rivals contradict each other."""
        return self.readings[0] if self.well_formed else None

    @property
    def round_and_large(self) -> bool:
        """Whether a plain count looks like an approximation: 3500人次."""
        place = table().small_round_place
        large = abs(self.number) >= table().small_round_from and not EXACT.remainder(self.number, place)
        return self.rules == ("exact",) and large

    def bears(self, value: Decimal) -> bool:
        """Whether the words are true of a value; words that contradict each other are true of none."""
        return self.interval is not None and value in self.interval

    def discouraged(self, value: Decimal) -> bool:
        """Whether the truth table warns of the words although they are true."""
        return self.round_and_large or any(value in warn for warn in self.warns)


def read(said: str, *, rounding: Rounding = "half_up") -> Claim:
    """Read the one worded number in a phrase.

    The ends follow the truth table in exact decimal arithmetic. Words that hold together are both applied (their
    intervals meet); words that contradict each other leave rival readings. Only 三分之二 and its like have ends without
    a finite decimal: the share is cut at 6 decimals of a per cent.

    Parameters
    ----------
    said
        A phrase such as ``400余家`` or ``会员活动参与率达到93.5%``; other words may stand around the number.
    rounding
        How a shown number was rounded: decides which end of its interval belongs to it.

    Raises
    ------
    Problem
        ``no_figure``, ``several_figures``, and what is wrong with the numeral.
    """
    found = [f for f in find(said) if f.figure or f.kind == "idiom"]
    if not found:
        raise Problem("no_figure", said[:60])
    if len(found) > 1:
        raise Problem("several_figures", " · ".join(f.text[:60] for f in found[:10]))
    if found[0].kind == "idiom":
        return _idiom(found[0].text)
    match = phrase().match(narrow(said), found[0].start)
    if match is None:
        raise Problem("numeral_unreadable", found[0].text)
    return _claim(match, found[0].text, rounding)


def _idiom(said: str) -> Claim:
    idiom = table().idioms[said]
    interval = evaluate(idiom.true, {})
    assert interval.low is not None
    return Claim(said, ("idiom",), interval.low, Decimal(1), (interval,), unit=idiom.unit, weak=True)


@dataclass(frozen=True, slots=True)
class _Number:
    """A numeral, the rule that it follows by itself, the step of 余 (s), its sign, and the end of a range."""

    numeral: Numeral
    rule: str
    step: Decimal
    negative: bool = False
    to: Numeral | None = None


def _claim(match: re.Match[str], said: str, rounding: Rounding) -> Claim:
    unit = _unit_of(match)
    number = _number(match, unit, said)
    rules = _words(match)
    inherent = table().rules[number.rule]
    if not rules or (inherent.code in {"several", "order_of"}):
        rules = [inherent, *rules]
    speaking = [r for r in rules if not r.yields]
    rules = speaking or rules[:1]
    if "more_by_place" in {r.code for r in rules} and _teens(match, number, unit):
        rules = [table().rules["teens"] if r.code == "more_by_place" else r for r in rules]
    return _apply(_once(rules), number, unit, said, rounding)


def _once(rules: list[Rule]) -> list[Rule]:
    return [rule for at, rule in enumerate(rules) if rule.code not in {r.code for r in rules[:at]}]


def _unit_of(match: re.Match[str]) -> Unit | None:
    word = match["unit"] or match["from_unit"] or ""
    word = word.lower() if word.isascii() else word
    code = word if word in table().units else table().english_units.get(word, "")
    if match["below"]:
        code = "%"
    if not code and any(c in "¥￥" for c in match.group()):
        code = "元"
    return table().units.get(code)


def _words(match: re.Match[str]) -> list[Rule]:
    """The rules of the marking words, in the order in which they stand."""
    rules: list[Rule] = []
    languages: tuple[Language, Language] = ("zh", "en")
    for where, group in (
        ("before", "before"),
        ("inside", "inside"),
        ("inside", "outside"),
        ("after", "after"),
    ):
        said = (match[group] or "").lower()
        while said:
            known = [
                (word, rule)
                for language in languages
                for word, rule in table().markers(language, where).items()
                if said.startswith(word)
            ]
            if known:
                word, rule = max(known, key=lambda pair: len(pair[0]))
                rules.append(rule)
                said = said[len(word) :]
            else:
                said = said[1:]  # 了 and spaces
    return rules


def _teens(match: re.Match[str], number: _Number, unit: Unit | None) -> bool:
    alone = number.numeral.value == 10 and number.numeral.scale == 1
    return alone and bool(match["run"]) and not match["after"] and (unit is None or unit.counts != "measured")


def _number(match: re.Match[str], unit: Unit | None, said: str) -> _Number:
    if match["several"]:
        return _power(scale_of("".join(c for c in match["several"] if c in SCALES)), match["several"])
    if match["few"]:
        product = Decimal(1)
        for word in re.findall("[a-z]+", match["few"].lower()):
            scale = 10 if word in {"dozens", "tens"} else EN_SCALES.get(word[:-1], 1)
            product *= scale
        return _power(product, "数")
    if match["half"]:
        share = unit is None
        half = Numeral(Decimal(50), Decimal(1)) if share else Numeral(Decimal("0.5"), Decimal("0.5"))
        return _Number(half, "fraction" if share else "rounded", half.last_non_zero)
    if match["below"]:
        return _fraction(match, said)
    if match["part"]:
        return _share(arabic(match["part"]).value, arabic(match["whole"]).value, said)
    if match["left"]:
        return _ratio(match, said)
    return _plain(match, unit, said)


def _power(power: Decimal, word: str) -> _Number:
    return _Number(
        Numeral(Decimal(1), Decimal(1), power), "order_of" if word[0] == "上" else "several", power
    )


def _fraction(match: re.Match[str], said: str) -> _Number:
    below, above = match["below"], match["above"]
    numeral = arabic(above) if above[0].isascii() else chinese(above)
    if below in {"百", "一百"}:
        return _Number(numeral, "rounded", numeral.last_non_zero)
    if below in {"千", "万"}:
        shares = numeral.scaled(Decimal("0.1") if below == "千" else Decimal("0.01"))
        return _Number(shares, "rounded", shares.last_non_zero)
    return _share(numeral.value, chinese(below).value, said)


def _share(part: Decimal, whole: Decimal, said: str) -> _Number:
    if not whole:
        raise Problem("numeral_unreadable", said)
    share = EXACT.multiply(part, Decimal(100)) / whole
    share = Decimal(f"{share:.6f}")
    return _Number(Numeral(share, Decimal(1)), "fraction", Decimal(1))


def _ratio(match: re.Match[str], said: str) -> _Number:
    left, right = arabic(match["left"]), arabic(match["right"])
    if left.value != 1 and right.value != 1:
        raise Problem("ratio_without_one", said)
    numeral = right if left.value == 1 else left
    return _Number(numeral, "rounded", numeral.last_non_zero)


def _plain(match: re.Match[str], unit: Unit | None, said: str) -> _Number:
    scale_said = match["scale"] or ""
    in_english = scale_said.lower() in EN_SCALES
    scale = Decimal(EN_SCALES[scale_said.lower()]) if in_english else scale_of(scale_said)
    if match["from"]:
        return _range(match, scale, unit, said)
    if match["run"]:
        numeral = chinese(match["run"])
        exact = numeral.scale == 1 and scale == 1 and numeral.shown == 1
    elif match["words"]:
        numeral = english(match["words"])
        exact = scale == 1
    else:
        numeral = arabic(match["digits"])
        exact = scale == 1 and numeral.shown == 1
        if match["tail"]:
            numeral = _mixed(match["digits"] + match["tail"] + scale_said, said)
            scale, exact = Decimal(1), False
    if match["more_half"]:
        numeral = Numeral(EXACT.add(numeral.value, Decimal("0.5")), Decimal("0.5"))
        exact = False
    if match["tenth"]:  # 九成五
        numeral = Numeral(EXACT.add(numeral.value, chinese(match["tenth"]).value.scaleb(-1)), Decimal("0.1"))
    measured = unit is not None and unit.counts == "measured"
    step = _step(match, numeral, scale)
    if match["inside"] and scale != 1:  # 50多万: the step is taken before the scale
        step = EXACT.multiply(numeral.last_non_zero, scale)
    return _Number(
        numeral.scaled(scale),
        "exact" if exact and not measured else "rounded",
        step,
        negative=bool(match["sign"]),
    )


def _step(match: re.Match[str], numeral: Numeral, scale: Decimal) -> Decimal:
    """The step of 余 and 多 that stand after everything else."""
    if match["after"] and match["after"][0] in "余多":  # 三年多, 十年多: up to the next whole unit
        return EXACT.multiply(numeral.last_shown, scale)
    scaled = numeral.scaled(scale)
    if scaled.scale != 1 or numeral.shown != 1:
        return scaled.last_shown
    return scaled.last_non_zero


def _mixed(text: str, said: str) -> Numeral:
    """Read 3万2千, 1亿3000万: parts that fall in scale."""
    total, last = Decimal(0), Decimal(10) ** 20
    scale = Decimal(1)
    for digits, scales in re.findall(r"([0-9.,]+)\s?([十百千万亿]*)", text):
        scale = scale_of(scales)
        part = EXACT.multiply(arabic(digits).value, scale)
        if scale >= last or part >= last:
            raise Problem("numeral_unreadable", said)
        total, last = EXACT.add(total, part), scale
    return Numeral(EXACT.divide(total, scale), Decimal(1), scale)


def _range(match: re.Match[str], scale: Decimal, unit: Unit | None, said: str) -> _Number:
    low, high = arabic(match["from"]), arabic(match["to"])
    own = match["from_unit"] or ""
    low = low.scaled(scale_of(own) if own and own not in "%‰" else scale)
    high = high.scaled(scale)
    if low.value > high.value:
        raise Problem("range_backwards", said)
    exact = low.last_shown == 1 == high.last_shown and (unit is None or unit.counts != "measured")
    return _Number(low, "exact" if exact else "rounded", low.last_non_zero, to=high)


def _apply(rules: list[Rule], number: _Number, unit: Unit | None, said: str, rounding: Rounding) -> Claim:
    factor = unit.factor if unit else Decimal(1)
    numeral = number.numeral.scaled(factor)
    step = EXACT.multiply(number.step, factor)
    _refuse_signs(rules, number, said)
    intervals = [_interval(r, r.true, _symbols(r, numeral, step, number), number, rounding) for r in rules]
    warns = [
        _interval(r, r.warn, _symbols(r, numeral, step, number), number, "half_up") for r in rules if r.warn
    ]
    if number.to is not None:
        to = number.to.scaled(factor)
        tops = [
            _interval(r, r.true, _symbols(r, to, step, number), replace(number, numeral=number.to), rounding)
            for r in rules
        ]
        intervals = [
            Interval(i.low, j.high, i.low_open, j.high_open) for i, j in zip(intervals, tops, strict=True)
        ]
        warns = []
    met = reduce(Interval.meet, intervals)
    own = "倍" if ":" in narrow(said) else "%" if number.rule == "fraction" else ""
    return Claim(
        phrase=said,
        rules=tuple(r.code for r in rules),
        number=-numeral.value if number.negative else numeral.value,
        shown=numeral.last_shown,
        readings=tuple(intervals) if met.empty else (met,),
        warns=tuple(warns),
        unit=unit.of if unit else own,
    )


def _refuse_signs(rules: list[Rule], number: _Number, said: str) -> None:
    if any(rule.negative == "refuse" for rule in rules):
        if number.negative:
            raise Problem("below_zero", said)
        if not number.numeral.value:
            raise Problem("zero", said)


def _symbols(rule: Rule, numeral: Numeral, step: Decimal, number: _Number) -> dict[str, Decimal]:
    """N, u, v and s of the truth table."""
    n = -numeral.value if number.negative and rule.negative == "order" else numeral.value
    return {"N": n, "u": last_non_zero(n), "v": numeral.last_shown, "s": step}


def _interval(
    rule: Rule, expression: str, symbols: dict[str, Decimal], number: _Number, rounding: Rounding
) -> Interval:
    interval = evaluate(expression, symbols)
    if rule.rounds and rounding == "half_even" and expression == rule.true:
        even = EXACT.divide_int(symbols["N"], symbols["v"]) % 2 == 0
        interval = Interval(interval.low, interval.high, not even, not even)
    return interval.mirrored() if number.negative and rule.negative == "mirror" else interval
