"""Calls that cannot be meant, and columns that cannot be used: the refusal says what is wrong, not what followed."""

from __future__ import annotations

import math
import warnings
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
    variance,
)
from zhiheng.measure.tests.test_bad_input import DESIGN, table
from zhiheng.measure.weighting.report import kish


def told(code: str, *words: str, call: Any) -> None:
    """The call is refused with this problem, whose texts in both languages name the words."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Problem) as problem:
            call()
    assert problem.value.code == code
    for language in ("zh", "en"):
        for word in words:
            assert word in problem.value.text(language)


# ── nothing, or the wrong thing, asked ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("estimate", [mean, total, proportion, variance])
def test_no_variables(estimate: Any) -> None:
    told("nothing_given", "variables", call=lambda: estimate(table(), [], DESIGN))


def test_no_pairs() -> None:
    told("nothing_given", "pairs", call=lambda: ratio(table(), [], DESIGN))


OF_NOTHING = {
    "rake": ("targets", lambda: rake(table(), DESIGN, {})),
    "rake to no levels": ("targets", lambda: rake(table(), DESIGN, {"sex": {}})),
    "poststratify": ("targets", lambda: poststratify(table(), DESIGN, "sex", {})),
    "poststratify by nothing": ("columns", lambda: poststratify(table(), DESIGN, [], {"f": 1.0})),
    "calibrate": ("targets", lambda: calibrate(table(), DESIGN, {})),
    "nonresponse": ("cells", lambda: nonresponse(table(), DESIGN, [], "score > 4")),
}


@pytest.mark.parametrize(("option", "call"), OF_NOTHING.values(), ids=OF_NOTHING.keys())
def test_weights_made_of_nothing(option: str, call: Any) -> None:
    told("nothing_given", option, call=call)


@pytest.mark.parametrize(
    "pairs",
    [
        ["wt", "score"],
        ("wt", "score"),
        "wt",
        [("wt", "score", "wt")],
        [("wt",)],
        [("wt", 4)],
        [["wt", "score"], "wt"],
    ],
    ids=str,
)
def test_a_ratio_of_what_is_no_pair(pairs: Any) -> None:
    told("pairs_wanted", str(pairs), call=lambda: ratio(table(), pairs, DESIGN))


def test_a_pair_may_be_a_list() -> None:
    assert len(ratio(table(), [["score", "wt"], ("wt", "score")], DESIGN)) == 2  # type: ignore[list-item]


@pytest.mark.parametrize("coefficient", [float("nan"), float("inf"), "1", None])
def test_a_contrast_with_a_coefficient_that_is_no_number(coefficient: Any) -> None:
    found = mean(table(), "score", DESIGN, by="district")
    parts = [(coefficient, {"district": "east"}), (-1, {"district": "west"})]
    told(
        "coefficient_not_finite",
        "east - west",
        repr(coefficient),
        call=lambda: contrast(found, {"east - west": parts}),
    )


# ── columns of text ─────────────────────────────────────────────────────────────────────────────────────────


def test_numbers_that_are_stored_as_text() -> None:
    rows = table(score=[None, "8", "7", "5", "6", "9"])
    told("number_as_text", "score", "VARCHAR", "2", "“8”", call=lambda: mean(rows, "score", DESIGN))


@pytest.mark.parametrize("of", [pa.string(), pa.null()], ids=str)
def test_a_column_without_values(of: pa.DataType) -> None:
    rows = table().set_column(5, "score", pa.nulls(6, of))
    told("column_without_values", "score", call=lambda: mean(rows, "score", DESIGN))


# ── population sizes ────────────────────────────────────────────────────────────────────────────────────────

BAD_SIZES = {
    "all of a stratum": [None, None, None, 5.0, 5.0, 5.0],
    "part of a stratum": [9.0, 9.0, None, 5.0, 5.0, 5.0],
    "part of a unit": [9.0, None, 9.0, 5.0, 5.0, 5.0],
    "nan": [9.0, float("nan"), 9.0, 5.0, 5.0, 5.0],
    "only nan": [float("nan")] * 3 + [5.0, 5.0, 5.0],
    "inf": [float("inf")] * 3 + [5.0, 5.0, 5.0],
}


@pytest.mark.parametrize("where", [None, "wt > 0"], ids=["plain", "database"])
@pytest.mark.parametrize("kind", ["population", "fractions"])
@pytest.mark.parametrize("sizes", BAD_SIZES.values(), ids=BAD_SIZES.keys())
def test_a_population_size_or_fraction_that_is_missing(
    sizes: list[Any], kind: str, where: str | None
) -> None:
    rows = table(size=sizes if kind == "population" else [s and s / 20 for s in sizes])
    design = Design(strata="district", clusters="street", weights="wt", **{kind: {"street": "size"}})
    told("population_missing", "size", "east", call=lambda: mean(rows, "score", design, where=where))


def test_a_population_size_that_is_missing_in_a_file(tmp_path: Any) -> None:
    path = tmp_path / "answers.parquet"
    pq.write_table(table(size=BAD_SIZES["part of a unit"]), path)
    design = Design(strata="district", clusters="street", population={"street": "size"})
    told("population_missing", "size", "east", call=lambda: mean(path, "score", design))
    told("population_missing", "size", "east", call=lambda: rake(path, design, {"sex": {"f": 9.0, "m": 9.0}}))


def test_a_population_of_rows_that_is_missing() -> None:
    rows = table(size=BAD_SIZES["part of a stratum"])
    design = Design(strata="district", population="size")
    told("population_missing", "size", "east", call=lambda: mean(rows, "score", design))


# ── weights whose squares are no numbers ────────────────────────────────────────────────────────────────────

OF_WEIGHTS = {
    "mean": lambda rows: mean(rows, "score", DESIGN),
    "total of rows": lambda rows: total(rows, "score", Design(weights="wt")),
    "where": lambda rows: mean(rows, "score", DESIGN, where="score > 1"),
    "rake": lambda rows: rake(rows, DESIGN, {"sex": {"f": 10.0, "m": 12.0}}),
    "calibrate": lambda rows: calibrate(rows, DESIGN, {"(intercept)": 12.0}),
    "nonresponse": lambda rows: nonresponse(rows, DESIGN, "sex", "score IS NOT NULL"),
    "trim": lambda rows: trim(rows, DESIGN, upper=2.0),
}


@pytest.mark.parametrize("size", [1e300, 1e-300])
@pytest.mark.parametrize("use", OF_WEIGHTS.values(), ids=OF_WEIGHTS.keys())
def test_weights_that_cannot_be_squared(use: Any, size: float) -> None:
    rows = table(wt=[size * w for w in (1.0, 2.0, 1.5, 3.0, 2.5, 1.0)])
    told("weight_not_positive", "wt", f"{size:g}", "1e100", call=lambda: use(rows))


def test_weights_made_of_a_population_that_cannot_be_squared() -> None:
    rows = table(size=[1e300] * 3 + [5.0] * 3)
    design = Design(strata="district", clusters="street", population={"street": "size"})
    told("weight_not_positive", "size", "5e+299", call=lambda: mean(rows, "score", design))


@pytest.mark.parametrize("size", [1e-90, 1.0, 1e90])
def test_the_scale_of_the_weights_changes_no_mean(size: float) -> None:
    found = mean(table(wt=[size * w for w in (1.0, 2.0, 1.5, 3.0, 2.5, 1.0)]), "score", DESIGN)
    expected = mean(table(), "score", DESIGN)
    assert found.value[0] == pytest.approx(expected.value[0], rel=1e-12)
    assert found.se[0] == pytest.approx(expected.se[0], rel=1e-12)


def test_kish_of_any_size() -> None:
    assert kish(2, 4.0, 10.0) == 1.25
    assert kish(2, 4e200, 10.0) == 0.0
    for weight, square in ((0.0, 0.0), (math.inf, 1.0), (4e200, math.inf), (math.nan, 1.0)):
        assert math.isnan(kish(2, weight, square))
