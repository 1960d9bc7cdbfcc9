"""The association's years 2013 to 2018, built by calling its operations, the same every time."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import town
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Industry, Kind, Organisation
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Person
from zhiheng.gatherings import operations as gatherings
from zhiheng.gatherings.figures import SERIES
from zhiheng.gatherings.models import Kind as Gathering
from zhiheng.gatherings.models import Session
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import Meeting, Membership, Tier

if TYPE_CHECKING:
    from zhiheng.core.places.models import Place

SEED: Final = 20181231
YEARS: Final = range(2013, 2019)
MEMBERS: Final = 400
"""Members on 31 December 2018, those of the traps included."""
RATES: Final = {2013: 0.712, 2014: 0.764, 2015: 0.815, 2016: 0.862, 2017: 0.903, 2018: 0.935}
"""The participation rate that each year is built to: 374 of 400 in 2018."""
SESSIONS_A_YEAR: Final = 174
ACTIVITIES: Final = (
    ("质量管理小组成果交流", "QC circle exchange"),
    ("标杆企业现场观摩", "Visit to a model site"),
    ("质量沙龙", "Quality salon"),
    ("卓越绩效经验分享", "Sharing performance excellence"),
    ("六西格玛案例研讨", "Six Sigma cases"),
    ("班组建设座谈", "Talk on team building"),
    ("计量与检测技术开放日", "Open day of metrology and testing"),
    ("用户满意工程推进会", "User satisfaction meeting"),
    ("质量月主题活动", "Quality Month event"),
    ("新标准宣贯", "Introduction to new standards"),
)
FORUMS: Final = {
    # code: kind, number of the first edition told here, the days of each
    "innovation-forum": (
        Gathering.FORUM,
        1,
        ["2014-05-16", "2015-05-22", "2016-06-17", "2017-05-19", "2018-06-08"],
    ),
    "international-symposium": (
        Gathering.SYMPOSIUM,
        8,
        ["2013-10-24", "2014-10-23", "2016-10-27", "2018-10-25"],
    ),
    "sino-german-forum": (Gathering.FORUM, 1, ["2014-11-13", "2016-11-10", "2018-11-15"]),
    "public-lectures": (
        Gathering.LECTURE,
        1,
        [f"{year}-{month}" for year in YEARS for month in ("04-12", "09-13")],
    ),
}


@dataclass
class World:
    """What is being built, and who builds it."""

    by: Account
    districts: list[Place]
    industries: dict[str, Industry]
    random: random.Random = field(default_factory=lambda: random.Random(SEED))
    staff: dict[int, list[Person]] = field(default_factory=dict)
    companies: int = 0
    came: dict[int, list[Organisation]] = field(default_factory=dict)

    def company(
        self, kind: Kind = Kind.COMPANY, parent: Organisation | None = None, name: str = ""
    ) -> Organisation:
        """Open the card of a company with a name of its own, a code, a district, a trade and a size."""
        number = self.companies
        self.companies += 1
        zh, en = town.company_name(number)
        [(trade, trade_en, letter, _)] = self.random.choices(town.TRADES, [t[3] for t in town.TRADES])
        suffix, suffix_en = ("（集团）有限公司", "Group") if kind is Kind.GROUP else ("有限公司", "Co., Ltd.")
        return cards.add(
            by=self.by,
            kind=kind,
            name=name or f"{zh}{trade}{suffix}",
            name_en=f"{en} {trade_en} {suffix_en}",
            code=town.code(number + 1),
            district=self.random.choice(self.districts),
            industry=self.industries[letter],
            size=self.random.choices("LMSX", (18, 37, 35, 10))[0],
            parent=parent,
        )

    def part(self, kind: Kind, parent: Organisation, name: str, since: dt.date = town.ALWAYS) -> Organisation:
        """Open the card of a branch or a team."""
        return cards.add(by=self.by, kind=kind, name=name, parent=parent, since=since)

    def person(self, organisation: Organisation | None = None) -> Person:
        """Open the card of a person with a common name; no number to call."""
        given = self.random.randrange(0, len(town.GIVEN), 2)
        name = self.random.choice(town.SURNAMES) + town.GIVEN[given : given + 2]
        return people.add_person(by=self.by, name=name, organisation=organisation)

    def somebody(self, organisation: Organisation) -> Person:
        """Give one of the three whom a node sends."""
        known = self.staff.setdefault(organisation.pk, [])
        if len(known) < 3:
            known.append(self.person(organisation))
            return known[-1]
        return self.random.choice(known)

    def join(self, card: Organisation, on: dt.date, tier: Tier = Tier.MEMBER) -> Membership:
        """Apply and be approved a month later, or on the day where that is all there is."""
        application = members.apply(by=self.by, organisation=card, on=on - dt.timedelta(days=30), tier=tier)
        return members.approve(by=self.by, application=application, on=on)

    def council(self, on: dt.date) -> Meeting:
        """Give the council meeting of a day: what is decided names it."""
        known = Meeting.objects.filter(body=Meeting.Body.COUNCIL, held_on=on).first()
        return known or members.note_meeting(
            by=self.by, body=Meeting.Body.COUNCIL, name="理事会会议", held_on=on
        )

    def meet(
        self,
        on: dt.date,
        senders: Iterable[Organisation],
        name: tuple[str, str] = ("会员活动", "Member activity"),
        host: Organisation | None = None,
    ) -> Session:
        """Hold a member activity to which each of `senders` sends somebody."""
        edition = gatherings.hold(
            by=self.by,
            kind=Gathering.ACTIVITY,
            name_zh=name[0],
            name_en=name[1],
            on=[on],
            host=host,
            seats=120,
        )
        session = edition.sessions.get()
        rows = [(self.somebody(card), card) for card in senders]
        if rows:
            gatherings.enter_roster(by=self.by, session=session, rows=rows)
        return session


def begin(by: Account) -> World:
    """Open the city and its trades."""
    return World(by, town.build(by), town.industries())


def build(world: World, other_members: int, other_participants: int) -> list[Organisation]:
    """Build six years of an association.

    Of the members at the end of 2018 `other_members` are told of elsewhere (the traps), and of these
    `other_participants` took part. Give the rest, in the order in which they joined.
    """
    chance = world.random
    hosts = [
        cards.add(
            by=world.by,
            kind=Kind.ASSOCIATION,
            name=f"{place.name_zh}质量协会",
            no_code_reason="示例",
            district=place,
        )
        for place in world.districts
    ]
    stayed, left = MEMBERS - other_members, 30
    companies = _companies(world, stayed + left)
    memberships = [
        world.join(card, _joined(chance, place, stayed + left), _tier(place))
        for place, card in enumerate(companies)
    ]
    for year, place in zip([*YEARS] * (left // len(YEARS)), chance.sample(range(150), left), strict=True):
        on = dt.date(year, chance.randrange(2, 12), 1)
        why = chance.choice([Membership.Why.WITHDREW, Membership.Why.ARREARS, Membership.Why.DISSOLVED])
        members.end(
            by=world.by,
            membership=memberships[place],
            on=on,
            why=why,
            confirmed_at=world.council(on) if why == Membership.Why.ARREARS else None,
        )
    senders = _parts(world, companies)
    for year in YEARS:
        others = (other_members, other_participants) if year == YEARS[-1] else (0, 0)
        _year(world, year, memberships, senders, hosts, others)
    _forums(world)
    return [each.organisation for each in memberships if each.end is None]


def _companies(world: World, number: int) -> list[Organisation]:
    made: list[Organisation] = []
    while len(made) < number:
        if len(made) % 60 == 20:
            group = world.company(Kind.GROUP)
            made.append(group)
            made += [world.company(parent=group) for _ in range(3)]
        else:
            made.append(world.company())
    return made[:number]


def _joined(chance: random.Random, place: int, of: int) -> dt.date:
    year = 2003 + place * 10 // 300 if place < 300 else 2013 + (place - 300) * 6 // (of - 300)
    return dt.date(year, chance.randrange(1, 13), chance.randrange(1, 28))


def _tier(place: int) -> Tier:
    for below, tier in ((9, Tier.VICE_PRESIDENT), (40, Tier.STANDING), (120, Tier.COUNCIL)):
        if place < below:
            return tier
    return Tier.MEMBER


def _parts(world: World, companies: Sequence[Organisation]) -> dict[int, list[Organisation]]:
    """Give each company's nodes that send somebody: itself, and the branches and teams of some."""
    senders: dict[int, list[Organisation]] = {}
    for place, card in enumerate(companies):
        nodes = [card]
        if place % 7 == 3:
            branch = world.part(Kind.BRANCH, card, f"{card.name}{world.random.choice('东西南北')}区分公司")
            nodes += [branch, world.part(Kind.TEAM, branch, f"{card.name}一线班组")]
        elif place % 3 == 0:
            nodes += [world.part(Kind.TEAM, card, f"{card.name}第{n}班组") for n in "一二"]
        senders[card.pk] = nodes
    return senders


