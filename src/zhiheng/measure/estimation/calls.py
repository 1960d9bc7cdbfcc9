"""How a call becomes estimates: reduce the rows, evaluate, take the variance; again where a domain lies far off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from zhiheng.measure.design import CellCalibration, Design, RegressionCalibration, check_design, given
from zhiheng.measure.estimation.estimands import Estimand
from zhiheng.measure.estimation.estimates import Estimates, interval_for
from zhiheng.measure.estimation.influence import Totals, calibration_terms
from zhiheng.measure.estimation.spread import gradient_array
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction.leaves import reduce_rows, weight_of, weight_sql
from zhiheng.measure.reduction.opening import opened
from zhiheng.measure.reduction.source import Source, floats
from zhiheng.measure.reduction.terms import CELL, ONE, WEIGHT, Grouping, Term, quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

Deff: TypeAlias = bool | Literal["replace"]
Own: TypeAlias = Mapping[str, str]
"""Variables whose domains are far from the constant taken off, with the column that has the middle of the own domain
taken off."""

FAR = 10
"""Times the spread of a domain that its mean may lie away from the constant: each ten more cost a row design two digits
of the error of a mean, and four of that of a variance."""


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


def estimate(
    kind: str,
    data: object,
    design: Design,
    build: Callable[[Source, Own], list[Estimand]],
    options: Asked,
) -> Estimates:
    """Make the estimates of a call.

    Parameters
    ----------
    kind : of estimate.
    data, design : as in `zhiheng.measure.mean`.
    build : gives the estimands for rows, and for some variables the columns to take in their place.
    options : what else was asked.
    """
    _check_options(design, options)
    by, df, deff = given.names_of("by", options.by), options.df, options.deff
    where = design.counting(options.where)
    with opened(data, exact=options.exact) as source:
        rows = source
        middles: dict[str, dict[tuple[Any, ...], float]] = {}
        found = _found(kind, rows, design, build(rows, {}), replace(options, by=by, where=where))
        if far := _far(kind, found):
            rows, own, middles = source.centred(far, by, where)
            found = _found(kind, rows, design, build(rows, own), replace(options, by=by, where=where))
        passes, glances = tuple(source.passes), tuple(source.glances)
    totals, asked = found.totals, found.asked
    domains, values, n = totals.leaves.domains, found.values, found.n
    if kind == "mean":
        for at, (e, domain) in enumerate((e, d) for e in asked for d in domains):
            if e.variable in middles:
                values[at] += middles[e.variable][domain]
    se = np.sqrt(found.variance)
    counts = list(dict.fromkeys(e.count for e in asked))
    weight = np.concatenate([totals.totals[at[0]] for at in found.positions])
    own_df = {c: totals.degrees_of_freedom(i) for i, c in enumerate(counts)}
    freedom = np.full(len(values), df) if df is not None else np.concatenate([own_df[e.count] for e in asked])
    empty = n == 0
    se, freedom = np.where(empty, np.nan, se), np.where(empty & (df is None), np.nan, freedom)
    values = np.where(empty & (kind != "total") & (kind != "table"), np.nan, values)
    se = np.where(np.isnan(values), np.nan, se)
    with np.errstate(invalid="ignore", divide="ignore"):
        lower, upper = interval_for(options.interval, values, se, freedom, n, options.level)
        simple = found.spread / n
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
        gradients=found.gradients,
        chosen_df=df,
        glances=glances,
        simple=simple,
        relative=kind not in ("total", "table"),
    )  # fmt: skip


@dataclass(frozen=True)
class _Found:
    """Estimates before their intervals; all but `totals`, `asked`, `positions` and `gradients` (estimates,)."""

    totals: Totals
    asked: list[Estimand]
    positions: list[list[int]]
    gradients: NDArray[np.float64]
    values: NDArray[np.float64]
    variance: NDArray[np.float64]
    spread: NDArray[np.float64]
    offset: NDArray[np.float64]
    n: NDArray[np.float64]


def _found(kind: str, source: Source, design: Design, asked: list[Estimand], options: Asked) -> _Found:
    """Reduce the rows, evaluate each estimand, and give its variance."""
    totals, positions = _totals(
        source,
        design,
        asked,
        given.names_of("by", options.by),
        options.where,
        joint=options.joint,
        deff=bool(options.deff),
    )
    size = len(totals.leaves.domains)
    counts = list(dict.fromkeys(e.count for e in asked))
    n = np.concatenate([totals.counts[counts.index(e.count)] for e in asked])
    value, spread, offset, parts = [], [], [], []
    every = np.vstack([totals.totals, totals.leaves.totals])
    for k, (estimand, at) in enumerate(zip(asked, positions, strict=True)):
        read = every[at]
        if np.isnan(read).any() or np.isinf(read[: len(estimand.terms)]).any():
            raise Problem("not_a_number", column=estimand.variable)
        needed = len(estimand.terms) + len(estimand.extras)
        if len(read) < needed:  # no design effect asked: what only it needs was not reduced
            read = np.vstack([read, np.full((needed - len(read), read.shape[1]), np.nan)])
        with np.errstate(invalid="ignore", divide="ignore"):
            found = estimand.evaluate(read, n[k * size : (k + 1) * size])
        value.append(found.value)
        spread.append(found.spread)
        offset.append(np.zeros(size) if found.offset is None else found.offset)
        gradient = np.where(np.isfinite(found.gradient), found.gradient, 0.0)
        if kind == "mean":  # one answer does not differ from its mean
            gradient[:, n[k * size : (k + 1) * size] == 1] = 0.0
        parts.append((at[: len(estimand.terms)], gradient))
    gradients = gradient_array(parts, len(totals.terms), size)
    variance = totals.variance(gradients).ravel()
    return _Found(
        totals, asked, positions, gradients, np.concatenate(value), variance, np.concatenate(spread),
        np.concatenate(offset), n,
    )  # fmt: skip


def _far(kind: str, found: _Found) -> list[str]:
    """Name the variables that have a domain far from the constant taken off, beside how its answers spread."""
    if kind not in ("mean", "variance"):
        return []
    spread = found.variance * found.n if kind == "mean" else found.values
    with np.errstate(invalid="ignore"):
        far = (FAR**2 * spread < found.offset**2) & (found.n > 1)
    size = len(found.totals.leaves.domains)
    names = [e.variable for e in found.asked]
    return list(dict.fromkeys(names[i // size] for i in np.flatnonzero(far)))


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


def _check_options(design: object, options: Asked) -> None:
    """Fail on what cannot be meant."""
    check_design(design)
    given.condition("where", options.where)
    if not 0 < given.number(options.level) < 1:
        raise Problem("option_unknown", option="level", found=options.level, legal="0 < level < 1, as 0.95")
    if options.df is not None and not given.number(options.df) > 0:
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
