from __future__ import annotations

import io
import itertools
import json
import re
import warnings
import zipfile

import docx
import openpyxl
import pytest
import typst

from zhiheng.documents import (
    Column,
    Heading,
    Paragraph,
    Problem,
    Sheet,
    Table,
    Text,
    Workbook,
    fonts,
    layout,
    numbers,
    outline,
    spreadsheet,
    tables,
)
from zhiheng.documents.pdf import pdf, write_pdf
from zhiheng.documents.problems import CATALOGUE
from zhiheng.documents.spreadsheet import write_xlsx, xlsx_bytes
from zhiheng.documents.tests.samples import EVIL, ranking, report, table
from zhiheng.documents.word import docx_bytes, write_docx

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


# ── PDF ──


def test_pdf_is_the_same_bytes_for_the_same_report_and_differs_by_language(tmp_path):
    write_pdf(report(), tmp_path / "report.pdf", "zh")
    chinese = (tmp_path / "report.pdf").read_bytes()
    assert chinese.startswith(b"%PDF-1.")
    assert pdf(report(), "zh") == chinese
    assert pdf(report(), "en") != chinese


def test_no_word_of_a_report_is_ever_markup(monkeypatch):
    seen = {}
    compile_ = typst.compile

    def watch(source, **given):
        seen[given["format"]] = (source, given["sys_inputs"])
        return compile_(source, **given)

    monkeypatch.setattr(typst, "compile", watch)
    pdf(report(), "zh")
    source, inputs = seen["pdf"]
    assert b"panic" not in source
    assert "监测报告".encode() not in source
    data = json.loads(inputs["report"])
    assert {"kind": "paragraph", "text": EVIL} in data["blocks"]
    assert data["made_up"] == "虚构数据 Made-up data"
    assert [block["caption"] for block in data["blocks"] if block["kind"] in {"chart", "table"}][:6] == [
        "图1　排序", "图2　热力图", "图3　四分图", "图4　趋势", "图5　条形图", "表1　各街道指数",
    ]  # fmt: skip


def test_a_language_that_is_not_known_is_a_problem():
    for write in (pdf, docx_bytes):
        with pytest.raises(Problem) as caught:
            write(report(), "fr")
        assert caught.value.code == "language_unknown"
    with pytest.raises(Problem):
        report(languages=("zh", "fr"))


def test_missing_fonts_are_a_problem_that_names_what_to_install():
    fonts.check_fonts()
    with pytest.raises(Problem) as caught:
        fonts.check_fonts(frozenset({"DejaVu Sans", "Noto Serif CJK SC"}))
    assert "Noto Sans CJK SC" in str(caught.value)
    assert "Noto Serif" not in str(caught.value)
    assert "fonts-noto-cjk" in str(caught.value)


# ── Word ──


@pytest.fixture(scope="module")
def word():
    return docx_bytes(report(), "zh")


def test_word_has_real_headings_tables_and_pictures(word: bytes):
    document = docx.Document(io.BytesIO(word))
    headings = [
        (one.style.name, one.text) for one in document.paragraphs if one.style.name.startswith("Heading")
    ]
    assert headings == [("Heading 1", "一、摘要"), ("Heading 2", "（一）图"), ("Heading 1", "二、表")]
    assert len(document.inline_shapes) == 5
    described = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert described[0] == "排序：5 个单位的排序与区间。首位单位0 95.0，末位单位4 94.6。"
    assert all(described)
    captions = [one.text for one in document.paragraphs if one.style.name == "Caption"]
    assert [one for one in captions if one.startswith("图")] == [
        "图1　排序", "图2　热力图", "图3　四分图", "图4　趋势", "图5　条形图",
    ]  # fmt: skip
    assert "表1　各街道指数" in captions


