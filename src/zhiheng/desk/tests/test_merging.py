"""Two cards of one person: chosen, seen side by side, merged, parted; the history of both says so."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from story import Story

from zhiheng.core.people import operations as people
from zhiheng.desk.merging import beside, both
from zhiheng.gatherings import operations as gatherings
from zhiheng.gatherings.models import Attendance, Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    return Story()


@pytest.fixture
def pair(story):
    """Give somebody who stood on a sheet by the number of the office, and the card they came with before."""
    into = story.own.people.get()
    people.correct_person(by=story.by, person=into, name="张三", organisation=story.own, mobile="13800001234")
    card = people.add_person(by=story.by, name="张三", mobile="13900005678", organisation=story.other)
    gatherings.check_in(by=story.by, session=Session.objects.get(), person=card)
    return card, into


def page(client, story, who, pk, query=""):
    return story.get(client, who, reverse("person-merge", args=[pk]) + query)


def test_likely_cards_come_first_and_others_are_found(client, story, pair):
    card, into = pair
    people.add_person(by=story.by, name="李四", mobile="13700000000", organisation=story.own)
    choices = page(client, story, "olive", card.pk).content.decode()
    assert f"?into={into.pk}" in choices
    assert "李四" not in choices
    assert "138****1234" in choices
    assert "13800001234" not in choices
    assert "李四" in page(client, story, "olive", card.pk, "?q=李四").content.decode()
    assert "没有找到" in page(client, story, "olive", card.pk, "?q=王五").content.decode()


def test_what_goes_along_is_counted_before(client, story, pair):
    card, into = pair
    before = {each.words.en: (each.card, each.into) for each in beside(card, into)}
    assert before["Attendances"] == (1, 1)
    assert before["Registrations"] == (0, 0)
    assert both(card, into) == 1
    shown = page(client, story, "olive", card.pk, f"?into={into.pk}").content.decode()
    assert "同在 1 场" in shown
    assert "自家&lt;b&gt;公司&lt;/b&gt;" in shown


def test_merged_and_parted_from_the_page_and_both_histories_say_so(client, story, pair):
    card, into = pair
    story.sign_in(client, "olive")
    change = [reverse("change-person", args=[card.pk, verb]) for verb in ("merge", "part")]
    assert client.post(change[0], {"into": into.pk}).status_code == 302
    card.refresh_from_db()
    assert card.merged_into == into
    assert set(Attendance.objects.values_list("person", flat=True)) == {card.pk, into.pk}
    for each in (card, into):
        shown = client.get(reverse("person", args=[each.pk])).content.decode()
        assert "合并人员卡片" in shown[shown.index("办理记录") :]
    assert page(client, story, "olive", card.pk).status_code == 409
    assert client.post(change[0], {"into": into.pk}).status_code == 409
    assert client.post(change[1]).status_code == 302
    card.refresh_from_db()
    assert card.merged_into is None
    shown = client.get(reverse("person", args=[into.pk])).content.decode()
    assert "撤销合并" in shown[shown.index("办理记录") :]


def test_what_is_no_card_and_who_was_erased_is_refused(client, story, pair):
    card, into = pair
    story.sign_in(client, "olive")
    merge = reverse("change-person", args=[card.pk, "merge"])
    for given in ("", "x", "9" * 30, "0"):
        assert client.post(merge, {"into": given}).status_code == 404
        assert page(client, story, "olive", card.pk, f"?into={given}").status_code == 200
    assert client.post(merge, {"into": card.pk}).status_code == 422
    people.erase(by=story.by, person=into)
    assert client.post(merge, {"into": into.pk}).status_code == 409
    assert "已删除" not in page(client, story, "olive", card.pk).content.decode()


def test_only_the_office_merges(client, story, pair):
    card, into = pair
    for who in ("alice", "bob"):
        assert "merging" not in story.get(client, who, reverse("person", args=[card.pk])).content.decode()
        assert (
            client.post(reverse("change-person", args=[card.pk, "merge"]), {"into": into.pk}).status_code
            == 403
        )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_number_of_queries(client, story, pair, rows):
    card, into = pair
    for _ in range(rows):
        alias = people.add_person(by=story.by, name="张三", organisation=story.own)
        people.merge(by=story.by, card=alias, into=into)
    page(client, story, "olive", card.pk)
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("person-merge", args=[card.pk]) + f"?into={into.pk}")
    assert len(asked) == 13, [each["sql"][:90] for each in asked.captured_queries]
