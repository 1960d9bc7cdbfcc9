"""Every number that R survey gave, in the families the engine covers, one test a key (data/BIRTH.md)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy.sparse import identity

from zhiheng.measure import (
    Design,
    Estimates,
    calibrate,
    contrast,
    crosstab,
    mean,
    poststratify,
    proportion,
    rake,
    ratio,
    total,
    trim,
    variance,
    weights_of,
)
from zhiheng.measure.tests import r_profile
from zhiheng.measure.tests.samples import BY_FRACTIONS, DESIGNS, GOLDEN, POPULATION, table
from zhiheng.measure.weighting.report import kish

CLOSED, ITERATIVE, NOISE = 1e-10, 1e-8, 1e-9
INTERPOLATED = 2e-5  # R reads the likelihood interval off a spline through ten points (r_profile.py)
KEYS = 164

Check = Callable[..., None]
FAMILIES: list[tuple[str, Check]] = []


def family(pattern: str) -> Callable[[Check], Check]:
    """Say which keys a check answers for."""

    def register(check: Check) -> Check:
        FAMILIES.append((pattern, check))
        return check

    return register


def same(found: object, expected: object, tolerance: float = CLOSED) -> None:
    """Compare numbers, in any nesting, relatively; those below 1e-9 are rounding noise, and must be found as such."""
    found = np.asarray(found, dtype=float).ravel()
    expected = np.asarray(
        list(expected.values()) if isinstance(expected, dict) else expected, dtype=float
    ).ravel()
    assert found.shape == expected.shape
    noise = np.abs(expected) < NOISE
    np.testing.assert_allclose(found[~noise], expected[~noise], rtol=tolerance, atol=0)
    np.testing.assert_array_less(np.abs(found[noise]), NOISE)


def same_statistic(found: Estimates, expected: dict[str, Any], tolerance: float = CLOSED) -> None:
    """Compare what R's svystat holds: estimate, error, covariance, cv, interval and design effect.

    Where the variance of both is below 1e-9 it is rounding noise, and so is everything made from it.
    """
    error = np.array(list(expected["se"].values()))
    heard = ~((found.se**2 < NOISE) & (error**2 < NOISE))
    same(found.value, expected["est"], tolerance)
    same(found.covariance(), expected["vcov"], tolerance)
    same(found.se[heard], error[heard], tolerance)
    same(found.cv[heard], np.array(list(expected["cv"].values()))[heard], tolerance)
    same(found.lower[heard], np.array([ci[0] for ci in expected["ci"].values()])[heard], tolerance)
    same(found.upper[heard], np.array([ci[1] for ci in expected["ci"].values()])[heard], tolerance)
    if "deff" in expected:
        same(found.deff[heard], np.array(list(expected["deff"].values()))[heard], tolerance)


def same_groups(found: Estimates, expected: dict[str, Any], tolerance: float = CLOSED) -> None:
    """Compare what R's svyby holds."""
    same(found.value, expected["est"], tolerance)
    same(found.se, expected["se"], tolerance)
    if "deff" in expected:
        same(found.deff, expected["deff"], tolerance)


def df_of(expected: dict[str, Any]) -> float:
    return float(expected["ci_df"])


# ── one sample, one design ──────────────────────────────────────────────────────────────────────────────────


