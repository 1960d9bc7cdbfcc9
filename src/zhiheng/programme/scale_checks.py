"""Do the values lie on the scale that their indicator states: the engine refuses estimates beyond it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zhiheng.measure.indices.indicator import Indicator
from zhiheng.measure.indices.normalise import SLACK
from zhiheng.measure.indices.tree import Tree
from zhiheng.programme.design_checks import codes_of, crossed
from zhiheng.programme.plan import WAVE, Measured, Plan
from zhiheng.programme.problems import Findings, Severity, listed
from zhiheng.programme.section import plain
from zhiheng.programme.tables import CleanTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_NAMED = 6


@dataclass(frozen=True)
class _Scale:
    """What values an indicator can have: `text` says it."""

    leaf: Indicator
    text: str

    def beyond(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Where a value is no value of the indicator; a missing one is not beyond."""
        low, high = self.leaf.low, self.leaf.high
        with np.errstate(invalid="ignore"):
            if self.leaf.normalise == "scale" and low is not None and high is not None:
                slack = SLACK * (high - low)
                return np.asarray((values < low - slack) | (values > high + slack), dtype=np.bool_)
            return np.asarray(values <= 0 if self.leaf.transform == "log" else values < 0, dtype=np.bool_)


def _scale_of(leaf: Indicator) -> _Scale | None:
    """The scale of an indicator; none where every value has a place, held at the ends or not."""
    if leaf.cap:
        return None
    if leaf.normalise == "scale" and leaf.low is not None and leaf.high is not None:
        return _Scale(leaf, f"[{leaf.low:g}, {leaf.high:g}]")
    if leaf.transform is not None:
        return _Scale(leaf, "> 0 (log)" if leaf.transform == "log" else f"≥ 0 ({leaf.transform})")
    return None


def check_scales(plan: Plan, tables: Mapping[str, CleanTable], tree: Tree | None, findings: Findings) -> None:
    """Tell published values, and answers of which a mean is made, that lie beyond the scale of their indicator."""
    leaves = {leaf.code: leaf for leaf in tree.leaves} if tree is not None else {}
    for code, measured in plan.leaves:
        scale = _scale_of(leaves[code]) if code in leaves else None
        table = tables.get(measured.table)
        if scale is None or table is None:
            continue
        if measured.statistic == "value":
            _values(table, measured, scale, findings)
        elif measured.statistic == "mean":
            _answers(plan, table, measured, scale, findings)


def _values(table: CleanTable, measured: Measured, scale: _Scale, findings: Findings) -> None:
    """Look at the published values of units."""
    of_units = np.zeros(len(table), dtype=np.bool_)
    for domain in table.levels:
        of_units |= np.logical_and.reduce([table.columns[c].present for c in domain.columns])
    values = np.asarray(table.columns[measured.variable].values, dtype=np.float64)
    beyond = scale.beyond(values) & of_units
    if beyond.any():
        told = (
            f"指标 {scale.leaf.code} 应在 {scale.text} 之内。",
            f"Indicator {scale.leaf.code} runs over {scale.text}.",
        )
        _tell(table, measured, beyond, told, "error", findings)


def _answers(plan: Plan, table: CleanTable, measured: Measured, scale: _Scale, findings: Findings) -> None:
    """Look at answers, and at the means of them by the weights of the data: raking comes later."""
    counted = table.columns[measured.variable].present & table.responded
    values = np.asarray(table.columns[measured.variable].values, dtype=np.float64)
    beyond = scale.beyond(values) & counted
    if not beyond.any():
        return
    means = list(_means_beyond(plan, table, values, counted, scale))
    if means:
        shown = listed(means, _MOST_NAMED)
        told = (
            f"指标 {scale.leaf.code} 应在 {scale.text} 之内；均值也在其外，无从计分：{shown}。",
            f"Indicator {scale.leaf.code} runs over {scale.text}; means lie beyond it too and have no score: {shown}.",
        )
        _tell(table, measured, beyond, told, "error", findings)
    elif scale.leaf.normalise == "scale":
        told = (
            f"指标 {scale.leaf.code} 应在 {scale.text} 之内；均值仍在其内，这些值照算。",
            f"Indicator {scale.leaf.code} runs over {scale.text}; the means lie on it, and these values are counted.",
        )
        _tell(table, measured, beyond, told, "warning", findings)


def _means_beyond(
    plan: Plan,
    table: CleanTable,
    values: NDArray[np.float64],
    counted: NDArray[np.bool_],
    scale: _Scale,
) -> Iterator[str]:
    """Name units and waves whose mean lies beyond the scale."""
    weights = np.ones(len(table))
    if table.plan.design.weights:
        weights = np.asarray(table.columns[table.plan.design.weights].values, dtype=np.float64)
    levels: list[tuple[str, ...]] = [d.columns for d in table.levels if d.index]
    if plan.index is not None and plan.index.whole is not False:
        levels.insert(0, ())
    for columns in levels:
        known = np.logical_and.reduce([counted, weights > 0, *(table.columns[c].present for c in columns)])
        if not known.any():
            continue
        rows = np.flatnonzero(known)
        names = (WAVE, *columns)
        key = crossed(*(codes_of(table.columns[c].taken(rows)) for c in names))
        means = np.bincount(key, weights[rows] * values[rows]) / np.bincount(key, weights[rows])
        first = rows[np.unique(key, return_index=True)[1]]
        for group in np.flatnonzero(scale.beyond(means)):
            cells = [
                plain(table.columns[c].taken(first[group : group + 1]).to_arrow()[0].as_py())
                for c in (*columns, WAVE)
            ]
            yield f"{' · '.join(cells)} {means[group]:.4g}"


def _tell(
    table: CleanTable,
    measured: Measured,
    beyond: NDArray[np.bool_],
    told: tuple[str, str],
    severity: Severity,
    findings: Findings,
) -> None:
    found, counts = np.unique(table.columns[measured.variable].values[beyond], return_counts=True)
    values = {plain(float(v)): int(n) for v, n in zip(found, counts, strict=True)}
    findings.add("beyond_scale", *table.place(int(np.flatnonzero(beyond)[0])), measured.variable, expected=told,
                 severity=severity, rows=int(beyond.sum()), values=values)  # fmt: skip
