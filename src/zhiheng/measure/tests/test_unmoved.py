"""What does not vary has an error of exactly 0; what varies a little keeps its own."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.measure import (
    Design,
    calibrate,
    contrast,
    mean,
    poststratify,
    proportion,
    rake,
    total,
    variance,
)
from zhiheng.measure.estimation.intervals import PROPORTION_INTERVALS
from zhiheng.measure.reduction import plain
from zhiheng.measure.tests.oracle import LonelyUnit, Row, variance_of_sum
from zhiheng.measure.tests.shapes import Shape, draw, every_shape, sample_of, table_of

DESIGNS = {
    "rows": Design(strata="h", weights="wt"),
    "rows alike": Design(),
    "clusters": Design(strata="h", clusters="street", weights="wt"),
    "two stages": Design(clusters=["street", "house"], weights="wt", population={"street": "n1", "house": "n2"}),
    "two stages, rows last": Design(clusters=["street", "*"], population={"street": "n1", "*": "n3"}),
    "average": Design(strata="h", clusters="street", weights="wt", lonely="average"),
}  # fmt: skip
CALIBRATED = ["", "poststratify", "rake", "regression"]


def rows(number: int, constant: float, *, alike: bool = False, seed: int = 5) -> pa.Table:
    """Rows of two domains: in ``a`` all answer the same, in ``b`` not; ``z`` is 2.5 x in the first."""
    rng = np.random.default_rng(seed)
    a, x = rng.permutation(np.arange(number) % 2) == 0, rng.uniform(1, 9, number)
    street = rng.integers(0, 12, number)
    street[:24] = np.repeat(np.arange(12), 2)
    y = np.where(a, constant, rng.normal(70, 15, number))
    return pa.table(
        {
            "g": np.where(a, "a", "b"), "y": y, "x": x, "z": np.where(a, 2.5 * x, y),
            "wt": np.full(number, 1.1) if alike else rng.uniform(1, 9, number),
            "h": street % 3, "street": street, "house": street * 100 + rng.integers(0, 4, number),
            "n1": np.full(number, 40.0), "n2": np.full(number, 30.0), "n3": np.full(number, 4.0 * number),
            "sex": rng.integers(1, 3, number),
        }
    )  # fmt: skip


def weighted(data: pa.Table, design: Design, kind: str) -> Design:
    each = 9.7 * data.num_rows
    if kind == "poststratify":
        return poststratify(data, design, "sex", {1: 0.48 * each, 2: 0.52 * each}).design
    if kind == "rake":
        margins = {
            "sex": {1: 0.48 * each, 2: 0.52 * each},
            "h": {0: 0.3 * each, 1: 0.3 * each, 2: 0.4 * each},
        }
        return rake(data, design, margins).design
    return calibrate(data, design, {"(intercept)": each, "x": 5.2 * each}).design if kind else design


def told(found: Any) -> tuple[float, ...]:
    return tuple(float(getattr(found, k)[0]) for k in ("value", "se", "lower", "upper"))


@pytest.mark.parametrize("database", [False, True])
@pytest.mark.parametrize("kind", CALIBRATED)
@pytest.mark.parametrize("name", DESIGNS)
def test_answers_that_are_all_the_same_have_no_error(
    name: str, kind: str, *, database: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database:
        monkeypatch.setattr(plain, "group", lambda *_: None)
    for number, constant, alike in [
        (60, 43.7, False),
        (60, 0.3, True),
        (900, 63.31, True),
        (900, 1e6 + 0.1, False),
    ]:
        data = rows(number, constant, alike=alike)
        design = weighted(data, DESIGNS[name], kind)
        found = mean(data, "y", design, by="g")
        assert told(found) == (constant, 0, constant, constant)
        assert np.isnan(found.deff[0])
        assert found.se[1] > 0
        assert told(variance(data, "y", design, by="g")) == (0.0,) * 4


@pytest.mark.parametrize("number", [10_000, 100_000])
def test_equal_numbers_whose_roundings_add_up(number: int) -> None:
    for constant in (43.7, 63.31, 0.7):
        assert told(mean(rows(number, constant, alike=True), "y", Design(weights="wt"), by="g"))[1] == 0


@pytest.mark.parametrize("name", DESIGNS)
def test_covariances_and_contrasts_have_no_noise_of_them_either(name: str) -> None:
    data = rows(300, 43.7)
    found = mean(data, "y", DESIGNS[name], by="g", joint=True)
    covariance = found.covariance()
    assert (covariance[0] == 0).all()
    both = contrast(found, {"b - a": [(1, {"g": "b"}), (-1, {"g": "a"})]})
    np.testing.assert_allclose(both.se, found.se[1], rtol=1e-12)


def test_zeros_have_mean_and_total_zero_and_no_error() -> None:
    for estimate in (mean, total):
        assert told(estimate(rows(120, 0.0), "y", DESIGNS["rows"], by="g")) == (0, 0, 0, 0)


def _is_in(domain: str, row: Row) -> bool:
    return bool(row["g"] == domain)


def nearly(rng: np.random.Generator, drawn: list[Row], size: float) -> None:
    for r in drawn:
        r["y"] = None if r["y"] is None else (1 if r["g"] == "u" else 3) * size * (1 + 1e-6 * rng.normal())


@every_shape
@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), size=st.sampled_from([0.07, 1.0, 43.7, 2.6e6]))
def test_answers_that_differ_by_a_millionth_keep_their_error(shape: Shape, seed: int, size: float) -> None:
    drawn = draw(seed, shape)
    nearly(np.random.default_rng(seed), drawn, size)
    sample = sample_of(drawn, shape)
    try:
        variance_of_sum(drawn, shape.stages, np.zeros(len(drawn)))
    except LonelyUnit:
        return
    if not any(r["g"] for r in drawn):
        return
    found = mean(table_of(drawn), "y", shape.design, by="g")
    for i, (domain,) in enumerate(found.domains):
        expected = sample.mean("y", partial(_is_in, domain))
        if expected.n > 1:
            # the answers themselves are written to a share of 2e-16, which is 1e-10 of how they differ
            least = 1e-21 * expected.value**2
            np.testing.assert_allclose(found.se[i] ** 2, expected.variance, rtol=1e-8, atol=least)
            assert found.value[i] == pytest.approx(expected.value, rel=1e-14)


@pytest.mark.parametrize("gap", [10.0, 1e3, 1e5, 1e8])
@pytest.mark.parametrize("name", ["rows", "rows alike", "clusters", "two stages, rows last"])
def test_a_domain_far_from_the_others_has_its_own_error(name: str, gap: float) -> None:
    """The first rows tell a constant that is far from the second domain."""
    rng = np.random.default_rng(3)
    data = rows(400, 0.0)
    domain = np.repeat([0, 1], 200)
    near = np.round(rng.normal(0, 1, 400), 2)
    data = data.append_column("d", pa.array(domain)).append_column("near", pa.array(near))
    data = data.append_column("far", pa.array(near + gap * domain))
    for estimate in (mean, variance):
        one, other = (estimate(data, v, DESIGNS[name], by="d") for v in ("near", "far"))
        # to add the gap rounds the answers
        np.testing.assert_allclose(other.se, one.se, rtol=max(1e-10, 1e-16 * gap * 10))
        if estimate is mean:
            np.testing.assert_allclose(other.value, one.value + np.array([0, gap]), rtol=1e-13)
            np.testing.assert_allclose(other.deff, one.deff, rtol=max(1e-10, 1e-16 * gap * 10))


def test_a_small_error_is_not_taken_for_none() -> None:
    """Totals, shares and ratios of which little is uncertain: the error is small and there."""
    n = 100_000
    data = pa.table(
        {"y": 1e6 + np.arange(n) % 2, "q": ["p", *["q"] * (n - 1)], "w": [1e-6, *[1.0] * (n - 1)]}
    )
    assert total(data, "y", Design()).se[0] == pytest.approx(0.5 * np.sqrt(n), rel=1e-3)
    shares = proportion(data.slice(0, 100), "q", Design(weights="w"))
    np.testing.assert_allclose(shares.se, shares.se[0], rtol=1e-3)
    assert 0.9e-8 < shares.se[0] < 1.1e-8


def test_times_of_one_day_keep_their_error() -> None:
    """Seconds since 1970: the constant taken off has the digits that they share."""
    rng = np.random.default_rng(1)
    for reach in (86_400, 600):
        seconds = 1_514_764_800.0 + rng.integers(0, reach, 100_000)
        found = mean(pa.table({"y": seconds}), "y", Design())
        np.testing.assert_allclose(found.se[0], seconds.std(ddof=1) / np.sqrt(len(seconds)), rtol=1e-10)


def test_units_that_are_alike_have_a_design_effect_of_nothing() -> None:
    """Every street has the same answers, which differ: no error, and simple samples would have one."""
    data = pa.table({"street": [1, 1, 2, 2, 3, 3], "y": [1.3, 3.1] * 3, "n": [9] * 6})
    found = mean(data, "y", Design(clusters="street", population={"street": "n"}))
    assert found.value[0] == 2.2
    assert found.se[0] < 1e-15
    assert found.deff[0] < 1e-30


@pytest.mark.parametrize("interval", PROPORTION_INTERVALS)
@pytest.mark.parametrize("design", [DESIGNS["rows"], DESIGNS["clusters"]], ids=["rows", "clusters"])
def test_a_share_of_nothing_or_all(design: Design, interval: str) -> None:
    """No variation was seen: only `beta` has an interval, `mean` claims certainty, the others have none."""
    data = rows(80, 1.0)
    data = data.append_column("yes", pa.array((data["y"].to_numpy() == 1).astype(int)))
    found = proportion(data, "yes", design, by="g", interval=interval)
    at = {(c, d[0]): i for i, (c, d) in enumerate(zip(found.categories, found.domains, strict=True))}
    none, every = at[0, "a"], at[1, "a"]
    assert (found.value[none], found.value[every]) == (0, 1)
    assert (found.se[none], found.se[every]) == (0, 0)
    ends = [(found.lower[i], found.upper[i]) for i in (none, every)]
    if interval == "beta":
        far = 0.025 ** (1 / found.n[none])
        np.testing.assert_allclose(ends, [(0, 1 - far), (far, 1)], rtol=1e-12)
    elif interval == "mean":
        assert ends == [(0, 0), (1, 1)]
    else:
        assert np.isnan(ends).all()
    assert np.isnan([found.deff[none], found.deff[every]]).all()


@pytest.mark.parametrize("interval", PROPORTION_INTERVALS)
def test_an_unknown_error_gives_no_interval_and_a_census_gives_the_share(interval: str) -> None:
    data = pa.table({"h": [1, 2, 3, 4], "yes": [0, 1, 1, 1], "n": [4] * 4})
    lonely = proportion(data, "yes", Design(strata="h", lonely="average"), interval=interval)
    assert np.isnan(lonely.se).all()
    assert np.isnan([lonely.lower, lonely.upper]).all()
    census = proportion(data, "yes", Design(population={"*": "n"}), interval=interval)
    assert (census.se == 0).all()
    np.testing.assert_array_equal([census.lower, census.upper], [census.value] * 2)
