"""The functions a notebook calls: mean, total, ratio, proportion, variance, crosstab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from zhiheng.measure.design import CellCalibration, Design, RegressionCalibration
from zhiheng.measure.estimation import estimands
from zhiheng.measure.estimation.estimands import Estimand
from zhiheng.measure.estimation.estimates import Estimates, interval_for
from zhiheng.measure.estimation.influence import Totals, calibration_terms
from zhiheng.measure.estimation.rounding import unmoved
from zhiheng.measure.estimation.spread import gradient_array
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction.leaves import reduce_rows, weight_of, weight_sql
from zhiheng.measure.reduction.opening import opened
from zhiheng.measure.reduction.source import Source, floats
from zhiheng.measure.reduction.terms import CELL, ONE, WEIGHT, Grouping, Term, quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

Missing: TypeAlias = Literal["variable", "listwise"]
Deff: TypeAlias = bool | Literal["replace"]


def _names(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _variables(given: str | Sequence[str]) -> list[str]:
    """Name the variables a call asks for; fail when it names none."""
    wanted = _names(given)
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

    def build(source: Source) -> list[Estimand]:
        wanted = _variables(variables)
        source.require_numeric(wanted)
        shift = source.shift(wanted)
        gates = _gates(source, [[v] for v in wanted], missing)
        return [estimands.mean_of(v, shift[v], g) for v, g in zip(wanted, gates, strict=True)]

    return _estimate("mean", data, design, build, Asked(by, where, level, df, deff, joint, exact))


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

    def build(source: Source) -> list[Estimand]:
        wanted = _variables(variables)
        source.require_numeric(wanted)
        shift = source.shift(wanted)
        gates = _gates(source, [[v] for v in wanted], missing)
        return [estimands.total_of(v, shift[v], g) for v, g in zip(wanted, gates, strict=True)]

    return _estimate("total", data, design, build, Asked(by, where, level, df, deff, joint, exact))


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

    def build(source: Source) -> list[Estimand]:
        wanted = _pairs(pairs)
        source.require_numeric([c for p in wanted for c in p])
        gates = _gates(source, wanted, missing)
        return [estimands.ratio_of(y, x, g) for (y, x), g in zip(wanted, gates, strict=True)]

    return _estimate("ratio", data, design, build, Asked(by, where, level, df, deff, joint, exact))


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

    def build(source: Source) -> list[Estimand]:
        wanted = _variables(variables)
        gates = _gates(source, [[v] for v in wanted], missing)
        found = levels_of(source, wanted)
        return [
            estimands.share_of(v, category, g)
            for v, g in zip(wanted, gates, strict=True)
            for category in found[v]
        ]

    return _estimate(
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

    def build(source: Source) -> list[Estimand]:
        wanted = _variables(variables)
        source.require_numeric(wanted)
        shift = source.shift(wanted)
        pairs = [(a, b) for i, a in enumerate(wanted) for b in (wanted[i:] if joint else [a])]
        gates = _gates(source, pairs, missing)
        return [
            estimands.covariance_of(a, b, (shift[a], shift[b]), g)
            for (a, b), g in zip(pairs, gates, strict=True)
        ]

    return _estimate("variance", data, design, build, Asked(by, where, level, df, False, joint, exact))


def crosstab(data: object, rows: str, columns: str, design: Design, *, where: str | None = None) -> Estimates:
    """Estimate the population count of each cell of a two-way table, with standard errors.

    Checked against R survey 4.1.1 `svytable`.
    """

    def build(source: Source) -> list[Estimand]:
        found = levels_of(source, [columns])
        gate = _gate(source, [columns])
        return [estimands.share_of(columns, c, gate, total=True) for c in found[columns]]

    return _estimate("table", data, design, build, Asked(rows, where, deff=False))


def levels_of(source: Source, columns: Sequence[str]) -> dict[str, list[Any]]:
    """Find the levels of categorical columns, sorted: one pass.

    Raises
    ------
    Problem : a column is not there.
    """
    source.require(columns)
    table = source.query(
        "SELECT "
        + ", ".join(f"list(DISTINCT {quoted(c)}) AS v{i}" for i, c in enumerate(columns))
        + f" FROM {source.name}",
        "levels",
    )
    found = {}
    for i, column in enumerate(columns):
        values = [v for v in (table.column(f"v{i}")[0].as_py() or []) if v is not None]
        found[column] = sorted(values, key=lambda v: (isinstance(v, str), v))
    return found


@dataclass(frozen=True)
class Asked:
    """What a call asked for besides its variables; see `mean` for the meaning of each."""

    by: str | Sequence[str] = ()
    where: str | None = None
    level: float = 0.95
    df: float | None = None
    deff: Deff = True
    joint: bool = False
    exact: bool = False
    interval: str | None = None


def _estimate(
    kind: str, data: object, design: Design, build: Callable[[Source], list[Estimand]], options: Asked
) -> Estimates:
    by, df, deff = _names(options.by), options.df, options.deff
    where = design.counting(options.where)
    _check_options(options)
    with opened(data, exact=options.exact) as source:
        asked = build(source)
        totals, positions = _totals(source, design, asked, by, where, joint=options.joint, deff=bool(deff))
        passes, glances = tuple(source.passes), tuple(source.glances)
    domains = totals.leaves.domains
    counts = list(dict.fromkeys(e.count for e in asked))
    value, spread, parts = [], [], []
    every = np.vstack([totals.totals, totals.leaves.totals])
    for estimand, at in zip(asked, positions, strict=True):
        n = totals.counts[counts.index(estimand.count)]
        read = every[at]
        if np.isnan(read).any() or np.isinf(read[: len(estimand.terms)]).any():
            raise Problem("not_a_number", column=estimand.variable)
        needed = len(estimand.terms) + len(estimand.extras)
        if len(read) < needed:  # no design effect asked: what only it needs was not reduced
            read = np.vstack([read, np.full((needed - len(read), read.shape[1]), np.nan)])
        with np.errstate(invalid="ignore", divide="ignore"):
            found = estimand.evaluate(read, n)
        value.append(found.value)
        spread.append(found.spread)
        gradient = np.where(np.isfinite(found.gradient), found.gradient, 0.0)
        parts.append((at[: len(estimand.terms)], gradient))
    gradients = gradient_array(parts, len(totals.terms), len(domains))
    n = np.concatenate([totals.counts[counts.index(e.count)] for e in asked])
    variances, values = unmoved(totals, gradients, np.concatenate(value), n, where_zero=kind == "variance")
    se = np.sqrt(variances.ravel())
    weight = np.concatenate([totals.totals[at[0]] for at in positions])
    own_df = {c: totals.degrees_of_freedom(i) for i, c in enumerate(counts)}
    freedom = np.full(len(values), df) if df is not None else np.concatenate([own_df[e.count] for e in asked])
    empty = n == 0
    se, freedom = np.where(empty, np.nan, se), np.where(empty & (df is None), np.nan, freedom)
    values = np.where(empty & (kind != "total") & (kind != "table"), np.nan, values)
    se = np.where(np.isnan(values), np.nan, se)
    with np.errstate(invalid="ignore", divide="ignore"):
        lower, upper = interval_for(options.interval, values, se, freedom, n, options.level)
        simple = np.concatenate(spread) / n
        if deff != "replace":
            simple = simple * np.where(weight < n, np.nan, 1 - n / weight)
        simple = simple if deff else np.full_like(values, np.nan)
        effect = np.where(simple > 0, se**2 / simple, np.nan)
    return Estimates(
        names=tuple(e.variable for e in asked for _ in domains),
        categories=tuple(e.category for e in asked for _ in domains),
        by=tuple(by),
        domains=tuple(domains) * len(asked),
        value=values, se=se, lower=lower, upper=upper, df=freedom, n=n, deff=effect,
        method=_method(kind, design, options.interval),
        level=options.level,
        left=totals.leaves.left,
        passes=passes,
        totals=totals,
        gradients=gradients,
        chosen_df=df,
        glances=glances,
        simple=simple,
        relative=kind not in ("total", "table"),
    )  # fmt: skip


def _totals(
    source: Source,
    design: Design,
    asked: Sequence[Estimand],
    by: Sequence[str],
    where: str | None,
    *,
    joint: bool,
    deff: bool,
) -> tuple[Totals, list[list[int]]]:
    """Reduce what the estimands ask for; give the totals and where each finds its terms, extras after all terms."""
    calibration = design.calibration
    first: list[Term] = []
    if isinstance(calibration, CellCalibration) and design.rows_are_units:
        first = [ONE]
    elif calibration is not None:
        first = calibration_terms(calibration)
    terms = list(dict.fromkeys([*first, *(t for e in asked for t in e.terms)]))
    extras = list(dict.fromkeys(t for e in asked for t in (e.extras if deff else ()) if t not in terms))
    place = {t: i for i, t in enumerate([*terms, *extras])}
    positions = [[place[t] for t in (*e.terms, *(e.extras if deff else ()))] for e in asked]
    core = [at[: len(e.terms)] for at, e in zip(positions, asked, strict=True)]
    groups = [sorted({i for at in core for i in at})] if joint else core
    pairs = {(min(a, b), max(a, b)) for at in groups for a in at for b in at}
    every = sorted({i for at in core for i in at})
    pairs |= {(min(a, b), max(a, b)) for a in range(len(first)) for b in [*range(len(first)), *every]}
    leaves = reduce_rows(
        source,
        design,
        terms,
        extras=extras,
        counts=list(dict.fromkeys(e.count for e in asked)),
        pairs=sorted(pairs),
        by=by,
        where=where,
    )
    if not leaves.domains:
        raise Problem("no_rows", found=where or ", ".join(by))
    outer = None
    if isinstance(calibration, RegressionCalibration):
        outer = _outer(source, design, terms, by, where, leaves.domains)
    elif calibration is not None and (calibration.by_rows or not design.rows_are_units):
        outer = _cell_sums(source, design, calibration, terms, by=by, where=where, domains=leaves.domains)
    return Totals(leaves, design, tuple(terms), outer), positions


def _outer(
    source: Source,
    design: Design,
    terms: Sequence[Term],
    by: Sequence[str],
    where: str | None,
    domains: Sequence[tuple[Any, ...]],
) -> NDArray[np.float64]:
    """Second pass of a calibration by regression: base-weighted sums of x times each term, a domain."""
    calibration = design.calibration
    if not isinstance(calibration, RegressionCalibration):
        raise AssertionError("not a calibration by regression")
    x = calibration.terms
    weight = weight_sql(design, source)
    keys = [f"{quoted(b)} AS k{i}" for i, b in enumerate(by)]
    sums = [
        f"sum({WEIGHT} * ({a}) * ({t.sql})) AS s{p}_{k}" for p, a in enumerate(x) for k, t in enumerate(terms)
    ]
    condition = " AND ".join([f"({where})" if where else "TRUE", *(f"{quoted(b)} IS NOT NULL" for b in by)])
    table = source.query(
        f"SELECT {', '.join([*keys, *sums])} FROM (SELECT *, {weight} AS {WEIGHT} FROM {source.name}) "
        f"WHERE {condition} " + ("GROUP BY ALL" if by else ""),
        "calibration residuals",
    )
    result = np.zeros((len(domains), len(x), len(terms)))
    number = {d: i for i, d in enumerate(domains)}
    keyed = [table.column(f"k{i}").to_pylist() for i in range(len(by))]
    at = [number[d] for d in zip(*keyed, strict=True)] if by else [0]
    for p in range(len(x)):
        for k in range(len(terms)):
            result[at, p, k] = floats(table, f"s{p}_{k}")
    return result


def _cell_sums(
    source: Source,
    design: Design,
    calibration: CellCalibration,
    terms: Sequence[Term],
    *,
    by: Sequence[str],
    where: str | None,
    domains: Sequence[tuple[Any, ...]],
) -> NDArray[np.float64]:
    """Second pass of a calibration by cells: sums of each term, a domain and level, with base weights or by rows."""
    source = source.celled(calibration)
    weight = ONE if calibration.by_rows else weight_of(design, source)
    keys = (*by, CELL)
    table, _ = source.grouped(
        Grouping(keys, weight, sums=tuple(terms), by=tuple(by), where=where), "calibration residuals"
    )
    number = {d: i for i, d in enumerate(domains)}
    keyed = [table.column(f"k{i}").to_pylist() for i in range(len(keys))]
    inside = table.column("inside").to_pylist()
    met = [number.get(d, -1) for d in zip(*keyed[:-1], strict=True)] if by else [0] * table.num_rows
    at = np.where(inside, met, -1)
    pick = np.flatnonzero(at >= 0)
    cell = np.array(keyed[-1])[pick]
    result = np.empty((len(domains), int(calibration.level_starts[-1]), len(terms)))
    for k in range(len(terms)):
        result[:, :, k] = calibration.by_level(at[pick], cell, floats(table, f"s{k}")[pick], len(domains))
    return result


def _check_options(options: Asked) -> None:
    """Fail on what cannot be meant."""
    if not 0 < options.level < 1:
        raise Problem("option_unknown", option="level", found=options.level, legal="0 < level < 1, as 0.95")
    if options.df is not None and not options.df > 0:
        raise Problem("option_unknown", option="df", found=options.df, legal="above 0")
    if options.deff not in (True, False, "replace"):
        raise Problem("option_unknown", option="deff", found=options.deff, legal="True, False, replace")


def _method(kind: str, design: Design, interval: str | None) -> str:
    stages = " / ".join("rows" if s.cluster == "*" else s.cluster for s in design.counted_stages)
    words = [f"{kind}, Taylor linearisation, units: {stages}"]
    if design.calibration is not None:
        words.append("calibrated weights")
    if interval:
        words.append(f"{interval} interval")
    return ", ".join(words)
