"""The functions a notebook calls: mean, total, ratio, proportion, variance, crosstab."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from zhiheng.measure.design import Design
from zhiheng.measure.design.given import names_of
from zhiheng.measure.estimation import estimands
from zhiheng.measure.estimation.calls import Asked, Deff, Own, estimate
from zhiheng.measure.estimation.estimands import Estimand
from zhiheng.measure.estimation.estimates import Estimates
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction.source import Source, check_finite
from zhiheng.measure.reduction.terms import quoted

Missing: TypeAlias = Literal["variable", "listwise"]


def _variables(given: str | Sequence[str]) -> list[str]:
    """Name the variables a call asks for; fail when it names none."""
    wanted = names_of("variables", given)
    if not wanted:
        raise Problem("nothing_given", option="variables")
    return wanted


def _pairs(given: object) -> list[tuple[str, str]]:
    """Read numerators and denominators; fail on what is no list of pairs."""
    if not isinstance(given, list | tuple):
        raise Problem("pairs_wanted", found=repr(given))
    if not given:
        raise Problem("nothing_given", option="pairs")
    for pair in given:
        if not (isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(c, str) for c in pair)):
            raise Problem("pairs_wanted", found=repr(given))
    return [(numerator, denominator) for numerator, denominator in given]


def _gate(source: Source, columns: Sequence[str]) -> tuple[str, ...]:
    """Name the columns that must be answered, without those that are always."""
    return tuple(c for c in dict.fromkeys(columns) if c not in source.complete)


def _gates(source: Source, groups: Sequence[Sequence[str]], missing: Missing) -> list[tuple[str, ...]]:
    if missing == "listwise":
        return [_gate(source, [c for g in groups for c in g])] * len(groups)
    if missing != "variable":
        raise Problem("option_unknown", option="missing", found=missing, legal="variable, listwise")
    return [_gate(source, g) for g in groups]


def mean(
    data: object,
    variables: str | Sequence[str],
    design: Design,
    *,
    by: str | Sequence[str] = (),
    where: str | None = None,
    level: float = 0.95,
    missing: Missing = "variable",
    df: float | None = None,
    deff: Deff = True,
    joint: bool = False,
    exact: bool = False,
) -> Estimates:
    """Estimate means with design-based standard errors (Taylor linearisation).

    Parameters
    ----------
    data : path or paths (.parquet, .csv, .xlsx, .sav, .dta), pyarrow table, pandas or polars frame, or a `Postgres`
        table.
    variables : numeric columns; missing answers are left out.
    design : the sample design.
    by : columns whose values make the domains.
    where : SQL condition on the rows; rows outside stay in the design. After `nonresponse` only respondents count.
    level : confidence level.
    missing : ``variable`` leaves out missing answers variable by variable; ``listwise`` keeps rows where all
        variables are answered, as R's multi-variable calls do.
    df : degrees of freedom of the intervals; by default first-stage units minus strata present in the domain.
    deff : design effect against simple random sampling without replacement, or with (``"replace"``), or none.
    joint : also reduce products between variables, which combining variables needs where rows are units.
    exact : one thread, so that the same bits come out every time.

    Returns
    -------
    Estimates, variables × domains rows.

    Raises
    ------
    Problem : see `zhiheng.measure.problems`.

    Notes
    -----
    ȳ = Σwy/Σw; Woodruff (1971), Särndal, Swensson & Wretman (1992, 5.7). Checked against R survey 4.1.1
    `svymean` at 1e-10.
    """

    def build(source: Source, own: Own) -> list[Estimand]:
        wanted = _variables(variables)
        source.require_numeric(wanted)
        shift = source.shift(wanted) | dict.fromkeys(own, 0.0)
        gates = _gates(source, [[v] for v in wanted], missing)
        return [estimands.mean_of(own.get(v, v), shift[v], g, v) for v, g in zip(wanted, gates, strict=True)]

    return estimate("mean", data, design, build, Asked(by, where, level, df, deff, joint, exact))


def total(
    data: object,
    variables: str | Sequence[str],
    design: Design,
    *,
    by: str | Sequence[str] = (),
    where: str | None = None,
    level: float = 0.95,
    missing: Missing = "variable",
    df: float | None = None,
    deff: Deff = True,
    joint: bool = False,
    exact: bool = False,
) -> Estimates:
    """Estimate totals Σwy. Parameters as in `mean`. Checked against R survey 4.1.1 `svytotal` at 1e-10."""

    def build(source: Source, _: Own) -> list[Estimand]:
        wanted = _variables(variables)
        source.require_numeric(wanted)
        shift = source.shift(wanted)
        gates = _gates(source, [[v] for v in wanted], missing)
        return [estimands.total_of(v, shift[v], g) for v, g in zip(wanted, gates, strict=True)]

    return estimate("total", data, design, build, Asked(by, where, level, df, deff, joint, exact))


def ratio(
    data: object,
    pairs: Sequence[tuple[str, str]],
    design: Design,
    *,
    by: str | Sequence[str] = (),
    where: str | None = None,
    level: float = 0.95,
    missing: Missing = "variable",
    df: float | None = None,
    deff: Deff = True,
    joint: bool = False,
    exact: bool = False,
) -> Estimates:
    """Estimate ratios of totals Σwy/Σwx, one for each (numerator, denominator).

    Parameters as in `mean`. Checked against R survey 4.1.1 `svyratio` at 1e-10.
    """

    def build(source: Source, _: Own) -> list[Estimand]:
        wanted = _pairs(pairs)
        source.require_numeric([c for p in wanted for c in p])
        gates = _gates(source, wanted, missing)
        return [estimands.ratio_of(y, x, g) for (y, x), g in zip(wanted, gates, strict=True)]

    return estimate("ratio", data, design, build, Asked(by, where, level, df, deff, joint, exact))


def proportion(
    data: object,
    variables: str | Sequence[str],
    design: Design,
    *,
    interval: str = "logit",
    by: str | Sequence[str] = (),
    where: str | None = None,
    level: float = 0.95,
    missing: Missing = "variable",
    df: float | None = None,
    deff: Deff = True,
    joint: bool = False,
    exact: bool = False,
) -> Estimates:
    """Estimate the share of each level of categorical variables; one more pass finds the levels.

    Parameters
    ----------
    interval : key of `zhiheng.measure.estimation.intervals.PROPORTION_INTERVALS`.

    A share of 0 or 1 has a standard error of 0: no variation was seen, which is not certainty. Of the intervals only
    ``beta`` means something there; ``mean`` gives the share itself, the others NaN (docs/methods/proportion-intervals).

    Other parameters as in `mean`. Checked against R survey 4.1.1 `svymean` of factors and `svyciprop`.
    """

    def build(source: Source, _: Own) -> list[Estimand]:
        wanted = _variables(variables)
        gates = _gates(source, [[v] for v in wanted], missing)
        found = levels_of(source, wanted)
        return [
            estimands.share_of(v, category, g)
            for v, g in zip(wanted, gates, strict=True)
            for category in found[v]
        ]

    return estimate(
        "proportion", data, design, build, Asked(by, where, level, df, deff, joint, exact, interval)
    )


def variance(
    data: object,
    variables: str | Sequence[str],
    design: Design,
    *,
    by: str | Sequence[str] = (),
    where: str | None = None,
    level: float = 0.95,
    missing: Missing = "variable",
    df: float | None = None,
    joint: bool = False,
    exact: bool = False,
) -> Estimates:
    """Estimate population variances, and with ``joint=True`` covariances of all pairs (named ``"a,b"``).

    Parameters as in `mean`. Checked against R survey 4.1.1 `svyvar` at 1e-10 (factor n/(n-1) included).
    """

    def build(source: Source, own: Own) -> list[Estimand]:
        wanted = _variables(variables)
        source.require_numeric(wanted)
        shift = source.shift(wanted) | dict.fromkeys(own, 0.0)
        pairs = [(a, b) for i, a in enumerate(wanted) for b in (wanted[i:] if joint else [a])]
        gates = _gates(source, pairs, missing)
        return [
            estimands.covariance_of(
                own.get(a, a), own.get(b, b), (shift[a], shift[b]), g, a if a == b else f"{a},{b}"
            )
            for (a, b), g in zip(pairs, gates, strict=True)
        ]

    return estimate("variance", data, design, build, Asked(by, where, level, df, False, joint, exact))


def crosstab(data: object, rows: str, columns: str, design: Design, *, where: str | None = None) -> Estimates:
    """Estimate the population count of each cell of a two-way table, with standard errors.

    Checked against R survey 4.1.1 `svytable`.
    """

    def build(source: Source, _: Own) -> list[Estimand]:
        found = levels_of(source, [columns])
        gate = _gate(source, [columns])
        return [estimands.share_of(columns, c, gate, total=True) for c in found[columns]]

    return estimate("table", data, design, build, Asked(rows, where, deff=False))


def levels_of(source: Source, columns: Sequence[str]) -> dict[str, list[Any]]:
    """Find the levels of categorical columns, sorted: one pass.

    Raises
    ------
    Problem : a column is not there, has no value or NaN, or is of a type that has no levels.
    """
    source.require_levels(columns)
    table = source.query(
        "SELECT "
        + ", ".join(f"list(DISTINCT {quoted(c)}) AS v{i}" for i, c in enumerate(columns))
        + f" FROM {source.name}",
        "levels",
    )
    found = {}
    for i, column in enumerate(columns):
        values = [v for v in (table.column(f"v{i}")[0].as_py() or []) if v is not None]
        if not values:
            raise Problem("column_without_values", column=column, type=source.types[column].strip('"'))
        check_finite(column, values)
        found[column] = sorted(values, key=lambda v: (isinstance(v, str), v))
    return found
