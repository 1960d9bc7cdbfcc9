"""Who applies, what an application must bring, who is a member, of which tier, spoken for by whom, and until when."""

from __future__ import annotations

import datetime as dt

import pytest

from zhiheng.core.journal.queries import history
from zhiheng.core.messages.models import Message
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind
from zhiheng.core.organisations.problems import CHECK_DIGIT, SAME_CODE
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Role
from zhiheng.core.people.permissions import is_contact_of
from zhiheng.core.problems import BACKWARDS, EMPTY, OVERLAP
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import Application, Correction, Membership, Tier
from zhiheng.lines.members.problems import (
    ALREADY_MEMBER,
    APPLIED,
    CARD_MERGED,
    DECIDED,
    ENDED,
    NOT_CONFIRMED,
    NOT_LEGAL_PERSON,
    NOT_MET,
    SAME_TIER,
    SETTLED,
)
from zhiheng.lines.members.queries import members_on, search, with_tier
from zhiheng.lines.members.tests.house import refused

pytestmark = pytest.mark.django_db
DAY = dt.date(2018, 5, 1)


def test_a_branch_and_a_merged_card_cannot_apply(house):
    company = house.card("甲")
    team = house.card("班组", Kind.TEAM, parent=company)
    with refused(NOT_LEGAL_PERSON):
        members.apply(by=house.by, organisation=team, on=DAY)
    double = house.card("甲（重复）")
    cards.merge(by=house.by, card=double, into=company)
    with refused(CARD_MERGED) as found:
        members.apply(by=house.by, organisation=double, on=DAY)
    assert "甲" in found.problem.remedy


def test_a_company_applies_once_at_a_time(house):
    card = house.card("甲")
    first = members.apply(by=house.by, organisation=card, on=DAY)
    with refused(APPLIED):
        members.apply(by=house.by, organisation=card, on=DAY)
    members.decline(by=house.by, application=first, on=DAY, reason="材料不实")
    assert members.apply(by=house.by, organisation=card, on=DAY).state == Application.State.RECEIVED
    with refused(DECIDED):
        members.approve(by=house.by, application=first, on=DAY)


def test_who_declines_says_why(house):
    application = members.apply(by=house.by, organisation=house.card("甲"), on=DAY)
    with refused(EMPTY):
        members.decline(by=house.by, application=application, on=DAY, reason="  ")
    application.refresh_from_db()
    assert application.state == Application.State.RECEIVED


def test_memberships_of_one_company_do_not_overlap_under_any_of_its_cards(house):
    company, double, third = house.card("甲"), house.card("甲（重复）"), house.card("甲（再重复）")
    house.join(company, dt.date(2015, 1, 1))
    cards.merge(by=house.by, card=third, into=double)
    with refused(ALREADY_MEMBER):
        members.apply(by=house.by, organisation=company, on=DAY)
    cards.merge(by=house.by, card=double, into=company)  # through two merges
    third.refresh_from_db()
    assert third.credits.get().company == company
    members.end(by=house.by, membership=company.memberships.get(), on=DAY, why=Membership.Why.WITHDREW)
    with refused(ALREADY_MEMBER):
        members.apply(by=house.by, organisation=company, on=DAY - dt.timedelta(days=1))
    again = members.apply(by=house.by, organisation=company, on=DAY)
    assert members.approve(by=house.by, application=again, on=DAY).start == DAY


def test_a_company_that_became_a_member_meanwhile_is_not_approved_again(house):
    company, double = house.card("甲"), house.card("甲（重复）")
    late = members.apply(by=house.by, organisation=double, on=DAY)
    house.join(company)
    cards.merge(by=house.by, card=double, into=company)
    late = Application.objects.get(pk=late.pk)
    with refused(ALREADY_MEMBER):
        members.approve(by=house.by, application=late, on=DAY)
    assert Membership.objects.count() == 1


def test_two_cards_merged_through_a_third_are_one_member(house):
    one, two, three = house.card("甲"), house.card("乙"), house.card("丙")
    for card in (one, two, three):
        house.join(card)
    cards.merge(by=house.by, card=three, into=two)
    cards.merge(by=house.by, card=two, into=one)
    assert [each.organisation for each in members_on(DAY)] == [one]


