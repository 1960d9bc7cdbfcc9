"""Is it known who responded, and can those who did stand for the others of their cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zhiheng.programme.design_checks import codes_of, crossed, lacking, without_value
from zhiheng.programme.plan import Nonresponse
from zhiheng.programme.problems import Findings, Severity, listed
from zhiheng.programme.section import plain
from zhiheng.programme.tables import RESPONDED, CleanTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_NAMED = 10


def check_responses(table: CleanTable, findings: Findings) -> bool:
    """Check the adjustment for nonresponse of a table.

    Returns
    -------
    bool
        Whether the rows that count are known. Where not, that was told, and what they lack follows from it.
    """
    plan = table.plan.weighting.nonresponse if table.plan.weighting else None
    if plan is None:
        return True
    return (
        _known(table, plan, findings) and _somebody(table, plan, findings) and _cells(table, plan, findings)
    )


def _known(table: CleanTable, plan: Nonresponse, findings: Findings) -> bool:
    """Tell rows of which it is not known whether they responded."""
    column = table.columns[plan.responded]
    blank, other = without_value(table, plan.responded), column.present & ~np.isin(column.values, (0, 1))
    if blank.any():
        first = int(np.flatnonzero(blank)[0])
        every = ("每行 1 或 0", "1 or 0 in every row")
        findings.add("response_unclear", *table.place(first), plan.responded, lacking(column, first), every,
                     rows=int(blank.sum()))  # fmt: skip
    if other.any():
        found, counts = np.unique(column.values[other], return_counts=True)
        values = {plain(float(v)): int(n) for v, n in zip(found, counts, strict=True)}
        findings.add("response_unclear", *table.place(int(np.flatnonzero(other)[0])), plan.responded,
                     expected=RESPONDED, rows=int(other.sum()), values=values)  # fmt: skip
    return bool(column.present.all() and not other.any())


def _somebody(table: CleanTable, plan: Nonresponse, findings: Findings) -> bool:
    """Tell where nobody responded, and where everybody did: there is nothing to adjust then."""
    if not table.responded.any():
        findings.add("nobody_responded", *table.place(0), plan.responded, rows=len(table))
        return False
    if table.responded.all():
        keep = ", ".join(c.text() for c in table.plan.keep)
        why = (
            (
                f"可能是 keep（{keep}）去掉了没有回答的行",
                f"perhaps `keep` ({keep}) left out those who did not respond",
            )
            if keep
            else ("可能是数据只有有回答的行", "perhaps the data hold only those who responded")
        )
        findings.add(
            "everybody_responded", ", ".join(table.files), None, plan.responded, why, severity="warning"
        )
    return True


def _cells(table: CleanTable, plan: Nonresponse, findings: Findings) -> bool:
    """Tell cells without a respondent, and cells of rows of which the cell is not known."""
    if not plan.cells:
        return True  # the plan was told so already
    cells = plan.within_waves
    key = crossed(*(codes_of(table.columns[c]) for c in cells))
    silent = np.isin(key, np.flatnonzero(np.bincount(key, table.responded) == 0))
    sound = True
    blank = np.zeros(len(table), dtype=np.bool_)
    for name in cells:
        without = ~table.columns[name].present
        blank |= without
        sound = _known_cell(table, name, without, silent, findings) and sound
    silent &= ~blank
    if silent.any():
        firsts = np.flatnonzero(silent)[np.sort(np.unique(key[silent], return_index=True)[1])]
        shown = [
            " · ".join(plain(table.columns[c].taken(firsts[i : i + 1]).to_arrow()[0].as_py()) for c in cells)
            for i in range(len(firsts))
        ]
        findings.add("cell_silent", *table.place(int(firsts[0])), ", ".join(cells), listed(shown, _MOST_NAMED),
                     plan.responded, rows=int(silent.sum()))  # fmt: skip
    return sound and not silent.any()


def _known_cell(
    table: CleanTable, name: str, without: NDArray[np.bool_], silent: NDArray[np.bool_], findings: Findings
) -> bool:
    """Tell rows without a value of a column of the cells; all who did not respond may be such."""
    others = ~table.responded
    if others.any() and without[others].all():
        first = int(np.flatnonzero(others)[0])
        findings.add("cell_unknown", *table.place(first), name, name, rows=int(others.sum()))
        return False
    alone = bool((without & silent).any())
    design = table.plan.design
    if without.any() and name not in (*design.strata, *design.clusters):  # else it was told as lacking there
        severity: Severity = "error" if alone else "warning"
        becomes = (
            ("其中没有一行有回答，无从调整。", "Nobody in it responded, so nothing can be adjusted.")
            if alone
            else ("", "")
        )
        findings.add("cell_blank", *table.place(int(np.flatnonzero(without)[0])), name, becomes,
                     severity=severity, rows=int(without.sum()))  # fmt: skip
    return not alone
