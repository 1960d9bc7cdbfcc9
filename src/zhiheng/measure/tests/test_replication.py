"""Replicates of estimates: they spread by the standard error of the whole design, before scaling by that of theory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from zhiheng.measure import Design, Problem, mean
from zhiheng.measure.design.replication import drawn_again, normal_law
from zhiheng.measure.tests.oracle import Row, Stage, variance_of_sum

MANY = 20_000
FIRST = Stage("h", "street", "streets_n")
CLUSTERS = Design(strata="h", clusters="street", weights="w", population={"street": "streets_n"})
TWO_STAGES = Design(
    strata="h", clusters=["street", "*"], weights="w", population={"street": "streets_n", "*": "houses_n"}
)


def rows_of(*, visited: tuple[float, ...] = (0.5, 0.25, 0.8), lonely: bool = False) -> list[Row]:
    """Strata of 2, 5 and 8 streets, and one of a single street if asked; `visited`: the fraction of streets drawn."""
    rng = np.random.default_rng(3)
    rows: list[Row] = []
    for h, (streets, fraction) in enumerate(zip((2, 5, 8), visited, strict=True)):
        rows += _streets(rng, h, streets, streets / fraction)
    return rows + _streets(rng, 3, 1, 4.0) if lonely else rows


def _streets(rng: np.random.Generator, h: int, streets: int, streets_n: float) -> list[Row]:
    rows: list[Row] = []
    for street in range(streets):
        mood = rng.normal(0, 2)
        for house in range(5):
            own = rng.normal(0, 2)
            rows.append(
                {
                    "h": str(h), "street": f"{h}-{street}", "streets_n": streets_n, "houses_n": 20.0, "all_n": 90.0,
                    "w": streets_n / streets * 4, "g": "uv"[house % 2], "y": 50 + 3 * h + mood + own,
                    "x": mood + own + rng.normal(0, 1),
                }
            )  # fmt: skip
    return rows


def influences(rows: list[Row], found_by: str) -> list[np.ndarray]:
    """What each row adds to the mean of y in each domain."""
    y, w = (np.array([r[c] for r in rows]) for c in ("y", "w"))
    result = []
    for level in sorted({r[found_by] for r in rows}):
        inside = np.array([r[found_by] == level for r in rows])
        middle = (w * y)[inside].sum() / w[inside].sum()
        result.append(np.where(inside, w * (y - middle) / w[inside].sum(), 0.0))
    return result


@pytest.mark.parametrize("design", [CLUSTERS, TWO_STAGES], ids=["clusters", "two stages"])
def test_before_scaling_units_drawn_again_vary_as_the_first_stage_does(design):
    """By the oracle: (1 − f) n/(n − 1) Σ (z − z̄)² over the strata, 2 to 8 streets in each."""
    rows = rows_of()
    found = mean(pa.Table.from_pylist(rows), "y", design, by="g")
    drawn = drawn_again(
        found.totals.skeleton, found.totals.unit_influence(found.gradients, found._matrix()), MANY, 1
    )
    theory = [variance_of_sum(rows, [FIRST], z) for z in influences(rows, "g")]
    np.testing.assert_allclose(drawn.var(axis=0, ddof=1), theory, rtol=0.05)
    assert np.abs(drawn.mean(axis=0)).max() < 4 * np.sqrt(max(theory) / MANY)


LONELY = Design(strata="h", clusters="street", weights="w", lonely="adjust")
KINDS = {
    "clusters": (CLUSTERS, rows_of()),
    "two stages": (TWO_STAGES, rows_of()),
    "all streets": (TWO_STAGES, rows_of(visited=(1, 1, 1))),
    "all streets of some strata": (TWO_STAGES, rows_of(visited=(1, 0.5, 1))),
    "rows": (Design(strata="h", weights="w", population={"*": "all_n"}), rows_of()),
    "adjust": (LONELY, rows_of(lonely=True)),
    "average": (replace(LONELY, lonely="average"), rows_of(lonely=True)),
}


@pytest.mark.parametrize("by", ["g", "h"])
@pytest.mark.parametrize(("design", "rows"), KINDS.values(), ids=KINDS.keys())
def test_replicates_have_the_standard_error_of_the_design(design, rows, by):
    """Where all streets of a stratum are drawn, the later stage alone moves its mean."""
    found = mean(pa.Table.from_pylist(rows), ["y", "x"], design, by=by, joint=True)
    drawn = found.replicates(MANY, 1)
    known = found.se > 1e-9  # a street alone in its domain has none, but for rounding
    assert known.sum() >= 4
    np.testing.assert_allclose(drawn.var(axis=0, ddof=1)[known], found.se[known] ** 2, rtol=0.03)
    np.testing.assert_allclose(drawn.mean(axis=0), found.value, rtol=1e-9)


@pytest.mark.parametrize("by", ["g", "h"])
@pytest.mark.parametrize("kind", ["clusters", "all streets", "rows"])
def test_where_one_stage_moves_the_correlations_are_those_of_the_design(kind, by):
    design, rows = KINDS[kind]
    found = mean(pa.Table.from_pylist(rows), ["y", "x"], design, by=by, joint=True)
    wanted = found.covariance() / np.outer(found.se, found.se)
    assert np.abs(wanted[0, len(found) // 2]) > 0.5  # y and x of one domain
    np.testing.assert_allclose(np.corrcoef(found.deviations(MANY, 1), rowvar=False), wanted, atol=0.04)


def test_estimates_that_all_streets_and_houses_make_do_not_move():
    rows = [{**r, "houses_n": 5.0} for r in rows_of(visited=(1, 1, 1))]
    found = mean(pa.Table.from_pylist(rows), "y", TWO_STAGES, by="g")
    assert (found.deviations(100, 1) == 0).all()


def test_a_domain_without_answers_stays_without_a_value_and_moves_nothing():
    rows = [{**r, "y": None if r["g"] == "v" else r["y"]} for r in rows_of()]
    for design in (CLUSTERS, TWO_STAGES):
        found = mean(pa.Table.from_pylist(rows), "y", design, by="g")
        assert np.isnan(found.value[1])
        assert np.isnan(found.replicates(100, 1)[:, 1]).all()
        np.testing.assert_allclose(found.deviations(100, 1).std(axis=0, ddof=1), [found.se[0], 0])


def test_rows_alone_need_the_products_between_variables():
    rows = pa.Table.from_pylist(rows_of(visited=(1, 1, 1)))
    for design in (Design(strata="h", weights="w"), TWO_STAGES):
        with pytest.raises(Problem) as caught:
            mean(rows, ["y", "x"], design).deviations(10, 1)
        assert caught.value.code == "not_joint"


def test_the_normal_law_has_the_covariance_given():
    rng = np.random.default_rng(2)
    root = rng.normal(size=(6, 4))  # of rank 4
    wanted = root @ root.T
    drawn = normal_law(wanted, MANY, 1)
    np.testing.assert_allclose(np.cov(drawn, rowvar=False), wanted, atol=0.05 * np.diag(wanted).max())


def test_a_covariance_that_no_numbers_can_have_is_drawn_as_near_as_can_be():
    """Correlations 0.9, 0.9 and 0.2: one eigenvalue is negative."""
    impossible = np.array([[1, 0.9, 0.2], [0.9, 1, 0.9], [0.2, 0.9, 1]])
    eigenvalues, vectors = np.linalg.eigh(impossible)
    assert eigenvalues[0] < 0
    nearest = (vectors * np.maximum(eigenvalues, 0)) @ vectors.T
    spread = np.array([1.0, 2.0, 100.0])
    drawn = normal_law(impossible * np.outer(spread, spread), MANY, 1)
    np.testing.assert_allclose(np.cov(drawn / spread, rowvar=False), nearest, atol=0.03)
