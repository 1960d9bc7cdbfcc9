"""Has every table rows of every wave, and does a file serve one wave only."""

from __future__ import annotations

from pathlib import PurePosixPath

from zhiheng.programme.ledger import RowLedger
from zhiheng.programme.plan import Plan, TablePlan
from zhiheng.programme.presence_checks import needed
from zhiheng.programme.problems import Findings, Severity, listed
from zhiheng.programme.section import FILE

#: what becomes of a table without rows of a wave, whose indicators may be lacking, and where nothing may be lacking
GOES_ON = (
    "其余照算，所缺的指标另有说明；若那一期本来没有这项调查，可不管。",
    "The rest is measured all the same, and indicators that are lacking are told; leave it if this was not done then.",
)
STOPS = ("方案规定缺失即不计算（missing = fail）。", "The plan computes nothing then (missing = fail).")


def check_table_waves(plan: Plan, findings: Findings, ledger: RowLedger) -> frozenset[str]:
    """Tell waves that no table has, then those that a table has not; rows of waves nobody knows were told already.

    Returns
    -------
    frozenset
        Waves that no table has: what lacks in them follows from that.
    """
    read = {t.name: _rows_read(t, plan, ledger) for t in plan.tables}
    judged = [t for t in plan.tables if t.sound and read[t.name] is not None]
    empty: list[str] = []
    if len(judged) == len(plan.tables):
        empty = [w.code for w in plan.waves if not any(w.code in (read[t.name] or ()) for t in judged)]
    if empty:
        findings.add("wave_empty", FILE, column="waves", found=listed(empty))
    for table in judged:
        _same_file(table, findings)
        there = read[table.name] or frozenset()
        lacking = [w.code for w in plan.waves if w.code not in there and w.code not in empty]
        if lacking:
            stops = not there or (plan.index is not None and needed(plan, {table.name}))
            severity: Severity = "error" if stops else "warning"
            becomes = GOES_ON if not stops else STOPS if there else ("", "")
            one = "" in table.files
            place = (table.files[""], table.wave) if one else (FILE, f"tables.{table.name}.files")
            findings.add(
                "wave_without_rows", place[0], None, place[1], listed(lacking), becomes, severity=severity
            )
    return frozenset(empty)


def _rows_read(table: TablePlan, plan: Plan, ledger: RowLedger) -> frozenset[str] | None:
    """Waves of which rows were read; none where that is not known: a file, a column or a wave was told to be wrong."""
    waves = frozenset(w.code for w in plan.waves if ledger.of(table.name, w.code).get("read"))
    without = ledger.of(table.name, "")
    if without.get("unknown_wave") or without.get("no_wave"):
        return None
    if "" in table.files:
        return waves if waves or without.get("read") else None
    return waves if waves >= frozenset(table.files) else None


def _same_file(table: TablePlan, findings: Findings) -> None:
    """Tell a file that is named for two waves and read alike in both: it would be counted twice."""
    waves: dict[str, list[str]] = {}
    for wave, name in table.files.items():
        if name:
            waves.setdefault(str(PurePosixPath(name)), []).append(wave)
    for name, those in waves.items():
        alike = [w for w in those[1:] if _read_alike(table, those[0], w)]
        if alike:
            findings.add("file_of_waves", FILE, None, f"tables.{table.name}.files", name,
                         listed((those[0], *alike)), severity="warning")  # fmt: skip


def _read_alike(table: TablePlan, one: str, other: str) -> bool:
    """Whether columns and codings are the same in two waves."""
    return all(c.pick(one) == c.pick(other) for c in table.columns.values()) and all(
        c.in_wave(one) == c.in_wave(other) for c in table.coding.values()
    )
