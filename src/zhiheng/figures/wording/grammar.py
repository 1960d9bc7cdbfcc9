"""What a worded number looks like: the pattern of a phrase and its pieces.

Every repetition is bounded or cannot overlap what follows it, so a text is read in linear time. Patterns are written
for text whose full-width letters, digits and punctuation have been made narrow, character by character (`narrow`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from zhiheng.documents.words import Language
from zhiheng.figures.wording.numerals import EN_SCALES, EN_WORDS
from zhiheng.figures.wording.table import Rule, Unit, table

_NARROW: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",
    0x2236: ":",
    0x2212: "-",
    0xFE6A: "%",
}


def _strange() -> str:
    """Numerals that nobody writes a report with: ٤, 𝟒, ㊿, ½. Exponents and the numbers of a list are none."""
    kinds = {sign: unicodedata.category(sign) for sign in map(chr, range(0x80, 0x20000))}
    return "".join(
        sign
        for sign, kind in kinds.items()
        if kind in {"Nd", "No"}
        and not re.match("[①-⑳㈠-㈩⑴-⒇０-９]", sign)
        and not unicodedata.decomposition(sign).startswith(("<super>", "<sub>"))
    )


def narrow(text: str) -> str:
    """Make full-width characters narrow, one for one, so that positions stay."""
    return text.translate(_NARROW)


D: Final = (
    r"(?:[0-9]{1,3}(?:[,\u00a0\u2009\u202f][0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
)
C: Final = "[〇零○一二两三四五六七八九十百千万亿廿卅壹贰叁肆伍陆柒捌玖拾佰仟]"
SCALE: Final = r"(?:千(?![克米瓦卡伏焦])|百(?![分姓])|[十万亿])"
STRANGE: Final = _strange()
HAN: Final = "\u4e00-\u9fff"
TO: Final = r"\s?(?:[-–—~～]{1,2}|至|到)\s?"
_EN_SCALE: Final = "(?:" + "|".join(EN_SCALES) + r")(?![a-z])"
_EN_WORD: Final = "(?:" + "|".join(sorted(EN_WORDS, key=len, reverse=True)) + r")(?![a-zA-Z])"


def marker(word: str, language: Language) -> str:
    """A pattern for a word of the table where it is not a part of another one."""
    if language == "en":
        return (r"(?<![A-Za-z-])" if word[0].isalpha() else "") + re.escape(word)
    before, after = table().not_after.get(word, ""), table().not_before.get(word, "")
    return (f"(?<![{before}])" if before else "") + re.escape(word) + (f"(?![{after}])" if after else "")


def _markers(where: str, language: Language) -> str:
    if language == "zh" and where == "before":
        words = {w: marker(w, "zh") for w in table().markers("zh", "before")}
        words["过"] += "(?=[百千万亿半])"
        return "|".join(words[w] for w in sorted(words, key=len, reverse=True))
    return _any_marker(table().markers(language, where), language)


def _any_marker(markers: dict[str, Rule], language: Language) -> str:
    return "|".join(marker(w, language) for w in sorted(markers, key=len, reverse=True))


def _unit(unit: Unit) -> str:
    return re.escape(unit.zh) + (f"(?![{unit.not_before}])" if unit.not_before else "")


@cache
def units() -> str:
    """A pattern for the word of a unit, the longest first."""
    zh = "|".join(_unit(u) for u in sorted(table().units.values(), key=lambda u: len(u.zh), reverse=True))
    en = "|".join(
        re.escape(w) + (r"(?![a-z])" if w[-1].isalpha() else "")
        for w in sorted(table().english_units, key=len, reverse=True)
        if w not in table().units
    )
    return f"{zh}|(?i:{en})"


@cache
def phrase_pattern() -> str:
    """The parts of one worded number as named groups."""
    mark = table().not_after
    several = (
        f"(?:(?<![{mark['数']}])数|几|好几|(?<![{mark['上']}])上(?!十))(?={SCALE}){SCALE}{{1,3}}"
        "(?![一二两三四五六七八九])"
    )
    few = (
        r"(?i:(?<![A-Za-z])(?:dozens|(?:tens|hundreds) of (?:thousands|millions|billions)"
        r"|hundreds|thousands|millions|billions)(?: of)?(?![a-z]))"
    )
    inside = "余|多(?!元化)|几|来(?![自源到])"
    inside_en = _markers("inside", "en")
    number = (
        rf"(?P<several>{several})|(?P<few>{few})|"
        rf"(?P<half>一半|半数|(?<=过)半|半(?=年|个月|天|小时)|(?i:(?<![A-Za-z])half(?= (?:of|the|our|all)(?![a-z]))))|"
        rf"(?P<below>{C}{{1,8}})分之(?P<above>{D}|{C}{{1,12}}(?:点[〇零一二三四五六七八九]{{1,6}})?)|"
        rf"(?P<part>[0-9]{{1,4}})/(?P<whole>[0-9]{{1,4}})(?![0-9/])|"
        rf"(?P<left>[0-9]{{1,9}}(?:\.[0-9]{{1,6}})?)\s?:\s?(?P<right>[0-9]{{1,9}}(?:\.[0-9]{{1,6}})?)(?![0-9:])|"
        rf"(?P<sign>(?<![0-9A-Za-z)\-])-)?(?:[¥￥$€]\s?)?(?:"
        rf"(?P<from>{D})\s?(?P<from_unit>%|‰|{SCALE}{{1,2}})?(?:{TO})(?=[0-9])(?P<to>{D})|"
        rf"(?P<digits>{D})(?P<tail>(?:\s?{SCALE}[0-9]{{1,4}})*)|"
        rf"(?P<run>{C}+(?:点[〇零一二三四五六七八九]+[万亿]*)?)|"
        rf"(?P<words>(?i:(?<![A-Za-z])(?:an? (?={_EN_SCALE}))?{_EN_WORD}(?:(?:[ -]| and ){_EN_WORD}){{0,12}})))"
        rf"(?P<inside>{inside}|{inside_en})?"
        rf"\s?(?P<scale>{SCALE}{{1,2}}|(?i:{_EN_SCALE}))?"
    )
    before_zh, before_en = _markers("before", "zh"), _markers("before", "en")
    after = f"{_markers('after', 'zh')}|(?i: ?(?:{_markers('after', 'en')})(?![a-z]))"
    return (
        rf"(?P<before>(?:(?:{before_zh})了?\s?|(?i:(?:{before_en})) ){{0,2}})"
        rf"(?=[-.¥￥$€0-9A-Za-z数几好上半{C[1:-1]}])(?:{number})"
        rf"(?P<outside>余(?!额)|多(?!元化))?"
        rf"(?:[ -]?(?P<unit>{units()})(?:(?<=成)(?P<tenth>[一二三四五六七八九])|(?P<more_half>半(?![数年])))?)?"
        rf"(?P<after>(?:{after}){{0,2}})"
    )


@cache
def phrase() -> re.Pattern[str]:
    """`phrase_pattern`, compiled."""
    return re.compile(phrase_pattern())


CORE: Final = re.compile(f"{D}|{C}+")
"""A bare number, in digits or in Chinese numerals."""
