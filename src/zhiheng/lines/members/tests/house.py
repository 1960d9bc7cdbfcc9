"""An association in small, for the tests of this room: cards, members, meetings, money, written as a story."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from itertools import count

from django.urls import reverse

from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind
from zhiheng.core.people import operations as people
from zhiheng.core.problems import Problem
from zhiheng.gatherings import operations as gatherings
from zhiheng.gatherings.models import Kind as Gathering
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import Meeting, Payment, Tier

AMOUNTS = {
    Tier.MEMBER: Decimal(1000),
    Tier.COUNCIL: Decimal(3000),
    Tier.STANDING: Decimal(5000),
    Tier.VICE_PRESIDENT: Decimal(10000),
}
HEADINGS = ["交易日期", "对方户名", "借方金额", "贷方金额", "摘要", "流水号"]


class House:
    """Does things as the system itself."""

    def __init__(self, by=None):
        self.by = by or people.system_account()
        self.references = count(1)

    def card(self, name, kind=Kind.COMPANY, **more):
        return cards.add(by=self.by, kind=kind, name=name, no_code_reason="示例", **more)

    def join(self, card, on=dt.date(2013, 1, 1), tier=Tier.MEMBER):
        card = self.card(card) if isinstance(card, str) else card
        application = members.apply(by=self.by, organisation=card, on=on, tier=tier)
        return members.approve(by=self.by, application=application, on=on)

    def meet(self, on, *cards_there):
        edition = gatherings.hold(by=self.by, kind=Gathering.ACTIVITY, name_zh="会员活动", on=[on])
        session = edition.sessions.get()
        there = [(people.add_person(by=self.by, name="某人"), card) for card in cards_there]
        gatherings.enter_roster(by=self.by, session=session, rows=there)
        return session

    def voted(self, year):
        """Give the meeting at the end of `year`."""
        on = dt.date(year, 12, 1)
        return Meeting.objects.filter(held_on=on).first() or self.meeting(on)

    def meeting(self, on=dt.date(2012, 12, 1), name="会员代表大会"):
        return members.note_meeting(by=self.by, body=Meeting.Body.CONGRESS, name=name, held_on=on)

    def standard(self, since_year=2013, amounts=AMOUNTS, **more):
        voted_at = self.voted(since_year - 1)
        return members.set_standard(
            by=self.by, since_year=since_year, voted_at=voted_at, amounts=amounts, **more
        )

    def raise_dues(self, year=2018, on=None):
        return members.raise_dues(by=self.by, year=year, on=on or dt.date(year, 1, 2))

    def money(self, payer, amount, memo="会费", on=dt.date(2018, 3, 1)):
        """Let money come in by a statement of one line."""
        reference = f"R{next(self.references):06d}"
        self.take_in([[on.isoformat(), payer, "", str(amount), memo, reference]])
        return Payment.objects.get(reference=reference)

    def take_in(self, rows, headings=HEADINGS, encoding="utf-8"):
        return members.take_in(by=self.by, name="流水.csv", content=statement(rows, headings, encoding))

    def pay(self, due, amount=None, on=dt.date(2018, 3, 1)):
        """Pay dues, by its member."""
        amount = due.amount if amount is None else Decimal(amount)
        payment = self.money(due.membership.organisation.name, amount, on=on)
        [matching] = members.match(by=self.by, payment=payment, shares=[(due, amount)])
        return matching


def at(name, *args, **query):
    """The address of a page of this room."""
    return reverse(f"members:{name}", args=args, query=query)


def do(client, story, who, address, /, **given):
    """Send a form as somebody."""
    story.sign_in(client, who)
    return client.post(address, given)


def text(answer):
    """What an answer says."""
    return answer.content.decode()


def statement(rows, headings=HEADINGS, encoding="utf-8"):
    """Write a statement as a bank does."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([headings, *rows])
    return buffer.getvalue().encode(encoding)


class refused:  # noqa: N801 - reads as a word
    """Expect a problem of `rule`, and keep it as `problem`."""

    def __init__(self, rule):
        self.rule = rule
        self.problem = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _trace):
        assert isinstance(error, Problem), f"not refused: {error!r}"
        assert error.rule is self.rule, error.rule.code
        assert error.breach
        assert error.remedy
        self.problem = error
        return True
