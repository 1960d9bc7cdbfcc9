"""Questions about members that pages, figures and other rooms ask in the same words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final, TypeAlias

from django.db.models import (
    Case,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Account
from zhiheng.core.problems import Problem
from zhiheng.lines.members.models import Due, Matching, Membership, Payment, Refund, TierSpell, Voucher
from zhiheng.lines.members.problems import NO_ACCOUNT, NOT_ONE_CARD

Rows: TypeAlias = QuerySet[Any]
"""Rows with annotations, which types cannot follow: each function says which."""
MONEY: Final = DecimalField(max_digits=14, decimal_places=2)
HALF_A_CENT: Final = Decimal("0.005")
"""Sums of money are compared with half a cent: SQLite adds in floating point."""
NOTHING: Final = Value(Decimal(0), output_field=MONEY)


# ── who is a member ──


def with_company(memberships: Rows) -> Rows:
    """Annotate `company`: the card that counts, through merges. A member is a legal person and has one."""
    return memberships.annotate(company=F("organisation__credits__company"))


def eve(day: dt.date) -> dt.date:
    """Give the day before."""
    return day - dt.timedelta(days=1)


def members_on(day: dt.date) -> Rows:
    """Give one membership a company, true on `day`; annotated with `company`."""
    current = Membership.objects.as_of(day)
    earlier = current.filter(organisation__credits__company=OuterRef("company"), pk__lt=OuterRef("pk"))
    return with_company(current).filter(~Exists(earlier.order_by()))


def member_on(day: dt.date) -> Exists:
    """Say of a row with `company` whether that company is a member on `day`, by any of its cards."""
    return Exists(
        Membership.objects.as_of(day).filter(organisation__credits__company=OuterRef("company")).order_by()
    )


def with_tier(memberships: Rows, day: dt.date) -> Rows:
    """Annotate `tier`: of which tier each is on `day`."""
    spell = TierSpell.objects.as_of(day).filter(membership=OuterRef("pk")).order_by("-start")
    return memberships.annotate(tier=Subquery(spell.values("tier")[:1]))


def search(memberships: Rows, words: str) -> Rows:
    """Leave those with `words` in a name of any time, with that code or that member number."""
    if not (asked := words.strip()):
        return memberships
    cards = Organisation.objects.search(asked)
    return memberships.filter(
        Q(number__iexact=asked) | Q(organisation__in=cards.values("pk")) | Q(organisation__aliases__in=cards)
    ).distinct()


def account_named(words: str) -> Account:
    """Give the account with that user name or mobile number."""
    asked = words.strip()
    found = Account.objects.filter(Q(username=asked.lower()) | Q(mobile=asked), is_active=True).first()
    if not asked or found is None:
        raise Problem(NO_ACCOUNT, field="account", name=asked)
    return found


def card_named(words: str) -> Organisation:
    """Give the one card of that name (of any time), code or member number; where it was merged, the card it is now."""
    asked = words.strip()
    meant = Q(names__name=asked) | Q(memberships__number__iexact=asked) | Q(name_en__iexact=asked)
    code = "".join(asked.split()).replace("-", "").upper()
    found = Organisation.objects.filter(meant | Q(code=code) if code else meant).distinct()
    companies = Organisation.objects.filter(credited_nodes__node__in=found).distinct()
    if len(cards := list(companies[:2])) != 1:
        raise Problem(NOT_ONE_CARD, name=asked, n=companies.count())
    return cards[0]


# ── what they owe ──


def _total(rows: QuerySet[Any], of: str) -> Coalesce:
    """Give the sum of `amount` of the rows whose `of` is the row outside."""
    same = rows.filter(**{of: OuterRef("pk")}).order_by()
    grouped = same.values(of).annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(grouped, output_field=MONEY), NOTHING)


def dues(day: dt.date | None = None) -> Rows:
    """Give all dues with what is `paid` of each and what is `left`, as of `day` or of all that is known."""
    matched, exempt = Matching.objects.all(), Q(exempt_on__isnull=False)
    if day is not None:
        matched, exempt = matched.filter(paid_on__lte=day), Q(exempt_on__lte=day)
    return Due.objects.annotate(paid=_total(matched, "due")).annotate(
        left=Case(When(exempt, then=NOTHING), default=F("amount") - F("paid"), output_field=MONEY)
    )


def owing(day: dt.date) -> Rows:
    """Give the dues that were to be paid before `day` and are not, as of that day, of who is a member on it."""
    late = dues(day).filter(pay_by__lt=day, left__gt=HALF_A_CENT)
    return late.filter(membership__in=Membership.objects.as_of(day))


def payments() -> Rows:
    """Give all payments with what is `rest` of each: neither matched nor refunded."""
    return Payment.objects.annotate(
        matched=_total(Matching.objects.all(), "payment"), refunded=_total(Refund.objects.all(), "payment")
    ).annotate(rest=F("amount") - F("matched") - F("refunded"))


def waiting() -> Rows:
    """Give the payments of which something waits for a match."""
    return payments().filter(aside="", rest__gt=HALF_A_CENT)


def receipted(due: Due, kind: Voucher.Kind) -> Decimal:
    """Give for how much of a due vouchers of a kind stand, void ones left out."""
    standing = due.vouchers.filter(kind=kind, voided_on=None)
    return standing.aggregate(total=Sum("amount"))["total"] or Decimal(0)
