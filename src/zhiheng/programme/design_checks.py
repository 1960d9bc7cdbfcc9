"""Is the sample what the plan says: ids, weights, units, strata, population sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zhiheng.programme.coding import NO_ANSWER, NOT_VALID, CleanColumn, words_of
from zhiheng.programme.plan import STRATUM, WAVE
from zhiheng.programme.problems import Findings, listed
from zhiheng.programme.section import plain
from zhiheng.programme.tables import CleanTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_NAMED = 10


def check_design(table: CleanTable, findings: Findings) -> None:
    """Check one table, but for who responded; published tables have no design and only their ids are looked at."""
    _ids(table, findings)
    if table.plan.role == "published":
        return
    _weights(table, findings)
    if not _units_are_known(table, findings):
        return
    _single_units(table, findings)
    _crossing(table, findings)
    _populations(table, findings)


def codes_of(column: CleanColumn) -> NDArray[np.int64]:
    """Number the values of a column; missing is a value of its own."""
    return np.asarray(np.unique(column.values, return_inverse=True)[1], dtype=np.int64).reshape(-1)


def crossed(*codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the combinations of several numberings."""
    key = codes[0]
    for code in codes[1:]:
        key = np.unique(key * (int(code.max(initial=0)) + 1) + code, return_inverse=True)[1].reshape(-1)
    return np.asarray(np.unique(key, return_inverse=True)[1], dtype=np.int64).reshape(-1)


def _ids(table: CleanTable, findings: Findings) -> None:
    name = table.plan.id
    if not name:
        return
    column = table.columns[name]
    key = crossed(codes_of(table.columns[WAVE]), codes_of(column))
    counts = np.bincount(key)
    repeated = (counts[key] > 1) & column.present
    seen: set[int] = set()
    extra = np.zeros(len(key), dtype=np.bool_)
    for at in np.flatnonzero(repeated):
        extra[at] = int(key[at]) in seen
        seen.add(int(key[at]))
    if not column.present.all():
        first = int(np.flatnonzero(~column.present)[0])
        file, row = table.place(first)
        findings.add("id_missing", file, row, name, ("空", "blank"), ("每行一个编号", "an id in every row"),
                     severity="warning", rows=int((~column.present).sum()))  # fmt: skip
    if extra.any():
        first = int(np.flatnonzero(extra)[0])
        file, row = table.place(first)
        value = column.taken(np.array([first])).to_arrow()[0].as_py()
        before = int(np.flatnonzero(key == key[first])[0])
        where = (f"第 {table.place(before)[1]} 行已有", f"row {table.place(before)[1]} has it")
        findings.add("id_repeated", file, row, name, value, where, rows=int(extra.sum()))


def _weights(table: CleanTable, findings: Findings) -> None:
    name = table.plan.design.weights
    if not name:
        return
    column = table.columns[name]
    expected = ("每行一个权重", "a weight in every row")
    for code, rows in (
        ("weight_missing", without_value(table, name)),
        ("weight_negative", column.present & (column.values < 0)),
        ("weight_zero", column.present & (column.values == 0)),
    ):
        if rows.any():
            first = int(np.flatnonzero(rows)[0])
            file, row = table.place(first)
            found = lacking(column, first) if code == "weight_missing" else f"{column.values[first]:g}"
            findings.add(code, file, row, name, found, expected, rows=int(rows.sum()))


def without_value(table: CleanTable, name: str) -> NDArray[np.bool_]:
    """Rows without a value of a column that is a number in every row; what fits no coding was told when it was read."""
    column = table.columns[name]
    if words_of(table.plan.coding.get(name)):  # a code that is a word was not told
        return np.asarray(~column.present, dtype=np.bool_)
    return np.asarray(~column.present & (column.state != NOT_VALID), dtype=np.bool_)


def lacking(column: CleanColumn, row: int) -> tuple[str, str]:
    """Why a row has no value."""
    if column.state[row] == NO_ANSWER:
        return "空", "blank"
    return "不是数字，或不合编码", "no number, or none the coding allows"


def _units_are_known(table: CleanTable, findings: Findings) -> bool:
    design = table.plan.design
    known = True
    for name in (*design.strata, *(c for c in design.clusters if c != "*")):
        column = table.columns[name]
        if not column.present.all():
            first = int(np.flatnonzero(~column.present)[0])
            file, row = table.place(first)
            findings.add("design_unit_missing", file, row, name, ("空", "blank"), name,
                         rows=int((~column.present).sum()))  # fmt: skip
            known = False
    return known


