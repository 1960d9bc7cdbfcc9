"""Calibration to totals of any variables: linear (GREG), raking and logit distance, with bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zhiheng.measure.design import Design, RegressionCalibration, given
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction.leaves import bad_weight, weight_sql
from zhiheng.measure.reduction.opening import opened
from zhiheng.measure.reduction.source import NUMERIC, Source, floats
from zhiheng.measure.reduction.terms import BAD, WEIGHT, quoted, real
from zhiheng.measure.weighting.report import Step, Target, Weighted, kish
from zhiheng.measure.weighting.rows import fixed_weights, fraction_weights, within

Method: TypeAlias = Literal["linear", "raking", "logit"]
Array: TypeAlias = NDArray[np.float64]
INTERCEPT = "(intercept)"


def _term(source: Source, name: str) -> str:
    """Give the row expression of a calibration variable: intercept, ``column=level``, or a numeric column."""
    if name == INTERCEPT:
        return "1e0"
    if name not in source.types and "=" in name:
        column, level = name.split("=", 1)
        source.require_levels([column])
        wanted = level if source.types[column].startswith(NUMERIC) else "'" + level.replace("'", "''") + "'"
        return f"CASE WHEN {quoted(column)} = {wanted} THEN 1e0 ELSE 0e0 END"
    source.require_numeric([name])
    return f"{quoted(name)}::DOUBLE"


def _factor(
    terms: tuple[str, ...], solution: Array, method: str, bounds: tuple[float, float] | None
) -> tuple[str, str]:
    """Give the g-weight and its derivative in x'λ as SQL."""
    eta = "(" + " + ".join(f"({t}) * ({real(v)})" for t, v in zip(terms, solution, strict=True)) + ")"
    if method in ("linear", "raking"):
        free, change = (f"(1e0 + {eta})", "1e0") if method == "linear" else (f"exp({eta})", f"exp({eta})")
        if bounds is None:
            return free, change
        low, high = map(real, bounds)
        inside = f"CASE WHEN {free} BETWEEN {low} AND {high} THEN {change} ELSE 0e0 END"
        return f"greatest({low}, least({high}, {free}))", inside
    low_end, high_end = bounds or (0.0, 1e6)
    slope = (high_end - low_end) / ((1 - low_end) * (high_end - 1))
    grown = f"exp(least({real(slope)} * {eta}, 500e0))"
    under = f"({real(high_end - 1)} + {real(1 - low_end)} * {grown})"
    value = f"(({real(low_end * (high_end - 1))} + {real(high_end * (1 - low_end))} * {grown}) / {under})"
    change = (
        f"(({value} - {real(low_end)}) * ({real(high_end)} - {value}) * {real(slope / (high_end - low_end))})"
    )
    return value, change


def _asked(targets: object, method: str, bounds: tuple[float, float] | None) -> dict[str, float]:
    """Read the targets; fail on what cannot be meant."""
    legal = '{"column", "column=level" or "(intercept)": population total}'
    asked = given.pairs("targets", {} if targets is None else targets, legal)
    if not asked:
        raise Problem("nothing_given", option="targets")
    if not all(isinstance(name, str) for name in asked):
        raise given.unknown("targets", targets, legal)
    asked = given.totals(asked)
    if method not in ("linear", "raking", "logit"):
        raise Problem("option_unknown", option="method", found=method, legal="linear, raking, logit")
    if bounds is not None:
        given.ends("bounds", bounds, "low < 1 < high")
    if method == "logit" and (bounds is None or not np.isfinite(bounds).all()):
        raise Problem("option_unknown", option="bounds", found=bounds, legal="finite (low, high) for logit")
    if bounds is not None and not bounds[0] < 1 < bounds[1]:
        raise Problem("option_unknown", option="bounds", found=bounds, legal="low < 1 < high")
    if bad := [f"{k}={t:g}" for k, t in asked.items() if not np.isfinite(t)]:
        raise Problem("target_not_finite", found=", ".join(bad))
    return asked