def test_word_repeats_table_heads_and_does_not_break_rows(word: bytes):
    document = docx.Document(io.BytesIO(word))
    grid = next(one for one in document.tables if one.cell(0, 0).text == "名称")
    rows = grid._tbl.findall(f"{WORD}tr")
    assert rows[0].find(f"{WORD}trPr/{WORD}tblHeader") is not None
    assert rows[1].find(f"{WORD}trPr/{WORD}tblHeader") is None
    assert all(row.find(f"{WORD}trPr/{WORD}cantSplit") is not None for row in rows)
    assert [cell.text for cell in grid.rows[1].cells] == ["街道0", "95.2", "12,345", "93.5%", "2018-01-01"]
    assert grid.cell(2, 1).text == "—"


def test_word_names_chinese_fonts_and_what_stands_in_for_them(word: bytes):
    document = docx.Document(io.BytesIO(word))
    for style, family in (("Normal", "Noto Serif CJK SC"), ("Heading 1", "Noto Sans CJK SC")):
        its = document.styles[style].element.rPr.rFonts
        assert its.get(f"{WORD}eastAsia") == family
        assert not [name for name in its.attrib if "Theme" in name]
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        assert '<w:altName w:val="宋体"/>' in archive.read("word/fontTable.xml").decode()


def test_word_marks_made_up_data_and_counts_pages(word: bytes):
    section = docx.Document(io.BytesIO(word)).sections[0]
    assert "虚构数据 Made-up data" in section.header.paragraphs[0].text
    assert "虚构数据 Made-up data" in section.first_page_header.paragraphs[0].text
    assert section.footer.paragraphs[0].text == "第 1 页 共 1 页"
    codes = [one.text.strip() for one in section.footer._element.iter(f"{WORD}instrText")]
    assert codes == ["PAGE", "NUMPAGES"]
    real = docx.Document(
        io.BytesIO(docx_bytes(report(made_up=False, blocks=[Paragraph("a")]), "en"))
    ).sections[0]
    assert "Made-up" not in real.header.paragraphs[0].text
    assert real.footer.paragraphs[0].text == "Page 1 of 1"


def test_word_contents_link_to_every_heading(word: bytes):
    body = docx.Document(io.BytesIO(word)).element.body
    links = {one.get(f"{WORD}anchor") for one in body.iter(f"{WORD}hyperlink")}
    marks = {one.get(f"{WORD}name") for one in body.iter(f"{WORD}bookmarkStart")}
    assert links == marks
    assert len(links) == 3


def test_word_is_the_same_bytes_for_the_same_report(word: bytes, tmp_path):
    write_docx(report(), tmp_path / "report.docx", "zh")
    assert (tmp_path / "report.docx").read_bytes() == word


def test_words_that_try_to_break_out_stay_words_in_word(word: bytes):
    document = docx.Document(io.BytesIO(word))
    assert EVIL in [one.text for one in document.paragraphs]
    assert any(grid.cell(0, 0).text == EVIL for grid in document.tables)


def test_control_characters_do_not_break_word():
    odd = "a\x00b\x0bc"
    blocks = [Heading(1, odd), Paragraph(odd), Table([Column("a", odd)], [{"a": odd}], caption=odd)]
    document = docx.Document(io.BytesIO(docx_bytes(report(blocks=blocks), "zh")))
    assert "abc" in [one.text for one in document.paragraphs]


def test_a_wide_table_lies_across_in_word_and_the_page_turns_back():
    columns = [Column(f"c{i}", f"很长的列标题{i}", format="number") for i in range(18)]
    wide = Table(columns, [{f"c{i}": 12345.6 for i in range(18)}], caption="宽表")
    document = docx.Document(io.BytesIO(docx_bytes(report(blocks=[wide, Paragraph("后")], footer=()), "zh")))
    shapes = [section.page_width > section.page_height for section in document.sections]
    assert shapes == [False, True, False]
    for section in document.sections:  # the mark of made-up data stands at the right edge of its own page
        (tab,) = section.header.paragraphs[0]._p.xpath("./w:pPr/w:tabs/w:tab/@w:pos")
        room = section.page_width - section.left_margin - section.right_margin
        assert 0 <= room / 635 - int(tab) < 20
        assert "Made-up data" in section.header.paragraphs[0].text
    assert layout.on_paper(wide, "zh").across
    assert not layout.on_paper(table(), "zh").across
    assert pdf(report(blocks=[wide]), "zh").startswith(b"%PDF")


