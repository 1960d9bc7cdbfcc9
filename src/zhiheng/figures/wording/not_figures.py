"""What is made of numerals and counts nothing: dates, ordinals, names, numbers of documents and the like, as patterns.

Only what surely is no figure stands here: a number that is missed blocks a publication until somebody looks at it; a
figure that is caught goes out unread. Patterns are tried in the order in which they stand.
"""

from __future__ import annotations

import re
from typing import Final

from zhiheng.figures.wording.grammar import HAN, STRANGE, TO, C, marker, units
from zhiheng.figures.wording.table import table

YEAR: Final = "(?:19|20)[0-9]{2}"
_TEN: Final = "[一二三四五六七八九十]"
_NOT_IN_NUMBER: Final = r"(?<![0-9.])(?<![0-9],)"
_MONTH: Final = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_ST: Final = "(?:st|nd|rd|th)"
_CLOCK: Final = "(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?"
_CURRENCIES: Final = "(?:RMB|CNY|USD|EUR|HKD|GBP|JPY|AUD|CAD|SGD|TWD|KRW|CHF|RUB|INR|MOP|US)"
_LARGE: Final = "(?i:million|billion|trillion|thousand)"


def patterns() -> list[tuple[str, str]]:
    """Pairs of kind and pattern, in the order in which they are tried."""
    return [
        *_addresses(),
        ("title", r"《[^《》\n]{1,120}》"),  # numbers in the title of a work
        ("idiom", "|".join(re.escape(w) for w in sorted(table().idioms, key=len, reverse=True))),
        *_names(),
        *_numbers_of_things(),
        *_dates(),
        *_times(),
        *_periods(),
        *_places_in_an_order(),
        (  # PM2.5, A4, COVID-19
            "code",
            rf"(?<![A-Za-z0-9])(?!{_CURRENCIES}[0-9])[A-Z]{{1,6}}[a-z]?[-_]?[0-9][A-Za-z0-9]*"
            r"(?:[._/-][A-Za-z0-9]+){0,8}",
        ),
    ]


def _addresses() -> list[tuple[str, str]]:
    return [
        ("code", r"(?<![A-Za-z0-9])(?:https?://|www\.)[^\s\u4e00-\u9fff,;\"'<>]{1,500}"),
        ("code", r"(?<![A-Za-z0-9._])[A-Za-z0-9._]{1,64}@[A-Za-z0-9.-]{1,200}"),
    ]


def _names() -> list[tuple[str, str]]:
    fixed = "|".join(marker(w, "zh") for w in table().names)
    return [
        ("name", rf"(?:{fixed})(?![A-Za-z])"),
        ("name", rf"(?<=“){_TEN}{{1,2}}[大个项][{HAN}]{{2,6}}(?=”)"),  # “五大中心”
        ("name", "[一二三四五1-5]星(?!期)(?:级|现场|班组)?"),
        ("name", f"[一二三四五特]等[奖功]|(?:星期|礼拜)(?:[日天]|{_TEN})"),
    ]


def _numbers_of_things() -> list[tuple[str, str]]:
    return [
        (
            "standard",
            r"(?<![A-Za-z])(?:GB(?:/[TZ])?|DB[0-9]{2}(?:/T)?|[TQ]/[A-Z0-9]{1,10}|[A-Z]{2}/[TZ]"
            r"|(?:ISO|IEC|IEEE|ASTM|EN|ANSI|BS|SAE|JIS)(?:[/ ](?:IEC|TS|TR|PAS|DIS|FDIS|IEEE|EN|ISO)){0,2})"
            r"\s?[A-Z]?[0-9]{1,6}(?:\.[0-9]{1,4})*(?:-[0-9]{1,3}(?![0-9]))?(?:\s?[-–—:]{1,2}\s?[0-9]{4})?(?![0-9])",
        ),
        ("document", rf"[〔\[【(]{YEAR}[〕\]】)]\s?第?\s?[0-9]{{1,5}}\s?号"),
        (
            "phone",
            r"(?<![0-9A-Za-z.])(?:(?:\+|00)86[- ]?)?"
            r"(?:1[3-9][0-9]{9}|0[0-9]{2,3}[- ][0-9]{7,8}|[48]00-[0-9]{3,4}-[0-9]{3,4})"
            rf"(?![0-9]|\s?(?:[万亿]|{units()}))",
        ),
        ("phone", "(?<![0-9])[0-9]{3,5}(?=(?:服务)?(?:热线|专线))"),
        ("phone", r"(?<=热线|专线|电话)[0-9]{3,5}(?=[,。;、)\s]|$)"),
        ("code", "(?<![0-9A-Za-z])[159NY][0-9A-Z]{17}(?![0-9A-Za-z])"),  # a unified social credit code
    ]


