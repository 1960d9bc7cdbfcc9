from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from zhiheng.measure.indices import Indicator, Problem, Tree, chain, changes, evaluate, linked

FORMULAS = ["ratio", "arithmetic", "geometric"]
LEVELS = arrays(np.float64, (4, 3), elements=st.floats(10, 100))


def test_an_index_by_itself_is_its_level_over_the_base():
    for formula in FORMULAS:
        got = chain(
            [80.0, 84.0, 82.0], np.diag([1.0, 1.0, 1.0]), waves=["2016", "2017", "2018"], formula=formula
        )
        np.testing.assert_allclose(got.values, [100, 105, 102.5])
        np.testing.assert_allclose(got.links, [1.05, 82 / 84])
        # I = 100·x_t/x_0: the middle wave of the chain cancels, in the value and in its error
        expected = [0, 100 / 80 * math.hypot(1, 1.05), 100 / 80 * math.hypot(1, 1.025)]
        np.testing.assert_allclose(got.se, expected)
        assert [row["wave"] for row in got.rows()] == ["2016", "2017", "2018"]
        assert got.rows()[0]["link"] is None


def test_two_components_by_hand():
    x = np.array([[50.0, 80.0], [60.0, 72.0]])
    links = {"ratio": (0.25 * 60 + 0.75 * 72) / (0.25 * 50 + 0.75 * 80), "arithmetic": 0.25 * 1.2 + 0.75 * 0.9,
             "geometric": 1.2**0.25 * 0.9**0.75}  # fmt: skip
    for formula, link in links.items():
        assert chain(x, weights=[1, 3], formula=formula).links[0] == pytest.approx(link, rel=1e-14)


def test_a_component_that_joins_does_not_jump():
    x = np.array([[50.0, np.nan], [60.0, 20.0], [66.0, 22.0]])
    got = chain(x)
    np.testing.assert_allclose(got.values, [100, 120, 132])
    assert got.matched.tolist() == [[True, False], [True, True]]


@given(LEVELS, st.sampled_from(FORMULAS), st.booleans())
@settings(max_examples=50)
def test_the_jacobian_agrees_with_finite_differences(x, formula, with_gap):
    if with_gap:
        x[1, 0] = np.nan
    got = chain(x, weights=[1, 2, 3], formula=formula)
    h = 1e-5
    for at in range(12):
        if np.isnan(x.ravel()[at]):
            assert np.all(got.jacobian[:, at] == 0)
            continue
        step = (h * np.eye(12)[at]).reshape(4, 3)
        up, down = (chain(x + sign * step, weights=[1, 2, 3], formula=formula).values for sign in (1, -1))
        np.testing.assert_allclose(got.jacobian[:, at], (up - down) / (2 * h), rtol=1e-5, atol=1e-5)


@given(LEVELS, st.sampled_from(FORMULAS), st.floats(0.1, 10))
def test_the_unit_of_the_scores_does_not_matter(x, formula, factor):
    np.testing.assert_allclose(
        chain(x, formula=formula).values, chain(x * factor, formula=formula).values, rtol=1e-10
    )


def test_the_error_agrees_with_simulation():
    generator = np.random.default_rng(5)
    x = np.array([[70.0, 60.0], [72.0, 61.0], [75.0, 60.0]])
    root = generator.normal(0, 0.3, (6, 6))
    draws = x.ravel() + generator.standard_normal((20_000, 6)) @ root.T
    simulated = np.array([chain(d.reshape(3, 2), weights=[2, 1]).values for d in draws])
    ours = chain(x, root @ root.T, weights=[2, 1])
    np.testing.assert_allclose(simulated.std(axis=0), ours.se, rtol=0.03)
    np.testing.assert_allclose(np.cov(simulated.T), ours.covariance, rtol=0.05, atol=0.02)


def test_missing_components_bring_no_error_and_no_covariance_gives_none():
    x = np.array([[50.0, np.nan], [60.0, 20.0]])
    covariance = np.eye(4)
    covariance[1] = covariance[:, 1] = np.nan
    assert np.isfinite(chain(x, covariance).se).all()
    assert np.isnan(chain(x).se).all()


@pytest.mark.parametrize(
    ("x", "settings", "rule"),
    [
        ([[1.0, np.nan], [np.nan, 1.0]], {}, "not_matched"),
        ([1.0, 0.0], {}, "not_positive_level"),
        ([1.0, 2.0], {"waves": ["a"]}, "shape"),
        ([1.0, 2.0], {"weights": [0.0]}, "shape"),
        ([1.0, 2.0], {"covariance": np.eye(3)}, "shape"),
        ([1.0, 2.0], {"formula": "fisher"}, "not_allowed"),
    ],
)
def test_refusals_of_the_chain(x, settings, rule):
    with pytest.raises(Problem) as caught:
        chain(x, **settings)
    assert [one.rule for one in caught.value.findings] == [rule]