# ── paper ──


def test_a_heading_breaks_between_words_only():
    columns = [Column("a", "City environment", "number"), Column("b", "Very long words here", "number")]
    paper = layout.on_paper(Table(columns, [{"a": 76.7, "b": 1.5}]), "en")
    narrow, other = paper.widths
    assert narrow > other  # though the other heading is longer
    across = layout.natural_width(columns[0], ["76.7"], "en")
    assert 1.15 * len("environment") <= across < len("City environment")


def test_a_long_table_is_cut_on_paper_and_says_so():
    paper = layout.on_paper(table(200, max_rows_in_documents=60), "zh")
    assert len(paper.rows) == 60
    assert paper.notes == ["注：这是注释", "共 200 行，此处列出前 60 行；全部行见网页与工作簿。"]
    assert len(layout.on_paper(table(200, max_rows_in_documents=None), "en").rows) == 200
    assert sum(paper.widths) == pytest.approx(1)


def test_headings_are_numbered_as_offices_do():
    blocks = [
        Heading(1, "a"),
        Heading(2, "b"),
        Heading(3, "c"),
        Heading(3, "d"),
        Heading(2, "e"),
        Heading(1, "f"),
    ]
    entries = outline.outline(blocks)
    assert [outline.heading_text(one, "zh") for one in entries] == [
        "一、a", "（一）b", "1. c", "2. d", "（二）e", "二、f",
    ]  # fmt: skip
    assert [outline.heading_text(one, "en") for one in entries] == [
        "1 a", "1.1 b", "1.1.1 c", "1.1.2 d", "1.2 e", "2 f",
    ]  # fmt: skip
    assert [outline.chinese_number(one) for one in (1, 10, 11, 20, 21, 99)] == [
        "一", "十", "十一", "二十", "二十一", "九十九",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value, form, decimals, shown",
    [
        (1234567.891, "number", 2, "1,234,567.89"),
        (0.935, "percent", 1, "93.5%"),
        (2.5, "number", 0, "2"),
        (-0.04, "number", 1, "0.0"),
        (-0.06, "number", 1, "-0.1"),
        (None, "number", 1, "—"),
        (float("nan"), "number", 1, "—"),
        (float("inf"), "percent", 1, "—"),
    ],
)
def test_numbers_are_shown_one_way(value, form, decimals, shown):
    assert numbers.number(value, form, decimals) == shown


# ── workbook ──


def workbook(*sheets: Sheet, **more: object) -> Workbook:
    given = {"edition": "2018", "made_up": True, "method": [Text("分层两阶段抽样", "Stratified two-stage")]}
    return Workbook(Text("监测报告", "Monitor report"), sheets, **(given | more))


def opened(book: Workbook):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl does not know data bars of 2010
        return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(book)))


def test_a_workbook_says_what_it_is_on_every_sheet():
    book = opened(workbook(Sheet("一", table()), Sheet("二", table())))
    assert book.sheetnames == ["一", "二"]
    for sheet in book:
        above = [sheet.cell(row, 1).value for row in range(1, 8)]
        assert above[0] == "监测报告 Monitor report　2018"
        assert above[1].startswith("虚构数据 Made-up data")
        assert "分层两阶段抽样" in above
        assert "Stratified two-stage" in above
        assert "这是注释" in above
        assert "虚构数据 Made-up data" in sheet.oddHeader.right.text


