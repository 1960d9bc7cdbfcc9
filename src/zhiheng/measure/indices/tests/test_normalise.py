from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from zhiheng.measure.indices import NORMALISATIONS, Indicator, Problem, Tree, normalise
from zhiheng.measure.indices.indicator import METHODS
from zhiheng.measure.indices.normalise import ranks

FROM_DATA = ["minmax", "zscore", "rank", "percentile"]
WITH_ENDS = [
    {"normalise": "scale", "low": 1, "high": 10},
    {"normalise": "goalposts", "low": 2, "high": 9, "cap": True},
]
SETTINGS = [*({"normalise": name} for name in FROM_DATA), *WITH_ENDS]
# on a grid, so that no two values differ by a rounding error only
VALUES = arrays(np.int64, 12, elements=st.integers(10, 100)).map(lambda x: x / 10)


def one(x, ends=None, bounds=(0, 100), **leaf):
    tree = Tree((Indicator("index"), Indicator("a", "index", **leaf)), bounds)
    return normalise(tree, np.asarray(x, dtype=float)[..., None], ends)


def of(x, **leaf):
    return one(x, **leaf).values[..., 0]


def test_the_registry_is_the_list_of_methods():
    assert tuple(NORMALISATIONS) == METHODS


@given(VALUES, st.sampled_from(FROM_DATA), st.integers(1, 50), st.integers(-50, 50))
def test_the_unit_of_measurement_does_not_matter(x, method, factor, shift):
    x[:2] = 1.0, 10.0
    np.testing.assert_allclose(of(x, normalise=method), of(x * factor + shift, normalise=method), atol=1e-9)


@given(VALUES, st.sampled_from(SETTINGS), st.sampled_from([1, -1]), st.sampled_from([None, "log", "sqrt"]))
def test_better_is_never_lower(x, leaf, direction, transform):
    x[:2] = 1.0, 10.0
    y = of(x, direction=direction, transform=transform, **leaf)
    steps = np.diff(y[np.argsort(x, kind="stable")]) * direction
    assert np.all(steps >= -1e-9)


@given(VALUES, st.sampled_from(["scale", "goalposts", "minmax"]), st.sampled_from([1, -1]))
def test_results_stay_within_the_bounds(x, method, direction):
    x[:2] = 1.0, 10.0
    leaf = {} if method == "minmax" else {"low": 1, "high": 10, "cap": True}
    y = of(x, normalise=method, direction=direction, bounds=(1, 5), **leaf)
    assert y.min() >= 1 - 1e-12
    assert y.max() <= 5 + 1e-12


@given(VALUES, st.sampled_from(["log", "sqrt", None]), st.sampled_from([1, -1]), st.booleans())
@settings(max_examples=50)
def test_derivatives_agree_with_finite_differences(x, transform, direction, cap):
    x = x + 0.05  # off the goalposts, where a capped value has a corner
    leaf = {
        "normalise": "goalposts",
        "low": 3,
        "high": 8,
        "cap": cap,
        "transform": transform,
        "direction": direction,
    }
    h = 1e-6
    expected = (of(x + h, **leaf) - of(x - h, **leaf)) / (2 * h)
    np.testing.assert_allclose(one(x, **leaf).derivative[:, 0], expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("method", ["minmax", "zscore"])
@pytest.mark.parametrize("direction", [1, -1])
def test_end_points_from_the_data_are_not_smooth_until_declared(method, direction):
    x = np.array([1.0, 2.0, 4.0, 8.0])
    from_data = one(x, normalise=method, direction=direction)
    assert from_data.smooth == (False,)
    assert np.isnan(from_data.derivative).all()
    fixed = one(x, ends=from_data.ends, normalise=method, direction=direction)
    assert fixed.smooth == (True,)
    np.testing.assert_allclose(fixed.values, from_data.values, rtol=1e-14)
    moved = one(x + 1e-6, ends=from_data.ends, normalise=method, direction=direction)
    np.testing.assert_allclose(fixed.derivative, (moved.values - fixed.values) / 1e-6, rtol=1e-6)


def test_replicates_have_end_points_of_their_own():
    x = np.array([[1.0, 2.0, 3.0], [10.0, 30.0, 20.0]])
    np.testing.assert_allclose(of(x, normalise="minmax"), [[0, 50, 100], [0, 100, 50]])
    np.testing.assert_allclose(of(x, normalise="rank"), [[1, 2, 3], [1, 3, 2]])
    np.testing.assert_allclose(of(x, normalise="zscore"), stats.zscore(x, axis=1, ddof=1) * 10 + 50)


@given(arrays(np.int64, st.integers(2, 20), elements=st.integers(0, 5)))
def test_ranks_agree_with_scipy(x):
    np.testing.assert_array_equal(ranks(x.astype(float)), stats.rankdata(x, method="min"))


def test_missing_takes_no_part():
    x = np.array([1.0, np.nan, 3.0, 2.0])
    np.testing.assert_array_equal(of(x, normalise="minmax"), [0, np.nan, 100, 50])
    np.testing.assert_array_equal(of(x, normalise="rank"), [1, np.nan, 3, 2])
    np.testing.assert_array_equal(of(x, normalise="percentile"), [0, np.nan, 100, 50])


def test_goalposts_by_hand():
    leaf = {"normalise": "goalposts", "low": 10, "high": 20}
    np.testing.assert_allclose(of([5, 10, 12, 20, 25], **leaf), [-50, 0, 20, 100, 150])
    np.testing.assert_allclose(of([5, 10, 12, 20, 25], cap=True, direction=-1, **leaf), [100, 100, 80, 0, 0])
    np.testing.assert_allclose(
        of([100, 1000], normalise="goalposts", low=10, high=1000, transform="log"), [50, 100]
    )


@pytest.mark.parametrize(
    ("x", "leaf", "rule"),
    [
        ([1, 6], {"normalise": "scale", "low": 1, "high": 5}, "outside_scale"),
        ([1, 0], {"normalise": "minmax", "transform": "log"}, "outside_transform"),
        ([1, -1], {"normalise": "zscore", "transform": "sqrt"}, "outside_transform"),
        ([2, 2], {"normalise": "minmax"}, "no_spread"),
        ([2, 2], {"normalise": "zscore"}, "no_spread"),
        ([2, np.nan], {"normalise": "percentile"}, "no_spread"),
        ([1, 2], {"normalise": "rank", "ends": {"a": (0, 1)}}, "ends_not_used"),
        ([1, 2], {"normalise": "minmax", "ends": {"a": (1, 0)}}, "ends_out_of_order"),
    ],
)
def test_refusals(x, leaf, rule):
    with pytest.raises(Problem) as caught:
        one(x, **leaf)
    assert [(finding.rule, finding.code) for finding in caught.value.findings] == [(rule, "a")]


def test_a_capped_scale_does_not_refuse():
    np.testing.assert_array_equal(of([0, 3, 6], normalise="scale", low=1, high=5, cap=True), [0, 50, 100])


def test_a_root_has_no_derivative_at_zero():
    made = one([0.0, 4.0], normalise="goalposts", low=0, high=16, transform="sqrt")
    np.testing.assert_allclose(made.derivative[:, 0], [np.nan, 100 / 4 / 4])
