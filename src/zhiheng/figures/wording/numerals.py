"""Numerals as exact decimals with the place of their last shown digit, and small numbers as Chinese numerals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from zhiheng.figures.wording.interval import EXACT
from zhiheng.figures.wording.problems import Problem

LONGEST: Final = 60
"""Digits or characters of the longest numeral that is read."""

_DIGIT_FORMS: Final = ("〇零○", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
DIGITS: Final = {form: digit for digit, forms in enumerate(_DIGIT_FORMS) for form in forms}
SMALL: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
LARGE: Final = {"万": 10**4, "亿": 10**8}
SCALES: Final = SMALL | LARGE

_EN_SMALL: Final = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_EN_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
EN_SCALES: Final = {
    "dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
EN_WORDS: Final = (*_EN_SMALL, *_EN_TENS, *EN_SCALES)

_ARABIC = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_ZH_SMALL: Final = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as it is written.

    Attributes
    ----------
    head : the number before its scale (10 in 10万).
    shown : place of the last digit of `head` that is shown (1 for 10, 0.01 for 1.65).
    scale : what `head` is multiplied by (10,000 in 10万); 1 where there is none.
    """

    head: Decimal
    shown: Decimal
    scale: Decimal = Decimal(1)

    @property
    def value(self) -> Decimal:
        """The number: head × scale."""
        return EXACT.multiply(self.head, self.scale)

    @property
    def last_shown(self) -> Decimal:
        """Place of the last shown digit, v."""
        return EXACT.multiply(self.shown, self.scale)

    @property
    def last_non_zero(self) -> Decimal:
        """Place of the last digit that is not zero, u; 1 for zero."""
        return last_non_zero(self.value)

    def scaled(self, by: Decimal) -> Numeral:
        """The same head on a larger scale."""
        return Numeral(self.head, self.shown, EXACT.multiply(self.scale, by))


def last_non_zero(number: Decimal) -> Decimal:
    """Place value of the last non-zero digit: 1,800 → 100; 0.25 → 0.01; 0 → 1."""
    if not number:
        return Decimal(1)
    exponent = number.normalize(EXACT).as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(exponent, EXACT)


def scale_of(text: str) -> Decimal:
    """Multiply the scale characters of `text`: 百万 → 1,000,000; an empty text is 1."""
    product = Decimal(1)
    for character in text:
        product = EXACT.multiply(product, Decimal(SCALES[character]))
    return product


def arabic(text: str) -> Numeral:
    """Read Arabic digits with separators and decimals: 1,234.50.

    Raises
    ------
    Problem
        ``too_long``, ``numeral_unreadable``.
    """
    if len(text) > LONGEST:
        raise Problem("too_long", text[:20])
    plain = re.sub("[,\u00a0\u2009\u202f]", "", text)
    if not _ARABIC.fullmatch(plain):
        raise Problem("numeral_unreadable", text)
    decimals = len(plain.partition(".")[2])
    return Numeral(Decimal(plain), Decimal(1).scaleb(-decimals))


def chinese(text: str) -> Numeral:
    """Read a Chinese numeral: 一百二十三, 两千三, 廿五, 二〇一九 (digit by digit), 九十三点五, 三万亿, 百 (for 一百).

    A final 万 or 亿 becomes the scale, as in 十万 = 10 × 10,000.

    Raises
    ------
    Problem
        ``too_long``, ``numeral_unreadable``.
    """
    if len(text) > LONGEST:
        raise Problem("too_long", text[:20])
    whole, point, decimals = text.replace("廿", "二十").replace("卅", "三十").partition("点")
    if point and not decimals:
        raise Problem("numeral_unreadable", text)
    body = whole.rstrip("万亿")
    scale = scale_of(whole[len(body) :])
    if point:  # 一点二 has no scale of its own; 一点二亿 has its scale after the decimals
        digits = decimals.rstrip("万亿")
        if len(body) != len(whole) or not digits or any(c not in DIGITS for c in digits):
            raise Problem("numeral_unreadable", text)
        fraction = "".join(str(DIGITS[c]) for c in digits)
        head = EXACT.add(_whole(body, text), Decimal(f"0.{fraction}"))
        return Numeral(head, Decimal(1).scaleb(-len(digits)), scale_of(decimals[len(digits) :]))
    head = EXACT.divide(_whole(whole, text), scale) if body else Decimal(1)
    return Numeral(head, Decimal(1), scale)


