"""Each form is written in the test, as a survey manager would see it."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from pyxform.xls2xform import convert

from zhiheng.xform import Problem, read_form

SURVEY = [
    ["type", "name", "label::中文 (zh)", "label::English (en)"],
    ["begin group", "service", "服务", "Service"],
    ["select_one rating", "bus", "您对公交的评价", "How do you rate the bus?"],
    ["integer", "age", "年龄", ""],
    ["end group", "", "", ""],
]
CHOICES = [
    ["list_name", "name", "label::中文 (zh)", "label::English (en)"],
    ["rating", 1, "很不满意", "Very dissatisfied"],
    ["rating", 5, "很满意", "Very satisfied"],
]


def form(folder: Path, **sheets: list[list[object]]) -> Path:
    path = folder / "questionnaire.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_labels_in_both_languages(tmp_path):
    read = read_form(form(tmp_path, survey=SURVEY, choices=CHOICES, settings=[["form_title"], ["公交调查"]]))
    assert read.title == "公交调查"
    assert [q.name for q in read.questions] == ["bus", "age"]
    assert (read.question("bus").label.zh, read.question("bus").label.en) == (
        "您对公交的评价",
        "How do you rate the bus?",
    )
    assert read.question("bus").row == 3


def test_a_language_that_is_not_there_takes_the_other(tmp_path):
    read = read_form(form(tmp_path, survey=SURVEY, choices=CHOICES))
    assert read.question("age").label.en == "年龄"


def test_choices_keep_their_codes_as_text(tmp_path):
    read = read_form(form(tmp_path, survey=SURVEY, choices=CHOICES))
    assert [(c.name, c.label.zh, c.label.en) for c in read.choices_of("bus")] == [
        ("1", "很不满意", "Very dissatisfied"),
        ("5", "很满意", "Very satisfied"),
    ]
    assert read.choices_of("age") == ()


def test_a_form_in_one_language(tmp_path):
    read = read_form(form(tmp_path, survey=[["type", "name", "label"], ["text", "q", "意见"]]))
    assert (read.question("q").label.zh, read.question("q").label.en) == ("意见", "意见")


def test_a_missing_choice_list_is_named_with_its_row(tmp_path):
    with pytest.raises(Problem) as caught:
        read_form(form(tmp_path, survey=[*SURVEY[:2], ["select_one marks", "q", "问", "Q"]], choices=CHOICES))
    assert (caught.value.rule, caught.value.row, caught.value.found) == ("list_missing", 3, "marks")
    assert "rating" in caught.value.message("zh")
    assert "marks" in caught.value.message("en")


@pytest.mark.parametrize(
    ("sheets", "rule"),
    [
        ({"choices": CHOICES}, "sheet_missing"),
        ({"survey": [["type", "label"], ["text", "问"]]}, "column_missing"),
        ({"survey": [["type", "name"], ["text", "q"], ["text", "q"]]}, "name_repeated"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, sheets, rule):
    with pytest.raises(Problem) as caught:
        read_form(form(tmp_path, **sheets))
    assert caught.value.rule == rule


def test_a_file_that_is_no_spreadsheet(tmp_path):
    path = tmp_path / "questionnaire.xlsx"
    path.write_bytes(b"not a spreadsheet")
    with pytest.raises(Problem, match="cannot be read"):
        read_form(path)


def test_pyxform_takes_the_same_form(tmp_path):
    """The forms of these tests are true XLSForms."""

    choices = [
        ["list_name", "name", *CHOICES[0][2:]],
        ["rating", "a1", "差", "bad"],
        ["rating", "a5", "好", "good"],
    ]
    survey = [r[:] for r in SURVEY]
    survey[3][3] = "Age"
    assert "您对公交的评价" in convert(xlsform=str(form(tmp_path, survey=survey, choices=choices))).xform
