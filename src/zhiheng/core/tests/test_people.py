"""Two cards of one person are merged by alias; erasing one erases both."""

from __future__ import annotations

import pytest
from story import Story

from zhiheng.core.journal.queries import history
from zhiheng.core.people import operations
from zhiheng.core.people.models import Person
from zhiheng.core.people.problems import ITSELF, MERGED
from zhiheng.core.problems import REFUSED, Problem

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