def _year(
    world: World,
    year: int,
    memberships: Sequence[Membership],
    senders: dict[int, list[Organisation]],
    hosts: Sequence[Organisation],
    others: tuple[int, int],
) -> None:
    chance, last = world.random, dt.date(year, 12, 31)
    current = [m for m in memberships if m.start <= last and (m.end is None or m.end > last)]
    wanted = round(RATES[year] * (len(current) + others[0])) - others[1]
    came = world.came[year] = chance.sample([m.organisation for m in current], wanted)
    gone = [m.organisation for m in memberships if m.end and m.end.year == year and m.end.month > 3]
    days = sorted(
        dt.date(year, 1, 8) + dt.timedelta(days=chance.randrange(350)) for _ in range(SESSIONS_A_YEAR)
    )
    at_least = [came[place::SESSIONS_A_YEAR] for place in range(SESSIONS_A_YEAR)]
    for day, first in zip(days, at_least, strict=True):
        companies = [*first, *chance.choices(came, k=chance.randrange(6, 24))]
        if gone and day.month < 3:
            companies.append(chance.choice(gone))
        there = [chance.choice(senders[card.pk]) for card in {card.pk: card for card in companies}.values()]
        world.meet(day, there, chance.choice(ACTIVITIES), chance.choice(hosts))


