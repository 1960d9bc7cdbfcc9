"""The API tells what the pages tell to everybody, in pages, with an ETag, and never a row."""

from __future__ import annotations

import datetime as dt
import json
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from story import DAY, Story

from zhiheng.core.people.operations import add_person
from zhiheng.figures.definition import Period, catalogue
from zhiheng.figures.lineage import check
from zhiheng.figures.operations import freeze
from zhiheng.figures.reports import operations as reports
from zhiheng.figures.reports.models import Step
from zhiheng.gatherings import operations as gatherings
from zhiheng.gatherings.models import Kind
from zhiheng.lines.members.figures import PARTICIPATION
from zhiheng.portal import api

pytestmark = pytest.mark.django_db
SOON = timezone.localdate() + dt.timedelta(days=7)


@pytest.fixture
def story():
    cache.clear()
    return Story()


def announce(story, name, day=SOON):
    """Put a gathering into the public calendar."""
    edition = gatherings.hold(by=story.by, kind=Kind.FORUM, name_zh=name, name_en="Forum", on=[day])
    return gatherings.publish(by=story.by, edition=edition)


def get(client, address, **headers):
    answer = client.get(f"/api/v1/{address}", headers=headers)
    return answer, json.loads(answer.content) if answer.content else None


def test_every_definition_is_told_in_both_languages(client, story):
    answer, told = get(client, "figures")
    assert answer.status_code == 200
    assert [each["code"] for each in told["items"]] == list(catalogue())[: api.A_PAGE]
    assert told["count"] == len(catalogue())
    _, one = get(client, "figures/members.participation")
    assert one["name"] == {"zh": PARTICIPATION.name.zh, "en": PARTICIPATION.name.en}
    assert one["url"] == "http://localhost:8000/figures/members.participation/"


def test_a_number_has_its_value_n_period_and_drift(client, story):
    _, told = get(client, f"numbers/{story.number.token}")
    assert (told["value"], told["n"], told["period"], told["se"], told["grade"]) == (
        "50",
        2,
        "2018",
        None,
        "A",
    )
    assert (told["counted"], told["base"], told["unit"]["zh"]) == ("1", "2", "%")
    assert told["drift"]["drifted"] is False
    story.meet(story.other)
    _, told = get(client, f"numbers/{story.number.token}")
    assert told["value"] == "50"
    assert (told["drift"]["drifted"], told["drift"]["changed"]) == (True, 1)


def test_numbers_are_found_by_figure_and_period(client, story):
    freeze(by=story.by, figure=PARTICIPATION, period=Period.year(2017))
    for asked, periods in (
        ("", ["2017", "2018"]),
        ("?figure=members.participation&period=2018", ["2018"]),
        ("?figure=none", []),
    ):
        _, told = get(client, f"numbers{asked}")
        assert [each["period"] for each in told["items"]] == periods, asked


def test_a_report_tells_what_each_number_stands_on(client, story):
    story.publish("2018年会员活动参与率达到[50%](#b1)。")
    _, listed = get(client, "reports")
    assert [each["title"] for each in listed["items"]] == ["工作报告"]
    _, told = get(client, f"reports/{story.report.token}")
    bound = [each for each in told["bindings"] if each["number"]]
    assert [each["phrase"] for each in bound] == ["达到50%"]
    assert bound[0]["number"] == story.number.token
    said = told["passages"][bound[0]["passage"]]
    assert said[bound[0]["start"] : bound[0]["end"]] == "达到50%"


def test_a_draft_is_not_told(client, story):
    draft = reports.begin(by=story.by, line="members", title="草稿", text="秘密", chain=[Step.DRAFT])
    assert get(client, "reports")[1]["items"] == []
    answer, _ = get(client, f"reports/{draft.token}")
    assert answer.status_code == 404
    assert "秘密" not in answer.content.decode()


def test_no_row_and_no_company_is_told_to_anybody(client, story):
    story.publish()
    for address in (
        "figures",
        "numbers",
        f"numbers/{story.number.token}",
        "reports",
        f"reports/{story.report.token}",
    ):
        for role in ("nobody", "olive"):
            story.sign_in(client, role)
            answer, _ = get(client, address)
            assert "自家" not in answer.content.decode(), (address, role)


def test_lists_are_paged_and_name_the_next_page(client, story, monkeypatch):
    freeze(by=story.by, figure=PARTICIPATION, period=Period.year(2017))
    monkeypatch.setattr(api, "A_PAGE", 1)
    _, first = get(client, "numbers?figure=members.participation")
    assert first["next"] == "http://localhost:8000/api/v1/numbers?figure=members.participation&page=2"
    _, last = get(client, "numbers?page=2")
    assert (last["next"], last["page"], last["pages"]) == (None, 2, 2)


