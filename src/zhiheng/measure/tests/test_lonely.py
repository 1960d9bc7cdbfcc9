"""Strata with one sampled unit: the same rule in a standard error, a covariance and a contrast, in every design."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from zhiheng.measure import Design, Estimates, Problem, calibrate, contrast, mean, poststratify, ratio, total
from zhiheng.measure.design.spec import LONELY_RULES

RULES = [rule for rule in LONELY_RULES if rule != "fail"]

# stratum 2 has one street, stratum 5 one row; domain a meets strata 1-4, b all of them, c only 3 and 4
H = [1] * 6 + [2] * 3 + [3] * 6 + [4] * 7 + [5]
ROWS = pa.table(
    {
        "h": H,
        "street": [10, 10, 11, 11, 12, 12, 20, 20, 20, 30, 30, 31, 31, 31, 32, 40, 40, 40, 41, 41, 42, 42, 50],
        "row": list(range(len(H))),
        "w": [1, 2, 3.5, 1.5, 2.5, 4, 3, 1, 2.0, 1.0, 1.5, 2.0, 3.0, 1.0, 2.0, 2.5, 1.0, 3.0, 2.0, 1.5, 1, 2, 6],
        "streets_n": [30] * 6 + [10] * 3 + [20] * 6 + [25] * 7 + [8],
        "rows_n": [9, 9, 5, 5, 7, 7, 11, 11, 11, 6, 6, 8, 8, 8, 4, 9, 9, 9, 6, 6, 5, 5, 3],
        "stratum_n": [60] * 6 + [30] * 3 + [50] * 6 + [80] * 7 + [12],
        "g": list("aabbab" "abb" "abcabc" "cabccab" "b"),
        "x": np.cos(np.arange(len(H))) + 2,
        "y": np.sin(np.arange(len(H)) * 1.7) * 3 + np.array(H),
    }
)  # fmt: skip
DESIGNS = {
    "clusters": Design(strata="h", clusters="street", weights="w"),
    "clusters of a finite population": Design(
        strata="h", clusters="street", weights="w", population={"street": "streets_n"}
    ),
    "element": Design(strata="h", weights="w"),
    "element of a finite population": Design(strata="h", population={"*": "stratum_n"}),
    "two stages": Design(
        strata="h", clusters=["street", "row"], population={"street": "streets_n", "row": "rows_n"}
    ),
    "two stages, rows last": Design(
        strata="h", clusters=["street", "*"], population={"street": "streets_n", "*": "rows_n"}
    ),
}
every_design = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS.keys())
every_rule = pytest.mark.parametrize("rule", RULES)


def under(design: Design, rule: Any, **changes: Any) -> Design:
    return replace(design, lonely=rule, **changes)


def close(found: object, expected: object) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-13)  # type: ignore[call-overload]


def check_agreement(found: Estimates) -> None:
    """A row's error is what its covariance and a contrast of it alone say, and contrasts go by the covariance."""
    assert np.isfinite(found.se).all()
    covariance = found.covariance()
    close(np.diag(covariance), found.se**2)
    close(found.combine(np.eye(len(found)), found.names).se, found.se)
    weights = np.vstack([np.linspace(-1, 1, len(found)) + 0.3, np.ones(len(found))])
    together = found.combine(weights, ["a", "b"])
    close(together.se**2, np.diag(weights @ covariance @ weights.T))
    close(together.covariance(), weights @ covariance @ weights.T)
    assert np.linalg.eigvalsh(covariance).min() > -1e-12 * covariance.max()


@every_rule
@every_design
@pytest.mark.parametrize("by", ["", "g"])
@pytest.mark.parametrize("where", [None, "h <> 4", "g <> 'b'"])
def test_the_rule_is_the_same_in_errors_covariances_and_contrasts(
    design: Design, rule: str, by: str, where: str | None
) -> None:
    found = mean(ROWS, ["y", "x"], under(design, rule), by=by or (), where=where, joint=True)
    check_agreement(found)


@every_rule
@every_design
@pytest.mark.parametrize("by", ["", "g"])
def test_it_is_the_same_with_calibrated_weights(design: Design, rule: str, by: str) -> None:
    for weighted in (
        poststratify(ROWS, under(design, rule), "g", {"a": 30.0, "b": 50.0, "c": 20.0}),
        calibrate(ROWS, under(design, rule), {"(intercept)": 60.0, "x": 110.0}),
    ):
        check_agreement(mean(ROWS, ["y", "x"], weighted.design, by=by or (), joint=True))


