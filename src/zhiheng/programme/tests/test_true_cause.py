"""Where one thing is wrong, that one is told: what follows from it is not, and nothing sound is blamed."""

from __future__ import annotations

import csv

import pytest
from small import points, reword, spoil, write

from zhiheng.programme.preparation import check
from zhiheng.programme.problems import Problem
from zhiheng.programme.run import measure

GIVEN = [
    ["wave", "district", "green"],
    [2017, "东区", 50],
    [2017, "西区", 60],
    [2018, "东区", 55],
    [2018, "西区", 65],
]


def errors(folder):
    return [f for f in check(folder) if f.severity == "error"]


def only_error(folder):
    found = errors(folder)
    assert len(found) == 1, [f.message("en") for f in found]
    return found[0]


def changed(path, change):
    """Write a csv again, each row changed by a function of its cells by name; none: the row is left out."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [row for row in map(change, rows) if row is not None]
    write(path, [list(rows[0]), *(list(row.values()) for row in kept)])


def published(folder, rows=GIVEN, more=""):
    """Add a published table with one indicator."""
    write(folder / "given.csv", rows)
    table = f'[[tables]]\nname = "given"\nrole = "published"\npath = "given.csv"\nwave = "wave"\n{more}[[domains]]'
    reword(folder, "[[domains]]", table)
    reword(folder, "Bus,1,", "Bus,0.5,", "indicators.csv")
    with (folder / "indicators.csv").open("a", encoding="utf-8") as file:
        file.write("green,service,绿地,Green,0.5,given,green,value,,0,100\n")


# ── the plan ──


def test_a_published_table_is_not_weighted(folder):
    published(folder, more='[tables.weighting.nonresponse]\ncells = ["district"]\nresponded = "here"\n')
    finding = only_error(folder)
    assert (finding.code, finding.column) == ("weighting_of_published", "tables[3].weighting")
    assert finding.row is not None
    assert "role" in finding.message("zh")


@pytest.mark.parametrize(
    ("old", "new", "column", "word"),
    [
        ("from = 60", 'from = "60"', "index.bands[2].from", '"60"'),
        ('kind = "choice"', 'kind = "chioce"', "questions[1].kind", "chioce"),
    ],
)
def test_a_key_of_another_kind_is_no_other_mistake_too(folder, old, new, column, word):
    reword(folder, old, new)
    (finding,) = check(folder)
    assert finding.column == column
    assert word in finding.message("en")


def test_a_mistyped_statistic_of_words_is_told_once(folder):
    reword(folder, "0.4,points,clean,mean,,0,1", "0.4,answers,sex,propotion,f,0,1",
           "indicators.csv")  # fmt: skip
    finding = only_error(folder)
    assert (finding.code, finding.column) == ("not_allowed", "statistic")


# ── margins ──


def test_a_column_of_a_margin_that_is_not_named(folder):
    reword(folder, 'columns = ["wave", "sex"]', 'columns = "sex"')
    finding = only_error(folder)
    assert (finding.code, finding.file, finding.row, finding.column) == (
        "margin_column",
        "margin_sex.csv",
        4,
        "wave",
    )
    assert "columns" in finding.message("zh")


def test_rows_of_a_margin_that_stand_twice_are_still_told_so(folder):
    with (folder / "margin_sex.csv").open("a", encoding="utf-8") as file:
        file.write("2018,f,520\n")
    assert only_error(folder).code == "duplicate_name"


@pytest.mark.parametrize(("total", "code"), [("many", "not_a_number"), ("-5", "target_not_positive")])
def test_a_total_that_is_none_is_told_once(folder, total, code):
    reword(folder, "2017,m,480", f"2017,m,{total}", "margin_sex.csv")
    assert only_error(folder).code == code


def test_a_blank_stratum_is_no_level_that_lacks_a_target(folder):
    spoil(folder / "answers.csv", 5, "district", "")
    finding = only_error(folder)
    assert (finding.code, finding.row, finding.column) == ("design_unit_missing", 5, "district")


# ── waves ──


def without(folder, wave, *names):
    for name in names:
        changed(folder / name, lambda row: None if row["wave"] == wave else row)


@pytest.mark.parametrize("one_file", [True, False])
@pytest.mark.parametrize(
    ("missing", "optional", "severity"),
    [
        ("renormalise", "", "warning"),
        ("carry", "", "warning"),
        ("fail", "", "error"),
        ("fail", "1", "warning"),
    ],
)
def test_a_table_without_rows_of_a_wave(folder, tmp_path, one_file, missing, optional, severity):
    without(folder, "2018", "points.csv")
    reword(folder, "[index]\n", f'[index]\nmissing = "{missing}"\n')
    reword(folder, "low,high\n", "low,high,optional\n", "indicators.csv")
    reword(folder, "mean,,0,1", f"mean,,0,1,{optional}", "indicators.csv")
    place = ("points.csv", "wave")
    if not one_file:
        reword(folder, 'path = "points.csv"\nwave = "wave"', 'files = { "2017" = "points.csv" }')
        place = ("plan.toml", "tables.points.files")
    (finding,) = [f for f in check(folder) if f.code == "wave_without_rows"]
    assert (finding.severity, finding.file, finding.column) == (severity, *place)
    assert "2018" in finding.message("zh")
    if severity == "error":
        with pytest.raises(Problem):
            measure(folder, out=tmp_path / "out", formats=[])
    else:
        assert errors(folder) == []
        measure(folder, out=tmp_path / "out", formats=["html"])


def test_margins_of_a_wave_without_rows_are_left_out(folder, tmp_path):
    without(folder, "2018", "answers.csv")
    assert errors(folder) == []
    run = measure(folder, out=tmp_path / "out", formats=["html"])
    assert run.analyses["answers"].final_weights.sum() == pytest.approx(1000)


def test_a_wave_that_no_table_has(folder):
    without(folder, "2018", "answers.csv", "points.csv")
    (finding,) = check(folder)
    assert (finding.code, finding.file, finding.severity) == ("wave_empty", "plan.toml", "error")


def test_a_wave_written_otherwise_in_the_data_is_told_alone(folder):
    changed(folder / "answers.csv", lambda row: row | {"wave": row["wave"] + "年"})
    finding = only_error(folder)
    assert (finding.code, finding.file, finding.row) == ("wave_unknown", "answers.csv", 2)
    assert "““" not in finding.message("zh")
    assert "“2017年” × 96" in finding.message("zh")


def test_a_file_that_serves_two_waves(folder):
    both = 'files = { "2017" = "points.csv", "2018" = "points.csv" }'
    reword(folder, 'path = "points.csv"\nwave = "wave"', both)
    (finding,) = check(folder)
    assert (finding.code, finding.severity, finding.file) == ("file_of_waves", "warning", "plan.toml")
    assert "points.csv" in finding.message("en")
    write(
        folder / "points.csv", [["wave", "district", "clean", "later"], *([*r, r[2]] for r in points()[1:])]
    )
    picks = '[tables.columns]\nclean = { "2017" = "clean", "2018" = "later" }\n[tables.coding]\nclean ='
    reword(folder, "[tables.coding]\nclean =", picks)
    assert check(folder) == []  # each wave has columns of its own


# ── units ──


def test_published_values_without_a_column_of_units(folder):
    published(folder, [["wave", "area", "green"], *GIVEN[1:]])
    finding = only_error(folder)
    assert (finding.code, finding.file) == ("published_without_units", "given.csv")
    assert "district" in finding.message("zh")
    assert "level_lacks" not in {f.code for f in check(folder)}


def test_a_margin_of_all_waves_together_is_told(folder):
    reword(folder, 'columns = ["wave", "sex"]', 'columns = ["sex"]')
    write(folder / "margin_sex.csv", [["sex", "total"], ["m", 960], ["f", 1040]])
    (found,) = [f for f in check(folder) if f.code == "margin_of_all_waves"]
    assert (found.severity, found.file, found.found) == ("warning", "margin_sex.csv", "sex")
