"""Lineage: streams that do not grow, tombstones, definitions of their time, erasure, and who sees what."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Person
from zhiheng.figures import definition, lineage
from zhiheng.figures.definition import Column, Kind, Period, PeriodRule
from zhiheng.figures.evaluation import evaluate
from zhiheng.figures.freezing import Frozen
from zhiheng.figures.lineage import (
    changes,
    check,
    compared,
    drift,
    history,
    published_series,
    standing_for,
    states,
)
from zhiheng.figures.models import DefinitionEdition, Entry, Snapshot
from zhiheng.figures.operations import freeze
from zhiheng.figures.tests.sample import since_2015
from zhiheng.ui.words import Text

pytestmark = pytest.mark.django_db
TERM = Period.years(2015, 2018)


def everybody(period):
    """Every card, whatever its code."""
    return Organisation.objects.filter(names=None)


@pytest.fixture
def cards(make, row):
    return [row(2015), row(2016), row(2017)]


@pytest.fixture
def term(make):
    return make("tests.term", since_2015, period=PeriodRule.SPAN)


def test_rows_then_and_now_are_told_one_by_one(term, cards, row, by):
    snapshot = freeze(by=by, figure=term, period=TERM)
    one, two, three = cards
    two.code = "1990"  # no longer counted, still there
    two.save()
    gone = three.pk
    three.delete()
    four = row(2018)
    found = {each.row_id: (each.state, each.counted) for each in compared(snapshot, term)}
    assert found == {one.pk: ("", 1), two.pk: ("removed", 1), gone: ("removed", 1), four.pk: ("added", None)}
    assert {
        pk: each.state for pk, each in states(snapshot, term, Organisation, [one.pk, two.pk]).items()
    } == {
        one.pk: "",
        two.pk: "removed",
    }


def test_where_nothing_changed_the_value_is_not_computed_again(term, cards, by, monkeypatch):
    snapshot = freeze(by=by, figure=term, period=TERM)
    then = evaluate(term, TERM)
    monkeypatch.setattr(lineage, "evaluate", None)
    assert drift(snapshot).now == then
    cards[0].delete()
    with pytest.raises(TypeError):
        drift(snapshot)


def test_a_drift_tells_of_the_rows_that_are_asked_for(term, cards, by):
    snapshot = freeze(by=by, figure=term, period=TERM)
    one, two, three = cards
    two.code = "1990"
    two.save()
    found = drift(snapshot, Organisation._meta.label, [one.pk, two.pk]).asked
    assert {pk: each.state for pk, each in found.items()} == {one.pk: "", two.pk: "removed"}
    assert found == states(snapshot, term, Organisation, [one.pk, two.pk])
    assert drift(snapshot, Entry._meta.label, [three.pk]).asked == {}


def test_the_rows_of_a_number_are_paged_by_what_it_kept_for_who_sees_all(term, cards, by, clerks):
    snapshot = freeze(by=by, figure=term, period=TERM)
    one, two, three = cards
    gone = two.pk
    two.delete()
    for name, seen in (("rita", [one.pk, gone, three.pk]), ("oscar", [one.pk, three.pk])):
        ids = lineage.opened(snapshot, term, Organisation, clerks[name])
        assert list(ids) == seen, name
        assert ids.count() == len(seen)
    assert not lineage.opened(snapshot, term, Organisation, AnonymousUser()).exists()


@pytest.mark.parametrize("seed", range(5))
def test_two_streams_are_merged_as_two_sets_would_be(seed):
    dice = random.Random(seed)
    then = {i: dice.choice("ab") for i in range(60) if dice.random() < 0.6}
    now = {i: dice.choice("ab") for i in range(60) if dice.random() < 0.6}

    def rows(of):
        return (Frozen("t", i, Decimal(1), None, "", {"x": of[i]}) for i in sorted(of))

    said = {row.row_id: row.state for row in lineage._merged(rows(then), rows(now))}
    wanted = dict.fromkeys(then.keys() - now.keys(), "removed") | dict.fromkeys(
        now.keys() - then.keys(), "added"
    )
    wanted |= {i: "" if then[i] == now[i] else "changed" for i in then.keys() & now.keys()}
    assert said == wanted


def test_a_drift_names_some_rows_and_counts_all(term, cards, by, monkeypatch):
    monkeypatch.setattr(lineage, "NAMED", 2)
    snapshot = freeze(by=by, figure=term, period=TERM)
    Organisation.objects.all().update(code="")
    found = drift(snapshot)
    assert len(found.removed) == 2
    assert found.counts["removed"] == 3
    seen = check(snapshot)
    assert (seen.removed, seen.added, seen.changed, seen.value) == (3, 0, 0, 0)
    assert check(snapshot).pk == seen.pk


def test_queries_do_not_grow_with_rows(term, row, by):
    counts = []
    for years in ((2015,), (2016, 2017, 2018)):
        for year in years:
            row(year)
        snapshot = freeze(by=by, figure=term, period=TERM)
        with CaptureQueriesContext(connection) as captured:
            drift(snapshot)
            list(published_series("tests.term")["tests.term"])
            states(snapshot, term, Organisation, [1, 2, 3])
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 14


# ── the definition of its time ──


def test_an_old_number_shows_the_definition_of_then(make, cards, by):
    first = make("tests.said", since_2015, period=PeriodRule.SPAN, definition=Text("旧定义", "Old"))
    old = freeze(by=by, figure=first, period=TERM)
    again = freeze(by=by, figure=first, period=TERM)
    assert old.definition == again.definition
    definition._CATALOGUE.pop("tests.said")
    second = make(
        "tests.said", everybody, period=PeriodRule.SPAN, definition=Text("新定义", "New"), edition=2
    )
    new = freeze(by=by, figure=second, period=TERM)
    old = Snapshot.objects.get(pk=old.pk)
    assert old.defined.definition.zh == "旧定义"
    assert (old.defined.unit, old.defined.kind, old.defined.period) == (
        second.unit,
        Kind.COUNT,
        PeriodRule.SPAN,
    )
    assert "since_2015" in old.definition.query
    assert drift(old).redefined
    assert not drift(new).redefined
    assert [(each.edition, names) for each, names in history("tests.said")] == [
        (2, ("definition", "query")),
        (1, ()),
    ]
    assert changes(old.definition, new.definition) == ("definition", "query")


def test_a_change_in_a_function_that_a_query_calls_changes_the_definition(make, monkeypatch):
    def one():
        return Organisation.objects.filter(kind="company")

    def other():
        return Organisation.objects.filter(kind="group")

    def over(helper):
        def rows(period):
            return helper()

        return rows

    for each in (one, other):
        each.__module__ = "zhiheng.figures.tests"
    made = [over(one), over(one), over(other)]
    for each in made:
        each.__module__ = "zhiheng.figures.tests"
    lineage_prints = [make(f"tests.print{i}", rows).fingerprint() for i, rows in enumerate(made)]
    assert len(set(lineage_prints)) == 3  # their codes differ
    assert definition._meaning(made[0]) == definition._meaning(made[1]) != definition._meaning(made[2])


def test_the_database_keeps_definitions_as_they_read(term, cards, by):
    freeze(by=by, figure=term, period=TERM)
    for change in (
        lambda: DefinitionEdition.objects.update(name_zh="x"),
        lambda: DefinitionEdition.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


# ── from a row, over the years ──


def test_the_newest_number_of_each_period_makes_the_series(make, cards, by, django_assert_num_queries):
    yearly = make("tests.yearly", since_2015)
    for year in (2017, 2015, 2016):
        freeze(by=by, figure=yearly, period=Period.year(year))
    newest = freeze(by=by, figure=yearly, period=Period.year(2015))
    with django_assert_num_queries(1):
        series = published_series("tests.yearly", "tests.none")
    assert [each.period for each in series["tests.yearly"]] == ["2015", "2016", "2017"]
    assert series["tests.yearly"][0] == newest
    assert series["tests.none"] == []


def test_a_row_tells_its_numbers_only_to_who_may_see_it_among_them(
    make, cards, by, django_assert_num_queries
):
    account = Account.objects.create_user("somebody")
    seen = make("tests.open", since_2015)
    hidden = make("tests.hidden", since_2015, rows_visible_to=lambda _account, rows: rows.none())
    number = freeze(by=by, figure=seen, period=Period.year(2015))
    secret = freeze(by=by, figure=hidden, period=Period.year(2015))
    with django_assert_num_queries(2):
        assert standing_for(cards[0], account) == [number]
    assert standing_for(cards[0], AnonymousUser()) == []
    assert standing_for(cards[1], account) == []
    assert set(lineage.standing(cards[0])) == {number, secret}


# ── erased by law ──


def people_of(period):
    return Person.objects.annotate(key=F("pk"))


def test_who_is_erased_leaves_the_published_number_with_a_tombstone(make, by):
    persons = make(
        "tests.people",
        people_of,
        kind=Kind.DISTINCT,
        columns=(
            Column("name", Text("姓名", "Name"), frozen=False, personal=True),
            Column("organisation", Text("单位", "Organisation")),
        ),
    )
    one = people.add_person(by=by, name="王小明", mobile="13800001234")
    people.add_person(by=by, name="李四")
    snapshot = freeze(by=by, figure=persons, period=Period.year(2018))
    people.erase(by=by, person=one)
    assert snapshot.value == 2
    found = drift(snapshot)
    assert not found
    assert found.now.value == 2
    kept = list(snapshot.rows.values_list("key", "hashes"))
    assert {key for key, _ in kept} == {str(pk) for pk in Person.objects.values_list("pk", flat=True)}
    assert all(hashes.keys() == {"organisation"} for _, hashes in kept), "nothing of the person is hashed"
    one.refresh_from_db()
    assert str(one) == "（已删除）"


def test_a_personal_column_cannot_be_frozen():
    with pytest.raises(ValueError, match="not frozen"):
        Column("mobile", Text("手机", "Mobile"), personal=True)


def test_dates_and_times_read_back_as_they_were_frozen(make, cards, by):
    """A hash of what a database gives twice is the same twice, whatever its type."""
    dated = make("tests.dated", lambda _period: Person.objects.all(), columns=(
        Column("erased_at", Text("删除时间", "Erased at")), Column("id", Text("编号", "Id"))))  # fmt: skip
    person = people.add_person(by=by, name="王")
    people.erase(by=by, person=person)
    snapshot = freeze(by=by, figure=dated, period=Period.year(2018))
    assert not drift(snapshot)
    Person.objects.update(erased_at=dt.datetime(2018, 1, 1, tzinfo=dt.UTC))
    assert drift(snapshot).changed[0].fields == ("erased_at",)
