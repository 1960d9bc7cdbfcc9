"""Cards on their pages: found by old names, changed, merged, parted; people masked, corrected, erased; lists kept."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from story import DAY, OTHER, Story

from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind, Organisation, Selection
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Person, Role
from zhiheng.figures.definition import Period
from zhiheng.figures.evaluation import evaluate
from zhiheng.figures.lineage import drift
from zhiheng.lines.members.figures import PARTICIPATION

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    return Story()


def post(client, story, who, address, *parts, **data):
    story.sign_in(client, who)
    return client.post(reverse(address, args=parts), data)


def page(client, story, role, address, *parts, query=""):
    return story.get(client, role, reverse(address, args=parts) + query).content.decode()


def test_a_card_is_found_by_the_name_it_had(client, story):
    cards.rename(by=story.by, organisation=story.other, name="新名公司", on=DAY)
    found = page(client, story, "bob", "organisations", query=f"?q={OTHER}")
    assert "新名公司" in found
    assert "自家" not in found


def test_what_is_no_legal_filter_finds_all(client, story):
    found = page(client, story, "bob", "organisations", query="?kind=x&district=abc&size=9&sort=drop&page=zz")
    assert "自家" in found
    assert OTHER in found


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_number_of_queries(client, story, rows):
    for n in range(rows):
        cards.add(by=story.by, kind=Kind.COMPANY, name=f"厂{n}", no_code_reason="示例")
    story.get(client, "bob", reverse("organisations"))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("organisations"))
    assert len(asked) == 9, [each["sql"][:90] for each in asked.captured_queries]


def test_a_new_card_and_what_is_wrong_with_it(client, story):
    answer = post(
        client, story, "bob", "organisation-new", kind="company", name="丙厂", code="91310000MA1FL5BC0X"
    )
    assert answer.status_code == 422
    assert "校验位" in answer.content.decode()
    assert 'value="丙厂"' in answer.content.decode()
    answer = post(
        client, story, "bob", "organisation-new", kind="company", name="丙厂", no_code_reason="筹建"
    )
    assert answer.status_code == 302
    answer = post(client, story, "bob", "organisation-new", kind="team", name="班组", parent="不存在")
    assert "没有名称或代码为“不存在”的单位" in answer.content.decode()
    assert not Organisation.objects.filter(name="班组").exists()


def test_rename_place_correct_on_the_card(client, story):
    own = story.own.pk
    renamed = post(client, story, "bob", "change-organisation", own, "rename", name="新名", on="2018-07-01")
    assert renamed.status_code == 302
    refused = post(client, story, "bob", "change-organisation", own, "rename", name="再名", on="昨天")
    assert refused.status_code == 422
    assert "“昨天”不是日期" in refused.content.decode()
    group = cards.add(by=story.by, kind=Kind.GROUP, name="集团", no_code_reason="示例")
    post(client, story, "bob", "change-organisation", own, "place-under", parent="集团", on="2018-07-01")
    assert story.own.belongings.get().parent == group
    post(
        client,
        story,
        "bob",
        "change-organisation",
        own,
        "correct",
        code="",
        no_code_reason="境外机构",
        size="L",
    )
    story.own.refresh_from_db()
    assert (story.own.name, story.own.size, story.own.no_code_reason) == ("新名", "L", "境外机构")
    shown = page(client, story, "bob", "organisation", own)
    assert "单位更名" in shown
    assert "自家&lt;b&gt;公司&lt;/b&gt;" in shown


def test_merging_is_for_the_office_and_can_be_undone(client, story):
    twin = cards.add(by=story.by, kind=Kind.COMPANY, name="重复卡片", no_code_reason="示例")
    assert "并入另一张卡片" not in page(client, story, "bob", "organisation", twin.pk)
    assert post(client, story, "bob", "change-organisation", twin.pk, "merge", into=OTHER).status_code == 403
    assert (
        post(client, story, "olive", "change-organisation", twin.pk, "merge", into=OTHER).status_code == 302
    )
    twin.refresh_from_db()
    assert twin.merged_into == story.other
    post(client, story, "olive", "change-organisation", twin.pk, "part")
    twin.refresh_from_db()
    assert twin.merged_into is None


def test_a_result_is_kept_as_a_list_that_does_not_change(client, story):
    answer = client.post(reverse("selections") + "?q=别家", {"name": "回访名单"})
    assert answer.status_code == 302
    assert "/sign-in/" in answer.headers["Location"]
    story.sign_in(client, "bob")
    client.post(reverse("selections") + "?q=别家", {"name": "回访名单"})
    cards.add(by=story.by, kind=Kind.COMPANY, name="别家第二公司", no_code_reason="示例")
    kept = Selection.objects.get()
    assert [card.name for card in kept.organisations.all()] == [OTHER]
    assert "回访名单" in page(client, story, "bob", "selections")
    assert OTHER in page(client, story, "bob", "selection", kept.pk)


def test_numbers_are_masked_in_the_list_and_found_whole_only(client, story):
    people.add_person(by=story.by, name="张三", mobile="13800001234", organisation=story.own)
    shown = page(client, story, "bob", "people", query="?q=张三")
    assert "138****1234" in shown
    assert "13800001234" not in shown
    assert "张三" in page(client, story, "bob", "people", query="?q=13800001234")
    assert "张三" not in page(client, story, "bob", "people", query="?q=1380000")


def test_a_person_is_corrected_given_a_role_and_erased_while_the_number_stands(client, story):
    person = story.own.people.get()
    change = ("change-person", person.pk)
    assert post(client, story, "bob", *change, "correct", name="李四", email="x").status_code == 422
    post(client, story, "bob", *change, "correct", name="李四", organisation=OTHER, mobile="13900000000")
    person.refresh_from_db()
    assert (person.name, person.organisation) == ("李四", story.other)
    assert post(client, story, "bob", *change, "open-account", username="lisi").status_code == 403
    post(client, story, "olive", *change, "open-account", username="lisi")
    post(
        client, story, "olive", *change, "give-role",
        line="members", part="contact", of=OTHER, start="2018-01-01",
    )  # fmt: skip
    role = Role.objects.get(account__username="lisi")
    assert role.organisation == story.other
    post(client, story, "olive", *change, "end-role", role=role.pk, on="2018-06-01")
    role.refresh_from_db()
    assert role.end == dt.date(2018, 6, 1)
    assert post(client, story, "bob", *change, "erase").status_code == 403
    post(client, story, "olive", *change, "erase")
    person = Person.objects.get(pk=person.pk)
    assert (person.name, person.mobile) == ("", "")
    shown = page(client, story, "bob", "person", person.pk)
    assert "李四" not in shown
    assert "13900000000" not in shown
    assert not drift(story.number)
    assert evaluate(PARTICIPATION, Period.year(2018)).rounded == 50
    assert post(client, story, "bob", *change, "correct", name="又来").status_code == 409


def test_the_desk_shows_what_waits_and_what_changed(client, story):
    story.publish()
    assert "没有待签批的报告" in page(client, story, "rita", "desk")
    from zhiheng.figures.reports import operations as reports  # noqa: PLC0415 - one test only

    reports.begin(by=story.by, line="members", title="待签报告", text="无数字。")
    assert "待签报告" in page(client, story, "bob", "desk")
    assert "待签报告" not in page(client, story, "oscar", "desk")
    address = ("changes", story.report.pk)
    assert "没有变化" in page(client, story, "alice", *address)
    story.meet(story.other)
    changed = page(client, story, "alice", *address)
    assert "已变 1" in changed
    assert OTHER not in changed