def test_a_workbook_keeps_numbers_as_numbers_and_freezes_and_filters():
    sheet = opened(workbook(Sheet("一", table())))["一"]
    head = next(row for row in range(1, 20) if sheet.cell(row, 1).value == "名称\nName")
    assert [sheet.cell(head + 1, at).value for at in (1, 2, 3, 4)] == ["街道0", 95.25, 12345, 0.935]
    assert [sheet.cell(head + 1, at).number_format for at in (2, 3, 4)] == ["#,##0.0", "#,##0", "0.0%"]
    assert sheet.cell(head + 2, 2).value == "—"
    assert sheet.cell(head + 1, 2).fill.fgColor.rgb == "FF2E7D32"
    assert sheet.cell(head + 1, 5).value.isoformat() == "2018-01-01T00:00:00"
    assert sheet.freeze_panes == f"B{head + 1}"
    assert sheet.auto_filter.ref == f"A{head}:E{head + 4}"
    kinds = sorted(rule.type for rules in sheet.conditional_formatting for rule in rules.rules)
    assert kinds == ["colorScale", "dataBar"]


def test_text_never_becomes_a_formula_or_a_link():
    odd = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "http://example.org",
        '=HYPERLINK("http://x")',
        "1e5",
        "{=1}",
        "\t=1",
    ]
    rows = [{"a": one} for one in odd]
    sheet = opened(workbook(Sheet("=1", Table([Column("a", "=A"), Column("b", "B")], rows, caption="=C"))))[
        "=1"
    ]
    values = [cell.value for cell in sheet["A"]]
    assert [one for one in odd if one not in values] == []
    assert {cell.data_type for cell in sheet["A"] if cell.value is not None} == {"s"}
    assert [cell for cell in sheet["A"] if cell.hyperlink] == []


def test_chinese_columns_are_wide_enough():
    one = Table([Column("a", "名称"), Column("b", "n", width=33)], [{"a": "环境卫生与垃圾分类管理"}])
    sheet = opened(workbook(Sheet("x", one)))["x"]
    assert sheet.column_dimensions["A"].width >= 2 * len("环境卫生与垃圾分类管理")
    assert sheet.column_dimensions["B"].width == pytest.approx(33, abs=1)


def test_sheet_names_are_made_legal_and_unique():
    wished = ["a/b:c*d?", "A B C D", "'x'", "", "history", "很" * 40, "很" * 40]
    taken: set[str] = set()
    given = [spreadsheet.sheet_name(one, taken) for one in wished]
    assert given == ["a b c d", "A B C D (2)", "x", "Sheet", "history_", "很" * 31, "很" * 27 + " (2)"]


def test_rows_that_do_not_fit_go_on_in_a_next_sheet(monkeypatch):
    monkeypatch.setattr(spreadsheet, "LARGEST_SHEET", 400)
    rows = ({"a": i} for i in range(1000))
    book = opened(
        workbook(Sheet("x", Table([Column("a", "A", format="number", decimals=0)], rows)), made_up=False)
    )
    assert book.sheetnames == ["x", "x (2)", "x (3)"]
    values = [cell.value for sheet in book for cell in sheet["A"] if isinstance(cell.value, int)]
    assert values == list(range(1000))


def test_an_empty_table_makes_a_sheet_with_its_heads():
    sheet = opened(workbook(Sheet("x", Table([Column("a", "A")], []))))["x"]
    assert "A" in [cell.value for cell in sheet["A"]]


