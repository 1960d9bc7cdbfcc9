"""Two cards of one person are merged by alias; erasing one erases both."""

from __future__ import annotations

import datetime as dt

import pytest
from story import DAY, Story

from zhiheng.core.journal.queries import history
from zhiheng.core.people import operations
from zhiheng.core.people.models import Part, Person, Role
from zhiheng.core.people.problems import ERASED, HAS_ACCOUNT, ITSELF, MERGED, NO_ORGANISATION, USER_NAME
from zhiheng.core.problems import EMPTY, REFUSED, Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    return Story()


def people(story, count):
    return [operations.add_person(by=story.by, name="张三", mobile="13800001234") for _ in range(count)]


def rule_of(call, **given):
    with pytest.raises(Problem) as refused:
        call(**given)
    return refused.value.rule


def test_a_merged_card_counts_as_the_other_and_no_record_moves(story):
    card, into = people(story, 2)
    operations.merge(by=story.by, card=card, into=into)
    assert card.counted_as == into
    assert into in Person.objects.canonical()
    assert card not in Person.objects.canonical()
    operations.part(by=story.by, card=card)
    assert Person.objects.get(pk=card.pk).counted_as == card
    assert [line.verb for line in history(card)][:2] == ["people.part", "people.merge"]


def test_aliases_go_along_and_no_chain_is_made(story):
    first, second, third = people(story, 3)
    operations.merge(by=story.by, card=first, into=second)
    operations.merge(by=story.by, card=second, into=third)
    assert Person.objects.get(pk=first.pk).merged_into == third
    assert rule_of(operations.merge, by=story.by, card=third, into=second) is MERGED
    assert rule_of(operations.merge, by=story.by, card=second, into=third) is MERGED
    assert rule_of(operations.merge, by=story.by, card=third, into=third) is ITSELF


def test_only_the_office_merges(story):
    card, into = people(story, 2)
    for role in ("alice", "bob", "rita", "charlie", "dana", "oscar"):
        assert rule_of(operations.merge, by=story.accounts[role], card=card, into=into) is REFUSED
        assert rule_of(operations.part, by=story.accounts[role], card=card) is REFUSED
    operations.merge(by=story.accounts["olive"], card=card, into=into)


def test_erasing_a_person_erases_every_card(story):
    card, into = people(story, 2)
    operations.merge(by=story.by, card=card, into=into)
    operations.erase(by=story.by, person=into)
    assert set(Person.objects.filter(pk__in=[card.pk, into.pk]).values_list("name", "mobile")) == {("", "")}


@pytest.mark.parametrize(
    "name", ["BOB", " bob ", "system", "erased-3", "138 0000 1234", "+8613800001234", "x" * 61]
)
def test_a_user_name_that_is_taken_or_misleads_is_refused(story, name):
    assert rule_of(operations.open_account, by=story.by, username=name) is USER_NAME


def test_an_account_has_a_name_and_a_person_one_account(story):
    (person,) = people(story, 1)
    assert rule_of(operations.open_account, by=story.by, username="  ", person=person) is EMPTY
    assert operations.open_account(by=story.by, username=" Zhang.San ", person=person).username == "zhang.san"
    assert rule_of(operations.open_account, by=story.by, username="other", person=person) is HAS_ACCOUNT
    operations.erase(by=story.by, person=person)
    assert rule_of(operations.open_account, by=story.by, username="again", person=person) is ERASED


def test_a_contact_is_of_an_organisation_and_a_role_that_ends_as_it_begins_never_was(story):
    bob = story.accounts["bob"]
    given = {"by": story.by, "account": bob, "line": "awards", "start": DAY}
    assert rule_of(operations.give_role, **given, part=Part.CONTACT) is NO_ORGANISATION
    mistaken = operations.give_role(**given, part=Part.RUNS)
    operations.end_role(by=story.by, role=mistaken, on=DAY)
    assert not Role.objects.filter(account=bob, line="awards").exists()
    role = operations.give_role(**given, part=Part.RUNS)
    operations.end_role(by=story.by, role=role, on=DAY + dt.timedelta(days=1))
    assert Role.objects.get(pk=role.pk).end == DAY + dt.timedelta(days=1)
    assert rule_of(operations.end_role, by=bob, role=role, on=DAY) is REFUSED
