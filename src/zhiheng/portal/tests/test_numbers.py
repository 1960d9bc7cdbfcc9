"""A number opened: tombstones, the file of its rows, entries with their grade, a definition that is gone."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from python_calamine import CalamineWorkbook
from story import OTHER, OWN, Story

from zhiheng.core.organisations.models import Organisation
from zhiheng.figures import definition, lineage
from zhiheng.figures.definition import Period
from zhiheng.figures.entering import Evidence, check, enter
from zhiheng.figures.models import Check, Entry
from zhiheng.figures.operations import freeze
from zhiheng.gatherings.models import Attendance
from zhiheng.lines.members.figures import MEMBERS, PARTICIPATION, SESSIONS
from zhiheng.lines.members.models import Membership
from zhiheng.portal import numbers
from zhiheng.portal.problems import ROWS_MANY

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    return Story()


def page(story, client, role, snapshot, **asked):
    address = reverse("number", args=[snapshot.token])
    return story.get(client, role, address, query_params=asked).content.decode()


def csv_rows(story, client, role, snapshot):
    answer = story.get(client, role, reverse("number-rows", args=[snapshot.token, "csv"]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def held(story):
    """A published number of sessions, each a row that can go."""
    snapshot = freeze(by=story.by, figure=SESSIONS, period=Period.read("2013-2018"))
    session = SESSIONS.rows(Period.read("2013-2018")).get()
    return snapshot, session


def test_a_row_that_is_gone_leaves_its_tombstone(client, story, held):
    snapshot, session = held
    Attendance.objects.all().delete()
    pk = session.pk
    session.delete()
    seen = page(story, client, "alice", snapshot)
    assert f"记录 {pk} 已删除" in seen
    assert f"记录 {pk} 已删除" not in page(story, client, "dana", snapshot)
    assert "不再计入" in page(story, client, "nobody", snapshot)
    [row] = csv_rows(story, client, "alice", snapshot)
    assert (row["记录编号"], row["发布时计入"], row["此后"]) == (str(pk), "1.0", "已删除")
    assert csv_rows(story, client, "dana", snapshot) == []


def test_who_is_not_counted_any_more_is_named_to_who_may_see_it(client, story):
    gone = Membership.objects.get(organisation=story.other)
    gone.start = gone.start.replace(year=2019)
    gone.save()
    assert "不再计入" in page(story, client, "rita", story.number)
    assert OTHER in page(story, client, "dana", story.number)
    assert OTHER not in page(story, client, "erin", story.number)


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("nobody", []),
        ("charlie", []),
        ("oscar", []),
        ("erin", [OWN]),
        ("dana", [OTHER]),
        ("rita", [OWN, OTHER]),
    ],
)
def test_the_file_holds_the_rows_that_one_may_see(client, story, role, seen):
    assert [row["单位"] for row in csv_rows(story, client, role, story.number)] == seen


def test_no_cell_of_a_file_is_a_live_formula(client, story):
    Organisation.objects.filter(pk=story.own.pk).update(name='=HYPERLINK("http://example.org","x")')
    Organisation.objects.filter(pk=story.other.pk).update(name="-1+1")
    assert [row["单位"] for row in csv_rows(story, client, "rita", story.number)] == [
        '\'=HYPERLINK("http://example.org","x")',
        "'-1+1",
    ]
    answer = story.get(client, "rita", reverse("number-rows", args=[story.number.token, "xlsx"]))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    cells = [cell for row in sheet.to_python() for cell in row]
    assert '=HYPERLINK("http://example.org","x")' in cells
    assert b"<f>" not in answer.content


def test_a_workbook_of_too_many_rows_is_refused_with_what_to_do(client, story, monkeypatch):
    monkeypatch.setattr(numbers, "MOST_IN_A_WORKBOOK", 1)
    answer = story.get(client, "rita", reverse("number-rows", args=[story.number.token, "xlsx"]))
    assert answer.status_code == ROWS_MANY.status
    assert "请下载 csv" in answer.content.decode()
    assert story.get(client, "rita", f"/n/{story.number.token}/rows.pdf").status_code == 404


def test_a_number_of_many_rows_is_compared_beforehand(client, story, monkeypatch):
    monkeypatch.setattr(lineage, "LIVE", 1)
    assert "尚未核对" in page(story, client, "rita", story.number)
    story.meet(story.other)
    lineage.check(story.number)
    seen = page(story, client, "rita", story.number)
    assert "100.0" in seen
    assert "1 行" in seen
    assert OTHER in seen
    assert Check.objects.get().changed == 1


def test_the_page_says_of_which_grade_the_number_is(client, story, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    entry = enter(
        by=story.accounts["alice"],
        figure=SESSIONS,
        period=Period.year(2013),
        what="手工台账<i>",
        amount=Decimal(3),
        evidence=Evidence(Entry.Grade.D, "年鉴", "7"),
    )
    check(by=story.accounts["bob"], entry=entry)
    snapshot = freeze(by=story.by, figure=SESSIONS, period=Period.read("2013-2018"))
    seen = page(story, client, "alice", snapshot)
    assert "D · 仅有出处" in seen
    assert "A 25.0%" in seen
    assert "手工台账" not in seen
    entries = page(story, client, "alice", snapshot, of="entries")
    assert "手工台账&lt;i&gt;" in entries
    assert "手工台账" not in page(story, client, "charlie", snapshot, of="entries")
    assert len(csv_rows(story, client, "alice", snapshot)) == 2


def test_a_figure_that_is_no_longer_kept_still_opens(client, story, monkeypatch):
    kept = {code: each for code, each in definition.catalogue().items() if code != PARTICIPATION.code}
    monkeypatch.setattr(definition, "_CATALOGUE", kept)
    seen = page(story, client, "rita", story.number)
    assert "已不再保留" in seen
    assert "50.0" in seen
    assert PARTICIPATION.definition.zh in seen
    assert "50.0" in story.get(client, "nobody", reverse("home")).content.decode()
    figure = story.get(client, "nobody", reverse("figure", args=[PARTICIPATION.code])).content.decode()
    assert "已不再保留" in figure
    assert "50.0" in figure
    assert (
        story.get(client, "rita", reverse("number-rows", args=[story.number.token, "csv"])).status_code == 404
    )


def test_any_record_tells_in_which_numbers_it_stands(story):
    freeze(by=story.by, figure=MEMBERS, period=Period.read("2018-12-31"))
    row = Membership.objects.get(organisation=story.own)

    def told(role):
        request = RequestFactory().get("/")
        request.user = story.accounts[role]
        template = Template("{% load lineage %}{% stands_in record %}")
        return template.render(Context({"request": request, "record": row}))

    assert "计入 2 个已发布的数字" in told("rita")
    assert reverse("number", args=[story.number.token]) in told("rita")
    assert "计入 2 个" in told("erin")
    assert story.number.token not in told("dana")


def test_a_row_leads_to_its_record_for_who_may_open_that(client, story):
    number = reverse("number", args=[story.number.token])
    address = reverse("members:member", args=[story.own.memberships.get().pk])
    assert f'<a href="{address}">' in story.get(client, "rita", number).content.decode()
    assert story.get(client, "rita", address).status_code == 200
    for role in ("erin", "dana", "charlie", "oscar", "nobody"):
        assert address not in story.get(client, role, number).content.decode()


def test_the_whole_catalogue_is_printed(client, story):
    seen = story.get(client, "nobody", reverse("figures-in-full")).content.decode()
    for figure in definition.catalogue().values():
        assert figure.definition.zh in seen
