"""How numbers are shown: the same text in every format."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any, Literal

from zhiheng.documents.words import MISSING, Language, Text

if TYPE_CHECKING:
    from zhiheng.documents.charts import Estimate
    from zhiheng.documents.tables import Cell, Column

Format = Literal["text", "number", "percent"]


def is_missing(cell: Any) -> bool:
    """Tell whether a cell holds nothing: None, NaN, infinity or an empty string."""
    if cell is None or cell == "":
        return True
    return isinstance(cell, float) and not math.isfinite(cell)


def number(value: float | None, form: Format = "number", decimals: int = 1) -> str:
    """Give a number as text, rounded half to even on its binary value; “—” where it is missing."""
    if value is None or is_missing(value):
        return MISSING
    shown = f"{value * 100:,.{decimals}f}%" if form == "percent" else f"{value:,.{decimals}f}"
    if shown.startswith("-") and not any(digit in shown for digit in "123456789"):
        return shown[1:]
    return shown


def interval(estimate: Estimate, form: Format = "number", decimals: int = 1) -> str:
    """Give an interval as ``[80.1, 82.3]``, or an empty string where there is none."""
    if is_missing(estimate.lower) or is_missing(estimate.upper):
        return ""
    return f"[{number(estimate.lower, form, decimals)}, {number(estimate.upper, form, decimals)}]"


def cell_text(cell: Cell, column: Column, language: Language) -> str:
    """Give a cell as it is shown, in one language."""
    if is_missing(cell):
        return MISSING
    if isinstance(cell, Text):
        return cell.in_(language)
    if isinstance(cell, dt.date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, str):
        return cell
    if column.format == "text":
        return str(cell)
    return number(cell, column.format, column.decimals)


def columns_wide(text: str) -> float:
    """Give the width of a text in halves of a Chinese character: 1 for a Latin letter, 2 for a Chinese one."""
    if text.isascii():
        return float(len(text))
    return sum(2.0 if ord(letter) > 0x2E7F else 1.0 for letter in text)
