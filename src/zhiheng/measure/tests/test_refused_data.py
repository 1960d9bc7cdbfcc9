"""Tables and files that cannot be read as they were meant are refused, and the refusal says what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhiheng.measure import Design, mean, trim
from zhiheng.measure.tests.test_bad_calls import told
from zhiheng.measure.tests.test_bad_input import DESIGN, table


def test_names_that_occur_twice(tmp_path: Path) -> None:
    rows = pa.Table.from_arrays(table().columns, ["district", "y", "y", "sex", "wt", "score"])
    path = tmp_path / "twice.parquet"
    pq.write_table(rows, path)
    for data in (rows, pd.DataFrame([[1, 2], [3, 4]], columns=["y", "y"]), path):
        told("column_twice", "“y”", call=lambda data=data: mean(data, "y", Design()))


@pytest.mark.parametrize(
    "data", [pd.Series([1.0]), pl.Series([1.0]), pl.LazyFrame({"a": [1.0]})], ids=["pandas", "polars", "lazy"]
)
def test_what_is_no_table(data: Any) -> None:
    told("data_kind_unknown", type(data).__name__, call=lambda: mean(data, "score", DESIGN))


UNREADABLE = {
    "mixed": pd.DataFrame({"a": [1, "x"], "b": [1, 2]}),
    "lengths": {"a": [1, 2], "b": [1]},
    "no column": {"a": 5},
    "half floats": pa.table({"a": pa.array([1.5, 2.5], pa.float16())}),
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_table_that_cannot_be_read(data: Any) -> None:
    told("table_not_read", call=lambda: mean(data, "a", Design()))


@pytest.mark.parametrize(
    "name", ["zhiheng_weight", "zhiheng_cell", "zhiheng_factor", "zhiheng_margin0", "ZhiHeng_x"]
)
def test_names_that_the_engine_makes(name: str, tmp_path: Path) -> None:
    rows = table().append_column(name, pa.array([1.0] * 6))
    parquet, text = tmp_path / "rows.parquet", tmp_path / "rows.csv"
    pq.write_table(rows, parquet)
    rows.to_pandas().to_csv(text, index=False)
    for data in (rows, rows.to_pandas(), parquet, text):
        told("column_reserved", name, call=lambda data=data: mean(data, "score", DESIGN))
        told("column_reserved", name, call=lambda data=data: trim(data, DESIGN, upper=2.0))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_file_of_utf_16(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(
        ("" if encoding == "utf-16" else "\ufeff").encode(encoding) + "y,w\n1,1\n2,1\n".encode(encoding)
    )
    told("file_utf16", "answers.csv", "UTF-16", call=lambda: mean(path, "y", Design(weights="w")))


RAGGED = {
    "one longer": ("y,w\n1,1\n2,1,7\n3,1\n", 3, 3, 2),
    "all longer": ("y,w\n" + "1,1,7\n" * 30, 2, 3, 2),
    "one shorter": ("y,w\n" + "1,1\n" * 30 + "1\n", 32, 1, 2),
    "a comma in a name": ("name,y,w\nAnn,1,1\nBob,2,1\nSmith, J,1,1\n", 4, 4, 3),
    "semicolons": ("y;w\n" + "1;1\n" * 5 + "1;1;1\n", 7, 3, 2),
}


@pytest.mark.parametrize(("text", "row", "found", "expected"), RAGGED.values(), ids=RAGGED.keys())
def test_rows_that_do_not_fit_their_header(
    text: str, row: int, found: int, expected: int, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(text, "utf-8")
    words = ("answers.csv", f" {row}", f" {found} ", f" {expected} ")
    told("file_ragged", *words, call=lambda: mean(path, "y", Design(weights="w")))


def test_a_file_of_one_column_is_no_ragged_one(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text('"y, first"\n1\n2\n3\n', "utf-8")
    assert mean(path, "y, first", Design()).value[0] == 2