def test_a_change_is_tested_with_the_covariance_of_the_waves():
    values = np.array([[70.0], [72.0]])
    shared = np.array([[[1.0, 0.6], [0.6, 1.0]]])
    (got,) = changes(values, shared, units=["甲"], waves=["2016", "2017"], df=20)
    se = math.sqrt(2 - 1.2)
    assert (got.unit, got.earlier, got.later, got.change) == ("甲", "2016", "2017", 2.0)
    assert got.se == pytest.approx(se)
    assert got.p == got.p_holm == pytest.approx(2 * stats.t.sf(2 / se, 20))
    half = stats.t.isf(0.025, 20) * se
    assert (got.lower, got.upper) == (pytest.approx(2 - half), pytest.approx(2 + half))
    assert got.verdict == "up"
    (apart,) = changes(values, np.ones((2, 1)))
    assert apart.verdict == "none"
    assert apart.p == pytest.approx(2 * stats.norm.sf(math.sqrt(2)))


def test_holm_counts_every_unit_and_pair():
    values = np.array([[70.0, 70.0, 70.0], [73.0, 70.5, 60.0], [73.1, 70.0, np.nan]])
    got = changes(values, np.full((3, 3), 0.5), pairs="all")
    assert [(c.unit, c.earlier, c.later) for c in got] == [
        ("1", "1", "2"), ("1", "1", "3"), ("1", "2", "3"),
        ("2", "1", "2"), ("2", "1", "3"), ("2", "2", "3"),
        ("3", "1", "2"),
    ]  # fmt: skip
    smallest = min(got, key=lambda c: c.p)
    assert smallest.p_holm == pytest.approx(7 * smallest.p)
    assert [c.verdict for c in got] == ["up", "up", "none", "none", "none", "none", "down"]


def test_pairs_with_the_first_and_the_wave_before():
    values = np.array([[1.0], [2.0], [4.0]])
    both = {pairs: [(c.earlier, c.later, c.change) for c in changes(values, np.ones((3, 1)), pairs=pairs)]
            for pairs in ("consecutive", "first")}  # fmt: skip
    assert both == {"consecutive": [("1", "2", 1), ("2", "3", 2)], "first": [("1", "2", 1), ("1", "3", 3)]}


def test_without_error_any_change_is_a_change():
    got = changes(np.array([[1.0, 1.0], [1.0, 2.0]]), np.zeros((2, 2)))
    assert [(c.verdict, c.p) for c in got] == [("none", 1.0), ("up", 0.0)]


def test_the_family_wise_error_is_kept():
    generator = np.random.default_rng(2)
    wrong = 0
    for _ in range(500):
        wrong += any(
            c.verdict != "none" for c in changes(generator.standard_normal((2, 10)), np.ones((2, 10)))
        )
    assert wrong / 500 <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 500)


@pytest.mark.parametrize(
    ("values", "covariance", "settings", "rule"),
    [
        (np.ones((1, 2)), np.ones((1, 2)), {}, "shape"),
        (np.ones((3, 2)), np.ones((2, 2)), {}, "shape"),
        (np.ones(3), np.ones(3), {}, "shape"),
        (np.ones((2, 2)), np.array([[1.0, np.nan], [1.0, 1.0]]), {}, "covariance"),
        (np.ones((2, 2)), np.ones((2, 2)), {"pairs": "last"}, "not_allowed"),
        (np.ones((2, 2)), np.ones((2, 2)), {"units": ["a"]}, "shape"),
    ],
)
def test_refusals_of_changes(values, covariance, settings, rule):
    with pytest.raises(Problem) as caught:
        changes(values, covariance, **settings)
    assert [one.rule for one in caught.value.findings] == [rule]


def test_values_of_different_components_have_no_change():
    values, spread = np.array([[50.0, 50.0], [60.0, 60.0]]), np.full((2, 2), 4.0)
    stands = np.ones((2, 2, 3), dtype=bool)
    stands[1, 0, 2] = False
    lost, kept = changes(values, spread, stands=stands)
    assert lost.verdict == "incomparable"
    assert all(
        math.isnan(x)
        for x in (lost.change, lost.se, lost.t, lost.df, lost.lower, lost.upper, lost.p, lost.p_holm)
    )
    assert kept == changes(values[:, 1:], spread[:, 1:], units=["2"])[0]  # alone in its family
    with pytest.raises(Problem) as caught:
        changes(values, spread, stands=stands[:1])
    assert caught.value.findings[0].rule == "shape"


# ── a whole tree ──

