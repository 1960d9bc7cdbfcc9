"""Entries: evidence of grades B to D stands among the rows, checked by a second person, never counted twice."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Account, Part, Role
from zhiheng.core.problems import EMPTY, REFUSED, Problem
from zhiheng.figures.definition import Grade, Kind, Period, PeriodRule, Unit
from zhiheng.figures.entering import Evidence, check, enter, withdraw
from zhiheng.figures.evaluation import breakdown, evaluate, evaluate_each
from zhiheng.figures.lineage import drift, opened, standing
from zhiheng.figures.models import Entry
from zhiheng.figures.operations import freeze
from zhiheng.figures.problems import (
    DOUBLED,
    ENTERED_ALREADY,
    NO_PAGE,
    NO_SCAN,
    NOT_BESIDE,
    NOT_INSTEAD,
    NOT_NOW,
    OUT_OF_RANGE,
    PERIOD_RULE,
    ROWS_THERE,
    SAME_HAND,
)
from zhiheng.figures.tests.sample import since_2015
from zhiheng.ui.words import Text

pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
LEDGER = Evidence(Entry.Grade.B, "会员活动台账（纸质）", "12", SCAN, "台账.pdf")
CITED = Evidence(Entry.Grade.D, "年鉴", "7")


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def term(make):
    return make("tests.term", since_2015, period=PeriodRule.SPAN)


@pytest.fixture
def yearly(make):
    return make("tests.yearly", since_2015)


def refused(rule, call, **given):
    with pytest.raises(Problem) as caught:
        call(**given)
    assert caught.value.rule is rule
    assert caught.value.breach
    assert caught.value.remedy


@pytest.fixture
def entered(clerks):
    def put(figure, period, amount, *, checked=True, evidence=LEDGER, **more):
        given = {"what": "台账合计", "amount": Decimal(amount)} | more
        entry = enter(
            by=clerks["alice"], figure=figure, period=Period.read(period), evidence=evidence, **given
        )
        return check(by=clerks["bob"], entry=entry) if checked else entry

    return put


def test_years_before_the_system_stand_on_entries_and_the_term_adds_both_up(term, entered, row):
    entered(term, "2013", 7)
    entered(term, "2014", 3, evidence=CITED)
    for year in (2015, 2016):
        row(year)
    found = evaluate(term, Period.years(2013, 2018))
    assert (found.value, found.n) == (12, 4)
    assert found.grade is Grade.D
    assert {grade.name: float(share) for grade, share in found.shares.items()} == {
        "A": pytest.approx(2 / 12),
        "B": pytest.approx(7 / 12),
        "D": pytest.approx(3 / 12),
    }
    assert evaluate(term, Period.years(2014, 2018)).value == 5


def test_an_entry_counts_only_when_a_second_person_has_checked_it(term, entered, clerks):
    entry = entered(term, "2013", 7, checked=False)
    period = Period.years(2013, 2018)
    assert evaluate(term, period).value == 0
    refused(SAME_HAND, check, by=clerks["alice"], entry=entry)
    refused(EMPTY, check, by=clerks["bob"], entry=entry, passed=False)
    check(by=clerks["bob"], entry=entry)
    assert evaluate(term, period).value == 7
    refused(NOT_NOW, check, by=clerks["bob"], entry=entry)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor by any other door
        Entry.objects.filter(pk=entry.pk).update(checked_by=entry.entered_by)


def test_what_is_sent_back_does_not_count_and_is_mended_by_another_entry(term, entered, clerks):
    entry = entered(term, "2013", 7, checked=False)
    check(by=clerks["bob"], entry=entry, passed=False, note="与扫描件不符")
    entry.refresh_from_db()
    assert entry.state == Entry.State.SENT_BACK
    entered(term, "2013", 8, replaces=entry)
    assert evaluate(term, Period.years(2013, 2018)).value == 8


def test_a_wrong_entry_is_replaced_and_the_published_number_shows_it(term, entered, clerks):
    period = Period.years(2013, 2018)
    wrong = entered(term, "2013", 7)
    snapshot = freeze(by=clerks["alice"], figure=term, period=period)
    right = entered(term, "2013", 6, replaces=wrong, checked=False, evidence=Evidence("B", "台账", "13"))
    assert right.file == wrong.file, "the scan stays unless there is another one"
    assert evaluate(term, period).value == 7, "until it is checked"
    check(by=clerks["bob"], entry=right)
    found = drift(snapshot)
    assert (found.added, found.removed, found.now.value) == ((right.pk,), (wrong.pk,), 6)
    wrong.refresh_from_db()
    assert (wrong.state, wrong.amount) == (Entry.State.REPLACED, 7)
    refused(NOT_NOW, enter, by=clerks["alice"], figure=term, period=Period.year(2013), what="x",
            amount=Decimal(1), evidence=LEDGER, replaces=wrong)  # fmt: skip


def test_two_replacements_of_one_entry_do_not_both_count(term, entered, clerks):
    wrong = entered(term, "2013", 7)
    one = entered(term, "2013", 6, replaces=wrong, checked=False)
    other = entered(term, "2013", 5, replaces=wrong, checked=False, what="另一种说法")
    check(by=clerks["bob"], entry=one)
    refused(NOT_NOW, check, by=clerks["bob"], entry=other)
    assert evaluate(term, Period.years(2013, 2018)).value == 6


def test_a_withdrawn_entry_counts_no_longer_and_stays_to_be_read(term, entered, clerks):
    entry = entered(term, "2013", 7)
    refused(EMPTY, withdraw, by=clerks["bob"], entry=entry, why=" ")
    withdraw(by=clerks["bob"], entry=entry, why="重复登记")
    assert evaluate(term, Period.years(2013, 2018)).value == 0
    assert Entry.objects.get().note == "重复登记"
    refused(NOT_NOW, withdraw, by=clerks["bob"], entry=entry, why="again")


def test_an_entry_beside_rows_is_refused_or_chosen_with_a_reason(term, entered, row):
    row(2016)
    period = Period.years(2013, 2018)
    for given, rule in (
        ({}, ROWS_THERE),
        ({"beside": Entry.Beside.ROWS}, EMPTY),
        ({"beside": Entry.Beside.INSTEAD, "why": "x"}, NOT_INSTEAD),
    ):
        refused(rule, entered, figure=term, period="2016", amount=5, **given)
    assert not Entry.objects.exists()
    entered(term, "2016", 5, beside=Entry.Beside.ROWS, why="系统上线前的五场不在记录中")
    assert evaluate(term, period).value == 6


def test_years_asked_for_together_are_those_asked_for_one_by_one(
    yearly, entered, row, django_assert_num_queries
):
    for year in (2015, 2016, 2017):
        row(year)
    entered(yearly, "2014", 7)
    entered(yearly, "2016", 5, beside=Entry.Beside.INSTEAD, why="记录不全，以台账为准")
    entered(yearly, "2017", 2, beside=Entry.Beside.ROWS, why="系统上线前的五场不在记录中", evidence=CITED)
    years = [Period.year(year) for year in (2017, 2013, 2014, 2015, 2016)]
    with django_assert_num_queries(2):
        found = evaluate_each(yearly, years)
    assert [(each.period, each.value, each.grade.name) for each in found] == [
        (Period.year(2017), 3, "D"),
        (Period.year(2013), 0, "A"),
        (Period.year(2014), 7, "B"),
        (Period.year(2015), 1, "A"),
        (Period.year(2016), 5, "B"),
    ]
    assert found == [evaluate(yearly, year) for year in years]


def test_an_entry_stands_instead_of_the_rows_of_its_year(yearly, entered, row, clerks):
    row(2016)
    entered(yearly, "2016", 5, beside=Entry.Beside.INSTEAD, why="记录不全，以台账为准")
    found = evaluate(yearly, Period.year(2016))
    assert (found.value, found.n, found.grade) == (5, 1, Grade.B)
    snapshot = freeze(by=clerks["alice"], figure=yearly, period=Period.year(2016))
    assert [each.table for each in snapshot.rows.all()] == ["figures.Entry"]


def test_rows_that_come_later_than_the_entry_stop_the_publication(term, entered, row, clerks):
    entered(term, "2016", 5)
    period = Period.years(2013, 2018)
    freeze(by=clerks["alice"], figure=term, period=period)
    row(2016)
    refused(DOUBLED, freeze, by=clerks["alice"], figure=term, period=period)


def test_the_same_thing_is_entered_once(term, entered):
    entered(term, "2013", 5)
    for period in ("2013", "2012-2014"):
        refused(ENTERED_ALREADY, entered, figure=term, period=period, amount=5)
    entered(term, "2013", 5, what="另一本台账")


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        (NO_SCAN, {"evidence": Evidence(Entry.Grade.B, "台账", "1")}),
        (NO_SCAN, {"evidence": Evidence(Entry.Grade.C, "汇总表", "1")}),
        (NO_PAGE, {"evidence": Evidence(Entry.Grade.D, "年鉴")}),
        (EMPTY, {"evidence": Evidence(Entry.Grade.D, " ", "7")}),
        (EMPTY, {"what": " "}),
        (OUT_OF_RANGE, {"amount": Decimal(-1)}),
        (OUT_OF_RANGE, {"base": Decimal(3)}),
        (PERIOD_RULE, {"period": "2013-12-31"}),
    ],
)
def test_what_an_entry_needs(term, entered, rule, given):
    refused(rule, entered, **{"figure": term, "period": "2013", "amount": Decimal(1)} | given)
    assert not Entry.objects.exists()


def test_a_rate_has_its_base_and_is_not_above_one(make, entered, row):
    rate = make("tests.rate", since_2015, kind=Kind.RATIO, unit=Unit.PERCENT, period=PeriodRule.SPAN)
    for base in (None, Decimal(0), Decimal(3)):
        refused(OUT_OF_RANGE, entered, figure=rate, period="2013", amount=4, base=base)
    entered(rate, "2013", 4, base=Decimal(6))
    row(2015)  # 1 of 2
    assert evaluate(rate, Period.years(2013, 2018)).value == pytest.approx(Decimal(500) / 8)


def test_what_does_not_add_up_takes_an_entry_of_exactly_its_period(make, entered, row):
    different = make(
        "tests.distinct",
        lambda period: since_2015(period).annotate(key=F("pk")),
        kind=Kind.DISTINCT,
        period=PeriodRule.SPAN,
    )
    refused(PERIOD_RULE, entered, figure=different, period="2013", amount=4)
    entered(different, "2012-2014", 4)
    assert evaluate(different, Period.years(2012, 2014)).value == 4
    assert evaluate(different, Period.years(2012, 2018)).value == 0
    row(2016)
    refused(NOT_BESIDE, entered, figure=different, period="2015-2018", amount=4, beside="rows", why="x")


def test_a_figure_may_stand_on_entries_alone(make, entered, clerks):
    cited = make("tests.cited", None, kind=Kind.CITED, unit=Unit.ITEMS, grade=Grade.D)
    assert evaluate(cited, Period.year(2018)).value is None
    entry = entered(cited, "2018", 12, evidence=CITED)
    refused(ENTERED_ALREADY, entered, figure=cited, period="2018", amount=13, what="另一出处", evidence=CITED)
    snapshot = freeze(by=clerks["alice"], figure=cited, period=Period.year(2018))
    assert (snapshot.value, snapshot.grade, snapshot.shares) == (12, "D", {"D": "1.00000000"})
    assert list(standing(entry)) == [snapshot]
    assert not drift(snapshot)


def test_parts_add_up_to_the_whole_with_entries_that_name_no_part(make, entered, row):
    by_size = make("tests.sized", since_2015, period=PeriodRule.SPAN,
                   breakdowns={"size": Text("规模", "Size"), "organisation__size": Text("规模", "Size")})  # fmt: skip
    row(2015)
    entered(by_size, "2013", 4)
    parts = breakdown(by_size, Period.years(2013, 2018), "size")
    assert {part: found.value for part, found in parts.items()} == {"": 1, None: 4}


def test_who_does_not_work_on_the_line_neither_enters_nor_checks(term, entered, clerks):
    entry = entered(term, "2013", 7, checked=False)
    for name in ("rita", "oscar"):
        given = {
            "figure": term,
            "period": Period.year(2014),
            "what": "x",
            "amount": Decimal(1),
            "evidence": CITED,
        }
        refused(REFUSED, enter, by=clerks[name], **given)
        refused(REFUSED, check, by=clerks[name], entry=entry)
        refused(REFUSED, withdraw, by=clerks[name], entry=entry, why="x")
    assert Entry.objects.get().state == Entry.State.WAITING


def test_entries_are_opened_by_who_reads_the_line_and_by_whom_they_tell_of(term, entered, clerks):
    own = Organisation.objects.create(kind="company", name="甲")
    entry = entered(term, "2013", 7, organisation=own)
    entered(term, "2013", 2, what="别家")
    snapshot = freeze(by=clerks["alice"], figure=term, period=Period.years(2013, 2018))
    contact = Account.objects.create_user("erin")
    Role.objects.create(
        account=contact, line="members", part=Part.CONTACT, organisation=own, start=dt.date(2013, 1, 1)
    )
    seen = {name: opened(snapshot, term, Entry, account).count() for name, account in clerks.items()}
    assert seen == {"alice": 2, "bob": 2, "rita": 2, "oscar": 0}
    assert list(opened(snapshot, term, Entry, contact)) == [entry.pk]
