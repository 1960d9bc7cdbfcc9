"""The engine against the oracle, on small random samples of every shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.measure import (
    Design,
    Problem,
    calibrate,
    contrast,
    mean,
    poststratify,
    proportion,
    ratio,
    total,
    variance,
    weights_of,
)
from zhiheng.measure.tests.oracle import (
    LonelyUnit,
    Row,
    Sample,
    Stage,
    base_weights,
    nearest,
    raked,
    variance_of_sum,
)
from zhiheng.measure.tests.shapes import (
    EXACT,
    SHAPES,
    WHERES,
    Shape,
    agree,
    at_length,
    calibrated,
    draw,
    each_domain,
    every_calibration,
    every_shape,
    sample_of,
    samples_and_conditions,
    samples_and_domains,
    slowly,
    table_of,
)


@every_shape
@slowly
@samples_and_domains
def test_every_estimator_in_every_design(
    shape: Shape, seed: int, where: str | None, by: tuple[str, ...]
) -> None:
    check_estimators(shape, seed, where, by)


@pytest.mark.slow
@every_shape
@at_length
@samples_and_domains
def test_every_estimator_at_length(shape: Shape, seed: int, where: str | None, by: tuple[str, ...]) -> None:
    check_estimators(shape, seed, where, by)


def check_estimators(shape: Shape, seed: int, where: str | None, by: tuple[str, ...]) -> None:
    """Draw a sample and compare mean, total, ratio, proportion and variance with the oracle's."""
    rows = draw(seed, shape)
    sample, data, keep = sample_of(rows, shape), table_of(rows), WHERES[where]
    try:
        variance_of_sum(rows, shape.stages, np.zeros(len(rows)))
    except LonelyUnit:
        with pytest.raises(Problem, match="lonely"):
            mean(data, "y", shape.design, by=by, where=where)
        return
    if not any(keep(r) and all(r[b] is not None for b in by) for r in rows):
        with pytest.raises(Problem) as refused:
            mean(data, "y", shape.design, by=by, where=where)
        assert refused.value.code == "no_rows"
        return
    options: dict[str, Any] = {"by": by, "where": where}
    found = mean(data, ["y", "full"], shape.design, **options)
    for i, inside in each_domain(found, keep):
        agree(found, i, sample.mean(found.names[i], inside))
    found = total(data, "y", shape.design, **options)
    for i, inside in each_domain(found, keep):
        agree(found, i, sample.total("y", inside))
    found = ratio(data, [("y", "x")], shape.design, **options)
    for i, inside in each_domain(found, keep):
        agree(found, i, sample.ratio("y", "x", inside))
    found = proportion(data, "c", shape.design, **options)
    for i, inside in each_domain(found, keep):
        agree(found, i, sample.share("c", found.categories[i], inside))
    found = variance(data, "y", shape.design, **options)
    # squares of squares about a constant near the mean: two answers that nearly agree leave nothing but their rounding
    products = float(16 * np.finfo(float).eps * max(((r["y"] or 50) - 50) ** 4 for r in rows))
    for i, inside in each_domain(found, keep):
        agree(found, i, sample.spread("y", inside), products)


@every_calibration
@every_shape
@settings(slowly, max_examples=2)
@samples_and_conditions
def test_calibrated_domains(shape: Shape, kind: str, seed: int, where: str | None) -> None:
    check_calibrated(shape, kind, seed, where)


@pytest.mark.slow
@every_calibration
@every_shape
@settings(at_length, max_examples=20)
@samples_and_conditions
def test_calibrated_domains_at_length(shape: Shape, kind: str, seed: int, where: str | None) -> None:
    check_calibrated(shape, kind, seed, where)


def check_calibrated(shape: Shape, kind: str, seed: int, where: str | None) -> None:
    """Draw a sample, calibrate it, and compare weights and estimates of domains with the oracle's."""
    rows = draw(seed, shape)
    base, data, keep = sample_of(rows, shape), table_of(rows), WHERES[where]
    crossed = {(r["sex"], r["wave"]) for r in rows}
    try:
        variance_of_sum(rows, shape.stages, np.zeros(len(rows)))
    except LonelyUnit:
        return
    if len(crossed) < 4 or len(rows) < 8 or not any(keep(r) and r["g"] is not None for r in rows):
        return  # margins of so few rows may have no solution
    design, sample = calibrated(kind, rows, base, data, shape.design)
    if sample.weights.min() <= 0.05:
        return  # regression may leave weights at zero or below
    np.testing.assert_allclose(weights_of(data, design), sample.weights, rtol=1e-9)
    found = mean(data, ["y", "full"], design, by="g", where=where)
    for i, inside in each_domain(found, keep):
        agree(found, i, sample.mean(found.names[i], inside))
    found = total(data, "y", design, by="g", where=where)
    for i, inside in each_domain(found, keep):
        agree(found, i, sample.total("y", inside))
    found = ratio(data, [("y", "x")], design, by="g", where=where)
    for i, inside in each_domain(found, keep):
        agree(found, i, sample.ratio("y", "x", inside))


