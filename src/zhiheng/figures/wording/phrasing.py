"""The true wordings of a value, best first."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    InvalidOperation,
)
from typing import Final

from zhiheng.documents.words import Language
from zhiheng.figures.wording.interval import spell
from zhiheng.figures.wording.numerals import LONGEST, last_non_zero, to_chinese
from zhiheng.figures.wording.problems import Problem
from zhiheng.figures.wording.reading import Rounding, read
from zhiheng.figures.wording.table import Unit, table

_SCALES: Final[dict[Language, tuple[tuple[str, Decimal], ...]]] = {
    "zh": (("万亿", Decimal(10**12)), ("亿", Decimal(10**8)), ("万", Decimal(10**4))),
    "en": ((" trillion", Decimal(10**12)), (" billion", Decimal(10**9)), (" million", Decimal(10**6))),
}
_ONE: Final = Decimal(1)
_ROOM: Final = Context(prec=200)


def to_decimal(value: Decimal | int | str) -> Decimal:
    """Give the exact value.

    Raises
    ------
    Problem
        ``not_a_value`` where it is not finite or has more digits than any number has.
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise Problem("not_a_value", str(value)[:60]) from None
    if not number.is_finite() or abs(number.adjusted()) > LONGEST or len(number.as_tuple().digits) > LONGEST:
        raise Problem("not_a_value", str(value)[:60])
    return number


def phrases(
    value: Decimal | int | str, unit: str, language: Language, *, rounding: Rounding = "half_up"
) -> list[str]:
    """The true wordings of a value, best first; each is read back and kept only where it is true.

    Exact with separators first, then rounded, then 余, 近, 超过, 以上 and 约; what is true but discouraged comes last.

    Parameters
    ----------
    value
        The value, exact; shares in per cent.
    unit
        Its unit, as in the truth table; another word is taken as it is.
    rounding
        How numbers are rounded: 四舍五入, or GB/T 8170.

    Raises
    ------
    Problem
        ``not_a_value``.
    """
    number = to_decimal(value)
    kept: list[tuple[bool, str]] = []
    for said in dict.fromkeys(_candidates(number, unit, language, rounding)):
        try:
            claim = read(said, rounding=rounding)
        except Problem:
            continue
        if claim.bears(number) and table().same_unit(claim.unit, unit):
            kept.append((claim.discouraged(number), said))
    return [said for _, said in sorted(kept, key=lambda pair: pair[0])]


def _candidates(value: Decimal, unit: str, language: Language, rounding: Rounding) -> Iterator[str]:
    yield _say(value, unit, language)
    if abs(value) >= 1000:
        yield _with_unit(spell(value), "", unit, language, value)
    known = table().units.get(unit)
    if language == "zh" and not _measured(known) and value == int(value) and 2 <= value <= 99:
        yield _small(int(value)) + unit
    if value <= 0:
        return
    yield from _rounded(value, unit, language, rounding)
    for place in (_place(value) / 10, _place(value)):
        place = max(place, _ONE)  # noqa: PLW2901  nothing is nearly 3.1
        below, above, near = (_to(value, place, how) for how in (ROUND_FLOOR, ROUND_CEILING, ROUND_HALF_UP))
        if below == value:
            continue
        templates = ("nearly {}", "more than {}", "at least {}", "about {}")
        if language == "zh":
            if not (known and known.kin == "%"):
                yield _more(below, unit)
            templates = ("近{}", "超过{}", "{}以上", "约{}")
        for template, number in zip(templates, (above, below, below, near), strict=True):
            yield template.format(_say(number, unit, language))


def _measured(unit: Unit | None) -> bool:
    return unit is not None and unit.counts == "measured"


def _place(value: Decimal) -> Decimal:
    return _ONE.scaleb(value.adjusted())


def _to(value: Decimal, place: Decimal, how: str) -> Decimal:
    return _ROOM.multiply(_ROOM.divide(value, place).quantize(_ONE, how, _ROOM), place)


def _small(number: int) -> str:
    return "两" if number == 2 else to_chinese(number)


def _scaled(value: Decimal, language: Language) -> tuple[Decimal, str]:
    for name, scale in _SCALES[language]:
        if value >= scale:
            return _ROOM.divide(value, scale), name
    return value, ""


def _say(value: Decimal, unit: str, language: Language) -> str:
    """Write a number as it is: in 万 and 亿 where that shows all of it, else in digits, with separators from 10,000."""
    head, scale = _scaled(value, language)
    if scale and value == int(value) and last_non_zero(value) >= (10**4 if language == "zh" else 10**6):
        return _with_unit(spell(head).replace(",", ""), scale, unit, language, value)
    digits = spell(value)
    return _with_unit(digits if abs(value) >= 10**4 else digits.replace(",", ""), "", unit, language, value)


def _with_unit(digits: str, scale: str, unit: str, language: Language, value: Decimal) -> str:
    word = table().unit_word(unit, language, one=value == 1)
    return f"{digits}{scale} {word}" if language == "en" and word[:1].isalnum() else f"{digits}{scale}{word}"


def _rounded(value: Decimal, unit: str, language: Language, rounding: Rounding) -> list[str]:
    """In 万, 亿, million … with two, one and no decimals; a share or a measured quantity with one and none."""
    head, scale = _scaled(value, language)
    if not scale and not _measured(table().units.get(unit)):
        return []
    half = ROUND_HALF_UP if rounding == "half_up" else ROUND_HALF_EVEN
    written: list[str] = []
    for decimals in (2, 1, 0) if scale else (1, 0):
        shown = head.quantize(_ONE.scaleb(-decimals), half, _ROOM)
        if not decimals or last_non_zero(shown) < _ONE.scaleb(1 - decimals):  # 52.30万 is 52.3万
            written.append(_with_unit(f"{shown:f}", scale, unit, language, value))
    return written


def _more(below: Decimal, unit: str) -> str:
    """400余家, 50余万字 (the step before the scale), 18万余名 (the step is one 万)."""
    if not below:
        return ""
    head, scale = _scaled(below, "zh")
    if not scale:
        return f"{spell(below).replace(',', '')}余{unit}" if below >= 10 else ""
    digits = spell(head).replace(",", "")
    if head != int(head):
        return f"{digits}{scale}余{unit}"
    return f"{digits}余{scale}{unit}" if last_non_zero(head) > 1 else f"{digits}{scale}余{unit}"
