"""What somebody hands in is read as text whatever it is called; what is handed out holds no live formula."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
import xlsxwriter

from zhiheng.core import sheets
from zhiheng.core.problems import SHEET_LARGE, SHEET_UNREADABLE, Problem
from zhiheng.documents import Column
from zhiheng.ui.words import Text

ROWS = [["户名", "金额"], ["甲厂，一分厂", "1,000.50"]]
CSV = '户名,金额\r\n"甲厂，一分厂","1,000.50"\r\n'


def packed(*rows):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet()
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_is_read_in_the_encodings_that_offices_write(encoding):
    assert sheets.read(CSV.encode(encoding)) == ROWS


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_the_mark_between_cells_is_found(mark):
    assert sheets.read(f"户名{mark}金额\n甲厂{mark}1\n".encode()) == [["户名", "金额"], ["甲厂", "1"]]


def test_a_workbook_is_read_as_text():
    found = sheets.read(packed(["户名", "金额", "日期"], ["甲厂", 1000, "2018-05-01"], ["乙厂", 0.5, " x "]))
    assert found == [["户名", "金额", "日期"], ["甲厂", "1000", "2018-05-01"], ["乙厂", "0.5", "x"]]


def test_what_looks_like_a_formula_is_text():
    assert sheets.read(b"a,b\n=1+1,@x\n") == [["a", "b"], ["=1+1", "@x"]]


@pytest.mark.parametrize(
    "wrong", [b"\xff\xfe\xff", b"\x00\x01\x02", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0no"]
)
def test_what_cannot_be_read_is_refused(wrong):
    with pytest.raises(Problem) as refused:
        sheets.read(wrong)
    assert refused.value.rule is SHEET_UNREADABLE


def test_a_large_file_is_refused_before_it_is_read():
    with pytest.raises(Problem) as refused:
        sheets.read(b"a" * (sheets.LARGEST + 1))
    assert refused.value.rule is SHEET_LARGE


def test_a_list_handed_out_holds_no_live_formula():
    columns = [Column("name", Text("名称", "Name"))]
    answer = sheets.hand_out(Text("名单", "List"), columns, [{"name": '=HYPERLINK("x")'}])
    assert "attachment" in answer.headers["Content-Disposition"]
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(answer.content)).active for cell in row]
    [found] = [cell for cell in cells if str(cell.value).startswith("=HYPERLINK")]
    assert found.data_type == "s"


def test_a_sheet_that_would_take_all_memory_is_refused_and_the_site_stands():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "姓名")
        sheet.write(1_048_575, 16_383, "x")
    assert len(buffer.getvalue()) < 10_000
    with pytest.raises(Problem) as refused:
        sheets.read(buffer.getvalue())
    assert refused.value.rule is SHEET_UNREADABLE


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A"]
)
def test_no_text_of_a_csv_is_computed_by_whoever_opens_it(text):
    answer = sheets.stream(Text("名单", "List"), [Column("a", Text("甲", "A"))], [{"a": text}, {"a": "甲厂"}])
    lines = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"), newline="")))
    assert lines == [["甲"], [f"'{text}"], ["甲厂"]]