@pytest.mark.parametrize("seed", range(4))
def test_raking_between_bounds_is_the_nearest_there_is(seed: int) -> None:
    """Factors stay between the bounds, targets are met, and no other such factors are nearer to 1."""
    rng, low, high = np.random.default_rng(seed), 0.8, 1.3
    rows: list[Row] = [
        {"weight": float(w), "y": float(y), "x": float(x), "sex": int(sex)}
        for w, y, x, sex in zip(
            rng.uniform(0.5, 9, 40),
            rng.normal(50, 12, 40),
            rng.uniform(1, 9, 40),
            rng.integers(1, 3, 40),
            strict=True,
        )
    ]
    base = np.array([r["weight"] for r in rows])
    x = np.array([[1.0, r["x"], float(r["sex"] == 2)] for r in rows])
    wanted = (base * np.clip(1 + 0.12 * (x[:, 1] - 5) + rng.uniform(-0.2, 0.2, 40), low, high)) @ x
    targets = dict(zip(["(intercept)", "x", "sex=2"], map(float, wanted), strict=True))
    data = pa.Table.from_pylist(rows)
    weighted = calibrate(data, Design(weights="weight"), targets, method="raking", bounds=(low, high))
    weights = weights_of(data, weighted.design)
    factors, step = weights / base, weighted.report[0]
    assert low - 1e-15 <= factors.min() <= factors.max() <= high + 1e-15
    assert (step.factor_low, step.factor_high) == (low, high)
    np.testing.assert_allclose(weights @ x, wanted, rtol=1e-11)
    np.testing.assert_allclose(weights, nearest(base, x, wanted, low, high), rtol=2e-6)
    sample = Sample(rows, (Stage(None, None, None),), weights, x, base)
    agree(mean(data, "y", weighted.design), 0, sample.mean("y", lambda _: True))


@pytest.mark.parametrize("method", ["linear", "raking"])
def test_bounds_that_no_factor_reaches_change_nothing(method: Any) -> None:
    data = table_of(draw(7, SHAPES["clusters"]))
    design = SHAPES["clusters"].design
    targets = {"(intercept)": float(np.sum(data["weight"].to_numpy()) * 1.1)}
    free = calibrate(data, design, targets, method=method)
    for bounds in ((0.2, 5.0), (0.2, float("inf")), (float("-inf"), 5.0)):
        held = calibrate(data, design, targets, method=method, bounds=bounds)
        assert weights_of(data, held.design).tolist() == weights_of(data, free.design).tolist()


@pytest.mark.parametrize("strata", [None, "h"])
def test_weights_from_fractions_are_written_a_stratum_not_a_unit(strata: str | None) -> None:
    rows = [
        {"h": h, "street": f"{h}{s}", "streets_n": 100 + s0, "sex": i % 2, "y": float(s)}
        for s0, h in enumerate("ab")
        for s in range(30)
        for i in range(2)
    ]
    for row in rows if strata is None else ():
        row["streets_n"] = 300
    design = Design(strata=strata, clusters="street", population="streets_n")
    weighted = poststratify(pa.Table.from_pylist(rows), design, "sex", {0: 150.0, 1: 250.0})
    assert str(weighted.design.weight_expression).count("WHEN") == (2 if strata else 0)
    base = base_weights(rows, [Stage(strata, "street", "streets_n")])
    expected = raked(rows, base, {("sex",): {(0,): 150.0, (1,): 250.0}})
    np.testing.assert_allclose(weights_of(pa.Table.from_pylist(rows), weighted.design), expected, rtol=1e-13)