def _dates() -> list[tuple[str, str]]:
    day = "[0-9]{1,2}[日号](?!楼)"
    month = rf"[0-9]{{1,2}}月份?(?:\s?{day}(?:{TO}(?:[0-9]{{1,2}}月)?{day})?)?"
    month_zh = f"{_TEN}{{1,2}}月份?(?:[一二三四五六七八九十廿卅]{{1,3}}[日号])?"
    units_en = "|".join(re.escape(w) for w in table().english_units if w[0].isalpha())
    return [
        ("date", rf"(?<![0-9.]){YEAR}\s?(?:年度?)?{TO}{YEAR}(?:\s?(?:年度|年|学年))?(?![0-9.,])"),
        (
            "date",
            rf"(?<![0-9.]){YEAR}(?:[-/.](?:0?[1-9]|1[0-2])[-/.](?:[12][0-9]|3[01]|0?[1-9])|-(?:0[1-9]|1[0-2]))(?![0-9])",
        ),
        (
            "date",
            rf"{_NOT_IN_NUMBER}{YEAR}\s?(?:年(?![多余]|以上|左右|的?历史|之久)(?:度|代|末|底|初|中)?|学年|级|届)"
            rf"(?:\s?{month})?",
        ),
        ("date", f"[一二][九〇零○][〇零○一二三四五六七八九]{{2}}年(?:度|末|底|初)?(?:{month_zh})?"),
        ("date", _NOT_IN_NUMBER + month),
        ("date", month_zh),
        (
            "date",
            f"(?<![0-9])(?:[0-9]{{2}}(?:年代|世纪)|[05-9][05]后(?=[的一人青员工群]))|{_TEN}{{2,3}}(?:年代|世纪)",
        ),
        ("date", rf"\({YEAR}\)"),
        ("date", rf"(?<![A-Za-z]){_MONTH} [0-9]{{1,2}}{_ST}?,? {YEAR}(?![0-9])"),
        ("date", rf"(?<![0-9A-Za-z])[0-9]{{1,2}}{_ST}? {_MONTH}(?: {YEAR}(?![0-9]))?(?![a-z])"),
        ("date", rf"(?<![A-Za-z]){_MONTH} (?:{YEAR}|[0-3]?[0-9]){_ST}?(?![0-9])"),
        ("date", rf"(?<![0-9A-Za-z.])(?:19|20)[0-9]0s|(?<![A-Za-z])FY ?{YEAR}"),
        (
            "date",
            r"(?i:(?<=\bin )|(?<=\bsince )|(?<=\bduring )|(?<=\buntil )|(?<=\bby )|(?<=\byear ))"
            rf"{YEAR}(?![0-9%]|[,.][0-9]| (?:{_LARGE}|(?i:{units_en})))",
        ),
    ]


def _times() -> list[tuple[str, str]]:
    return [
        (
            "time",
            rf"(?:上午|下午|中午|晚上|早上|凌晨|傍晚)\s?(?:[0-9]{{1,2}}|{_TEN}{{1,3}})[:时点](?:[0-9]{{1,2}}分?|半|整)?",
        ),
        (
            "time",
            rf"(?<![0-9.:]){_CLOCK}(?:\s?[-–—~～至到]\s?{_CLOCK}|\s?(?i:[ap]\.?m\.?)(?![a-z]))(?![0-9:])",
        ),
        (
            "time",
            r"(?<![0-9.:])(?:0[0-9]:[0-5][0-9](?::[0-5][0-9])?|[0-2]?[0-9]:[0-5][0-9]:[0-5][0-9])(?![0-9:])",
        ),
        ("time", "(?<![0-9.])[0-2]?[0-9]时(?![间长数期代候])(?:[0-5]?[0-9]分(?:[0-5]?[0-9]秒)?)?"),
        ("time", "(?<![0-9.])[0-2]?[0-9]点[0-5]?[0-9]分"),
    ]