#: two dimensions, one of them geometric
TREE = Tree(
    [
        Indicator("index"),
        Indicator("a", "index", weight=0.6, aggregate="geometric"),
        Indicator("a1", "a", weight=0.5, normalise="scale", low=-1, high=10, optional=True),
        Indicator("a2", "a", weight=0.5, normalise="scale", low=-1, high=10, optional=True),
        Indicator("b", "index", weight=0.4, normalise="scale", low=-1, high=10, optional=True),
    ]
)
RAW = np.random.default_rng(5).uniform(2, 9, (4, 3, 3))
RAW[0, 1, 1] = RAW[2, 1, 1] = RAW[0, 2] = RAW[1, 2, 2] = np.nan
RAW[3, 0] = np.nan


def v(x, without=()):
    held = np.array(x)
    held[list(without)] = np.nan
    return evaluate(TREE, held[None, :]).column()[0]


def test_a_tree_with_the_same_indicators_is_its_index_over_the_base():
    got = linked(TREE, RAW[:3, :1])
    expected = [100 * v(RAW[t, 0]) / v(RAW[0, 0]) for t in range(3)]
    np.testing.assert_allclose(got.values[:, 0], expected, rtol=1e-13)


def test_a_link_uses_what_both_waves_have():
    """Unit 1 lacks a2 in waves 0 and 2; unit 2 begins in wave 1, where it lacks b; unit 0 leaves in wave 3."""
    got = linked(TREE, RAW)
    x = RAW[:, 1]
    links = [v(x[t], [1]) / v(x[t - 1], [1]) for t in (1, 2, 3)]
    np.testing.assert_allclose(got.values[:, 1], 100 * np.cumprod([1, *links]), rtol=1e-13)
    x = RAW[:, 2]
    expected = [np.nan, 100, 100 * v(x[2], [2]) / v(x[1], [2])]
    np.testing.assert_allclose(got.values[:, 2], [*expected, expected[2] * v(x[3]) / v(x[2])], rtol=1e-13)
    assert np.isnan(got.values[3, 0])
    assert got.matched[1].tolist() == [[True, True, True], [True, False, True], [False, False, False]]
    assert got.linked_to.T.tolist() == [[-1, 0, 1, -1], [-1, 0, 1, 2], [-1, -1, 1, 2]]


def test_a_gap_is_bridged_by_the_last_wave_there_is():
    """No value in wave 1; none in common with it in wave 2; an index of 0 in wave 3."""
    x = np.full((5, 3, 3), 5.0)
    x[1, 0] = np.nan
    x[0, 1, 2] = x[2, 1, :2] = np.nan
    x[3, 2] = -1
    x[4] = 7.0
    got = linked(TREE, x)
    assert got.linked_to.T.tolist() == [[-1, -1, 0, 2, 3], [-1, 0, 1, 2, 3], [-1, 0, 1, -1, 2]]
    up = 100 * v(x[4, 0]) / v(x[0, 0])
    np.testing.assert_allclose(got.values[:, 0], [100, np.nan, 100, 100, up], rtol=1e-13)
    np.testing.assert_allclose(got.values[:, 2], [100, 100, 100, np.nan, up], rtol=1e-13)
    x[1, 1, 2] = np.nan  # now wave 2 has nothing in common with what came before
    got = linked(TREE, x)
    assert got.linked_to[:, 1].tolist() == [-1, 0, -1, 1, 3]
    assert np.isnan(got.values[2, 1])


def test_slopes_of_a_chain_against_finite_differences():
    got = linked(TREE, RAW)
    for t, u, s, k in np.ndindex(got.slopes.shape):
        if np.isnan(RAW[s, u, k]):
            assert got.slopes[t, u, s, k] == 0
            continue
        moved = []
        for step in (-1e-5, 1e-5):
            x = RAW.copy()
            x[s, u, k] += step
            moved.append(linked(TREE, x).values[t, u])
        if np.isfinite(moved).all():
            assert got.slopes[t, u, s, k] == pytest.approx((moved[1] - moved[0]) / 2e-5, rel=1e-6, abs=1e-7)


def test_ranks_are_not_chained():
    tree = Tree(
        [
            Indicator("index"),
            Indicator("a", "index", weight=0.5, normalise="rank"),
            Indicator("b", "index", weight=0.5, normalise="goalposts", low=0, high=9),
        ]
    )
    with pytest.raises(Problem) as refused:
        linked(tree, RAW[1:3, :2, :2])
    assert refused.value.findings[0].rule == "not_smooth"


@pytest.mark.parametrize("shape", [(3,), (3, 2), (3, 2, 2, 2)])
def test_a_chain_of_units_needs_waves_units_and_leaves(shape):
    with pytest.raises(Problem) as refused:
        linked(TREE, np.ones(shape))
    assert [f.rule for f in refused.value.findings] == ["shape"]


@pytest.mark.parametrize("shape", [(), (3, 2, 2)])
def test_a_chain_of_one_unit_needs_waves_and_components(shape):
    with pytest.raises(Problem) as refused:
        chain(np.ones(shape))
    assert [f.rule for f in refused.value.findings] == ["shape"]
