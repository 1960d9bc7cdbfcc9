"""Columns whose values are no levels or codes, or hold NaN or nothing, are refused with words."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from zhiheng.measure import (
    Design,
    Problem,
    calibrate,
    crosstab,
    mean,
    nonresponse,
    poststratify,
    proportion,
    rake,
    trim,
    weights_of,
)
from zhiheng.measure.tests.test_bad_calls import told
from zhiheng.measure.tests.test_bad_input import DESIGN, table

NAN = float("nan")


def has(column: pa.Array | list[Any]) -> pa.Table:
    """The good table with a column ``k``."""
    return table().append_column("k", column if isinstance(column, pa.Array) else pa.array(column))


SHAPELESS = {
    "bytes": (pa.array([b"a", b"b"] * 3), "BLOB"),
    "list": (pa.array([[1], [2]] * 3), "BIGINT[]"),
    "array": (pa.array([[1], [2]] * 3, pa.list_(pa.int64(), 1)), "BIGINT[1]"),
    "struct": (pa.array([{"a": 1}, {"a": 2}] * 3), "STRUCT"),
    "map": (pa.array([[("a", 1)], [("a", 2)]] * 3, pa.map_(pa.string(), pa.int64())), "MAP"),
    "duration": (pa.array([1, 2] * 3, pa.duration("s")), "INTERVAL"),
}
USES = {
    "proportion": lambda rows: proportion(rows, "k", DESIGN),
    "proportion where": lambda rows: proportion(rows, "k", DESIGN, where="wt > 0"),
    "proportion of two": lambda rows: proportion(rows, ["sex", "k"], DESIGN),
    "crosstab columns": lambda rows: crosstab(rows, "sex", "k", DESIGN),
    "crosstab rows": lambda rows: crosstab(rows, "k", "sex", DESIGN),
    "by": lambda rows: mean(rows, "score", DESIGN, by=["sex", "k"]),
    "rake": lambda rows: rake(rows, DESIGN, {"sex": {"f": 5.0, "m": 6.0}, "k": {1: 11.0}}),
    "poststratify": lambda rows: poststratify(rows, DESIGN, ["k"], {1.0: 11.0}),
    "nonresponse": lambda rows: nonresponse(rows, DESIGN, "k", "score > 1"),
}
DESIGNS = {
    "strata": Design(strata="k", weights="wt", lonely="remove"),
    "clusters": Design(clusters="k", weights="wt"),
    "strata of rows without weights": Design(strata="k", population="streets_n", lonely="remove"),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
@pytest.mark.parametrize(("column", "kind"), SHAPELESS.values(), ids=SHAPELESS.keys())
def test_values_that_are_no_levels(use: Any, column: pa.Array, kind: str) -> None:
    told("column_without_levels", "“k”", kind, call=lambda: use(has(column)))


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS.keys())
@pytest.mark.parametrize(("column", "kind"), SHAPELESS.values(), ids=SHAPELESS.keys())
def test_values_that_are_no_codes(design: Design, column: pa.Array, kind: str) -> None:
    told("column_without_levels", "“k”", kind, call=lambda: mean(has(column), "score", design))


def test_a_level_of_bytes_is_no_target() -> None:
    rows = has(SHAPELESS["bytes"][0])
    told("column_without_levels", "“k”", call=lambda: calibrate(rows, DESIGN, {"k=a": 5.0}))


@pytest.mark.parametrize("of", [pa.float64(), pa.float32()], ids=str)
@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_levels_of_nan(use: Any, of: pa.DataType) -> None:
    told("not_a_number", "“k”", call=lambda: use(has(pa.array([1.0, NAN, 1.0, 2.0, NAN, 2.0], of))))


def test_levels_without_end() -> None:
    told("not_a_number", "“k”", call=lambda: proportion(has([1.0, float("inf")] * 3), "k", DESIGN))


def test_domains_of_nan_outside_where_are_no_domains() -> None:
    rows = has([1.0, NAN, 1.0, 2.0, 1.0, 2.0])
    found = mean(rows, "wt", DESIGN, by="k", where="sex = 'f' OR wt = 1 OR k = 2")
    assert found.domains == ((1.0,), (2.0,))


@pytest.mark.parametrize("where", [None, "wt > 0"])
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS.keys())
def test_design_codes_of_nan(design: Design, where: str | None) -> None:
    rows = has([1.0, NAN, 1.0, 2.0, NAN, 2.0])
    told("design_key_missing", "“k”", call=lambda: mean(rows, "wt", design, where=where))
    told("design_key_missing", "“k”", call=lambda: mean(rows, "wt", design, by="k", where=where))


@pytest.mark.parametrize("of", [pa.null(), pa.string(), pa.int64(), pa.float64()], ids=str)
def test_no_levels_at_all(of: pa.DataType) -> None:
    rows = has(pa.nulls(6, of))
    told("column_without_values", "“k”", call=lambda: proportion(rows, "k", DESIGN))
    told("column_without_values", "“k”", call=lambda: proportion(rows, ["sex", "k"], DESIGN))
    told("column_without_values", "“k”", call=lambda: crosstab(rows, "sex", "k", DESIGN))


def test_large_whole_numbers_may_be_levels_of_a_margin() -> None:
    data = pa.table(
        {"k": pa.array([2**63 + 5, 7, None, 7], pa.uint64()), "w": [1.0] * 4, "y": [1.0, 2, 3, 4]}
    )
    design = rake(data, Design(weights="w"), {"k": {2**63 + 5: 2.0, 7: 3.0, None: 1.0}}).design
    assert weights_of(data, design).tolist() == [2.0, 1.5, 1.0, 1.5]
    assert mean(data, "y", design).value[0] == pytest.approx((2 + 3 + 3 + 6) / 6)


def test_parts_of_trimming_are_levels_and_weights_need_a_design() -> None:
    data = pa.table({"b": [b"x", b"y"], "w": [1.0, 2.0]})
    with pytest.raises(Problem) as refused:
        trim(data, Design(weights="w"), upper=1.5, by="b")
    assert refused.value.code == "column_without_levels"
    with pytest.raises(Problem) as refused:
        weights_of(data, None)  # type: ignore[arg-type]
    assert refused.value.code == "option_unknown"
