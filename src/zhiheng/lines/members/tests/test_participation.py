"""The participation rate, against counting by hand; published, it stays, and what changed is named."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction

from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind, Organisation
from zhiheng.core.people.models import Account, Part, Role
from zhiheng.core.problems import AT_ONCE, REFUSED, Problem
from zhiheng.figures import operations
from zhiheng.figures.definition import Period, catalogue
from zhiheng.figures.evaluation import breakdown, breakdown_each, evaluate, evaluate_each
from zhiheng.figures.lineage import drift, rows, standing
from zhiheng.figures.models import Snapshot, SnapshotRow
from zhiheng.figures.operations import freeze
from zhiheng.figures.problems import NO_VALUE, PERIOD_RULE
from zhiheng.gatherings import operations as gatherings
from zhiheng.gatherings.models import Attendance
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.figures import MEMBERS, PARTICIPATION, PARTICIPATION_THREE
from zhiheng.lines.members.models import Membership

pytestmark = pytest.mark.django_db
Y2018 = Period.year(2018)


def share(period=Y2018, figure=PARTICIPATION):
    found = evaluate(figure, period)
    return int(found.counted), int(found.base)


def test_a_team_credits_its_company_a_subsidiary_only_itself(house):
    group = house.card("集团", Kind.GROUP)
    company = house.card("公司", parent=group)
    team = house.card("班组", Kind.TEAM, parent=company)
    house.join(group)
    house.join(company)
    house.meet(dt.date(2018, 3, 1), team)
    assert share() == (1, 2)
    [counted] = evaluate(PARTICIPATION, Y2018).figure.rows(Y2018).filter(counted=1)
    assert counted.organisation == company


def test_who_left_before_the_end_of_the_year_is_neither_above_nor_below(house):
    one, two = house.card("甲"), house.card("乙")
    house.join(one)
    gone = house.join(two)
    house.meet(dt.date(2018, 3, 1), one, two)
    assert share() == (2, 2)
    members.end(by=house.by, membership=gone, on=dt.date(2018, 12, 31), why=Membership.Why.WITHDREW)
    assert share() == (1, 1)


def test_who_left_on_new_year_was_a_member_at_the_end_of_the_year(house):
    gone = house.join(house.card("甲"))
    members.end(by=house.by, membership=gone, on=dt.date(2019, 1, 1), why=Membership.Why.WITHDREW)
    assert share()[1] == 1
    assert share(Period.year(2019))[1] == 0
    assert evaluate(PARTICIPATION, Period.year(2019)).value is None


def test_who_attended_before_joining_counts_as_it_is_a_member_at_the_end(house):
    card = house.card("甲")
    house.meet(dt.date(2018, 1, 5), card)
    house.join(card, dt.date(2018, 6, 1))
    assert share() == (1, 1)


def test_a_session_moved_over_the_end_of_the_year_counts_in_the_other(house):
    card = house.card("甲")
    house.join(card)
    session = house.meet(dt.date(2018, 12, 31), card)
    assert share() == (1, 1)
    gatherings.move(by=house.by, session=session, on=dt.date(2019, 1, 2))
    assert share() == (0, 1)
    assert share(Period.year(2019)) == (1, 1)


def test_a_cancelled_session_counts_for_nothing(house):
    card = house.card("甲")
    house.join(card)
    gatherings.cancel(by=house.by, session=house.meet(dt.date(2018, 5, 1), card))
    assert share() == (0, 1)


def test_two_cards_of_one_company_are_one_member_and_share_what_they_attended(house):
    one, double = house.card("甲"), house.card("甲（重复）")
    house.join(one)
    house.join(double)
    house.meet(dt.date(2018, 5, 1), double)
    assert share() == (1, 2)
    cards.merge(by=house.by, card=double, into=one)
    assert share() == (1, 1)


def test_a_renamed_company_is_the_same_and_shows_no_drift(house, office):
    card = house.card("甲")
    house.join(card)
    house.meet(dt.date(2018, 5, 1), card)
    snapshot = freeze(by=office, figure=PARTICIPATION, period=Y2018)
    cards.rename(by=office, organisation=card, name="乙", on=dt.date(2019, 1, 1))
    assert not drift(snapshot)


def test_three_times_is_three_attendances(house):
    one, two = house.card("甲"), house.card("乙")
    house.join(one)
    house.join(two)
    house.meet(dt.date(2018, 5, 1), one, one, two)
    assert share(figure=PARTICIPATION_THREE) == (0, 2)
    house.meet(dt.date(2018, 6, 1), one)
    assert share(figure=PARTICIPATION_THREE) == (1, 2)


@pytest.mark.parametrize("seed", range(3))
def test_a_random_association_counted_by_hand(house, seed):
    dice = random.Random(seed)
    companies = [house.card(f"公司{i}") for i in range(12)]
    nodes = list(companies)
    for i in range(10):
        kind = dice.choice([Kind.BRANCH, Kind.TEAM])
        nodes.append(house.card(f"班组{i}", kind, parent=dice.choice(nodes)))
    for node in dice.sample(nodes[12:], 4):
        cards.place_under(by=house.by, child=node, parent=dice.choice(companies), on=dt.date(2018, 7, 1))
    joined = [
        house.join(c, dt.date(2016 + dice.randrange(4), 1 + dice.randrange(12), 1)) for c in companies[:10]
    ]
    for membership in dice.sample(joined, 3):
        end = membership.start + dt.timedelta(days=dice.randrange(1, 900))
        members.end(by=house.by, membership=membership, on=end, why=Membership.Why.WITHDREW)
    for _ in range(12):
        day = dt.date(2017, 1, 1) + dt.timedelta(days=dice.randrange(900))
        house.meet(day, *dice.sample(nodes, 2))
    cards.merge(by=house.by, card=companies[11], into=companies[0])

    def legal(node_id, day):
        node = Organisation.objects.get(pk=node_id)
        while True:
            if node.merged_into:
                node = node.merged_into
            elif node.kind == Kind.COMPANY:
                return node.pk
            else:
                node = node.belongings.as_of(day).get().parent

    for year in (2017, 2018, 2019):
        last = dt.date(year, 12, 31)
        below = {
            legal(m.organisation_id, last)
            for m in Membership.objects.all()
            if m.start <= last and (m.end is None or m.end > last)
        }
        came = {
            legal(a.organisation_id, a.held_on)
            for a in Attendance.objects.all()
            if a.session.held_on.year == year
        }
        assert share(Period.year(year)) == (len(below & came), len(below)), year


def test_a_published_number_stays_and_drift_names_the_rows(house, office):
    one, two, three = (house.card(name) for name in "甲乙丙")
    first, second = house.join(one), house.join(two)
    house.meet(dt.date(2018, 5, 1), one, two)
    snapshot = freeze(by=office, figure=PARTICIPATION, period=Y2018)
    assert snapshot.value == 100
    assert not drift(snapshot)

    gatherings.strike(by=office, attendances=Attendance.objects.filter(organisation=one))
    found = drift(snapshot)
    assert [(change.row_id, change.fields) for change in found.changed] == [(first.pk, ("counted",))]
    assert found.now.rounded == Decimal("50.0")

    third = house.join(three, dt.date(2018, 12, 1))  # entered late
    members.end(by=office, membership=second, on=dt.date(2018, 6, 1), why=Membership.Why.WITHDREW)
    found = drift(snapshot)
    assert found.added == (third.pk,)
    assert found.removed == (second.pk,)
    assert not found.redefined
    snapshot.refresh_from_db()
    assert snapshot.value == 100


def test_what_is_entered_while_a_number_is_frozen_stops_it(house, office, monkeypatch):
    one, other = house.card("甲"), house.card("乙")
    house.join(one)
    house.join(other)
    house.meet(dt.date(2018, 5, 1), one)
    rows_then = operations.frozen_rows

    def meanwhile(*given):
        house.meet(dt.date(2018, 6, 1), other)
        yield from rows_then(*given)

    monkeypatch.setattr(operations, "frozen_rows", meanwhile)
    with pytest.raises(Problem) as refused:
        freeze(by=office, figure=PARTICIPATION, period=Y2018)
    assert refused.value.rule is AT_ONCE
    assert not Snapshot.objects.exists()


def test_another_definition_shows_as_drift(house, office, monkeypatch):
    house.join(house.card("甲"))
    snapshot = freeze(by=office, figure=PARTICIPATION, period=Y2018)
    monkeypatch.setattr(type(PARTICIPATION), "fingerprint", lambda _: "another")
    assert drift(snapshot).redefined


def test_the_database_refuses_to_change_what_was_published(house, office):
    house.join(house.card("甲"))
    freeze(by=office, figure=PARTICIPATION, period=Y2018)
    for model in (SnapshotRow, Snapshot):
        for change in (
            lambda m=model: m.objects.update(counted=7),
            lambda m=model: m.objects.all()._raw_delete("default"),
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                change()


def test_from_a_row_to_the_numbers_it_stands_in(house, office):
    inside, outside = house.join(house.card("甲")), house.join(house.card("乙"), dt.date(2019, 2, 1))
    snapshot = freeze(by=office, figure=PARTICIPATION, period=Y2018)
    assert list(standing(inside)) == [snapshot]
    assert list(standing(outside)) == []


def test_a_contact_sees_its_own_row_and_a_stranger_none(house, office):
    one, two = house.card("甲"), house.card("乙")
    own = house.join(one)
    house.join(two)
    contact, stranger = Account.objects.create_user("contact"), Account.objects.create_user("stranger")
    Role.objects.create(
        account=contact, line="members", part=Part.CONTACT, organisation=one, start=dt.date(2013, 1, 1)
    )
    assert list(rows(PARTICIPATION, Y2018, contact)) == [own]
    assert rows(PARTICIPATION, Y2018, office).count() == 2
    for nobody in (stranger, AnonymousUser()):
        assert not rows(PARTICIPATION, Y2018, nobody).exists()
        with pytest.raises(Problem) as refused:
            freeze(by=nobody, figure=PARTICIPATION, period=Y2018)
        assert refused.value.rule is REFUSED
    assert not Snapshot.objects.exists()


def test_a_wrong_period_and_a_rate_of_nothing_are_refused(office):
    with pytest.raises(Problem) as wrong:
        evaluate(PARTICIPATION, Period.years(2013, 2018))
    assert wrong.value.rule is PERIOD_RULE
    assert "日历年" in wrong.value.breach
    with pytest.raises(Problem) as nothing:
        freeze(by=office, figure=PARTICIPATION, period=Y2018)
    assert nothing.value.rule is NO_VALUE


def test_parts_add_up_to_the_whole(house):
    big, small = house.card("甲", size="L"), house.card("乙", size="S")
    house.join(big)
    house.join(small)
    house.meet(dt.date(2018, 5, 1), big)
    parts = breakdown(PARTICIPATION, Y2018, "organisation__size")
    assert {key: (int(part.counted), int(part.base)) for key, part in parts.items()} == {
        "L": (1, 1),
        "S": (0, 1),
    }


def test_the_number_of_queries_does_not_grow(house, office, django_assert_num_queries):
    for i in range(5):
        house.join(house.card(f"公司{i}"))
    with django_assert_num_queries(2):
        evaluate(PARTICIPATION, Y2018)
    snapshot = freeze(by=office, figure=PARTICIPATION, period=Y2018)
    with django_assert_num_queries(5):
        assert not drift(snapshot)
    Membership.objects.filter(organisation__name="公司0").update(end=dt.date(2018, 6, 1))
    with django_assert_num_queries(7):  # the value of now is asked for, too
        assert drift(snapshot).now.base == 4


def test_many_years_take_as_many_queries_as_one_and_say_the_same(house, django_assert_num_queries):
    own, other = house.card("甲", size="L"), house.card("乙", size="S")
    for card in (own, other):
        house.join(card)
    for year, card in ((2016, own), (2018, own), (2018, other)):
        house.meet(dt.date(year, 5, 1), card)
    years = [Period.year(year) for year in range(2013, 2020)]
    with django_assert_num_queries(2):
        values = evaluate_each(PARTICIPATION, years)
    assert values == [evaluate(PARTICIPATION, year) for year in years]
    assert [each.value for each in values][-4:] == [50, 0, 100, 0]
    path = "organisation__size"
    with django_assert_num_queries(2):
        parts = breakdown_each(PARTICIPATION, years, path)
    assert parts == [breakdown(PARTICIPATION, year, path) for year in years]
    assert [part.value for part in parts[3].values()] == [100, 0]


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_figure_evaluates_opens_and_reads_in_both_languages(code, office):
    figure = catalogue()[code]
    period = {"YEAR": Period.year(2018), "SPAN": Period.years(2013, 2018), "DAY": Period.read("2018-12-31")}[
        figure.period.name
    ]
    assert Period.read(period.code) == period
    evaluate(figure, period)
    assert list(rows(figure, period, office)) == []
    for words in (figure.name, figure.definition, *(column.words for column in figure.columns)):
        assert words.zh
        assert words.en
    assert figure.fingerprint() == figure.fingerprint()
    for path in figure.breakdowns:
        breakdown(figure, period, path)


def test_members_on_a_day(house):
    house.join(house.card("甲"), dt.date(2018, 5, 1))
    assert [evaluate(MEMBERS, Period.read(day)).value for day in ("2018-04-30", "2018-05-01")] == [0, 1]
