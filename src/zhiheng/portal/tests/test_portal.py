"""Public pages: who sees which rows, both languages, drift, nothing injected."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from published_story import DAY, OTHER, Story

from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind
from zhiheng.figures.definition import Column
from zhiheng.lines.members import operations as members
from zhiheng.portal.views import cell
from zhiheng.ui.words import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    return Story()


# Address × role: the status each must get. The office is Django's admin; it has its own sign-in.
EVERYBODY = {"nobody": 200, "stranger": 200, "reader": 200, "contact": 200, "other_line": 200}
STAFF = {"nobody": 302, "stranger": 403, "reader": 200, "contact": 403, "other_line": 200}
TABLE = {
    "home": EVERYBODY,
    "figures": EVERYBODY,
    "figure": EVERYBODY,
    "number": EVERYBODY,
    "reports": EVERYBODY,
    "report": EVERYBODY,
    "drafts": STAFF,
    "draft": STAFF,
    "difference": STAFF,
    "change-draft": dict.fromkeys(EVERYBODY, 405),
    "sign-in": EVERYBODY,
    "sign-out": dict.fromkeys(EVERYBODY, 405),
    "set_language": dict.fromkeys(EVERYBODY, 302),
}


def test_every_address_stands_in_the_table():
    named = {p.name for p in get_resolver().url_patterns if isinstance(p, URLPattern)}
    assert named == set(TABLE)
    assert [p.pattern._route for p in get_resolver().url_patterns if not isinstance(p, URLPattern)] == [
        "office/"
    ]


@pytest.mark.parametrize("name", sorted(TABLE))
def test_each_role_gets_what_the_table_says(client, story, name):
    if name in {"report", "draft", "difference", "change-draft"}:
        story.publish()
    more = {
        "figure": ["members.participation"],
        "number": [story.number.token],
        "report": [story.report and story.report.token],
        "draft": [story.report and story.report.pk],
        "difference": [story.report and story.report.pk, 1],
        "change-draft": [story.report and story.report.pk, "save"],
    }.get(name)
    for role, status in TABLE[name].items():
        assert story.get(client, role, reverse(name, args=more)).status_code == status, role


def test_the_office_is_closed_to_who_is_not_staff(client, story):
    for role in EVERYBODY:
        assert story.get(client, role, "/office/").status_code == 302, role


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [("nobody", 0, 0), ("stranger", 0, 0), ("other_line", 0, 0), ("contact", 1, 0), ("reader", 1, 1)],
)
def test_rows_are_seen_by_whom_they_concern(client, story, role, own, other):
    page = story.get(client, role, reverse("number", args=[story.number.token])).content.decode()
    assert "50.0" in page
    assert ("自家" in page, OTHER in page) == (bool(own), bool(other))
    assert ("您可查看" in page) == bool(own)
    if own:
        assert f"您可查看 {own + other} 行" in page


def test_what_somebody_typed_is_text(client, story):
    page = story.get(client, "reader", reverse("number", args=[story.number.token])).content.decode()
    assert "<b>公司" not in page
    assert "&lt;b&gt;公司" in page
    page = story.get(client, "nobody", reverse("figures") + "?q=<script>").content.decode()
    assert "<script" not in page


def test_no_page_needs_an_inline_script_or_style(client, story):
    for name, more in (("home", []), ("figures", []), ("number", [story.number.token])):
        answer = story.get(client, "reader", reverse(name, args=more))
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert not re.search(r"<script(?! src)|<style| style=| on\w+=", answer.content.decode())


def test_a_change_shows_and_the_number_stays(client, story):
    address = reverse("number", args=[story.number.token])
    assert "没有变化" in story.get(client, "nobody", address).content.decode()
    story.meet(story.other)
    page = story.get(client, "nobody", address).content.decode()
    assert "50.0" in page
    assert "100.0" in page
    assert "1 行" in page
    assert OTHER not in page


def test_both_languages(client, story):
    for name, more in (
        ("home", []),
        ("figures", []),
        ("figure", ["members.participation"]),
        ("number", [story.number.token]),
    ):
        page = story.get(
            client, "nobody", reverse(name, args=more), headers={"accept-language": "en"}
        ).content.decode()
        assert '<html lang="en">' in page
        assert re.sub(r'<button[^>]*lang="zh-Hans">中文</button>', "", page).isascii() or not re.search(
            r"[\u4e00-\u9fff]", re.sub(r"中文", "", page)
        )


def test_what_is_not_there(client, story):
    assert story.get(client, "nobody", "/n/unknown/").status_code == 404
    unknown = story.get(client, "nobody", "/figures/unknown/")
    assert unknown.status_code == 404
    assert "没有代号为" in unknown.content.decode()
    answer = story.get(client, "nobody", "/figures/unknown/", headers={"accept": "application/json"})
    assert answer.json()["code"] == "figures.unknown"
    assert "没有找到" in story.get(client, "nobody", "/figures/?q=zzz").content.decode()


def test_a_number_is_opened_in_a_number_of_queries_that_does_not_grow(client, story):
    address = reverse("number", args=[story.number.token])
    story.get(client, "reader", address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for i in range(5):
        card = cards.add(by=story.by, kind=Kind.COMPANY, name=f"公司{i}", no_code_reason="示例")
        application = members.apply(by=story.by, organisation=card, on=DAY)
        members.approve(by=story.by, application=application, on=DAY)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few) <= 10, [query["sql"][:100] for query in many.captured_queries]


@pytest.mark.parametrize(("value", "masked"), [("王", "王"), ("王五", "王*"), ("13800001234", "1********34")])
def test_what_is_personal_is_masked(value, masked):
    assert cell(Column("name", Text("姓名", "Name"), frozen=False, personal=True), value) == masked
