"""How many answers a contrast rests on, and its design effect, beside simple random samples."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from zhiheng.measure import Design, Estimates, contrast, mean, proportion, ratio, total

R = np.random.default_rng(11)
N = 240
STREET = np.arange(N) // 8
ROWS = {
    "h": STREET % 3,
    "street": STREET,
    "w": R.uniform(1, 4, N),
    "g": R.choice(["a", "b", "c"], N),
    "x": R.uniform(1, 2, N),
    "y": R.normal(5, 1, N) + np.repeat(R.normal(0, 1, N // 8), 8),
    "z": np.where(R.random(N) < 0.2, np.nan, R.normal(3, 1, N)),
}
TABLE = pa.table({k: pa.array(v, from_pandas=True) for k, v in ROWS.items()})
DESIGN = Design(strata="h", clusters="street", weights="w")


def simple_variance(values: np.ndarray, domain: str) -> float:  # type: ignore[type-arg]
    """Variance of the mean of a simple random sample as large as the domain, drawn with replacement."""
    inside = (ROWS["g"] == domain) & ~np.isnan(values)
    w, v = ROWS["w"][inside], values[inside]
    n = int(inside.sum())
    centre = (w * v).sum() / w.sum()
    return float((w * (v - centre) ** 2).sum() / w.sum() * n / (n - 1) / n)


def of(found: Estimates, *parts: tuple[float, dict[str, str]]) -> Estimates:
    return contrast(found, {"it": parts})


@pytest.mark.parametrize("variable", ["y", "z"])
def test_domains_of_one_variable(variable: str) -> None:
    found = mean(TABLE, ["y", "z"], DESIGN, by="g", deff="replace")
    parts = {"a": 1.0, "b": -0.25, "c": -0.75}
    row = of(found, *((c, {"variable": variable, "g": g}) for g, c in parts.items()))
    answered = ~np.isnan(ROWS[variable])
    assert row.n[0] == answered.sum() < N + (variable == "y")
    simple = sum(c**2 * simple_variance(ROWS[variable], g) for g, c in parts.items())
    np.testing.assert_allclose(row.deff[0], row.se[0] ** 2 / simple, rtol=1e-10)
    assert row.rows()[0]["n"] == row.n[0]


def test_strata_that_are_the_domains_have_no_design_effect() -> None:
    found = mean(TABLE, "y", Design(strata="g"), by="g", deff="replace")
    row = of(found, (1, {"g": "a"}), (-1, {"g": "b"}))
    np.testing.assert_allclose(row.deff, 1, rtol=1e-12)


def test_one_estimate_alone_keeps_its_own() -> None:
    for found in (mean(TABLE, ["y", "z"], DESIGN, by="g"), ratio(TABLE, [("y", "x")], DESIGN, by="g")):
        names = {"variable": found.names[-1], "g": "c"}
        row = of(found, (-2, names))
        np.testing.assert_allclose([row.n[0], row.deff[0]], [found.n[-1], found.deff[-1]], rtol=1e-10)


def test_what_may_rest_on_the_same_answers_has_none() -> None:
    both = mean(TABLE, ["y", "z"], DESIGN, by="g", joint=True)
    levels = proportion(TABLE, "g", DESIGN)
    for row in (
        of(both, (1, {"variable": "y", "g": "a"}), (-1, {"variable": "z", "g": "a"})),
        of(levels, (1, {"category": "a"}), (-1, {"category": "b"})),
    ):
        assert np.isnan([row.n[0], row.deff[0]]).all()
        assert row.se[0] > 0
    sums = total(TABLE, "y", DESIGN, by="g")
    row = of(sums, (1, {"g": "a"}), (-1, {"g": "b"}))
    assert row.n[0] == np.isin(ROWS["g"], ["a", "b"]).sum()
    assert np.isnan(row.deff[0])  # totals of two domains of one simple random sample vary together
    again = contrast(of(sums, (1, {"g": "a"})), {"twice": [(2, {"variable": "it"})]})
    assert np.isnan([again.n[0], again.deff[0]]).all()


def test_a_domain_whose_answers_do_not_vary_adds_nothing() -> None:
    rows = {
        "g": list("aaaabbbb"),
        "h": list("xxyyxxyy"),
        "u": list("11221133"),
        "y": [1.0] * 4 + [1.0, 0, 2, 5],
    }
    found = mean(pa.table(rows), "y", Design(strata="h", clusters="u", nest=True, lonely="adjust"), by="g")
    row = of(found, (-1, {"g": "a"}), (1, {"g": "b"}))
    np.testing.assert_allclose([row.n[0], row.deff[0]], [8, found.deff[1]], rtol=1e-12)


def test_what_cancels_is_not_in_it_and_what_is_not_known_has_no_answers() -> None:
    found = mean(TABLE, "y", DESIGN, by="g")
    row = of(found, *((c, {"g": "a"}) for c in (0.1, 0.2, -0.3)), (1, {"g": "b"}))
    np.testing.assert_allclose([row.n[0], row.deff[0]], [found.n[1], found.deff[1]], rtol=1e-10)
    assert contrast(found, {}).rows() == []
    rows = {"g": list("aabb"), "y": [1.0, 2.0, None, None]}
    row = of(mean(pa.table(rows), "y", Design(), by="g"), (1, {"g": "a"}), (-1, {"g": "b"}))
    assert np.isnan([row.value[0], row.n[0], row.deff[0]]).all()


def test_one_total_alone_keeps_its_own() -> None:
    sums = total(TABLE, "y", DESIGN, by="g")
    row = of(sums, (3, {"g": "b"}))
    np.testing.assert_allclose([row.n[0], row.deff[0]], [sums.n[1], sums.deff[1]], rtol=1e-12)
