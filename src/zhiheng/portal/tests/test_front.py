"""The front door: what home shows and in how many queries, search that finds what is public only, both languages."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from story import Story

from zhiheng.figures.definition import Period, catalogue
from zhiheng.figures.models import Snapshot
from zhiheng.figures.operations import freeze
from zhiheng.figures.reports import operations as reports
from zhiheng.gatherings.models import Edition, Kind, Session
from zhiheng.lines.members.figures import PARTICIPATION
from zhiheng.portal.front import FOUND
from zhiheng.portal.trend import Trend, latest

pytestmark = pytest.mark.django_db
PAGES = ["home", "figures", "reports", "about", "accessibility", "search"]


@pytest.fixture
def story():
    return Story()


def gathering(name, *, published=True, days=3):
    edition = Edition.objects.create(kind=Kind.FORUM, name_zh=name, name_en="Forum", published=published)
    on = timezone.localdate() + dt.timedelta(days=days)
    return Session.objects.create(edition=edition, held_on=on, venue="市民中心")


def read(client, name, language="zh", **asked):
    answer = client.get(reverse(name), asked, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def test_home_opens_the_newest_number_and_names_the_one_before(client, story):
    freeze(by=story.by, figure=PARTICIPATION, period=Period.year(2017))
    page = read(client, "home")
    assert f'<a href="{reverse("number", args=[story.number.token])}">50.0</a>' in page
    assert "2017年：0.0 %" in page
    assert "<polyline" in page


def test_home_has_the_reports_and_what_comes_next(client, story):
    assert "还没有发布过报告" in read(client, "home")
    assert "近期没有公开活动" in read(client, "home")
    story.publish()
    session = gathering("质量<b>论坛")
    gathering("内部会", published=False)
    gathering("去年的论坛", days=-300)
    page = read(client, "home")
    assert reverse("report", args=[story.report.token]) in page
    assert reverse("calendar:session", args=[session.token]) in page
    assert "质量&lt;b&gt;论坛" in page
    assert "内部会" not in page
    assert "去年的论坛" not in page


def test_home_takes_a_number_of_queries_that_does_not_grow(client, story):
    story.publish()
    gathering("一")
    read(client, "home")
    with CaptureQueriesContext(connection) as few:
        read(client, "home")
    for year in (2015, 2016, 2017):
        freeze(by=story.by, figure=PARTICIPATION, period=Period.year(year))
        gathering(f"论坛{year}")
    with CaptureQueriesContext(connection) as many:
        read(client, "home")
    assert len(many) == len(few) <= 4, [query["sql"][:90] for query in many.captured_queries]


def test_of_a_period_published_twice_the_newest_number_is_shown(story):
    again = freeze(by=story.by, figure=PARTICIPATION, period=Period.year(2018))
    (found,) = latest()
    assert found.numbers == (again,)


def snapshot(year, value, se=None, fingerprint="x"):
    return Snapshot(
        figure="members.participation", period=str(year), value=Decimal(value), se=se, fingerprint=fingerprint
    )


def test_a_year_that_was_not_published_is_an_empty_place():
    trend = Trend((snapshot(2014, "80"), snapshot(2017, "90", Decimal("0.5"))))
    points = trend.chart.points
    assert [(point.period, point.value and float(point.value)) for point in points] == [
        ("2014年", 80.0),
        ("2015年", None),
        ("2016年", None),
        ("2017年", 90.0),
    ]
    assert points[0].low is None
    # 0.5 × 1.96 on either side
    assert points[-1].low == pytest.approx(89.02, abs=1e-3)
    assert points[-1].high == pytest.approx(90.98, abs=1e-3)


def test_numbers_of_two_editions_of_a_definition_are_said_to_be():
    assert not Trend((snapshot(2016, "1"), snapshot(2017, "1"))).redefined
    assert Trend((snapshot(2016, "1"), snapshot(2017, "1", fingerprint="y"))).redefined


def test_one_number_makes_no_chart(client, story):
    address = reverse("figure", args=["members.participation"])
    assert "data-chart" not in client.get(address).content.decode()
    freeze(by=story.by, figure=PARTICIPATION, period=Period.year(2017))
    page = client.get(address).content.decode()
    assert 'data-chart="trend-data"' in page
    assert "用表格看" in page


def test_search_finds_what_is_public_and_only_that(client, story):
    story.publish("2018年会员活动参与率达到[50%](#b1)，机密词。")
    reports.begin(by=story.by, line="members", title="未发布的机密词", text="机密词")
    shown, hidden = gathering("机密词论坛"), gathering("机密词内部会", published=False)
    page = read(client, "search", q="机密词")
    assert reverse("report", args=[story.report.token]) in page
    assert reverse("calendar:session", args=[shown.token]) in page
    assert "未发布" not in page
    assert hidden.token not in page
    assert "内部会" not in page
    assert reverse("figure", args=["members.participation"]) in read(client, "search", q="参与率")


@pytest.mark.parametrize("asked", ["<script>x", "'; DROP TABLE", "%", "_", "\\", "质" * 500])
def test_search_takes_anything_as_words(client, story, asked):
    gathering("论坛")
    page = read(client, "search", q=asked)
    assert "<script>" not in page
    assert "论坛</a>" not in page  # what a database reads as a wild card is a character here


def test_search_says_that_nothing_was_found_and_where_to_begin(client):
    page = read(client, "search", q="zzz")
    assert "没有找到含“zzz”的内容" in page
    assert reverse("figures") in page


def test_search_says_how_many_more_there_are(client, story):
    for number in range(FOUND + 3):
        gathering(f"论坛{number}")
    assert "另有 3 条" in read(client, "search", q="论坛")


def test_figures_are_filtered_by_their_line(client):
    page = read(client, "figures", line="gatherings")
    shown = set(re.findall(r'/figures/([\w.]+)/"', page))
    assert shown == {code for code, each in catalogue().items() if each.owner == "gatherings"} != set()
    assert "没有指标" in read(client, "figures", line="nothing")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_in_both_languages_without_anything_inline(client, story, name):
    story.publish("达到[50%](#b1)")
    gathering("论坛")
    page = read(client, name, "en", q="50")
    report = ["工作报告", "示质协", "号", "市民中心"]  # what was written by people stays as it was written
    left = [word for word in re.findall(r"[\u4e00-\u9fff]+", page) if word != "中文" and word not in report]
    assert left == []
    assert re.search(r"[\u4e00-\u9fff]", read(client, name))
    assert not re.search(r"<script(?! src| id=\S+ type=.application/json.)|<style| style=| on\w+=", page)


def test_robots_leave_alone_what_is_not_for_reading(client):
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /desk/" in answer.content.decode()
    assert client.get("/favicon.ico").headers["Location"].endswith("mark.svg")
