"""The table of every question: mean and distribution by wave for the whole, and what matters most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zhiheng.measure.estimation.functions import proportion, variance
from zhiheng.measure.indices.importance import (
    ImportancePerformance,
    derived_importance,
    importance_performance,
)
from zhiheng.measure.indices.problems import Problem
from zhiheng.programme.coding import CleanColumn
from zhiheng.programme.estimation import Analysis, LevelEstimates, column_of
from zhiheng.programme.indexing import LevelIndex
from zhiheng.programme.plan import WAVE, Measured, Plan, Words
from zhiheng.programme.questionnaire import Labels
from zhiheng.programme.section import plain

#: a question with more distinct answers has a mean and no distribution
MOST_ANSWERS = 12


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


def question_tables(
    plan: Plan, analyses: Mapping[str, Analysis], whole: LevelEstimates, labels: Labels, *, exact: bool
) -> tuple[QuestionTable, ...]:
    """Make the table of every variable that indicators and questions name, in order of the plan."""
    tables = []
    level = plan.index.level if plan.index else 0.95
    for name, analysis in analyses.items():
        if analysis.plan.role == "published":
            continue
        variables = _variables(plan, name)
        few = [v for v in variables if _answers(analysis.table.columns[v]) <= MOST_ANSWERS]
        shares = _shares(plan, analysis, few, labels, level, exact=exact) if few else {}
        for variable in variables:
            column = analysis.table.columns[variable]
            answered = {
                w.code: int((column.present & analysis.table.in_wave(w.code)).sum()) for w in plan.waves
            }
            tables.append(
                QuestionTable(
                    table=name,
                    variable=variable,
                    name=_name(plan, name, variable, labels),
                    averages=_averages(whole, Measured(name, variable, "mean")),
                    shares=tuple(shares.get(variable, ())),
                    answered=answered,
                )
            )
    return tuple(tables)


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
        where=analysis.where,
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
    plan: Plan, analyses: Mapping[str, Analysis], whole: LevelIndex | None, *, exact: bool
) -> ImportancePerformance | None:
    """Place the indicators in the four quadrants, in the last wave in which the outcome was asked.

    Importance is the correlation with the outcome (answers to each pair of questions, weighted); performance is the
    score on the scale of the index.
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
        strength = _correlations(analysis, [column_of(m) for _, m in usable], outcome, wave, exact=exact)
        kept = [(c, s) for (c, _), s in zip(usable, strength, strict=True) if np.isfinite(s)]
        if not kept:
            return None
        return importance_performance(
            [c for c, _ in kept], [s for _, s in kept], [scores[c] for c, _ in kept]
        )
    return None


def _correlations(
    analysis: Analysis, drivers: list[str], outcome: str, wave: str, *, exact: bool
) -> list[float]:
    names = list(dict.fromkeys([*drivers, outcome]))
    condition = f"\"{WAVE}\" = '{wave.replace(chr(39), chr(39) * 2)}'"
    where = condition if analysis.where is None else f"({analysis.where}) AND {condition}"
    found = variance(analysis.data, names, analysis.design, where=where, joint=True, exact=exact)
    analysis.passes += found.passes
    value = dict(zip(found.names, (float(v) for v in found.value), strict=True))
    strength = []
    for driver in drivers:
        pair = value.get(f"{driver},{outcome}", value.get(f"{outcome},{driver}", np.nan))
        try:
            own, other = value[driver], value[outcome]
            covariance = np.array([[own, pair], [pair, other]])
            strength.append(float(derived_importance(covariance, "correlation", [driver, outcome])[0][0]))
        except Problem:
            strength.append(float("nan"))
    return strength