def test_what_has_not_changed_is_not_sent_again(client, story):
    answer, _ = get(client, "numbers")
    tag = answer.headers["ETag"]
    again, told = get(client, "numbers", if_none_match=tag)
    assert (again.status_code, told) == (304, None)
    freeze(by=story.by, figure=PARTICIPATION, period=Period.year(2017))
    assert get(client, "numbers", if_none_match=tag)[0].status_code == 200


def test_errors_are_json_with_what_to_do(client, story):
    for address, status in (
        ("numbers/unknown", 404), ("figures/none", 404), ("nothing", 404),
        ("numbers?page=x", 400), ("numbers?period=long ago", 422),
    ):  # fmt: skip
        answer, told = get(client, address)
        assert answer.status_code == status, address
        assert set(told) == {"code", "problem", "remedy"}, address


def test_no_other_site_may_read_it_and_nobody_may_write(client, story):
    answer, _ = get(client, "numbers", origin="https://evil.example")
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)("/api/v1/numbers").status_code == 405


def test_who_asks_too_often_waits(client, story, monkeypatch):
    monkeypatch.setattr(api, "RATE", "2/m/ip")
    assert [get(client, "figures")[0].status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_tells_every_call_and_needs_no_script_of_others(client, story, language):
    client.cookies["django_language"] = language
    page = client.get(reverse("api")).content.decode()
    described = json.loads(client.get("/api/v1/openapi.json").content)
    assert len(described["paths"]) == 7
    for path, said in described["paths"].items():
        assert f"GET {path}" in page
        assert (said["get"]["x-zh"] in page) is (language == "zh-hans")
    assert page.count("<script") == 1


@pytest.mark.parametrize("address", ["numbers", "reports", "figures", "calendar"])
def test_a_list_takes_as_many_queries_for_three_as_for_one(client, story, address):
    story.publish()
    announce(story, "论坛")
    with CaptureQueriesContext(connection) as few:
        get(client, address)
    for year in (2016, 2017):
        freeze(by=story.by, figure=PARTICIPATION, period=Period.year(year))
        announce(story, "论坛")
    with CaptureQueriesContext(connection) as many:
        get(client, address)
    few, many = (of_records(each.captured_queries) for each in (few, many))
    assert len(few) == len(many) <= 2


def of_records(statements):
    """Leave out what counts how often somebody asks."""
    return [
        each["sql"]
        for each in statements
        if "shared_cache" not in each["sql"] and "SAVEPOINT" not in each["sql"]
    ]


def test_a_list_says_what_was_found_when_a_number_was_last_looked_at(client, story):
    (never,) = get(client, "numbers")[1]["items"]
    assert (never["drifted"], never["looked_at"]) == (None, None)
    check(story.number)
    (same,) = get(client, "numbers")[1]["items"]
    assert same["drifted"] is False
    story.meet(story.other)
    check(story.number)
    (changed,) = get(client, "numbers")[1]["items"]
    assert changed["drifted"] is True
    assert changed["looked_at"] > same["looked_at"]
    assert changed["value"] == never["value"]


def test_the_calendar_holds_what_comes_and_was_published_and_nobody(client, story):
    shown = announce(story, "公开论坛")
    gatherings.hold(by=story.by, kind=Kind.FORUM, name_zh="内部论坛", on=[SOON])
    announce(story, "旧论坛", day=DAY)
    gone = announce(story, "取消的论坛")
    gatherings.cancel(by=story.by, session=gone.sessions.get())
    person = add_person(by=story.by, name="某某某", mobile="13800001234")
    gatherings.register(by=story.by, session=shown.sessions.get(), person=person, organisation=story.own)
    answer = client.get("/api/v1/calendar")
    (item,) = answer.json()["items"]
    assert item["name"] == {"zh": "公开论坛", "en": "Forum"}
    assert (item["held_on"], item["kind"], item["open"]) == (SOON.isoformat(), "forum", True)
    assert client.get(urlsplit(item["url"]).path).status_code == 200
    for secret in ("内部", "旧论坛", "取消", "某某某", "1380000", shown.sessions.get().code_key):
        assert secret not in answer.content.decode()


def test_the_description_for_machines_holds_every_field_that_is_answered(client, story):
    announce(story, "公开论坛")
    described = json.loads(client.get("/api/v1/openapi.json").content)
    for address in ("numbers", "calendar"):
        schema = described["paths"][f"/api/v1/{address}"]["get"]["responses"]["200"]["content"][
            "application/json"
        ]
        page = described["components"]["schemas"][schema["schema"]["$ref"].rpartition("/")[2]]
        item = described["components"]["schemas"][
            page["properties"]["items"]["items"]["$ref"].rpartition("/")[2]
        ]
        (answered, *_) = get(client, address)[1]["items"]
        assert answered.keys() == item["properties"].keys()
