"""The pages of members: what is done on them, what is refused and stays typed, who sees whose money."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from story import OTHER, Story

from zhiheng.core.messages.models import Message
from zhiheng.core.organisations import operations as cards
from zhiheng.core.people import operations as people
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import (
    Correction,
    CouncilTerm,
    Due,
    DuesStandard,
    Membership,
    Payment,
    Post,
    Reminder,
    Seat,
    Statement,
    Voucher,
)
from zhiheng.lines.members.tests.house import HEADINGS, House, at, do, statement, text

pytestmark = pytest.mark.django_db
GOOD_CODE = "D2143569X"
EXPORTS = ["export-register", "export-dues", "export-arrears", "export-vouchers", "export-council"]
PAGES = [
    "register", "applications", "apply", "requirements", "council", "dues", "standards", "arrears", "vouchers",
    "payments", "statements", "corrections", "overview", "own",
]  # fmt: skip


@pytest.fixture
def story():
    return Story()


@pytest.fixture
def told(story):
    """Dues of 2018 raised; the own company paid all, the other nothing."""
    told = House(story.by)
    told.standard()
    told.raise_dues()
    told.pay(Due.objects.get(membership__organisation=story.own))
    return told


# ── who sees whose ──


def test_a_contact_sees_its_own_dues_and_never_those_of_another(client, story, told):
    receipt = members.issue(
        by=story.by,
        due=Due.objects.get(membership__organisation=story.own),
        kind=Voucher.Kind.RECEIPT,
        on=dt.date(2018, 4, 1),
    )
    own = text(story.get(client, "erin", at("own")))
    assert "1,000.00" in own
    assert receipt.number in own
    assert OTHER not in own
    dana = text(story.get(client, "dana", at("own")))
    assert OTHER in dana
    assert receipt.number not in dana
    assert "自家" not in dana
    for address in (
        at("own-organisation", story.own.pk),
        at("due", receipt.due_id),
        at("voucher", receipt.pk),
        at("dues"),
    ):
        answer = story.get(client, "dana", address)
        assert answer.status_code == 403
        assert receipt.number not in text(answer)
        assert "1,000.00" not in text(answer)
        assert "自家" not in text(answer)


def test_there_is_no_telling_which_organisations_exist(client, story):
    there = story.get(client, "dana", at("own-organisation", story.own.pk))
    not_there = story.get(client, "dana", at("own-organisation", 10**6))
    assert there.status_code == not_there.status_code == 403


# ── one member ──


def test_a_member_is_changed_on_its_page_and_what_is_wrong_stays_typed(client, story):
    membership = Membership.objects.get(organisation=story.own)
    address = at("change", membership.pk, "tier")
    wrong = do(client, story, "alice", address, tier="council", on="2012-01-01")
    assert wrong.status_code == 422
    assert 'value="2012-01-01"' in text(wrong)
    do(client, story, "alice", address, tier="council", on="2018-01-01")
    assert membership.tiers.last().tier == "council"
    do(
        client,
        story,
        "bob",
        at("change", membership.pk, "represent"),
        name="张三",
        on="2018-01-01",
        mobile="13800000000",
    )
    page = text(story.get(client, "rita", at("member", membership.pk)))
    assert "张三" in page
    assert "13800000000" not in page
    assert '<form method="post" action="/members/' not in page  # who reads is offered nothing
    do(client, story, "bob", at("change", membership.pk, "contact"), account="CHARLIE", on="2018-01-01")
    assert "charlie" in text(story.get(client, "rita", at("member", membership.pk))).lower()
    nobody = do(
        client, story, "bob", at("change", membership.pk, "contact"), account="nobody", on="2018-01-01"
    )
    assert nobody.status_code == 422
    assert do(client, story, "bob", at("change", membership.pk, "end"), on="2018-02-01").status_code == 403


def test_the_register_is_of_a_day_under_the_names_of_that_day(client, story):
    cards.rename(by=story.by, organisation=story.other, name="改名后", on=dt.date(2018, 6, 1))
    before, after = (
        text(story.get(client, "rita", at("register", on=day))) for day in ("2018-05-31", "2018-06-01")
    )
    assert OTHER in before
    assert "改名后" not in before
    assert "改名后" in after
    found = text(story.get(client, "rita", at("register", on="2018-06-01", q=OTHER)))
    assert "改名后" in found
    assert "自家" not in found
    assert "没有符合条件" in text(story.get(client, "rita", at("register", tier="vice_president")))
    saved = do(client, story, "bob", at("save"), on="2018-06-01", tier="")
    assert saved.status_code == 302
    assert story.own.selections.get().organisations.count() == 2


@pytest.mark.parametrize(
    "name", ["export-register", "export-dues", "export-arrears", "export-vouchers", "export-council"]
)
def test_lists_are_handed_out_without_live_formulas(client, story, told, name, tmp_path):
    cards.rename(by=story.by, organisation=story.other, name="=HYPERLINK(1)", on=dt.date(2018, 6, 1))
    answer = story.get(client, "rita", at(name, year=2018))
    assert answer.status_code == 200
    file = tmp_path / "list.xlsx"
    file.write_bytes(answer.content)
    cells = [cell for row in load_workbook(file).active for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    if name in {"export-register", "export-dues", "export-arrears"}:
        assert "=HYPERLINK(1)" in {cell.value for cell in cells}


# ── money ──


def upload(client, story, rows, who="bob"):
    file = SimpleUploadedFile("流水.csv", statement(rows, HEADINGS, "gbk"))
    return do(client, story, who, at("statements"), file=file)


def test_a_statement_with_faults_names_each_and_takes_nothing(client, story, told):
    answer = upload(
        client,
        story,
        [
            ["2018-05-01", "<b>甲", "", "<i>一千", "", "B1"],
            ["bad", "乙", "", "5", "", "B2"],
            ["2018-05-01", "丙", "", "5", "", "B3"],
        ],
    )
    assert answer.status_code == 422
    page = text(answer)
    assert "不是数字" in page
    assert "读不出来" in page
    assert "&lt;i&gt;一千" in page
    assert "<i>一千" not in page
    assert Statement.objects.count() == 1  # that of the story
    assert upload(client, story, [], who="rita").status_code == 403


def test_payments_are_taken_in_proposed_confirmed_and_undone_on_pages(client, story, told):
    assert upload(client, story, [["2018-05-01", OTHER, "", "1,000.00", "会费", "B1"]]).status_code == 302
    page = text(story.get(client, "bob", at("payments")))
    assert "确定" in page
    [tick] = re.findall(r'name="confirm" value="([^"]+)" checked', page)
    payment = Payment.objects.get(reference="B1")
    stale = do(client, story, "bob", at("confirm"), confirm=[f"{payment.pk}:1=999.00"])
    assert stale.status_code == 302
    assert not payment.matchings.exists()
    do(client, story, "bob", at("confirm"), confirm=[tick, "x", "7"])
    [matching] = payment.matchings.all()
    assert (matching.due.membership.organisation, matching.why) == (story.other, "name")
    assert do(client, story, "rita", at("confirm"), confirm=[tick]).status_code == 403
    undo = at("change-payment", payment.pk, "unmatch")
    foreign = told.money("路人", 5)
    assert (
        do(
            client, story, "bob", at("change-payment", foreign.pk, "unmatch"), matching=matching.pk
        ).status_code
        == 422
    )
    assert do(client, story, "bob", undo, matching=matching.pk).status_code == 302
    assert not payment.matchings.exists()


def test_a_payment_is_split_by_hand_and_a_wrong_amount_stays_typed(client, story, told):
    third = told.join("丙")
    told.raise_dues()
    payment = told.money("大集团", 1500)
    one, two = (Due.objects.get(membership__organisation=card) for card in (story.other, third.organisation))
    address = at("payment", payment.pk)
    assert f"due_{two.pk}" in text(story.get(client, "bob", at("payment", payment.pk) + "?q=丙"))
    for amounts in (("1000", "501"), ("一千", "500"), ("-5", "500"), ("NaN", "1")):
        wrong = do(
            client,
            story,
            "bob",
            address + "?q=公司",
            **{f"due_{one.pk}": amounts[0], f"due_{two.pk}": amounts[1]},
        )
        assert wrong.status_code == 422, amounts
        assert f'value="{amounts[0]}"' in text(wrong)
    assert not payment.matchings.exists()
    done = do(client, story, "bob", address, **{f"due_{one.pk}": "1,000", f"due_{two.pk}": "400"})
    assert done.status_code == 302
    assert payment.matchings.count() == 2
    assert (
        do(client, story, "bob", at("change-payment", payment.pk, "refund"), amount="100").status_code == 403
    )
    given = {"amount": "100", "on": "2018-06-01", "reason": "多缴"}
    assert do(client, story, "alice", at("change-payment", payment.pk, "refund"), **given).status_code == 302
    refund = payment.refunds.get()
    do(client, story, "alice", at("change-payment", payment.pk, "unrefund"), refund=refund.pk)
    assert not payment.refunds.exists()
    do(client, story, "bob", at("change-payment", foreign_aside(told), "aside"), why="培训费")
    assert Payment.objects.filter(aside="培训费").count() == 1


def foreign_aside(told):
    return told.money("培训学员", 80, memo="培训费").pk


def test_dues_are_set_raised_exempted_and_receipted_on_pages(client, story):
    meeting = House(story.by).meeting()
    amounts = {f"amount_{tier}": "1000" for tier in ("member", "council", "standing", "vice_president")}
    given = {"since_year": "2018", "voted_at": meeting.pk, "late_share": "50", "pay_by_month": "6"} | amounts
    wrong = do(client, story, "alice", at("set-standard"), **given | {"amount_member": "-1"})
    assert wrong.status_code == 422
    assert "小于零" in text(wrong)
    assert do(client, story, "alice", at("set-standard"), **given).status_code == 302
    assert DuesStandard.objects.get().rates.count() == 4
    for _ in range(2):
        assert do(client, story, "alice", at("raise-dues"), year="2018", on="2018-01-05").status_code == 302
    assert Due.objects.count() == 2
    one, two = Due.objects.order_by("pk")
    do(client, story, "alice", at("change-due", one.pk, "exempt"), on="2018-02-01", reason="困难")
    assert "减免" in text(story.get(client, "rita", at("due", one.pk)))
    do(client, story, "alice", at("change-due", one.pk, "owe"))
    House(story.by).pay(two)
    issued = do(client, story, "bob", at("change-due", two.pk, "issue"), kind="receipt", on="2018-04-01")
    assert issued.status_code == 302
    receipt = Voucher.objects.get()
    assert do(client, story, "bob", at("void", receipt.pk), on="2018-04-02", reason="误").status_code == 403
    do(client, story, "alice", at("void", receipt.pk), on="2018-04-02", reason="抬头有误")
    assert "作废" in text(story.get(client, "rita", at("vouchers")))
    states = {
        state: text(story.get(client, "rita", at("dues", year=2018, state=state)))
        for state in ("paid", "unpaid")
    }
    assert (OTHER in states["paid"], OTHER in states["unpaid"]) == (True, False)


def test_arrears_lead_to_a_reminder_and_to_an_end_by_the_council(client, story, told):
    late = Membership.objects.get(organisation=story.other)
    page = text(story.get(client, "rita", at("arrears", on="2018-08-01")))
    assert OTHER in page
    assert "自家" not in page
    assert OTHER not in text(story.get(client, "rita", at("arrears", on="2018-06-30")))
    assert do(client, story, "bob", at("deal-with", "remind"), on="2018-08-01").status_code == 422
    do(client, story, "bob", at("deal-with", "remind"), on="2018-08-01", member=[late.pk])
    assert Reminder.objects.get().owed == 1000
    [told_so] = Message.objects.all()
    assert told_so.account == story.accounts["dana"]
    assert "1,000.00" in told_so.body_zh
    council = told.meeting(dt.date(2019, 3, 1), "理事会")
    given = {"confirmed_at": council.pk, "on": "2018-12-01", "member": [late.pk]}
    assert do(client, story, "bob", at("deal-with", "withdraw"), **given).status_code == 403
    assert do(client, story, "alice", at("deal-with", "withdraw"), **given).status_code == 302
    assert "补记" in text(story.get(client, "rita", at("member", late.pk)))
    assert OTHER not in text(story.get(client, "rita", at("register", on="2018-12-01")))


def test_the_council_is_elected_and_left_on_pages(client, story):
    given = {"body": "congress", "name": "代表大会", "held_on": "2013-03-01", "document": "1号"}
    do(client, story, "bob", at("change-council", "meeting"), **given)
    twice = do(client, story, "bob", at("change-council", "meeting"), **given)
    assert twice.status_code == 422
    meeting = CouncilTerm._meta.get_field("elected_at").related_model.objects.get()
    do(
        client,
        story,
        "alice",
        at("change-council", "begin"),
        number="6",
        start="2013-03-01",
        elected_at=meeting.pk,
    )
    who = {
        "post": Post.PRESIDENT,
        "name": "张三",
        "organisation": OTHER,
        "elected_at": meeting.pk,
        "start": "2013-03-01",
    }
    do(client, story, "alice", at("change-council", "elect"), **who)
    unknown = do(
        client,
        story,
        "alice",
        at("change-council", "elect"),
        **who | {"organisation": "没有这家", "post": "councillor"},
    )
    assert unknown.status_code == 422
    assert "没有这家" in text(unknown)
    seat = Seat.objects.get()
    do(client, story, "alice", at("vacate", seat.pk), on="2015-01-01", why="调动")
    assert "张三" in text(story.get(client, "rita", at("council", on="2014-12-31")))
    assert "张三" not in text(story.get(client, "rita", at("council", on="2015-01-01")))
    assert story.get(client, "rita", at("council", on="nonsense")).status_code == 200


# ── how much it costs, how it is written ──

LISTS = {
    "register": 9, "applications": 9, "online": 7, "dues": 10, "arrears": 8, "payments": 11, "vouchers": 7,
    "statements": 7, "corrections": 7, "council": 12, "standards": 8,
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(
    client, story, name, django_assert_num_queries
):
    told = House(story.by)
    told.standard()
    start = dt.date(2013, 3, 1)
    term = members.begin_term(by=story.by, number=6, start=start, elected_at=told.meeting(start))
    story.get(client, "alice", at(name))
    for more in (1, 2):
        for i in range(more):
            card = told.card(f"单位{more}{i}")
            membership = told.join(card)
            members.apply(by=story.by, organisation=told.card(f"新{more}{i}"), on=start)
            members.ask_correction(by=story.by, organisation=card, about=Correction.About.NAME, wanted="新")
            members.ask_to_join(
                by=story.by,
                name=f"网{more}{i}",
                no_code_reason="在办",
                contact_name="张三",
                contact_mobile="13800001234",
            )
            told.raise_dues()
            due = Due.objects.get(membership=membership)
            told.pay(due, 500)
            members.issue(by=story.by, due=due, kind=Voucher.Kind.RECEIPT, on=dt.date(2018, 4, 1))
            told.money(card.name, 400)
            seat_for(story, term, card)
        with django_assert_num_queries(LISTS[name]):
            assert client.get(at(name)).status_code == 200


def seat_for(story, term, card):
    person = people.add_person(by=story.by, name=f"代表{card.pk}", organisation=card)
    members.elect(
        by=story.by, term=term, post=Post.COUNCILLOR, person=person, organisation=card,
        elected_at=term.elected_at, start=term.start,
    )  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_in_both_languages_without_inline_script_or_style(client, story, told, name, language):
    page = text(story.get(client, "alice", at(name), HTTP_ACCEPT_LANGUAGE=language))
    assert not re.search(r"<script(?! src| type=\"application/json\"| id=)|<style| style=| on\w+=", page)
    assert "<b>公司" not in page
    title = re.search(r"<title>(.*?) ·", page)[1]
    assert bool(re.search(r"[\u4e00-\u9fff]", title)) == (language == "zh-hans")