def _stages(table: CleanTable) -> list[tuple[str, NDArray[np.int64], NDArray[np.int64]]]:
    """Name, parent and unit of each row for every stage; the first parents are the strata."""
    design = table.plan.design
    strata = codes_of(table.columns[STRATUM]) if design.strata else np.zeros(len(table), dtype=np.int64)
    stages = []
    parent = strata
    for position, name in enumerate(design.clusters or ("*",)):
        if name == "*":
            unit = np.arange(len(table), dtype=np.int64)
        elif position == 0 and not design.nest and not design.strata:
            unit = codes_of(table.columns[name])
        else:
            unit = crossed(parent, codes_of(table.columns[name]))
        stages.append((name, parent, unit))
        parent = unit
    return stages


def _units_in_parents(parent: NDArray[np.int64], unit: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the distinct units of each parent."""
    _, first = np.unique(unit, return_index=True)
    return np.bincount(parent[first], minlength=int(parent.max(initial=-1)) + 1)


def _single_units(table: CleanTable, findings: Findings) -> None:
    design = table.plan.design
    name, strata, unit = _stages(table)[0]
    single = np.flatnonzero(_units_in_parents(strata, unit) == 1)
    if not len(single):
        return
    firsts = [int(np.flatnonzero(strata == s)[0]) for s in single]
    file, row = table.place(firsts[0])
    shown = "—"
    if design.strata:
        shown = listed(table.columns[STRATUM].taken(np.array(firsts)).to_arrow().to_pylist(), _MOST_NAMED)
    findings.add(
        "single_unit", file, row, ", ".join(design.strata) or name, shown, name,
        severity="error" if design.lonely == "fail" else "warning",
        rows=int(np.isin(strata, single).sum()),
    )  # fmt: skip


def _crossing(table: CleanTable, findings: Findings) -> None:
    """Tell first-stage units that lie in several strata, unless their codes count within the strata."""
    design = table.plan.design
    if (
        not design.strata
        or not design.clusters
        or design.clusters[0] == "*"
        or design.nest
        or WAVE in design.strata
    ):
        return
    name = design.clusters[0]
    strata, unit = codes_of(table.columns[STRATUM]), codes_of(table.columns[name])
    several = np.flatnonzero(_units_in_parents(unit, crossed(unit, strata)) > 1)
    if not len(several):
        return
    firsts = [int(np.flatnonzero(unit == u)[0]) for u in several[:_MOST_NAMED]]
    shown = listed(map(plain, table.columns[name].taken(np.array(firsts)).to_arrow().to_pylist()))
    rows = int(np.isin(unit, several).sum())
    findings.add("unit_in_strata", *table.place(firsts[0]), name, shown, ", ".join(design.strata), rows=rows)


def _populations(table: CleanTable, findings: Findings) -> None:
    design = table.plan.design
    for name, parent, unit in _stages(table):
        size_name = design.population.get(name)
        if size_name is None:
            continue
        sizes = table.columns[size_name]
        without = without_value(table, size_name)
        if without.any():
            first = int(np.flatnonzero(without)[0])
            findings.add("design_unit_missing", *table.place(first), size_name, lacking(sizes, first), size_name,
                         rows=int(without.sum()))  # fmt: skip
        if not sizes.present.all():
            continue
        values = np.asarray(sizes.values, dtype=np.float64)
        order = np.argsort(parent, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(parent[order]) != 0])
        low = np.minimum.reduceat(values[order], starts)
        high = np.maximum.reduceat(values[order], starts)
        counted = _units_in_parents(parent, unit)[parent[order][starts]]
        for code, wrong in (("population_varies", low < high), ("population_small", high < counted)):
            if wrong.any():
                group = int(np.flatnonzero(wrong)[0])
                at = table.place(int(order[starts[group]]))
                if code == "population_varies":
                    found: object = f"{low[group]:g}, {high[group]:g}"
                    expected: object = ("同一上级只有一个数", "one number within a parent")
                else:
                    found = (f"总体 {high[group]:g}，样本 {counted[group]}",
                             f"population {high[group]:g}, sample {counted[group]}")  # fmt: skip
                    expected = f"≥ {counted[group]}"
                findings.add(code, *at, size_name, found, expected, rows=int(wrong.sum()))
