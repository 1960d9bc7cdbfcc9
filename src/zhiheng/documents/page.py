"""The page: one self-contained file, interactive, in all languages of the report, that works without a network."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from zhiheng.documents import drawing, figures, numbers, theme
from zhiheng.documents.files import write_bytes
from zhiheng.documents.outline import CHARTS, Entry, heading_text, outline
from zhiheng.documents.report import Bullets, Facts, Heading, Note, PageBreak, Paragraph, Report
from zhiheng.documents.tables import Table
from zhiheng.documents.words import LANGUAGE_NAMES, WORDS, Language, Text, Words, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from zhiheng.documents.charts import Chart
    from zhiheng.documents.tables import Column, Row

Piece = dict[str, Any]


def _safe_json(value: object) -> str:
    """Give JSON that can stand inside a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _number_of(cell: object) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, (int, float)) or numbers.is_missing(cell):
        return None
    return float(cell)


def _style(value: float | None, column: Column, ends: tuple[float, float]) -> str:
    """Give the colours of a cell: its band, its data bar or its place on the colour scale."""
    if value is None:
        return ""
    band = figures.band_of(value, column.bands)
    if band is not None:
        return f"background:{band.colour};color:{theme.on(band.colour)}"
    low, high = ends
    if column.shade == "none" or high <= low:
        return ""
    if column.shade == "bar":
        low = min(low, 0.0)
        share = round(100 * (value - low) / (high - low), 1)
        return f"background:linear-gradient(90deg,{theme.SEQUENTIAL[1]} {share}%,transparent {share}%)"
    colour = theme.between(theme.SEQUENTIAL, (value - low) / (high - low))
    return f"background:{colour};color:{theme.on(colour)}"


SHORT = 20
"""Halves of a Chinese character up to which a cell of a table is not broken into lines."""


def _table(table: Table, languages: Sequence[Language]) -> Piece:
    rows: list[Row] = list(table.rows)
    ends = {}
    for column in table.columns:
        values = [value for row in rows if (value := _number_of(row.get(column.key))) is not None]
        ends[column.key] = (min(values, default=0.0), max(values, default=0.0))
    body = []
    for row in rows:
        line = []
        for column in table.columns:
            cell = row.get(column.key)
            value = _number_of(cell) if column.format != "text" else None
            texts = [numbers.cell_text(cell, column, language) for language in languages]
            line.append(
                {
                    "texts": texts if len(set(texts)) > 1 else texts[:1],
                    "value": None if value is None else repr(value),
                    "style": _style(value, column, ends[column.key]),
                    "missing": numbers.is_missing(cell),
                    "short": all(numbers.columns_wide(text) <= SHORT for text in texts),
                }
            )
        body.append(line)
    return {
        "columns": [
            {
                "title": column.title,
                "align": column.align or ("left" if column.format == "text" else "right"),
                "numeric": column.format != "text",
            }
            for column in table.columns
        ],
        "rows": body,
        "notes": [note for note in table.notes if say(note, "zh")],
    }


def _piece(entry: Entry, languages: Sequence[Language]) -> Piece:
    block = entry.block
    piece: Piece = {"anchor": entry.anchor, "number": entry.number}
    match block:
        case Heading():
            text = Text(heading_text(entry, "zh"), heading_text(entry, "en"))
            return piece | {"kind": "heading", "level": block.level + 1, "text": text}
        case Paragraph():
            return piece | {"kind": "paragraph", "text": block.text}
        case Note():
            return piece | {"kind": "note", "text": block.text}
        case Bullets():
            return piece | {"kind": "bullets", "items": list(block.items)}
        case Facts():
            return piece | {"kind": "facts", "pairs": list(block.pairs)}
        case PageBreak():
            return piece | {"kind": "break"}
        case Table():
            return piece | {"kind": "table", "caption": block.caption, "table": _table(block, languages)}
        case _:
            return piece | {
                "kind": "chart",
                "caption": block.title,
                "notes": [note for note in block.notes if say(note, "zh")],
                "table": _table(figures.table_of(block), languages),
            }


def html(report: Report) -> str:
    """Give the page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - 60 ms that only pages pay
    from markupsafe import Markup, escape  # noqa: PLC0415 - as jinja2

    languages = list(dict.fromkeys(report.languages))
    lead = languages[0]

    def spans(texts: Sequence[str]) -> Markup:
        if len(texts) == 1:
            return escape(texts[0])
        made = [
            f'<span class="{language}" lang="{"zh-CN" if language == "zh" else "en"}">{escape(text)}</span>'
            for language, text in zip(languages, texts, strict=True)
        ]
        return Markup("".join(made))  # noqa: S704 - every text in it is escaped

    def both(words: Words) -> Markup:
        texts = [say(words, language) for language in languages]
        return spans(texts if len(set(texts)) > 1 else texts[:1])

    entries = outline(report.blocks)
    charts: list[tuple[str, Chart]] = [
        (entry.anchor, entry.block) for entry in entries if isinstance(entry.block, CHARTS)
    ]
    script = "\n".join(
        [
            drawing.echarts_source(),
            drawing.template("charts.js"),
            drawing.template("page.js"),
        ]
    ).replace("</script", "<\\/script")
    data = {
        "languages": languages,
        "words": {language: drawing.chart_words(language) for language in languages},
        "theme": theme.for_charts(),
        "font": theme.PAGE_SANS,
        "titles": {language: say(report.title, language) for language in languages},
        "charts": {
            anchor: {
                "data": figures.data_of(chart),
                "alt": {language: figures.alternative_text(chart, language) for language in languages},
            }
            for anchor, chart in charts
        },
    }
    environment = Environment(
        loader=PackageLoader("zhiheng.documents", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["both"] = both
    environment.filters["spans"] = spans
    environment.filters["lead"] = lambda words: say(words, lead)
    digest = base64.b64encode(hashlib.sha256(f"\n{script}\n".encode()).digest()).decode("ascii")
    return environment.get_template("page.html.j2").render(
        report=report,
        pieces=[_piece(entry, languages) for entry in entries],
        languages=languages,
        language_names=LANGUAGE_NAMES,
        lead=lead,
        words=WORDS,
        script=Markup(script),  # noqa: S704 - the project's own scripts, not data
        script_digest=digest,
        style=Markup(drawing.template("page.css")),  # noqa: S704 - the project's own style
        colours={
            "ink": theme.INK,
            "quiet": theme.QUIET,
            "rule": theme.RULE,
            "faint": theme.FAINT,
            "paper": theme.PAPER,
            "accent": theme.ACCENT,
            "alarm": theme.ALARM,
        },
        font=Markup(theme.PAGE_SANS),  # noqa: S704 - a constant of the theme
        data=Markup(_safe_json(data)),  # noqa: S704 - made safe one line up
    )


def write_html(report: Report, path: str | PathLike[str]) -> None:
    """Write a report as one self-contained page in all of its languages.

    Raises
    ------
    Problem
        `echarts_missing` where set-up has not fetched ECharts; `file_unwritable`.
    """
    write_bytes(path, html(report).encode("utf-8"))