def _forums(world: World) -> None:
    for code, (kind, number, days) in FORUMS.items():
        name = SERIES[code]
        series = gatherings.open_series(by=world.by, code=code, kind=kind, name_zh=name.zh, name_en=name.en)
        lectures = kind is Gathering.LECTURE
        for n, day in enumerate(days, number):
            first = dt.date.fromisoformat(day)
            edition = gatherings.hold(
                by=world.by,
                kind=kind,
                name_zh=f"{name.zh}第{n}期" if lectures else f"第{n}届{name.zh}",
                name_en=f"{name.en} {n}",
                on=[first] if lectures else [first, first + dt.timedelta(days=1)],
                series=series,
                number=n,
            )
            for session in edition.sessions.all():
                there = world.random.sample(world.came[first.year], 60)
                gatherings.enter_roster(
                    by=world.by, session=session, rows=[(world.somebody(card), card) for card in there]
                )


def announce(world: World, today: dt.date) -> None:
    """Put gatherings of the weeks after `today` into the public calendar: no figure told here is of them."""
    for weeks, (name, name_en), seats in (
        (1, ACTIVITIES[0], 60),
        (2, ACTIVITIES[1], 25),
        (4, ACTIVITIES[9], 2),
    ):
        edition = gatherings.hold(
            by=world.by,
            kind=Gathering.ACTIVITY,
            name_zh=name,
            name_en=name_en,
            on=[today + dt.timedelta(weeks=weeks)],
            seats=seats,
            venue="澄霁市质量大厦报告厅",
            starts_at=dt.time(13, 30),
            ends_at=dt.time(16, 30),
        )
        gatherings.publish(by=world.by, edition=edition)


def ask(world: World) -> None:
    """Let a company that nobody knows apply on the public page; it waits to be received. Nobody answers the number."""
    members.ask_to_join(
        by=world.by,
        name="栖川云仓物流有限公司",
        code=town.code(9001),
        district=world.districts[0],
        contact_name="贺知秋",
        contact_mobile="13800001234",
        contact_post="质量部经理",
    )
