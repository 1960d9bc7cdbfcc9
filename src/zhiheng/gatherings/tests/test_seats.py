"""A seat is taken while there is one, waited for in the order of asking, given back, moved up to."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from zhiheng.core.journal.queries import history
from zhiheng.core.messages.models import Message
from zhiheng.core.people import operations as people
from zhiheng.core.people.operations import merge
from zhiheng.core.problems import BACKWARDS, REFUSED, Problem
from zhiheng.gatherings import operations
from zhiheng.gatherings.models import Registration
from zhiheng.gatherings.problems import (
    CANCELLED,
    CLOSED,
    GIVEN_BACK,
    LAST_SESSION,
    NOT_OF,
    REGISTERED,
    SESSION_IN_USE,
)
from zhiheng.gatherings.tests.hall import Hall, refused, today

State = Registration.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def hall():
    return Hall()


def states(hall):
    return [(one.person.name, one.state) for one in hall.session.registrations.order_by("pk")]


def test_who_comes_when_all_seats_are_taken_waits_and_moves_up_in_order(hall):
    one, *_ = (hall.register(hall.person(name)) for name in "甲乙丙丁")
    assert states(hall) == [("甲", "taken"), ("乙", "taken"), ("丙", "waiting"), ("丁", "waiting")]
    operations.give_back(by=hall.by, registration=one)
    assert states(hall) == [("甲", "given_back"), ("乙", "taken"), ("丙", "taken"), ("丁", "waiting")]
    moved = hall.session.registrations.get(person__name="丙")
    assert "gatherings.move_up" in [line.verb for line in history(moved)]


def told(hall):
    return [(one.person.name, one.title_zh.split("：")[0]) for one in Message.objects.order_by("pk")]


def test_who_moves_up_is_told_and_nobody_else(hall):
    one, *_ = [hall.register(hall.person(name)) for name in "甲乙丙丁"]
    assert told(hall) == []
    operations.give_back(by=hall.by, registration=one)
    assert told(hall) == [("丙", "候补成功")]
    message = Message.objects.get()
    assert message.link.endswith(f"/{hall.session.token}/")


def test_who_registered_is_told_of_another_day_and_of_the_end(hall):
    one, _ = (hall.register(hall.person(name)) for name in "甲乙")
    operations.give_back(by=hall.by, registration=one)
    operations.move(by=hall.by, session=hall.session, on=today())
    operations.cancel(by=hall.by, session=hall.session)
    assert told(hall) == [("乙", "活动改期"), ("乙", "活动取消")]


def test_giving_back_a_place_in_the_line_frees_no_seat(hall):
    *_, third, _ = [hall.register(hall.person(name)) for name in "甲乙丙丁"]
    operations.give_back(by=hall.by, registration=third)
    assert states(hall)[-1] == ("丁", "waiting")


def test_a_seat_is_given_back_once(hall):
    one, *_ = [hall.register(hall.person(name)) for name in "甲乙丙丁"]
    stale = Registration.objects.get(pk=one.pk)
    operations.give_back(by=hall.by, registration=one)
    with refused(GIVEN_BACK):
        operations.give_back(by=hall.by, registration=stale)
    assert states(hall)[-1] == ("丁", "waiting")


def test_more_seats_go_to_who_waits_and_fewer_take_none_away(hall):
    for name in "甲乙丙丁":
        hall.register(hall.person(name))
    plan = {"starts_at": None, "ends_at": None, "venue": "", "closes_at": None}
    operations.arrange(by=hall.by, session=hall.session, seats=3, **plan)
    assert [state for _, state in states(hall)] == ["taken", "taken", "taken", "waiting"]
    operations.arrange(by=hall.by, session=hall.session, seats=1, **plan)
    assert [state for _, state in states(hall)] == ["taken", "taken", "taken", "waiting"]
    operations.arrange(by=hall.by, session=hall.session, seats=None, **plan)
    assert [state for _, state in states(hall)] == ["taken"] * 4


def test_one_person_has_one_seat_whatever_the_card(hall):
    card, other = hall.person("甲"), hall.person("甲")
    hall.register(card)
    with refused(REGISTERED):
        hall.register(card)
    merge(by=hall.by, card=card, into=other)
    with refused(REGISTERED):
        hall.register(other)


def test_the_deadline_is_kept_and_who_works_on_gatherings_may_pass_it(hall):
    erin = hall.accounts["erin"]
    assert hall.register(hall.person("甲"), by=erin).state == State.TAKEN
    operations.close_registration(by=hall.accounts["alice"], session=hall.session)
    with refused(CLOSED):
        hall.register(hall.person("乙"), by=erin)
    with refused(CLOSED):
        account = hall.as_person("charlie")
        operations.register_self(by=account, session=hall.session, person=account.person)
    assert hall.register(hall.person("丙"), by=hall.accounts["bob"]).state == State.TAKEN


def test_nothing_is_open_before_it_is_published_or_after_it_began():
    account = Hall(published=False).as_person("charlie")
    with refused(CLOSED):
        operations.register_self(
            by=account, session=Registration.session.get_queryset().latest("pk"), person=account.person
        )


def test_a_session_of_today_is_open_until_it_begins():
    hall = Hall(days=0)
    assert hall.session.is_open
    session = hall.session
    session.starts_at = dt.time(0, 0)
    assert not session.is_open


def test_a_contact_registers_the_own_people_only(hall):
    dana, erin = hall.accounts["dana"], hall.accounts["erin"]
    ours = hall.person("甲")
    with refused(REFUSED):
        hall.register(ours, by=dana)
    with refused(NOT_OF):  # a number of somebody else's employee, under the own company's name
        hall.register(ours, by=dana, organisation=hall.other)
    assert hall.register(ours, by=erin).person == ours


def test_a_contact_s_refusal_does_not_name_the_person(hall):
    with pytest.raises(Problem) as problem:
        hall.register(hall.person("钱秘密"), by=hall.accounts["dana"], organisation=hall.other)
    assert "钱秘密" not in str(problem.value)


def test_an_account_registers_itself_and_nobody_else(hall):
    account = hall.as_person("charlie", card=hall.own)
    with refused(REFUSED):
        operations.register_self(by=account, session=hall.session, person=hall.person("乙"))
    with refused(NOT_OF):
        operations.register_self(
            by=account, session=hall.session, person=account.person, organisation=hall.other
        )
    mine = operations.register_self(by=account, session=hall.session, person=account.person)
    assert (mine.organisation, mine.state) == (hall.own, State.TAKEN)
    with refused(REFUSED):
        operations.give_back(by=account, registration=hall.register(hall.person("乙")))
    assert operations.give_back(by=account, registration=mine).state == State.GIVEN_BACK


def test_cancelling_gives_all_seats_back_and_takes_no_more(hall):
    hall.register(hall.person("甲"))
    operations.cancel(by=hall.accounts["alice"], session=hall.session)
    assert states(hall) == [("甲", "given_back")]
    with refused(CANCELLED):
        hall.register(hall.person("乙"))
    with refused(CANCELLED):
        operations.move(by=hall.by, session=hall.session, on=today())


def test_a_session_that_is_moved_takes_its_deadline_along(hall):
    closes = timezone.now() + dt.timedelta(days=5)
    session = hall.session
    session.closes_at = closes
    session.save()
    operations.move(by=hall.by, session=session, on=session.held_on + dt.timedelta(days=3))
    assert hall.session.closes_at == closes + dt.timedelta(days=3)


def test_only_a_session_that_nobody_asked_for_is_removed(hall):
    with refused(LAST_SESSION):
        operations.remove_session(by=hall.by, session=hall.session)
    second = operations.add_session(by=hall.by, edition=hall.edition, on=today())
    registration = operations.register(
        by=hall.by, session=second, person=hall.person("甲"), organisation=hall.own
    )
    with refused(SESSION_IN_USE):
        operations.remove_session(by=hall.by, session=second)
    registration.delete()
    operations.remove_session(by=hall.by, session=second)
    assert hall.edition.sessions.count() == 1


def test_a_session_does_not_end_before_it_begins(hall):
    with refused(BACKWARDS):
        operations.add_session(
            by=hall.by, edition=hall.edition, on=today(), starts_at=dt.time(9), ends_at=dt.time(8)
        )


def test_a_contact_adds_a_colleague_once(hall):
    erin = hall.accounts["erin"]
    one, two = (
        people.add_colleague(by=erin, organisation=hall.own, name="甲", mobile="13800001234") for _ in "12"
    )
    assert one == two
    with refused(REFUSED):
        people.add_colleague(by=erin, organisation=hall.other, name="乙")


@pytest.mark.parametrize(
    "verb",
    ["edit", "publish", "withdraw", "add_session", "arrange", "close_registration", "renew_code", "remove"],
)
def test_who_does_not_work_on_gatherings_changes_nothing(hall, verb):
    session, edition = hall.session, hall.edition
    calls = {
        "edit": lambda by: operations.edit(by=by, edition=edition, kind="forum", name_zh="改"),
        "publish": lambda by: operations.publish(by=by, edition=edition),
        "withdraw": lambda by: operations.withdraw(by=by, edition=edition),
        "add_session": lambda by: operations.add_session(by=by, edition=edition, on=today()),
        "arrange": lambda by: operations.arrange(
            by=by, session=session, starts_at=None, ends_at=None, venue="", seats=None, closes_at=None
        ),
        "close_registration": lambda by: operations.close_registration(by=by, session=session),
        "renew_code": lambda by: operations.renew_code(by=by, session=session),
        "remove": lambda by: operations.remove_session(by=by, session=session),
    }
    for role in ("rita", "charlie", "dana", "erin", "oscar"):
        with refused(REFUSED):
            calls[verb](hall.accounts[role])
    assert hall.session.seats == 2
