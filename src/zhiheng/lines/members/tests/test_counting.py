"""The figures of members against counting by hand."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest

from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Industry, Organisation
from zhiheng.core.places import operations as places
from zhiheng.core.places.models import Level
from zhiheng.figures.definition import Period, catalogue
from zhiheng.figures.evaluation import breakdown, evaluate
from zhiheng.figures.lineage import drift, rows
from zhiheng.figures.operations import freeze
from zhiheng.lines.members import operations as members
from zhiheng.lines.members import public
from zhiheng.lines.members.figures import (
    ATTRITION,
    COLLECTION,
    DUES_RAISED,
    DUES_RECEIVED,
    JOINED,
    LEFT,
    MEMBERS,
    PARTICIPATION,
    PARTICIPATION_PAID,
    RETENTION,
)
from zhiheng.lines.members.models import Due, Matching, Membership, Tier

pytestmark = pytest.mark.django_db
Y2018 = Period.year(2018)
END = Period.read("2018-12-31")
WITHDREW = Membership.Why.WITHDREW


def ratio(figure, period=Y2018):
    found = evaluate(figure, period)
    return int(found.counted), int(found.base)


def number(figure, period=Y2018):
    return evaluate(figure, period).value


def leave(house, membership, on):
    return members.end(by=house.by, membership=membership, on=on, why=WITHDREW)


def test_who_stayed_and_who_left_are_those_of_the_end_of_the_year_before(house):
    stays, leaves, returns = (house.join(name) for name in "甲乙丙")
    newcomer = house.join("丁", dt.date(2018, 2, 1))
    leave(house, leaves, dt.date(2018, 6, 1))
    leave(house, newcomer, dt.date(2018, 8, 1))  # came and went within the year
    leave(house, returns, dt.date(2018, 3, 1))
    house.join(returns.organisation, dt.date(2018, 9, 1))
    assert ratio(RETENTION) == (2, 3)  # who came back is still there at the end
    assert ratio(ATTRITION) == (1, 3)
    assert number(JOINED) == 2  # the newcomer, and who came back
    assert number(LEFT) == 3
    assert stays.end is None


@pytest.mark.parametrize(
    ("end", "left"),
    [(dt.date(2018, 1, 1), 2018), (dt.date(2018, 12, 31), 2018), (dt.date(2019, 1, 1), 2019)],
)
def test_who_leaves_at_new_year_leaves_in_the_year_whose_end_it_does_not_see(house, end, left):
    leave(house, house.join("甲"), end)
    for year in (2017, 2018, 2019):
        assert number(LEFT, Period.year(year)) == (year == left)
        at_start = year <= left
        assert ratio(ATTRITION, Period.year(year)) == (int(year == left), int(at_start))


def test_who_joins_on_new_year_joins_in_that_year(house):
    house.join("甲", dt.date(2018, 1, 1))
    assert [number(JOINED, Period.year(year)) for year in (2017, 2018, 2019)] == [0, 1, 0]
    assert ratio(RETENTION, Period.year(2019)) == (1, 1)


def test_a_second_card_of_a_member_joins_nothing_and_leaves_nothing(house):
    one, double = house.join("甲"), house.join("甲（重复）", dt.date(2018, 3, 1))
    cards.merge(by=house.by, card=double.organisation, into=one.organisation)
    leave(house, double, dt.date(2018, 9, 1))
    assert (number(JOINED), number(LEFT)) == (0, 0)
    assert ratio(RETENTION) == (1, 1)
    leave(house, one, dt.date(2018, 10, 1))
    assert (number(LEFT), ratio(RETENTION)) == (1, (0, 1))


def test_a_paid_member_has_paid_the_year_in_full_by_its_end_and_is_not_exempt(house):
    house.standard()
    joined = [house.join(name) for name in ("缴清", "部分", "次年缴", "减免", "未开征")]
    for membership in joined:
        house.meet(dt.date(2018, 5, 1), membership.organisation)
    leave(house, joined[4], dt.date(2018, 1, 1))
    dues = house.raise_dues()
    back = house.join(joined[4].organisation, dt.date(2018, 2, 1))
    house.pay(dues[0], 400)
    house.pay(dues[0], 600, dt.date(2018, 12, 31))
    house.pay(dues[1], 999)
    house.pay(dues[2], on=dt.date(2019, 1, 1))
    members.exempt(by=house.by, due=dues[3], on=dt.date(2018, 2, 1), reason="困难")
    assert back.dues.count() == 0
    assert ratio(PARTICIPATION) == (5, 5)
    assert ratio(PARTICIPATION_PAID) == (1, 1)
    [row] = rows(PARTICIPATION_PAID, Y2018, house.by)
    assert row == joined[0]


def test_money_of_a_year_is_counted_by_the_day_of_the_bank(house):
    house.standard()
    one, two, three = house.join("甲"), house.join("乙", tier=Tier.COUNCIL), house.join("丙")
    [old, *_] = house.raise_dues(2017)
    raised = {due.membership: due for due in house.raise_dues()}
    members.exempt(by=house.by, due=raised[three], on=dt.date(2018, 5, 1), reason="困难")
    house.pay(old, on=dt.date(2018, 1, 5))
    house.pay(raised[two], 1200, dt.date(2018, 7, 1))
    house.pay(raised[two], 800, dt.date(2019, 1, 5))
    house.pay(raised[one], 250, dt.date(2018, 12, 31))
    assert number(DUES_RAISED) == 4000
    assert number(DUES_RECEIVED) == 1000 + 1200 + 250
    assert ratio(COLLECTION) == (1450, 4000)
    assert evaluate(COLLECTION, Y2018).rounded == Decimal("36.3")
    parts = breakdown(COLLECTION, Y2018, "rate__tier")
    assert {tier: (int(part.counted), int(part.base)) for tier, part in parts.items()} == {
        Tier.MEMBER: (250, 1000),
        Tier.COUNCIL: (1200, 3000),
    }


def test_a_payment_matched_late_shows_as_drift_of_what_was_received(house):
    house.standard()
    house.join("甲")
    [due] = house.raise_dues()
    house.pay(due, 400)
    snapshot = freeze(by=house.by, figure=DUES_RECEIVED, period=Y2018)
    late = house.pay(due, 600, dt.date(2018, 12, 30))
    found = drift(snapshot)
    assert found.added == (late.pk,)
    assert found.now.value == 1000
    assert snapshot.value == 400


def test_a_withdrawal_entered_late_shows_as_drift(house):
    house.standard()
    one = house.join("甲")
    house.join("乙")
    house.raise_dues()
    snapshot = freeze(by=house.by, figure=MEMBERS, period=END)
    council = house.meeting(dt.date(2019, 2, 20), "理事会")
    members.withdraw(by=house.by, memberships=[one], confirmed_at=council, on=dt.date(2018, 11, 1))
    assert drift(snapshot).removed == (one.pk,)
    assert snapshot.value == 2


def test_members_by_tier_district_industry_and_size_add_up(house):
    since = dt.date(2010, 1, 1)
    place = places.add(
        by=house.by, code="310101", level=Level.DISTRICT, name_zh="东区", name_en="East", start=since
    )
    trade = Industry.objects.create(edition="示例", code="C34", name_zh="通用设备", name_en="Machinery")
    one = house.join(house.card("甲", district=place, size="L"), tier=Tier.COUNCIL)
    house.join(house.card("乙", district=place, industry=trade, size="S"))
    house.join(house.card("丙", industry=trade, size="S"))
    members.change_tier(by=house.by, membership=one, tier=Tier.STANDING, on=dt.date(2019, 1, 1))
    found = {
        path: {key: int(part.counted) for key, part in breakdown(MEMBERS, END, path).items()}
        for path in MEMBERS.breakdowns
    }
    assert found == {
        "tier": {Tier.COUNCIL: 1, Tier.MEMBER: 2},
        "organisation__district__name_zh": {None: 1, "东区": 2},
        "organisation__industry__name_zh": {None: 1, "通用设备": 2},
        "organisation__size": {"L": 1, "S": 2},
        "organisation__kind": {"company": 3},
    }


@pytest.mark.parametrize("seed", range(3))
def test_a_random_association_counted_by_hand(house, seed):
    dice = random.Random(seed)
    house.standard(2015)

    def day():
        return dt.date(2016, 1, 1) + dt.timedelta(days=dice.randrange(1200))

    companies = [house.card(f"公司{i}") for i in range(14)]
    for card in companies[:12]:
        membership = house.join(card, day(), dice.choice(list(Tier)))
        if dice.random() < 0.5:
            leave(house, membership, membership.start + dt.timedelta(days=dice.randrange(1, 500)))
            if dice.random() < 0.5:
                house.join(card, membership.end + dt.timedelta(days=dice.randrange(200)))
    cards.merge(by=house.by, card=companies[13], into=companies[0])
    cards.merge(by=house.by, card=companies[11], into=companies[10])
    for year in (2016, 2017, 2018, 2019):
        for due in house.raise_dues(year, dt.date(year, dice.randrange(1, 13), 1)):
            if dice.random() < 0.15:
                members.exempt(
                    by=house.by, due=due, on=dt.date(year, dice.randrange(1, 13), 9), reason="困难"
                )
            elif dice.random() < 0.7:
                part = due.amount if dice.random() < 0.6 else due.amount / 2
                house.pay(due, part, dt.date(year, 1, 1) + dt.timedelta(days=dice.randrange(500)))

    def company(card_id):
        card = Organisation.objects.get(pk=card_id)
        while card.merged_into:
            card = card.merged_into
        return card.pk

    told = [(company(m.organisation_id), m.start, m.end) for m in Membership.objects.all()]

    def on(when):
        return {who for who, start, end in told if start <= when and (end is None or end > when)}

    for year in (2016, 2017, 2018, 2019):
        period, last = Period.year(year), dt.date(year, 12, 31)
        before = dt.date(year - 1, 12, 31)
        came = {
            who
            for who, start, _ in told
            if start.year == year and who not in on(start - dt.timedelta(days=1))
        }
        went = {who for who, _, end in told if end and end.year == year and who not in on(end)}
        assert number(MEMBERS, Period.read(f"{year}-12-31")) == len(on(last))
        assert (number(JOINED, period), number(LEFT, period)) == (len(came), len(went))
        assert ratio(RETENTION, period) == (len(on(before) & on(last)), len(on(before)))
        assert ratio(ATTRITION, period) == (len(on(before) - on(last)), len(on(before)))
        raised = [
            due for due in Due.objects.filter(year=year) if due.exempt_on is None or due.exempt_on > last
        ]
        paid = sum(m.amount for due in raised for m in due.matchings.all() if m.paid_on <= last)
        assert number(DUES_RAISED, period) == sum(due.amount for due in raised)
        assert evaluate(COLLECTION, period).counted == paid
        assert number(DUES_RECEIVED, period) == sum(
            m.amount for m in Matching.objects.all() if m.paid_on.year == year
        )


@pytest.mark.parametrize("code", sorted(code for code in catalogue() if code.startswith("members.")))
def test_every_figure_takes_two_queries_however_many_rows(house, code, django_assert_num_queries):
    figure = catalogue()[code]
    period = {"YEAR": Y2018, "SPAN": Period.years(2013, 2018), "DAY": END}[figure.period.name]
    house.standard()
    for n in (1, 3):
        for i in range(n):
            house.meet(dt.date(2018, 5, 1), house.join(f"公司{n}{i}").organisation)
        for due in house.raise_dues():
            house.pay(due)
        with django_assert_num_queries(2):
            evaluate(figure, period)
        for path in figure.breakdowns:
            with django_assert_num_queries(2):
                breakdown(figure, period, path)


def test_other_lines_get_members_as_a_queryset_and_as_a_saved_list(house, django_assert_num_queries):
    one = house.join("甲", tier=Tier.COUNCIL)
    house.join("乙")
    leave(house, house.join("丙"), dt.date(2018, 1, 1))
    with django_assert_num_queries(0):
        found = public.members(dt.date(2018, 5, 1))
    assert found.count() == 2
    saved = public.save_members(
        by=house.by, name="理事单位", day=dt.date(2018, 5, 1), tiers=[Tier.COUNCIL], how="级别"
    )
    assert list(saved.organisations.all()) == [one.organisation]


def test_the_timeline_is_for_staff_and_its_own_contact(house):
    house.standard()
    membership = house.join("甲", dt.date(2017, 1, 1))
    members.change_tier(by=house.by, membership=membership, tier=Tier.COUNCIL, on=dt.date(2017, 5, 1))
    [due] = house.raise_dues()
    house.pay(due)
    leave(house, membership, dt.date(2018, 9, 1))
    told = [
        (event.on.isoformat(), event.what.zh, event.detail)
        for event in public.timeline(membership.organisation, house.by)
    ]
    assert told == [
        ("2018-09-01", "会籍终止", "主动退会"),
        ("2018-03-01", "缴纳2018年会费", "3,000.00 元"),
        ("2017-05-01", "级别调整", "理事单位"),
        ("2017-01-01", "申请入会", ""),
        ("2017-01-01", "入会", "2017-0001"),
    ]
    assert public.timeline(membership.organisation, None) == []
