"""The report of a run: composed once, written as page, Word, PDF and workbook.

`composition` orders it and says what was found; `standing` shows how units stand; `ground` tells what the figures
stand on; `sheets` is the workbook; `names` gives words and decimals. Every sentence is made from the plan and the
figures, and says no more than they bear.
"""

from __future__ import annotations

from zhiheng.programme.report.composition import compose
from zhiheng.programme.report.sheets import workbook
from zhiheng.programme.report.writing import write

__all__ = ["compose", "workbook", "write"]
