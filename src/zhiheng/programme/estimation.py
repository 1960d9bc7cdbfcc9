"""From clean tables to estimates: the design and its weights, then every statistic of a table in few calls.

One call makes all means (and proportions, which are means of 0 and 1) of a table at one level; one more makes the
totals. Estimates of one call share their influences, so that an index can combine them.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from zhiheng.measure.design import Design
from zhiheng.measure.estimation.estimates import Estimates
from zhiheng.measure.estimation.functions import mean, total
from zhiheng.measure.reduction.terms import quoted
from zhiheng.measure.weighting import Step, Weighted, nonresponse, rake, trim, weights_of
from zhiheng.programme.area_checks import Unit
from zhiheng.programme.coding import CleanColumn
from zhiheng.programme.plan import STRATUM, WAVE, Domain, Margin, Measured, Plan, TablePlan
from zhiheng.programme.section import plain
from zhiheng.programme.tables import CleanTable
from zhiheng.programme.target_checks import Targets

Array = NDArray[np.float64]

#: figures of an estimate that are kept
FIGURES = ("value", "se", "lower", "upper", "df", "n", "deff")


def unit_code(unit: Sequence[str]) -> str:
    """One text for a unit: its codes joined; ``all`` for the whole."""
    return " · ".join(unit) or "all"


def column_of(measured: Measured) -> str:
    """Name of the analysis column of a statistic: a proportion is the mean of a column of 0 and 1."""
    if measured.statistic != "proportion":
        return measured.variable
    return f"{measured.variable} = {'|'.join(measured.category)}"


@dataclass
class Analysis:
    """A table ready to be estimated from.

    Attributes
    ----------
    data
        Design columns, the wave, units of all levels, and one column a statistic.
    design, steps
        With final weights, and who responded; what was done to them.
    passes
        Every statement that read the rows, in order.
    """

    table: CleanTable
    data: pa.Table
    design: Design
    steps: tuple[Step, ...]
    measured: tuple[Measured, ...]
    passes: list[str] = field(default_factory=list)
    methods: dict[str, str] = field(default_factory=dict)

    @property
    def plan(self) -> TablePlan:
        """What the plan says of the table."""
        return self.table.plan

    def apart(self) -> Analysis:
        """Give the same analysis with its own list of passes, for work beside other work."""
        other = copy.copy(self)
        other.passes, other.methods = [], {}
        return other

    @cached_property
    def final_weights(self) -> Array:
        """Final weight of every row, 0 where nobody responded."""
        return np.asarray(weights_of(self.data, self.design), dtype=np.float64)

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Rows that count in estimates: with nonresponse cells the answered ones."""
        return self.final_weights > 0

    def numbers(self, column: str) -> Array:
        """A column as floats, nan where missing."""
        return np.asarray(self.data.column(column).to_numpy(), dtype=np.float64)

    def estimate(
        self, by: Sequence[str], level: float, *, joint: bool, exact: bool
    ) -> list[tuple[list[Measured], Estimates]]:
        """Estimate every statistic of the table by wave and some columns."""
        groups = []
        for call, statistics in ((mean, ("mean", "proportion")), (total, ("total",))):
            asked = [m for m in self.measured if m.statistic in statistics]
            if asked:
                found = call(
                    self.data,
                    [column_of(m) for m in asked],
                    self.design,
                    by=[WAVE, *by],
                    level=level,
                    # against sampling with replacement: weights of a programme need not sum to the population
                    deff="replace",
                    joint=joint and len(asked) > 1,
                    exact=exact,
                )
                self.passes += found.passes
                self.methods[call.__name__] = found.method
                groups.append((asked, found))
        return groups


def analysis_of(
    plan: Plan, table: CleanTable, margins: Sequence[tuple[Margin, Targets]], *, exact: bool = False
) -> Analysis:
    """Make the analysis table and its weights.

    Raises
    ------
    zhiheng.measure.Problem
        The engine refuses the design or cannot meet the targets.
    """
    measured = plan.measured_of(table.plan.name)
    names = _design_columns(plan, table)
    columns = {n: table.columns[n].to_arrow() for n in names}
    for m in measured:
        clean = table.columns[m.variable]
        columns[column_of(m)] = (
            clean.to_arrow() if m.statistic != "proportion" else _member(clean, m.category)
        )
    data = pa.table(columns)
    weighted = Weighted(_design(table.plan), ())
    weighting = table.plan.weighting
    if weighting is not None and table.plan.role != "published":
        if weighting.nonresponse is not None:
            condition = f"{quoted(weighting.nonresponse.responded)} = 1"
            weighted = nonresponse(
                data, weighted.design, weighting.nonresponse.within_waves, condition, exact=exact
            )
        data, weighted = _weigh(
            data, weighted, {m.columns: t for m, t in margins}, weighting.trim, exact=exact
        )
    return Analysis(table, data, weighted.design, weighted.report, measured)


