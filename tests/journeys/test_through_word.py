"""A draft goes to Word and comes back: edits and bindings are whole, what was broken is named; what can act is refused,
and the draft stands as it stood."""

from __future__ import annotations

import re
import zipfile

import docx
import pytest
from docx.oxml.ns import qn

pytestmark = pytest.mark.site

BEGIN = '''
from zhiheng.figures.models import Snapshot
from zhiheng.figures.reports import operations as reports
text = """\\
# 一、会员工作

会员活动参与率[达到50%](#b1)，落实全国[12项](#b2)措施，坚持[365天](#b3)如一日。

# 二、下一步

参与率[50%](#b1)只是开始，继续努力。
"""
report = reports.begin(by=by, line="members", title="工作报告", text=text)
reports.bind_published(by=by, report=report, snapshot=Snapshot.objects.get())
reports.cite(by=by, report=report, source="公报", page="7")
reports.mark(by=by, report=report, reason="习语")
print(report.pk)
'''
SAVE = """
from zhiheng.figures.reports import operations as reports
from zhiheng.figures.reports.models import Report
reports.save(by=by, report=Report.objects.get(pk={pk}), title="工作报告", text="别人写的一段。", after={after})
"""
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
PLAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def downloaded(page):
    """Give the draft as the browser saves it."""
    with page.expect_download() as waited:
        page.click("text=下载到 Word 修改")
    assert waited.value.suggested_filename.endswith("工作报告.docx")
    return waited.value.path()


def handed_in(page, file):
    page.set_input_files("input[name=file]", file)
    with page.expect_navigation():
        page.click("button:has-text('查看差异')")


def paragraph(document, words):
    [found] = [one for one in document.paragraphs if words in "".join(t.text for t in one._p.iter(qn("w:t")))]
    return found


def control(document, words):
    return next(
        one
        for one in document.element.body.iter(qn("w:sdt"))
        if words == "".join(text.text for text in one.iter(qn("w:t")))
    )


def edited(given, kept):
    """Edit a draft as somebody would in Word: rewrite, move, add; take one mark off and change words in another."""
    document = docx.Document(str(given))
    document.paragraphs[0].runs[0].text = "2018年工作报告"
    paragraph(document, "继续努力").add_run("再接再厉。")
    document.add_heading("三、附则", 1)
    document.add_paragraph("本报告由秘书处解释。", "Body Text")
    document.add_table(1, 1).cell(0, 0).text = "表中12家"
    taken_off = control(document, "12项")
    for run in list(taken_off.iter(qn("w:r"))):
        taken_off.addprevious(run)
    taken_off.getparent().remove(taken_off)
    next(control(document, "50%").iter(qn("w:t"))).text = "超过50%"
    target = paragraph(document, "会员活动参与率")
    document.add_comment(target.runs[:1], text="请核对口径", author="王五")
    document.save(str(kept))
    return kept


def with_macros(given, kept, *, declared):
    """Put a macro into a file, which says so in its types or hides it."""
    with zipfile.ZipFile(given) as before, zipfile.ZipFile(kept, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if declared and name == "[Content_Types].xml":
                content = content.replace(PLAIN.encode(), MACROS.encode())
            after.writestr(name, content)
        if not declared:
            after.writestr("word/vbaProject.bin", b"Attribute VB_Name")
    return kept


def test_a_draft_comes_back_from_word_with_its_edits_and_its_marks(site, tmp_path, size):
    pk = int(site.do(BEGIN))
    with site.visit("alice", size) as page:
        page.goto(f"/desk/reports/{pk}/")
        file = edited(downloaded(page), tmp_path / "改好的稿子.docx")
        handed_in(page, file)
        page.wait_for_selector("h1:has-text('Word 返回稿')")
        broken = page.inner_text("#broken")
        assert "12项 标记已删除，这个数字不再有依据" in broken
        assert "50% → 超过50% 标记中的文字被改动" in broken
        assert "表中12家" in page.inner_text("#left-out")
        assert "请核对口径 王五" in page.inner_text("#word-remarks")
        assert any(each.endswith("再接再厉。") for each in page.locator("#difference ins").all_inner_texts())
        assert "2 个数字阻止发布" in page.inner_text("#numbers")
        site.picture(page, "came-back")
        page.click("#decide button:has-text('保存为新版本')")
        page.wait_for_url(re.compile(rf"/desk/reports/{pk}/$"))
        assert "第 2 版" in page.inner_text("main .head")
        assert page.input_value("textarea[name=text]") == (
            "# 一、会员工作\n\n"
            "会员活动参与率[达到50%](#b1)，落实全国12项措施，坚持[365天](#b3)如一日。\n\n"
            "# 二、下一步\n\n"
            "参与率[超过50%](#b1)只是开始，继续努力。再接再厉。\n\n"
            "# 三、附则\n\n"
            "本报告由秘书处解释。\n"
        )
        assert page.input_value("input[name=title]") == "2018年工作报告"
        numbers = page.inner_text("#numbers")
        assert re.search(r"12项\s+没有依据", numbers)
        assert re.search(r"超过50%\s+措辞不成立", numbers)
        assert re.search(r"达到50%\s+措辞成立", numbers)
        assert "请核对口径（Word，王五）" in page.inner_text("#remarks")
        site.picture(page, "taken-back")


def test_a_file_that_can_act_or_is_none_is_refused_and_nothing_is_lost(site, tmp_path, size):
    pk = int(site.do(BEGIN))
    with site.visit("alice", size) as page:
        page.goto(f"/desk/reports/{pk}/")
        draft = downloaded(page)
        before = page.input_value("textarea[name=text]")
        hidden = with_macros(draft, tmp_path / "带宏.docx", declared=False)
        declared = with_macros(draft, tmp_path / "改名的宏文档.docx", declared=True)
        renamed = tmp_path / "图片.docx"
        renamed.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 400)
        foreign = tmp_path / "别处的.docx"
        docx.Document().save(str(foreign))
        for file, said in (
            (hidden, "文件含有宏"),
            (declared, "文件含有宏"),
            (renamed, "这不是 Word 文档"),
            (foreign, "不是从本系统下载的草稿"),
        ):
            handed_in(page, file)
            page.wait_for_selector(f"main [role=alert]:has-text('{said}')")
            assert page.input_value("textarea[name=text]") == before
            assert "第 1 版" in page.inner_text("main .head")
            site.picture(page, file.stem)


def test_what_a_colleague_saved_meanwhile_is_not_overwritten(site, tmp_path):
    pk = int(site.do(BEGIN))
    with site.visit("alice") as page:
        page.goto(f"/desk/reports/{pk}/")
        file = edited(downloaded(page), tmp_path / "晚到的稿子.docx")
        site.do(SAVE.format(pk=pk, after=1))
        handed_in(page, file)
        page.wait_for_selector("#decide :text('已保存第 2 版')")
        assert page.locator("#decide button:has-text('保存为新版本')").count() == 0
        site.picture(page, "late")
        page.click("#decide button:has-text('在编辑框里打开')")
        page.wait_for_selector("#edit")
        assert "再接再厉。" in page.input_value("textarea[name=text]")
        page.click("text=保存为新版本")
        page.wait_for_selector("text=第 3 版")
        page.click("#versions a:has-text('第 3 版')")
        difference = page.inner_text("main")
        assert "别人写的一段。" in difference
        assert "再接再厉。" in difference
        site.picture(page, "compared")
