"""Writes to members."""

from __future__ import annotations

import datetime as dt

from zhiheng.core.operations import operation, record
from zhiheng.core.organisations.models import LEGAL_PERSONS, Organisation
from zhiheng.core.people.models import Account, Person
from zhiheng.core.problems import BACKWARDS, Problem
from zhiheng.lines.members.models import Application, Membership, Tier, TierSpell
from zhiheng.lines.members.problems import ALREADY_MEMBER, DECIDED, ENDED, NOT_LEGAL_PERSON


def _refuse_member(organisation: Organisation, on: dt.date) -> None:
    same = [organisation.pk, *organisation.aliases.values_list("pk", flat=True)]
    if organisation.merged_into_id:
        same.append(organisation.merged_into_id)
    if current := Membership.objects.filter(organisation__in=same).during(on, dt.date.max).first():
        raise Problem(
            ALREADY_MEMBER,
            field="organisation",
            name=organisation.name,
            start=current.start,
            number=current.number,
        )


@operation("members.apply", "申请入会", "apply for membership", on="organisation")
def apply(
    *,
    by: Account,
    organisation: Organisation,
    on: dt.date,
    tier: Tier = Tier.MEMBER,
    contact: Person | None = None,
) -> Application:
    """Receive an application of a legal person that is no member."""
    if organisation.kind not in LEGAL_PERSONS:
        raise Problem(
            NOT_LEGAL_PERSON,
            field="organisation",
            name=organisation.name,
            kind=organisation.get_kind_display(),
        )
    _refuse_member(organisation, on)
    application = Application.objects.create(
        organisation=organisation, tier=tier, contact=contact, received_on=on
    )
    record(by, "members.apply", application, ["organisation", "tier", "contact", "received_on"])
    return application


def _next_number(on: dt.date) -> str:
    last = (
        Membership.objects.filter(number__startswith=f"{on:%Y}-")
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return f"{on:%Y}-{int(last[5:]) + 1 if last else 1:04d}"


@operation("members.decide", "批准入会", "approve an application")
def approve(*, by: Account, application: Application, on: dt.date) -> Membership:
    """Approve: a membership begins on `on`, with a number of that year."""
    if application.state != Application.State.RECEIVED:
        raise Problem(DECIDED, on=application.decided_on)
    _refuse_member(application.organisation, on)
    application.state, application.decided_on = Application.State.APPROVED, on
    application.save(update_fields=["state", "decided_on"])
    record(by, "members.decide", application, ["state", "decided_on"])
    membership = Membership.objects.create(
        organisation=application.organisation, number=_next_number(on), start=on
    )
    TierSpell.objects.create(membership=membership, tier=application.tier, start=on)
    record(by, "members.decide", membership, ["organisation", "number", "start", "tier"])
    return membership


@operation("members.decide", "不批准入会", "decline an application")
def decline(*, by: Account, application: Application, on: dt.date, reason: str) -> Application:
    """Decline, with the reason that the applicant reads."""
    if application.state != Application.State.RECEIVED:
        raise Problem(DECIDED, on=application.decided_on)
    application.state, application.decided_on, application.reason = Application.State.DECLINED, on, reason
    application.full_clean()
    application.save(update_fields=["state", "decided_on", "reason"])
    record(by, "members.decide", application, ["state", "decided_on", "reason"])
    return application


@operation("members.change_tier", "调整级别", "change the tier")
def change_tier(*, by: Account, membership: Membership, tier: Tier, on: dt.date) -> Membership:
    """From `on` on the membership is of another tier."""
    if membership.end:
        raise Problem(ENDED, end=membership.end)
    last = membership.tiers.last()
    if last and on <= last.start:
        raise Problem(BACKWARDS, field="on", start=last.start, end=on)
    membership.tiers.filter(end=None).update(end=on)
    TierSpell.objects.create(membership=membership, tier=tier, start=on)
    record(by, "members.change_tier", membership, ["tier"])
    return membership


@operation("members.end", "终止会籍", "end a membership")
def end(
    *,
    by: Account,
    membership: Membership,
    on: dt.date,
    why: Membership.Why,
    confirmed_on: dt.date | None = None,
) -> Membership:
    """End a membership: `on` is the first day no longer a member. A day in the past is a late entry."""
    if membership.end:
        raise Problem(ENDED, end=membership.end)
    if on <= membership.start:
        raise Problem(BACKWARDS, field="on", start=membership.start, end=on)
    membership.end, membership.why_ended, membership.confirmed_on = on, why, confirmed_on
    membership.save(update_fields=["end", "why_ended", "confirmed_on"])
    membership.tiers.filter(end=None).update(end=on)
    record(by, "members.end", membership, ["end", "why_ended", "confirmed_on"])
    return membership
