"""PDF, through Typst. All words reach Typst as data, never as markup, so no text can be taken for a command."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any, Final

from zhiheng.documents import drawing, figures, fonts, layout, theme
from zhiheng.documents.files import write_bytes
from zhiheng.documents.outline import CHARTS, Entry, caption, heading_text, notes_of, outline
from zhiheng.documents.problems import Problem
from zhiheng.documents.report import Bullets, Facts, Heading, Note, PageBreak, Paragraph, Report
from zhiheng.documents.tables import Table
from zhiheng.documents.words import LANGUAGE_NAMES, PAGE_NUMBER, WORDS, Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from zhiheng.documents.charts import Chart

_SIZE: Final = re.compile(r'<svg width="(\d+)" height="(\d+)"')
TALLEST: Final = 1.3
"""A picture taller than this many times the width of the text is made smaller, so that its caption fits the page."""


def picture_width(svg: str) -> float:
    """Give the share of the text's width a picture takes: 1, or less where it would be too tall for a page."""
    found = _SIZE.match(svg)
    assert found is not None
    width, height = int(found[1]), int(found[2])
    return min(1.0, TALLEST * width / height)


def pictures_of(charts: Sequence[Chart], language: Language) -> list[list[str]]:
    """Draw charts for paper, all in one go: the pictures of each chart (long ones are cut in pieces)."""
    pieces = [figures.pieces_of(chart)[0] for chart in charts]
    drawn = iter(drawing.svgs([piece for parts in pieces for piece in parts], language))
    return [[next(drawn) for _ in parts] for parts in pieces]


def notes_of_chart(chart: Chart, language: Language) -> list[str]:
    """Give the notes of a chart on paper, with the cut said where there is one."""
    cut = figures.pieces_of(chart)[1]
    return notes_of([*chart.notes, *([cut] if cut else [])], language)


def _block(entry: Entry, pictures: dict[int, list[str]], language: Language) -> dict[str, Any]:
    block = entry.block
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "text": heading_text(entry, language)}
        case Paragraph():
            return {"kind": "paragraph", "text": say(block.text, language)}
        case Note():
            return {"kind": "note", "text": say(block.text, language)}
        case Bullets():
            return {"kind": "bullets", "items": [say(item, language) for item in block.items]}
        case Facts():
            return {"kind": "facts", "pairs": _pairs(block.pairs, language)}
        case PageBreak():
            return {"kind": "break"}
        case Table():
            return {"kind": "table", "caption": caption(entry, language)} | _paper(block, language)
        case _:
            return {
                "kind": "chart",
                "caption": caption(entry, language),
                "continued": say(WORDS["continued"], language),
                "pictures": [{"svg": one, "share": picture_width(one)} for one in pictures[id(entry)]],
                "alt": figures.alternative_text(block, language),
                "notes": notes_of_chart(block, language),
            }


def _pairs(pairs: Sequence[tuple[Any, Any]], language: Language) -> list[list[str]]:
    return [[say(name, language), say(what, language)] for name, what in pairs]


def _paper(table: Table, language: Language) -> dict[str, Any]:
    paper = layout.on_paper(table, language)
    return {
        "titles": paper.titles,
        "aligns": paper.aligns,
        "widths": paper.widths,
        "rows": [[[cell.text, cell.fill, cell.ink] for cell in row] for row in paper.rows],
        "notes": paper.notes,
        "size": paper.size,
        "across": paper.across,
        "none": say(WORDS["no_data"], language),
    }


def pdf(report: Report, language: Language) -> bytes:
    """Give the PDF as bytes: the same bytes for the same report, ECharts, Typst and fonts."""
    import typst  # noqa: PLC0415 - 30 ms that only documents pay

    if language not in LANGUAGE_NAMES:
        raise Problem("language_unknown", found=language)
    fonts.check_fonts()
    entries = outline(report.blocks)
    charts = [(id(entry), entry.block) for entry in entries if isinstance(entry.block, CHARTS)]
    drawn = pictures_of([chart for _, chart in charts], language)
    pictures = {key: parts for (key, _), parts in zip(charts, drawn, strict=True)}
    data = {
        "language": language,
        "title": say(report.title, language),
        "subtitle": say(report.subtitle, language),
        "edition": say(report.edition, language),
        "owner": say(report.owner, language),
        "date": report.date.isoformat(),
        "day": [report.date.year, report.date.month, report.date.day],
        "made_up": f"{WORDS['made_up'].zh} {WORDS['made_up'].en}" if report.made_up else "",
        "made_up_sentence": say(WORDS["made_up_sentence"], language),
        "contents": say(WORDS["contents"], language),
        "about": say(WORDS["about"], language),
        "page_number": PAGE_NUMBER[language],
        "blocks": [_block(entry, pictures, language) for entry in entries],
        "footer": _pairs(report.footer, language),
        "theme": {
            **{key: colour for key, colour in theme.for_charts().items() if isinstance(colour, str)},
            "body": theme.PDF_BODY,
            "sans": theme.PDF_SANS,
        },
    }
    made = typst.compile(
        drawing.template("report.typ").encode("utf-8"),
        format="pdf",
        font_paths=fonts.installed(),
        sys_inputs={"report": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        timestamp=dt.datetime.combine(report.date, dt.time(), tzinfo=dt.UTC),
    )
    assert isinstance(made, bytes)
    return made


def write_pdf(report: Report, path: str | PathLike[str], language: Language) -> None:
    """Write a report as PDF in one language.

    Raises
    ------
    Problem
        `fonts_missing`, `echarts_missing`, `language_unknown`, `file_unwritable`.
    """
    write_bytes(path, pdf(report, language))
