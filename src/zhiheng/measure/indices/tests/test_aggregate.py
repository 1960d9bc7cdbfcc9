from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zhiheng.measure.indices import Indicator, Problem, Tree, carry_forward, evaluate

MEANS = ["arithmetic", "geometric", "harmonic"]
SCORES = arrays(np.float64, (4, 5), elements=st.floats(1, 99))


def tree(top="arithmetic", left="arithmetic", right="arithmetic", **leaf):
    own = {"normalise": "scale", "low": 0, "high": 100} | leaf
    return Tree(
        (
            Indicator("index", aggregate=top),
            Indicator("left", "index", weight=0.7, aggregate=left),
            Indicator("right", "index", weight=0.3, aggregate=right),
            Indicator("a", "left", weight=0.5, **own),
            Indicator("b", "left", weight=0.3, **own),
            Indicator("c", "left", weight=0.2, **own, direction=-1),
            Indicator("d", "right", weight=0.6, **own),
            Indicator("e", "right", weight=0.4, **own),
        )
    )


def test_by_hand():
    flat = [
        Indicator(c, "index", weight=w, normalise="scale", low=0, high=100)
        for c, w in (("a", 0.25), ("b", 0.75))
    ]
    expected = {"arithmetic": 70.0, "geometric": 40**0.25 * 80**0.75, "harmonic": 1 / (0.25 / 40 + 0.75 / 80)}
    for mean, value in expected.items():
        index = evaluate(Tree((Indicator("index", aggregate=mean), *flat)), {"a": [40.0], "b": [80.0]})
        assert index.column()[0] == pytest.approx(value, rel=1e-14)


@given(SCORES, st.sampled_from(MEANS), st.sampled_from(MEANS), st.sampled_from(MEANS), st.booleans())
@settings(max_examples=60)
def test_the_jacobian_agrees_with_finite_differences(x, top, left, right, with_gap):
    if with_gap:
        x[1, 0] = x[2, 3] = np.nan
    shape = tree(top, left, right, cap=True)
    index = evaluate(shape, x)
    h = 1e-5
    for k in range(5):
        step = h * np.eye(5)[k]
        expected = (evaluate(shape, x + step).values - evaluate(shape, x - step).values) / (2 * h)
        expected[np.isnan(x[:, k])] = 0.0
        ours = np.where(np.isnan(index.values), expected, index.jacobian[:, :, k])
        np.testing.assert_allclose(ours, expected, rtol=2e-5, atol=1e-6)


@given(SCORES, st.sampled_from(MEANS), st.integers(0, 4), st.floats(0.01, 0.9))
def test_a_better_indicator_never_lowers_the_index(x, mean, k, gain):
    direction = -1 if k == 2 else 1
    better = x.copy()
    better[:, k] += gain * direction
    before, after = (evaluate(tree(mean, mean, mean), values).column() for values in (x, better))
    assert np.all(after >= before - 1e-9)


@given(SCORES)
def test_harmonic_geometric_arithmetic(x):
    h, g, a = (
        evaluate(tree(mean, mean, mean), x).column() for mean in ("harmonic", "geometric", "arithmetic")
    )
    assert np.all(h <= g + 1e-9)
    assert np.all(g <= a + 1e-9)


@given(SCORES, st.floats(0.5, 2))
def test_the_scale_of_the_index_does_not_matter_to_the_order(x, factor):
    shape = tree("geometric", "arithmetic", "harmonic")
    wider = Tree(shape.indicators, (0.0, 100 * factor))
    np.testing.assert_allclose(evaluate(wider, x).column(), factor * evaluate(shape, x).column(), rtol=1e-10)


@pytest.mark.parametrize("mean", MEANS)
def test_weights_of_those_present(mean):
    x = np.array([[80.0, np.nan, 40.0, 50.0, 50.0], [50.0] * 5])
    without_b = Tree(
        tuple(one for one in tree(mean, mean, mean).indicators if one.code != "b"), normalise_weights=True
    )
    expected = evaluate(without_b, x[:, [0, 2, 3, 4]]).column()
    index = evaluate(tree(mean, mean, mean), x)
    assert index.column()[0] == pytest.approx(expected[0], rel=1e-14)
    assert index.missing.tolist() == [[False, True, False, False, False], [False] * 5]


def test_a_node_without_anything_below_is_missing_and_a_unit_without_anything_has_no_index():
    x = np.array([[80.0, 60.0, 40.0, np.nan, np.nan], [np.nan] * 5, [50.0] * 5])
    index = evaluate(tree(), x)
    assert np.isnan(index.column("right")).tolist() == [True, True, False]
    assert index.column()[0] == pytest.approx(index.column("left")[0], rel=1e-14)
    assert np.isnan(index.column()[1])


def test_fail_names_the_units_but_not_those_never_measured():
    x = np.array([[80.0, 60.0, 40.0, np.nan, 1.0], [np.nan] * 5, [50.0] * 5])
    with pytest.raises(Problem) as caught:
        evaluate(tree(), x, ["甲", "乙", "丙"], missing="fail")
    assert [(one.rule, one.code, one.found) for one in caught.value.findings] == [
        ("missing_value", "d", "甲")
    ]
    x[0, 3] = 5.0
    assert np.isnan(evaluate(tree(), x, missing="fail").column()).tolist() == [False, True, False]


