"""Figures as they stand, and entries made on pages: who sees them, what is refused, what is published from there."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook
from story import Story

from zhiheng.core.jobs.models import Job
from zhiheng.desk import figures
from zhiheng.figures.models import Entry, Snapshot

pytestmark = pytest.mark.django_db
RATE = "members.participation"
SESSIONS = "members.activity_sessions"
SCAN = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def story(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Story()


def seen(story, client, role, name, *args, **asked):
    return story.get(client, role, reverse(name, args=args), query_params=asked)


def sent(story, client, role, name, *args, **given):
    story.get(client, role, reverse("home"))
    return client.post(reverse(name, args=args), given)


def test_years_stand_beside_each_other_with_what_was_published(client, story):
    story.meet(story.other)
    page = seen(story, client, "rita", "desk-figure", RATE, **{"from": 2017, "to": 2018}).content.decode()
    for words in ("2017年", "2018年", "0.0", "100.0", "50.0", "已变", "2 ÷ 2"):
        assert words in page
    assert "发布</button>" not in page.replace("\n", "")


def test_parts_are_shown_and_handed_out(client, story):
    asked = {"from": 2018, "to": 2018, "by": "organisation__kind"}
    page = seen(story, client, "rita", "desk-figure", RATE, **asked).content.decode()
    assert "分组现值" in page
    assert "公司" in page
    answer = seen(story, client, "rita", "desk-figure-file", RATE, **asked)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert ["2018年", "公司", 50.0, "—", 1.0, 2.0, 2.0, "A"] in rows


@pytest.mark.parametrize(
    "asked", [{"from": "x", "to": "9" * 40}, {"from": 2019, "to": 1}, {"by": "password"}]
)
def test_what_cannot_be_asked_is_not(client, story, asked):
    assert seen(story, client, "rita", "desk-figure", RATE, **asked).status_code == 200


def test_a_number_is_published_from_here_by_who_runs_the_line(client, story):
    before = Snapshot.objects.count()
    for role in ("rita", "bob"):
        refused = sent(story, client, role, "desk-figure-publish", RATE, period="2018")
        assert refused.status_code == 403
    assert Snapshot.objects.count() == before
    answer = sent(story, client, "alice", "desk-figure-publish", RATE, period="2018")
    newest = Snapshot.objects.first()
    assert answer.headers["Location"] == reverse("number", args=[newest.token])
    assert (newest.value, newest.taken_by) == (50, story.accounts["alice"])


def test_a_rate_of_nothing_is_not_published_and_the_page_says_why(client, story):
    answer = sent(story, client, "alice", "desk-figure-publish", RATE, period="1999")
    assert answer.status_code == 409
    assert "没有可计算的记录" in answer.content.decode()
    assert (
        "不是一个期间"
        in sent(story, client, "alice", "desk-figure-publish", RATE, period="x").content.decode()
    )


def test_a_number_of_many_rows_is_published_by_a_job(client, story, monkeypatch):
    monkeypatch.setattr(figures, "LIVE", 1)
    assert sent(story, client, "rita", "desk-figure-publish", RATE, period="2018").status_code == 403
    assert not Job.objects.exists()
    answer = sent(story, client, "alice", "desk-figure-publish", RATE, period="2018")
    assert answer.headers["Location"] == reverse("jobs")
    job = Job.objects.get()
    assert job.by == story.accounts["alice"]


@pytest.mark.parametrize("first", [2018, 2012])
def test_the_number_of_queries_grows_neither_with_rows_nor_with_years(
    client, story, first, django_assert_num_queries
):
    address = reverse("desk-figure", args=[RATE])
    for _ in range(2):
        story.get(client, "rita", address)
        with django_assert_num_queries(8):
            client.get(address, {"from": first, "to": 2018})
        with django_assert_num_queries(10):
            client.get(address, {"from": first, "to": 2018, "by": "organisation__size"})
        for _ in range(3):
            story.meet(story.own)


# ── entries ──


def given(**more):
    return {
        "figure": SESSIONS,
        "period": "2013",
        "what": "手工<b>台账",
        "amount": "3",
        "grade": "B",
        "source": "会员活动台账",
        "page": "12",
        "scan": SimpleUploadedFile("台账.pdf", SCAN),
    } | more


def test_an_entry_is_made_checked_and_stands_in_the_figure(client, story):
    answer = sent(story, client, "alice", "entry-new", **given())
    entry = Entry.objects.get()
    assert answer.headers["Location"] == reverse("entry", args=[entry.pk])
    assert "手工&lt;b&gt;台账" in seen(story, client, "rita", "entries").content.decode()
    assert "请由另一位同事复核" in seen(story, client, "alice", "entry", entry.pk).content.decode()
    assert sent(story, client, "alice", "change-entry", entry.pk, "check").status_code == 403
    assert sent(story, client, "rita", "change-entry", entry.pk, "check").status_code == 403
    sent(story, client, "bob", "change-entry", entry.pk, "check")
    page = seen(story, client, "rita", "desk-figure", SESSIONS, **{"from": 2013, "to": 2018}).content.decode()
    assert "<strong>4</strong>" in page
    assert "B 75.0%" in page


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"scan": ""}, "需要扫描件"),
        ({"scan": SimpleUploadedFile("台账.pdf", b"<html>")}, "台账"),
        ({"period": "二〇一三"}, "不是一个期间"),
        ({"period": "2018"}, "再录入会重复计算"),
        ({"organisation": "没有这家"}, "没有这家"),
        ({"amount": "-1"}, "不合理"),
        ({"amount": "很多"}, "数字"),
        ({"figure": "members.none"}, "选"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, story, more, words):
    answer = sent(story, client, "alice", "entry-new", **given(**more))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "手工&lt;b&gt;台账" in page
    assert not Entry.objects.exists()


def test_a_wrong_entry_is_replaced_or_withdrawn_on_its_page(client, story):
    sent(story, client, "alice", "entry-new", **given())
    old = Entry.objects.get()
    page = seen(story, client, "bob", "entry-new", replaces=old.pk).content.decode()
    assert "手工&lt;b&gt;台账" in page
    sent(story, client, "bob", "entry-new", **given(amount="2", scan="", replaces=old.pk))
    new = Entry.objects.first()
    assert (new.replaces, new.file) == (old, old.file)
    assert sent(story, client, "alice", "change-entry", new.pk, "send-back").status_code == 422
    sent(story, client, "alice", "change-entry", new.pk, "send-back", note="与扫描件不符")
    assert sent(story, client, "alice", "change-entry", new.pk, "withdraw").status_code == 422
    sent(story, client, "alice", "change-entry", new.pk, "withdraw", note="作废")
    new.refresh_from_db()
    assert (new.state, new.note) == (Entry.State.WITHDRAWN, "作废")
    assert sent(story, client, "alice", "change-entry", new.pk, "forget").status_code == 404


def test_the_scan_and_the_entry_of_a_line_are_not_for_another_line(client, story):
    sent(story, client, "alice", "entry-new", **given())
    entry = Entry.objects.get()
    for role in ("oscar", "charlie", "erin"):
        assert seen(story, client, role, "entry", entry.pk).status_code == 403
        assert seen(story, client, role, "file", entry.file.token).status_code == 403
        assert "手工" not in seen(story, client, role, "entries", state="all").content.decode()
    answer = seen(story, client, "rita", "file", entry.file.token)
    assert b"".join(answer) == SCAN


def test_the_list_of_entries_takes_a_fixed_number_of_queries(client, story):
    counts = []
    for n in (1, 3):
        for i in range(n):
            made = given(what=f"台账{n}{i}", scan=SimpleUploadedFile("a.pdf", SCAN))
            sent(story, client, "alice", "entry-new", **made)
        seen(story, client, "rita", "entries")
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("entries"))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 8
