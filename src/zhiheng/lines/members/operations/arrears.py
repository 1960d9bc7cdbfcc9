"""Members in arrears: reminded, and in the end out by a decision of the council."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from zhiheng.core.operations import operation, record, record_many
from zhiheng.core.people.models import Account
from zhiheng.core.problems import Problem
from zhiheng.lines.members.models import Meeting, Membership, Reminder
from zhiheng.lines.members.operations.membership import end
from zhiheng.lines.members.operations.telling import REMINDED, tell
from zhiheng.lines.members.problems import NOTHING_OWED
from zhiheng.lines.members.queries import owing


@operation("members.remind", "催缴会费", "remind members in arrears")
def remind(*, by: Account, memberships: Iterable[Membership], on: dt.date) -> list[Reminder]:
    """Remind members of what they owe on `on`, by message to their contact; who owes nothing is refused."""
    asked = list(memberships)
    owed: dict[int, Decimal] = {}
    for due in owing(on).filter(membership__in=asked):
        owed[due.membership_id] = owed.get(due.membership_id, Decimal(0)) + due.left
    for membership in asked:
        if membership.pk not in owed:
            raise Problem(NOTHING_OWED, number=membership.number, on=on)
    if not asked:
        raise Problem(NOTHING_OWED, number="—", on=on)
    sent = Reminder.objects.bulk_create(
        Reminder(membership=membership, sent_on=on, owed=owed[membership.pk]) for membership in asked
    )
    record_many(by, "members.remind", sent, ["membership", "sent_on", "owed"])
    for reminder in sent:
        membership = reminder.membership
        spoken_for = membership.representatives.as_of(on).select_related("person").first()
        tell(
            by=by,
            organisation=membership.organisation,
            words=REMINDED,
            else_to=spoken_for.person if spoken_for else None,
            on=on,
            number=membership.number,
            owed=f"{reminder.owed:,.2f}",
        )
    return sent


@operation("members.withdraw", "欠费退会", "end memberships in arrears")
def withdraw(
    *, by: Account, memberships: Iterable[Membership], confirmed_at: Meeting, on: dt.date
) -> list[Membership]:
    """End memberships in arrears from `on` on, by a decision of the council; all of them owe something then."""
    asked = list(memberships)
    owed = set(owing(confirmed_at.held_on).filter(membership__in=asked).values_list("membership", flat=True))
    for membership in asked:
        if membership.pk not in owed:
            raise Problem(NOTHING_OWED, number=membership.number, on=confirmed_at.held_on)
        end(by=by, membership=membership, on=on, why=Membership.Why.ARREARS, confirmed_at=confirmed_at)
    record(by, "members.withdraw", confirmed_at, ["memberships"])
    return asked
