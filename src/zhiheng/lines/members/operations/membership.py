"""What happens to a membership: tier, representatives, contact, corrections of its card, its end."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from zhiheng.core.credentials import operations as credentials
from zhiheng.core.credentials.models import Credential
from zhiheng.core.messages.operations import Words, send
from zhiheng.core.operations import lock, operation, record
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Person, Role, masked
from zhiheng.core.problems import BACKWARDS, Problem
from zhiheng.core.sign_in.mobile import read as read_mobile
from zhiheng.lines.members.models import (
    Meeting,
    Membership,
    Representative,
    Tier,
    TierSpell,
)
from zhiheng.lines.members.operations.telling import BY_CODE, BY_MAIL, INVITED
from zhiheng.lines.members.problems import (
    ENDED,
    NOT_CONFIRMED,
    NUMBER_OF_ANOTHER,
    SAME_TIER,
    UNREACHABLE,
)
from zhiheng.ui.words import Text


@operation("members.change_tier", "调整级别", "change the tier")
def change_tier(*, by: Account, membership: Membership, tier: Tier, on: dt.date) -> Membership:
    """From `on` on the membership is of another tier."""
    _refuse_ended(membership)
    last = membership.tiers.last()
    if last and on <= last.start:
        raise Problem(BACKWARDS, field="on", start=last.start, end=on)
    if last and last.tier == tier:
        raise Problem(SAME_TIER, field="tier", tier=last)
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
    confirmed_at: Meeting | None = None,
) -> Membership:
    """End a membership: `on` is the first day no longer a member. A day in the past is a late entry.

    Who leaves in arrears leaves by a decision of the council, which is named.
    """
    _refuse_ended(membership)
    if on <= membership.start:
        raise Problem(BACKWARDS, field="on", start=membership.start, end=on)
    if why == Membership.Why.ARREARS and confirmed_at is None:
        raise Problem(NOT_CONFIRMED, field="confirmed_at", number=membership.number)
    membership.end, membership.why_ended = on, why
    membership.confirmed_at = confirmed_at
    membership.confirmed_on = confirmed_at.held_on if confirmed_at else None
    membership.save(update_fields=["end", "why_ended", "confirmed_at", "confirmed_on"])
    membership.tiers.cut(on)
    membership.representatives.cut(on)
    for credential in Credential.objects.filter(
        line="members", number=membership.number, organisation=membership.organisation, withdrawn_on=None
    ):
        credentials.withdraw(by=by, credential=credential, on=on)
    record(by, "members.end", membership, ["end", "why_ended", "confirmed_at", "confirmed_on"])
    return membership


@operation("members.name_representative", "登记会员代表", "name a representative")
def name_representative(
    *, by: Account, membership: Membership, person: Person, on: dt.date
) -> Representative:
    """From `on` on somebody speaks for a member."""
    _refuse_ended(membership)
    if on < membership.start:
        raise Problem(BACKWARDS, field="on", start=membership.start, end=on)
    membership.representatives.filter(person=person).refuse_overlap(on, None, what=str(person))
    named = Representative.objects.create(membership=membership, person=person, start=on)
    record(by, "members.name_representative", named, ["membership", "person", "start"])
    return named


@operation("members.end_representation", "结束会员代表", "end a representation")
def end_representation(*, by: Account, representative: Representative, on: dt.date) -> Representative:
    """`on` is the first day on which somebody no longer speaks for a member."""
    lock(representative)
    if representative.end:
        raise Problem(ENDED, end=representative.end)
    if on <= representative.start:
        raise Problem(BACKWARDS, field="on", start=representative.start, end=on)
    representative.end = on
    representative.save(update_fields=["end"])
    record(by, "members.end_representation", representative, ["end"])
    return representative


@operation("members.name_contact", "指定会员联系人", "name the contact of a member")
def name_contact(*, by: Account, membership: Membership, account: Account, on: dt.date) -> Role:
    """From `on` on this account is the main contact; whoever was it before is so no longer."""
    _refuse_ended(membership)
    organisation = membership.organisation
    for role in people.contacts(organisation).as_of(on).exclude(account=account):
        people.end_contact(by=by, role=role, on=on)
    role = people.name_contact(by=by, account=account, organisation=organisation, start=on)
    record(by, "members.name_contact", membership, ["contact"])
    return role


@operation("members.invite", "邀请联系人", "invite a contact")
def invite(
    *, by: Account, membership: Membership, person: Person, on: dt.date, words: Words = INVITED
) -> Role:
    """Make somebody the main contact who need not have an account: one is opened, and they are told how to come in.

    An account is taken that is the person's, or that has proved to have the person's mobile number. A number that an
    account has not proved might be anybody's: that is refused.
    """
    _refuse_ended(membership)
    account = Account.objects.filter(person=person.counted_as, is_active=True).first()
    mobile = read_mobile(person.mobile) if settings.MOBILE_SIGN_IN else None
    if account is None and mobile and (there := Account.objects.filter(mobile=mobile).first()):
        if not (there.mobile_verified and there.is_active):
            raise Problem(NUMBER_OF_ANOTHER, field="mobile", mobile=masked(mobile))
        account = there
    if account is None:
        if not (mobile or person.email):
            raise Problem(UNREACHABLE, field="mobile", person=person)
        taken = Account.objects.filter(username=membership.number.lower()).exists()
        account = people.open_account(
            by=people.system_account(),  # the office opens accounts; this one by a rule of the house
            username=f"{membership.number}-{person.pk}" if taken else membership.number,
            person=person.counted_as,
            mobile=mobile,
            email=person.email,
        )
    role = name_contact(by=by, membership=membership, account=account, on=on)
    way = BY_CODE if account.mobile and settings.MOBILE_SIGN_IN else _by_mail(account)
    values = {"name": membership.organisation.name, "number": membership.number, "on": on, "way": way}
    send(by=by, to=account, words=words, values=values, link="/members/own/")
    record(by, "members.invite", membership, ["contact"])
    return role


def _by_mail(account: Account) -> Text:
    return Text(BY_MAIL.zh.format(account.username), BY_MAIL.en.format(account.username))


def _refuse_ended(membership: Membership) -> None:
    lock(membership)
    if membership.end:
        raise Problem(ENDED, end=membership.end)
