"""The pages of joining and of corrections: what is done on them, what is refused and stays typed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from story import OWN, Story

from zhiheng.core.messages.models import Message
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Industry, Kind, Organisation
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account
from zhiheng.core.people.permissions import is_contact_of
from zhiheng.core.places import operations as places
from zhiheng.core.places.models import Level
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import (
    Application,
    Correction,
    Membership,
)
from zhiheng.lines.members.tests.house import House, at, do, text

pytestmark = pytest.mark.django_db
GOOD_CODE = "D2143569X"


@pytest.fixture
def story():
    return Story()


# ── joining ──


def test_an_application_is_received_for_the_card_that_the_code_finds(client, story):
    card = cards.add(by=story.by, kind=Kind.COMPANY, name="新单位", code=GOOD_CODE)
    page = text(story.get(client, "bob", at("apply", code="d2143569-x")))
    assert f"?card={card.pk}" in page
    answer = do(
        client, story, "bob", at("apply"), card=card.pk, tier="council", on="2018-05-01", contact_name="张三"
    )
    assert answer.status_code == 302
    application = Application.objects.get(organisation=card)
    assert (application.tier, application.contact.name) == ("council", "张三")
    assert Organisation.objects.filter(code=GOOD_CODE).count() == 1


def test_a_wrong_check_digit_is_said_before_a_card_is_opened(client, story):
    answer = story.get(client, "bob", at("apply", code="D21435691"))
    assert answer.status_code == 422
    assert "校验位" in text(answer)
    assert 'name="name"' in text(answer)


def test_a_new_card_is_opened_with_its_application_or_neither(client, story):
    given = {"name": "新单位", "kind": "company", "tier": "member", "on": "2018-05-01"}
    before = Organisation.objects.count()
    wrong = do(client, story, "bob", at("apply"), **given, code="D21435691")
    assert wrong.status_code == 422
    assert 'value="新单位"' in text(wrong)
    assert Organisation.objects.count() == before
    known = do(client, story, "bob", at("apply"), **given, code=GOOD_CODE)
    assert known.status_code == 302
    double = do(client, story, "bob", at("apply"), **given, code=GOOD_CODE)
    assert double.status_code == 422
    assert "请合并" in text(double)
    assert Organisation.objects.count() == before + 1
    assert Application.objects.filter(organisation__name="新单位").count() == 1


def test_what_is_asked_is_ticked_then_it_is_approved(client, story):
    requirement = members.require(
        by=story.by, name_zh="营业执照", name_en="Licence", start=dt.date(2018, 1, 1)
    )
    card = House(story.by).card("新单位")
    application = members.apply(by=story.by, organisation=card, on=dt.date(2018, 5, 1))
    early = do(client, story, "alice", at("decide", application.pk, "approve"), on="2018-05-02")
    assert early.status_code == 422
    assert "营业执照" in text(early)
    do(client, story, "bob", at("decide", application.pk, "met"), met=[requirement.pk])
    assert (
        do(client, story, "bob", at("decide", application.pk, "approve"), on="2018-05-02").status_code == 403
    )
    do(client, story, "alice", at("decide", application.pk, "approve"), on="2018-05-02")
    assert card.memberships.get().start == dt.date(2018, 5, 2)
    assert not Message.objects.exists()  # nobody was named
    assert do(client, story, "alice", at("decide", application.pk, "nonsense")).status_code == 404


def test_a_contact_applies_for_its_own_company_only(client, story):
    membership = Membership.objects.get(organisation=story.own)
    members.end(by=story.by, membership=membership, on=dt.date(2018, 1, 1), why=Membership.Why.WITHDREW)
    given = {"tier": "member", "on": "2018-05-01"}
    assert do(client, story, "dana", at("ask", story.own.pk, "apply"), **given).status_code == 403
    assert do(client, story, "erin", at("ask", story.own.pk, "apply"), **given).status_code == 302
    application = Application.objects.get(organisation=story.own, state="received")
    assert application.received_on == timezone.localdate()  # never before what is asked for today


# ── corrections ──


def test_what_a_contact_changes_on_its_card_is_asked_one_by_one_and_written_when_taken(client, story):
    place = places.add(
        by=story.by,
        level=Level.DISTRICT,
        code="990101",
        name_zh="东区",
        name_en="East",
        start=dt.date(2000, 1, 1),
    )
    trade = Industry.objects.create(edition="2017", code="C", name_zh="制造业", name_en="Manufacturing")
    asks, given = at("ask", story.own.pk, "correct"), {"name": OWN, "size": ""}
    nothing = do(client, story, "erin", asks, **given)
    assert nothing.status_code == 422
    assert "没有改动" in text(nothing)
    wrong = do(client, story, "erin", asks, **given, code="D21435691", address="东区一路 1 号")
    assert wrong.status_code == 422
    assert "校验位" in text(wrong)
    assert "东区一路 1 号" in text(wrong)
    assert not Correction.objects.exists()
    given |= {
        "name": "新<i>名称",
        "code": GOOD_CODE,
        "address": "东区一路 1 号",
        "name_en": "New Ltd",
        "size": "L",
    }
    given |= {
        "district": place.pk,
        "industry": trade.pk,
        "contact_name": "李四",
        "contact_mobile": "13700001234",
    }
    assert do(client, story, "erin", asks, **given).status_code == 302
    asked = list(Correction.objects.order_by("pk"))
    assert len(asked) == 8
    page = text(story.get(client, "bob", at("corrections")))
    assert "新&lt;i&gt;名称" in page
    assert "137****1234" in page
    assert "13700001234" not in page
    empty = do(client, story, "bob", at("settle", asked[0].pk), accepted="no", answer="", on="2018-05-01")
    assert empty.status_code == 422
    for each in asked:
        do(client, story, "bob", at("settle", each.pk), accepted="yes", answer="", on="2018-05-01")
    card = Organisation.objects.get(pk=story.own.pk)
    assert (card.name, card.name_en, card.code, card.address) == (
        "新<i>名称",
        "New Ltd",
        GOOD_CODE,
        "东区一路 1 号",
    )
    assert (card.district, card.industry, card.size, card.no_code_reason) == (place, trade, "L", "")
    assert Correction.objects.get(about="name").was == OWN
    contact = Account.objects.get(mobile="13700001234")
    assert is_contact_of(contact, card)
    assert not is_contact_of(Account.objects.get(username="erin"), card)
    people.erase(by=story.by, person=contact.person)
    assert "李四" not in text(story.get(client, "bob", at("corrections")))
