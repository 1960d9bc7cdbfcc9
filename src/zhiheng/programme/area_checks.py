"""Do the tables agree on the units of each level, and do the lists of names know them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from zhiheng.programme.ledger import RowLedger
from zhiheng.programme.plan import Domain, Plan, Words
from zhiheng.programme.presence_checks import needed
from zhiheng.programme.problems import Findings, Severity, listed
from zhiheng.programme.sheet import read_sheet
from zhiheng.programme.tables import CleanTable

Unit = tuple[str, ...]


def read_labels(plan: Plan, domain: Domain, findings: Findings) -> dict[Unit, Words]:
    """Read the names of the units of a level; empty when the plan names no file."""
    if not domain.labels:
        return {}
    sheet = read_sheet(plan.folder / domain.labels, domain.labels, findings)
    if sheet is None:
        return {}
    keys = domain.columns if set(domain.columns) <= set(sheet.header) else ("code",)
    if not sheet.require((*keys, "zh"), findings):
        return {}
    labels: dict[Unit, Words] = {}
    for number, row in zip(sheet.row_numbers, sheet.rows, strict=True):
        unit = tuple(row[k] for k in keys)
        if unit in labels:
            findings.add("duplicate_name", domain.labels, number, ", ".join(keys), " · ".join(unit))
        labels[unit] = Words(row["zh"], row.get("en", "") or row["zh"])
    return labels


def units_of(table: CleanTable, domain: Domain) -> dict[Unit, int]:
    """Units of a level in a table, each with its first row; rows without a unit are left out."""
    columns = [table.columns[c] for c in domain.columns]
    known = np.logical_and.reduce([c.present for c in columns])
    if len(columns) == 1 and columns[0].levels is not None:
        values, first = np.unique(columns[0].values[known], return_index=True)
        rows = np.flatnonzero(known)[first]
        return {(columns[0].levels[int(v)],): int(r) for v, r in zip(values, rows, strict=True)}
    units: dict[Unit, int] = {}
    cells = [c.to_arrow().to_pylist() for c in columns]
    for row in np.flatnonzero(known):
        units.setdefault(tuple(str(c[row]) for c in cells), int(row))
    return units


def check_areas(
    plan: Plan,
    tables: Mapping[str, CleanTable],
    labels: Mapping[str, Mapping[Unit, Words]],
    findings: Findings,
    ledger: RowLedger,
) -> None:
    """Check every level of every table."""
    without = _published_without_units(plan, tables, findings)
    measured = {m.table for _, m in plan.leaves} - without
    for domain in plan.domains:
        lacking = [n for n, t in tables.items() if n in measured and domain not in t.levels]
        if plan.index is not None and domain.index and lacking:
            told = listed(c for c, m in plan.leaves if m.table in lacking)
            refused = len(lacking) == len(measured & set(tables)) or needed(plan, set(lacking))
            severity: Severity = "error" if refused else "warning"
            files = dict.fromkeys(f for n in lacking for f in tables[n].files)
            findings.add("level_lacks", ", ".join(files), column=domain.code, found=told,
                         expected=", ".join(domain.columns), severity=severity)  # fmt: skip
        having = [t for t in tables.values() if domain in t.levels]
        found = {t.plan.name: units_of(t, domain) for t in having}
        for table in having:
            _rows_without_unit(plan, table, domain, findings, ledger)
            _unlabelled(table, domain, found[table.plan.name], labels.get(domain.code, {}), findings)
        findings_only = _only_findings(plan)
        for table in having[1:]:
            _disagree(having[0], table, domain, found, findings, findings_only)


def _published_without_units(
    plan: Plan, tables: Mapping[str, CleanTable], findings: Findings
) -> frozenset[str]:
    """Tell published tables with units of no level: their values are nobody's. Gives their names."""
    without = [
        t for n, t in tables.items() if t.plan.role == "published" and not t.levels and plan.measured_of(n)
    ]
    for table in without:
        asked = listed(dict.fromkeys(m.variable for m in plan.measured_of(table.plan.name)))
        levels = listed((f"{d.code}: {', '.join(d.columns)}" for d in plan.domains), 6) or "—"
        findings.add("published_without_units", ", ".join(table.files), found=asked, expected=levels)
    return frozenset(t.plan.name for t in without)


def _rows_without_unit(
    plan: Plan, table: CleanTable, domain: Domain, findings: Findings, ledger: RowLedger
) -> None:
    known = np.logical_and.reduce([table.columns[c].present for c in domain.columns]) | ~table.responded
    if known.all():
        return
    first = int(np.flatnonzero(~known)[0])
    file, row = table.place(first)
    findings.add("area_missing", file, row, ", ".join(domain.columns), ("空", "blank"), domain.code,
                 severity="warning", rows=int((~known).sum()))  # fmt: skip
    for wave in plan.waves:
        gone = int((~known & table.in_wave(wave.code)).sum())
        ledger.add(table.plan.name, wave.code, "no_area", gone, f"level:{domain.code}")


def _unlabelled(
    table: CleanTable,
    domain: Domain,
    units: Mapping[Unit, int],
    labels: Mapping[Unit, Words],
    findings: Findings,
) -> None:
    unknown = [u for u in units if u not in labels] if labels else []
    if unknown:
        file, row = table.place(min(units[u] for u in unknown))
        shown = listed(" · ".join(u) for u in unknown)
        findings.add("area_unlabelled", file, row, ", ".join(domain.columns), shown,
                     f"{domain.labels}: {listed(' · '.join(u) for u in labels)}")  # fmt: skip


def _only_findings(plan: Plan) -> frozenset[str]:
    """Tables that list what was found and nothing else: a unit that is not in them had no finding."""
    rules = plan.index.adjust if plan.index else ()
    asked = {a.measured.table for a in rules if a.absent == "zero"}
    return frozenset(t for t in asked if all(a.absent == "zero" for a in rules if a.measured.table == t)
                     and not any(m.table == t for _, m in plan.leaves))  # fmt: skip


def _disagree(
    first: CleanTable,
    second: CleanTable,
    domain: Domain,
    found: Mapping[str, Mapping[Unit, int]],
    findings: Findings,
    findings_only: Collection[str],
) -> None:
    for one, other in ((first, second), (second, first)):
        if other.plan.name in findings_only:
            continue
        ours, theirs = found[one.plan.name], found[other.plan.name]
        extra = [u for u in ours if u not in theirs]
        if extra:
            file, row = one.place(min(ours[u] for u in extra))
            shown = listed(" · ".join(u) for u in extra)
            # a unit that one table lacks can still be measured from the other
            findings.add("areas_disagree", file, row, ", ".join(domain.columns), shown,
                         f"{other.plan.name}: {listed(' · '.join(u) for u in theirs)}",
                         severity="warning")  # fmt: skip
