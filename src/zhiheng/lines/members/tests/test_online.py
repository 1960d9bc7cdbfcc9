"""Who is not known yet applies without an account, is one card in the end, and comes in by what it was told."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from story import Story

from zhiheng.core.messages.models import Message
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind, Organisation
from zhiheng.core.organisations.problems import CHECK_DIGIT, NO_CODE_NO_REASON
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Person, Role
from zhiheng.core.people.permissions import is_contact_of
from zhiheng.core.problems import EMPTY
from zhiheng.core.sign_in.adapter import OUTGOING
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import Application, Membership, OnlineApplication
from zhiheng.lines.members.problems import DEALT_WITH, KNOWN_COMPANY, NUMBER_OF_ANOTHER, UNREACHABLE
from zhiheng.lines.members.tests.house import at, refused, text

pytestmark = pytest.mark.django_db
CODE, MOBILE, DAY = "D2143569X", "13800001234", dt.date(2018, 5, 1)
TYPED = {
    "name": "新朋友公司",
    "kind": "company",
    "code": CODE,
    "contact_name": "张三",
    "contact_mobile": MOBILE,
}
SENT: list[tuple[str, str]] = []


class Recorder:
    def send(self, mobile, text):
        SENT.append((mobile, text))


@pytest.fixture(autouse=True)
def _outgoing(settings):
    settings.SMS_GATEWAY = f"{__name__}.Recorder"
    SENT.clear()
    cache.clear()


@pytest.fixture
def story():
    return Story()


def ask(house, **given):
    return members.ask_to_join(by=house.by, **{**TYPED, **given})


def send(client, **given):
    return client.post(reverse("members:join"), TYPED | given)


# ── the public page ──


def test_a_stranger_applies_and_follows_what_becomes_of_it(client, story):
    answer = send(client)
    assert answer.status_code == 302
    asked = OnlineApplication.objects.get()
    page = text(client.get(answer.headers["Location"]))
    assert "待受理" in page
    assert "新朋友公司" in page
    assert "张三" not in page  # the address may be passed on
    assert MOBILE not in page
    assert not Organisation.objects.filter(name="新朋友公司").exists()  # no card, before somebody looked
    assert not Person.objects.filter(name="张三").exists()
    assert client.get(at("joined", "a" * 24)).status_code == 404
    members.turn_away(by=story.by, asked=asked, on=DAY, reason="不在本市")
    page = text(client.get(answer.headers["Location"]))
    assert "不予受理" in page
    assert "不在本市" in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": "D21435691"}, ("校验位", "check character")),
        ({"code": "12345"}, ("不是统一社会信用代码", "neither")),
        ({"code": ""}, ("没有写明原因", "nor a reason")),
        ({"name": "长" * 121}, ("120", "120")),
        ({"contact_mobile": "123"}, ("11 位手机号", "11 digits")),
        ({"contact_email": "a@"}, ("有效", "valid")),
        ({"district": "999999999"}, ("选择", "choice")),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, story, wrong, said, language):
    client.cookies["django_language"] = language
    answer = send(client, **wrong)
    assert answer.status_code == 422
    page = text(answer)
    assert said[language == "en"] in page
    assert "张三" in page
    assert not OnlineApplication.objects.exists()


def test_a_company_that_is_known_is_told_so_and_nobody_is_named(client, story):
    known = cards.add(by=story.by, kind=Kind.COMPANY, name="某某有限公司", code=CODE)
    application = members.apply(by=story.by, organisation=known, on=DAY)
    applied = send(client)
    members.approve(by=story.by, application=application, on=DAY)
    member = send(client)
    for answer in (applied, member):
        assert answer.status_code == 409
        assert "已是会员，或已有申请" in text(answer)
        assert "某某" not in text(answer)
        assert "张三" in text(answer)
    assert not OnlineApplication.objects.exists()


def test_a_member_without_a_code_is_known_by_any_name_it_had(house):
    card = house.card("老名字公司")
    house.join(card)
    cards.rename(by=house.by, organisation=card, name="新名字公司", on=DAY)
    for name in ("老名字公司", " 新名字公司 "):
        with refused(KNOWN_COMPANY):
            ask(house, name=name, code="", no_code_reason="证照在办")
    assert ask(house, name="新名字公司").waits  # another code: a clerk looks


def test_a_card_that_is_no_member_may_apply(house):
    cards.add(by=house.by, kind=Kind.COMPANY, name="听过讲座的公司", code=CODE)
    assert ask(house).waits


def test_sending_twice_is_one_and_another_for_the_same_company_is_refused(house):
    first = ask(house)
    assert ask(house) == first
    for other in ({"contact_mobile": "13900001234"}, {"name": "别的名称"}):
        with refused(KNOWN_COMPANY):
            ask(house, **other)
    assert [each.number[-5:] for each in OnlineApplication.objects.all()] == ["-0001"]
    members.turn_away(by=house.by, asked=first, on=DAY, reason="重填")
    assert ask(house, name="别的名称").number.endswith("-0002")


def test_nothing_needed_is_left_out(house):
    for field in ("name", "contact_name", "contact_mobile"):
        with refused(EMPTY) as found:
            ask(house, **{field: "  "})
        assert found.problem.field == field
    with refused(NO_CODE_NO_REASON):
        ask(house, code=" ")
    with refused(CHECK_DIGIT):
        ask(house, code="D21435691")


def test_a_machine_waits_and_a_person_loses_nothing(client, story):
    for n in range(20):
        assert send(client, code="", no_code_reason="在办", name=f"公司{n}").status_code == 302
    answer = send(client, code="", no_code_reason="在办", name="第二十一家")
    assert answer.status_code == 429
    assert "第二十一家" in text(answer)
    assert OnlineApplication.objects.count() == 20


# ── received ──


def test_it_is_received_onto_the_card_with_its_code_and_no_second_one_is_opened(client, story):
    known = cards.add(by=story.by, kind=Kind.COMPANY, name="听过讲座的公司", code=CODE)
    asked = members.ask_to_join(by=story.by, **TYPED)
    before = Organisation.objects.count()
    page = text(story.get(client, "bob", at("online-one", asked.pk)))
    assert "听过讲座的公司" in page
    assert "新建卡片" not in page
    answer = client.post(at("deal-online", asked.pk, "receive"), {"card": known.pk, "on": "2018-05-01"})
    application = Application.objects.get(organisation=known)
    assert answer.headers["Location"] == at("application", application.pk)
    assert (application.contact.name, application.contact.mobile) == ("张三", MOBILE)
    assert Organisation.objects.count() == before
    asked.refresh_from_db()
    assert (asked.contact_name, asked.contact_mobile, asked.application) == ("", "", application)
    again = client.post(at("deal-online", asked.pk, "receive"), {"card": known.pk, "on": "2018-05-01"})
    assert again.status_code == 422
    assert "已处理" in text(again)


def test_a_new_card_is_opened_under_the_name_that_the_clerk_compared(client, story):
    asked = members.ask_to_join(by=story.by, **TYPED)
    assert "新建卡片" in text(story.get(client, "bob", at("online-one", asked.pk)))
    given = {"card": "", "name": "新朋友科技有限公司", "on": "2018-05-01"}
    client.post(at("deal-online", asked.pk, "receive"), given)
    card = Organisation.objects.get(code=CODE)
    assert card.name == "新朋友科技有限公司"
    assert card.applications.get().received_on == DAY


def test_a_card_without_a_code_gets_the_one_that_was_written(house):
    card = house.card("新朋友公司")
    members.receive(by=house.by, asked=ask(house), on=DAY, card=card)
    card.refresh_from_db()
    assert (card.code, card.no_code_reason) == (CODE, "")


def test_one_that_was_dealt_with_is_not_dealt_with_again(house):
    asked = ask(house)
    with refused(EMPTY):
        members.turn_away(by=house.by, asked=asked, on=DAY, reason=" ")
    members.turn_away(by=house.by, asked=asked, on=DAY, reason="不在本市")
    assert asked.contact_mobile == ""
    with refused(DEALT_WITH):
        members.receive(by=house.by, asked=asked, on=DAY)


def test_a_reader_sees_numbers_masked_in_the_list(client, story):
    members.ask_to_join(by=story.by, **TYPED)
    page = text(story.get(client, "rita", at("online")))
    assert "138****1234" in page
    assert MOBILE not in page


# ── comes in ──


def approved(house, **given):
    application = members.receive(by=house.by, asked=ask(house, **given), on=DAY)
    return members.approve(by=house.by, application=application, on=DAY)


def test_the_contact_is_told_how_to_come_in_and_sees_its_own_page(client, house):
    membership = approved(house)
    [(to, said)] = SENT
    assert to == MOBILE
    assert membership.number in said
    assert "/members/own/" in said
    client.post(reverse("account_request_login_code"), {"phone": MOBILE})
    OUTGOING.submit(int).result()
    code = re.search(r"验证码 (\d{6})", SENT[-1][1])[1]
    client.post(reverse("account_confirm_login_code"), {"code": code})
    page = text(client.get(at("own")))
    assert membership.number in page
    assert "新朋友公司" in page


def test_one_with_an_address_alone_sets_a_password(house, settings):
    settings.MOBILE_SIGN_IN = False
    membership = approved(house, contact_email="zhang@example.org")
    account = Account.objects.get(email="zhang@example.org")
    assert account.username == membership.number
    assert account.username in Message.objects.get(account=account).body_en
    assert account.mobile is None
    assert is_contact_of(account, membership)


def test_who_has_an_account_keeps_it(house):
    account = Account.objects.create_user("zhang", mobile=MOBILE, mobile_verified=True)
    membership = approved(house)
    assert Role.objects.get(organisation=membership.organisation).account == account


def test_a_number_that_nobody_proved_opens_nothing(house):
    """Whoever signed up with somebody else's number would otherwise become the contact."""
    thief = Account.objects.create_user("thief", mobile=MOBILE)
    membership = approved(house)
    assert not Role.objects.filter(organisation=membership.organisation).exists()
    assert not is_contact_of(thief, membership)
    [(to, said)] = SENT  # approved, all the same, and told so
    assert (to, membership.number in said) == (MOBILE, True)
    person = membership.representatives.get().person
    with refused(NUMBER_OF_ANOTHER) as found:
        members.invite(by=house.by, membership=membership, person=person, on=DAY)
    assert MOBILE not in found.problem.breach


