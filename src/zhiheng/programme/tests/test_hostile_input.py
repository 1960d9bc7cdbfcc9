"""Files and plans as hurried people hand them in: nothing crashes, nothing is taken for something else in silence."""

from __future__ import annotations

import csv

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from small import answers, points, reword, spoil, write
from test_bad_input import only

from zhiheng.programme.preparation import check
from zhiheng.programme.problems import Problem
from zhiheng.programme.run import measure


def codes(folder):
    return {f.code for f in check(folder)}


# ── files ──


def book(folder, formulas):
    """The points as a workbook with formulas: by cell, the formula and what the spreadsheet keeps as its result."""
    with xlsxwriter.Workbook(str(folder / "points.xlsx")) as workbook:
        sheet = workbook.add_worksheet()
        for n, row in enumerate(points()):
            sheet.write_row(n, 0, row)
        for cell, (formula, result) in formulas.items():
            sheet.write_formula(cell, formula, None, result)
    reword(folder, "points.csv", "points.xlsx")


def test_a_formula_that_was_never_worked_out_is_no_blank_answer(folder):
    book(folder, {"C5": ("=1-0", ""), "C7": ("=1-1", "")})
    finding = only(folder, "cells_without_value", file="points.xlsx", row=5, column="clean", rows=2)
    assert finding.severity == "error"
    assert "C5 =1-0" in finding.message("zh")


@pytest.mark.parametrize(("count", "severity"), [(1, "warning"), (9, "error")])
def test_an_error_of_a_spreadsheet_is_told(folder, count, severity):
    book(folder, {f"C{row}": ("=NA()", "#N/A") for row in range(4, 4 + count)})
    finding = only(folder, "cells_without_value", row=4, severity=severity, rows=count)
    assert "C4 #N/A" in finding.message("en")


def test_a_formula_with_its_result_is_read(folder):
    book(folder, {"C2": ("=2-1", 1), "F3": ("=1/0", "#DIV/0!")})  # the plan does not use column F
    assert check(folder) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
@pytest.mark.parametrize("file", ["answers.csv", "indicators.csv", "plan.toml", "margin_sex.csv"])
def test_utf16_is_told_as_what_it_is(folder, file, encoding):
    text = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(text, encoding=encoding)
    assert "UTF-8" in only(folder, "encoding_utf16", file=file).message("zh")


def test_a_plan_in_gbk_is_told_as_what_it_is(folder):
    text = (folder / "plan.toml").read_text(encoding="utf-8")
    (folder / "plan.toml").write_text(text, encoding="gbk")
    assert "GBK" in only(folder, "encoding_gb_plan", file="plan.toml").message("en")


@pytest.mark.parametrize("mark", [";", "\t"])
@pytest.mark.parametrize("file", ["answers.csv", "indicators.csv"])
def test_other_separators_are_one_problem_and_not_a_list_of_missing_columns(folder, file, mark):
    text = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(text.replace(",", mark), encoding="utf-8")
    only(folder, "csv_separator", file=file, row=1)
    assert "column_missing" not in codes(folder)


def test_cells_beyond_the_header_of_a_small_table_are_told(folder):
    reword(folder, "bus,service,公交,Bus", "bus,service,公交,Bus, big", "indicators.csv")
    assert "12" not in only(folder, "cells_beyond", file="indicators.csv", row=4).message("zh")


def test_a_lacking_file_of_the_plan_is_not_sought_with_data(folder):
    (folder / "districts.csv").unlink()
    assert "plan" not in only(folder, "plan_file_missing", file="districts.csv").message("zh")


def test_a_line_that_is_no_toml_is_shown(folder):
    reword(folder, 'edition = "2018"', "edition: 2018")
    assert "edition: 2018" in only(folder, "plan_unreadable", file="plan.toml", row=3).message("zh")


def test_of_a_parquet_file_only_the_columns_of_the_plan_are_read(folder, monkeypatch):
    rows = points()
    table = pa.table({
        " wave ": [str(r[0]) for r in rows[1:]],
        "district": [r[1] for r in rows[1:]],
        "cl.ean": [r[2] for r in rows[1:]],
        "photo": ["x" * 1000] * (len(rows) - 1),
    })  # fmt: skip
    pq.write_table(table, folder / "points.parquet")
    reword(folder, "points.csv", "points.parquet")
    reword(folder, "[tables.coding]\nclean", '[tables.columns]\nclean = "cl.ean"\n[tables.coding]\nclean')
    read, asked = pq.read_table, []
    monkeypatch.setattr(
        pq, "read_table", lambda path, columns=None: asked.append(columns) or read(path, columns=columns)
    )
    assert check(folder) == []
    assert [sorted(a) for a in asked] == [[" wave ", "cl.ean", "district"]]


# ── values ──


def test_rows_without_an_id_are_told(folder):
    for row in (4, 9):
        spoil(folder / "answers.csv", row, "case", "")
    only(folder, "id_missing", file="answers.csv", row=4, column="case", severity="warning", rows=2)


def test_a_text_in_the_weights_is_not_called_blank(folder):
    spoil(folder / "answers.csv", 5, "w", "一")
    only(folder, "not_a_number", row=5, column="w", severity="error")
    assert [f.code for f in check(folder)] == ["not_a_number"]