@every_shape
@settings(slowly, max_examples=4)
@given(seed=st.integers(0, 2**32 - 1), raking=st.booleans())
def test_change_between_pooled_waves(shape: Shape, seed: int, raking: bool) -> None:
    """Waves that share streets: the error of a change has the covariance of the streets in it."""
    rows = draw(seed, shape)
    data, sample, design = table_of(rows), sample_of(rows, shape), shape.design
    answered = {(r["wave"], v) for r in rows for v in ("y", "full") if r[v] is not None}
    try:
        variance_of_sum(rows, shape.stages, np.zeros(len(rows)))
    except LonelyUnit:
        return
    if len(answered) < 4:
        return
    if raking:
        if len({(r["sex"], r["wave"]) for r in rows}) < 4:
            return
        design, sample = calibrated("rake", rows, sample, data, design)
    found = mean(data, ["y", "full"], design, by="wave", joint=True)
    changes = contrast(
        found,
        {
            "y": [(1, {"variable": "y", "wave": 2}), (-1, {"variable": "y", "wave": 1})],
            "both": [
                (0.7, {"variable": "y", "wave": 2}),
                (-0.7, {"variable": "y", "wave": 1}),
                (0.3, {"variable": "full", "wave": 2}),
            ],
        },
    )
    parts = {
        (v, t): sample.influence_of_mean(v, lambda r, t=t: r["wave"] == t)
        for v in ("y", "full")
        for t in (1, 2)
    }
    weights = {
        "y": {("y", 2): 1.0, ("y", 1): -1.0},
        "both": {("y", 2): 0.7, ("y", 1): -0.7, ("full", 2): 0.3},
    }
    for i, name in enumerate(changes.names):
        value = sum(a * parts[k][0] for k, a in weights[name].items())
        u = np.sum([a * parts[k][1] for k, a in weights[name].items()], axis=0)
        expected = sample.answer(value, u, [True] * len(rows))
        np.testing.assert_allclose(changes.value[i], value, rtol=EXACT, atol=1e-11)
        np.testing.assert_allclose(
            changes.se[i] ** 2, expected.variance, rtol=2 * EXACT, atol=1e-13 * expected.scale
        )
    order = [("y", 1), ("y", 2), ("full", 1), ("full", 2)]
    z = [sample.weights * sample.residual(parts[k][1]) for k in order]
    plus = [[variance_of_sum(rows, shape.stages, a + b) for b in z] for a in z]
    minus = [[variance_of_sum(rows, shape.stages, a - b) for b in z] for a in z]
    scale = max(float((a**2).sum()) for a in z)
    np.testing.assert_allclose(
        found.covariance(), (np.array(plus) - np.array(minus)) / 4, rtol=1e-9, atol=1e-12 * scale
    )  # fmt: skip


@pytest.mark.parametrize("by", [(), ("g",)])
def test_a_condition_that_no_row_meets_is_refused(by: tuple[str, ...]) -> None:
    rows = draw(7, SHAPES["clusters"])
    with pytest.raises(Problem) as refused:
        mean(table_of(rows), "y", SHAPES["clusters"].design, by=by, where="x > 1000")
    assert refused.value.code == "no_rows"
    assert "x > 1000" in str(refused.value)


def test_a_domain_without_an_answer_has_no_value() -> None:
    rows = [
        {"h": "a", "weight": 1.0, "y": y, "g": g}
        for y, g in [(1.0, "u"), (2.0, "u"), (None, "v"), (None, "v"), (5.0, None)]
    ]
    found = mean(pa.Table.from_pylist(rows), "y", Design(strata="h", weights="weight"), by="g").rows()
    assert [r["g"] for r in found] == ["u", "v"]
    assert (found[0]["value"], found[0]["n"]) == (1.5, 2)
    assert (found[1]["value"], found[1]["se"], found[1]["lower"], found[1]["n"]) == (None, None, None, 0)


def test_domains_of_more_levels_than_a_number_holds_are_told_apart() -> None:
    """Seven columns of a thousand levels cross to 10²¹ domains; 1001 of them are there, and one row has none."""
    rng = np.random.default_rng(3)
    columns = {f"b{i}": [*map(int, rng.permutation(1000)), 7, 5 if i else None] for i in range(7)}
    rows = pa.table({**columns, "y": np.arange(1002.0)})
    found = mean(rows, "y", Design(), by=list(columns))
    expected = sorted(zip(*(v[:-1] for v in columns.values()), range(1001), strict=True))
    assert list(found.domains) == [r[:-1] for r in expected]
    np.testing.assert_array_equal(found.value, [r[-1] for r in expected])


def test_likelihood_interval_solves_its_equation() -> None:
    rows = draw(7, SHAPES["clusters"])
    found = proportion(table_of(rows), "c", SHAPES["clusters"].design, interval="likelihood")
    from scipy.stats import t  # noqa: PLC0415 - slow import

    for i in range(len(found)):
        p, se, n, bound = found.value[i], found.se[i], found.n[i], t.ppf(0.975, found.df[i])
        for end in (found.lower[i], found.upper[i]):
            divergence = p * np.log(p / end) + (1 - p) * np.log((1 - p) / (1 - end))
            statistic = 2 * (n - 1) / n * p * (1 - p) / se**2 * divergence
            np.testing.assert_allclose(statistic, bound**2, rtol=1e-9)
