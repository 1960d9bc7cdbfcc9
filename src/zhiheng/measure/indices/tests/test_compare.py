from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from zhiheng.measure.indices import Problem, compare, holm, rank


def test_the_critical_value_is_that_of_the_studentised_range():
    for df in (math.inf, 12):
        got = compare(np.zeros(8), covariance=np.full(8, 4.0), df=df, simulations=400_000).critical
        expected = stats.studentized_range.ppf(0.95, 8, df if math.isfinite(df) else 1e6) / math.sqrt(2)
        assert got == pytest.approx(expected, rel=0.01)


def test_two_units_are_a_t_test():
    got = compare([3.0, 0.0], covariance=np.array([[1.0, 0.3], [0.3, 2.0]]), simulations=400_000)
    t = 3 / math.sqrt(3 - 0.6)
    assert got.t[0, 1] == pytest.approx(t)
    assert got.critical == pytest.approx(1.959964, rel=0.01)
    assert got.p_adjusted[0, 1] == pytest.approx(2 * stats.norm.sf(t), abs=0.002)


def test_the_same_seed_gives_the_same_answer():
    values, variance = np.arange(6.0), np.full(6, 0.5)
    first, second = (compare(values, covariance=variance) for _ in range(2))
    assert first.critical == second.critical
    assert compare(values, covariance=variance, seed=1).critical != first.critical


def test_covariance_matters():
    values = np.array([1.0, 0.0])
    together = compare(values, covariance=np.array([[1.0, 0.99], [0.99, 1.0]]))
    apart = compare(values, covariance=np.array([1.0, 1.0]))
    assert together.significant[0, 1]
    assert not apart.significant[0, 1]


@given(
    arrays(np.int64, st.integers(2, 12), elements=st.integers(0, 30)),
    st.sampled_from(["simultaneous", "holm", "bonferroni"]),
    st.booleans(),
)
@settings(max_examples=40)
def test_intervals_hold_the_rank_and_letters_tell_the_verdict(values, method, higher):
    got = compare(values.astype(float), covariance=np.full(len(values), 4.0), method=method, higher_is_better=higher,
                  simulations=500)  # fmt: skip
    assert np.all(got.rank_low <= got.rank)
    assert np.all(got.rank <= got.rank_high)
    np.testing.assert_array_equal(got.rank, stats.rankdata(-values if higher else values, method="min"))
    np.testing.assert_array_equal(got.significant, got.significant.T)
    for i in range(len(values)):
        for j in range(i):
            assert bool(set(got.letters[i]) & set(got.letters[j])) == (not got.significant[i, j])


def test_ranks_are_counted_from_the_verdicts():
    got = compare([10.0, 9.9, 5.0, 0.0], covariance=np.full(4, 0.25), units=list("甲乙丙丁"))
    assert [(r["unit"], r["rank"], r["rank_low"], r["rank_high"], r["letters"]) for r in got.rows()] == [
        ("甲", 1, 1, 2, "a"),
        ("乙", 2, 1, 2, "a"),
        ("丙", 3, 3, 3, "b"),
        ("丁", 4, 4, 4, "c"),
    ]
    assert got.groups == (("甲", "乙"), ("丙",), ("丁",))
    assert [p["significant"] for p in got.pairs()] == [False, True, True, True, True, True]


@pytest.mark.parametrize("alike", [False, True])
def test_simultaneous_intervals_cover_the_true_ranks(alike):
    """With ties in truth any rank a tied unit could be given is true: the interval must hold one of the tie's range."""
    generator = np.random.default_rng(20181231)
    truth = np.zeros(8) if alike else np.array([0.0, 0.1, 0.5, 1.0, 1.2, 3.0, 3.1, 6.0])
    root = np.diag(generator.uniform(0.3, 0.9, 8)) @ np.linalg.cholesky(0.7 * np.eye(8) + 0.3)
    best = stats.rankdata(-truth, method="min")
    worst = stats.rankdata(-truth, method="max")
    runs = 1000
    draws = truth + generator.standard_normal((runs, 8)) @ root.T
    covered = 0
    for draw in draws:
        got = compare(draw, covariance=root @ root.T, simulations=2000)
        covered += bool(np.all(got.rank_low <= best) and np.all(got.rank_high >= worst))
    # with everything alike any verdict at all is a miss, so the level is met exactly; otherwise it is conservative
    assert covered / runs >= 0.95 - 2 * math.sqrt(0.05 * 0.95 / runs)
    if not alike:
        assert covered / runs >= 0.95


def test_replicates_do_the_same_as_their_covariance():
    generator = np.random.default_rng(3)
    values = np.array([5.0, 4.0, 2.0, 1.9])
    replicates = values + generator.standard_normal((20_000, 4)) @ np.diag([0.3, 0.4, 0.2, 0.2])
    by_draws = compare(values, replicates=replicates)
    by_matrix = compare(values, covariance=np.array([0.09, 0.16, 0.04, 0.04]), simulations=20_000)
    assert by_draws.critical == pytest.approx(by_matrix.critical, rel=0.03)
    np.testing.assert_array_equal(by_draws.significant, by_matrix.significant)
    np.testing.assert_allclose(by_draws.se, by_matrix.se, rtol=0.03)


