"""The pass without the database gives what the database gives, whatever the rows look like."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhiheng.measure import Design, mean, proportion, rake, ratio, total, variance
from zhiheng.measure.estimation.estimates import Estimates
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction import numbering, plain

CLUSTER = Design(strata="h", clusters="street", weights="wt", nest=True)
ELEMENT = Design(strata="h", weights="wt")
DEEP = Design(
    strata="h",
    clusters=["street", "house"],
    weights="wt",
    population={"street": "streets", "house": "houses"},
    nest=True,
)
FRACTIONS = Design(strata="h", clusters="street", population="streets", nest=True)
EVERY = [CLUSTER, ELEMENT, DEEP, FRACTIONS]
WORD = "without the database"


def rows(number: int = 900, seed: int = 3) -> pa.Table:
    """Rows of many kinds: answers and domains are missing here and there, streets are numbered within strata."""
    rng = np.random.default_rng(seed)
    h, street = rng.integers(0, 6, number), rng.integers(0, 8, number)
    h[:48], street[:48] = np.repeat(np.arange(6), 8), np.tile(np.arange(8), 6)
    missing = rng.random((3, number)) < 0.1
    return pa.table(
        {
            "h": h.astype("i2") - 3,
            "street": street.astype("i4"),
            "house": street * 100 + rng.integers(0, 3, number),
            "streets": 40.0 + h,
            "houses": pa.array(np.full(number, 30, dtype="i4")),
            "wt": rng.uniform(1, 9, number),
            "y": pa.array(rng.normal(70, 15, number), mask=missing[0]),
            "x": rng.integers(1, 6, number).astype("i1"),
            "z": pa.array(rng.normal(5, 1, number).astype("f4"), mask=missing[1]),
            "kind": pa.array(rng.choice(["甲", "乙", "丙"], number), mask=missing[2]),
            "sex": rng.integers(1, 3, number),
            "code": 110_101_000_000 + 1_000_000_007 * rng.integers(0, 5, number),
        }
    )


ESTIMATORS: dict[str, Callable[[object, Design], Estimates]] = {
    "mean": lambda data, design: mean(data, ["y", "x", "z"], design, by="kind"),
    "mean of all": lambda data, design: mean(data, ["x"], design),
    "mean listwise": lambda data, design: mean(data, ["y", "z"], design, by=["sex", "code"], missing="listwise"),
    "joint": lambda data, design: mean(data, ["y", "x"], design, by="sex", joint=True),
    "total": lambda data, design: total(data, ["y", "z"], design, by=["kind", "h"]),
    "ratio": lambda data, design: ratio(data, [("y", "x"), ("z", "x")], design, by="sex"),
    "proportion": lambda data, design: proportion(data, ["x", "sex"], design, by="kind"),
    "variance": lambda data, design: variance(data, ["y", "z"], design, by="sex", joint=True),
}  # fmt: skip


def same(found: Estimates, expected: Estimates) -> None:
    assert found.domains == expected.domains
    assert WORD in found.explain()
    assert WORD not in expected.explain()
    for name in ("value", "se", "lower", "upper", "df", "n", "deff"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-10, err_msg=name)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("design", EVERY, ids=["cluster", "element", "deep", "fractions"])
@pytest.mark.parametrize("batch", [50, 100_000])
def test_same_numbers_as_with_the_database(
    design: Design, estimator: str, batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq.write_table(rows(), tmp_path / "rows.parquet", row_group_size=400)
    estimate = ESTIMATORS[estimator]
    monkeypatch.setattr(plain, "BATCH", batch)
    monkeypatch.setattr(plain, "FEW", batch // 10)
    found = [estimate(tmp_path / "rows.parquet", design), estimate(rows(), design)]
    monkeypatch.setattr(plain, "group", lambda *_: None)
    for one in found:
        same(one, estimate(rows(), design))


@pytest.mark.parametrize("few", [0, 65_536])
@pytest.mark.parametrize("residuals", ["weights", "rows"])
@pytest.mark.parametrize("design", [CLUSTER, ELEMENT, DEEP], ids=["cluster", "element", "deep"])
def test_same_numbers_after_raking(
    design: Design, residuals: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain, "FEW", few)
    data = rows()
    targets = {"sex": {1: 3000.0, 2: 3200.0}, ("x", "code"): {}}
    cells = data.group_by(["x", "code"]).aggregate([("wt", "sum")]).to_pylist()
    whole = sum(c["wt_sum"] for c in cells)
    targets["x", "code"] = {(c["x"], c["code"]): c["wt_sum"] * 6200 / whole for c in cells}
    raked = rake(data, design, targets, residuals=residuals).design  # type: ignore[arg-type]
    found = mean(data, ["y", "z"], raked, by="kind")
    monkeypatch.setattr(plain, "group", lambda *_: None)
    same(found, mean(data, ["y", "z"], raked, by="kind"))


def test_keys_with_too_many_pairs_go_to_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    found = mean(rows(), ["y"], CLUSTER, by=["kind", "sex"])
    monkeypatch.setattr(numbering, "TABLE", 16)
    other = mean(rows(), ["y"], CLUSTER, by=["kind", "sex"])
    same(found, other)
    assert WORD in found.explain()
    assert WORD not in other.explain()


@pytest.mark.parametrize("gone", [False, True], ids=["in place", "made first"])
def test_a_product_is_added_where_it_belongs(*, gone: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if gone:
        monkeypatch.setitem(sys.modules, "scipy.sparse._sparsetools", None)
    rng = np.random.default_rng(5)
    weight, group, block = rng.random(500), rng.integers(0, 40, 500), rng.random((500, 3))
    into = np.ones((50, 3))
    plain.add_product(weight, group, block, into)
    wanted = np.ones((50, 3))
    np.add.at(wanted, group, weight[:, None] * block)
    np.testing.assert_allclose(into, wanted, rtol=1e-13)


@pytest.mark.parametrize(
    ("by", "where"), [("kind", "x > 2"), ("real", None), ("flag", None)], ids=["condition", "real key", "true or false"]
)  # fmt: skip
def test_what_is_not_plain_goes_to_the_database(by: str, where: str | None) -> None:
    data = rows()
    data = data.append_column("real", pa.array(data["x"].to_numpy() / 2))
    data = data.append_column("flag", pa.array(data["x"].to_numpy() > 2))
    assert WORD not in mean(data, "y", CLUSTER, by=by, where=where).explain()


def test_files_are_read_as_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, paths = rows(), [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    pq.write_table(data.slice(0, 500), paths[0], row_group_size=100)
    pq.write_table(data.slice(500), paths[1])
    found = mean(paths, ["y", "x"], CLUSTER, by="kind")
    monkeypatch.setattr(plain, "group", lambda *_: None)
    same(found, mean(data, ["y", "x"], CLUSTER, by="kind"))


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), None])
def test_a_bad_weight_in_one_of_many_batches_is_refused(
    bad: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain, "BATCH", 50)
    data = rows()
    weights = data["wt"].to_pylist()
    weights[-1] = bad
    data = data.set_column(data.column_names.index("wt"), "wt", pa.array(weights, pa.float64()))
    with pytest.raises(Problem, match="wt"):
        mean(data, "y", CLUSTER)


def test_values_get_one_number_whether_looked_up_by_table_or_by_name() -> None:
    numbered = numbering.Values(pa.int64())
    met = [[5, 7, 5], [None, 7, 9], [9, 5, -3], [10**12, 7, None], [5, 10**12, -3]]
    numbers = [numbered.number(pa.array(values, pa.int64())).tolist() for values in met]
    number = {value: i for i, value in enumerate(numbered.values)}
    assert numbers == [[number[v] for v in values] for values in met]
    assert sorted(number.values()) == list(range(6))


def test_no_database_is_made_for_plain_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a database was made")

    pq.write_table(rows(), tmp_path / "a.parquet")
    monkeypatch.setattr("duckdb.connect", refused)
    for data in (rows(), tmp_path / "a.parquet"):
        assert mean(data, ["y", "x"], CLUSTER, by="kind").rows()


def test_files_whose_columns_differ_go_to_the_database(tmp_path: Path) -> None:
    data, paths = rows(), [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    pq.write_table(data.slice(0, 500), paths[0])
    wider = data.schema.get_field_index("x")
    other = data.set_column(wider, "x", data["x"].cast(pa.float64()))
    pq.write_table(other.slice(500), paths[1])
    found = mean(paths, ["y", "x"], CLUSTER, by="kind")
    assert WORD not in found.explain()
    same(mean(data, ["y", "x"], CLUSTER, by="kind"), found)


def test_a_file_damaged_in_its_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(rows(), path, compression="zstd")
    whole = bytearray(path.read_bytes())
    whole[8 : len(whole) // 2] = b"\x00" * (len(whole) // 2 - 8)
    path.write_bytes(whole)
    with pytest.raises(Problem):
        mean(path, ["y", "x"], CLUSTER, by="kind")
