"""Numbers figures and tables once, so that 图3 is the same figure in every format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zhiheng.documents.charts import Bars, Heatmap, IntervalRanking, Quadrants, TrendLines
from zhiheng.documents.report import Heading
from zhiheng.documents.tables import Table
from zhiheng.documents.words import WORDS, Language, Words, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zhiheng.documents.report import Block

CHARTS: Final = (IntervalRanking, Heatmap, Quadrants, TrendLines, Bars)
_UNSAFE: Final = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A block with its place in the report.

    Attributes
    ----------
    block : the block.
    number : running number of a figure or a table; 0 for other blocks and for tables without a caption.
    anchor : unique in the report; empty for blocks that cannot be linked to.
    section : numbers of a heading from level 1 down to its own.
    """

    block: Block
    number: int = 0
    anchor: str = ""
    section: tuple[int, ...] = ()


def outline(blocks: Sequence[Block]) -> list[Entry]:
    """Give each block its number and anchor."""
    entries: list[Entry] = []
    taken: set[str] = set()
    counts = {"s": 0, "figure-": 0, "table-": 0}
    section: tuple[int, ...] = ()
    for block in blocks:
        number = 0
        if isinstance(block, Heading):
            kind = "s"
            section = (*section, 0, 0, 0)[: block.level]
            section = (*section[:-1], section[-1] + 1)
        elif isinstance(block, CHARTS):
            kind = "figure-"
        elif isinstance(block, Table):
            kind = "table-"
        else:
            entries.append(Entry(block))
            continue
        if not (isinstance(block, Table) and not say(block.caption, "zh")):
            counts[kind] += 1
            number = counts[kind]
        wished = _UNSAFE.sub("-", block.anchor).strip("-") or f"{kind}{number or 'x'}"
        anchor, again = wished, 2
        while anchor in taken:
            anchor, again = f"{wished}-{again}", again + 1
        taken.add(anchor)
        heading = isinstance(block, Heading)
        entries.append(Entry(block, 0 if heading else number, anchor, section if heading else ()))
    return entries


def chinese_number(number: int) -> str:
    """Give a number below 100 in Chinese: 12 is 十二."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    lead = "" if tens == 0 else "十" if tens == 1 else digits[tens] + "十"
    return lead + (digits[ones] if ones or not tens else "")


def heading_text(entry: Entry, language: Language) -> str:
    """Give a heading with its number: 一、 （一） 1. in Chinese (GB/T 9704), 1 1.1 1.1.1 in English."""
    assert isinstance(entry.block, Heading)
    words = say(entry.block.text, language)
    last = entry.section[-1]
    if language == "en":
        return ".".join(str(one) for one in entry.section) + " " + words
    lead = (f"{chinese_number(last)}、", f"（{chinese_number(last)}）", f"{last}. ")[len(entry.section) - 1]
    return lead + words


def caption(entry: Entry, language: Language) -> str:
    """Give the caption of a figure or a table with its number: “图3　各区指数”; empty where there is none."""
    block = entry.block
    if isinstance(block, Table):
        word, title = WORDS["table"], block.caption
    elif isinstance(block, CHARTS):
        word, title = WORDS["figure"], block.title
    else:
        return ""
    if not entry.number:
        return ""
    gap = "　" if language == "zh" else ". "
    return f"{say(word, language)}{entry.number}{gap}{say(title, language)}"


def notes_of(notes: Sequence[Words], language: Language) -> list[str]:
    """Give the notes of a figure or a table, the first one led by “注：”."""
    texts = [say(note, language) for note in notes if say(note, language)]
    return [say(WORDS["note"], language) + texts[0], *texts[1:]] if texts else []