def test_what_is_asked_of_an_application_is_checked_before_it_is_approved(house):
    licence = members.require(by=house.by, name_zh="营业执照", name_en="Licence", start=dt.date(2018, 1, 1))
    charter = members.require(by=house.by, name_zh="承认章程", name_en="Charter", start=dt.date(2018, 1, 1))
    members.require(by=house.by, name_zh="以后才要", name_en="Later", start=dt.date(2020, 1, 1))
    application = members.apply(by=house.by, organisation=house.card("甲"), on=DAY)
    members.see_met(by=house.by, application=application, met=[licence])
    with refused(NOT_MET) as found:
        members.approve(by=house.by, application=application, on=DAY)
    assert "承认章程" in found.problem.breach
    assert "以后才要" not in found.problem.breach
    members.see_met(by=house.by, application=application, met=[licence, charter])
    assert members.approve(by=house.by, application=application, on=DAY).number == "2018-0001"
    with refused(DECIDED):
        members.see_met(by=house.by, application=application, met=[])


def test_numbers_of_a_year_have_no_gaps_though_a_refusal_lies_between(house):
    first = house.join("甲", DAY)
    lacking = members.apply(by=house.by, organisation=house.card("乙"), on=DAY)
    members.require(by=house.by, name_zh="营业执照", name_en="Licence", start=dt.date(2018, 1, 1))
    with refused(NOT_MET):
        members.approve(by=house.by, application=lacking, on=DAY)
    other_year = house.join("丁", dt.date(2017, 5, 1))
    members.see_met(by=house.by, application=lacking, met=lacking.met.model.objects.all())
    second = members.approve(by=house.by, application=lacking, on=DAY)
    assert [first.number, second.number, other_year.number] == ["2018-0001", "2018-0002", "2017-0001"]


@pytest.mark.parametrize(("code", "rule"), [("D21435691", CHECK_DIGIT), ("D2143569-X", SAME_CODE)])
def test_a_wrong_code_and_a_second_card_of_one_company_are_refused(house, code, rule):
    cards.add(by=house.by, kind=Kind.COMPANY, name="甲", code="D2143569X")
    with refused(rule) as found:
        cards.add(by=house.by, kind=Kind.COMPANY, name="乙", code=code)
    assert ("合并" in found.problem.remedy) == (rule is SAME_CODE)


def test_the_contact_of_an_application_speaks_for_the_member(house):
    card = house.card("甲")
    person = people.add_person(by=house.by, name="张三", organisation=card)
    application = members.apply(by=house.by, organisation=card, on=DAY, contact=person)
    membership = members.approve(by=house.by, application=application, on=DAY)
    [told] = Message.objects.filter(person=person)
    assert membership.number in told.body_zh
    [representative] = membership.representatives.all()
    assert (representative.person, representative.start) == (person, DAY)
    with refused(OVERLAP):
        members.name_representative(by=house.by, membership=membership, person=person, on=DAY)
    members.end_representation(by=house.by, representative=representative, on=dt.date(2018, 6, 1))
    with refused(ENDED):
        members.end_representation(by=house.by, representative=representative, on=dt.date(2018, 7, 1))
    members.name_representative(by=house.by, membership=membership, person=person, on=dt.date(2018, 6, 1))
    with refused(BACKWARDS):
        members.name_representative(
            by=house.by, membership=membership, person=person, on=DAY - dt.timedelta(days=1)
        )


def test_a_member_has_one_main_contact_and_the_one_before_sees_nothing_more(house):
    membership = house.join("甲")
    one, two = Account.objects.create_user("one"), Account.objects.create_user("two")
    members.name_contact(by=house.by, membership=membership, account=one, on=dt.date(2013, 1, 1))
    assert is_contact_of(one, membership)
    members.name_contact(by=house.by, membership=membership, account=two, on=DAY)
    one, two = Account.objects.get(pk=one.pk), Account.objects.get(pk=two.pk)
    assert not is_contact_of(one, membership)
    assert is_contact_of(two, membership)
    assert Role.objects.filter(account=one).get().end == DAY
    with refused(OVERLAP):
        members.name_contact(by=house.by, membership=membership, account=two, on=DAY)


def test_a_membership_can_be_looked_up_until_it_ends(house):
    membership = house.join("甲", dt.date(2017, 1, 1))
    [credential] = membership.organisation.credentials.all()
    assert (credential.number, credential.start, credential.withdrawn_on) == (
        membership.number, dt.date(2017, 1, 1), None,
    )  # fmt: skip
    members.end(by=house.by, membership=membership, on=DAY, why=Membership.Why.WITHDREW)
    credential.refresh_from_db()
    assert credential.withdrawn_on == DAY