def calibrate(
    data: object,
    design: Design,
    targets: Mapping[str, float],
    *,
    method: Method = "linear",
    bounds: tuple[float, float] | None = None,
    max_iterations: int = 100,
    tolerance: float = 1e-12,
    exact: bool = False,
) -> Weighted:
    """Calibrate weights so that weighted totals of x equal known population totals.

    Parameters
    ----------
    data : as in `zhiheng.measure.mean`.
    design : design with base weights; an earlier calibration becomes part of them. After `nonresponse` the targets are
        for respondents.
    targets : ``"(intercept)"``, ``"column=level"`` or a numeric column → population total.
    method : distance: ``linear`` (the GREG estimator), ``raking`` (exponential) or ``logit`` (needs bounds).
    bounds : lowest and highest factor on a weight, around 1. Linear and raking factors are cut at them, logit factors
        stay between them.
    max_iterations : Newton steps, each one pass over the rows; linear without bounds needs one.
    tolerance : largest gap to a target, relative to its size.
    exact : one thread, so that the factors have the same bits on every run.

    Returns
    -------
    Weighted; the standard errors of its design regress on x with the base weights.

    Raises
    ------
    Problem : x is collinear or missing somewhere, the targets cannot be met within the bounds, or only with a factor of
        0 or less; a weight is missing, not positive or no number.

    Notes
    -----
    Deville & Särndal (1992). Checked against R survey 4.1.1 `calibrate` at 1e-8, linear without bounds at 1e-10.
    """
    targets = _asked(targets, method, bounds)
    given.rounds(max_iterations, tolerance)
    wanted = np.array(list(targets.values()), dtype=np.float64)
    design = fraction_weights(data, fixed_weights(data, design, exact=exact), exact=exact)
    with opened(data, exact=exact) as every:
        source = every.only(design.responded)
        names = list(targets)
        terms = tuple(within(design.responded, _term(source, name), "0e0") for name in names)
        weight = weight_sql(design, source)
        solution = np.zeros(len(terms))
        reached, gram, first = _sums(source, weight, terms, *_factor(terms, solution, method, bounds))
        if first["bad"]:
            raise bad_weight(source, design, weight)
        if first["lacking"] >= 0:
            raise Problem("target_missing_value", column=names[int(first["lacking"])])
        base_gram, base = gram, reached
        for name, sum_of in zip(targets, base, strict=True):
            if not np.isfinite(sum_of):
                raise Problem("not_a_number", column=name)
        if empty := [t for t, square in zip(targets, np.diag(gram), strict=True) if not square > 0]:
            raise Problem(
                "target_unknown_cell",
                columns="、".join(dict.fromkeys(t.partition("=")[0] for t in empty)),
                found=", ".join(empty),
            )
        if np.linalg.matrix_rank(gram / np.sqrt(np.outer(np.diag(gram), np.diag(gram)))) < len(terms):
            raise Problem("calibration_singular", found=", ".join(targets))
        scale = np.maximum(np.abs(wanted), 1e-300)
        gap = float((np.abs(wanted - reached) / scale).max())
        iterations, summary = 0, first
        while gap > tolerance and iterations < max_iterations:
            iterations += 1
            step = np.linalg.lstsq(gram, wanted - reached, rcond=None)[0]
            previous = gap
            for _ in range(30):
                tried = _sums(source, weight, terms, *_factor(terms, solution + step, method, bounds))
                gap = float((np.abs(wanted - tried[0]) / scale).max())
                if gap < previous or gap <= tolerance:
                    break
                step = step / 2
            else:
                gap = previous
                break
            solution, (reached, gram, summary) = solution + step, tried
        passes = iterations
        if gap > max(tolerance, 1e-9):
            raise Problem("not_converged", method=method, iterations=passes, found=f"{gap:.2g}")
        if not summary["factor_low"] > 0:
            raise Problem("factor_not_positive", method=method, found=f"{summary['factor_low']:.4g}")
    factor, _ = _factor(terms, solution, method, bounds)
    step_report = Step(
        method, int(summary["rows"]), first["weight"], summary["weight"],
        kish(summary["rows"], first["weight"], first["square"]),
        kish(summary["rows"], summary["weight"], summary["square"]),
        summary["factor_low"], summary["factor_high"], summary["low"], summary["high"], iterations, True,
        tuple(
            Target(name, "", summary["rows"], float(b), float(t), float(a))
            for name, b, t, a in zip(targets, base, wanted, reached, strict=True)
        ),
    )  # fmt: skip
    return Weighted(design.with_calibration(RegressionCalibration(terms, factor, base_gram)), (step_report,))


def _sums(
    source: Source, weight: str, terms: tuple[str, ...], factor: str, slope: str
) -> tuple[Array, Array, dict[str, float]]:
    """One pass: Σwg·x, Σwg′·xx′, a summary of the weights and which variable lacks values, -1 for none."""
    size = len(terms)
    select = [f"sum(w * g * x{i}) AS t{i}" for i in range(size)]
    select += [f"sum(w * d * x{i} * x{j}) AS m{i}_{j}" for i in range(size) for j in range(i, size)]
    select += [
        "count(*) AS rows", f"{BAD} AS bad", "sum(w * g) AS weight", "sum(w * g * w * g) AS square",
        "min(w * g) AS low", "max(w * g) AS high", "min(g) AS factor_low", "max(g) AS factor_high",
        *(f"count(x{i}) AS c{i}" for i in range(size)),
    ]  # fmt: skip
    inner = ", ".join(
        [
            f"{weight} AS w",
            f"{weight} AS {WEIGHT}",
            f"{factor} AS g",
            f"{slope} AS d",
            *(f"{t} AS x{i}" for i, t in enumerate(terms)),
        ]
    )
    table = source.query(
        f"SELECT {', '.join(select)} FROM (SELECT {inner} FROM {source.name})", "calibration"
    )
    summary = {
        k: float(floats(table, k)[0])
        for k in ("rows", "bad", "weight", "square", "low", "high", "factor_low", "factor_high")
    }
    lacking = [i for i in range(size) if floats(table, f"c{i}")[0] != summary["rows"]]
    summary["lacking"] = lacking[0] if lacking else -1
    total = np.array([floats(table, f"t{i}")[0] for i in range(size)])
    gram = np.zeros((size, size))
    for i in range(size):
        for j in range(i, size):
            gram[i, j] = gram[j, i] = floats(table, f"m{i}_{j}")[0]
    return total, gram, summary
