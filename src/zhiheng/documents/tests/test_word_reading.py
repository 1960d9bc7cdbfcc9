"""A Word file that comes back: what can act is refused, what is text is read, what has no place is named."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from zhiheng.documents.problems import Problem
from zhiheng.documents.word_reading import LEFT_OUT, WordRemark, WordRun, read_word

pytest.importorskip("defusedxml", reason="files from outside are read by the web only")

spec = importlib.util.spec_from_file_location("hostile", Path(__file__).parent / "hostile.py")
hostile = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hostile)

T = "<w:r><w:t>{}</w:t></w:r>"
STYLES = f"""<w:styles {hostile.W}>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="a3"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="mine"><w:name w:val="我的标题"/><w:basedOn w:val="1"/></w:style>
<w:style w:type="paragraph" w:styleId="lb"><w:name w:val="List"/>
<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
</w:styles>"""
NUMBERS = f"""<w:numbering {hostile.W}>
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>
</w:numbering>"""


def read(body, *parts):
    return read_word(
        hostile.packed([("word/styles.xml", STYLES), ("word/numbering.xml", NUMBERS), *parts], body=body)
    )


def p(inside, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{inside}</w:p>"


def texts(returned):
    return [(one.kind, one.level, one.ordered, one.text) for one in returned.paragraphs]


@pytest.mark.parametrize("name", hostile.HOSTILE)
def test_what_can_act_or_swell_is_refused_with_what_to_do(name):
    content, code = hostile.HOSTILE[name]
    with pytest.raises(Problem) as refused:
        read_word(content)
    assert refused.value.code == code
    assert refused.value.text("zh") != refused.value.text("en")


def test_an_ordinary_link_is_taken_as_its_words_and_its_address_is_named():
    rels = hostile.relation("hyperlink", "https://example.org/")
    link = f'<w:hyperlink xmlns:r="{hostile.OFFICE}" r:id="r1">{T.format("官网")}</w:hyperlink>'
    returned = read(p(T.format("见") + link), ("word/_rels/document.xml.rels", rels))
    assert returned.paragraphs[0].text == "见官网"
    assert [(one.what, one.text) for one in returned.left_out] == [("link", "官网")]


def test_headings_lists_and_paragraphs_go_by_their_styles_whatever_they_are_called():
    returned = read(
        p(T.format("题"), '<w:pStyle w:val="a3"/>')
        + p(T.format("一"), '<w:pStyle w:val="1"/>')
        + p(T.format("二"), '<w:pStyle w:val="mine"/>')
        + p(T.format("三"), '<w:outlineLvl w:val="2"/>')
        + p(T.format("四"), '<w:pStyle w:val="lb"/>')
        + p(T.format("五"), '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr>')
        + p(T.format("六"), '<w:pStyle w:val="lb"/><w:numPr><w:numId w:val="0"/></w:numPr>')
        + p("")
    )
    assert texts(returned) == [
        ("title", 0, False, "题"),
        ("heading", 1, False, "一"),
        ("heading", 1, False, "二"),
        ("heading", 3, False, "三"),
        ("item", 1, False, "四"),
        ("item", 1, True, "五"),
        ("paragraph", 0, False, "六"),
    ]


def test_tracked_changes_are_read_as_accepted():
    deleted = "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
    gone = "<w:rPr><w:del/></w:rPr>"
    returned = read(
        p(f"甲{deleted}<w:ins>{T.format('新')}</w:ins>{T.format('乙')}")
        + p(f"<w:moveTo>{T.format('移来')}</w:moveTo><w:moveFrom>{T.format('移走')}</w:moveFrom>")
        + p(T.format("前半"), gone)
        + p(T.format("后半"), '<w:pStyle w:val="1"/>')
        + p(deleted, gone)
    )
    assert texts(returned) == [
        ("paragraph", 0, False, "新乙"),
        ("paragraph", 0, False, "移来"),
        ("heading", 1, False, "前半后半"),
    ]
    assert (returned.insertions, returned.deletions) == (2, 3)


def test_controls_are_read_with_their_names_wherever_they_stand():
    tag = '<w:sdtPr><w:tag w:val="{}"/></w:sdtPr>'
    words = T.format("达到") + T.format("50%")
    inline = f"<w:sdt>{tag.format('_zh_0123456789ab_b1')}<w:sdtContent>{words}</w:sdtContent></w:sdt>"
    around = f"<w:sdt>{tag.format('x')}<w:sdtContent>{p(T.format('整段'))}</w:sdtContent></w:sdt>"
    emptied = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{T.format('单击此处')}</w:sdtContent></w:sdt>"
    returned = read(p(T.format("率") + inline + emptied) + around)
    assert returned.paragraphs[0].runs == (WordRun("率"), WordRun("达到50%", "_zh_0123456789ab_b1"))
    assert returned.paragraphs[1].runs == (WordRun("整段", "x"),)


def test_where_no_name_is_left_the_bookmarks_inside_count():
    def marked(key, text):
        return (
            f'<w:sdt><w:sdtContent><w:bookmarkStart w:id="{key}" w:name="_zh_0123456789ab_b{key}_{key}"/>'
            f'{T.format(text)}<w:bookmarkEnd w:id="{key}"/></w:sdtContent></w:sdt>'
        )

    returned = read(p(marked(1, "50%") + T.format("，") + marked(2, "12家")))
    assert [run.tag[-2:] for run in returned.paragraphs[0].runs] == ["b1", "", "b2"]


def test_comments_come_with_the_words_they_are_about():
    comment = f'<w:comment w:id="7" w:author="王五">{p(T.format("请核"))}</w:comment>'
    comments = f"<w:comments {hostile.W}>{comment}</w:comments>"
    begin, end = '<w:commentRangeStart w:id="7"/>', '<w:commentRangeEnd w:id="7"/>'
    body = p(T.format("一") + begin + T.format("二三") + end + T.format("四"))
    assert read(body, ("word/comments.xml", comments)).remarks == (WordRemark("王五", "二三", "请核"),)


def test_nothing_without_a_place_is_dropped_in_silence():
    notes = f'<w:footnotes {hostile.W}><w:footnote w:id="2">{p(T.format("注文"))}</w:footnote></w:footnotes>'
    ends = notes.replace("footnote", "endnote").replace("注文", "尾文")
    header = f"<w:hdr {hostile.W}>{p(T.format('页眉'))}</w:hdr>"
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    body = (
        f"<w:tbl><w:tr><w:tc>{p(T.format('格一'))}</w:tc><w:tc>{p(T.format('格二'))}</w:tc></w:tr></w:tbl>"
        + p(
            T.format("文")
            + '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:endnoteReference w:id="2"/></w:r>'
            + f'<w:r><w:drawing><i:inline xmlns:i="{drawing}"><i:docPr descr="照片"/></i:inline></w:drawing></w:r>'
            + f"<w:r><w:pict><w:txbxContent>{p(T.format('框中'))}</w:txbxContent></w:pict></w:r>"
            + '<w:r><w:sym w:char="F0E0"/></w:r>'
            + f'<m:oMath xmlns:m="{math}"><m:t>x²</m:t></m:oMath>'
            + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>"
            + "<w:r><w:rPr><w:b/></w:rPr><w:t>粗</w:t></w:r>"
        )
        + p(T.format("章"), '<w:pStyle w:val="1"/><w:numPr><w:numId w:val="2"/></w:numPr>')
    )
    returned = read(
        body, ("word/footnotes.xml", notes), ("word/endnotes.xml", ends), ("word/header1.xml", header)
    )
    assert {one.what: one.text for one in returned.left_out} == {
        "table": "格一 | 格二",
        "footnote": "注文",
        "endnote": "尾文",
        "picture": "照片",
        "text_box": "框中",
        "symbol": "U+F0E0",
        "formula": "x²",
        "hidden": "隐",
        "format": "1",
        "numbering": "章",
        "margin": "页眉",
    }
    assert {one.what for one in returned.left_out} | {"link"} == LEFT_OUT.keys()
    assert [one.text for one in returned.paragraphs] == ["文粗", "章"]
