"""Each way of spoiling a sound programme: the message names file, row, column and how to mend it, in both languages."""

from __future__ import annotations

import csv

import pytest
import xlsxwriter
from small import answers, points, reword, spoil, write

from zhiheng.programme import reading
from zhiheng.programme.preparation import check
from zhiheng.programme.problems import CATALOGUE, Problem
from zhiheng.programme.run import measure


def only(folder, code, **expected):
    """The one finding of a kind; its message holds what every message must."""
    found = [f for f in check(folder) if f.code == code]
    assert len(found) == 1, [f.message() for f in check(folder)]
    finding = found[0]
    for name, value in expected.items():
        assert getattr(finding, name) == value, (name, getattr(finding, name))
    for language, row, mend in (("zh", "第 {} 行", "请"), ("en", "row {}", ".")):
        text = finding.message(language)
        assert finding.file in text
        assert finding.column in text
        assert finding.row is None or row.format(finding.row) in text
        assert text.count(mend)
        assert "{found}" not in text
        assert "{expected}" not in text
    assert finding.message("zh") != finding.message("en")
    return finding


def test_a_sound_programme_has_no_findings(folder):
    assert check(folder) == []


# ── files ──


def test_missing_file(folder):
    (folder / "points.csv").unlink()
    only(folder, "file_missing", file="points.csv", severity="error")


@pytest.mark.parametrize(
    "path", ["../points.csv", "/etc/passwd", "data/../../points.csv", "C:\\\\points.csv", "..\\\\points.csv"]
)
def test_a_path_stays_inside_the_folder(folder, path):
    reword(folder, 'path = "points.csv"', f'path = "{path}"')
    only(folder, "path_outside", file="plan.toml", row=38, column="tables[2].path")
    assert not [f for f in check(folder) if f.code == "file_missing"]


def test_labels_and_margins_stay_inside_too(folder):
    reword(folder, 'labels = "districts.csv"', 'labels = "../districts.csv"')
    reword(folder, 'path = "margin_sex.csv"', 'path = "/margin_sex.csv"')
    told = [f.column for f in check(folder) if f.code == "path_outside"]
    assert told == ["tables[1].weighting.margins[1].path", "domains[1].labels"]


def test_empty_file(folder):
    (folder / "points.csv").write_bytes(b"")
    only(folder, "file_empty", file="points.csv")


def test_header_only(folder):
    (folder / "points.csv").write_text("wave,district,clean\n", encoding="utf-8")
    assert "no rows" in only(folder, "file_empty", file="points.csv").message("en")


def test_gbk_file_says_what_to_write(folder):
    write(folder / "answers.csv", answers(), encoding="gbk")
    finding = only(folder, "encoding_gb", file="answers.csv", column="encoding")
    assert 'encoding = "gb18030"' in finding.message("zh")
    assert 'encoding = "gb18030"' in finding.message("en")


def test_gbk_file_declared_is_read(folder):
    write(folder / "answers.csv", answers(), encoding="gbk")
    reword(folder, 'path = "answers.csv"', 'path = "answers.csv"\nencoding = "gb18030"')
    assert check(folder) == []


def test_utf8_declared_as_gb18030(folder):
    reword(folder, 'path = "answers.csv"', 'path = "answers.csv"\nencoding = "gbk"')
    only(folder, "encoding_utf8", file="answers.csv")


def test_bytes_of_no_encoding(folder):
    (folder / "answers.csv").write_bytes(b"case,wave\n\xff\xff,2017\n")
    only(folder, "encoding_unknown", file="answers.csv")


def test_utf16(folder):
    write(folder / "answers.csv", answers(), encoding="utf-16")
    assert "UTF-16" in only(folder, "encoding_utf16", file="answers.csv").message("en")


def test_row_of_another_width(folder):
    with (folder / "points.csv").open("a", encoding="utf-8") as file:
        file.write("2018,东区,1,1,1\n")
    finding = only(folder, "file_damaged", file="points.csv", row=82)
    assert "5" in finding.message("zh")