def _design_columns(plan: Plan, clean: CleanTable) -> list[str]:
    table = clean.plan
    design = table.design
    names = [WAVE, *([STRATUM] if design.strata else []), *(c for c in design.clusters if c != "*")]
    names += [n for n in (design.weights, *design.population.values()) if n]
    if table.weighting:
        names += [c for m in table.weighting.margins for c in m.columns]
        if table.weighting.nonresponse:
            names += [*table.weighting.nonresponse.cells, table.weighting.nonresponse.responded]
    names += [c for d in clean.levels for c in d.columns]
    names += [q.variable for q in plan.questions if q.table == table.name]
    return list(dict.fromkeys(names))


def _member(column: CleanColumn, category: Sequence[str]) -> pa.Array:
    if column.levels is None:
        inside = np.isin(column.values, [float(c) for c in category])
    else:
        inside = np.array([plain(x) in category for x in (*column.levels, "")])[column.values]
    return pa.array(inside.astype(np.float64), mask=~column.present)


def _design(table: TablePlan) -> Design:
    plan = table.design
    return Design(
        strata=STRATUM if plan.strata else None,
        clusters=list(plan.clusters),
        weights=plan.weights or None,
        population=dict(plan.population) or None,
        nest=plan.nest or WAVE in plan.strata,
        lonely=plan.lonely,
    )


def _weigh(
    data: pa.Table,
    weighted: Weighted,
    targets: Mapping[tuple[str, ...], Targets],
    bounds: tuple[float | None, float | None] | None,
    *,
    exact: bool,
) -> tuple[pa.Table, Weighted]:
    """Margins, trimming in each wave, and the margins again where trimming moved them."""
    if targets:
        data, weighted = _settled(data, weighted)
        weighted = rake(data, weighted.design, _keyed(targets), exact=exact).after(weighted.report)
    if bounds is None:
        return data, weighted
    final = weights_of(data, weighted.design)
    waves = np.asarray(data.column(WAVE).to_pylist(), dtype=object)
    counted = final > 0
    middle = {str(w): float(np.median(final[counted & (waves == w)])) for w in np.unique(waves[counted])}
    lower, upper = (None if bound is None else {w: bound * m for w, m in middle.items()} for bound in bounds)
    own = final[counted] / np.array([middle[w] for w in waves[counted]])
    if bool((own < (bounds[0] or 0.0)).any()) or (bounds[1] is not None and bool((own > bounds[1]).any())):
        data, weighted = _settled(data, weighted, final)
        weighted = trim(data, weighted.design, lower=lower, upper=upper, by=WAVE, exact=exact).after(
            weighted.report
        )
        data, weighted = _settled(data, weighted)
        if targets:
            weighted = rake(data, weighted.design, _keyed(targets), exact=exact).after(weighted.report)
    return data, weighted


def _settled(data: pa.Table, weighted: Weighted, final: Array | None = None) -> tuple[pa.Table, Weighted]:
    """Write the weights so far into a column, so that no pass after this works them out again row by row.

    The variance takes them as given, as it does with the weights before any calibration. `final`: what they are, where
    it is known. A row without response gets a 1: it needs a weight to stay in the sample, and adds nothing with it.
    """
    design = weighted.design
    if design.calibration is None and design.weight_expression is None:
        return data, weighted
    name = f"_weight{len(weighted.report)}"
    final = weights_of(data, design) if final is None else final
    data = data.append_column(name, pa.array(np.where(final > 0, final, 1.0)))
    settled = replace(design, weights=name, calibration=None, weight_expression=None)
    return data, replace(weighted, design=settled)


def _keyed(
    targets: Mapping[tuple[str, ...], Targets],
) -> dict[str | tuple[str, ...], dict[str | tuple[str, ...], float]]:
    """The engine takes one column by its name and one level by itself."""
    return {
        (columns[0] if len(columns) == 1 else columns): {
            (levels[0] if len(columns) == 1 else levels): total for levels, total in levels_of.items()
        }
        for columns, levels_of in targets.items()
    }


# ── estimates laid out by wave and unit ──


@dataclass(frozen=True)
class Group:
    """Estimates of one call: their influences can be combined.

    Attributes
    ----------
    table
        Position of the table in the plan.
    position
        (waves, units) row of the estimates per statistic, -1: none.
    """

    table: int
    estimates: Estimates
    position: Mapping[Measured, NDArray[np.int64]]


@dataclass(frozen=True)
class LevelEstimates:
    """Every statistic of every unit of a level in every wave.

    Attributes
    ----------
    columns
        That make a unit; none for the whole.
    units
        In order of their codes.
    groups
        By call; published values have none.
    figures
        Per statistic, `FIGURES` to (waves, units) arrays; nan where there is nothing.
    """

    level: str
    columns: tuple[str, ...]
    units: tuple[Unit, ...]
    waves: tuple[str, ...]
    groups: tuple[Group, ...]
    figures: Mapping[Measured, Mapping[str, Array]]

    @property
    def place(self) -> dict[tuple[str, Unit], tuple[int, int]]:
        """Wave and unit to their positions."""
        return _place(self.waves, self.units)