def _periods() -> list[tuple[str, str]]:
    span = rf"(?:{C}{{1,3}}|[0-9]{{1,3}})\s?[多余]?(?:个)?(?:年|月|季度|周|学年|天|星期)[多余]?"
    since = "(?:以来|来(?![自源到])|间(?!接|隔)|期间)"
    recent = (
        f"(?<![{table().not_after['近']}])(?<!历时|耗时|用时|为期|长达|已有)近(?:[一二两三四五六七八九十]|[1-9]|10)"
        rf"(?![0-9.]|{C})\s?[多余]?(?:个)?(?:年|月|季度|周|学年)(?!级)半?"
    )
    return [
        ("period", f"(?:(?:过去|今后|未来|最近|此后|这|前)(?:的)?{span}|{recent}){since}?"),
        ("period", f"{span}(?:时间[中里内]|{since}|以前|以后|前(?![{HAN}]?[名位强])|后(?!续))"),
        ("period", f"(?:[上下]半|近半个?)(?:年|月)|半年{since}"),
        ("period", f"(?:{C}{{1,3}}|[0-9]{{1,2}})年(?:发展)?(?:行动)?(?:计划|规划|纲要)"),
    ]


def _places_in_an_order() -> list[tuple[str, str]]:
    classifier = "|".join(
        re.escape(u.zh)
        for u in sorted(table().units.values(), key=lambda u: len(u.zh), reverse=True)
        if u.counts != "measured"
    )
    numbered = r"[0-9]{1,2}(?:\.[0-9]{1,2})"
    return [
        (
            "label",
            "(?:(?<![企版蓝地])图|(?<![代发列填报外仪])表|附件|附录|附表|附图|附注|公式|(?<![备标加关专投倾])注|页码)"
            r"\s?\(?[0-9]{1,3}(?:[-.][0-9]{1,3}){0,3}\)?"
            rf"(?![0-9%.多余十百千万亿]|\s?(?:{units()}))",
        ),
        (
            "label",
            r"(?<![A-Za-z])(?i:table|figure|fig\.|chapter|section|annex|appendix|pages?|pp?\.|no\.|article|clause|version)"
            rf"\s?[0-9]{{1,4}}(?:\.[0-9]{{1,3}}){{0,3}}(?![0-9%]|\.[0-9]| {_LARGE})",
        ),
        ("label", r"第\s?[0-9]{1,4}\s?[页行款条章节](?!以上)"),
        ("ordinal", rf"第\s?(?:[0-9]{{1,6}}|{C}{{1,8}})(?:\s?(?:{classifier}))?|№\s?[0-9]{{1,6}}"),
        ("ordinal", rf"{_NOT_IN_NUMBER}[0-9]{{1,6}}{_ST}(?![A-Za-z])"),
        (
            "list",
            rf"(?m:^)[ \t]{{0,40}}(?:\(?(?:{numbered}{{0,3}}|{_TEN}{{1,3}})\)|{numbered}{{0,3}}(?:、|\.(?![0-9]))"
            rf"|{_TEN}{{1,3}}、|{numbered}{{2,3}}(?=[ \t]))",
        ),
        ("list", rf"[①-⑳㈠-㈩⑴-⒇]|\({_TEN}{{1,3}}\)|其[一二三四五](?=[,、])"),
        ("list", rf"(?:(?m:^)|(?<=[\s。;,:、!?“]))其?{_TEN}{{1,2}}[是要](?![{HAN}]?[个家])"),
    ]


def first_characters() -> str:
    """The characters with which one of the patterns can begin, for a character class; blanks before 1. aside."""
    starts = set("0123456789.+[(〔【《№第图表附公注页上下中晚早凌傍过今未最此这前近其星礼特")
    starts |= {words[0] for words in (*table().names, *table().idioms)}
    return re.escape("".join(sorted(starts))) + f"①-⑳㈠-㈩⑴-⒇A-Za-z{STRANGE}"