def test_damaged_xlsx(folder):
    (folder / "points.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    reword(folder, "points.csv", "points.xlsx")
    only(folder, "file_damaged", file="points.xlsx")


def test_unknown_kind_of_file(folder):
    (folder / "points.doc").write_bytes(b"x")
    reword(folder, "points.csv", "points.doc")
    only(folder, "file_kind", file="points.doc")


def workbook(folder, rows):
    with xlsxwriter.Workbook(str(folder / "points.xlsx"), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("点位")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    reword(folder, "points.csv", "points.xlsx")


def test_xlsx_is_read_as_csv_is(folder):
    workbook(folder, points())
    assert check(folder) == []


def test_missing_sheet(folder):
    workbook(folder, points())
    reword(folder, 'path = "points.xlsx"', 'path = "points.xlsx"\nsheet = "数据"')
    assert "点位" in only(folder, "sheet_missing", file="points.xlsx").message("zh")


def test_big_xlsx_warns_with_the_time(folder, monkeypatch):
    workbook(folder, points())
    monkeypatch.setattr(reading, "XLSX_SLOW_BYTES", 1000)
    assert only(folder, "xlsx_slow", file="points.xlsx", severity="warning").message("en").count(" s ")


def test_huge_xlsx_is_refused_before_it_is_read(folder, monkeypatch):
    workbook(folder, points())
    monkeypatch.setattr(reading, "XLSX_MOST_BYTES", 1000)
    assert "csv" in only(folder, "xlsx_too_big", file="points.xlsx", severity="error").message("zh")


@pytest.mark.slow
def test_million_row_xlsx_is_read(folder):
    rows = points()
    workbook(folder, [rows[0], *(rows[1 + i % 80] for i in range(1_000_000))])
    assert [f.code for f in check(folder)] == ["xlsx_slow"]


# ── columns and values ──


def test_missing_column(folder):
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = [[c for i, c in enumerate(row) if i != 7] for row in csv.reader(file)]
    write(folder / "answers.csv", rows)
    finding = only(folder, "column_missing", file="answers.csv", row=1, column="bus")
    assert "visited" in finding.message("zh")


def test_repeated_header(folder):
    spoil(folder / "answers.csv", 1, "visited", "bus")
    codes = {f.code for f in check(folder)}
    assert {"header_repeated", "column_missing"} & codes


def test_text_in_a_number(folder):
    spoil(folder / "answers.csv", 8, "bus", "很好")
    finding = only(
        folder, "not_a_number", file="answers.csv", row=8, column="bus", severity="warning", rows=1
    )
    assert "很好" in finding.message("zh")
    assert "很好" in finding.message("en")


def test_much_text_in_a_number_is_an_error(folder):
    for row in range(2, 22):
        spoil(folder / "answers.csv", row, "bus", "很好")
    only(folder, "not_a_number", row=2, severity="error", rows=20)


def test_number_out_of_range(folder):
    spoil(folder / "answers.csv", 9, "bus", 7)
    assert "7" in only(folder, "out_of_range", file="answers.csv", row=9, column="bus").message("en")


def test_declared_codes_mean_no_answer(folder):
    spoil(folder / "answers.csv", 9, "bus", 6)
    assert check(folder) == []


def test_unknown_code(folder):
    spoil(folder / "answers.csv", 12, "sex", 3)
    found = {f.code: f for f in check(folder)}
    assert (found["code_unknown"].row, found["code_unknown"].column) == (12, "sex")
    assert "3" in found["code_unknown"].message("zh")
    # the answer then has no level of the margin, which stops the run
    assert found["answers_without_target"].severity == "error"


def test_impossible_date(folder):
    spoil(folder / "answers.csv", 5, "visited", "2017-02-30")
    assert "2017-02-30" in only(folder, "date_impossible", row=5, column="visited").message("en")


def test_unknown_wave(folder):
    spoil(folder / "points.csv", 5, "wave", 2031)
    finding = only(folder, "wave_unknown", file="points.csv", row=5, column="wave")
    assert "2017, 2018" in finding.message("zh")


def test_column_not_named_in_a_wave(folder):
    reword(folder, "[tables.coding]", '[tables.columns]\nbus = { "2017" = "bus" }\n[tables.coding]')
    finding = only(folder, "wave_unmapped", file="plan.toml")
    assert "2018" in finding.message("zh")
    assert "bus" in finding.message("en")


def test_repeated_id(folder):
    spoil(folder / "answers.csv", 7, "case", 2)
    assert "3" in only(folder, "id_repeated", file="answers.csv", row=7, column="case").message("en")


def test_rows_that_contradict_themselves(folder):
    rule = '[tables.rules.early]\nwhen = { sex = "m" }\nexpect = { bus = { from = 1, to = 4 } }\ndrop = ["bus"]\n'
    reword(folder, "[tables.design]", rule + "[tables.design]")
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    bad = [i + 2 for i, r in enumerate(rows) if r["sex"] == "1" and r["bus"] == "5"]
    finding = only(folder, "contradiction", file="answers.csv", row=bad[0], column="bus", severity="warning")
    assert finding.rows == len(bad) > 1


# ── design and weights ──


@pytest.mark.parametrize(
    ("value", "code"), [("", "weight_missing"), ("-1", "weight_negative"), ("0", "weight_zero")]
)
def test_bad_weight(folder, value, code):
    spoil(folder / "answers.csv", 30, "w", value)
    only(folder, code, file="answers.csv", row=30, column="w", severity="error", rows=1)


def test_missing_sampling_unit(folder):
    spoil(folder / "answers.csv", 30, "street", "")
    only(folder, "design_unit_missing", file="answers.csv", row=30, column="street")


def test_stratum_with_one_unit(folder):
    rows = answers()
    rows = [r for r in rows if not (r[2] == "东区" and r[3] != "东区0")]
    write(folder / "answers.csv", rows)
    finding = only(folder, "single_unit", file="answers.csv", column="district", severity="error")
    assert "东区" in finding.message("en")


def test_stratum_with_one_unit_under_a_rule_is_a_warning(folder):
    rows = answers()
    write(folder / "answers.csv", [r for r in rows if not (r[2] == "东区" and r[3] != "东区0")])
    reword(folder, 'weights = "w"', 'weights = "w"\nlonely = "adjust"')
    only(folder, "single_unit", severity="warning")


def test_population_smaller_than_the_sample(folder):
    rows = answers()
    for row in rows[1:]:
        if row[2] == "西区":
            row[4] = 3
    write(folder / "answers.csv", rows)
    finding = only(folder, "population_small", file="answers.csv", row=50, column="streets")
    assert "4" in finding.message("en")


def test_population_that_varies_within_a_stratum(folder):
    spoil(folder / "answers.csv", 50, "streets", 22)
    only(folder, "population_varies", file="answers.csv", row=50, column="streets")


# ── targets ──


def test_level_without_answers(folder):
    with (folder / "margin_sex.csv").open("a", encoding="utf-8") as file:
        file.write("2017,x,10\n2018,x,10\n")
    found = {f.code: f for f in check(folder)}
    assert "2017 · x" in found["target_without_answers"].message("zh")
    assert found["target_without_answers"].file == "margin_sex.csv"


def test_answers_without_level(folder):
    write(
        folder / "margin_district.csv",
        [["wave", "district", "total"], [2017, "东区", 1000], [2018, "东区", 1000]],
    )
    finding = only(folder, "answers_without_target", file="answers.csv", row=50)
    assert "西区" in finding.message("en")


def test_totals_that_disagree(folder):
    spoil(folder / "margin_district.csv", 5, "total", 900)
    finding = only(folder, "totals_disagree", file="margin_district.csv", column="total")
    assert "2018" in finding.message("zh")
    assert "margin_sex.csv" in finding.message("en")


def test_target_that_is_not_positive(folder):
    spoil(folder / "margin_sex.csv", 2, "total", 0)
    found = [f for f in check(folder) if f.code == "target_not_positive"]
    assert (found[0].file, found[0].row, found[0].column) == ("margin_sex.csv", 2, "total")


def test_text_in_a_target(folder):
    spoil(folder / "margin_sex.csv", 3, "total", "约五百")
    found = [f for f in check(folder) if f.code == "not_a_number"]
    assert (found[0].file, found[0].row, found[0].column) == ("margin_sex.csv", 3, "total")


def test_targets_that_no_weights_can_meet_stop_the_run(folder, tmp_path):
    """Every man lives in the east and every woman in the west, and the margins say otherwise."""
    rows = answers()
    for row in rows[1:]:
        row[6] = 1 if row[2] == "东区" else 2
    write(folder / "answers.csv", rows)
    assert check(folder) == []
    with pytest.raises(Problem) as caught:
        measure(folder, out=tmp_path / "out", formats=[])
    assert caught.value.findings[0].code == "not_measured"
    assert not (tmp_path / "out").exists()


# ── indicators ──


def test_indicator_without_data(folder):
    rows = points()
    write(folder / "points.csv", [rows[0], *([r[0], r[1], ""] for r in rows[1:])])
    only(folder, "indicator_without_data", file="indicators.csv", row=5, severity="error")


def test_indicator_without_data_in_one_wave(folder):
    rows = points()
    write(folder / "points.csv", [rows[0], *([r[0], r[1], "" if r[0] == 2017 else r[2]] for r in rows[1:])])
    assert "2017" in only(folder, "indicator_not_in_wave", row=5, severity="warning").message("zh")


def test_tree_with_a_cycle(folder):
    reword(folder, "service,index,服务", "service,bus,服务", "indicators.csv")
    found = [f for f in check(folder) if f.code == "indicator_tree"]
    assert any("成环" in f.message("zh") and f.file == "indicators.csv" and f.row for f in found)
    assert any("cycle" in f.message("en") for f in found)


def test_weights_that_do_not_sum(folder):
    reword(folder, "site,index,现场,Sites,0.4", "site,index,现场,Sites,0.5", "indicators.csv")
    finding = only(folder, "weights_sum", file="indicators.csv", row=2, column="weight")
    assert "1.1" in finding.message("zh")
    for language in ("zh", "en"):  # what can be done in a plan
        assert "balance = 0.001" in finding.message(language)
        assert "normalise_weights" not in finding.message(language)


def test_unknown_table_of_an_indicator(folder):
    reword(folder, "answers,bus", "replies,bus", "indicators.csv")
    found = {f.code: f for f in check(folder)}
    assert (found["reference_unknown"].file, found["reference_unknown"].row) == ("indicators.csv", 4)
    assert "answers" in found["reference_unknown"].message("en")


def test_unknown_category(folder):
    reword(folder, "answers,bus,mean,", "answers,sex,proportion,z", "indicators.csv")
    assert "m" in only(folder, "category_unknown", file="indicators.csv", row=4, column="category").message(
        "en"
    )


def test_unknown_column_of_indicators(folder):
    reword(folder, "statistic", "statistics", "indicators.csv")
    assert "statistic" in only(folder, "key_unknown", file="indicators.csv", row=1).message("en")


# ── areas ──


def test_tables_that_disagree_on_areas(folder):
    for row in range(2, 82):
        with (folder / "points.csv").open(encoding="utf-8") as file:
            line = file.read().splitlines()[row - 1]
        if "西区" in line:
            spoil(folder / "points.csv", row, "district", "西城区")
    found = [f for f in check(folder) if f.code == "areas_disagree"]
    assert {f.file for f in found} == {"answers.csv", "points.csv"}
    assert any("西城区" in f.message("zh") for f in found)


def test_area_that_is_not_in_the_list(folder):
    write(folder / "districts.csv", [["code", "zh", "en"], ["东区", "东区", "East"]])
    found = [f for f in check(folder) if f.code == "area_unlabelled"]
    assert [f.file for f in found] == ["answers.csv", "points.csv"]
    assert all("西区" in f.message("en") and "districts.csv" in f.message("zh") for f in found)


def test_rows_without_area_are_told(folder):
    spoil(folder / "points.csv", 6, "district", "")
    only(folder, "area_missing", file="points.csv", row=6, column="district", severity="warning", rows=1)


# ── the plan ──


def test_unknown_key_names_the_nearest(folder):
    reword(folder, "strata =", "stratum =")
    found = [f for f in check(folder) if f.code == "key_unknown"]
    assert found[0].column == "tables[1].design.stratum"
    assert "strata" in found[0].message("zh")
    assert (
        found[0].row
        == (folder / "plan.toml").read_text(encoding="utf-8").splitlines().index('stratum = ["district"]') + 1
    )


def test_wrong_choice(folder):
    reword(folder, 'role = "survey"', 'role = "poll"')
    assert "published" in only(folder, "not_allowed", file="plan.toml", column="tables[1].role").message("zh")


def test_plan_that_is_not_toml(folder):
    reword(folder, "format = 1", "format = ")
    only(folder, "plan_unreadable", file="plan.toml", row=1)


def test_no_plan(tmp_path):
    assert [f.code for f in check(tmp_path)] == ["plan_missing"]


def test_no_title(folder):
    reword(folder, 'title = { zh = "小城满意度", en = "Small town satisfaction" }\n', "")
    only(folder, "key_missing", file="plan.toml", column="title")


def test_all_problems_at_once(folder):
    spoil(folder / "answers.csv", 8, "bus", "很好")
    spoil(folder / "answers.csv", 30, "w", "-1")
    spoil(folder / "points.csv", 5, "wave", 2031)
    reword(folder, "site,index,现场,Sites,0.4", "site,index,现场,Sites,0.5", "indicators.csv")
    reword(folder, 'edition = "2018"', 'editon = "2018"')
    assert {f.code for f in check(folder)} == {
        "not_a_number", "weight_negative", "wave_unknown", "weights_sum", "key_unknown",
    }  # fmt: skip


def test_errors_stop_the_run_and_nothing_is_written(folder, tmp_path):
    spoil(folder / "answers.csv", 30, "w", "-1")
    with pytest.raises(Problem, match="negative"):
        measure(folder, out=tmp_path / "out", formats=[])
    assert not (tmp_path / "out").exists()


def test_every_message_is_complete_in_both_languages():
    for code, (chinese, english) in CATALOGUE.items():
        assert chinese.strip(), code
        assert english.strip(), code
        assert {"{found}" in chinese, "{found}" in english} != {True, False}, code
        assert {"{expected}" in chinese, "{expected}" in english} != {True, False}, code
        if code not in {
            "indicator_tree",
            "not_measured",
            "not_written",
        }:  # their words come from elsewhere and say it
            assert "请" in chinese, code
            assert english.count(". ") + english.count("? ") >= 1, code  # what is the matter; what to do
