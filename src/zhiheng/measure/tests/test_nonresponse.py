"""After a step for nonresponse: who did not answer stays in the sample, weighs nothing and counts nowhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.measure import (
    Design,
    Problem,
    calibrate,
    contrast,
    mean,
    nonresponse,
    proportion,
    rake,
    total,
    trim,
    weights_of,
)
from zhiheng.measure.tests.oracle import LonelyUnit, Row, Sample, answered, variance_of_sum
from zhiheng.measure.tests.shapes import (
    WHERES,
    Shape,
    agree,
    calibrated,
    draw,
    each_domain,
    every_calibration,
    every_shape,
    sample_of,
    samples_and_conditions,
    samples_and_domains,
    slowly,
    table_of,
)

RESPONDED = "x IS NOT NULL"


def responded(row: Row) -> bool:
    return row["x"] is not None


def adjusted(shape: Shape, seed: int, cells: list[str]) -> tuple[list[Row], pa.Table, Sample] | None:
    """Draw a sample and adjust it by the oracle; None where a stratum has one unit or a cell no respondent."""
    rows = draw(seed, shape)
    try:
        variance_of_sum(rows, shape.stages, np.zeros(len(rows)))
    except LonelyUnit:
        return None
    if {tuple(r[c] for c in cells) for r in rows} - {
        tuple(r[c] for c in cells) for r in rows if responded(r)
    }:
        with pytest.raises(Problem) as refused:
            nonresponse(table_of(rows), shape.design, cells, RESPONDED)
        assert refused.value.code == "cell_without_respondents"
        return None
    weights = answered(rows, sample_of(rows, shape).weights, cells, responded)
    return rows, table_of(rows), Sample(rows, shape.stages, weights)


@every_shape
@settings(slowly, max_examples=3)
@samples_and_domains
def test_nonresponse_cells(shape: Shape, seed: int, where: str | None, by: tuple[str, ...]) -> None:
    """Respondents carry the weight of all rows of their cell; the variance takes that as given."""
    drawn = adjusted(shape, seed, ["sex", "wave"])
    if drawn is None:
        return
    rows, data, sample = drawn

    def asked(row: Row) -> bool:
        return responded(row) and WHERES[where](row)

    if not any(asked(r) and all(r[b] is not None for b in by) for r in rows):
        return
    weighted = nonresponse(data, shape.design, ["sex", "wave"], RESPONDED)
    np.testing.assert_allclose(weights_of(data, weighted.design), sample.weights, rtol=1e-12)
    (step,) = weighted.report
    assert step.rows == sum(map(responded, rows))
    np.testing.assert_allclose([step.before, step.after], sample.weights.sum(), rtol=1e-12)
    for estimate, expected in ((mean, sample.mean), (total, sample.total)):
        found = estimate(data, "y", weighted.design, by=by, where=where)
        for i, inside in each_domain(found, asked):
            agree(found, i, expected("y", inside))
    found = proportion(data, "c", weighted.design, by=by, where=where)
    for i, inside in each_domain(found, asked):
        agree(found, i, sample.share("c", found.categories[i], inside))


@every_calibration
@every_shape
@settings(slowly, max_examples=2)
@samples_and_conditions
def test_calibration_after_nonresponse(shape: Shape, kind: str, seed: int, where: str | None) -> None:
    """Targets are met by the respondents; units without one stay in the variance."""
    drawn = adjusted(shape, seed, ["sex"])
    if drawn is None:
        return
    rows, data, sample = drawn
    here = [r for r in rows if responded(r)]
    if len({(r["sex"], r["wave"]) for r in here}) < 4 or len(here) < 8:
        return  # margins of so few rows may have no solution
    if not any(WHERES[where](r) and r["g"] is not None for r in here):
        return
    after = nonresponse(data, shape.design, "sex", RESPONDED).design
    design, sample = calibrated(kind, rows, sample, data, after)
    if sample.weights[sample.weights != 0].min() <= 0.05:
        return  # regression may leave weights at zero or below
    np.testing.assert_allclose(weights_of(data, design), sample.weights, rtol=1e-9)
    for estimate, expected in ((mean, sample.mean), (total, sample.total)):
        found = estimate(data, "y", design, by="g", where=where)
        for i, inside in each_domain(found, lambda r: responded(r) and WHERES[where](r)):
            agree(found, i, expected("y", inside))


@every_shape
@settings(slowly, max_examples=3)
@given(seed=st.integers(0, 2**32 - 1))
def test_trimming_after_nonresponse(shape: Shape, seed: int) -> None:
    """What is cut off is shared among respondents."""
    drawn = adjusted(shape, seed, ["sex"])
    if drawn is None:
        return
    rows, data, sample = drawn
    before, here = sample.weights, sample.weights > 0
    # no weight lies on a bound, where the last bit would tell inside from outside
    low, high = (float(q) * 1.003 for q in np.quantile(before[here], [0.2, 0.8]))
    inside = here & (before >= low) & (before <= high)
    weights = np.where(here, np.clip(before, low, high), 0.0)
    weights[inside] += (before.sum() - weights.sum()) / inside.sum()
    after = nonresponse(data, shape.design, "sex", RESPONDED)
    done = trim(data, after.design, lower=low, upper=high)
    np.testing.assert_allclose(weights_of(data, done.design), weights, rtol=1e-11)
    assert done.report[0].rows == here.sum()
    np.testing.assert_allclose(done.report[0].after, before.sum(), rtol=1e-12)
    found = mean(data, "full", done.design)
    agree(found, 0, Sample(rows, shape.stages, weights).mean("full", responded))


@pytest.mark.parametrize("responded", ["n", "n > 0", "n::DOUBLE", "CAST(n AS BOOLEAN)"])
def test_a_number_of_answers_says_who_responded(responded: str) -> None:
    """Whoever has any number but 0 responded, once."""
    rows = [
        {"w": 1.0, "sex": "f" if i < 3 else "m", "y": i + 1.0, "n": n}
        for i, n in enumerate([3, 1, 2, 1, 2, 0])
    ]
    data = pa.Table.from_pylist(rows)
    weighted = nonresponse(data, Design(weights="w"), "sex", responded)
    np.testing.assert_allclose(weights_of(data, weighted.design), [1, 1, 1, 1.5, 1.5, 0])
    raked = rake(data, weighted.design, {"sex": {"f": 4.0, "m": 2.0}}).design
    found = mean(data, "y", raked)
    assert (found.n[0], found.value[0]) == (5, pytest.approx((4 / 3 * 6 + 9) / 6))
    assert len(weights_of(data, raked)) == 6
    assert mean(data, "y", Design(weights="w"), where="n").n[0] == 5


def test_a_condition_is_of_a_row() -> None:
    data = pa.Table.from_pylist(TOWN)
    for design in (Design(weights="w"), Design(strata="h", clusters="street", weights="w")):
        for where in ("avg(y) > 5", "max(w) >= 7", "count(*) > 3"):
            with pytest.raises(Problem) as refused:
                mean(data, "w", design, where=where)
            assert refused.value.code == "expression_refused"


@pytest.mark.parametrize("name", ["row", "Row", "ROW"])
def test_a_column_called_row_is_a_column(name: str) -> None:
    data = pa.Table.from_pylist(TOWN)
    data = data.append_column(name, pa.array(list(range(len(TOWN)))[::-1]))
    design = nonresponse(data, Design(weights="w"), "sex", "here = 1").design
    np.testing.assert_allclose(weights_of(data, design)[16:20], weights_of(data.drop([name]), design)[16:20])
    assert (weights_of(data, design)[8:12] == 0).all()


def test_many_cells_are_looked_up_and_mean_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """From some number on a factor comes from a list, whatever the cells are."""
    rng = np.random.default_rng(8)
    n = 600
    data = pa.table(
        {
            "w": rng.uniform(1, 3, n), "a": rng.permutation(np.arange(n) % 5),
            "b": pa.array([None if v == 0 else f"it's {v}" for v in rng.integers(0, 4, n)]),
            "here": np.where(np.arange(n) < 200, 1, rng.integers(0, 2, n)), "y": rng.normal(5, 1, n),
        }
    )  # fmt: skip
    found = []
    for many in (8, 10**9):  # of 20 cells
        monkeypatch.setattr("zhiheng.measure.weighting.rows.MANY", many)
        weighted = nonresponse(data, Design(weights="w"), ["a", "b"], "here = 1")
        again = trim(data, weighted.design, lower=1.0, upper=6.0)
        found.append((weights_of(data, again.design), mean(data, "y", again.design, by="b").se))
        assert ("VALUES" in str(weighted.design.weight_expression)) is (many == 8)
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-14)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-12)


def test_trimming_by_wave_is_trimming_each_wave() -> None:
    rows = [{**r, "wave": "a" if i % 2 else "b'"} for i, r in enumerate(TOWN)]
    data, design = pa.Table.from_pylist(rows), Design(strata="h", clusters="street", weights="w")
    got = weights_of(data, trim(data, design, lower=1.5, upper={"a": 2.5, "b'": 3.0}, by="wave").design)
    for wave, upper in (("a", 2.5), ("b'", 3.0)):
        here = np.array([r["wave"] == wave for r in rows])
        part = data.filter(pa.array(here))
        np.testing.assert_allclose(
            got[here], weights_of(part, trim(part, design, lower=1.5, upper=upper).design)
        )
    # a value that is not named has no bound
    got = weights_of(data, trim(data, design, upper={"a": 2.5}, by="wave").design)
    here = np.array([r["wave"] == "a" for r in rows])
    np.testing.assert_array_equal(got[~here], data["w"].to_numpy()[~here])
    assert got[here].sum() == pytest.approx(data["w"].to_numpy()[here].sum())
    for bounds in ({"lower": {"a": 3.0}, "upper": {"a": 2.0}, "by": "wave"}, {"upper": {"a": 2.0}}):
        with pytest.raises(Problem) as refused:
            trim(data, design, **bounds)
        assert refused.value.code == "option_unknown"
    with pytest.raises(Problem) as refused:
        trim(data, design, upper={"a": 0.1}, by="wave")
    assert refused.value.code == "trim_outside"
    assert "wave: a" in str(refused.value)


#: two strata of three streets; nobody answered in the last street of either, nor told an age there
TOWN: list[dict[str, Any]] = [
    {
        "h": h, "street": f"{h}{s}", "w": 1.0 + i, "sex": i % 2 + 1,
        "age": None if s == 2 else "old" if i > 1 else "young",
        "y": None if s == 2 else float(s + i), "here": int(s < 2),
    }
    for h in "ab" for s in range(3) for i in range(4)
]  # fmt: skip


def test_what_only_respondents_told_can_be_a_margin() -> None:
    """A street in which nobody answered stays a unit of the sample, whatever is missing in it."""
    data, design = pa.Table.from_pylist(TOWN), Design(strata="h", clusters="street", weights="w")
    weighted = nonresponse(data, design, "sex", "here = 1")
    targets = {"age": {"old": 55.0, "young": 25.0}, "sex": {1: 40.0, 2: 40.0}}
    done = rake(data, weighted.design, targets).after(weighted.report)
    assert [t.rows for t in done.report[-1].targets] == [8.0, 8.0, 8.0, 8.0]
    got = total(data, ["here"], done.design, by="age", deff=False)
    assert dict(zip(got.domains, got.value, strict=True)) == pytest.approx({("old",): 55.0, ("young",): 25.0})
    assert mean(data, "y", done.design).df.tolist() == [4.0 - 2.0]
    # six streets, of which two without an answer: with them the error is that of six
    with_all = mean(data, "y", done.design)
    without = mean(
        data.filter(pa.compute.equal(data["here"], 1)),
        "y",
        done.design.with_calibration(None),
    )
    assert with_all.se[0] != pytest.approx(without.se[0], rel=0.01)
    by_regression = calibrate(data, weighted.design, {"age=old": 55.0, "age=young": 25.0}, method="raking")
    alone = rake(data, weighted.design, {"age": targets["age"]})
    np.testing.assert_allclose(
        mean(data, "y", by_regression.design).se, mean(data, "y", alone.design).se, rtol=1e-9
    )


@pytest.mark.parametrize("residuals", ["weights", "rows"])
def test_where_every_street_answered_nonrespondents_change_nothing(residuals: Any) -> None:
    """With somebody left in each street, the error is that of the respondents alone."""
    rows = [
        {**r, "here": int(i % 4 != 1), "age": r["age"] or "old", "y": float(i % 7)}
        for i, r in enumerate(TOWN)
    ]
    data, design = pa.Table.from_pylist(rows), Design(strata="h", clusters="street", weights="w")
    weighted = nonresponse(data, design, "sex", "here = 1")
    targets = {"age": {"old": 50.0, "young": 30.0}, "sex": {1: 45.0, 2: 35.0}}
    found = mean(data, "y", rake(data, weighted.design, targets, residuals=residuals).design, by="h")
    left = data.append_column("v", pa.array(weights_of(data, weighted.design)))
    left = left.filter(pa.compute.equal(left["here"], 1))
    plain = Design(strata="h", clusters="street", weights="v")
    alone = mean(left, "y", rake(left, plain, targets, residuals=residuals).design, by="h")
    np.testing.assert_allclose(found.value, alone.value, rtol=1e-12)
    np.testing.assert_allclose(found.se, alone.se, rtol=1e-10)
    np.testing.assert_allclose(found.df, alone.df)


def test_a_second_step_works_on_those_who_answered_the_first() -> None:
    """First the street let the interviewer in, then the person answered."""
    rows = [{**r, "spoke": int(i % 3 != 0)} for i, r in enumerate(TOWN)]
    data, design = pa.Table.from_pylist(rows), Design(strata="h", clusters="street", weights="w")
    first = nonresponse(data, design, "h", "here = 1")
    both = nonresponse(data, first.design, ["age"], "spoke = 1").after(first.report)
    base = np.array([r["w"] for r in rows])
    one = answered(rows, base, ["h"], lambda r: r["here"] == 1)
    two = np.zeros(len(rows))
    for age in ("old", "young"):
        cell = [i for i, r in enumerate(rows) if r["age"] == age]
        speakers = [i for i in cell if rows[i]["spoke"]]
        two[speakers] = one[speakers] * one[cell].sum() / one[speakers].sum()
    np.testing.assert_allclose(weights_of(data, both.design), two, rtol=1e-13)
    assert [s.note for s in both.report] == [
        "16 of 24 rows responded",
        f"{(two > 0).sum()} of 16 rows responded",
    ]
    old = mean(data, "y", both.design, where="age = 'old'")
    young = mean(data, "y", both.design, where="age = 'young'")
    every = mean(data, "y", both.design, by="age")
    np.testing.assert_allclose(every.value, [old.value[0], young.value[0]])
    assert contrast(every, {"gap": [(1, {"age": "old"}), (-1, {"age": "young"})]}).n[0] == (two > 0).sum()
