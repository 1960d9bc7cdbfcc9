"""An official document as plain text, and its annex as lines for any text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhiheng.documents.official import OFFICIAL_WORDS, Official
from zhiheng.documents.words import WORDS

if TYPE_CHECKING:
    from zhiheng.documents.official import Line, Piece


def plain(document: Official) -> str:
    """Give the whole document as plain text; numbers carry the number of their entry in brackets."""
    lines = [document.title_text, *about(document), ""]
    for line in document.lines:
        lines += [_start(line) + "".join(_noted(piece) for piece in line.pieces), ""]
    return "\n".join([*lines, document.issuer, document.day, "", *annex(document)]).strip() + "\n"


def about(document: Official) -> list[str]:
    """Give what stands below the title: document number, which draft it is, that the data are made up."""
    made_up = WORDS["made_up_sentence"].in_(document.language) if document.made_up else ""
    return [said for said in (document.number, document.draft, made_up) if said]


def annex(document: Official) -> list[str]:
    """Give the annex, a number and its facts a block."""
    if document.annex is None:
        return []
    words = {key: said.in_(document.language) for key, said in OFFICIAL_WORDS.items()}
    lines = [words["annex_of"] + words["annex_title"], ""]
    for one in document.annex:
        lines += [f"[{one.number}] {one.heading}"]
        lines += [f"    {name}: {value}" for name, value in one.facts]
        lines += [f"    {one.address}", ""]
    if not document.annex:
        lines += [words["none"], ""]
    for rest in document.remainders:
        lines += [rest.title, *(f"    {said}" for said in rest.lines), ""]
    return lines


def _start(line: Line) -> str:
    if line.kind != "item":
        return ""
    return "  " * (line.level - 1) + (f"{line.ordinal}. " if line.ordinal else "- ")


def _noted(piece: Piece) -> str:
    return f"{piece.text}[{piece.note}]" if piece.note else piece.text
