"""Who responded: what is wrong there is told by its cause, and what is lacking for that reason is not."""

from __future__ import annotations

import csv

import pytest
from small import answers, reword, spoil, write

from zhiheng.programme.preparation import check


def adjusted(folder, here, cells='["district"]', **more):
    """Adjust the answers for nonresponse; `here` and more columns are functions of the row's number and its cells."""
    header, *rows = answers()
    named = {"here": here, **more}
    written = [
        [*row, *(make(at, dict(zip(header, row, strict=True))) for make in named.values())]
        for at, row in enumerate(rows)
    ]
    write(folder / "answers.csv", [[*header, *named], *written])
    said = f'[tables.weighting.nonresponse]\ncells = {cells}\nresponded = "here"\n'
    reword(folder, "trim = { upper = 5.0 }\n", "trim = { upper = 5.0 }\n" + said)


def seventh(at, row):
    return int(at % 7 != 0)


def only_finding(folder):
    found = [f for f in check(folder) if f.code != "words_lacking"]  # of columns that only a test here has
    assert len(found) == 1, [f.message("en") for f in found]
    return found[0]


@pytest.mark.parametrize(("yes", "no"), [("yes", "no"), ("true", "false"), ("是", "否"), ("1", "2")])
def test_responses_that_are_not_1_and_0_are_told_alone(folder, yes, no):
    adjusted(folder, lambda at, _: yes if at % 7 else no)
    finding = only_finding(folder)
    assert (finding.code, finding.severity, finding.column) == ("response_unclear", "error", "here")
    assert f"“{no}” × 28" in finding.message("zh")


def test_responses_coded_as_words_are_still_told(folder):
    adjusted(folder, seventh)
    reword(folder, "sex = { codes", 'here = { codes = { 1 = "yes", 0 = "no" } }\nsex = { codes')
    assert only_finding(folder).code == "response_unclear"


def test_blank_and_mistyped_responses_are_both_told(folder):
    adjusted(folder, seventh)
    spoil(folder / "answers.csv", 4, "here", "")
    spoil(folder / "answers.csv", 5, "here", "2")
    spoil(folder / "answers.csv", 6, "here", "maybe")
    found = check(folder)
    assert [(f.code, f.row, f.rows) for f in found] == [
        ("response_unclear", 4, 1),
        ("response_unclear", 5, 2),
    ]
    assert "blank" in found[0].message("en")
    assert "“2” × 1, “maybe” × 1" in found[1].message("en")


def test_nobody_responded(folder):
    adjusted(folder, lambda *_: 0)
    finding = only_finding(folder)
    assert (finding.code, finding.severity, finding.rows) == ("nobody_responded", "error", 192)


def test_a_silent_cell_is_told_alone(folder):
    adjusted(folder, lambda _, row: int(row["district"] == "东区"))
    finding = only_finding(folder)
    assert (finding.code, finding.rows) == ("cell_silent", 96)
    assert "西区" in finding.message("zh")


def test_numbers_of_silent_cells_are_plain(folder):
    adjusted(folder, lambda at, _: int(at % 3 > 0), '["wave", "age"]', age=lambda at, _: at % 3)
    reword(folder, "sex = { codes", "age = { valid = [0, 2] }\nsex = { codes")
    (finding,) = [f for f in check(folder) if f.severity == "error"]
    assert "2017 · 0, 2018 · 0" in finding.message("en")


@pytest.mark.parametrize(("keep", "word"), [("", "data"), ("keep = { here = [1] }\n", "here = 1")])
def test_nothing_to_adjust(folder, keep, word):
    adjusted(folder, seventh if keep else lambda *_: 1)
    reword(folder, 'id = "case"\n', f'id = "case"\n{keep}')
    finding = only_finding(folder)
    assert (finding.code, finding.severity, finding.column) == ("everybody_responded", "warning", "here")
    assert word in finding.message("en")


def test_cells_that_are_known_of_respondents_only(folder):
    adjusted(folder, seventh, '["age"]', age=lambda at, _: "" if at % 7 == 0 or at == 3 else "yo"[at % 2])
    finding = only_finding(folder)
    assert (finding.code, finding.severity, finding.column) == ("cell_unknown", "error", "age")
    assert (finding.row, finding.rows) == (2, 28)
    assert "None" not in finding.message("zh")


def test_blank_cells_are_told_with_their_rows(folder):
    adjusted(folder, seventh, '["age"]', age=lambda at, _: "" if at % 8 == 0 else "yo"[at % 2])
    (finding,) = [f for f in check(folder) if f.column == "age"]
    assert (finding.code, finding.severity, finding.row, finding.rows) == ("cell_blank", "warning", 2, 24)
    assert [f for f in check(folder) if f.severity == "error"] == []


def test_blank_cells_without_a_respondent_can_not_be_adjusted(folder):
    adjusted(folder, seventh, '["age"]', age=lambda at, _: "" if at % 14 == 0 else "yo"[at % 2])
    finding = only_finding(folder)
    assert (finding.code, finding.severity, finding.rows) == ("cell_blank", "error", 14)


@pytest.mark.parametrize("rows", [[5], range(2, 194)])
@pytest.mark.parametrize("column", ["w", "streets"])
def test_text_where_every_row_has_a_number_is_told_once(folder, rows, column):
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        cells = list(csv.reader(file))
    for row in rows:
        cells[row - 1][cells[0].index(column)] = "1,200"
    write(folder / "answers.csv", cells)
    finding = only_finding(folder)
    assert (finding.code, finding.severity, finding.column) == ("not_a_number", "error", column)
    assert finding.rows == len(rows)
