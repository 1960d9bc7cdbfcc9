"""Public pages: who sees which rows, both languages, drift, nothing injected."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from story import DAY, OTHER, Story

from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind
from zhiheng.figures.definition import Column
from zhiheng.lines.members import operations as members
from zhiheng.portal.numbers import cell
from zhiheng.ui.words import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    return Story()


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [("nobody", 0, 0), ("charlie", 0, 0), ("oscar", 0, 0), ("erin", 1, 0), ("dana", 0, 1), ("rita", 1, 1)],
)
def test_rows_are_seen_by_whom_they_concern(client, story, role, own, other):
    page = story.get(client, role, reverse("number", args=[story.number.token])).content.decode()
    assert "50.0" in page
    assert ("自家" in page, OTHER in page) == (bool(own), bool(other))
    assert ("您可查看" in page) == bool(own + other)
    if own + other:
        assert f"您可查看 {own + other} 行" in page


def test_what_somebody_typed_is_text(client, story):
    page = story.get(client, "rita", reverse("number", args=[story.number.token])).content.decode()
    assert "<b>公司" not in page
    assert "&lt;b&gt;公司" in page
    page = story.get(client, "nobody", reverse("figures") + "?q=<script>x").content.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;x" in page


def test_no_page_needs_an_inline_script_or_style(client, story):
    for name, more in (("home", []), ("figures", []), ("number", [story.number.token])):
        answer = story.get(client, "rita", reverse(name, args=more))
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert not re.search(
            r"<script(?! src| id=\S+ type=.application/json.)|<style| style=| on\w+=", answer.content.decode()
        )


def test_a_change_shows_and_the_number_stays(client, story):
    address = reverse("number", args=[story.number.token])
    assert "没有变化" in story.get(client, "nobody", address).content.decode()
    story.meet(story.other)
    page = story.get(client, "nobody", address).content.decode()
    assert "50.0" in page
    assert "100.0" in page
    assert "1 行" in page
    assert OTHER not in page
    assert "计入值" in story.get(client, "rita", address).content.decode()


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


def test_a_number_is_opened_in_a_number_of_queries_that_does_not_grow(
    client, story, django_assert_num_queries
):
    address = reverse("number", args=[story.number.token])
    story.meet(story.other)
    story.get(client, "rita", address)
    with django_assert_num_queries(18):  # the rate changed
        client.get(address)
    for i in range(5):
        card = cards.add(by=story.by, kind=Kind.COMPANY, name=f"公司{i}", no_code_reason="示例")
        application = members.apply(by=story.by, organisation=card, on=DAY)
        members.approve(by=story.by, application=application, on=DAY)
    with django_assert_num_queries(18):
        client.get(address)


@pytest.mark.parametrize(("value", "masked"), [("王", "王"), ("王五", "王*"), ("13800001234", "1********34")])
def test_what_is_personal_is_masked(value, masked):
    assert cell(Column("name", Text("姓名", "Name"), frozen=False, personal=True), value) == masked