def test_values_of_several_waves_are_counted_together(folder):
    rows = answers()
    spoiled = [r for r in range(1, len(rows)) if r % 40 == 3]
    for n in spoiled:
        rows[n][7] = 77 if n < 90 else 88
    write(folder / "answers.csv", rows)
    finding = only(folder, "out_of_range", column="bus", rows=len(spoiled))
    few = sum(n < 90 for n in spoiled)
    assert f"“77” × {few}" in finding.message("en")
    assert f"“88” × {len(spoiled) - few}" in finding.message("zh")


def test_what_stands_in_the_first_of_many_rows_is_called_an_example(folder):
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    write(folder / "answers.csv", [*rows, *rows[1:4]])
    assert "such as" in only(folder, "id_repeated", rows=3).message("en")


def test_units_in_several_strata_are_found_by_the_check(folder):
    rows = answers()
    for row in rows[1:]:
        row[3] = str(row[3])[-1]
    write(folder / "answers.csv", rows)
    assert "nest" in only(folder, "unit_in_strata", file="answers.csv", row=2, column="street").message("zh")


@pytest.mark.parametrize("value", [0, -3])
def test_population_of_none(folder, value):
    for row in range(2, 194):
        spoil(folder / "answers.csv", row, "streets", value)
    only(folder, "population_small", column="streets", row=2)


def test_a_unit_without_answers_does_not_vanish_in_silence(folder):
    rows = answers()
    for row in rows[1:]:
        if (row[1], row[2]) == (2018, "西区"):
            row[7] = 6
    write(folder / "answers.csv", rows)
    finding = only(
        folder, "unit_unanswered", file="answers.csv", row=146, column="district", severity="warning", rows=48
    )
    assert "西区 2018 (bus)" in finding.message("zh")


# ── the plan ──


def test_a_mean_of_words_is_refused(folder):
    reword(
        folder, "bus = { valid = [1, 5], missing = [0, 6] }", 'bus = { codes = { 1 = "bad", 2 = "good" } }'
    )
    only(folder, "code_as_number", file="indicators.csv", row=4)


def test_a_coding_of_a_mistyped_name_is_told(folder):
    reword(folder, "bus = { valid", "bos = { valid")
    finding = only(folder, "column_unused", severity="warning", column="tables.answers.coding.bos")
    assert "bus" in finding.message("zh")
    assert finding.row == 18


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        ("format = 1", "format = 1\nnotes = 7", "key_kind", "notes"),
        ("format = 1", "format = 1\nseed = inf", "key_kind", "seed"),
        ("format = 1", "format = 1\nseed = 1.5", "not_allowed", "seed"),
        ('sex = { codes = { 1 = "m", 2 = "f" } }', "sex = { ranges = 3 }", "key_kind", "tables[1].coding.sex.ranges"),
        ('2 = "f"', '2 = ""', "key_kind", "tables[1].coding.sex.codes.2"),
        ('date = "%Y-%m-%d"', 'date = "yyyy-mm-dd"', "key_kind", "tables[1].coding.visited.date"),
        ('missing = ["1900-01-01"]', 'from = "May"', "key_kind", "tables[1].coding.visited.from"),
        ("upper = 5.0", "lower = 5.0, upper = 0.2", "key_kind", "tables[1].weighting.trim"),
        ("[index]", "[index]\ndecimals = -1", "not_allowed", "index.decimals"),
        ("from = 60", "from = nan", "key_kind", "index.bands[2].from"),
        ("from = 60", "from = 0", "duplicate_name", "index.bands[2].from"),
        ("from = 60", 'from = 60\ncolour = "red; }"', "key_kind", "index.bands[2].colour"),
        ('code = "2018"', 'code = "2017"', "duplicate_name", "waves[2].code"),
        ("[[questions]]", "[outputs]\nlanguage = []\n[[questions]]", "not_allowed", "outputs.language"),
    ],
)  # fmt: skip
def test_values_no_run_could_use_are_refused_where_they_stand(folder, old, new, code, column):
    reword(folder, old, new)
    finding = only(folder, code, file="plan.toml", column=column)
    assert finding.row is not None


def test_a_veto_on_a_band_that_is_not_there(folder):
    rule = (
        '[[index.adjust]]\ncode = "v"\nkind = "veto"\ntable = "points"\nvariable = "clean"\ncap_band = "9"\n'
    )
    reword(folder, "[[index.bands]]", rule + "[[index.bands]]")
    assert "1, 2" in only(folder, "reference_unknown", column="index.adjust[1].cap_band").message("zh")


def test_targets_that_no_weights_can_meet_name_table_and_files(folder, tmp_path):
    rows = answers()
    for row in rows[1:]:
        row[6] = 1 if row[2] == "东区" else 2
    write(folder / "answers.csv", rows)
    with pytest.raises(Problem) as caught:
        measure(folder, out=tmp_path / "out", formats=[])
    told = caught.value.message("zh")
    assert "tables.answers.weighting" in told
    assert "margin_sex.csv" in told
    assert "。。" not in told
