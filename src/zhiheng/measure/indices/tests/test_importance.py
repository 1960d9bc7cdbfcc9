from __future__ import annotations

import numpy as np
import pytest

from zhiheng.measure.indices import QUADRANTS, Problem, derived_importance, importance_performance


def data():
    generator = np.random.default_rng(4)
    x = generator.standard_normal((500, 3)) @ np.array([[1.0, 0.5, 0.1], [0.0, 1.0, 0.3], [0.0, 0.0, 2.0]])
    return np.column_stack([x, x @ [0.8, 0.1, 0.3] + generator.standard_normal(500)])


def test_regression_is_least_squares_on_standardised_data():
    table = data()
    z = (table - table.mean(axis=0)) / table.std(axis=0)
    expected, residual, *_ = np.linalg.lstsq(z[:, :3], z[:, 3])
    beta, r_squared = derived_importance(np.cov(table.T))
    np.testing.assert_allclose(beta, expected, rtol=1e-10)
    assert r_squared == pytest.approx(1 - residual[0] / 500, rel=1e-10)


def test_the_units_of_the_items_do_not_matter():
    covariance = np.cov(data().T)
    scale = np.diag([10.0, 0.1, 3.0, 7.0])
    for method in ("regression", "correlation"):
        one, other = (derived_importance(c, method)[0] for c in (covariance, scale @ covariance @ scale))
        np.testing.assert_allclose(one, other, rtol=1e-10)


def test_correlation():
    table = data()
    got, r_squared = derived_importance(np.cov(table.T), "correlation")
    np.testing.assert_allclose(got, np.corrcoef(table.T)[:3, 3], rtol=1e-12)
    assert r_squared is None


def test_the_four_quadrants():
    got = importance_performance(list("abcd"), [0.9, 0.9, 0.1, 0.1], [90, 60, 60, 90])
    assert [point.quadrant for point in got.points] == ["strength", "improve", "opportunity", "maintain"]
    assert (got.importance_at, got.performance_at) == (pytest.approx(0.5), 75)
    assert [row["name_zh"] for row in got.rows()] == ["优势区", "改进区", "机会区", "维持区"]
    assert {(high, well) for _, _, high, well in QUADRANTS.values()} == {
        (a, b) for a in (True, False) for b in (True, False)
    }


def test_lines_may_stand_at_the_middle_of_the_scale_or_the_median():
    got = importance_performance(
        list("abc"), [1, 2, 9], [55, 60, 95], importance_at="median", performance_at=50.0
    )
    assert (got.importance_at, got.performance_at) == (2, 50)
    assert [point.quadrant for point in got.points] == ["maintain", "strength", "strength"]


@pytest.mark.parametrize(
    ("covariance", "settings", "rule"),
    [
        (np.ones((2, 3)), {}, "shape"),
        (np.diag([1.0, 0.0, 1.0]), {"names": ["a", "b", "y"]}, "no_variance"),
        (np.array([[1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.5, 1.0]]), {}, "singular"),
        (np.eye(3), {"method": "shapley"}, "not_allowed"),
    ],
)
def test_refusals(covariance, settings, rule):
    with pytest.raises(Problem) as caught:
        derived_importance(covariance, **settings)
    assert [one.rule for one in caught.value.findings] == [rule]
    if rule == "no_variance":
        assert caught.value.findings[0].found == "b"


@pytest.mark.parametrize(
    ("arguments", "settings", "rule"),
    [
        ((["a"], [1.0, 2.0], [1.0]), {}, "shape"),
        ((["a"], [np.nan], [1.0]), {}, "missing_value"),
        ((["a"], [1.0], [1.0]), {"importance_at": "mode"}, "not_allowed"),
    ],
)
def test_refusals_of_the_chart(arguments, settings, rule):
    with pytest.raises(Problem) as caught:
        importance_performance(*arguments, **settings)
    assert [one.rule for one in caught.value.findings] == [rule]
