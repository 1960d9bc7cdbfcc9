"""A line of people is understood whatever the order of its parts; what is in a sheet is text."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from zhiheng.core.problems import Problem
from zhiheng.gatherings.problems import TOO_MANY_LINES
from zhiheng.gatherings.reading import MOST, Line, from_file, from_text

WANTED = ("张三", "沪东电器有限公司", "13800001234")


def read(text):
    return [(line.name, line.organisation, line.mobile) for line in from_text(text)]


@pytest.mark.parametrize(
    "typed",
    [
        "张三\t沪东电器有限公司\t13800001234",
        "沪东电器有限公司,张三,138-0000-1234",
        "13800001234，沪东电器有限公司，张三",
        "张三 沪东电器有限公司 +86 138 0000 1234",
        "138 0000 1234 张三 沪东电器有限公司",
        "7\t张　三\t沪东电器有限公司\t13800001234",
        "  张三 、沪东电器有限公司、 13800001234  ",
    ],
)
def test_name_organisation_and_mobile_stand_in_any_order(typed):
    assert read(typed) == [WANTED]


def test_the_shorter_of_two_cells_is_the_person():
    assert read("沪东电器\t张三") == [("张三", "沪东电器", "")]
    assert read("张三\t沪东电器") == [("张三", "沪东电器", "")]


def test_a_latin_name_stays_together():
    assert read("Ann Lee 13800001234") == [("Ann Lee", "", "13800001234")]
    assert read("Ann Lee, Acme Co. Ltd, 13800001234") == [("Ann Lee", "Acme Co. Ltd", "13800001234")]


def test_the_end_of_a_number_is_kept_and_a_number_in_front_is_not():
    assert read("张三，沪东电器有限公司，1234") == [("张三", "沪东电器有限公司", "1234")]
    assert read("1001\t张三\t沪东电器有限公司") == [("张三", "沪东电器有限公司", "")]


def test_headings_say_which_column_is_what():
    lines = from_text("序号\t单位名称\t姓名\t手机\n1\t王牌\t沪东集团公司\t13800001234\n\n2\t甲\t乙\t")
    assert lines == [Line("沪东集团公司", "王牌", "13800001234", 2), Line("乙", "甲", "", 4)]


def test_a_line_that_says_little_is_not_lost():
    assert read("13800001234\n沪东电器有限公司") == [("", "", "13800001234"), ("", "沪东电器有限公司", "")]


def test_a_list_of_an_old_program_is_read():
    assert from_file("姓名,单位\n张三,沪东电器有限公司\n".encode("gbk")) == [
        Line("张三", "沪东电器有限公司", "", 2)
    ]


def test_a_formula_is_text_and_a_number_is_no_fraction():
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "单位", "手机号"])
    sheet.write_string(1, 0, "=HYPERLINK(1)")
    sheet.write_string(1, 1, "甲公司")
    sheet.write_number(1, 2, 13800001234)
    sheet.write_formula(2, 0, '="张"&"三"', None, "张三")
    book.close()
    assert from_file(held.getvalue()) == [
        Line("=HYPERLINK(1)", "甲公司", "13800001234", 2),
        Line("张三", "", "", 3),
    ]


def test_more_lines_than_are_read_at_once_are_refused_and_none_is_read():
    with pytest.raises(Problem) as refused:
        from_text("张三\n" * (MOST + 1))
    assert refused.value.rule is TOO_MANY_LINES
