"""Bank statements are read as banks hand them out; every line that is wrong is named, and nothing taken."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
import xlsxwriter

from zhiheng.core.journal.models import Line
from zhiheng.core.problems import SHEET_UNREADABLE
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import Payment, Statement
from zhiheng.lines.members.problems import NO_COLUMNS, REFERENCE_TAKEN, STATEMENT_FAULTS
from zhiheng.lines.members.statements import read_statement
from zhiheng.lines.members.tests.house import HEADINGS, refused, statement

GOOD = ["2018-03-01", "甲厂", "", "1,000.00", "会费", "A1"]


def read(*rows, headings=HEADINGS, encoding="utf-8"):
    return read_statement(statement(rows, headings, encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize(
    ("headings", "row"),
    [
        (HEADINGS, GOOD),
        (
            ["序号", "记账日期", "流水号", "付款人名称", "收入金额（元）", "支出金额（元）", "用途"],
            ["1", "20180301", "A1", "甲厂", "￥1000", "", "会费"],
        ),
        (
            ["交易时间", "交易金额", "借贷标志", "对方户名", "交易流水号", "摘要", "附言"],
            ["2018/3/1 10:20:30", "1000.00", "贷", "甲厂", "A1", "", "会费"],
        ),
        (
            ["交易日期", "发生额", "对方名称", "银行流水号", "备注"],
            ["2018年3月1日", "+1000", "甲厂", "A1", "会费"],
        ),
    ],
)
def test_columns_are_found_by_what_banks_call_them(headings, row, encoding):
    [entry] = read(row, headings=headings, encoding=encoding).entries
    assert (entry.paid_on, entry.payer, entry.amount) == (dt.date(2018, 3, 1), "甲厂", Decimal(1000))
    assert (entry.reference, entry.memo) == ("A1", "会费")


def test_lines_above_the_headings_blank_ones_totals_and_money_going_out_are_no_income():
    content = statement(
        [
            HEADINGS,
            GOOD,
            ["", "", "", "", "", ""],
            ["2018-03-02", "银行", "12.00", "", "手续费", "A2"],
            ["合计", "", "12.00", "1,000.00", "", ""],
        ],
        headings=["账号", "3100 0000", "", "", "", ""],
    )
    reading = read_statement(content)
    assert [entry.line for entry in reading.entries] == [3]
    assert (reading.skipped, reading.faults) == (2, ())
    assert reading.columns["income"] == "贷方金额"


def test_a_workbook_is_read_like_a_csv():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        page.write_datetime(1, 0, dt.date(2018, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
        page.write_row(1, 1, ["甲厂", "", 1000, "会费", "20180301000000000001"])
    [entry] = read_statement(buffer.getvalue()).entries
    assert (entry.paid_on, entry.amount) == (dt.date(2018, 3, 1), 1000)
    assert entry.reference == "20180301000000000001"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({3: "一千元整"}, "不是数字"),
        ({3: "=500+500"}, "不是数字"),
        ({3: "-1000"}, "不是正数"),
        ({3: "0.001"}, "不足一分"),
        ({3: "NaN"}, "不是数字"),
        ({3: "1e3"}, "不是数字"),
        ({3: "9" * 15}, "过大"),
        ({3: ""}, "既没有收入也没有支出"),
        ({0: "三月一日"}, "读不出来"),
        ({0: "2018-02-30"}, "读不出来"),
        ({0: "20185-05-01"}, "读不出来"),
        ({0: "2018-5-012"}, "读不出来"),
        ({0: "201805011"}, "读不出来"),
        ({0: "0018-05-01"}, "读不出来"),
        ({0: "2108-05-01"}, "今日之间"),
        ({3: "0"}, "既没有收入也没有支出"),
        ({3: "0.00"}, "既没有收入也没有支出"),
        ({3: "-0.01"}, "不是正数"),
        ({3: "1e12"}, "不是数字"),
        ({3: "1000000000000"}, "过大"),
        ({1: ""}, "没有对方户名"),
        ({5: ""}, "没有流水号"),
        ({5: "2.01803E+19"}, "改成数字"),
        ({5: "A" * 61}, "超过 60"),
    ],
)
def test_a_line_that_is_wrong_is_named_with_its_number(change, said):
    wrong = [change.get(at, cell) for at, cell in enumerate(GOOD)]
    reading = read(["2018-02-01", "乙厂", "", "5", "", "B1"], wrong)
    [fault] = reading.faults
    assert fault.line == 3
    assert said in fault.words
    assert fault.text.en
    assert len(reading.entries) == 1


def test_a_reference_that_stands_twice_in_a_file_is_a_fault():
    [fault] = read(GOOD, [*GOOD[:3], "2000", *GOOD[4:]]).faults
    assert "第 2 行重复" in fault.words


@pytest.mark.parametrize("headings", [["a", "b", "c", "d", "e", "f"], [*HEADINGS[:3], "x", *HEADINGS[4:]]])
def test_a_file_without_the_columns_says_which(headings):
    with refused(NO_COLUMNS) as found:
        read(GOOD, headings=headings)
    assert "贷方金额" in found.problem.breach


@pytest.mark.parametrize(
    "day",
    [
        "2018-03-01",
        "2018/3/1",
        "2018年3月1日",
        "20180301",
        "20180301101112",
        "2018-03-01 10:11:12",
        "2018.03.01",
    ],
)
def test_a_day_is_read_as_banks_write_it(day):
    assert read([day, *GOOD[1:]]).entries[0].paid_on == dt.date(2018, 3, 1)


def test_a_picture_under_a_false_name_and_a_text_are_no_statement():
    with refused(SHEET_UNREADABLE):
        read_statement(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    with refused(SHEET_UNREADABLE):
        read_statement(b"PK\x03\x04 and nothing more")
    with refused(NO_COLUMNS):
        read_statement("这不是流水".encode())


def test_tabs_below_a_title_without_any_are_found():
    rows = ["某银行账户明细", "\t".join(HEADINGS), "\t".join(GOOD)]
    [entry] = read_statement("\n".join(rows).encode("gb18030")).entries
    assert (entry.payer, entry.amount) == ("甲厂", Decimal(1000))


def test_a_formula_without_a_result_is_a_fault_of_its_line():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, GOOD)
        sheet.write_formula(1, 3, "=500+500", None, "")
    [fault] = read_statement(buffer.getvalue()).faults
    assert fault.line == 2


def test_a_file_in_no_known_encoding_is_refused():
    with refused(SHEET_UNREADABLE):
        read_statement("交易日期".encode("gbk") + b"\xff\xff\xff")


@pytest.mark.django_db
def test_of_a_file_with_a_fault_nothing_is_taken(house):
    lines = Line.objects.count()
    with refused(STATEMENT_FAULTS) as found:
        house.take_in([GOOD, ["2018-03-02", "乙厂", "", "一千", "", "A2"], ["x", "丙厂", "", "5", "", "A3"]])
    assert "2 处错误" in found.problem.breach
    assert not Payment.objects.exists()
    assert not Statement.objects.exists()
    assert Line.objects.count() == lines


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{3: "2000"}, {1: "乙厂"}, {0: "2018-03-02"}])
def test_a_known_reference_with_other_contents_is_refused(house, change):
    house.take_in([GOOD])
    with refused(REFERENCE_TAKEN):
        house.take_in([[change.get(at, cell) for at, cell in enumerate(GOOD)], [*GOOD[:5], "A9"]])
    assert Payment.objects.get().amount == 1000


@pytest.mark.django_db
def test_a_formula_in_a_name_or_memo_is_kept_as_text(house):
    house.take_in([["2018-03-01", "=HYPERLINK(1)", "", "5", "@SUM(A1)", "A1"]])
    payment = Payment.objects.get()
    assert (payment.payer, payment.memo) == ("=HYPERLINK(1)", "@SUM(A1)")


@pytest.mark.django_db
def test_the_journal_holds_no_value_of_a_statement(house):
    members.take_in(
        by=house.by, name="秘密.csv", content=statement([["2018-03-01", "机密厂", "", "123456.78", "", "A1"]])
    )
    told = str(list(Line.objects.values_list()))
    assert "机密" not in told
    assert "123456" not in told
    assert "秘密" not in told