@every_rule
def test_rows_are_clusters_of_one_row(rule: str) -> None:
    """What stands for rows as units without their own sums gives what clusters give, which R has checked."""
    pairs = [
        ("element", Design(strata="h", clusters="row", weights="w")),
        (
            "element of a finite population",
            Design(strata="h", clusters="row", population={"row": "stratum_n"}),
        ),
        ("two stages, rows last", DESIGNS["two stages"]),
    ]
    for name, clusters in pairs:
        for by in ((), "g"):
            rows = ratio(ROWS, [("y", "x")], under(DESIGNS[name], rule), by=by, joint=True)
            units = ratio(ROWS, [("y", "x")], under(clusters, rule), by=by, joint=True)
            close(rows.se, units.se)
            close(rows.covariance(), units.covariance())


def test_an_average_is_that_of_the_strata_that_meet_the_domain() -> None:
    """By hand: a total of streets, once over all strata and once over those of domain c, where none is lonely."""
    data = ROWS.to_pydict()

    def within(strata: list[int], keep: str) -> float:
        result = 0.0
        for h in strata:
            sums: dict[int, float] = {}
            for i, stratum in enumerate(data["h"]):
                if stratum == h:
                    inside = data["w"][i] * data["y"][i] * (data["g"][i] in keep)
                    sums[data["street"][i]] = sums.get(data["street"][i], 0.0) + inside
            n = len(sums)
            result += n / (n - 1) * sum((s - sum(sums.values()) / n) ** 2 for s in sums.values())
        return result

    design = under(DESIGNS["clusters"], "average")
    close(total(ROWS, "y", design).se ** 2, within([1, 3, 4], "abc") * 5 / 3)
    found = total(ROWS, "y", design, by="g")
    close(found.se**2, [within([1, 3, 4], "a") * 4 / 3, within([1, 3, 4], "b") * 5 / 3, within([3, 4], "c")])
    alone = contrast(found, {"c": [(1, {"g": "c"})]})
    close(alone.se, found.se[2])


def test_an_average_of_no_strata_is_not_known() -> None:
    """Where every stratum is lonely there is nothing to average: no error, not an error of zero."""
    rows = ROWS.slice(6, 3)
    for design in (DESIGNS["clusters"], DESIGNS["two stages, rows last"]):
        found = mean(rows, "y", under(design, "average"))
        assert np.isnan(found.se).all()
        assert np.isnan(found.covariance()).all()
        assert np.isnan(found.combine([[1.0]], ["y"]).se).all()


# ── alone in a domain ───────────────────────────────────────────────────────────────────────────────────────

CLUSTERS = [name for name, design in DESIGNS.items() if not design.rows_are_units]


@pytest.mark.parametrize("rule", ["adjust", "average"])
@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize("by", ["", "g"])
def test_a_unit_alone_in_a_domain_is_so_in_covariances_and_contrasts(name: str, rule: str, by: str) -> None:
    design = under(DESIGNS[name], rule, domain_lonely=True)
    found = mean(ROWS, ["y", "x"], design, by=by or (), joint=True)
    known = np.flatnonzero(np.isfinite(found.se))
    covariance = found.covariance()
    close(np.diag(covariance), found.se**2)
    close(found.combine(np.eye(len(found)), found.names).se, found.se)
    weights = np.zeros((1, len(found)))
    weights[0, known] = np.linspace(-1, 1, len(known)) + 0.3
    part = covariance[np.ix_(known, known)]
    close(found.combine(weights, ["c"]).se ** 2, weights[:, known] @ part @ weights[0, known])


@pytest.mark.parametrize("rule", ["adjust", "average"])
def test_a_unit_alone_in_a_domain_is_refused_where_it_cannot_be_told(rule: str) -> None:
    design = under(DESIGNS["clusters"], rule, domain_lonely=True)
    for attempt in (
        lambda: Design(strata="h", lonely=rule, domain_lonely=True),  # type: ignore[arg-type]
        lambda: poststratify(ROWS, design, "g", {"a": 30.0, "b": 50.0, "c": 20.0}),
    ):
        with pytest.raises(Problem) as problem:
            attempt()
        assert problem.value.code == "domain_lonely_refused"
    Design(strata="h", lonely="remove", domain_lonely=True)  # asks for nothing