@family(r"(d\w+)\.design")
def check_design(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    found = mean(table(name), "api00", spec)
    assert found.n[0] == expected["n"]
    assert found.df[0] == expected["degf"]
    same(weights_of(table(name), spec).sum(), expected["sumw"])


@family(r"(d\w+)\.mean\.(api|api00)")
def check_mean(design: str, variables: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    asked = ["api00", "api99", "enroll"] if variables == "api" else ["api00"]
    found = mean(table(name), asked, spec, missing="listwise", joint=True)
    assert list(found.names) == list(expected["est"])
    assert all(found.df <= df_of(expected))  # districts without any complete row are not counted by us
    same_statistic(replace_df(found, df_of(expected)), expected)


@family(r"(d\w+)\.mean\.api\.deff_replace")
def check_deff_replace(design: str, expected: list[float]) -> None:
    name, spec = DESIGNS[design]
    same(mean(table(name), "api00", spec, deff="replace").deff, expected)


@family(r"(d\w+)\.total(\.api00|)")
def check_total(design: str, variables: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    asked = ["api00"] if variables else ["api00", "enroll"]
    same_statistic(
        total(table(name), asked, spec, missing="listwise", joint=True, df=df_of(expected)), expected
    )


@family(r"(d\w+)\.(mean\.stype|mean\.cross)")
def check_shares(design: str, what: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    column = "stype" if what.endswith("stype") else "cross"
    found = proportion(table(name), column, spec, interval="mean", joint=True, df=df_of(expected))
    order = [n.removeprefix("stype").removeprefix("interaction(stype, sch.wide)") for n in expected["est"]]
    matrix = np.array([[float(c == o) for c in found.categories] for o in order])
    arranged = found.combine(matrix, order)
    same(arranged.value, expected["est"])
    same(arranged.se, expected["se"])
    same(arranged.cv, expected["cv"])
    same(arranged.covariance(), expected["vcov"])
    same(np.stack([arranged.lower, arranged.upper], axis=1), list(expected["ci"].values()))
    if "deff" in expected:
        same(matrix @ found.deff, expected["deff"])


@family(r"(d\w+)\.total\.stype")
def check_category_totals(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    rows = table(name)
    for level in ("E", "H", "M"):
        rows = rows.append_column(f"stype{level}", pc.cast(pc.equal(rows["stype"], level), "int8"))
    found = total(rows, list(expected["est"]), spec, joint=True, df=df_of(expected))
    same_statistic(found, expected)


@family(r"(d\w+)\.ratio")
def check_ratio(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    same_groups(ratio(table(name), [("api.stu", "enroll")], spec), expected)


@family(r"(d\w+)\.var")
def check_variance(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    found = variance(table(name), ["api00", "api99"], spec, joint=True)
    assert found.names == ("api00", "api00,api99", "api99")
    pick = [0, 1, 1, 2]
    same(found.value[pick], expected["est"])
    same(found.se[pick], expected["se"])


@family(r"(d\w+)\.table")
def check_table(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    cells = {
        (r["sch.wide"], r["category"]): r["value"]
        for r in crosstab(table(name), "sch.wide", "stype", spec).rows()
    }
    same([[cells[r, c] for c in expected["cols"]] for r in expected["rows"]], expected["n"])


@family(r"(d\w+)\.by\.stype")
def check_by(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    found = mean(table(name), ["api00", "api99"], spec, by="stype")
    assert [f"{d[0]}:{v}" for v, d in zip(found.names, found.domains, strict=True)] == expected["groups"]
    same_groups(found, expected)


@family(r"(d\w+)\.by\.stype\.total")
def check_by_total(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    same_groups(total(table(name), "enroll", spec, by="stype"), expected)


@family(r"(d\w+)\.by\.2way")
def check_by_two(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    found = mean(table(name), "api00", spec, by=["sch.wide", "stype"])
    assert [f"{stype}.{wide}" for wide, stype in found.domains] == expected["groups"]
    same_groups(found, expected)


@family(r"(d\w+)\.by\.cov")
def check_by_covariance(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    found = mean(table(name), "api00", spec, by="stype")
    assert [d[0] for d in found.domains] == expected["groups"]
    same(found.covariance(), expected["vcov"])


@family(r"(d\w+)\.by\.ratio")
def check_by_ratio(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    same_groups(ratio(table(name), [("api.stu", "enroll")], spec, by="stype"), expected)


@family(r"(d\w+)\.subset\.mean")
def check_subset(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    where = "\"sch.wide\" = 'Yes' AND \"comp.imp\" = 'Yes'"
    found = mean(table(name), "api00", spec, where=where)
    assert found.df[0] == df_of(expected)
    same_statistic(found, expected)


@family(r"(d\w+)\.contrast")
def check_contrast(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    found = contrast(
        mean(table(name), "api00", spec, by="stype"),
        {"E_minus_H": [(1, {"variable": "api00", "stype": "E"}), (-1, {"variable": "api00", "stype": "H"})]},
    )
    same(found.value, expected["est"])
    same(found.se, expected["se"])


@family(r"(d\w+)\.ciprop\.(\w+)")
def check_interval(design: str, method: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    found = proportion(table(name), "sch.wide", spec, interval=method)
    yes = found.categories.index("Yes")
    ends = [found.lower[yes], found.upper[yes]]
    fitted = ITERATIVE if method in ("logit", "likelihood") else CLOSED  # R fits these by logistic regression
    same(found.value[yes], expected["est"], fitted)
    if method == "likelihood":
        same(ends, expected["ci"], INTERPOLATED)
        hit = np.array([float(v == "Yes") for v in table(name)["sch.wide"].to_pylist()])
        ends = r_profile.interval(hit, weights_of(table(name), spec), found.se[yes], found.df[yes])
    same(ends, expected["ci"], fitted)
    same(found.se[yes] ** 2, expected["var"])


# ── weights ─────────────────────────────────────────────────────────────────────────────────────────────────

STYPE = {"(intercept)": 6194.0, "stype=H": 755.0, "stype=M": 1018.0}
API99 = {**STYPE, "api99": float(POPULATION["api99"])}


def same_weighted(name: str, spec: Design, expected: dict[str, Any], tolerance: float) -> None:
    """Compare the weights, and means, a total and domains made with them."""
    rows = table(name)
    weights = weights_of(rows, spec)
    same(weights.sum(), expected["sumw"], tolerance)
    same([weights.min(), weights.max()], [expected["minw"], expected["maxw"]], tolerance)
    same(weights[:10], expected["first10"], tolerance)
    same((weights**2).sum(), expected["sumw2"], tolerance)
    infinite = float("inf")
    same_statistic(mean(rows, ["api00", "api99"], spec, joint=True, df=infinite), expected["mean"], tolerance)
    same_statistic(total(rows, "api00", spec, df=infinite), expected["total"], tolerance)
    same_groups(mean(rows, "api00", spec, by="stype"), expected["by"], tolerance)


@family(r"(d\w+)\.poststratify")
def check_poststratify(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    weighted = poststratify(table(name), spec, "stype", POPULATION["stype"])
    same_weighted(name, weighted.design, expected, CLOSED)


@family(r"(d\w+)\.(rake|rake3)")
def check_rake(design: str, kind: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    margins = ["stype", "sch.wide", "comp.imp"][: 3 if kind == "rake3" else 2]
    weighted = rake(table(name), spec, {m: POPULATION[m] for m in margins}, tolerance=1e-15, residuals="rows")
    same_weighted(name, weighted.design, expected, ITERATIVE)


CALIBRATIONS: dict[str, tuple[dict[str, float], dict[str, Any]]] = {
    "linear.stype": (STYPE, {}),
    "linear.stype_api99": (API99, {}),
    "linear.bounded": (API99, {"bounds": (0.5, 2.0)}),
    "raking.stype_api99": (API99, {"method": "raking"}),
    "logit.bounded": (API99, {"method": "logit", "bounds": (0.4, 2.5)}),
    "raking.margins2": ({**STYPE, "sch.wide=Yes": 5122.0}, {"method": "raking"}),
}


@family(r"(d\w+)\.cal\.(.+)")
def check_calibrate(design: str, kind: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    targets, options = CALIBRATIONS[kind]
    weighted = calibrate(table(name), spec, targets, **options)
    closed = kind in ("linear.stype", "linear.stype_api99")
    same_weighted(name, weighted.design, expected, CLOSED if closed else ITERATIVE)


@family(r"(d\w+)\.trim")
def check_trim(design: str, expected: dict[str, Any]) -> None:
    name, spec = DESIGNS[design]
    rows = table(name)
    upper = float(np.quantile(weights_of(rows, spec), 0.9)) * 1.05
    weighted = poststratify(rows, spec, "stype", POPULATION["stype"])
    weights = weights_of(rows, trim(rows, weighted.design, lower=0.0, upper=upper).design)
    same(weights.sum(), expected["sumw"])
    same(weights.max(), expected["max"])
    same(weights[:10], expected["first10"])


# ── strata with one unit, and the two small tables ──────────────────────────────────────────────────────────


@family(r"lonely\.(\w+?)(\.domainadj|)\.(mean|total|by)")
def check_lonely(rule: Any, domain: str, what: str, expected: dict[str, Any]) -> None:
    spec = Design(strata="str", clusters="psu", weights="w", lonely=rule, domain_lonely=bool(domain))
    if what == "by":
        same_groups(mean(table("lonely"), "y", spec, by="g"), expected)
    else:
        estimate = mean if what == "mean" else total
        same_statistic(estimate(table("lonely"), "y", spec, df=df_of(expected)), expected)


@family(r"lonely\.(\w+?)(\.domainadj|)\.apiclus1_strat_by_stype_awards")
def check_lonely_domains(rule: Any, domain: str, expected: dict[str, Any]) -> None:
    spec = Design(
        strata="stype", clusters="dnum", weights="pw", nest=True, lonely=rule, domain_lonely=bool(domain)
    )  # fmt: skip
    same_groups(mean(table("apiclus1"), "api00", spec, by="awards"), expected)


@family(r"scd\.ratio\.taylor")
def check_scd(expected: dict[str, Any]) -> None:
    spec = Design(strata="ESA", clusters="ambulance", nest=True)
    same_groups(ratio(table("scd"), [("alive", "arrests")], spec), expected)


@family(r"deff\.kish")
def check_kish(expected: dict[str, Any]) -> None:
    weights = weights_of(table("apiclus2"), DESIGNS["dclus2"][1])
    found = kish(len(weights), weights.sum(), (weights**2).sum())
    same(found, expected["kish"])
    same(len(weights) / found, expected["neff"])


# ── the tests ───────────────────────────────────────────────────────────────────────────────────────────────


def replace_df(found: Estimates, df: float) -> Estimates:
    """Give the same estimates with R's degrees of freedom, which count units without any complete row too."""
    changed = replace(found, df=np.full(len(found), df))
    return changed.with_values(changed.value, changed.method)


def answering(key: str) -> tuple[Check, tuple[str, ...]] | None:
    """Find the check that answers for a key, and what the key tells it."""
    matches = [(check, m.groups()) for pattern, check in FAMILIES if (m := re.fullmatch(pattern, key))]
    assert len(matches) <= 1, key
    return matches[0] if matches else None


COVERED = [key for key in GOLDEN if answering(key)]


def test_no_key_is_lost() -> None:
    assert set(GOLDEN) - set(COVERED) == {"pop.totals"}
    assert len(COVERED) == KEYS


@pytest.mark.parametrize("key", COVERED)
def test_golden(key: str) -> None:
    found = answering(key)
    assert found is not None
    check, told = found
    check(*told, GOLDEN[key]["value"])


TOLD_AGAIN = [k for k in COVERED if k.partition(".")[0] in BY_FRACTIONS and ".cal." not in k]
TOLD_AGAIN += [f"{design}.cal.linear.stype_api99" for design in BY_FRACTIONS]


@pytest.mark.parametrize("key", TOLD_AGAIN)
def test_fractions_give_what_populations_give(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for design, told in BY_FRACTIONS.items():
        monkeypatch.setitem(DESIGNS, design, told)
    test_golden(key)


LONELY = pa.table({"h": [1, 1, 1, 2, 3, 3, 3, 3] * 3, "c": [1, 2, 3, 4, 5, 6, 7, 7] * 3, "w": [1.0, 2.0, 3.0] * 8,
                   "g": list("aabbcabc") * 3, "y": np.sin(np.arange(24.0))})  # fmt: skip


@pytest.mark.parametrize("by", ["", "awards"])
@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("kind", ["poststratify", "rake", "rows", "calibrate"])
def test_residuals_need_no_array_of_all_units(name: str, kind: str, by: str) -> None:
    """Squared term by term, the residuals give what they give themselves."""
    file, design = DESIGNS[name]
    data, margins = table(file), {"stype": POPULATION["stype"], "sch.wide": POPULATION["sch.wide"]}
    if kind == "poststratify":
        design = poststratify(data, design, "stype", POPULATION["stype"]).design
    elif kind == "calibrate":
        design = calibrate(data, design, {"(intercept)": 6194.0, "api99": 3914069.0}).design
    else:
        design = rake(data, design, margins, residuals="rows" if kind == "rows" else "weights").design
    check_residuals(mean(data, ["api00", "enroll"], design, by=by or ()))


@pytest.mark.parametrize("lonely", ["remove", "adjust", "average"])
@pytest.mark.parametrize("clusters", ["c", "*"])
def test_residuals_of_lonely_units(lonely: Any, clusters: str) -> None:
    data = LONELY if clusters == "c" else LONELY.slice(0, 8)
    design = Design(strata="h", clusters=clusters, weights="w", lonely=lonely)
    check_residuals(mean(data, "y", calibrate(data, design, {"(intercept)": 60.0}).design, by="g"))


def check_residuals(found: Estimates) -> None:
    direct = found.totals.combined_variance(found.gradients, identity(len(found), format="csr"))
    np.testing.assert_allclose(found.totals.variance(found.gradients).ravel(), direct, rtol=1e-11, atol=1e-20)
