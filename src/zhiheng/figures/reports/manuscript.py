"""The text of a report: Markdown, in which `[93.5%](#b1)` is a number that names what it stands on."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it.token import Token


class Part(Enum):
    """What a passage is."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand together; `key` names the binding where they are a marked number."""

    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A title, heading, paragraph or list item; `level` is that of a heading or the depth of an item, from 1.

    `ordinal` is the number of an item in a numbered list; `lines` are those of the source that it was read from.
    """

    part: Part
    runs: tuple[Run, ...]
    level: int = 0
    ordinal: int = 0
    lines: tuple[int, int] = field(default=(0, 0), compare=False)

    @property
    def text(self) -> str:
        """Its words without marks."""
        return "".join(run.text for run in self.runs)

    @property
    def fingerprint(self) -> str:
        """A hash of its words: what holds for a passage holds until one of them changes."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


def read(title: str, source: str) -> list[Passage]:
    """Read a title and a text in Markdown. Nothing is dropped but the marks: whatever has words can have numbers."""
    passages = [Passage(Part.TITLE, (Run(title),))]
    part, level, lines = Part.PARAGRAPH, 0, (0, 0)
    lists: list[int | None] = []  # of each list we are in: the number of its item, or none
    for token in _markdown().parse(source):
        ordinal = (lists[-1] or 0) if lists else 0
        match token.type:
            case "heading_open":
                part, level, lines = Part.HEADING, int(token.tag[1]), _lines(token)
            case "paragraph_open":
                part, level, lines = (Part.ITEM if lists else Part.PARAGRAPH), len(lists), _lines(token)
            case "ordered_list_open":
                lists.append(int(token.attrs.get("start", 1)) - 1)
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_close" | "bullet_list_close":
                lists.pop()
            case "list_item_open" if lists[-1] is not None:
                lists[-1] += 1
            case "inline":
                numbered = ordinal if part is Part.ITEM else 0
                passages.append(Passage(part, tuple(_runs(token.children or ())), level, numbered, lines))
            case "fence" | "code_block":
                passages.append(Passage(Part.PARAGRAPH, (Run(token.content.strip()),), lines=_lines(token)))
    return [passage for passage in passages if passage.text.strip()]


def _lines(token: Token) -> tuple[int, int]:
    first, last = token.map or (0, 0)
    return first, last


def write(passages: list[Passage], source: str) -> str:
    """Write passages, the title left out, as Markdown. What stands in `source` already keeps its lines there.

    `read` gives the same passages of what is written.
    """
    if same(read("", source), passages):
        return source
    wanted = _nested(_settled(passage) for passage in passages)
    kept = _joined(wanted, source)
    return kept if same(read("", kept), wanted) else _joined(wanted, "")


def same(some: list[Passage], others: list[Passage]) -> bool:
    """Tell whether two lists of passages say the same in the same form."""
    return [_key(_settled(each)) for each in some] == [_key(_settled(each)) for each in others]


def _settled(passage: Passage) -> Passage:
    """Give a passage as Markdown can hold it: one space for any, none at its ends."""
    runs = [Run(re.sub(r"\s+", " ", run.text), run.key) for run in passage.runs]
    while runs and not runs[0].text.strip():
        del runs[0]
    while runs and not runs[-1].text.strip():
        del runs[-1]
    if runs:
        runs[0] = Run(runs[0].text.lstrip(), runs[0].key)
        runs[-1] = Run(runs[-1].text.rstrip(), runs[-1].key)
    return replace(passage, runs=tuple(runs))


def _nested(passages: Iterable[Passage]) -> list[Passage]:
    """Give passages with no item deeper than one below the item before it."""
    nested: list[Passage] = []
    above = 0
    for passage in passages:
        item = passage.part is Part.ITEM
        level = min(passage.level, above + 1) if item else passage.level
        nested.append(replace(passage, level=level))
        above = level if item else 0
    return nested


def _key(passage: Passage) -> tuple[object, ...]:
    return passage.part, passage.level, bool(passage.ordinal), passage.runs


def _joined(passages: list[Passage], source: str) -> str:
    lines = source.splitlines()
    before = read("", source)
    at_hand: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for at, passage in enumerate(before):
        at_hand[_key(_settled(passage))].append(at)
    written: list[str] = []
    last: int | None = None
    for at, passage in enumerate(passages):
        found = at_hand.get(_key(passage))
        here = found.pop(0) if found else None
        if at and last is not None and here == last + 1:  # neighbours as they were
            gap = lines[before[last].lines[1] : before[here].lines[0]]
            written.append("\n".join(["", *gap, ""]))
        elif at:
            both = passage.part is passages[at - 1].part is Part.ITEM
            written.append("\n" if both else "\n\n")
        written.append(_written(passage) if here is None else "\n".join(lines[slice(*before[here].lines)]))
        last = here
    return "".join(written) + ("\n" if source.endswith("\n") else "")


def _written(passage: Passage) -> str:
    """Write one passage; signs of Markdown in its words are escaped where they would be taken for marks."""
    start = ""
    if passage.part is Part.HEADING:
        start = "#" * passage.level + " "
    elif passage.part is Part.ITEM:
        start = "1. " if passage.ordinal else "- "
    alone = replace(passage, level=min(passage.level, 1) if passage.part is Part.ITEM else passage.level)
    for said in (str, _escaped):
        words = (f"[{said(run.text)}](#{run.key})" if run.key else said(run.text) for run in passage.runs)
        made = start + "".join(words)
        if same(read("", made), [alone]):
            break
    return "    " * (passage.level - 1) + made if passage.part is Part.ITEM else made


def _escaped(text: str) -> str:
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def _runs(tokens: Iterable[Token]) -> list[Run]:
    runs: list[Run] = []
    key = ""
    for token in tokens:
        match token.type:
            case "link_open":
                address = str(token.attrs.get("href", ""))
                key = address[1:] if address.startswith("#") else ""
                continue
            case "link_close":
                key = ""
                continue
            case "softbreak" | "hardbreak":
                said = " "
            case _:
                said = token.content
        if said and runs and runs[-1].key == key:
            runs[-1] = Run(runs[-1].text + said, key)
        elif said:
            runs.append(Run(said, key))
    return runs
