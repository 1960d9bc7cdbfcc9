"""The same answer whatever holds the rows, the same bits when asked for, and the passes told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlsxwriter

from zhiheng.measure import Design, mean, poststratify, proportion, rake, ratio, total, weights_of
from zhiheng.measure.tests.samples import DESIGNS, POPULATION, table

DESIGN = Design(strata="stype", weights="pw", population={"*": "fpc"})
COLUMNS = ["stype", "dnum", "api00", "enroll", "comp.imp", "pw", "fpc"]


def rows() -> pa.Table:
    """The stratified sample, with names that SPSS and Stata allow and a few answers taken away."""
    found = table("apistrat").select(COLUMNS).rename_columns([c.replace(".", "_") for c in COLUMNS])
    gaps = [None if i % 17 == 0 else v for i, v in enumerate(found["api00"].to_pylist())]
    return found.set_column(found.column_names.index("api00"), "api00", pa.array(gaps, pa.int64()))


def as_xlsx(data: pa.Table, path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for c, name in enumerate(data.column_names):
            sheet.write(0, c, name)
            for r, value in enumerate(data[name].to_pylist()):
                if value is not None:
                    sheet.write(r + 1, c, value)
    return path


def held(kind: str, folder: Path) -> Any:
    """Put the rows into a kind of file or frame."""
    data, path = rows(), folder / f"rows.{kind}"
    match kind:
        case "parquet":
            pq.write_table(data, path)
        case "csv":
            pa.csv.write_csv(data, path)
        case "xlsx":
            as_xlsx(data, path)
        case "sav":
            pyreadstat.write_sav(data.to_pandas(), str(path))
        case "dta":
            pyreadstat.write_dta(data.to_pandas(), str(path))
        case "arrow":
            return data
        case "pandas":
            return data.to_pandas(types_mapper=pd.ArrowDtype)
        case "pandas with NaN for missing":
            return data.to_pandas()
        case "polars":
            return pl.from_arrow(data)
        case "several files":
            paths = [folder / "a.parquet", folder / "b.parquet"]
            pq.write_table(data.slice(0, 70), paths[0])
            pq.write_table(data.slice(70), paths[1])
            return paths
        case "text of a path":
            pq.write_table(data, folder / "rows.parquet")
            return str(folder / "rows.parquet")
    return path


def numbers(data: object) -> list[dict[str, Any]]:
    """Everything that could go wrong on the way in: numbers, gaps, text, weights, a condition, calibration."""
    design = poststratify(data, DESIGN, "comp_imp", POPULATION["comp.imp"]).design
    return [
        *mean(data, ["api00", "enroll"], DESIGN, by="stype", where="enroll > 300", exact=True).rows(),
        *proportion(data, "comp_imp", DESIGN, exact=True).rows(),
        *total(data, "api00", design, by="comp_imp", exact=True).rows(),
    ]


@pytest.mark.parametrize(
    "kind",
    [
        "csv", "xlsx", "sav", "dta", "arrow", "pandas", "pandas with NaN for missing", "polars", "several files",
        "text of a path",
    ],
)  # fmt: skip
def test_same_answer_from(kind: str, tmp_path: Path) -> None:
    expected, found = numbers(held("parquet", tmp_path)), numbers(held(kind, tmp_path))
    assert len(found) == len(expected) == 10
    for one, other in zip(found, expected, strict=True):
        words = [k for k, v in other.items() if isinstance(v, str)]
        assert {k: one[k] for k in words} == {k: other[k] for k in words}
        values = [k for k in other if k not in words]
        np.testing.assert_allclose(
            np.array([one[k] for k in values], dtype=float),
            np.array([other[k] for k in values], dtype=float),
            rtol=1e-12,
        )


def many_rows(number: int = 300_000) -> pa.Table:
    rng = np.random.default_rng(5)
    h = rng.integers(0, 50, number)
    return pa.table(
        {
            "h": h,
            "street": h * 10 + rng.integers(0, 10, number),
            "wt": rng.uniform(1, 9, number),
            "y": rng.normal(70, 15, number),
            "sex": rng.integers(1, 3, number),
        }
    )


@pytest.mark.parametrize("clusters", ["street", "*"])
def test_exact_gives_the_same_bits_twice(clusters: str, tmp_path: Path) -> None:
    data = many_rows()
    pq.write_table(data, tmp_path / "many.parquet", row_group_size=20_000)
    design = Design(strata="h", clusters=clusters, weights="wt")
    runs = [mean(tmp_path / "many.parquet", "y", design, by="sex", exact=True) for _ in range(3)]
    assert all(r.value.tobytes() == runs[0].value.tobytes() for r in runs)
    assert all(r.se.tobytes() == runs[0].se.tobytes() for r in runs)
    loose = mean(tmp_path / "many.parquet", "y", design, by="sex")
    np.testing.assert_allclose(loose.value, runs[0].value, rtol=1e-12)
    np.testing.assert_allclose(loose.se, runs[0].se, rtol=1e-12)


def test_a_file_of_one_row_group_is_read_in_two_halves(tmp_path: Path) -> None:
    data = many_rows()
    pq.write_table(data, tmp_path / "one.parquet", row_group_size=len(data))
    pq.write_table(data, tmp_path / "many.parquet", row_group_size=20_000)
    design = Design(strata="h", clusters="street", weights="wt")
    asked = {"by": "sex", "where": "y > 0"}  # a condition goes to the database
    halves = mean(tmp_path / "one.parquet", "y", design, **asked)
    whole = mean(tmp_path / "many.parquet", "y", design, **asked)
    assert ["halves" in found.explain() for found in (halves, whole)] == [True, False]
    np.testing.assert_array_equal(halves.n, whole.n)
    np.testing.assert_allclose([halves.value, halves.se], [whole.value, whole.se], rtol=1e-12)
    exact = mean(tmp_path / "one.parquet", "y", design, **asked, exact=True)
    assert "halves" not in exact.explain()


def test_large_values_keep_their_spread() -> None:
    """The sums are shifted before they are squared; a value near 1e9 itself is known to 1e-7 only."""
    data = many_rows(20_000)
    high = data.set_column(3, "y", pa.array(data["y"].to_numpy() + 1e9))
    design = Design(strata="h", clusters="street", weights="wt")
    plain, raised = mean(data, "y", design), mean(high, "y", design)
    np.testing.assert_allclose(raised.value, plain.value + 1e9, rtol=1e-15)
    np.testing.assert_allclose(raised.se, plain.se, rtol=1e-6)


def passes(text: str) -> int:
    return int(text.partition(" pass(es) over the rows")[0].rpartition("\n")[2])


def test_explain_tells_the_design_and_every_pass() -> None:
    name, design = DESIGNS["dclus2"]
    told = mean(table(name), ["api00", "api99"], design, by="stype").explain()
    for word in ("mean", "dnum", "fpc1", "snum", "fpc2", "3 domain(s)", "GROUP BY"):
        assert word in told
    assert passes(told) == 1
    raked = rake(table(name), design, {"stype": POPULATION["stype"], "sch.wide": POPULATION["sch.wide"]})
    assert passes(mean(table(name), "api00", raked.design, by=["awards", "stype"]).explain()) <= 2
    assert "calibrated weights" in mean(table(name), "api00", raked.design).explain()


@pytest.mark.parametrize("where", [None, "api00 > 600"])
def test_explain_tells_that_the_first_rows_were_read(where: str | None) -> None:
    """With and without the database; what looks at no first rows says nothing of them."""
    name, design = DESIGNS["dclus1"]
    told = mean(table(name), ["api00", "api99"], design, where=where).explain()
    assert told.count("the first rows alone, for shift") == 1
    assert "LIMIT 1000" in told
    assert passes(told) == 1
    assert "first rows" not in ratio(table(name), [("api00", "api99")], design, where=where).explain()


@pytest.mark.parametrize("variables", [1, 4])
def test_the_number_of_passes_does_not_grow_with_variables_or_domains(variables: int) -> None:
    name, design = DESIGNS["dclus1"]
    asked = ["api00", "api99", "meals", "ell"][:variables]
    for by in ([], ["stype"], ["stype", "sch.wide", "awards"]):
        assert passes(mean(table(name), asked, design, by=by).explain()) == 1


def test_weights_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    data = many_rows(150_000)
    pq.write_table(data, tmp_path / "many.parquet", row_group_size=10_000)
    design = Design(strata="h", clusters="street", weights="wt")
    np.testing.assert_array_equal(weights_of(tmp_path / "many.parquet", design), data["wt"].to_numpy())


def test_results_leave_as_arrow_and_pandas() -> None:
    name, design = DESIGNS["dstrat"]
    found = mean(table(name), "api00", design, by="stype")
    arrow, frame = found.to_arrow(), found.to_pandas()
    assert arrow.column_names[:3] == ["variable", "stype", "value"]
    assert arrow.schema.metadata[b"method"].decode() == found.method
    assert frame["se"].tolist() == [r["se"] for r in found.rows()]
