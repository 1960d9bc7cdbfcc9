"""Applications: received, checked against the list, approved or declined."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from django.utils import timezone

from zhiheng.core.credentials import operations as credentials
from zhiheng.core.operations import lock, operation, record
from zhiheng.core.organisations.models import LEGAL_PERSONS, Organisation
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Person
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.lines.members.models import (
    Application,
    Membership,
    Representative,
    Requirement,
    Tier,
    TierSpell,
)
from zhiheng.lines.members.operations.membership import invite
from zhiheng.lines.members.operations.numbering import next_in
from zhiheng.lines.members.operations.telling import APPROVED, DECLINED, WELCOME, tell
from zhiheng.lines.members.problems import (
    ALREADY_MEMBER,
    APPLIED,
    CARD_MERGED,
    DECIDED,
    NOT_LEGAL_PERSON,
    NOT_MET,
)
from zhiheng.ui.words import Text, say

CREDENTIAL: Final = Text("会员单位", "Member organisation")
"""What the membership check shows; it is withdrawn when the membership ends."""


def _refuse_member(organisation: Organisation, on: dt.date) -> None:
    """Refuse where the company, under any of its cards, is or will be a member on or after `on`."""
    companies = organisation.credits.values("company")
    lock(*Organisation.objects.filter(pk__in=companies).order_by("pk"))  # two cards of it approved at once
    same = Membership.objects.filter(organisation__credits__company__in=companies)
    if current := same.during(on, dt.date.max).first():
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
    """Receive an application of a legal person that is no member and has not applied."""
    lock(organisation)
    if organisation.kind not in LEGAL_PERSONS:
        raise Problem(
            NOT_LEGAL_PERSON,
            field="organisation",
            name=organisation.name,
            kind=organisation.get_kind_display(),
        )
    if organisation.merged_into:
        raise Problem(
            CARD_MERGED, field="organisation", name=organisation.name, into=organisation.merged_into.name
        )
    _refuse_member(organisation, on)
    if open_one := organisation.applications.filter(state=Application.State.RECEIVED).first():
        raise Problem(APPLIED, field="organisation", name=organisation.name, on=open_one.received_on)
    application = Application(organisation=organisation, tier=tier, contact=contact, received_on=on)
    application.full_clean()
    application.save()
    record(by, "members.apply", application, ["organisation", "tier", "contact", "received_on"])
    return application


@operation("members.require", "设定入会材料", "say what an application must bring")
def require(*, by: Account, name_zh: str, name_en: str, start: dt.date) -> Requirement:
    """Ask for one more thing of every application received from `start` on."""
    if not name_zh.strip() or not name_en.strip():
        raise Problem(EMPTY, field="name_zh", what=say(Text("材料名称", "name")))
    asked = Requirement.objects.create(name_zh=name_zh.strip(), name_en=name_en.strip(), start=start)
    record(by, "members.require", asked, ["name_zh", "name_en", "start"])
    return asked


@operation("members.see_met", "核对入会材料", "check what an application brought")
def see_met(*, by: Account, application: Application, met: Iterable[Requirement]) -> Application:
    """Say which requirements an application fulfils; what is left out it does not."""
    _refuse_decided(application)
    application.met.set(met)
    record(by, "members.see_met", application, ["met"])
    return application


def missing(application: Application) -> list[Requirement]:
    """Give what an application must bring and has not brought."""
    asked = Requirement.objects.as_of(application.received_on)
    return list(asked.exclude(pk__in=application.met.values("pk")))


@operation("members.approve", "批准入会", "approve an application")
def approve(*, by: Account, application: Application, on: dt.date) -> Membership:
    """Approve: a membership begins on `on`, with a number of that year and a credential to be looked up."""
    _refuse_decided(application)
    if lacking := missing(application):
        raise Problem(NOT_MET, what="、".join(str(each) for each in lacking))
    _refuse_member(application.organisation, on)
    application.state, application.decided_on = Application.State.APPROVED, on
    application.save(update_fields=["state", "decided_on"])
    record(by, "members.approve", application, ["state", "decided_on"])
    number = f"{on:%Y}-{next_in(f'member-{on:%Y}'):04d}"
    membership = Membership.objects.create(organisation=application.organisation, number=number, start=on)
    TierSpell.objects.create(membership=membership, tier=application.tier, start=on)
    if application.contact:
        Representative.objects.create(membership=membership, person=application.contact, start=on)
    credentials.issue(
        by=by, line="members", title=CREDENTIAL, holder=application.organisation, start=on, number=number
    )
    record(by, "members.approve", membership, ["organisation", "number", "start", "tier", "representatives"])
    if _welcomed(by, membership, application.contact, on):
        return membership
    tell(
        by=by,
        organisation=application.organisation,
        words=APPROVED,
        else_to=application.contact,
        on=on,
        number=number,
    )
    return membership


def _welcomed(by: Account, membership: Membership, contact: Person | None, on: dt.date) -> bool:
    """Invite who applied for a company that has no contact yet; who cannot be invited is told as before.

    Why not (no number, that of another, an account that was closed, erased meanwhile) does not stop the approval.
    """
    if contact is None or people.contacts(membership.organisation).as_of(timezone.localdate()).exists():
        return False
    try:
        invite(by=by, membership=membership, person=contact, on=on, words=WELCOME)
    except Problem:
        return False
    return True


@operation("members.decline", "不批准入会", "decline an application")
def decline(*, by: Account, application: Application, on: dt.date, reason: str) -> Application:
    """Decline, with the reason that the applicant reads."""
    _refuse_decided(application)
    if not reason.strip():
        raise Problem(EMPTY, field="reason", what=say(Text("理由", "reason")))
    application.state, application.decided_on, application.reason = Application.State.DECLINED, on, reason
    application.full_clean()
    application.save(update_fields=["state", "decided_on", "reason"])
    record(by, "members.decline", application, ["state", "decided_on", "reason"])
    tell(
        by=by,
        organisation=application.organisation,
        words=DECLINED,
        else_to=application.contact,
        reason=application.reason,
    )
    return application


def _refuse_decided(application: Application) -> None:
    lock(application)
    if application.state != Application.State.RECEIVED:
        raise Problem(DECIDED, on=application.decided_on)
