"""The documents: one chart or table described once → page, SVG, PNG, Word, PDF, workbook.

Describe a `Report` (or a `Workbook`) with the dataclasses below, then call a writer:

- `zhiheng.documents.page.write_html(report, path)` – one self-contained interactive page in all of its languages;
- `zhiheng.documents.pdf.write_pdf(report, path, language)`;
- `zhiheng.documents.word.write_docx(report, path, language)`;
- `zhiheng.documents.spreadsheet.write_xlsx(workbook, path)`;
- `zhiheng.documents.drawing.svg(chart, language)` and `zhiheng.documents.drawing.png(chart, language)`;
- `zhiheng.documents.fonts.check_fonts()` – raises a problem that names what to install.

It knows nothing of surveys or indices, and never computes a statistic.
"""

from __future__ import annotations

from zhiheng.documents.charts import (
    QUADRANT_NAMES,
    Bars,
    Chart,
    Estimate,
    Heatmap,
    IntervalRanking,
    Point,
    Quadrants,
    Series,
    TrendLines,
    Unit,
)
from zhiheng.documents.problems import Problem
from zhiheng.documents.report import (
    Block,
    Bullets,
    Facts,
    Heading,
    Note,
    PageBreak,
    Paragraph,
    Report,
)
from zhiheng.documents.tables import Band, Cell, Column, Sheet, Table, Workbook
from zhiheng.documents.words import MISSING, Language, Text, Words, say

__all__ = [
    "MISSING",
    "QUADRANT_NAMES",
    "Band",
    "Bars",
    "Block",
    "Bullets",
    "Cell",
    "Chart",
    "Column",
    "Estimate",
    "Facts",
    "Heading",
    "Heatmap",
    "IntervalRanking",
    "Language",
    "Note",
    "PageBreak",
    "Paragraph",
    "Point",
    "Problem",
    "Quadrants",
    "Report",
    "Series",
    "Sheet",
    "Table",
    "Text",
    "TrendLines",
    "Unit",
    "Words",
    "Workbook",
    "say",
]
