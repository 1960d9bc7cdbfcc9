"""Input that cannot be computed on is refused, and the refusal names the thing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhiheng.measure import (
    Design,
    Problem,
    calibrate,
    contrast,
    mean,
    nonresponse,
    poststratify,
    proportion,
    rake,
    ratio,
    total,
    trim,
    weights_of,
)

GOOD: dict[str, list[Any]] = {
    "district": ["east", "east", "east", "west", "west", "west"],
    "street": ["e1", "e1", "e2", "w1", "w2", "w2"],
    "streets_n": [9, 9, 9, 5, 5, 5],
    "sex": ["f", "m", "f", "m", "f", "m"],
    "wt": [1.0, 2.0, 1.5, 3.0, 2.5, 1.0],
    "score": [7.0, 8.0, None, 5.0, 6.0, 9.0],
}
DESIGN = Design(strata="district", clusters="street", weights="wt", population={"street": "streets_n"})


def table(**changed: list[Any]) -> pa.Table:
    return pa.table({**GOOD, **changed})


def refused(
    code: str, *words: str, data: object = None, design: Design = DESIGN, variable: str = "score"
) -> None:
    """A mean is refused with this problem, and both languages name the words."""
    with pytest.raises(Problem) as problem:
        mean(table() if data is None else data, variable, design)
    assert problem.value.code == code
    for language in ("zh", "en"):
        for word in words:
            assert word in problem.value.text(language)


def test_the_good_table_is_good() -> None:
    assert mean(table(), "score", DESIGN).n[0] == 5


# ── columns and values ──────────────────────────────────────────────────────────────────────────────────────


def test_missing_column() -> None:
    refused("column_missing", "scoer", "score", variable="scoer")


@pytest.mark.parametrize(
    "design",
    [
        Design(strata="zone"),
        Design(clusters="zone"),
        Design(weights="zone"),
        Design(clusters="street", population={"street": "zone"}),
        Design(clusters="street", fractions={"street": "zone"}),
    ],
    ids=["strata", "clusters", "weights", "population", "fractions"],
)
def test_missing_design_column(design: Design) -> None:
    refused("column_missing", "zone", design=design)


def test_missing_domain_column() -> None:
    with pytest.raises(Problem) as problem:
        mean(table(), "score", DESIGN, by="zone")
    assert problem.value.code == "column_missing"
    assert "zone" in str(problem.value)


def test_text_in_a_number() -> None:
    text = ["7", "8", None, "five", "6", "9"]
    refused("text_in_number", "score", "five", "4", data=table(score=text))


def test_text_in_the_weights() -> None:
    refused("text_in_number", "wt", "heavy", data=table(wt=["1", "2", "heavy", "3", "2", "1"]))


@pytest.mark.parametrize("estimate", [mean, total], ids=["mean", "total"])
def test_nan_is_not_an_answer(estimate: Any, tmp_path: Path) -> None:
    rows = table(score=pa.array([7.0, float("nan"), None, 5.0, 6.0, 9.0]))
    pq.write_table(rows, tmp_path / "nan.parquet")
    with pytest.raises(Problem) as problem:
        estimate(tmp_path / "nan.parquet", "score", DESIGN)
    assert problem.value.code == "not_a_number"
    assert "score" in str(problem.value)


def test_nan_in_a_ratio() -> None:
    with pytest.raises(Problem) as problem:
        ratio(table(score=pa.array([7.0, float("nan"), None, 5.0, 6.0, 9.0])), [("score", "wt")], DESIGN)
    assert problem.value.code == "not_a_number"


def test_condition_that_is_no_condition() -> None:
    with pytest.raises(Problem) as problem:
        mean(table(), "score", DESIGN, where="scoer > 3")
    assert problem.value.code == "expression_refused"
    assert "“scoer > 3”" in str(problem.value)


# ── weights ─────────────────────────────────────────────────────────────────────────────────────────────────


WEIGHTINGS: dict[str, Any] = {
    "rake": lambda rows: rake(
        rows, DESIGN, {"sex": {"f": 10.0, "m": 10.0}, "district": {"east": 9.0, "west": 11.0}}
    ),
    "poststratify": lambda rows: poststratify(rows, DESIGN, "sex", {"f": 10.0, "m": 10.0}),
    "calibrate": lambda rows: calibrate(rows, DESIGN, {"(intercept)": 12.0}),
    "nonresponse": lambda rows: nonresponse(rows, DESIGN, "sex", "score IS NOT NULL"),
    "trim": lambda rows: trim(rows, DESIGN, upper=2.0),
    "weights_of": lambda rows: weights_of(rows, DESIGN),
}
every_weighting = pytest.mark.parametrize("weighting", WEIGHTINGS.values(), ids=WEIGHTINGS.keys())


@every_weighting
@pytest.mark.parametrize("bad", [0.0, -1.5, float("nan"), float("inf")])
def test_weight_not_above_zero_or_no_number(bad: float, weighting: Any) -> None:
    rows = table(wt=[1.0, 2.0, bad, 3.0, 2.5, 1.0])
    refused("weight_not_positive", "wt", str(bad), data=rows)
    refused("weight_not_positive", "wt", str(bad), data=rows, design=Design(strata="sex", weights="wt"))
    with pytest.raises(Problem) as problem:
        weighting(rows)
    assert problem.value.code == "weight_not_positive"
    assert f" {bad};" in problem.value.text("en")


@every_weighting
def test_weight_missing(weighting: Any) -> None:
    rows = table(wt=[1.0, 2.0, None, 3.0, 2.5, 1.0])
    refused("weight_missing", "wt", "1", data=rows)
    with pytest.raises(Problem) as problem:
        weighting(rows)
    assert problem.value.code == "weight_missing"


# ── design ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_lonely_stratum() -> None:
    rows = table(street=["e1", "e1", "e2", "w1", "w1", "w1"])
    refused("lonely_unit", "west", data=rows)


def test_lonely_row() -> None:
    rows = table(district=["east", "east", "east", "west", "west", "isle"])
    refused("lonely_unit", "isle", data=rows, design=Design(strata="district", weights="wt"))


def test_population_smaller_than_sample() -> None:
    refused("population_too_small", "streets_n", "west", data=table(streets_n=[9, 9, 9, 1, 1, 1]))


def test_population_that_varies_within_a_stratum() -> None:
    refused("population_varies", "streets_n", "east", data=table(streets_n=[9, 9, 8, 5, 5, 5]))


@pytest.mark.parametrize("bad", [0.0, 1.5])
def test_fraction_outside_zero_and_one(bad: float) -> None:
    rows = table(share=[bad] * 6)
    refused(
        "fraction_out_of_range",
        "share",
        data=rows,
        design=Design(clusters="street", fractions={"street": "share"}),
    )


@pytest.mark.parametrize("column", ["district", "street"])
def test_design_code_missing(column: str) -> None:
    rows = table(**{column: [None, *GOOD[column][1:]]})
    refused("design_key_missing", column, data=rows)


def test_cluster_codes_that_repeat_between_strata() -> None:
    rows = table(street=["1", "1", "2", "1", "2", "2"])
    refused("not_nested", "street", data=rows)
    nested = Design(strata="district", clusters="street", weights="wt", nest=True)
    assert mean(rows, "wt", nested).df[0] == 2


def test_more_strata_than_stages() -> None:
    with pytest.raises(Problem) as problem:
        Design(strata=["province", "district"], clusters="street")
    assert problem.value.code == "strata_beyond_stages"
    assert "province, district" in str(problem.value)
    with pytest.raises(Problem):
        Design(strata=["province", "district"])  # rows are the only stage
    Design(strata=["province", "district"], clusters=["street", "*"])


def test_population_and_fraction_of_one_stage() -> None:
    with pytest.raises(Problem) as problem:
        Design(clusters="street", population="streets_n", fractions={"street": "share"})
    assert problem.value.code == "population_and_fraction"
    assert "streets_n" in str(problem.value)
    assert "share" in str(problem.value)
    Design(clusters=["street", "*"], population={"street": "streets_n"}, fractions={"*": "share"})


def test_options_that_do_not_exist() -> None:
    with pytest.raises(Problem) as problem:
        Design(lonely="ignore")  # type: ignore[arg-type]
    assert "ignore" in str(problem.value)
    with pytest.raises(Problem) as problem:
        proportion(table(), "sex", DESIGN, interval="wilson")
    assert "wilson" in str(problem.value)
    with pytest.raises(Problem) as problem:
        Design(clusters="street", population={"house": "streets_n"})
    assert "house" in str(problem.value)


# ── targets ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_target_for_a_level_nobody_has() -> None:
    with pytest.raises(Problem) as problem:
        poststratify(table(), DESIGN, "sex", {"f": 10.0, "m": 10.0, "x": 3.0})
    assert problem.value.code == "target_unknown_cell"
    assert "x" in str(problem.value)


def test_level_without_a_target() -> None:
    with pytest.raises(Problem) as problem:
        poststratify(table(), DESIGN, "sex", {"f": 10.0})
    assert problem.value.code == "target_missing_cell"
    assert "m" in str(problem.value)


def test_margins_of_different_populations() -> None:
    with pytest.raises(Problem) as problem:
        rake(table(), DESIGN, {"sex": {"f": 10.0, "m": 10.0}, "district": {"east": 10.0, "west": 11.0}})
    assert problem.value.code == "targets_disagree"
    assert "21" in str(problem.value)


def test_raking_that_cannot_meet_its_targets() -> None:
    rows = table(sex=["f", "f", "f", "m", "m", "m"])  # sex and district are one thing here
    with pytest.raises(Problem) as problem:
        rake(rows, DESIGN, {"sex": {"f": 10.0, "m": 10.0}, "district": {"east": 5.0, "west": 15.0}})
    assert problem.value.code == "not_converged"


def test_calibration_that_cannot_meet_its_targets() -> None:
    with pytest.raises(Problem) as problem:
        calibrate(table(), DESIGN, {"(intercept)": 100.0}, bounds=(0.5, 2.0))
    assert problem.value.code == "not_converged"


@pytest.mark.parametrize("bounds", [None, (-1.0, 5.0)])
def test_calibration_that_would_leave_weights_of_zero_or_less(bounds: tuple[float, float] | None) -> None:
    rows = table(score=[7.0, 8.0, 4.0, 5.0, 6.0, 9.0])
    with pytest.raises(Problem) as problem:
        calibrate(rows, DESIGN, {"(intercept)": 11.0, "score": 90.0}, bounds=bounds)
    assert problem.value.code == "factor_not_positive"
    assert "-0.802" in str(problem.value)
    for language in ("zh", "en"):
        assert "bounds=" in problem.value.text(language)


def test_calibration_to_a_total_of_zero() -> None:
    with pytest.raises(Problem) as problem:
        calibrate(table(), DESIGN, {"(intercept)": 11.0, "sex=f": 0.0})
    assert problem.value.code == "factor_not_positive"
    assert "where a target is 0" in problem.value.text("en")


@pytest.mark.parametrize("bad", [0.0, -2.0, float("nan"), float("inf")])
def test_raking_to_a_total_that_gives_no_weights(bad: float) -> None:
    with pytest.raises(Problem) as problem:
        poststratify(table(), DESIGN, "sex", {"f": bad, "m": 10.0})
    assert problem.value.code == "target_not_positive"
    assert f"f={bad:g}" in str(problem.value)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_calibration_to_no_number(bad: float) -> None:
    with pytest.raises(Problem) as problem:
        calibrate(table(), DESIGN, {"(intercept)": bad})
    assert problem.value.code == "target_not_finite"
    assert "(intercept)" in str(problem.value)


def test_calibration_on_a_variable_that_holds_nan() -> None:
    with pytest.raises(Problem) as problem:
        calibrate(table(score=[7.0, float("nan"), 4.0, 5.0, 6.0, 9.0]), DESIGN, {"score": 90.0})
    assert problem.value.code == "not_a_number"
    assert "score" in str(problem.value)


@pytest.mark.parametrize("bounds", [None, (0.5, float("inf"))])
def test_logit_without_two_bounds(bounds: tuple[float, float] | None) -> None:
    with pytest.raises(Problem) as problem:
        calibrate(table(), DESIGN, {"(intercept)": 12.0}, method="logit", bounds=bounds)
    assert problem.value.code == "option_unknown"


def test_calibration_on_two_names_for_one_thing() -> None:
    with pytest.raises(Problem) as problem:
        calibrate(table(), DESIGN, {"(intercept)": 12.0, "sex=f": 6.0, "sex=m": 6.0})
    assert problem.value.code == "calibration_singular"


def test_calibration_on_a_variable_with_gaps() -> None:
    with pytest.raises(Problem) as problem:
        calibrate(table(), DESIGN, {"(intercept)": 12.0, "score": 80.0})
    assert "score" in str(problem.value)


def test_nonresponse_cell_in_which_nobody_answered() -> None:
    with pytest.raises(Problem) as problem:
        nonresponse(table(), DESIGN, ["street"], "score IS NOT NULL")
    assert "e2" in str(problem.value)


def test_trimming_everything() -> None:
    with pytest.raises(Problem) as problem:
        trim(table(), DESIGN, lower=100.0)
    assert problem.value.code == "trim_outside"


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_missing_file(tmp_path: Path) -> None:
    refused("file_missing", "nowhere.parquet", data=tmp_path / "nowhere.parquet")


@pytest.mark.parametrize("name", ["empty.csv", "empty.parquet", "empty.xlsx", "empty.sav", "empty.dta"])
def test_empty_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    refused("empty_file", name, data=tmp_path / name)


def test_file_with_a_header_only(tmp_path: Path) -> None:
    (tmp_path / "header.csv").write_text(",".join(GOOD) + "\n")
    refused("empty_file", "header.csv", data=tmp_path / "header.csv")
    pq.write_table(table().slice(0, 0), tmp_path / "header.parquet")
    refused("empty_file", "header.parquet", data=tmp_path / "header.parquet")
    refused("empty_file", data=table().slice(0, 0))


def test_unknown_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text("{}")
    refused("file_kind_unknown", "answers.json", ".json".strip("."), data=tmp_path / "answers.json")


@pytest.mark.parametrize("name", ["torn.parquet", "torn.xlsx", "torn.sav", "torn.dta"])
def test_damaged_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"this is no such file")
    refused("file_unreadable", name, data=tmp_path / name)


def test_csv_in_another_encoding(tmp_path: Path) -> None:
    lines = ["区,wt,score", "东区,1,7", "东区,2,8", "西区,1,6", "西区,2,9"]
    (tmp_path / "gbk.csv").write_bytes("\n".join(lines).encode("gbk"))
    refused("file_encoding", "gbk.csv", data=tmp_path / "gbk.csv", design=Design(weights="wt"))


def test_something_that_is_no_table() -> None:
    refused("data_kind_unknown", "int", data=7)


# ── what is left ────────────────────────────────────────────────────────────────────────────────────────────


def test_contrast_with_an_estimate_that_is_not_there() -> None:
    found = mean(table(), "score", DESIGN, by="district")
    with pytest.raises(Problem) as problem:
        contrast(found, {"d": [(1, {"district": "north"})]})
    assert problem.value.code == "estimate_not_found"
    assert "north" in str(problem.value)
    with pytest.raises(Problem):
        contrast(found, {"d": [(1, {"variable": "score"})]})  # two rows fit


def test_combining_variables_of_rows_needs_joint() -> None:
    design = Design(strata="district", weights="wt")
    apart = mean(table(other=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), ["score", "other"], design)
    with pytest.raises(Problem) as problem:
        apart.combine([[1.0, -1.0]], ["difference"])
    assert problem.value.code == "not_joint"


def test_a_domain_of_no_rows() -> None:
    with pytest.raises(Problem) as problem:
        mean(table(), "score", DESIGN, by="district", where="FALSE")
    assert problem.value.code == "no_rows"


def test_the_column_names_of_the_engine_are_free_for_data() -> None:
    """A column that is called as something inside the engine changes nothing."""
    expected = mean(table(), "score", Design(strata="district", clusters="street")).rows()
    names = [
        "w",
        "g",
        "d",
        "row",
        "rows",
        "weight",
        "cell",
        "inside",
        "source",
        "k0",
        "s0",
        "x0",
        "least",
        "numbered",
    ]
    busy = table(**{n: [50.0, 1.0, 2.0, 9.0, 4.0, 3.0] for n in names})
    assert mean(busy, "score", Design(strata="district", clusters="street")).rows() == expected
    raked = {"sex": {"f": 10.0, "m": 12.0}, "district": {"east": 9.0, "west": 13.0}}
    plain, crowded = (rake(t, DESIGN, raked) for t in (table(), busy))
    assert mean(busy, "score", crowded.design).rows() == mean(table(), "score", plain.design).rows()
    assert weights_of(busy, crowded.design).tolist() == weights_of(table(), plain.design).tolist()
    totals = {"(intercept)": 20.0, "sex=f": 9.0}
    plain, crowded = (calibrate(t, DESIGN, totals) for t in (table(), busy))
    assert mean(busy, "score", crowded.design).rows() == mean(table(), "score", plain.design).rows()


@pytest.mark.parametrize("column", ["n", "value", "variable"])
def test_a_domain_column_named_like_a_column_of_the_result(column: str) -> None:
    rows = pa.table({column: ["a", "b"] * 4, "score": [1.0, 2, 3, 4, 5, 6, 7, 8]})
    found = mean(rows, "score", Design(), by=column)
    assert found.domains == (("a",), ("b",))  # a programme names its columns itself
    with pytest.raises(Problem, match=column) as refused:
        found.rows()
    assert refused.value.code == "column_taken"
    other = pa.table({"category": ["a", "b"] * 4, "score": [1.0, 2, 3, 4, 5, 6, 7, 8]})
    assert mean(other, "score", Design(), by="category").rows()[1]["category"] == "b"
    with pytest.raises(Problem, match="category"):
        proportion(other, "score", Design(), by="category").rows()


@pytest.mark.parametrize("asked", [{"level": 95}, {"level": 0.0}, {"df": -3}, {"deff": "foo"}])
def test_an_option_that_cannot_be_meant(asked: dict[str, Any]) -> None:
    with pytest.raises(Problem, match=next(iter(asked))):
        mean(pa.table({"score": [1.0, 2, 3]}), "score", Design(), **asked)


def test_a_level_to_calibrate_to_that_no_row_has() -> None:
    rows = pa.table({"city": ["a", "a", "b", "b"], "w": [1.0, 2, 3, 4]})
    with pytest.raises(Problem, match="city=Z"):
        calibrate(rows, Design(weights="w"), {"city=a": 3, "city=Z": 3})


def test_nothing_stays_nothing_where_a_constant_was_taken_off() -> None:
    """A domain of zeros among others has mean and total 0, not what rounding leaves: an index may take its root."""
    g, y = ["a"] * 50 + ["b"] * 70, [0.0] * 50 + [0.1 * (i % 9) + 0.3 for i in range(70)]
    rows = pa.table({"g": g[::-1], "y": y[::-1], "w": [1.1 + 0.37 * (i % 7) for i in range(120)]})
    for estimate in (mean, total):
        found = estimate(rows, "y", Design(weights="w"), by="g")
        assert found.value[0] == 0
        assert found.lower[0] <= 0 <= found.upper[0]


@pytest.mark.parametrize("estimate", [mean, total])
def test_an_infinite_answer(estimate: Any) -> None:
    rows = pa.table({"g": ["a", "b"] * 2, "score": [1.0, 2.0, float("inf"), 3.0]})
    with pytest.raises(Problem, match="score"):
        estimate(rows, "score", Design(), by="g")


def test_a_ratio_to_nothing_has_neither_value_nor_error() -> None:
    rows = pa.table({"x": [0.0, 0.0, 0.0], "y": [1.0, 2.0, 3.0]})
    found = ratio(rows, [("y", "x")], Design()).rows()[0]
    assert (found["value"], found["se"], found["lower"]) == (None, None, None)
