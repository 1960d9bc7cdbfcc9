"""A report from its first word to a reader who opens a number: what the gate stops, who signs, what stays."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from story import Story

from zhiheng.core.people.models import Account, Part, Role
from zhiheng.core.problems import EMPTY, REFUSED, Problem
from zhiheng.figures import definition
from zhiheng.figures.reports import operations as reports
from zhiheng.figures.reports.gate import Status, examine, examine_text
from zhiheng.figures.reports.manuscript import Part as PassagePart
from zhiheng.figures.reports.manuscript import read
from zhiheng.figures.reports.models import Binding, Step
from zhiheng.figures.reports.permissions import Turn
from zhiheng.figures.reports.problems import (
    BLOCKED,
    NOT_ITS_TURN,
    NOT_SIGNED,
    NOTHING_TO_LET_THROUGH,
    NUMBER_TAKEN,
    PUBLISHED,
    SAME_HAND,
    SAVED_SINCE,
)
from zhiheng.lines.members.figures import PARTICIPATION

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    return Story()


def refused(rule, call, **arguments):
    with pytest.raises(Problem) as caught:
        call(**arguments)
    assert caught.value.rule is rule
    assert caught.value.breach
    assert caught.value.remedy


def somebody(name, line, part=Part.RUNS):
    account = Account.objects.create_user(name, "a long password")
    Role.objects.create(account=account, line=line, part=part, start=dt.date(2013, 1, 1))
    return account


def drafted(story, text, title="工作报告", **more):
    report = reports.begin(by=story.by, line="members", title=title, text=text, **more)
    reports.bind_published(by=story.by, report=report, snapshot=story.number)
    return report


def statuses(report):
    return [(n.phrase, n.status) for n in examine(report.versions.first()).numbers]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("参与率达到[50%](#b1)。", [("达到50%", Status.TRUE)]),
        ("参与率[为5](#b1)[0%](#b2)。", [("50%", Status.SPLIT)]),
        ("参与率[超过50%](#b1)。", [("超过50%", Status.FALSE)]),
        ("参与率超过[50%](#b1)。", [("超过50%", Status.FALSE)]),
        ("参与率[达到五成](#b1)。", [("达到五成", Status.TRUE)]),
        ("[50家](#b1)参加。", [("50家", Status.FALSE)]),
        ("[50](#b1)%的会员。", [("50%", Status.TRUE)]),
        ("[50%和60%](#b1)。", [("50%和60%", Status.SPLIT)]),
        ("[一半以上的](#b1)会员", [("一半以上", Status.TRUE)]),
        ("[会员](#b1)很多。", [("会员", Status.UNREAD)]),
        ("走访企业400家。", [("400家", Status.UNBOUND)]),
        ("走访企业[400家](#b9)。", [("400家", Status.UNKNOWN)]),
        ("走访企业[400家](http://example.org/)。", [("400家", Status.UNBOUND)]),
        ("2018年5月1日，第三届理事会。", []),
        ("# 举办活动30场\n\n- 走访`12家`\n", [("30场", Status.UNBOUND), ("12家", Status.UNBOUND)]),
        ("    走访12家\n", [("12家", Status.UNBOUND)]),
        ("<b>12家</b>", [("12家", Status.UNBOUND)]),
        ("**12**家", [("12家", Status.UNBOUND)]),
        ("![12家](x.png)", [("12家", Status.UNBOUND)]),
    ],
)
def test_what_the_gate_says(story, text, expected):
    assert statuses(drafted(story, text)) == expected


def test_the_title_is_read_too(story):
    assert statuses(drafted(story, "参与率[50%](#b1)。", title="走访400家企业")) == [
        ("400家", Status.UNBOUND),
        ("50%", Status.TRUE),
    ]


def test_cited_and_marked_numbers_stand_with_what_was_given(story):
    report = drafted(story, "全国[12项](#b2)措施；[365天](#b3)如一日。")
    reports.cite(by=story.by, report=report, source="公报", page="7")
    reports.mark(by=story.by, report=report, reason="习语")
    assert statuses(report) == [("12项", Status.CITED), ("365天", Status.NO_FIGURE)]
    refused(EMPTY, reports.cite, by=story.by, report=report, source="公报", page=" ")
    refused(EMPTY, reports.mark, by=story.by, report=report, reason="")


def test_a_passage_keeps_its_words():
    passages = read("题", "# 一\n\n甲[乙](#b1)\n丙\n\n- 丁\n")
    assert [(p.part, p.text) for p in passages] == [
        (PassagePart.TITLE, "题"),
        (PassagePart.HEADING, "一"),
        (PassagePart.PARAGRAPH, "甲乙 丙"),
        (PassagePart.ITEM, "丁"),
    ]
    assert [(run.text, run.key) for run in passages[2].runs] == [("甲", ""), ("乙", "b1"), (" 丙", "")]


def test_an_unbound_number_blocks_until_it_is_bound(story):
    report = drafted(story, "参与率50%。", chain=[Step.DRAFT])
    version = report.versions.get()
    office = somebody("office", "office")
    refused(NOT_SIGNED, reports.publish, by=office, version=version, number="1")
    reports.sign(by=story.by, turn=Turn(version, Step.DRAFT))
    refused(BLOCKED, reports.publish, by=office, version=version, number="1")
    saved = reports.save(by=story.by, report=report, title="工作报告", text="参与率[50%](#b1)。", after=1)
    refused(NOT_ITS_TURN, reports.publish, by=office, version=version, number="1")
    reports.sign(by=story.by, turn=Turn(saved, Step.DRAFT))
    refused(EMPTY, reports.publish, by=office, version=saved, number=" ")
    reports.publish(by=office, version=saved, number="1")
    refused(PUBLISHED, reports.save, by=story.by, report=report, title="x", text="x", after=2)
    other = drafted(story, "", title="又一份", chain=[Step.DRAFT])
    reports.sign(by=story.by, turn=Turn(other.versions.get(), Step.DRAFT))
    refused(NUMBER_TAKEN, reports.publish, by=office, version=other.versions.get(), number="1")


def test_who_let_a_number_through_is_shown_to_the_reader(client, story):
    report = drafted(story, "走访<b>400家</b>企业，又400家。", chain=[Step.DRAFT])
    version, office = report.versions.get(), somebody("office", "office")
    first, second = examine(version).blocking
    refused(
        REFUSED, reports.let_through, by=story.accounts["rita"], version=version, number=first, reason="x"
    )
    refused(EMPTY, reports.let_through, by=office, version=version, number=first, reason="")
    reports.let_through(by=office, version=version, number=first, reason="台账<i>遗失")
    refused(NOTHING_TO_LET_THROUGH, reports.let_through, by=office, version=version, number=first, reason="x")
    assert examine(version).blocking == (second,)
    reports.let_through(by=office, version=version, number=second, reason="同上")
    reports.sign(by=story.by, turn=Turn(version, Step.DRAFT))
    reports.publish(by=office, version=version, number="1")
    page = story.get(client, "nobody", reverse("report", args=[report.token])).content.decode()
    assert "台账&lt;i&gt;遗失" in page
    assert "&lt;b&gt;" in page
    assert "放行的数字" in page
    # word for word: one letter more, and it no longer holds
    title, text = version.title, version.text
    assert len(examine_text(title, text + "完", [], version.overrides.all()).blocking) == 2


def test_what_is_cited_and_what_counts_nothing_is_told_to_the_reader(client, story):
    text = "1. 全市[2350家](#b2)企业\n2. [365天](#b3)如一日"
    report = drafted(story, text, chain=[Step.DRAFT])
    reports.cite(by=story.by, report=report, source="统计<年鉴>", page="7")
    reports.mark(by=story.by, report=report, reason="习语")
    reports.sign(by=story.by, turn=Turn(report.versions.get(), Step.DRAFT))
    reports.publish(by=somebody("office", "office"), version=report.versions.get(), number="1")
    page = story.get(client, "nobody", reverse("report", args=[report.token])).content.decode()
    assert "<strong>2350家</strong>：统计&lt;年鉴&gt;，第7页" in page
    assert "<strong>365天</strong>：习语" in page
    assert page.count('<p class="item numbered"><span>') == 2


def test_a_report_stands_when_one_of_its_figures_is_no_longer_kept(client, story, monkeypatch):
    story.publish()
    kept = {code: each for code, each in definition.catalogue().items() if code != PARTICIPATION.code}
    monkeypatch.setattr(definition, "_CATALOGUE", kept)
    token = story.report.token
    assert "达到50%</a>" in story.get(client, "nobody", reverse("report", args=[token])).content.decode()
    for address in (
        reverse("report-paper", args=[token, "report.docx"]),
        reverse("report-paper", args=[token, "figures.csv"]),
        f"/api/v1/reports/{token}",
        reverse("draft", args=[story.report.pk]),
    ):
        assert story.get(client, "olive", address).status_code == 200, address
    assert (
        "已不再保留"
        in story.get(client, "olive", reverse("changes", args=[story.report.pk])).content.decode()
    )


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("2018年会员活动参与率达到[50%](#b1)。", False),
        ("2018年参与率比2017年高，达到[50%](#b1)。", False),
        ("2017年会员活动参与率达到[50%](#b1)。", True),
        ("二〇一七年会员活动参与率达到[50%](#b1)。", True),
        ("２０１７年会员活动参与率达到[50%](#b1)。", True),
        ("会员活动参与率达到[50%](#b1)。", False),
        ("2013—2019年会员活动参与率达到[50%](#b1)。", False),
    ],
)
def test_a_number_of_another_year_than_its_passage_tells_of_is_warned_of(story, text, warned):
    [number] = examine(drafted(story, text).versions.get()).numbers
    assert number.status is Status.TRUE
    assert any("2018年" in each.zh for each in number.warnings) == warned


def test_the_chain_is_signed_in_order_by_different_hands(story):
    report = drafted(story, "参与率[50%](#b1)。")
    version = report.versions.get()
    office, council = somebody("office", "office"), somebody("council", "council")
    head, other = somebody("head", "members"), somebody("other", "awards")
    refused(NOT_ITS_TURN, reports.sign, by=head, turn=Turn(version, Step.REVIEW))
    reports.sign(by=head, turn=Turn(version, Step.DRAFT))
    refused(SAME_HAND, reports.sign, by=head, turn=Turn(version, Step.REVIEW))
    refused(REFUSED, reports.sign, by=other, turn=Turn(version, Step.REVIEW))
    second = somebody("second", "members")
    reports.sign(by=second, turn=Turn(version, Step.REVIEW))
    reports.sign(by=other, turn=Turn(version, Step.CONSULT))
    refused(REFUSED, reports.sign, by=council, turn=Turn(version, Step.ISSUE))
    refused(EMPTY, reports.sign, by=office, turn=Turn(version, Step.ISSUE), passed=False)
    reports.sign(by=office, turn=Turn(version, Step.ISSUE), passed=False, note="请补充依据")
    refused(NOT_ITS_TURN, reports.sign, by=council, turn=Turn(version, Step.COUNCIL))
    refused(NOT_SIGNED, reports.publish, by=office, version=version, number="1")


def test_two_who_edit_do_not_overwrite_each_other(story):
    report = drafted(story, "一")
    reports.save(by=story.by, report=report, title="工作报告", text="二", after=1)
    refused(SAVED_SINCE, reports.save, by=story.by, report=report, title="工作报告", text="三", after=1)
    assert [v.text for v in report.versions.all()] == ["二", "一"]


def test_remarks_are_made_and_settled(story):
    version = drafted(story, "一").versions.get()
    remark = reports.comment(by=story.accounts["rita"], version=version, text="请核实", quote="一")
    refused(EMPTY, reports.comment, by=story.accounts["rita"], version=version, text=" ")
    refused(REFUSED, reports.comment, by=story.accounts["erin"], version=version, text="x")
    refused(REFUSED, reports.settle, by=story.accounts["rita"], remark=remark)
    assert reports.settle(by=story.by, remark=remark).settled_at


def test_who_does_not_work_on_the_line_does_not_write(story):
    report = drafted(story, "一")
    for role in ("charlie", "rita", "erin", "oscar"):
        account = story.accounts[role]
        refused(REFUSED, reports.save, by=account, report=report, title="x", text="x", after=1)
        refused(REFUSED, reports.publish, by=account, version=report.versions.get(), number="1")


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_keeps_what_was_saved_and_bound(story, change):
    report = drafted(story, "一")
    for rows in (report.versions.all(), Binding.objects.all()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(at=None) if change == "update" else rows._raw_delete(rows.db)


def test_a_reader_opens_the_sentence_down_to_the_rows(client, story):
    story.publish()
    page = story.get(client, "rita", reverse("report", args=[story.report.token])).content.decode()
    address = reverse("number", args=[story.number.token])
    assert f'<a class="bound" href="{address}">达到50%</a>' in page
    assert "示质协〔2019〕1号" in page
    assert "自家" in client.get(address).content.decode()
    assert "工作报告" in client.get(reverse("reports")).content.decode()
    assert client.get(reverse("report", args=["unknown"])).status_code == 404


def test_a_draft_is_not_for_the_world(client, story):
    report = drafted(story, "秘密")
    assert story.get(client, "nobody", reverse("report", args=[report.token])).status_code == 404
    assert "工作报告" not in client.get(reverse("reports")).content.decode()


@pytest.mark.parametrize(("role", "queries"), [("nobody", 3), ("rita", 7)])
@pytest.mark.parametrize("numbers", [1, 60])
def test_sixty_numbers_need_no_more_queries_than_one(
    client, story, numbers, role, queries, django_assert_num_queries
):
    story.publish("。".join(f"第{i}句：[50%](#b1)" for i in range(numbers)))
    address = reverse("report", args=[story.report.token])
    story.get(client, role, address)
    with django_assert_num_queries(queries):
        page = client.get(address).content.decode()
    assert page.count('class="bound"') == numbers