def test_a_closed_account_or_an_erased_contact_does_not_stop_the_approval(house):
    for name, mobile in (("甲", MOBILE), ("乙", "13700001234")):
        card = house.card(name)
        contact = people.add_person(by=house.by, name="张三", mobile=mobile, organisation=card)
        application = members.apply(by=house.by, organisation=card, on=DAY, contact=contact)
        if name == "甲":
            Account.objects.create_user("closed", person=contact, is_active=False)
        else:
            people.erase(by=house.by, person=contact)
            application.refresh_from_db()
        membership = members.approve(by=house.by, application=application, on=DAY)
        assert not Role.objects.filter(organisation=membership.organisation).exists()
    assert [to for to, _ in SENT] == [MOBILE]  # told as before; who is erased is told nothing


def test_somebody_who_cannot_be_reached_is_not_invited(house):
    membership = house.join("甲")
    person = people.add_person(by=house.by, name="李四", organisation=membership.organisation)
    with refused(UNREACHABLE):
        members.invite(by=house.by, membership=membership, person=person, on=DAY)


def test_a_clerk_invites_another_contact_and_the_one_before_sees_nothing_more(client, story):
    membership = Membership.objects.get(organisation=story.own)
    story.sign_in(client, "bob")
    given = {"name": "李四", "mobile": "13700001234", "on": "2018-06-01"}
    assert client.post(at("change", membership.pk, "invite"), given).status_code == 302
    account = Account.objects.get(mobile="13700001234")
    assert is_contact_of(account, story.own)
    assert not is_contact_of(Account.objects.get(username="erin"), story.own)
    assert SENT[0][0] == "13700001234"
