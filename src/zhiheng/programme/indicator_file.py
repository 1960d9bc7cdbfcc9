"""Read indicators.csv or .xlsx: one row a node of the tree; everything that is wrong becomes a finding."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zhiheng.programme.index_file import are_sound, statistics_of
from zhiheng.programme.plan import IndicatorRow, Measured, TablePlan, Words
from zhiheng.programme.problems import Findings, listed, nearest
from zhiheng.programme.sheet import Sheet, read_sheet

INDICATOR_COLUMNS = (
    "code", "parent", "name_zh", "name_en", "weight", "direction", "aggregate", "table", "variable", "statistic",
    "category", "transform", "normalise", "low", "high", "cap", "unit", "optional", "source",
)  # fmt: skip
_YES = {"1", "1.0", "true", "yes", "是"}


def read_indicators(
    folder: Path, tables: tuple[TablePlan, ...], findings: Findings
) -> tuple[tuple[IndicatorRow, ...], str]:
    """Read the tree as it is written, and the name of the file it comes from: empty when there is none."""
    name = next((n for n in ("indicators.csv", "indicators.xlsx") if (folder / n).is_file()), "")
    if not name:
        return (), ""
    sheet = read_sheet(folder / name, name, findings)
    if sheet is None or not sheet.require(("code",), findings):
        return (), name
    _legal_columns(sheet, findings)
    by_name = {t.name: t for t in tables}
    sound = are_sound([t.name for t in tables])
    rows = []
    for number, cells in zip(sheet.row_numbers, sheet.rows, strict=True):
        rows.append(
            IndicatorRow(
                code=cells["code"],
                parent=cells.get("parent", ""),
                name=Words(cells.get("name_zh", "") or cells["code"], cells.get("name_en", "")),
                measured=_measured(cells, by_name, name, number, findings, sound=sound),
                cells=cells,
                optional=cells.get("optional", "").lower() in _YES,
                row=number,
            )
        )
    return tuple(rows), name


def _legal_columns(sheet: Sheet, findings: Findings) -> None:
    for column in sheet.header:
        if column and column not in INDICATOR_COLUMNS:
            findings.add("key_unknown", sheet.file, 1, column, column, nearest(column, INDICATOR_COLUMNS))


def _measured(
    cells: Mapping[str, str],
    tables: Mapping[str, TablePlan],
    file: str,
    row: int,
    findings: Findings,
    *,
    sound: bool,
) -> Measured | None:
    """Read what is measured; `sound`: all tables have names, and a table that is not among them is a mistake."""
    variable, table = cells.get("variable", ""), cells.get("table", "")
    if not variable:
        return None
    if not table and len(tables) == 1:
        table = next(iter(tables))
    if table not in tables:
        if sound:
            findings.add("reference_unknown", file, row, "table", table or "—", listed(tables) or "—")
        return None
    legal = statistics_of(tables[table].role)
    statistic: Any = cells.get("statistic", "") or legal[0]
    if statistic not in legal:
        findings.add("not_allowed", file, row, "statistic", statistic, " | ".join(legal))
        statistic = "proportion" if cells.get("category") and "proportion" in legal else legal[0]
    category = tuple(c.strip() for c in cells.get("category", "").split("|") if c.strip())
    if statistic == "proportion" and not category:
        findings.add("key_missing", file, row, "category", expected="category")
    return Measured(table, variable, statistic, category)
