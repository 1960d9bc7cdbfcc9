"""A published report on paper: an annex of its numbers and a code beside each, for everybody; a draft for staff."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal

import docx
import pytest
import segno
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx.oxml.ns import qn
from python_calamine import CalamineWorkbook
from story import Story

from zhiheng.core.people.models import Account, Part, Role
from zhiheng.figures.definition import Unit
from zhiheng.figures.lineage import check
from zhiheng.figures.reports import operations as reports
from zhiheng.figures.reports.gate import examine
from zhiheng.figures.reports.models import Step
from zhiheng.figures.reports.papers import PAPERS, Since, Source, code_of, compose, of_draft, of_published
from zhiheng.figures.reports.permissions import Turn
from zhiheng.ui.words import Text

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 1, 2)
TEXT = """\
# 一、会员

2018年会员活动参与率[达到50%](#b1)，又说一次[达到50%](#b1)，或[一半](#b1)。

- 全国[12项](#b2)，走访=400家。
"""


@pytest.fixture
def story():
    return Story()


def published(story, text=TEXT, language="zh"):
    report = reports.begin(
        by=story.by, line="members", title="工作报告", text=text, language=language, chain=[Step.DRAFT]
    )
    reports.bind_published(by=story.by, report=report, snapshot=story.number)
    reports.cite(by=story.by, report=report, source="公报", page="7")
    version = report.versions.get()
    reports.sign(by=story.by, turn=Turn(version, Step.DRAFT))
    issuer = Account.objects.create_user("签发人")
    Role.objects.create(account=issuer, line="office", part=Part.RUNS, start=dt.date(2013, 1, 1))
    for number in examine(version).blocking:
        reports.let_through(by=issuer, version=version, number=number, reason="台账遗失")
    return reports.publish(by=issuer, version=version, number="示质协〔2019〕1号")


def facts(entry):
    return dict(entry.facts)


def test_the_annex_says_of_each_number_all_that_it_stands_on(story):
    document = of_published(published(story), ON).document()
    assert document.annex is not None
    assert [entry.heading for entry in document.annex] == ["“达到50%”", "“一半”"]  # each wording once
    said = facts(document.annex[0])
    assert "会员活动参与率 · 2018年" in said["指标"]
    assert said["数值"] == "50.0% (1 ÷ 2, n = 2)"
    assert said["证据等级"].startswith("A ")
    assert said["固定于"] == f"{timezone.localtime(story.number.taken_at):%Y-%m-%d}"
    assert said["2026-01-02核对"] == "没有变化"
    notes = [piece.note for line in document.lines for piece in line.pieces if piece.note]
    assert notes == ["1", "1", "2", "注", "放行"]
    [cited, through] = document.remainders
    assert cited.lines == ("“12项”：公报，第7页",)
    assert "“400家”：台账遗失 (签发人, " in through.lines[0]
    assert (document.draft, document.number) == ("", "示质协〔2019〕1号")


def test_what_changed_since_is_said_as_of_the_day_of_export(story):
    publication = published(story)
    story.meet(story.other)
    document = of_published(publication, ON).document()
    assert facts(document.annex[0])["2026-01-02核对"] == "现为100.0%，变动1行"
    assert facts(document.annex[0])["数值"] == "50.0% (1 ÷ 2, n = 2)"


def test_in_english_the_annex_is_english(story):
    document = of_published(published(story, language="en"), ON).document()
    assert "Member participation rate · 2018" in facts(document.annex[0])["Figure"]
    assert facts(document.annex[0])["Checked on 2026-01-02"] == "no change"
    assert document.remainders[0].title == "Numbers cited from a source"
    assert document.issuer == settings.ASSOCIATION[1]


def test_the_code_opens_the_page_of_its_number(client, story):
    document = of_published(published(story), ON).document()
    address = document.annex[0].address
    path = reverse("number", args=[story.number.token])
    assert address == settings.PUBLIC_URL + path
    assert document.annex[0].code == code_of(address)
    assert client.get(path).status_code == 200
    # the picture in the Word file is the code of that address, dot by dot
    content = PAPERS["report.docx"][1](of_published(document_of(story), ON))
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        [name] = {n for n in held.namelist() if n.startswith("word/media/")}
        expected = io.BytesIO()
        segno.make(address, error="m", micro=False).save(expected, kind="png", scale=6, border=2)
        assert held.read(name) == expected.getvalue()


def document_of(story):
    return story.number.bindings.first().report.publication


@pytest.mark.parametrize("name", PAPERS)
def test_the_same_publication_is_the_same_bytes(story, name):
    publication = published(story)
    make = PAPERS[name][1]
    assert make(of_published(publication, ON)) == make(of_published(publication, ON))


@pytest.mark.parametrize("name", PAPERS)
def test_everybody_gets_what_was_published_and_nobody_a_draft(client, story, name):
    report = published(story).report
    answer = story.get(client, "nobody", reverse("report-paper", args=[report.token, name]))
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    draft = reports.begin(by=story.by, line="members", title="秘密", text="秘密")
    assert client.get(reverse("report-paper", args=[draft.token, name])).status_code == 404
    for role in ("nobody", "charlie", "erin"):
        refused = story.get(client, role, reverse("draft-paper", args=[draft.pk, name]))
        assert refused.status_code in {302, 403}
        assert "秘密" not in refused.content.decode()
    assert story.get(client, "rita", reverse("draft-paper", args=[draft.pk, name])).status_code == 200


def test_there_are_no_other_papers(client, story):
    report = published(story).report
    assert client.get(reverse("report-paper", args=[report.token, "report.exe"])).status_code == 404
    assert story.get(client, "alice", reverse("draft-paper", args=[report.pk, "x.pdf"])).status_code == 404


def test_a_draft_says_that_it_is_one_and_which_numbers_keep_it_back(story):
    report = reports.begin(by=story.by, line="members", title="工作报告", text="走访400家。")
    document = of_draft(report.versions.get(), ON).document()
    assert document.draft.startswith("草稿")
    assert [piece.note for piece in document.lines[0].pieces] == ["", "待定", ""]
    assert document.remainders[0].title == "尚不能发布的数字"
    assert document.head == document.number == ""


def test_as_markdown_each_number_is_a_link_to_its_page(story):
    said = PAPERS["report.md"][1](of_published(published(story), ON)).decode()
    address = settings.PUBLIC_URL + reverse("number", args=[story.number.token])
    assert f"参与率[达到50%]({address})" in said
    assert "- 全国12项，走访=400家。" in said
    assert "(#b" not in said
    assert "台账遗失" in said


def test_as_text_and_tables_no_number_is_lost_and_no_cell_is_a_formula(story):
    publication = published(story, text="参与率[=50%](#b1)，[@50%](#b1)。")
    source = of_published(publication, ON)
    rows = list(csv.DictReader(io.StringIO(PAPERS["figures.csv"][1](source).decode("utf-8-sig"))))
    assert [row["文中写法"] for row in rows] == ["50%"]
    assert (rows[0]["数值"], rows[0]["单位"], rows[0]["n"]) == ("50", "%", "2")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(PAPERS["figures.xlsx"][1](source))).get_sheet_by_index(
        0
    )
    assert any("50%" in row and 50.0 in row for row in sheet.to_python())
    assert "示质协〔2019〕1号" in PAPERS["report.txt"][1](source).decode()


def test_a_figure_whose_words_are_a_formula_is_not_one_in_the_table(story, monkeypatch):
    source = of_published(published(story), ON)
    monkeypatch.setattr("zhiheng.figures.models.DefinitionEdition.name", Text("=1+1", "=1+1"))
    assert ",'=1+1," in PAPERS["figures.csv"][1](source).decode("utf-8-sig")


def test_a_number_of_very_many_rows_is_as_the_last_check_found_it(story, monkeypatch):
    monkeypatch.setattr("zhiheng.figures.reports.papers.LIVE", 1)
    publication = published(story)
    key = "2026-01-02核对"
    assert facts(of_published(publication, ON).document().annex[0])[key] == "记录较多，尚未核对"
    story.meet(story.other)
    found = check(story.number)
    said = facts(of_published(publication, ON).document().annex[0])[key]
    assert said == f"现为100.0%，按{timezone.localtime(found.at):%Y-%m-%d}核对，变动1行"


def test_a_figure_that_is_no_longer_kept_is_told_in_the_words_of_its_time(story, monkeypatch):
    publication = published(story)
    monkeypatch.setattr("zhiheng.figures.models.Snapshot.kept", None)
    [entry, _] = of_published(publication, ON).document().annex
    assert facts(entry)["2026-01-02核对"] == "指标已不再保留"
    assert "会员活动参与率" in facts(entry)["指标"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_happened_since_is_said_in_words(language):
    said = Since(Decimal(3), 1, 2, 3, redefined=True).said(Unit.COMPANIES, 0, language)
    assert (
        said
        == {
            "zh": "现为3家，变动1行，新增2行，减少3行，定义已改",
            "en": "now 3 companies, rows changed: 1, rows added: 2, rows removed: 3, the definition changed",
        }[language]
    )


def test_a_report_in_the_demonstration_says_so_on_every_paper(story, settings):
    settings.DEMO = True
    source = of_published(published(story), ON)
    assert source.document().made_up
    for name in ("report.md", "report.txt", "figures.csv"):
        assert "虚构" in PAPERS[name][1](source).decode(), name
    made = docx.Document(io.BytesIO(PAPERS["report.docx"][1](source)))
    for head in (made.sections[0].header, made.sections[0].even_page_header):
        assert "虚构数据" in "".join(one.text or "" for one in head._element.iter(qn("w:t")))


@pytest.mark.parametrize("times", [1, 3])
def test_a_number_said_often_is_compared_once(story, times):
    publication = published(story, text="。".join(f"第{n}句：[50%](#b1)" for n in range(times)))
    version = publication.version
    version.report  # noqa: B018 - fetched before counting
    with CaptureQueriesContext(connection) as queries:
        document = compose(version, ON, publication)
    assert len(document.annex) == 1
    assert len(queries) <= 10


def test_a_source_without_publication_is_a_draft(story):
    version = published(story).version
    assert Source(version, ON).document().draft
