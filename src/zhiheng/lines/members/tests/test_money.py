"""Dues, payments and vouchers: what is owed, whose money it was, what is left; every wrong entry refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from zhiheng.core.journal.models import Line
from zhiheng.core.journal.queries import history
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind
from zhiheng.core.problems import BACKWARDS, EMPTY
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.matching import Fit, Sure, propose
from zhiheng.lines.members.models import Due, Membership, Payment, Reminder, Statement, Tier, Voucher, Why
from zhiheng.lines.members.problems import (
    ASIDE,
    EXEMPT,
    INVOICE_NUMBER,
    MATCHED,
    NEGATIVE,
    NO_STANDARD,
    NOT_EXEMPT,
    NOT_POSITIVE,
    NOTHING_OWED,
    PAID_ALREADY,
    RATE_MISSING,
    STANDARD_KNOWN,
    STANDARD_LATE,
    TOO_MUCH_FOR_DUE,
    TOO_MUCH_OF_PAYMENT,
    TOO_MUCH_TO_RECEIPT,
    VOIDED,
    VOUCHERED,
)
from zhiheng.lines.members.queries import dues, owing, payments, waiting
from zhiheng.lines.members.tests.house import AMOUNTS, refused

pytestmark = pytest.mark.django_db
DAY = dt.date(2018, 3, 1)


def left(due):
    return dues().get(pk=due.pk).left


def raised(house, *names, **more):
    """Let companies be members of 2013 and raise the dues of 2018."""
    house.standard(**more)
    for name in names:
        house.join(name)
    return house.raise_dues()


# ── raising ──


def test_dues_go_by_the_tier_of_new_year_or_of_the_day_of_joining(house):
    house.standard(late_share=50)
    early, late, later = (
        house.join("甲"),
        house.join("乙", dt.date(2018, 6, 30)),
        house.join("丙", dt.date(2018, 7, 1)),
    )
    top = house.join("丁", tier=Tier.VICE_PRESIDENT)
    members.change_tier(by=house.by, membership=early, tier=Tier.COUNCIL, on=dt.date(2018, 2, 1))
    members.change_tier(by=house.by, membership=top, tier=Tier.MEMBER, on=dt.date(2018, 1, 1))
    house.raise_dues(on=dt.date(2018, 12, 31))
    owed = {due.membership: (due.amount, due.pay_by) for due in Due.objects.all()}
    assert owed == {
        early: (1000, dt.date(2018, 6, 30)),  # the higher tier counts from 2019
        late: (1000, dt.date(2018, 6, 30)),
        later: (500, dt.date(2018, 12, 31)),
        top: (1000, dt.date(2018, 6, 30)),  # changed on New Year itself
    }


def test_raising_twice_adds_who_joined_since_and_changes_nothing_else(house):
    first = raised(house, "甲", "乙")
    assert len(first) == 2
    assert house.raise_dues() == []
    newcomer = house.join("丙", dt.date(2018, 5, 1))
    assert [due.membership for due in house.raise_dues(on=dt.date(2018, 6, 1))] == [newcomer]
    assert house.raise_dues(on=dt.date(2018, 6, 1)) == []
    assert Due.objects.count() == 3


def test_who_left_before_and_who_joins_later_owe_nothing_and_a_merged_card_does_not_owe_twice(house):
    house.standard()
    gone, stays, double = house.join("甲"), house.join("乙"), house.join("乙（重复）")
    house.join("丙", dt.date(2018, 5, 1))
    members.end(by=house.by, membership=gone, on=dt.date(2018, 1, 1), why=Membership.Why.WITHDREW)
    cards.merge(by=house.by, card=double.organisation, into=stays.organisation)
    assert [due.membership for due in house.raise_dues(on=dt.date(2017, 12, 20))] == [stays]


def test_each_year_has_the_standard_voted_for_it(house):
    house.standard(2013)
    house.standard(2018, {**AMOUNTS, Tier.MEMBER: Decimal("1200.50")})
    house.join("甲")
    amounts = [house.raise_dues(year)[0].amount for year in (2017, 2018)]
    assert amounts == [1000, Decimal("1200.50")]


def test_a_standard_is_set_before_its_year_is_raised_whole_and_not_below_zero(house):
    with refused(NO_STANDARD):
        house.raise_dues()
    raised(house, "甲")
    with refused(STANDARD_KNOWN):
        house.standard(2013)
    with refused(STANDARD_LATE):
        house.standard(2018)
    with refused(RATE_MISSING):
        house.standard(2019, {Tier.MEMBER: Decimal(1)})
    with refused(NEGATIVE):
        house.standard(2020, {**AMOUNTS, Tier.COUNCIL: Decimal(-1)})


def test_an_exemption_has_its_reason_and_is_taken_back(house):
    [due] = raised(house, "甲")
    with refused(EMPTY):
        members.exempt(by=house.by, due=due, on=DAY, reason=" ")
    members.exempt(by=house.by, due=due, on=DAY, reason="疫情困难")
    assert left(due) == 0
    assert dues(dt.date(2018, 2, 1)).get().left == 1000  # not yet exempt then
    with refused(EXEMPT):
        members.exempt(by=house.by, due=due, on=DAY, reason="再次")
    with refused(EXEMPT):
        house.pay(due)
    members.owe_again(by=house.by, due=due)
    assert left(due) == 1000
    with refused(NOT_EXEMPT):
        members.owe_again(by=house.by, due=due)
    Payment.objects.all().delete()
    house.pay(due, 300)
    with refused(PAID_ALREADY):
        members.exempt(by=house.by, due=due, on=DAY, reason="困难")


# ── matching ──


def test_a_part_is_paid_then_the_rest_and_never_more(house):
    [due] = raised(house, "甲")
    house.pay(due, 400)
    assert left(due) == 600
    with refused(TOO_MUCH_FOR_DUE) as found:
        house.pay(due, 601)
    assert "600.00" in found.problem.breach
    house.pay(due, "600.00")
    assert left(due) == 0


def test_what_is_over_waits_and_is_given_back(house):
    [due] = raised(house, "甲")
    payment = house.money("甲", 1500)
    [matching] = members.match(by=house.by, payment=payment, shares=[(due, Decimal(1000))])
    assert waiting().get().rest == 500
    with refused(TOO_MUCH_OF_PAYMENT):
        members.refund(by=house.by, payment=payment, amount=Decimal("500.01"), on=DAY, reason="多缴")
    with refused(NOT_POSITIVE):
        members.refund(by=house.by, payment=payment, amount=Decimal(-500), on=DAY, reason="多缴")
    with refused(BACKWARDS):
        members.refund(
            by=house.by, payment=payment, amount=Decimal(500), on=dt.date(2018, 2, 28), reason="多缴"
        )
    with refused(EMPTY):
        members.refund(by=house.by, payment=payment, amount=Decimal(500), on=DAY, reason="")
    given = members.refund(by=house.by, payment=payment, amount=Decimal(500), on=DAY, reason="多缴")
    assert not waiting().exists()
    members.undo_refund(by=house.by, refund=given)
    assert waiting().get().rest == 500
    members.unmatch(by=house.by, matching=matching)
    assert payments().get().rest == 1500
    assert left(due) == 1000
    assert {line.verb for line in history(payment)} == {
        "members.take_in", "members.match", "members.unmatch", "members.refund", "members.undo_refund",
    }  # fmt: skip


def test_one_payment_for_several_members_is_split(house):
    one, two = raised(house, "甲", "乙")
    payment = house.money("集团", 1700)
    with refused(TOO_MUCH_OF_PAYMENT):
        members.match(by=house.by, payment=payment, shares=[(one, Decimal(1000)), (two, Decimal(800))])
    assert payments().get().rest == 1700  # nothing of it is kept
    members.match(by=house.by, payment=payment, shares=[(one, Decimal(1000)), (two, Decimal(700))])
    assert (left(one), left(two)) == (0, 300)
    with refused(MATCHED):
        members.match(by=house.by, payment=payment, shares=[(two, Decimal(1))])


@pytest.mark.parametrize("amount", [Decimal(0), Decimal(-5)])
def test_an_amount_not_above_zero_is_not_matched(house, amount):
    [due] = raised(house, "甲")
    payment = house.money("甲", 1000)
    with refused(NOT_POSITIVE):
        members.match(by=house.by, payment=payment, shares=[(due, amount)])
    with refused(EMPTY):
        members.match(by=house.by, payment=payment, shares=[])


def test_the_same_dues_named_twice_are_not_paid_twice(house):
    [due] = raised(house, "甲")
    payment = house.money("甲", 5000)
    with refused(TOO_MUCH_FOR_DUE):
        members.match(by=house.by, payment=payment, shares=[(due, Decimal(600)), (due, Decimal(600))])


def test_what_is_no_dues_is_set_aside_and_put_back(house):
    [due] = raised(house, "甲")
    payment = house.money("甲", 1000, memo="培训费")
    with refused(EMPTY):
        members.set_aside(by=house.by, payment=payment, why="")
    members.set_aside(by=house.by, payment=payment, why="培训费")
    assert not waiting().exists()
    with refused(ASIDE):
        members.match(by=house.by, payment=payment, shares=[(due, Decimal(1000))])
    members.put_back(by=house.by, payment=payment)
    members.match(by=house.by, payment=payment, shares=[(due, Decimal(1000))])
    with refused(MATCHED):
        members.set_aside(by=house.by, payment=payment, why="培训费")


def test_money_written_with_cents_adds_up_exactly(house):
    house.standard(amounts={**AMOUNTS, Tier.MEMBER: Decimal("0.30")})
    house.join("甲")
    [due] = house.raise_dues()
    for amount in ("0.10", "0.10", "0.10"):
        house.pay(due, amount)
    assert not waiting().exists()
    assert not owing(dt.date(2019, 1, 1)).exists()


# ── proposals ──


def proposed(*asked):
    found = propose(payments().filter(pk__in=[each.pk for each in asked]))
    return [found[each.pk] for each in asked]


def test_a_payer_of_that_very_name_and_amount_is_certain(house):
    one, _ = raised(house, "甲机械（上海）有限公司", "乙")
    [found] = proposed(house.money("甲机械(上海) 有限公司", 1000))
    assert (found.why, found.fit, found.sure) == (Why.NAME, Fit.EXACT, Sure.CERTAIN)
    assert found.shares == ((one, 1000),)
    assert found.sure.value.zh == "确定"


@pytest.mark.parametrize(
    ("amount", "fit", "share"), [(400, Fit.LESS, 400), (1500, Fit.MORE, 1000), ("0.01", Fit.LESS, "0.01")]
)
def test_an_amount_that_is_not_what_is_owed_is_less_sure(house, amount, fit, share):
    [due] = raised(house, "甲")
    [found] = proposed(house.money("甲", amount))
    assert (found.why, found.fit, found.sure) == (Why.NAME, fit, Sure.LIKELY)
    assert found.shares == ((due, Decimal(share)),)


def test_an_earlier_name_a_merged_card_and_a_payer_of_before_are_likely(house):
    one, two, three = raised(house, "甲机械", "乙机械", "丙机械")
    cards.rename(by=house.by, organisation=one.membership.organisation, name="甲智能", on=dt.date(2017, 1, 1))
    double = house.card("乙机械厂老卡")
    cards.merge(by=house.by, card=double, into=two.membership.organisation)
    [before] = house.raise_dues(2017)[2:]
    house.join("丁")
    paid = house.money("某老板", 1000, on=dt.date(2017, 5, 1))
    members.match(by=house.by, payment=paid, shares=[(before, Decimal(1000))])
    for due in Due.objects.filter(year=2017).exclude(pk=before.pk):
        members.exempt(by=house.by, due=due, on=DAY, reason="示例")
    found = proposed(
        house.money("甲机械", 1000), house.money("乙机械厂老卡", 1000), house.money("某老板", 1000)
    )
    assert [(each.why, each.sure) for each in found] == [
        (Why.EARLIER, Sure.LIKELY),
        (Why.ALIAS, Sure.LIKELY),
        (Why.BEFORE, Sure.LIKELY),
    ]
    assert [each.shares[0][0] for each in found] == [one, two, three]


def test_a_group_pays_for_those_below_it_and_a_memo_says_for_whom(house):
    group = house.card("大集团", Kind.GROUP)
    house.standard()
    for name in ("甲子公司", "乙子公司", "丙子公司"):
        house.join(house.card(name, parent=group))
    one, two, three = house.raise_dues()
    all_three, named, by_number = (
        house.money("大集团", 3000),
        house.money("大集团", 2000, memo="代丙子公司、甲子公司缴会费"),
        house.money("路人", 1000, memo=f"会费 {two.membership.number}"),
    )
    [found] = proposed(all_three)
    assert (found.why, found.sure, len(found.shares)) == (Why.GROUP, Sure.LIKELY, 3)
    [found] = proposed(named)
    assert (found.why, {due for due, _ in found.shares}) == (Why.MEMO, {one, three})
    [found] = proposed(by_number)
    assert (found.why, found.shares) == (Why.MEMO, ((two, 1000),))


def test_a_name_miswritten_is_possible_and_a_stranger_is_nobody(house):
    raised(house, "上海甲乙丙精密机械有限公司", "乙")
    like, stranger = proposed(
        house.money("上海甲乙内精密机械有限公司", 1000), house.money("不相干的某公司", 1000)
    )
    assert (like.why, like.sure) == (Why.ALIKE, Sure.POSSIBLE)
    assert stranger is None


def test_two_payments_are_not_both_proposed_for_one_due(house):
    house.standard()
    house.join("甲")
    [older] = house.raise_dues(2017)
    [newer] = house.raise_dues(2018)
    first, second, third = (house.money("甲", 1000) for _ in range(3))
    found = proposed(first, second, third)
    assert [each and each.shares[0][0] for each in found] == [older, newer, None]


def test_the_year_that_a_memo_names_goes_before_the_oldest(house):
    house.standard()
    membership = house.join("甲")
    house.raise_dues(2017)
    [newer] = house.raise_dues(2018)
    said, number = house.money("甲", 1000, memo="2018年会费"), house.money("甲", 700, memo=membership.number)
    assert [found.shares[0][0].year for found in proposed(said)] == [newer.year]
    assert [found.shares[0][0].year for found in proposed(number)] == [2017]  # 2013-0001 is no year


def test_proposals_write_nothing_and_take_a_fixed_number_of_queries(house, django_assert_num_queries):
    raised(house, *(f"公司{i}" for i in range(6)))
    asked = [house.money(f"公司{i}", 1000) for i in range(6)]
    lines = Line.objects.count()
    for some in (asked[:1], asked):
        rows = list(payments().filter(pk__in=[each.pk for each in some]))
        with django_assert_num_queries(4):
            propose(rows)
    assert Line.objects.count() == lines


# ── receipts and invoices ──


def test_receipts_are_numbered_without_gaps_and_voided_ones_stay(house):
    one, two = raised(house, "甲", "乙")
    Kinds = Voucher.Kind
    with refused(NOT_POSITIVE):
        members.issue(by=house.by, due=one, kind=Kinds.RECEIPT, on=DAY)
    for due in (one, two):
        house.pay(due)
    first = members.issue(by=house.by, due=one, kind=Kinds.RECEIPT, on=DAY)
    with refused(TOO_MUCH_TO_RECEIPT):
        members.issue(by=house.by, due=two, kind=Kinds.RECEIPT, on=DAY, amount=Decimal(1001))
    with refused(INVOICE_NUMBER):
        members.issue(by=house.by, due=two, kind=Kinds.INVOICE, on=DAY, outside_number="12")
    second = members.issue(by=house.by, due=two, kind=Kinds.RECEIPT, on=DAY, amount=Decimal(400))
    invoice = members.issue(by=house.by, due=two, kind=Kinds.INVOICE, on=DAY, outside_number="12345678")
    with refused(NOT_POSITIVE):
        members.issue(by=house.by, due=one, kind=Kinds.RECEIPT, on=DAY)
    members.void(by=house.by, voucher=first, on=DAY, reason="抬头有误")
    again = members.issue(by=house.by, due=one, kind=Kinds.RECEIPT, on=DAY, title="甲（新抬头）")
    numbers = [each.number for each in (first, second, again, invoice)]
    assert numbers == ["R2018-00001", "R2018-00002", "R2018-00003", "F2018-00001"]
    assert (second.amount, invoice.amount, again.title) == (400, 1000, "甲（新抬头）")
    with refused(VOIDED):
        members.void(by=house.by, voucher=first, on=DAY, reason="再次")
    with refused(EMPTY):
        members.void(by=house.by, voucher=again, on=DAY, reason="")
    with refused(BACKWARDS):
        members.void(by=house.by, voucher=again, on=dt.date(2018, 2, 1), reason="抬头有误")
    assert Voucher.objects.count() == 4


def test_a_match_that_a_receipt_stands_on_is_not_undone_before_it_is_voided(house):
    [due] = raised(house, "甲")
    matching = house.pay(due)
    receipt = members.issue(by=house.by, due=due, kind=Voucher.Kind.RECEIPT, on=DAY)
    with refused(VOUCHERED):
        members.unmatch(by=house.by, matching=matching)
    members.void(by=house.by, voucher=receipt, on=DAY, reason="退款")
    members.unmatch(by=house.by, matching=matching)
    assert left(due) == 1000


# ── arrears ──


def test_arrears_are_as_of_a_day(house):
    one, two = raised(house, "甲", "乙")
    house.pay(one, 400, dt.date(2018, 5, 1))
    house.pay(two, on=dt.date(2018, 9, 1))
    found = {
        day: {due.membership_id: due.left for due in owing(day)}
        for day in (dt.date(2018, 6, 30), dt.date(2018, 7, 1), dt.date(2018, 9, 1))
    }
    assert found == {
        dt.date(2018, 6, 30): {},
        dt.date(2018, 7, 1): {one.membership_id: 600, two.membership_id: 1000},
        dt.date(2018, 9, 1): {one.membership_id: 600},
    }


def test_who_owes_is_reminded_and_in_the_end_out_by_the_council(house):
    one, two = raised(house, "甲", "乙")
    house.pay(two)
    late = dt.date(2018, 8, 1)
    with refused(NOTHING_OWED):
        members.remind(by=house.by, memberships=[one.membership, two.membership], on=late)
    assert not Reminder.objects.exists()
    [sent] = members.remind(by=house.by, memberships=[one.membership], on=late)
    assert sent.owed == 1000
    meeting = house.meeting(dt.date(2019, 3, 1), "理事会")
    with refused(NOTHING_OWED):
        members.withdraw(
            by=house.by, memberships=[one.membership, two.membership], confirmed_at=meeting, on=DAY
        )
    one.membership.refresh_from_db()
    assert one.membership.end is None
    members.withdraw(by=house.by, memberships=[one.membership], confirmed_at=meeting, on=dt.date(2018, 12, 1))
    one.membership.refresh_from_db()
    assert (one.membership.why_ended, one.membership.ended_late) == (Membership.Why.ARREARS, True)
    assert not owing(dt.date(2019, 4, 1)).exists()


def test_a_statement_taken_in_again_changes_nothing(house):
    rows = [
        ["2018-03-01", "甲", "", "1,000.00", "会费", "A1"],
        ["2018-03-02", "乙", "88", "", "手续费", "A2"],
    ]
    first = house.take_in(rows)
    assert (first.payments.count(), first.known, first.skipped) == (1, 0, 1)
    again = house.take_in([*rows, ["2018-03-03", "丙", "", "5", "", "A3"]])
    assert (again.payments.count(), again.known, again.skipped) == (1, 1, 1)
    assert Payment.objects.count() == 2
    assert Statement.objects.count() == 2
