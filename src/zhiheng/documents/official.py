"""An official document described once: laid out after GB/T 9704-2012 in Chinese, plainly in English; as PDF and Word.

The frozen dataclasses say what stands where; `official_pdf.pdf` and `official_word.docx_bytes` write it. What a number
rests on is told by whoever composes the document: here it is words, an address and a picture.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from zhiheng.documents.words import Language, Text

# GB/T 9704-2012, 5.1–5.2: A4, a type area of 156 mm × 225 mm, 22 lines of 28 characters of size 3 (16 pt)
TOP_MM: Final = 37.0
LEFT_MM: Final = 28.0
WIDTH_MM: Final = 156.0
HEIGHT_MM: Final = 225.0
RIGHT_MM: Final = 210 - LEFT_MM - WIDTH_MM
BOTTOM_MM: Final = 297 - TOP_MM - HEIGHT_MM
LINES: Final = 22
CHARACTERS: Final = 28
POINTS_A_MM: Final = 72 / 25.4
SIZE: Final = 16.0
PITCH: Final = HEIGHT_MM * POINTS_A_MM / LINES
"""From one line to the next, in points."""
ADVANCE: Final = WIDTH_MM * POINTS_A_MM / CHARACTERS
"""From one character to the next, in points: a little less than the size."""
RED: Final = "#d7000f"

TAG: Final = re.compile(r"_zh_([0-9a-f]{12})_([A-Za-z0-9]+)")
"""The name of a content control of ours: of which document, and what the number stands on."""

OFFICIAL_WORDS: Final[Mapping[str, Text]] = {
    "annex": Text("附件", "Annex"),
    "annex_of": Text("附件：", "Annex: "),
    "annex_title": Text("文中数字一览", "The numbers of the text"),
    "how_to_read": Text(
        "文中上标数字即本表序号。扫描二维码，或打开所列网址，可逐级查看该数字的定义、期间和记录。",
        "A raised number in the text is the number in this list. Scan the code or open the address to see definition, "
        "period and rows.",
    ),
    "number": Text("序号", "No."),
    "what": Text("数字及其依据", "Number and what it rests on"),
    "code": Text("二维码", "Code"),
    "none": Text("文中没有绑定指标的数字。", "No number of the text is bound to a figure."),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture in both forms that paper takes: vectors for PDF, points for Word."""

    svg: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stand together.

    Attributes
    ----------
    text : the words.
    tag, title : in a draft for Word, the words stand in a content control of this name and title.
    note : what is raised behind the words; a number leads to that entry of the annex.
    address : what the words open.
    """

    text: str
    tag: str = ""
    title: str = ""
    note: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A heading, a paragraph or an item of a list: `level` is its depth from 1, `ordinal` the number of an item."""

    kind: Literal["heading", "paragraph", "item"]
    pieces: tuple[Piece, ...]
    level: int = 0
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the annex: its number, what is printed, facts, the address of its page and the code that opens it."""

    number: int
    heading: str
    facts: tuple[tuple[str, str], ...]
    address: str
    code: Picture


@dataclass(frozen=True, slots=True)
class Remainder:
    """A list below the annex: numbers that are cited, let through or still open, a line each."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """An official document.

    Attributes
    ----------
    language : of the whole document.
    title : in pieces, since a title may have numbers too.
    number : the document number, 示质协〔2019〕1号.
    issuer : who signs at the end.
    head : the red mark of the issuer above the document; empty where none is configured.
    date : the day it is dated, and its only clock: same input, same bytes.
    lines : the text.
    annex, remainders : the numbers of the text. An annex is printed unless `annex` is None.
    draft : says that this is a draft and which, on every page.
    made_up : marks every page as made-up data.
    properties : what the Word file carries unseen.
    """

    language: Language
    title: tuple[Piece, ...]
    lines: tuple[Line, ...]
    issuer: str
    date: dt.date
    number: str = ""
    head: str = ""
    annex: tuple[Entry, ...] | None = None
    remainders: tuple[Remainder, ...] = ()
    draft: str = ""
    made_up: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def title_text(self) -> str:
        """The title without marks."""
        return "".join(piece.text for piece in self.title)

    @property
    def day(self) -> str:
        """The date as it is written: in Arabic numerals, no zeros before them."""
        if self.language == "zh":
            return f"{self.date.year}年{self.date.month}月{self.date.day}日"
        return f"{self.date.day} {self.date:%B %Y}"

    @property
    def signature_indents(self) -> tuple[float, float]:
        """How far issuer and date stand from the right edge, in characters.

        GB/T 9704-2012, 7.3.5.2 (no seal): the issuer two characters; the date begins two characters right of it, and
        where it is the longer one, it stands two characters from the edge and moves the issuer.
        """
        issuer, day = characters(self.issuer), characters(self.day)
        return (2.0, issuer - day) if day <= issuer else (day + 4 - issuer, 2.0)


def control_tag(document: str, key: str) -> str:
    """Name the content control of a number: `document` is twelve hexadecimal digits, `key` what it stands on."""
    return f"_zh_{document}_{key}"


def characters(text: str) -> float:
    """Give the width of words in Chinese characters; a Latin letter or digit is half of one."""
    return sum(1.0 if ord(letter) > 0x2E7F else 0.5 for letter in text)
