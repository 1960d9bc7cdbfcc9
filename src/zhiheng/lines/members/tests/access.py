"""Who gets the addresses below `members/`."""

from __future__ import annotations

import datetime as dt

from access import EVERYBODY, OF_MEMBERS, SIGNED_IN, Access

from zhiheng.core.people import operations as people
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import Correction, Due, Membership, Payment, Post, Voucher
from zhiheng.lines.members.tests.house import House

WORKS = frozenset({"alice", "bob", "olive"})
RUNS = frozenset({"alice", "olive"})


def of_own(story):
    return (Membership.objects.get(organisation=story.own).pk,)


def paid(story):
    """Raise the dues of 2018; the other company has paid, and has a receipt and an amount given back."""
    house = House(story.by)
    house.standard()
    house.raise_dues()
    due = Due.objects.get(membership__organisation=story.other)
    payment = house.money(story.other.name, 1500)
    members.match(by=story.by, payment=payment, shares=[(due, due.amount)])
    members.refund(by=story.by, payment=payment, amount=500, on=dt.date(2018, 4, 1), reason="多缴")
    members.issue(by=story.by, due=due, kind=Voucher.Kind.RECEIPT, on=dt.date(2018, 4, 1))
    return due


def due(story):
    return (paid(story).pk,)


def payment(story):
    paid(story)
    return (Payment.objects.get().pk,)


def voucher(story):
    paid(story)
    return (Voucher.objects.get().pk,)


def application(story):
    card = House(story.by).card("新单位")
    return (members.apply(by=story.by, organisation=card, on=dt.date(2018, 5, 1)).pk,)


def asked_online(story):
    return members.ask_to_join(
        by=story.by,
        name="新单位",
        no_code_reason="证照在办",
        contact_name="张三",
        contact_mobile="13800001234",
    )


def online(story):
    return (asked_online(story).pk,)


def online_token(story):
    return (asked_online(story).token,)


def correction(story):
    about = Correction.About.NAME
    asked = members.ask_correction(by=story.by, organisation=story.other, about=about, wanted="新名称")
    return (asked.pk,)


def seat(story):
    house, start = House(story.by), dt.date(2013, 3, 1)
    meeting = house.meeting(start)
    term = members.begin_term(by=story.by, number=6, start=start, elected_at=meeting)
    person = people.add_person(by=story.by, name="张三", organisation=story.other)
    elected = members.elect(
        by=story.by, term=term, post=Post.PRESIDENT, person=person, elected_at=meeting, start=start
    )
    return (elected.pk,)


def also(arguments, *verbs):
    return lambda story: (*arguments(story), *verbs)


def post(allowed, arguments=lambda _story: ()):
    return Access(allowed, arguments, method="POST")


ACCESS = {
    "members:register": Access(OF_MEMBERS),
    "members:export-register": Access(OF_MEMBERS),
    "members:save": post(WORKS),
    "members:overview": Access(OF_MEMBERS),
    "members:member": Access(OF_MEMBERS, of_own),
    "members:change": post(RUNS, also(of_own, "tier")),
    "members:applications": Access(OF_MEMBERS),
    "members:apply": Access(WORKS),
    "members:requirements": Access(OF_MEMBERS),
    "members:application": Access(OF_MEMBERS, application),
    "members:decide": post(RUNS, also(application, "approve")),
    "members:join": Access(EVERYBODY),
    "members:joined": Access(EVERYBODY, online_token),
    "members:online": Access(OF_MEMBERS),
    "members:online-one": Access(OF_MEMBERS, online),
    "members:deal-online": post(WORKS, also(online, "turn-away")),
    "members:council": Access(OF_MEMBERS),
    "members:export-council": Access(OF_MEMBERS),
    "members:seat": Access(OF_MEMBERS, seat),
    "members:vacate": post(RUNS, seat),
    "members:change-council": post(RUNS, lambda _story: ("begin",)),
    "members:dues": Access(OF_MEMBERS),
    "members:export-dues": Access(OF_MEMBERS),
    "members:raise-dues": post(RUNS),
    "members:standards": Access(OF_MEMBERS),
    "members:set-standard": post(RUNS),
    "members:due": Access(OF_MEMBERS, due),
    "members:change-due": post(WORKS, also(due, "issue")),
    "members:arrears": Access(OF_MEMBERS),
    "members:export-arrears": Access(OF_MEMBERS),
    "members:deal-with": post(WORKS, lambda _story: ("remind",)),
    "members:vouchers": Access(OF_MEMBERS),
    "members:export-vouchers": Access(OF_MEMBERS),
    "members:voucher": Access(OF_MEMBERS, voucher),
    "members:void": post(RUNS, voucher),
    "members:payments": Access(OF_MEMBERS),
    "members:confirm": post(WORKS),
    "members:statements": Access(OF_MEMBERS),
    "members:payment": Access(OF_MEMBERS, payment),
    "members:change-payment": post(RUNS, also(payment, "refund")),
    "members:corrections": Access(OF_MEMBERS),
    "members:settle": post(WORKS, correction),
    "members:own": Access(SIGNED_IN),
    "members:own-organisation": Access(OF_MEMBERS | {"erin"}, lambda story: (story.own.pk,)),
    "members:ask": post(WORKS | {"erin"}, lambda story: (story.own.pk, "correct")),
}
