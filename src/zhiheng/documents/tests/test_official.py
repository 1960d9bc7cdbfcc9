"""An official document on paper: the measures of GB/T 9704-2012, the same bytes, words never taken for commands."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn

from zhiheng.documents import fonts, official, official_pdf, official_text, official_word, theme
from zhiheng.documents.official import Entry, Line, Official, Picture, Piece, Remainder
from zhiheng.documents.word_document import ORDER

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><path d="M0 0h10v10h-10z"/></svg>'
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
ADDRESS = "https://example.org/n/abc_-/"
BODY = "质量提升事业，" * 60


def document(language="zh", **more):
    entry = Entry(1, "“达到93.5%”", (("定义", "一<b>&#二"),), ADDRESS, Picture(SVG, PNG))
    given = {
        "language": language,
        "title": (Piece("工作报告#set page(1)"),),
        "lines": (
            Line("heading", (Piece("一、服务"),), 1),
            Line("heading", (Piece("（一）调研"),), 2),
            Line("paragraph", (Piece("参与率"), Piece("达到93.5%", note="1", address=ADDRESS), Piece("。"))),
            Line("item", (Piece("甲"), Piece("400家", note="放行")), 1),
            Line("item", (Piece("乙"),), 2, 1),
            Line("paragraph", (Piece(BODY * 3),)),
        ),
        "issuer": "示例市质量协会",
        "date": dt.date(2019, 1, 5),
        "number": "示质协〔2019〕1号",
        "annex": (entry, replace(entry, number=2)),
        "remainders": (Remainder("放行的数字", ("“400家”：台账遗失",)),),
        "made_up": True,
    }
    return Official(**given | more)


def test_the_measures_are_those_of_the_standard():
    assert (official.RIGHT_MM, official.BOTTOM_MM) == (26, 35)
    assert pytest.approx(28.99, abs=0.01) == official.PITCH
    assert pytest.approx(442.2, abs=0.1) == official.ADVANCE * 28


@pytest.mark.parametrize(
    ("issuer", "date", "indents"),
    [
        ("示例市质量协会质量监测中心", dt.date(2019, 1, 5), (2, 7.0)),
        ("质协", dt.date(2019, 12, 15), (9.0, 2)),
    ],
)
def test_the_date_begins_two_characters_right_of_the_issuer(issuer, date, indents):
    made = document(issuer=issuer, date=date)
    assert made.signature_indents == indents
    width = 28 - official.characters(issuer) - made.signature_indents[0]
    assert 28 - official.characters(made.day) - made.signature_indents[1] == width + 2


@pytest.mark.parametrize(("language", "day"), [("zh", "2019年1月5日"), ("en", "5 January 2019")])
def test_the_date_is_written_in_arabic_numerals(language, day):
    assert document(language).day == day


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_document_is_the_same_bytes(language):
    made = document(language)
    assert official_pdf.pdf(made) == official_pdf.pdf(made)
    assert official_word.docx_bytes(made) == official_word.docx_bytes(made)


def text_of(pdf, tmp_path, *options):
    found = shutil.which("pdftotext")
    assert found, "install poppler-utils"
    (tmp_path / "a.pdf").write_bytes(pdf)
    subprocess.run([found, *options, tmp_path / "a.pdf", tmp_path / "a.txt"], check=True)
    return (tmp_path / "a.txt").read_text("utf-8").split("\f")[:-1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_says_that_it_is_made_up_and_that_it_is_a_draft(tmp_path, language):
    pages = text_of(official_pdf.pdf(document(language, draft="草稿 第3版")), tmp_path)
    assert len(pages) >= 3
    for page in pages:
        assert "虚构数据 Made-up data" in page
        assert "草稿 第3版" in page
    published = text_of(official_pdf.pdf(document(language, made_up=False)), tmp_path)
    assert not any(word in page for page in published for word in ("虚构", "草稿", "DRAFT"))


def test_a_chinese_page_has_22_lines_of_28_characters_and_its_number_between_dashes(tmp_path):
    lines = (Line("paragraph", (Piece("国" * 28 * 60),)),)
    made = document(lines=lines, number="", title=(Piece("题"),), annex=None, remainders=(), made_up=False)
    pages = text_of(official_pdf.pdf(made), tmp_path, "-layout")
    full = [line.strip() for line in pages[1].splitlines() if line.strip()]
    assert full[:-1] == ["国" * 28] * 22
    assert full[-1].replace(" ", "") == "—2—"


def test_words_are_never_taken_for_commands(tmp_path):
    text = "".join(text_of(official_pdf.pdf(document()), tmp_path))
    assert "工作报告#set page(1)" in text
    assert "一<b>&#二" in text
    for part in (
        "放行的数字",
        "400家",
        "附件",
        "文中数字一览",
        "示例市质量协会",
        "2019年1月5日",
        "示质协〔2019〕1号",
    ):
        assert part in text, part


def test_the_red_mark_stands_only_where_it_was_asked_for():
    plain, marked = (official_word.docx_bytes(document(head=head)) for head in ("", "示例市质量协会文件"))
    red = official.RED[1:].upper()
    assert red not in part(plain, "word/document.xml").upper()
    assert "示例市质量协会文件" in part(marked, "word/document.xml")
    assert red in part(marked, "word/document.xml").upper()


def part(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        return held.read(name).decode()


def test_word_has_the_paper_the_fonts_and_the_links_of_the_standard():
    content = official_word.docx_bytes(document())
    made = docx.Document(io.BytesIO(content))
    section = made.sections[0]
    measured = [section.page_width, section.page_height, section.top_margin, section.left_margin]
    assert [round(each.mm) for each in measured] == [210, 297, 37, 28]
    assert [round(section.right_margin.mm), round(section.bottom_margin.mm)] == [26, 35]
    fonts_of = {
        name: made.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Title", "Body Text", "Heading 1", "Heading 2", "Heading 3")
    }
    assert list(fonts_of.values()) == ["方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "仿宋_GB2312"]
    assert made.styles["Body Text"].paragraph_format.line_spacing.pt * 22 <= 225 / 25.4 * 72
    assert 'w:altName w:val="FangSong_GB2312,FangSong,' in part(content, "word/fontTable.xml")
    xml = part(content, "word/document.xml")
    assert 'w:anchor="entry_1"' in xml
    assert 'w:name="entry_1"' in xml
    assert ADDRESS in part(content, "word/_rels/document.xml.rels")
    assert xml.count(f'descr="{ADDRESS}"') == 2
    assert "— " in part(content, "word/footer1.xml") + part(content, "word/footer2.xml")
    assert made.settings.odd_and_even_pages_header_footer


def test_properties_stand_in_the_order_of_the_schema():
    with zipfile.ZipFile(io.BytesIO(official_word.docx_bytes(document(draft="草稿")))) as held:
        for name in held.namelist():
            if re.fullmatch(r"word/(document|styles|header\d|footer\d)\.xml", name):
                root = docx.oxml.parse_xml(held.read(name))
                for kind, order in ORDER.items():
                    for holder in root.iter(qn(f"w:{kind}")):
                        tags = [one.tag.rpartition("}")[2] for one in holder]
                        assert tags == sorted(tags, key=order.split().index), (name, tags)


def test_the_fonts_of_the_standard_are_taken_where_they_are_installed(monkeypatch):
    class Installed:
        def families(self):
            return ["FangSong", "KaiTi", *fonts.NEEDED]

    monkeypatch.setattr(fonts, "installed", Installed)
    fonts.official.cache_clear()
    found = fonts.official()
    fonts.official.cache_clear()
    assert (found["body"], found["second"], found["first"]) == ("FangSong", "KaiTi", theme.PDF_SANS)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_as_plain_text_nothing_is_missing(language):
    said = official_text.plain(document(language))
    for words in ("达到93.5%[1]", "400家[放行]", "  1. 乙", ADDRESS, "台账遗失", "一<b>&#二"):
        assert words in said, words
    assert document(language).day in said