def _place(waves: Sequence[str], units: Sequence[Unit]) -> dict[tuple[str, Unit], tuple[int, int]]:
    return {(wave, unit): (w, u) for w, wave in enumerate(waves) for u, unit in enumerate(units)}


def cells_of(analysis: Analysis, found: LevelEstimates) -> NDArray[np.int64]:
    """Cell (wave × unit, waves outermost) of every row of a table, -1 where it has no unit."""
    data = analysis.data
    encoded = [pc.dictionary_encode(data.column(c).combine_chunks()) for c in (WAVE, *found.columns)]
    codes = [
        np.asarray(pc.fill_null(e.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
        for e in encoded
    ]
    levels = [e.dictionary.to_pylist() for e in encoded]
    key = np.zeros(data.num_rows, dtype=np.int64)
    for code, names in zip(codes, levels, strict=True):
        key = key * (len(names) + 1) + code + 1
    distinct, first, back = np.unique(key, return_index=True, return_inverse=True)
    place = found.place
    cells = np.full(len(distinct), -1, dtype=np.int64)
    for i, row in enumerate(first):
        values = [
            None if code[row] < 0 else str(names[code[row]])
            for code, names in zip(codes, levels, strict=True)
        ]
        at = None if None in values else place.get((str(values[0]), tuple(str(v) for v in values[1:])))
        if at is not None:
            cells[i] = at[0] * len(found.units) + at[1]
    return cells[back.reshape(-1)]


def estimate_level(
    plan: Plan, analyses: Mapping[str, Analysis], domain: Domain | None, *, joint: bool = False, exact: bool
) -> LevelEstimates:
    """Estimate everything at one level; without a domain, for the whole.

    Parameters
    ----------
    joint
        Also the products between statistics, which replicates of rows need; slow with many statistics.
    """
    level = plan.index.level if plan.index else 0.95
    columns = domain.columns if domain else ()
    waves = tuple(w.code for w in plan.waves)
    found: list[tuple[int, list[Measured], Estimates]] = []
    given: list[tuple[Measured, dict[tuple[str, Unit], float]]] = []
    for table, analysis in enumerate(analyses.values()):
        if domain is not None and domain not in analysis.table.levels:
            continue
        if analysis.plan.role == "published":
            given += [(m, _published(analysis, m, columns)) for m in analysis.measured] if domain else []
        else:
            found += [
                (table, *group) for group in analysis.estimate(columns, level, joint=joint, exact=exact)
            ]
    units = {tuple(str(v) for v in d[1:]) for _, _, e in found for d in e.domains if None not in d}
    units |= {unit for _, values in given for _, unit in values}
    order = tuple(sorted(units))
    place = _place(waves, order)
    figures: dict[Measured, Mapping[str, Array]] = {}
    groups = []
    for table, asked, estimates in found:
        positions: dict[Measured, NDArray[np.int64]] = {}
        count = len(estimates) // len(asked)
        cells = [place.get((str(d[0]), tuple(str(v) for v in d[1:]))) for d in estimates.domains[:count]]
        for k, measured in enumerate(asked):
            where = np.full((len(waves), len(order)), -1, dtype=np.int64)
            for i, cell in enumerate(cells):
                if cell is not None:
                    where[cell] = k * count + i
            positions[measured] = where
            figures[measured] = {name: _laid_out(getattr(estimates, name), where) for name in FIGURES}
        groups.append(Group(table, estimates, positions))
    for measured, values in given:
        laid = {name: np.full((len(waves), len(order)), np.nan) for name in FIGURES}
        for key, value in values.items():
            laid["value"][place[key]] = laid["lower"][place[key]] = laid["upper"][place[key]] = value
            laid["se"][place[key]] = 0.0
            laid["n"][place[key]] = 1.0
        figures[measured] = laid
    return LevelEstimates(domain.code if domain else "all", columns, order, waves, tuple(groups), figures)


def _laid_out(column: Array, where: NDArray[np.int64]) -> Array:
    return np.append(np.asarray(column, dtype=np.float64), np.nan)[where]


def _published(
    analysis: Analysis, measured: Measured, columns: Sequence[str]
) -> dict[tuple[str, Unit], float]:
    table = analysis.table
    waves = table.columns[WAVE].to_arrow().to_pylist()
    cells = [table.columns[c].to_arrow().to_pylist() for c in columns]
    column = table.columns[measured.variable]
    return {
        (waves[i], tuple(str(c[i]) for c in cells)): float(column.values[i])
        for i in np.flatnonzero(column.present)
        if all(c[i] is not None for c in cells)
    }