def test_optional_indicators_may_be_missing_and_even_absent():
    own = {"normalise": "minmax"}
    shape = Tree(
        (
            Indicator("index"),
            Indicator("a", "index", weight=0.5, **own),
            Indicator("b", "index", weight=0.5, optional=True, **own),
        )
    )
    index = evaluate(shape, {"a": [1.0, 2.0, 3.0]}, missing="fail")
    assert index.column().tolist() == [0, 50, 100]
    assert np.isnan(index.column("b")).all()


@pytest.mark.parametrize(
    ("values", "rule", "code"),
    [
        ({"a": [1.0], "b": [1.0], "c": [1.0], "d": [1.0]}, "no_data", "e"),
        ({c: [np.nan if c == "b" else 1.0] for c in "abcde"}, "no_data", "b"),
        ({c: [np.inf if c == "b" else 1.0] for c in "abcde"}, "infinite_value", "b"),
        ({c: [1.0] for c in "abcdef"}, "unknown_field", "f"),
        ({c: [1.0] * (2 if c == "b" else 1) for c in "abcde"}, "shape", ""),
        (np.ones((2, 4)), "shape", ""),
    ],
)
def test_refusals(values, rule, code):
    with pytest.raises(Problem) as caught:
        evaluate(tree(), values)
    assert [(one.rule, one.code) for one in caught.value.findings] == [(rule, code)]


def test_negative_values_in_a_geometric_mean_are_refused():
    leaves = [Indicator(c, "index", weight=0.5) for c in "ab"]
    shape = Tree((Indicator("index", aggregate="geometric"), *leaves))
    with pytest.raises(Problem) as caught:
        evaluate(shape, {"a": [1.0, 2.0], "b": [1.0, -2.0]}, ["x", "y"])
    assert [(one.rule, one.code, one.found) for one in caught.value.findings] == [
        ("negative_in_mean", "index", "y")
    ]


@pytest.mark.parametrize("mean", ["geometric", "harmonic"])
def test_a_zero_makes_the_mean_zero_without_a_standard_error(mean):
    x = np.array([[0.0, 50.0, 50.0, 50.0, 50.0], [50.0] * 5])
    index = evaluate(tree(mean, mean, mean), x)
    assert index.column()[0] == 0
    variance = np.diag(index.covariance(np.eye(10)))
    assert np.isnan(variance[0])
    assert variance[1] > 0


def test_covariance_by_the_delta_method_agrees_with_simulation():
    generator = np.random.default_rng(1)
    shape = tree("geometric", "arithmetic", "harmonic")
    centre = generator.uniform(30, 70, (3, 5))
    root = generator.normal(0, 0.05, (15, 15))
    draws = centre.T.ravel() + generator.standard_normal((200_000, 15)) @ root.T
    simulated = evaluate(shape, draws.reshape(-1, 5, 3).transpose(0, 2, 1)).column()
    ours = evaluate(shape, centre).covariance(root @ root.T)
    np.testing.assert_allclose(np.cov(simulated.T), ours, rtol=0.02, atol=0.01 * np.diag(ours).max())


def test_missing_values_bring_no_error():
    x = np.array([[80.0, np.nan, 40.0, 50.0, 50.0], [50.0] * 5])
    covariance = np.eye(10)
    covariance[2, :] = covariance[:, 2] = np.nan  # leaf b of the first unit: leaves outermost
    got = evaluate(tree(), x).covariance(covariance)
    slopes = np.array([[0.7 * 5 / 7, 0, 0.7 * 2 / 7, 0.18, 0.12], [0.35, 0.21, 0.14, 0.18, 0.12]])
    np.testing.assert_allclose(got, np.diag((slopes**2).sum(axis=1)), rtol=1e-12)


def test_what_is_not_smooth_is_refused():
    shape = tree(normalise="minmax", low=None, high=None)
    x = np.random.default_rng(0).uniform(0, 1, (6, 5))
    index = evaluate(shape, x)
    with pytest.raises(Problem, match="replicates"):
        index.covariance(np.eye(30))
    fixed = evaluate(shape, x, ends=index.ends)
    np.testing.assert_allclose(fixed.column(), index.column(), rtol=1e-12)
    assert np.isfinite(fixed.covariance(np.eye(30))).all()


def test_replicates_are_the_index_of_each():
    x = np.random.default_rng(0).uniform(1, 99, (3, 4, 5))
    shape = tree("geometric", "harmonic", "arithmetic")
    together = evaluate(shape, x)
    assert together.jacobian is None
    for r in range(3):
        np.testing.assert_allclose(together.values[r], evaluate(shape, x[r]).values, rtol=1e-14)


def test_rows():
    index = evaluate(tree(), np.full((1, 5), 40.0), ["甲"])
    assert index.rows()[0]["unit"] == "甲"
    assert [(r["code"], r["parent"]) for r in index.rows()][:2] == [("index", None), ("left", "index")]


def test_carry_forward_marks_what_it_carried():
    waves = np.array([[[1.0, np.nan]], [[np.nan, 2.0]], [[np.nan, np.nan]]])
    filled, carried = carry_forward(waves)
    np.testing.assert_array_equal(filled, [[[1, np.nan]], [[1, 2]], [[1, 2]]])
    assert carried.tolist() == [[[False, False]], [[True, False]], [[True, True]]]
