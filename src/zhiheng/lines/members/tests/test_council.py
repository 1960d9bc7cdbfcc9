"""The council: terms one after the other, posts held on days, as of any day."""

from __future__ import annotations

import datetime as dt

import pytest

from zhiheng.core.people import operations as people
from zhiheng.core.problems import BACKWARDS
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import CouncilTerm, Meeting, Post, Seat
from zhiheng.lines.members.problems import BEYOND_TERM, ENDED, MEETING_KNOWN, SEAT_TAKEN, TERM_KNOWN
from zhiheng.lines.members.tests.house import refused

pytestmark = pytest.mark.django_db
START, NEXT = dt.date(2013, 3, 1), dt.date(2019, 3, 1)


@pytest.fixture
def term(house):
    return members.begin_term(by=house.by, number=6, start=START, elected_at=house.meeting(START))


def elect(house, term, name, post, start=START, **more):
    person = name if not isinstance(name, str) else people.add_person(by=house.by, name=name)
    return members.elect(
        by=house.by, term=term, post=post, person=person, elected_at=term.elected_at, start=start, **more
    )


def test_a_new_term_ends_the_one_before_and_its_seats(house, term):
    seat = elect(house, term, "张三", Post.PRESIDENT)
    second = members.begin_term(by=house.by, number=7, start=NEXT, elected_at=house.meeting(NEXT))
    term.refresh_from_db()
    seat.refresh_from_db()
    assert (term.end, seat.end, second.end) == (NEXT, NEXT, None)
    for day, number in ((START, 6), (NEXT - dt.timedelta(days=1), 6), (NEXT, 7)):
        assert CouncilTerm.objects.as_of(day).get().number == number
    assert not Seat.objects.as_of(NEXT).exists()


def test_a_term_is_noted_once_and_not_before_the_one_that_lasts(house, term):
    with refused(TERM_KNOWN):
        members.begin_term(by=house.by, number=6, start=NEXT, elected_at=term.elected_at)
    with refused(BACKWARDS):
        members.begin_term(by=house.by, number=5, start=START, elected_at=term.elected_at)
    members.end_term(by=house.by, term=term, on=NEXT)
    with refused(ENDED):
        members.end_term(by=house.by, term=term, on=NEXT)


def test_there_is_one_president_at_a_time_and_many_council_members(house, term):
    first = elect(house, term, "张三", Post.PRESIDENT)
    with refused(SEAT_TAKEN) as found:
        elect(house, term, "李四", Post.PRESIDENT, dt.date(2015, 1, 1))
    assert "张三" in found.problem.breach
    members.vacate(by=house.by, seat=first, on=dt.date(2015, 1, 1), why="工作调动")
    elect(house, term, "李四", Post.PRESIDENT, dt.date(2015, 1, 1))
    for day, name in ((dt.date(2014, 12, 31), "张三"), (dt.date(2015, 1, 1), "李四")):
        assert str(Seat.objects.as_of(day).get(post=Post.PRESIDENT).person) == name
    one = elect(house, term, "王五", Post.COUNCILLOR)
    elect(house, term, "赵六", Post.COUNCILLOR)
    with refused(SEAT_TAKEN):
        elect(house, term, one.person, Post.COUNCILLOR)
    elect(house, term, one.person, Post.STANDING)  # a standing council member is a council member too


def test_a_post_lies_within_its_term(house, term):
    with refused(BEYOND_TERM):
        elect(house, term, "张三", Post.SUPERVISOR, START - dt.timedelta(days=1))
    members.end_term(by=house.by, term=term, on=NEXT)
    with refused(BEYOND_TERM):
        elect(house, term, "张三", Post.SUPERVISOR, NEXT)
    seat = elect(house, term, "张三", Post.SUPERVISOR, dt.date(2018, 1, 1))
    assert seat.end == NEXT
    with refused(BACKWARDS):
        members.vacate(by=house.by, seat=seat, on=dt.date(2018, 1, 1), why="")
    with refused(ENDED):
        members.vacate(by=house.by, seat=seat, on=NEXT, why="")


def test_a_term_does_not_end_before_who_was_elected_in_it(house, term):
    elect(house, term, "张三", Post.PRESIDENT, dt.date(2016, 1, 1))
    with refused(BACKWARDS):
        members.end_term(by=house.by, term=term, on=dt.date(2015, 1, 1))


def test_a_meeting_is_noted_once(house):
    house.meeting()
    with refused(MEETING_KNOWN):
        house.meeting()
    assert Meeting.objects.count() == 1
