"""The standard of dues, dues raised for a year, exemptions."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from zhiheng.core.operations import lock, operation, record, record_many
from zhiheng.core.people.models import Account
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.lines.members.models import (
    Due,
    DuesStandard,
    Matching,
    Meeting,
    Rate,
    Tier,
    TierSpell,
)
from zhiheng.lines.members.problems import (
    EXEMPT,
    NEGATIVE,
    NO_STANDARD,
    NOT_EXEMPT,
    PAID_ALREADY,
    RATE_MISSING,
    STANDARD_KNOWN,
    STANDARD_LATE,
)
from zhiheng.lines.members.queries import members_on
from zhiheng.ui.words import Text, say

CENT = Decimal("0.01")


@operation("members.set_standard", "设定会费标准", "set the dues")
def set_standard(
    *,
    by: Account,
    since_year: int,
    voted_at: Meeting,
    amounts: Mapping[Tier, Decimal],
    late_share: int = 100,
    pay_by_month: int = 6,
) -> DuesStandard:
    """Set what each tier owes from a year on. Dues that are raised keep their standard: a year is set before it."""
    if DuesStandard.objects.filter(since_year=since_year).exists():
        raise Problem(STANDARD_KNOWN, field="since_year", year=since_year)
    if raised := Due.objects.filter(year__gte=since_year).order_by("-year").first():
        raise Problem(STANDARD_LATE, field="since_year", year=raised.year)
    for tier in Tier:
        if tier not in amounts:
            raise Problem(RATE_MISSING, field=f"amount_{tier.value}", tier=tier.label, year=since_year)
        if amounts[tier] < 0:
            raise Problem(NEGATIVE, field=f"amount_{tier.value}", amount=amounts[tier])
    standard = DuesStandard(
        since_year=since_year, voted_at=voted_at, late_share=late_share, pay_by_month=pay_by_month
    )
    standard.full_clean()
    standard.save()
    Rate.objects.bulk_create(Rate(standard=standard, tier=tier, amount=amounts[tier]) for tier in Tier)
    record(
        by,
        "members.set_standard",
        standard,
        ["since_year", "voted_at", "late_share", "pay_by_month", "rates"],
    )
    return standard


def standard_of(year: int) -> DuesStandard:
    """Give the standard in force in `year`."""
    standard = DuesStandard.objects.filter(since_year__lte=year).first()
    if standard is None:
        raise Problem(NO_STANDARD, field="year", year=year)
    return standard


@operation("members.raise_dues", "开征年度会费", "raise the dues of a year")
def raise_dues(*, by: Account, year: int, on: dt.date) -> list[Due]:
    """Raise the dues of `year` for who is a member on `on` (on its first day, if `on` is before) and owes none yet.

    Doing it again adds who joined since and changes nothing else. Give what was raised now.
    """
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    standard = standard_of(year)
    lock(standard)
    rates = {rate.tier: rate for rate in standard.rates.all()}
    pay_by = dt.date(year, standard.pay_by_month, calendar.monthrange(year, standard.pay_by_month)[1])
    owing = list(members_on(min(max(on, first), last)).exclude(dues__year=year))
    spells: dict[int, list[TierSpell]] = {}
    for spell in TierSpell.objects.filter(membership__in=[each.pk for each in owing]):
        spells.setdefault(spell.membership_id, []).append(spell)
    dues = []
    for membership in owing:
        rate = rates[_tier_on(spells.get(membership.pk, []), max(first, membership.start))]
        late = membership.start > dt.date(year, 6, 30)
        share = Decimal(standard.late_share if late else 100) / 100
        amount = (rate.amount * share).quantize(CENT, ROUND_HALF_UP)
        due_by = pay_by if membership.start <= pay_by else last
        dues.append(Due(membership=membership, year=year, rate=rate, amount=amount, pay_by=due_by))
    raised = Due.objects.bulk_create(dues, batch_size=500)
    record(by, "members.raise_dues", standard, ["dues"])
    record_many(by, "members.raise_dues", raised, ["membership", "year", "rate", "amount", "pay_by"])
    return raised


def _tier_on(spells: list[TierSpell], day: dt.date) -> str:
    found = [spell.tier for spell in spells if spell.start <= day and (spell.end is None or spell.end > day)]
    return found[0] if found else Tier.MEMBER.value


@operation("members.exempt", "减免会费", "exempt from dues")
def exempt(*, by: Account, due: Due, on: dt.date, reason: str) -> Due:
    """Say that dues need not be paid, and why. What was paid already is unmatched first."""
    if not reason.strip():
        raise Problem(EMPTY, field="reason", what=say(Text("减免理由", "reason")))
    lock(due)
    if due.exempt_on:
        raise Problem(EXEMPT, number=due.membership.number, year=due.year)
    if Matching.objects.filter(due=due).exists():
        raise Problem(PAID_ALREADY, number=due.membership.number, year=due.year)
    due.exempt_on, due.exempt_why = on, reason.strip()
    due.full_clean()
    due.save(update_fields=["exempt_on", "exempt_why"])
    record(by, "members.exempt", due, ["exempt_on", "exempt_why"])
    return due


@operation("members.owe_again", "撤销减免", "take an exemption back")
def owe_again(*, by: Account, due: Due) -> Due:
    """Take an exemption back."""
    lock(due)
    if not due.exempt_on:
        raise Problem(NOT_EXEMPT, number=due.membership.number, year=due.year)
    due.exempt_on, due.exempt_why = None, ""
    due.save(update_fields=["exempt_on", "exempt_why"])
    record(by, "members.owe_again", due, ["exempt_on", "exempt_why"])
    return due
