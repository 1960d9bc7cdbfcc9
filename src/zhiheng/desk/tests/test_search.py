"""One search over the records: what is found, its reader may open; of the records of others nothing shows, no count."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from story import OTHER, PEOPLE, Story

from zhiheng.core.organisations import operations as cards
from zhiheng.core.people import operations as people
from zhiheng.figures.reports import operations as reports
from zhiheng.gatherings import operations as gatherings
from zhiheng.gatherings.models import Kind

pytestmark = pytest.mark.django_db
WORD = "共同"


@pytest.fixture
def story():
    """Give a story in which one word stands in a record of every kind."""
    story = Story()
    cards.rename(by=story.by, organisation=story.other, name=f"{WORD}公司", on=dt.date(2019, 1, 1))
    people.add_person(by=story.by, name=f"{WORD}某", mobile="13800001234", organisation=story.own)
    gatherings.hold(by=story.by, kind=Kind.FORUM, name_zh=f"{WORD}论坛", on=[dt.date(2019, 3, 1)])
    reports.begin(by=story.by, line="members", title=f"{WORD}报告", text="无数字。")
    return story


def ask(client, story, who, words, **headers):
    return story.get(client, who, reverse("desk-search") + f"?q={words}", **headers).content.decode()


def links(page):
    return set(
        re.findall(r'<li><a href="([^"]+)">', page[page.index('class="hits"') :].partition("</main>")[0])
    )


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_whatever_is_found_its_reader_may_open(client, story, who):
    answer = story.get(client, who, reverse("desk-search") + f"?q={WORD}")
    if answer.status_code == 403:
        assert WORD not in answer.content.decode()
        return
    for address in links(answer.content.decode()):
        assert story.get(client, who, address).status_code == 200, address


def test_each_finds_what_is_theirs_and_no_trace_of_the_rest(client, story):
    every = {"人员": f"{WORD}某", "单位": f"{WORD}公司", "活动": f"{WORD}论坛", "报告": f"{WORD}报告"}
    for who, kinds in {"bob": set(every), "olive": set(every), "rita": {"报告"}, "oscar": {"报告"}}.items():
        shown = ask(client, story, who, WORD)
        shown = shown[shown.index('class="hits"') :]
        for kind, title in every.items():
            assert (title in shown) is (kind in kinds), (who, kind)
            assert (f"<h2>{kind}</h2>" in shown) is (kind in kinds), (who, kind)


def test_numbers_are_masked_and_who_was_erased_is_not_found(client, story):
    shown = ask(client, story, "bob", "13800001234")
    assert f"{WORD}某" in shown
    assert "138****1234" in shown
    assert ">13800001234" not in shown
    people.erase(by=story.by, person=story.own.people.get(mobile="13800001234"))
    assert f"{WORD}某" not in ask(client, story, "bob", "13800001234")


def test_a_card_is_found_by_an_old_name_and_a_merged_one_leads_to_the_one_that_counts(client, story):
    counts = reverse("organisation", args=[story.other.pk])
    assert counts in links(ask(client, story, "bob", OTHER))
    twin = cards.add(by=story.by, kind="company", name="孪生", name_en="Twin Ltd", no_code_reason="示例")
    cards.merge(by=story.by, card=twin, into=story.other)
    assert links(ask(client, story, "bob", "孪生")) == links(ask(client, story, "bob", "twin")) == {counts}


def test_figures_open_as_they_stand_for_their_readers_and_as_published_for_the_rest(client, story):
    assert reverse("desk-figure", args=["members.participation"]) in links(
        ask(client, story, "rita", "参与率")
    )
    assert reverse("figure", args=["members.participation"]) in links(ask(client, story, "oscar", "参与率"))


def test_nothing_found_says_what_to_try_and_what_was_typed_is_text(client, story):
    assert "没有找到“&lt;i&gt;”" in ask(client, story, "bob", "<i>")
    assert "没有找到" not in ask(client, story, "bob", "  ")


def test_while_one_types_only_what_was_found_comes(client, story):
    part = ask(client, story, "bob", WORD, HTTP_HX_REQUEST="true")
    assert part.startswith('<div class="hits"')
    assert f"{WORD}论坛" in part


@pytest.mark.parametrize("more", [1, 12])
def test_it_takes_the_same_number_of_queries(client, story, more):
    for n in range(more):
        people.add_person(by=story.by, name=f"{WORD}{n}", organisation=story.own)
        cards.add(by=story.by, kind="company", name=f"{WORD}{n}厂", no_code_reason="示例")
        gatherings.hold(by=story.by, kind=Kind.FORUM, name_zh=f"{WORD}{n}", on=[dt.date(2019, 3, 2)])
        reports.begin(by=story.by, line="members", title=f"{WORD}{n}", text="无数字。")
    ask(client, story, "bob", WORD)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("desk-search") + f"?q={WORD}").content.decode()
    assert len(asked) == 9, [each["sql"][:90] for each in asked.captured_queries]
    assert ("看全部" in page) is (more > 8)


def test_the_box_in_the_head_is_for_who_works_here(client, story):
    for who in sorted(PEOPLE):
        head = story.get(client, who, reverse("about")).content.decode()
        works_here = who in {"alice", "bob", "rita", "oscar", "olive"}
        assert (f'action="{reverse("desk-search")}"' in head) is works_here, who
        assert (f'action="{reverse("search")}"' in head) is not works_here, who
