"""The table of every question: mean and distribution by wave for the whole, and what matters most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from zhiheng.measure.estimation.functions import proportion, total
from zhiheng.measure.indices.importance import ImportancePerformance, importance_performance
from zhiheng.programme.coding import CleanColumn
from zhiheng.programme.estimation import Analysis, Array, LevelEstimates, column_of
from zhiheng.programme.indexing import LevelIndex
from zhiheng.programme.plan import WAVE, Measured, Plan, Words
from zhiheng.programme.questionnaire import Labels
from zhiheng.programme.section import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: a question with more distinct answers has a mean and no distribution
MOST_ANSWERS = 12
#: questions in one pass: more hold more memory and are no faster
TOGETHER = 8


@dataclass(frozen=True)
class Share:
    """The share of an answer in a wave, 0 to 1."""

    wave: str
    answer: str
    name: Words
    value: float
    se: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Average:
    """The mean of a question in a wave."""

    wave: str
    value: float
    se: float
    lower: float
    upper: float
    n: int
    deff: float


@dataclass(frozen=True)
class QuestionTable:
    """One question: its means and its distribution by wave; either may be empty."""

    table: str
    variable: str
    name: Words
    averages: tuple[Average, ...]
    shares: tuple[Share, ...]
    answered: Mapping[str, int]


Distributions = Mapping[tuple[str, str], Sequence[Share]]


def distributions(
    plan: Plan, analyses: Mapping[str, Analysis], labels: Labels, *, exact: bool
) -> Distributions:
    """Estimate the distribution of every variable with few answers: by table and variable."""
    found: dict[tuple[str, str], Sequence[Share]] = {}
    level = plan.index.level if plan.index else 0.95
    for name, analysis in analyses.items():
        if analysis.plan.role == "published":
            continue
        columns = analysis.table.columns
        few = [v for v in _variables(plan, name) if _answers(columns[v]) <= MOST_ANSWERS]
        for start in range(0, len(few), TOGETHER):
            shares = _shares(plan, analysis, few[start : start + TOGETHER], labels, level, exact=exact)
            found |= {(name, variable): of for variable, of in shares.items()}
    return found


def question_tables(
    plan: Plan,
    analyses: Mapping[str, Analysis],
    whole: LevelEstimates,
    shares: Distributions,
    labels: Labels,
) -> tuple[QuestionTable, ...]:
    """Make the table of every variable that indicators and questions name, in order of the plan."""
    return tuple(
        QuestionTable(
            table=name,
            variable=variable,
            name=_name(plan, name, variable, labels),
            averages=_averages(whole, Measured(name, variable, "mean")),
            shares=tuple(shares.get((name, variable), ())),
            answered={
                w.code: int((analysis.table.columns[variable].present & analysis.table.in_wave(w.code)).sum())
                for w in plan.waves
            },
        )
        for name, analysis in analyses.items()
        if analysis.plan.role != "published"
        for variable in _variables(plan, name)
    )


def _variables(plan: Plan, table: str) -> list[str]:
    names = [m.variable for _, m in plan.leaves if m.table == table]
    names += [q.variable for q in plan.questions if q.table == table]
    if plan.importance and plan.importance.table == table:
        names.append(plan.importance.outcome)
    return list(dict.fromkeys(names))


def _answers(column: CleanColumn) -> int:
    return len(column.levels) if column.levels is not None else len(np.unique(column.values[column.present]))


def _name(plan: Plan, table: str, variable: str, labels: Labels) -> Words:
    for question in plan.questions:
        if (question.table, question.variable) == (table, variable) and question.name:
            return question.name
    if variable in labels.questions:
        return labels.questions[variable]
    for row in plan.indicators:
        if row.measured and (row.measured.table, row.measured.variable) == (table, variable):
            return row.name
    return Words(variable, variable)


def _averages(whole: LevelEstimates, measured: Measured) -> tuple[Average, ...]:
    figures = whole.figures.get(measured)
    if figures is None or not len(whole.units):
        return ()
    return tuple(
        Average(
            wave,
            value=float(figures["value"][w, 0]),
            se=float(figures["se"][w, 0]),
            lower=float(figures["lower"][w, 0]),
            upper=float(figures["upper"][w, 0]),
            n=int(np.nan_to_num(figures["n"][w, 0])),
            deff=float(figures["deff"][w, 0]),
        )
        for w, wave in enumerate(whole.waves)
        if np.isfinite(figures["value"][w, 0])
    )


def _shares(
    plan: Plan, analysis: Analysis, variables: list[str], labels: Labels, level: float, *, exact: bool
) -> dict[str, list[Share]]:
    """Estimate all distributions in one call."""
    data = analysis.data
    for variable in variables:
        if variable not in data.column_names:
            data = data.append_column(variable, analysis.table.columns[variable].to_arrow())
    found = proportion(
        data,
        variables,
        analysis.design,
        by=[WAVE],
        level=level,
        deff=False,
        exact=exact,
    )
    analysis.passes += found.passes
    analysis.methods["proportion"] = found.method
    shares: dict[str, list[Share]] = {v: [] for v in variables}
    order = {w.code: i for i, w in enumerate(plan.waves)}
    for i, variable in enumerate(found.names):
        answer = plain(found.categories[i])
        if found.n[i] > 0:
            name = labels.answers.get(variable, {}).get(answer, Words(answer, answer))
            figures = (float(getattr(found, k)[i]) for k in ("value", "se", "lower", "upper"))
            shares[variable].append(Share(str(found.domains[i][0]), answer, name, *figures))
    return {v: sorted(s, key=lambda x: order[x.wave]) for v, s in shares.items()}


def importance_of(
    plan: Plan,
    analyses: Mapping[str, Analysis],
    whole: LevelIndex | None,
    directions: Mapping[str, int],
    *,
    exact: bool,
) -> ImportancePerformance | None:
    """Place the indicators in the four quadrants, in the last wave in which the outcome was asked.

    Importance is the correlation with the outcome (answers to each pair of questions, weighted), with its error, and
    its sign turned where the indicator counts the other way (`directions`, by code); performance is the score on the
    scale of the index, with its error.
    """
    if plan.importance is None or whole is None or plan.importance.table not in analyses:
        return None
    analysis = analyses[plan.importance.table]
    outcome = plan.importance.outcome
    drivers = [(c, m) for c, m in plan.leaves if m.table == plan.importance.table and m.variable != outcome]
    for w in reversed(range(len(plan.waves))):
        wave = plan.waves[w].code
        here = analysis.table.in_wave(wave)
        if not (analysis.table.columns[outcome].present & here).any():
            continue
        scores = {c: float(whole.value[whole.codes.index(c), w, 0]) for c, _ in drivers}
        usable = [(c, m) for c, m in drivers if np.isfinite(scores[c])]
        if not usable:
            return None
        strength, error = _correlations(
            analysis, [column_of(m) for _, m in usable], outcome, here, exact=exact
        )
        strength = strength * [directions.get(c, 1) for c, _ in usable]
        kept = np.flatnonzero(np.isfinite(strength))
        if not len(kept):
            return None
        codes = [usable[i][0] for i in kept]
        return importance_performance(
            codes,
            strength[kept],
            [scores[c] for c in codes],
            importance_se=error[kept],
            performance_se=[float(whole.se[whole.codes.index(c), w, 0]) for c in codes],
        )
    return None


def _correlations(
    analysis: Analysis, drivers: list[str], outcome: str, here: NDArray[np.bool_], *, exact: bool
) -> tuple[Array, Array]:
    """Correlate each driver with the outcome over the rows that answered both: correlations and their errors.

    The variance is the design variance of the total Σ w z with z = (u v − r (u² + v²) / 2) / Σ w, u and v the
    standardised answers (Deville 1999).
    """
    y, weight = analysis.numbers(outcome), analysis.final_weights
    strength, columns = np.full(len(drivers), np.nan), {}
    for i, driver in enumerate(drivers):
        x = analysis.numbers(driver)
        both = here & analysis.counted & ~np.isnan(x) & ~np.isnan(y)
        w = weight[both]
        u, v = _standardised(x[both], w), _standardised(y[both], w)
        if u is None or v is None:
            continue
        strength[i] = (w @ (u * v)) / w.sum()
        z = np.zeros(len(x))
        z[both] = (u * v - strength[i] * (u**2 + v**2) / 2) / w.sum()
        columns[i] = pa.array(z)
    error = np.full(len(drivers), np.nan)
    if columns:
        data = analysis.data
        for i, column in columns.items():
            data = data.append_column(f"_r{i}", column)
        names = [f"_r{i}" for i in columns]
        found = total(data, names, analysis.design, deff=False, exact=exact)
        analysis.passes += found.passes
        error[list(columns)] = found.se
    return strength, error


def _standardised(values: Array, weight: Array) -> Array | None:
    """Give values less their mean over their deviation; none without variance."""
    if not len(values):
        return None
    away = values - np.average(values, weights=weight)
    spread = float(np.average(away**2, weights=weight))
    return away / np.sqrt(spread) if spread > 0 else None
