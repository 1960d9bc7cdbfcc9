"""The report of a run: composed once, written as page, Word, PDF and workbook.

`compose` gives the report as the documents room describes it, `sheets` the sheets of the workbook, and `write` the
files. Every sentence is made from the plan and the figures, and says no more than they bear.
"""

from __future__ import annotations

from zhiheng.programme.report.composition import compose
from zhiheng.programme.report.sheets import sheets
from zhiheng.programme.report.writing import write

__all__ = ["compose", "sheets", "write"]
