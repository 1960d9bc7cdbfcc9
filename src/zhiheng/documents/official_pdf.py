"""An official document as PDF, through Typst. All words reach Typst as data, never as markup."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from zhiheng.documents import drawing, fonts, official, theme
from zhiheng.documents.official import OFFICIAL_WORDS, Official, Piece
from zhiheng.documents.words import WORDS, Text

DRAFT_MARK: Final = Text("草稿", "DRAFT")


def pdf(document: Official) -> bytes:
    """Give the PDF as bytes: the same bytes for the same document, Typst and fonts.

    Raises
    ------
    Problem
        `fonts_missing`.
    """
    import typst  # noqa: PLC0415 - 30 ms that only documents pay

    fonts.check_fonts()
    made = typst.compile(
        drawing.template("official.typ").encode("utf-8"),
        format="pdf",
        font_paths=fonts.installed(),
        sys_inputs={"document": json.dumps(_data(document), ensure_ascii=False, sort_keys=True)},
        timestamp=dt.datetime.combine(document.date, dt.time(), tzinfo=dt.UTC),
    )
    assert isinstance(made, bytes)
    return made


def _data(document: Official) -> dict[str, Any]:
    zh = document.language == "zh"
    size = official.SIZE if zh else 11.0
    return {
        "language": document.language,
        "title": _pieces(document.title),
        "title_text": document.title_text,
        "title_size": 22 if zh else 20,
        "number": document.number,
        "issuer": document.issuer,
        "head": document.head,
        "day": document.day,
        "date": [document.date.year, document.date.month, document.date.day],
        "indents": document.signature_indents,
        "draft": document.draft,
        "draft_mark": DRAFT_MARK.in_(document.language) if document.draft else "",
        "made_up": f"{WORDS['made_up'].zh} {WORDS['made_up'].en}" if document.made_up else "",
        "size": size,
        "pitch": official.PITCH if zh else 16.5,
        "tracking": official.ADVANCE - official.SIZE if zh else 0,
        "margins": [official.TOP_MM, official.RIGHT_MM, official.BOTTOM_MM, official.LEFT_MM],
        "lines": [
            {"kind": one.kind, "pieces": _pieces(one.pieces), "level": one.level, "ordinal": one.ordinal}
            for one in document.lines
        ],
        "annex": None
        if document.annex is None
        else [
            {
                "number": one.number,
                "heading": one.heading,
                "facts": one.facts,
                "address": one.address,
                "svg": one.code.svg,
            }
            for one in document.annex
        ],
        "entries": [str(one.number) for one in document.annex or ()],
        "remainders": [{"title": one.title, "lines": one.lines} for one in document.remainders],
        "words": {key: words.in_(document.language) for key, words in OFFICIAL_WORDS.items()},
        "fonts": fonts.official() if zh else fonts.plain(),
        "theme": {"red": official.RED, "alarm": theme.ALARM, "quiet": theme.QUIET, "rule": theme.RULE},
    }


def _pieces(pieces: tuple[Piece, ...]) -> list[dict[str, str]]:
    return [{"text": one.text, "note": one.note, "address": one.address} for one in pieces]
