"""The money and the council: dues under a voted standard, a bank statement matched, seats filled."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from zhiheng.lines.members import operations as members
from zhiheng.lines.members.matching import Sure, propose
from zhiheng.lines.members.models import Due, Meeting, Post, Tier, Voucher
from zhiheng.lines.members.queries import payments

if TYPE_CHECKING:
    from association import World
    from zhiheng.core.organisations.models import Organisation

YEAR: Final = 2018
AMOUNTS: Final = {
    Tier.MEMBER: Decimal(2000),
    Tier.COUNCIL: Decimal(5000),
    Tier.STANDING: Decimal(10000),
    Tier.VICE_PRESIDENT: Decimal(20000),
}
RECEIPTS: Final = 40


def build(world: World, companies: list[Organisation]) -> None:
    """Raise the dues of 2018, match what the bank says, write receipts; fill the council."""
    congress = members.note_meeting(
        by=world.by,
        body=Meeting.Body.CONGRESS,
        name="第六次会员代表大会",
        held_on=dt.date(2013, 3, 20),
        document="澄质协〔2013〕5号",
    )
    members.set_standard(by=world.by, since_year=2013, voted_at=congress, amounts=AMOUNTS, late_share=50)
    members.raise_dues(by=world.by, year=YEAR, on=dt.date(YEAR, 12, 31))
    members.take_in(by=world.by, name="2018年会费专户流水.csv", content=_statement(world))
    waiting = {payment.pk: payment for payment in payments()}
    for pk, proposal in propose(waiting.values()).items():
        if proposal and proposal.sure is Sure.CERTAIN:
            members.match(by=world.by, payment=waiting[pk], shares=proposal.shares, why=proposal.why)
    for due in Due.objects.filter(matchings__isnull=False).distinct().order_by("pk")[:RECEIPTS]:
        members.issue(by=world.by, due=due, kind=Voucher.Kind.RECEIPT, on=dt.date(YEAR, 7, 2))
    _council(world, companies, congress)


def _statement(world: World) -> bytes:
    """Write what the bank would hand out, in its coding: most pay in full, some in part, one pays whom nobody knows."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["账户名称：澄霁市质量协会", "", "", "", "", ""])
    lines.writerow(["交易日期", "对方户名", "借方金额", "贷方金额", "摘要", "流水号"])
    dues = Due.objects.filter(year=YEAR).select_related("membership__organisation").order_by("pk")
    for n, due in enumerate(dues):
        if n % 14 == 5:
            continue  # in arrears
        day = dt.date(YEAR, 2, 1) + dt.timedelta(days=world.random.randrange(150))
        amount = due.amount / 2 if n % 40 == 7 else due.amount
        name = due.membership.organisation.name
        lines.writerow([f"{day:%Y%m%d}", name, "", f"{amount:.2f}", "会费", f"CJ{YEAR}{n:06d}"])
    lines.writerow([f"{YEAR}0611", "某某商务服务部", "", "2000.00", "往来款", f"CJ{YEAR}900001"])
    lines.writerow([f"{YEAR}0612", "印刷厂", "860.00", "", "印刷费", f"CJ{YEAR}900002"])
    return out.getvalue().encode("gb18030")


def _council(world: World, companies: list[Organisation], congress: Meeting) -> None:
    term = members.begin_term(by=world.by, number=6, start=dt.date(2013, 3, 20), elected_at=congress)
    posts = [
        Post.PRESIDENT,
        *[Post.VICE_PRESIDENT] * 8,
        *[Post.STANDING] * 10,
        *[Post.COUNCILLOR] * 20,
        Post.SUPERVISOR,
    ]
    for post, company in zip(posts, companies, strict=False):
        members.elect(
            by=world.by,
            term=term,
            post=post,
            person=world.person(company),
            organisation=company,
            elected_at=congress,
            start=term.start,
        )