def test_a_tier_has_its_days(house):
    membership = house.join("甲", dt.date(2017, 1, 1))
    with refused(SAME_TIER):
        members.change_tier(by=house.by, membership=membership, tier=Tier.MEMBER, on=DAY)
    members.change_tier(by=house.by, membership=membership, tier=Tier.COUNCIL, on=DAY)
    with refused(BACKWARDS):
        members.change_tier(by=house.by, membership=membership, tier=Tier.STANDING, on=DAY)
    of = [with_tier(members_on(day), day).get().tier for day in (DAY - dt.timedelta(days=1), DAY)]
    assert of == [Tier.MEMBER, Tier.COUNCIL]


def test_an_end_before_a_change_of_tier_takes_the_change_back(house):
    membership = house.join("甲", dt.date(2017, 1, 1))
    members.change_tier(by=house.by, membership=membership, tier=Tier.COUNCIL, on=DAY)
    members.end(by=house.by, membership=membership, on=dt.date(2018, 2, 1), why=Membership.Why.WITHDREW)
    assert [(spell.tier, spell.end) for spell in membership.tiers.all()] == [
        (Tier.MEMBER, dt.date(2018, 2, 1))
    ]
    for late in (
        lambda: members.change_tier(by=house.by, membership=membership, tier=Tier.STANDING, on=DAY),
        lambda: members.end(by=house.by, membership=membership, on=DAY, why=Membership.Why.WITHDREW),
    ):
        with refused(ENDED):
            late()


def test_who_leaves_in_arrears_leaves_by_a_meeting_and_a_day_before_it_is_a_late_entry(house):
    one, two = house.join("甲"), house.join("乙")
    with refused(NOT_CONFIRMED):
        members.end(by=house.by, membership=one, on=DAY, why=Membership.Why.ARREARS)
    meeting = house.meeting(dt.date(2018, 6, 1))
    members.end(by=house.by, membership=one, on=DAY, why=Membership.Why.ARREARS, confirmed_at=meeting)
    members.end(by=house.by, membership=two, on=DAY, why=Membership.Why.WITHDREW)
    assert (one.confirmed_on, one.ended_late) == (dt.date(2018, 6, 1), True)
    assert not two.ended_late


def test_members_are_found_by_any_name_by_number_and_by_the_name_of_a_merged_card(house):
    card, double = house.card("甲工业公司"), house.card("老甲厂")
    membership = house.join(card)
    house.join("乙工业公司")
    cards.rename(by=house.by, organisation=card, name="丁集团公司", on=DAY)
    cards.merge(by=house.by, card=double, into=card)
    for words in ("甲工业", "丁集团", "老甲厂", membership.number, f" {membership.number} "):
        assert list(search(members_on(DAY), words)) == [membership], words
    assert search(members_on(DAY), "").count() == 2


def test_a_correction_that_is_taken_changes_the_card_and_says_so(house):
    card = house.card("甲")
    About = Correction.About
    asked = members.ask_correction(by=house.by, organisation=card, about=About.NAME, wanted=" 新甲 ")
    members.settle_correction(by=house.by, correction=asked, accepted=True, answer="", on=DAY)
    card.refresh_from_db()
    assert card.name == "新甲"
    with refused(SETTLED):
        members.settle_correction(by=house.by, correction=asked, accepted=True, answer="", on=DAY)
    with refused(CHECK_DIGIT):  # said to who asks, not to who settles
        members.ask_correction(by=house.by, organisation=card, about=About.CODE, wanted="D21435691")
    cards.add(by=house.by, kind=Kind.COMPANY, name="乙", code="D2143569X")
    wrong = members.ask_correction(by=house.by, organisation=card, about=About.CODE, wanted="D2143569-X")
    with refused(SAME_CODE):
        members.settle_correction(by=house.by, correction=wrong, accepted=True, answer="", on=DAY)
    with refused(EMPTY):
        members.settle_correction(by=house.by, correction=wrong, accepted=False, answer="", on=DAY)
    wrong.refresh_from_db()
    assert wrong.state == Correction.State.OPEN
    with refused(EMPTY):
        members.ask_correction(by=house.by, organisation=card, about=About.SIZE, wanted="  ")
    assert [line.verb for line in history(asked)] == [
        "members.settle_correction",
        "members.ask_correction",
    ]
