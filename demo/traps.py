"""The traps of counting: what goes wrong in every spreadsheet, each with its right answer for 2018.

A trap is a small story told with operations. Its `cast` says of each company whether it is a member at the end of 2018
and whether it took part in 2018: counted by hand, before any program counts it. Three traps happen after the report was
published; they say what the company was then, and is now.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind, Organisation
from zhiheng.core.people import operations as people
from zhiheng.core.problems import Problem
from zhiheng.gatherings import operations as gatherings
from zhiheng.gatherings.models import Kind as Gathering
from zhiheng.gatherings.models import Session
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import Membership
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from association import World

JOINED: Final = dt.date(2018, 1, 15)
SPRING: Final = dt.date(2018, 4, 19)
AUTUMN: Final = dt.date(2018, 9, 20)


@dataclass(frozen=True, slots=True)
class Part:
    """One company of a trap, and the right answer: a member at the end of 2018? took part in 2018?"""

    card: Organisation
    member: bool
    took_part: bool


@dataclass(frozen=True, slots=True)
class Trap:
    """A trap: its code, what happens, its companies."""

    code: str
    story: Text
    cast: tuple[Part, ...]


TRAPS: Final[dict[str, Callable[[World], tuple[Part, ...]]]] = {}
LATER: Final[dict[str, Callable[[World, dict[str, Trap]], tuple[Part, ...]]]] = {}
STORIES: Final[dict[str, Text]] = {}


def trap(
    code: str, zh: str, en: str
) -> Callable[[Callable[..., tuple[Part, ...]]], Callable[..., tuple[Part, ...]]]:
    """Enter a trap that is there when the report is published."""

    def enter(tell: Callable[..., tuple[Part, ...]]) -> Callable[..., tuple[Part, ...]]:
        TRAPS[code], STORIES[code] = tell, Text(zh, en)
        return tell

    return enter


def later(
    code: str, zh: str, en: str
) -> Callable[[Callable[..., tuple[Part, ...]]], Callable[..., tuple[Part, ...]]]:
    """Enter what happens to the company of a trap after the report was published."""

    def enter(tell: Callable[..., tuple[Part, ...]]) -> Callable[..., tuple[Part, ...]]:
        LATER[code], STORIES[code] = tell, Text(zh, en)
        return tell

    return enter


def tell(world: World) -> dict[str, Trap]:
    """Tell every trap, in order."""
    return {code: Trap(code, STORIES[code], story(world)) for code, story in TRAPS.items()}


def tell_later(world: World, told: dict[str, Trap]) -> dict[str, Trap]:
    """Tell what happens after publication."""
    return {code: Trap(code, STORIES[code], story(world, told)) for code, story in LATER.items()}


def _member(world: World, on: dt.date = JOINED, kind: Kind = Kind.COMPANY) -> Organisation:
    card = world.company(kind)
    world.join(card, on)
    return card


@trap("renamed", "年中更名的会员以旧名参加活动", "A member renamed in mid-year attended under its old name")
def _renamed(world: World) -> tuple[Part, ...]:
    card = _member(world)
    world.meet(SPRING, [card])
    cards.rename(
        by=world.by, organisation=card, name=f"{card.name[:2]}智能装备股份有限公司", on=dt.date(2018, 7, 1)
    )
    return (Part(card, member=True, took_part=True),)


@trap(
    "two-cards",
    "同一单位两张卡片，活动记在另一张上",
    "Two cards of one company; it attended on the other one",
)
def _two_cards(world: World) -> tuple[Part, ...]:
    card = _member(world)
    twin = cards.add(by=world.by, kind=Kind.COMPANY, name=f"{card.name}（重复）", no_code_reason="重复登记")
    world.meet(SPRING, [twin])
    cards.merge(by=world.by, card=twin, into=card)
    return (Part(card, member=True, took_part=True), Part(twin, member=False, took_part=False))


@trap(
    "two-memberships",
    "两张卡片各有会籍，合并后只算一家",
    "Two cards, each a member; merged, they are one member",
)
def _two_memberships(world: World) -> tuple[Part, ...]:
    first, second = _member(world), _member(world)
    world.meet(SPRING, [first, second])
    cards.merge(by=world.by, card=second, into=first)
    return (Part(first, member=True, took_part=True), Part(second, member=False, took_part=False))


@trap("merge-undone", "误合并后撤销，各算各的", "Merged by mistake and parted again: each counts for itself")
def _merge_undone(world: World) -> tuple[Part, ...]:
    first, second = _member(world), _member(world)
    world.meet(SPRING, [first])
    cards.merge(by=world.by, card=second, into=first)
    cards.part(by=world.by, card=second)
    return (Part(first, member=True, took_part=True), Part(second, member=True, took_part=False))


@trap("double-check-in", "同一人同场签到两次", "Somebody checks in twice to one session")
def _double(world: World) -> tuple[Part, ...]:
    card = _member(world)
    session = world.meet(SPRING, [])
    person = world.somebody(card)
    gatherings.check_in(by=world.by, session=session, person=person)
    with contextlib.suppress(Problem):  # refused, as a test of gatherings sees to
        gatherings.check_in(by=world.by, session=session, person=person)
    gatherings.enter_roster(by=world.by, session=session, rows=[(person, card), (person, card)])
    return (Part(card, member=True, took_part=True),)


@trap("subsidiary", "子公司参加活动，集团没有参加", "A subsidiary attended, its group did not")
def _subsidiary(world: World) -> tuple[Part, ...]:
    group = _member(world, kind=Kind.GROUP)
    subsidiary = world.company(parent=group)
    world.join(subsidiary, JOINED)
    world.meet(SPRING, [subsidiary])
    return (Part(group, member=True, took_part=False), Part(subsidiary, member=True, took_part=True))


@trap("team", "班组参加活动，计入所属公司", "A team attended: its company is credited")
def _team(world: World) -> tuple[Part, ...]:
    card = _member(world)
    branch = world.part(Kind.BRANCH, card, f"{card.name}分公司")
    team = world.part(Kind.TEAM, branch, f"{card.name}焊接班组")
    world.meet(SPRING, [team])
    return (Part(card, member=True, took_part=True),)


@trap("team-moved", "班组年中划归另一家公司", "A team moved to another company in mid-year")
def _team_moved(world: World) -> tuple[Part, ...]:
    before, after = _member(world), _member(world)
    team = world.part(Kind.TEAM, before, f"{before.name}维修班组")
    world.meet(SPRING, [team])
    cards.place_under(by=world.by, child=team, parent=after, on=dt.date(2018, 7, 1))
    return (Part(before, member=True, took_part=True), Part(after, member=True, took_part=False))


@trap("sender-changed", "参加者后来跳槽到另一家会员", "Who attended changed employer later")
def _sender_changed(world: World) -> tuple[Part, ...]:
    before, after = _member(world), _member(world)
    session = world.meet(SPRING, [])
    person = world.person(after)
    gatherings.check_in(by=world.by, session=session, person=person, organisation=before)
    return (Part(before, member=True, took_part=True), Part(after, member=True, took_part=False))


@trap("cancelled", "签到后活动被取消，不计", "The session was cancelled after people had checked in")
def _cancelled(world: World) -> tuple[Part, ...]:
    card = _member(world)
    gatherings.cancel(by=world.by, session=world.meet(SPRING, [card]))
    return (Part(card, member=True, took_part=False),)


@trap("did-not-come", "报名而未到场", "Registered, but did not come")
def _did_not_come(world: World) -> tuple[Part, ...]:
    card = _member(world)
    session = world.meet(SPRING, [])
    gatherings.register(by=world.by, session=session, person=world.somebody(card), organisation=card)
    return (Part(card, member=True, took_part=False),)


@trap("year-before", "只在上一年参加过活动", "Took part the year before only")
def _year_before(world: World) -> tuple[Part, ...]:
    card = _member(world, on=dt.date(2017, 3, 1))
    world.meet(dt.date(2017, 12, 29), [card])
    return (Part(card, member=True, took_part=False),)


@trap("moved-into-next-year", "年末活动改期到次年元月", "A session of late December was moved into January")
def _moved(world: World) -> tuple[Part, ...]:
    card = _member(world)
    session = world.meet(dt.date(2018, 12, 28), [card])
    gatherings.move(by=world.by, session=session, on=dt.date(2019, 1, 4))
    return (Part(card, member=True, took_part=False),)


@trap("joined-next-year", "年内申请，次年批准", "Applied in the year, approved in the next")
def _joined_next_year(world: World) -> tuple[Part, ...]:
    card = world.company()
    world.join(card, dt.date(2019, 1, 5))
    world.meet(SPRING, [card])
    return (Part(card, member=False, took_part=False),)


@trap("not-a-member", "非会员参加会员活动", "A company that is no member attended")
def _not_a_member(world: World) -> tuple[Part, ...]:
    card = world.company()
    world.meet(SPRING, [card])
    return (Part(card, member=False, took_part=False),)


@trap("left-and-came-back", "退会后重新入会", "Left, and joined again")
def _came_back(world: World) -> tuple[Part, ...]:
    card = world.company()
    first = world.join(card, dt.date(2014, 5, 1))
    members.end(by=world.by, membership=first, on=dt.date(2016, 5, 1), why=Membership.Why.WITHDREW)
    world.join(card, dt.date(2018, 3, 1))
    world.meet(dt.date(2018, 2, 8), [card])  # the year counts, not the weeks as a member
    return (Part(card, member=True, took_part=True),)


@trap(
    "left-on-the-last-day",
    "会籍截至12月31日与次年1月1日",
    "Memberships that end on 31 December and 1 January",
)
def _last_day(world: World) -> tuple[Part, ...]:
    gone, still = _member(world), _member(world)
    world.meet(SPRING, [gone, still])
    for card, on in ((gone, dt.date(2018, 12, 31)), (still, dt.date(2019, 1, 1))):
        members.end(by=world.by, membership=card.memberships.get(), on=on, why=Membership.Why.DISSOLVED)
    return (Part(gone, member=False, took_part=False), Part(still, member=True, took_part=True))


@trap("erased", "参加者依法要求删除个人信息", "Who attended had personal data erased by law")
def _erased(world: World) -> tuple[Part, ...]:
    card = _member(world)
    session = world.meet(SPRING, [])
    person = world.person(card)
    gatherings.check_in(by=world.by, session=session, person=person)
    people.erase(by=world.by, person=person)
    return (Part(card, member=True, took_part=True),)


@trap("host-attends", "主办的区协会派人到场", "The district association that hosts sends somebody")
def _host(world: World) -> tuple[Part, ...]:
    host = cards.add(by=world.by, kind=Kind.ASSOCIATION, name="澄霁市班组建设协会", no_code_reason="示例")
    card = world.company(parent=host)
    world.join(card, JOINED)
    world.meet(SPRING, [host], host=host)
    return (Part(card, member=True, took_part=False), Part(host, member=False, took_part=False))


@trap("struck", "误录的签到被删除", "An attendance entered by mistake was struck")
def _struck(world: World) -> tuple[Part, ...]:
    card = _member(world)
    session = world.meet(AUTUMN, [card])
    gatherings.strike(by=world.by, attendances=session.attendances.all())
    return (Part(card, member=True, took_part=False),)


@trap("two-days", "两天的会议是一届、两场次", "A conference of two days is one edition and two sessions")
def _two_days(world: World) -> tuple[Part, ...]:
    card = _member(world)
    edition = gatherings.hold(
        by=world.by,
        kind=Gathering.CONFERENCE,
        name_zh="质量工作年会",
        name_en="Annual meeting on quality",
        on=[AUTUMN, AUTUMN + dt.timedelta(days=1)],
    )
    for session in edition.sessions.all():
        gatherings.check_in(by=world.by, session=session, person=world.somebody(card))
    return (Part(card, member=True, took_part=True),)


# ── before and after the report: what the company is then, and is later ──


@trap("entered-late", "12月的签到表次年3月才录入", "A sign-in sheet of December, entered in March")
def _entered_late(world: World) -> tuple[Part, ...]:
    card = _member(world)
    world.meet(dt.date(2018, 12, 20), [])
    return (Part(card, member=True, took_part=False),)


@trap("withdrew-backdated", "次年2月补记：去年11月已退会", "Withdrawal as of November, recorded in February")
def _withdrew(world: World) -> tuple[Part, ...]:
    card = _member(world)
    world.meet(SPRING, [card])
    return (Part(card, member=True, took_part=True),)


@trap(
    "moved-later",
    "发布后才发现：活动实际在次年举行",
    "Found after publication: the session was held in January",
)
def _moved_later(world: World) -> tuple[Part, ...]:
    card = _member(world)
    world.meet(dt.date(2018, 12, 27), [card])
    return (Part(card, member=True, took_part=True),)


@later("entered-late", "12月的签到表次年3月才录入", "A sign-in sheet of December, entered in March")
def _is_entered(world: World, told: dict[str, Trap]) -> tuple[Part, ...]:
    [part] = told["entered-late"].cast
    session = Session.objects.get(held_on=dt.date(2018, 12, 20), attendances=None)
    gatherings.enter_roster(by=world.by, session=session, rows=[(world.somebody(part.card), part.card)])
    return (Part(part.card, member=True, took_part=True),)


@later("withdrew-backdated", "次年2月补记：去年11月已退会", "Withdrawal as of November, recorded in February")
def _has_withdrawn(world: World, told: dict[str, Trap]) -> tuple[Part, ...]:
    [part] = told["withdrew-backdated"].cast
    members.end(
        by=world.by,
        membership=part.card.memberships.get(),
        on=dt.date(2018, 11, 30),
        why=Membership.Why.WITHDREW,
        confirmed_at=world.council(dt.date(2019, 2, 20)),
    )
    return (Part(part.card, member=False, took_part=False),)


@later(
    "moved-later",
    "发布后才发现：活动实际在次年举行",
    "Found after publication: the session was held in January",
)
def _is_moved(world: World, told: dict[str, Trap]) -> tuple[Part, ...]:
    [part] = told["moved-later"].cast
    session = part.card.attendances.get().session
    gatherings.move(by=world.by, session=session, on=dt.date(2019, 1, 3))
    return (Part(part.card, member=True, took_part=False),)
