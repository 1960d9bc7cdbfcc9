"""Every operation of members is refused to whom it is not for, before it looks at anything."""

from __future__ import annotations

import inspect

import pytest
from story import Story

from zhiheng.core import operations as spine
from zhiheng.core.journal.models import Line
from zhiheng.core.problems import REFUSED
from zhiheng.lines.members import public
from zhiheng.lines.members.tests.house import House, refused

pytestmark = pytest.mark.django_db

OPEN = {"zhiheng.lines.members.operations.online.ask_to_join"}
OPERATIONS = sorted(name for name in spine.operations() if name.startswith("zhiheng.lines.members."))
ITS_CONTACT_MAY = {"members.apply", "members.ask_correction"}
ONLY_WHO_RUNS = {
    "members.require", "members.approve", "members.decline", "members.change_tier", "members.end", "members.withdraw",
    "members.begin_term", "members.end_term", "members.elect", "members.vacate", "members.set_standard",
    "members.raise_dues", "members.exempt", "members.owe_again", "members.void", "members.refund",
    "members.undo_refund",
}  # fmt: skip


def call(name, by, **given):
    """Call an operation with nothing but who does it and the record that its permission is asked of."""
    function = spine.operations()[name].function
    module = inspect.getmodule(function)
    arguments = dict.fromkeys(inspect.signature(function).parameters) | given | {"by": by}
    return getattr(module, function.__name__)(**arguments)


def test_each_operation_has_the_permission_of_its_own_name():
    assert len(OPERATIONS) >= 30
    for name in OPERATIONS:
        assert spine.operations()[name].permission == f"members.{name.rpartition('.')[2]}"


@pytest.mark.parametrize("name", sorted({*OPERATIONS} - OPEN))
def test_it_is_refused_to_strangers_readers_and_contacts_of_others(name):
    story, lines = Story(), Line.objects.count()
    takes = inspect.signature(spine.operations()[name].function).parameters
    given = {"organisation": story.own} if "organisation" in takes else {}
    permission = spine.operations()[name].permission
    for who in ("charlie", "rita", "oscar", "dana", *(["bob"] if permission in ONLY_WHO_RUNS else [])):
        with refused(REFUSED):
            call(name, story.accounts[who], **given)
    if permission not in ITS_CONTACT_MAY:
        with refused(REFUSED):
            call(name, story.accounts["erin"], **given)
    assert Line.objects.count() == lines


def test_the_timeline_of_one_member_is_nothing_to_another():
    story = Story()
    house = House(story.by)
    house.standard()
    for due in house.raise_dues():
        house.pay(due)
    for who, own, other in (
        ("dana", 0, 3),
        ("erin", 3, 0),
        ("charlie", 0, 0),
        ("oscar", 0, 0),
        ("rita", 3, 3),
    ):
        account = story.accounts[who]
        assert len(public.timeline(story.own, account)) == own, who
        assert len(public.timeline(story.other, account)) == other, who