def test_units_without_error_differ_when_they_differ():
    got = compare([3.0, 2.0, 2.0, 1.0], covariance=np.zeros(4))
    assert got.rank.tolist() == got.rank_low.tolist() == [1, 2, 2, 4]
    assert got.rank_high.tolist() == [1, 3, 3, 4]
    assert got.letters == ("a", "b", "b", "c")
    assert (got.critical, got.simulations) == (0.0, 0)
    mixed = compare([3.0, 2.0, 2.9], covariance=np.array([0.0, 0.0, 1.0]))
    assert mixed.significant.tolist() == [[False, True, False], [True, False, False], [False, False, False]]


def test_a_unit_without_a_value_takes_no_part():
    got = compare([3.0, np.nan, 1.0], covariance=np.array([0.1, np.nan, 0.1]), units=["a", "b", "c"])
    assert (got.rank.tolist(), got.rank_low.tolist(), got.rank_high.tolist()) == (
        [1, 0, 2],
        [1, 0, 2],
        [1, 0, 2],
    )
    assert got.letters[1] == ""
    last = got.rows()[-1]
    assert (last["unit"], last["rank"], last["rank_low"]) == ("b", None, None)
    assert len(got.pairs()) == 1


def test_nobody_and_one():
    assert compare(np.array([]), covariance=np.zeros((0, 0))).rows() == []
    alone = compare([3.0], covariance=np.array([1.0]))
    assert (alone.rank.tolist(), alone.rank_high.tolist(), alone.letters) == ([1], [1], ("a",))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_by_its_definition(p):
    adjusted = holm(np.array(p))
    order = np.argsort(p, kind="stable")
    for position, i in enumerate(order):
        before = [min(1.0, (len(p) - k) * p[order[k]]) for k in range(position + 1)]
        assert adjusted[i] == pytest.approx(max(before))


def test_holm_leaves_out_what_is_missing():
    np.testing.assert_allclose(holm(np.array([[0.01, np.nan], [0.04, 0.03]])), [[0.03, np.nan], [0.06, 0.06]])


def test_bonferroni_is_stricter_than_holm_and_holm_than_nothing():
    values, variance = np.array([4.0, 2.2, 1.0, 0.9, -1.0]), np.full(5, 0.5)
    by = {m: compare(values, covariance=variance, method=m, df=30) for m in ("holm", "bonferroni")}
    upper = np.triu_indices(5, 1)
    raw = 2 * stats.t.sf(np.abs(by["holm"].t[upper]), 30)
    assert np.all(raw <= by["holm"].p_adjusted[upper] + 1e-15)
    assert np.all(by["holm"].p_adjusted <= by["bonferroni"].p_adjusted + 1e-15)
    assert by["bonferroni"].critical == pytest.approx(stats.t.isf(0.025 / 10, 30))
    np.testing.assert_array_equal(
        by["bonferroni"].significant[upper], np.abs(by["bonferroni"].t[upper]) > by["bonferroni"].critical
    )


def test_rounding_does_not_decide_a_rank():
    assert rank(np.array([0.1 + 0.2, 0.3, 0.5])).tolist() == [2, 2, 1]


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({}, "one_source_of_error"),
        ({"covariance": np.ones(2), "replicates": np.ones((200, 2))}, "one_source_of_error"),
        ({"covariance": np.ones(3)}, "shape"),
        ({"covariance": np.array([[1.0, 0.5], [0.0, 1.0]])}, "covariance"),
        ({"covariance": np.array([1.0, -1.0])}, "covariance"),
        ({"covariance": np.array([1.0, np.nan])}, "covariance"),
        ({"replicates": np.ones((99, 2))}, "too_few_replicates"),
        ({"replicates": np.ones((200, 3))}, "shape"),
        ({"covariance": np.ones(2), "units": ["a"]}, "shape"),
        ({"covariance": np.ones(2), "level": 95}, "not_allowed"),
        ({"covariance": np.ones(2), "method": "tukey"}, "not_allowed"),
    ],
)
def test_refusals(settings, rule):
    with pytest.raises(Problem) as caught:
        compare([1.0, 2.0], **settings)
    assert [one.rule for one in caught.value.findings] == [rule]


def test_214_streets_take_less_than_two_seconds():
    generator = np.random.default_rng(0)
    se = generator.uniform(0.5, 1.5, 214)
    values = generator.normal(80, 3, 214) + generator.standard_normal(214) * se
    start = time.process_time()
    got = compare(values, covariance=np.diag(se**2))
    assert time.process_time() - start < 2
    assert got.rank_low.min() == 1
    assert got.rank_high.max() == 214