def _whole(text: str, said: str) -> Decimal:
    if all(c in DIGITS for c in text):
        # digit by digit only with a zero among them (二〇一九): 三五 is "three to five" and 七八 "seven or eight"
        if len(text) > 1 and (
            "两" in text or not set(text) & set(_DIGIT_FORMS[0]) or text[0] in _DIGIT_FORMS[0]
        ):
            raise Problem("numeral_unreadable", said)
        return Decimal("".join(str(DIGITS[c]) for c in text))
    total = section = Decimal(0)
    digit: int | None = None
    place = 10**12  # the last multiplier seen: multipliers fall within a section
    zero = False
    for character in text:
        if character in DIGITS:
            if digit is not None:
                raise Problem("numeral_unreadable", said)
            if DIGITS[character]:
                digit = DIGITS[character]
            else:
                zero = True
        elif character in SMALL:
            multiplier = SMALL[character]
            if multiplier >= place or (digit is None and section):
                raise Problem("numeral_unreadable", said)
            section += (1 if digit is None else digit) * multiplier
            digit, place, zero = None, multiplier, False
        else:
            if digit is not None and place in {100, 1000} and not zero:  # 一百二万 is read two ways
                raise Problem("numeral_unreadable", said)
            section += digit or 0
            if not section and not total:
                raise Problem("numeral_unreadable", said)
            large = LARGE[character]
            # 一亿二千万: 万 closes its own section; 一万二千亿: 亿 multiplies all that stands before it
            total = (
                (total + section) * large
                if total and last_non_zero(total) < large
                else total + section * large
            )
            section, digit, place, zero = Decimal(0), None, large, False
            if large == LARGE["万"]:
                place = 10**4
    if digit is not None:
        # 两百五 is 250, 一万二 is 12,000: a last digit without 零 stands one place below the last multiplier
        short = place in {100, 1000, 10**4, 10**8} and not zero and (not section or place < 10**4)
        section += digit * (place // 10 if short else 1)
    return total + section


def english(text: str) -> Numeral:
    """Read an English numeral in words: twenty-three, two hundred and five, four million, a dozen.

    Raises
    ------
    Problem
        ``too_long``, ``numeral_unreadable``.
    """
    words = [w for w in re.split(r"[\s-]+", text.lower()) if w not in {"and", "a", "an", ""}]
    if len(words) > LONGEST:
        raise Problem("too_long", text[:20])
    total = section = Decimal(0)
    last = 10**15
    room = 100  # what the next small word must stay below
    for word in words:
        if word in _EN_SMALL or word in _EN_TENS:
            number = _EN_SMALL.get(word, _EN_TENS.get(word, 0))
            if number >= room or (number == 0 and len(words) > 1):
                raise Problem("numeral_unreadable", text)
            section += number
            room = 10 if word in _EN_TENS else 0
        elif word in {"hundred", "dozen"}:
            if section >= 100 or (word == "dozen" and len(words) > 2):
                raise Problem("numeral_unreadable", text)
            section = (section or Decimal(1)) * EN_SCALES[word]
            room = 100
        elif word in EN_SCALES and EN_SCALES[word] < last:
            last = EN_SCALES[word]
            total += (section or Decimal(1)) * last
            section, room = Decimal(0), 100
        else:
            raise Problem("numeral_unreadable", text)
    if not words:
        raise Problem("numeral_unreadable", text)
    return Numeral(total + section, Decimal(1))


def to_chinese(number: int) -> str:
    """Write a whole number from 0 to 99 as a Chinese numeral: 12 → 十二."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _ZH_SMALL[ones]
    return ("" if tens == 1 else _ZH_SMALL[tens]) + "十" + (_ZH_SMALL[ones] if ones else "")
