"""Can the weights meet their targets: levels, totals."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pyarrow.compute as pc

from zhiheng.programme.coding import as_number
from zhiheng.programme.plan import WAVE, Margin, Plan
from zhiheng.programme.problems import Findings, listed
from zhiheng.programme.sheet import Sheet, read_sheet
from zhiheng.programme.tables import CleanTable

#: margins whose totals differ by less than this share agree: published margins are rounded
ROUNDING = 1e-6

Targets = Mapping[tuple[str, ...], float]


def read_margins(
    plan: Plan, table: CleanTable, findings: Findings, *, answered: bool = True
) -> list[tuple[Margin, Targets]]:
    """Read the margins of a table and check them against its answers and against each other.

    Parameters
    ----------
    answered
        Whether it is known which rows count; where not, that was told, and levels are not compared.

    Returns
    -------
    list
        (margin, total by levels) for each margin that could be read.
    """
    weighting = table.plan.weighting
    apart = [m for m in (weighting.margins if weighting else ()) if WAVE not in m.columns]
    if apart and len(plan.waves) > 1:
        findings.add("margin_of_all_waves", listed(m.path for m in apart if m.path), column="columns",
                     found=listed(" × ".join(m.columns) for m in apart), severity="warning")  # fmt: skip
    read: list[tuple[Margin, Targets]] = []
    fitting: list[tuple[Margin, Targets]] = []
    for margin in weighting.margins if weighting else ():
        targets = (
            _margin(plan, margin, table, findings) if margin.path else None
        )  # else the plan was told so already
        if targets is not None:
            targets = _of_waves(plan, margin, table, targets)
            read.append((margin, targets))
            if not answered or _levels(table, margin, targets, findings):
                fitting.append((margin, targets))
    _totals(plan, fitting, findings)
    return read


def _margin(plan: Plan, margin: Margin, table: CleanTable, findings: Findings) -> Targets | None:
    """Read the file of a margin; none where something in it is wrong, for levels and totals would follow from that."""
    before = len(findings.records)
    sheet = read_sheet(plan.folder / margin.path, margin.path, findings)
    if sheet is None or not sheet.require((*margin.columns, "total"), findings):
        return None
    targets: dict[tuple[str, ...], float] = {}
    unnamed = _unnamed(sheet, margin, table)
    for number, row in zip(sheet.row_numbers, sheet.rows, strict=True):
        levels = tuple(row[c] for c in margin.columns)
        try:
            total = float(row["total"])
        except ValueError:
            findings.add(
                "not_a_number", margin.path, number, "total", f"“{row['total']}”", ("数字", "a number")
            )
            continue
        if not (math.isfinite(total) and total > 0):
            findings.add("target_not_positive", margin.path, number, "total", row["total"], "> 0")
        if levels in targets and unnamed:
            findings.add(
                "margin_column", margin.path, number, ", ".join(unnamed), listed(unnamed), " · ".join(levels)
            )
            return None
        if levels in targets:
            findings.add("duplicate_name", margin.path, number, ", ".join(margin.columns), " · ".join(levels))
        targets[levels] = total
    return targets if len(findings.records) == before else None


def _of_waves(plan: Plan, margin: Margin, table: CleanTable, targets: Targets) -> Targets:
    """Leave out the waves of the plan of which the table has no row: they were told as such."""
    if WAVE not in margin.columns:
        return targets
    place = margin.columns.index(WAVE)
    gone = {w.code for w in plan.waves} - set(table.columns[WAVE].levels or ())
    return {levels: total for levels, total in targets.items() if levels[place] not in gone}


def _unnamed(sheet: Sheet, margin: Margin, table: CleanTable) -> list[str]:
    """Columns that the margin does not name and that tell its rows apart: those of the table, or of words."""
    others = [
        c
        for c in dict.fromkeys(sheet.header)
        if c
        and c not in (*margin.columns, "total")
        and (c in table.columns or any(as_number(row[c]) is None for row in sheet.rows))
    ]
    rows = {tuple(row[c] for c in (*margin.columns, *others)) for row in sheet.rows}
    return others if len(rows) == len(sheet.rows) else []


def _levels(table: CleanTable, margin: Margin, targets: Targets, findings: Findings) -> bool:
    """Compare the levels of a margin with those of the answers; tell whether they are the same."""
    encoded = [
        pc.dictionary_encode(table.columns[c].to_arrow(), null_encoding="encode") for c in margin.columns
    ]
    key = np.zeros(len(table), dtype=np.int64)
    for e in encoded:
        key = key * len(e.dictionary) + np.asarray(e.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    answered: dict[tuple[str, ...], int] = {}
    counted = np.flatnonzero(table.responded)
    for row in sorted(int(i) for i in counted[np.unique(key[counted], return_index=True)[1]]):
        cells = [e[row].as_py() for e in encoded]
        answered[tuple("" if c is None else str(c) for c in cells)] = row
    where = ", ".join(margin.columns)
    without = [x for x in targets if x not in answered]
    design = table.plan.design
    told = [
        c in (*design.strata, *design.clusters) for c in margin.columns
    ]  # of these a blank was told as such
    untold = [
        x
        for x in answered
        if x not in targets and not any(known and cell == "" for cell, known in zip(x, told, strict=True))
    ]
    if without:
        findings.add("target_without_answers", margin.path, column=where, found=listed(" · ".join(x) for x in without),
                     expected=listed(sorted(" · ".join(c or "—" for c in x) for x in untold or answered)))  # fmt: skip
    if len(untold) > len(without) or any(
        "" in x for x in untold
    ):  # else it is one level written in two ways: told above
        file, row = table.place(answered[untold[0]])
        shown = listed(" · ".join(c or "—" for c in x) for x in untold)
        findings.add("answers_without_target", file, row, where, shown,
                     f"{margin.path}: {listed(' · '.join(x) for x in targets)}")  # fmt: skip
    return not (without or untold)


def _totals(plan: Plan, read: list[tuple[Margin, Targets]], findings: Findings) -> None:
    """Compare the totals of all margins: by wave where both know the wave, over all waves otherwise."""
    if len(read) < 2:
        return
    first, reference = read[0]
    for margin, targets in read[1:]:
        waves = [w.code for w in plan.waves] if WAVE in first.columns and WAVE in margin.columns else [""]
        for wave in waves:
            ours, theirs = _sum(margin, targets, wave), _sum(first, reference, wave)
            if abs(ours - theirs) > ROUNDING * max(abs(ours), abs(theirs)):
                shown = f"{wave}: {ours:,.6g}" if wave else f"{ours:,.6g}"
                findings.add("totals_disagree", margin.path, column="total", found=shown,
                             expected=f"{theirs:,.6g} ({first.path})")  # fmt: skip


def _sum(margin: Margin, targets: Targets, wave: str) -> float:
    if not wave:
        return math.fsum(targets.values())
    place = margin.columns.index(WAVE)
    return math.fsum(total for levels, total in targets.items() if levels[place] == wave)
