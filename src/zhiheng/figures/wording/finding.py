"""The numbers of a text, each with its place and kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from zhiheng.figures.wording.grammar import CORE, STRANGE, C, narrow, phrase, phrase_pattern
from zhiheng.figures.wording.not_figures import first_characters, patterns
from zhiheng.figures.wording.numerals import DIGITS, LARGE, SMALL, chinese
from zhiheng.figures.wording.problems import Problem
from zhiheng.figures.wording.table import table

_COUNTED_ONE: Final = frozenset({"倍", "成", "番", "%", "个百分点", "百分点"})


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a text.

    Attributes
    ----------
    start, end : its place in the text, end excluded, in characters.
    text : the words of the text from start to end: the number with the words that bound it and its unit.
    kind : key of the table of kinds: ``figure``, ``idiom``, ``article``, ``date``, ``ordinal`` …
    """

    start: int
    end: int
    text: str
    kind: str

    @property
    def figure(self) -> bool:
        """Whether it must be bound, cited or marked before the text is published."""
        return table().kinds[self.kind].figure


@cache
def everything() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for all that is made of numerals, and the kind of each of its groups.

    It begins with a look at one character, so that most of a text is passed over quickly: blanks count at the start of
    a line only, letters at the start of a word only.
    """
    kinds: dict[str, str] = {"figure": "figure"}
    parts: list[str] = []
    for at, (kind, pattern) in enumerate(patterns()):
        kinds[f"g{at}"] = kind
        parts.append(f"(?P<g{at}>{pattern})")
    bare = re.sub(r"\(\?P<[a-z_]+>", "(?:", phrase_pattern())
    parts.append(f"(?P<figure>{bare}|[{STRANGE}]+)")
    before = re.escape("".join({word[0] for word in table().markers("zh", "before")}))
    starts = f"{first_characters()}{before}{C[1:-1]}$¥￥€半数几好-"
    guard = rf"(?:(?m:^)(?=[ \t])|(?=[{starts}])(?:(?<![A-Za-z])|(?![A-Za-z])))"
    return re.compile(f"{guard}(?:{'|'.join(parts)})"), kinds


def find(text: str) -> list[Found]:
    """Every number in a Chinese or English text, in order; spans never overlap.

    Only what surely counts nothing is told from a figure: dates, times, periods, ordinals, fixed names, titles in 《》,
    numbers of documents, standards, lists, figures and telephones. A numeral that cannot be read is a figure: it blocks
    until somebody looks.
    One pass of one pattern, linear in the length of the text.
    """
    pattern, kinds = everything()
    flat = narrow(text)
    found: list[Found] = []
    for match in pattern.finditer(flat):
        start, end = match.span()
        kind = kinds[match.lastgroup or "figure"]
        if kind == "title":
            found += [
                Found(start + m.start(), start + m.end(), text[start + m.start() : start + m.end()], "name")
                for m in CORE.finditer(match.group())
                if _stands_alone(m.group())
            ]
            continue
        said = match.group()
        if kind == "figure":
            sort = _sort(said)
            if sort is None:
                continue
            kind = sort
        start += len(said) - len(said.lstrip())
        end -= len(said) - len(said.rstrip())
        found.append(Found(start, end, text[start:end], kind))
    return found


def _stands_alone(numeral: str) -> bool:
    return numeral[0].isascii() or len(numeral) > 1


def _sort(said: str) -> str | None:
    """Tell a figure from an article, and both from a character that only looks like a numeral (统一, 百姓)."""
    match = phrase().match(said)
    if match is None or match.end() != len(said):
        return "figure"  # the text around it made it one
    words = match["words"]
    if words:
        bare = not (match["before"] or match["after"] or match["inside"] or match["scale"])
        return None if words.lower() == "one" and bare else "figure"
    run = match["run"]
    if not run:
        return "figure"
    worded = match["before"] or match["inside"] or match["outside"] or match["after"]
    unit = match["unit"]
    if worded or (unit and run != "一"):
        return "figure"
    if unit:
        return "figure" if unit in _COUNTED_ONE else "article"
    return "figure" if _counts(run) else None


def _counts(run: str) -> bool:
    """Whether a numeral without a unit is one: 三十六 and 二〇一 are, 千万 and 三 are not."""
    if len(run) < 2:
        return False
    if "点" in run:  # 三点五
        return True
    try:
        chinese(run)
    except Problem:
        return len(run) > 2
    digits = sum(c in DIGITS for c in run)
    return (
        len(run) > 2 if digits in {0, len(run)} else any(c in SMALL or c in LARGE or c in "廿卅" for c in run)
    )
