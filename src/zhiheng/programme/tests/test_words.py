"""Words for columns and codes: from the plan, from the questionnaire; what lacks them is told."""

from __future__ import annotations

import pytest
import xlsxwriter
from small import programme, reword
from test_bad_input import only

from zhiheng.programme.preparation import check
from zhiheng.programme.report.names import Names
from zhiheng.programme.report.weighting import target_table
from zhiheng.programme.run import measure

STREET = 'street = { zh = "街道", en = "Street" }\n'
SEX = 'sex = { zh = "性别", en = "Sex", values = { m = { zh = "男", en = "Men" }, f = { zh = "女", en = "Women" } } }\n'


@pytest.fixture
def folder(tmp_path):
    return programme(tmp_path / "small")


def test_the_report_names_columns_and_codes_as_the_plan_does(folder):
    names = Names(measure(folder, out=folder / "out", formats=[]))
    assert names.column("street").en == "Street"
    assert {row["level"].zh for row in target_table(names).rows} >= {"2018、男", "2018、女"}


def test_columns_without_words_are_told(folder):
    reword(folder, STREET, "")
    reword(folder, SEX, "")
    finding = only(folder, "words_lacking", file="plan.toml", column="names", severity="warning")
    assert "street, sex" in finding.message("zh")
    assert "[names]" in finding.message("en")


def test_codes_that_are_mere_numbers_need_words(folder):
    reword(folder, 'sex = { codes = { 1 = "m", 2 = "f" } }\n', "")
    for old, new in (("m", "1"), ("f", "2")):
        text = (folder / "margin_sex.csv").read_text(encoding="utf-8")
        (folder / "margin_sex.csv").write_text(text.replace(f",{old},", f",{new},"), encoding="utf-8")
    assert "1, 2" in only(folder, "words_lacking", column="names.sex").message("zh")
    reword(folder, "values = { m =", "values = { 1 =")
    reword(folder, "f = { zh", "2 = { zh")
    assert check(folder) == []


def test_words_of_a_questionnaire_will_do(folder):
    reword(folder, STREET, "")
    with xlsxwriter.Workbook(str(folder / "questionnaire.xlsx")) as book:
        sheet = book.add_worksheet("survey")
        sheet.write_row(0, 0, ("type", "name", "label::中文 (zh)", "label::English (en)"))
        sheet.write_row(1, 0, ("text", "street", "所在街道", "Street of the home"))
        book.add_worksheet("choices").write_row(0, 0, ("list_name", "name", "label::中文 (zh)"))
        book.add_worksheet("settings")
    assert check(folder) == []
    assert Names(measure(folder, out=folder / "out", formats=[])).column("street").zh == "所在街道"


def test_words_for_a_column_that_is_not_there_are_told(folder):
    reword(folder, STREET, STREET + 'strete = "街"\n')
    assert "street" in only(folder, "column_unused", column="names.strete").message("en")