def test_a_workbook_is_the_same_bytes_each_time(tmp_path):
    write_xlsx(workbook(Sheet("x", table())), tmp_path / "a.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == xlsx_bytes(workbook(Sheet("x", table())))


def test_a_workbook_without_sheets_and_a_table_with_twin_columns_are_problems():
    with pytest.raises(Problem) as caught:
        workbook()
    assert caught.value.code == "no_sheets"
    with pytest.raises(Problem) as caught:
        Table([Column("a", "A"), Column("a", "B")], [])
    assert caught.value.code == "column_repeated"
    with pytest.raises(Problem) as caught:
        tables.Band(1, "x", "red")
    assert caught.value.code == "colour_unknown"


def test_every_problem_reads_in_both_languages():
    for code, (chinese, english) in CATALOGUE.items():
        fields = dict.fromkeys(("path", "families", "install", "found", "where", "expected", "most"), "?")
        problem = Problem(code, **fields)
        assert problem.text("zh") == chinese.format(**fields)
        assert problem.text("en") == english.format(**fields)
        assert problem.text("zh") != problem.text("en")


def test_a_split_ranking_keeps_one_number_in_word():
    blocks = [ranking(90, in_documents="split"), ranking()]
    document = docx.Document(io.BytesIO(docx_bytes(report(blocks=blocks), "zh")))
    captions = [
        one.text for one in document.paragraphs if one.style.name == "Caption" and one.text.startswith("图")
    ]
    assert captions == ["图1　排序 (1/3)", "图1　排序 (2/3)", "图1　排序 (3/3)", "图2　排序"]
    codes = [
        one.text.strip() for one in document.element.body.iter(f"{WORD}instrText") if "SEQ 图" in one.text
    ]
    assert codes == [
        "SEQ 图 \\* ARABIC",
        "SEQ 图 \\c \\* ARABIC",
        "SEQ 图 \\c \\* ARABIC",
        "SEQ 图 \\* ARABIC",
    ]


def test_a_wide_sheet_prints_in_letters_that_can_be_read_and_keeps_figures_with_their_errors():
    columns = [Column("unit", "单位", width=18)]
    for i in range(20):
        columns += [Column(f"v{i}", f"指标{i}", "number", width=11)]
        columns += [
            Column(f"{part}{i}", f"指标{i} {part}", "number", width=11, beside=True) for part in ("se", "n")
        ]
    book = Workbook("t", [Sheet("宽", Table(columns, [{"unit": "甲", "v0": 1.0}]))])
    page = sheet_xml(xlsx_bytes(book))
    assert 'scale="70"' in page
    assert "fitToWidth" not in page
    assert 'orientation="landscape"' in page
    breaks = [int(at) for at in re.findall(r'<brk id="(\d+)"', page.partition("<colBreaks")[2])]
    assert len(breaks) >= 4
    assert not [at for at in breaks if columns[at].beside]
    widest = max(b - a for a, b in itertools.pairwise([1, *breaks, len(columns)]))
    assert widest * (10 * 11 + 5) / 96 * 0.7 < 297 / 25.4


def test_what_stands_above_a_wide_sheet_prints_whole_and_once():
    """The frozen columns come on every page: nothing that would be cut there stands in them above the head."""
    columns = [Column("unit", "单位", width=18), *(Column(f"v{i}", f"指标{i}", width=11) for i in range(40))]
    book = Workbook(
        "题目",
        [Sheet("宽", Table(columns, [{"unit": "甲"}]), freeze_columns=1)],
        made_up=True,
        method=["很长" * 90],
    )
    page = sheet_xml(xlsx_bytes(book))
    first = int(re.findall(r'<brk id="(\d+)"', page.partition("<colBreaks")[2])[0])
    assert first < 26
    end = chr(ord("A") + first - 1)
    head = int(re.search(r'topLeftCell="B(\d+)"', page)[1]) - 1
    assert re.findall(r'<mergeCell ref="([^"]+)"', page) == [f"B{n}:{end}{n}" for n in (1, 2, 3)]
    assert not re.search(rf'<c r="A[1-{head - 1}]"', page)
    heights = [float(h) for h in re.findall(r'<row r="[1-3]"[^>]* ht="([\d.]+)"', page)]
    assert heights[2] > 2 * 14


def test_a_narrow_sheet_still_fits_to_one_page_across():
    page = sheet_xml(xlsx_bytes(Workbook("t", [Sheet("窄", Table([Column("a", "甲")], [{"a": "1"}]))])))
    assert "<brk" not in page
    assert 'fitToHeight="0"' in page


def test_the_head_of_a_sheet_is_as_high_as_its_longest_heading():
    def height(title):
        page = sheet_xml(
            xlsx_bytes(Workbook("t", [Sheet("s", Table([Column("a", title, width=11)], [{"a": 1}]))]))
        )
        return max(float(h) for h in re.findall(r' ht="([\d.]+)"', page))

    assert height("城市公共服务质量指数 标准误（加权之后）") > 2 * height("指数") - 8


def sheet_xml(workbook: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()
