"""The text of a report: Markdown, in which `[93.5%](#b1)` is a number that names what it stands on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
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
    """A title, heading, paragraph or list item; `level` is that of a heading, from 1."""

    part: Part
    runs: tuple[Run, ...]
    level: int = 0

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
    part, level = Part.PARAGRAPH, 0
    items = 0
    for token in _markdown().parse(source):
        match token.type:
            case "heading_open":
                part, level = Part.HEADING, int(token.tag[1])
            case "paragraph_open":
                part, level = (Part.ITEM if items else Part.PARAGRAPH), 0
            case "list_item_open":
                items += 1
            case "list_item_close":
                items -= 1
            case "inline":
                passages.append(Passage(part, tuple(_runs(token.children or ())), level))
            case "fence" | "code_block":
                passages.append(Passage(Part.PARAGRAPH, (Run(token.content.strip()),)))
    return [passage for passage in passages if passage.text.strip()]


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
