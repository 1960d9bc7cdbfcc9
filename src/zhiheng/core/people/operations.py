"""Writes to people: accounts, persons, roles; erasure by law."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils import timezone

from zhiheng.core.dated import DatedQuerySet
from zhiheng.core.messages.models import Message
from zhiheng.core.operations import operation, record
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.erasing import ERASERS, Known, end_sessions
from zhiheng.core.people.models import Account, Part, Person, Role
from zhiheng.core.people.permissions import forget_roles
from zhiheng.core.people.problems import ERASED, HAS_ACCOUNT, ITSELF, MERGED, NO_ORGANISATION, USER_NAME
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.core.sign_in.mobile import read as read_mobile
from zhiheng.ui.words import Text, say

SYSTEM = "system"
LONGEST_NAME: Final = 60
MISLEADING: Final = re.compile(rf"{SYSTEM}|erased-.*")
"""User names that would pass for the system or for somebody who was erased; nor may one be a mobile number."""


def system_account() -> Account:
    """Give the account of the system itself: it runs everything, cannot sign in, and is named in the journal."""
    account, made = Account.objects.get_or_create(username=SYSTEM)
    if made:
        account.set_unusable_password()
        account.save()
        Role.objects.create(account=account, line="office", part=Part.RUNS, start=dt.date(1900, 1, 1))
    return account


@operation("people.add_person", "登记人员", "add a person")
def add_person(
    *,
    by: Account,
    name: str,
    mobile: str = "",
    email: str = "",
    organisation: Organisation | None = None,
    post: str = "",
) -> Person:
    """Add a person; the same person is found by `find_person` before, not here."""
    if not name.strip():
        raise Problem(EMPTY, field="name", what="姓名")
    person = Person(
        name=name.strip(),
        mobile=mobile.strip(),
        email=email.strip(),
        organisation=organisation,
        post=post.strip(),
    )
    person.full_clean()
    person.save()
    record(by, "people.add_person", person, ["name", "mobile", "email", "organisation", "post"])
    return person


@operation("people.add_colleague", "登记本单位人员", "add a person of one's organisation", on="organisation")
def add_colleague(
    *, by: Account, organisation: Organisation, name: str, mobile: str = "", post: str = "", email: str = ""
) -> Person:
    """Add a person of the organisation that one is contact of; who stands there by name and number already is given."""
    same = organisation.people.canonical().filter(name=name.strip(), mobile=mobile.strip()).first()
    if same is not None:
        record(by, "people.add_colleague", same)
        return same
    if not name.strip():
        raise Problem(EMPTY, field="name", what="姓名")
    person = Person(
        name=name.strip(),
        mobile=mobile.strip(),
        organisation=organisation,
        post=post.strip(),
        email=email.strip(),
    )
    person.full_clean()
    person.save()
    record(by, "people.add_colleague", person, ["name", "mobile", "organisation", "post", "email"])
    return person


@operation("people.correct_person", "更正人员资料", "correct a person")
def correct_person(
    *,
    by: Account,
    person: Person,
    name: str,
    mobile: str = "",
    email: str = "",
    organisation: Organisation | None = None,
    post: str = "",
) -> Person:
    """Correct what is written of a person. What was attended before keeps the organisation that sent them then."""
    if person.erased_at:
        raise Problem(ERASED, field="name")
    if not name.strip():
        raise Problem(EMPTY, field="name", what="姓名")
    person.name, person.mobile, person.email = name.strip(), mobile.strip(), email.strip()
    person.organisation, person.post = organisation, post.strip()
    person.full_clean()
    person.save()
    record(by, "people.correct_person", person, ["name", "mobile", "email", "organisation", "post"])
    return person


@operation("people.merge", "合并人员卡片", "merge two cards of one person")
def merge(*, by: Account, card: Person, into: Person) -> Person:
    """Say that `card` is the same person as `into`. No record is moved; both count as `into` where the unit is 人."""
    apart(into, field="into")
    apart(card, field="card")
    if card.pk == into.pk:
        raise Problem(ITSELF, field="into", name=card)
    for alias in [card, *card.aliases.all()]:
        alias.merged_into = into
        alias.save(update_fields=["merged_into"])
        record(by, "people.merge", alias, ["merged_into"])
    record(by, "people.merge", into, ["aliases"])
    return into


def apart(card: Person, *, field: str) -> None:
    """Refuse a card that does not stand for itself: it was merged into another, or erased."""
    if card.erased_at:
        raise Problem(ERASED, field=field)
    if card.merged_into:
        raise Problem(MERGED, field=field, name=card, into=card.merged_into)


@operation("people.part", "撤销合并", "undo a merge")
def part(*, by: Account, card: Person) -> Person:
    """Undo a merge: `card` counts for itself again."""
    if into := card.merged_into:
        record(by, "people.part", into, ["aliases"])
    card.merged_into = None
    card.save(update_fields=["merged_into"])
    record(by, "people.part", card, ["merged_into"])
    return card


@operation("people.open_account", "开设账号", "open an account")
def open_account(
    *,
    by: Account,
    username: str,
    password: str | None = None,
    person: Person | None = None,
    mobile: str | None = None,
    email: str = "",
    staff: bool = False,
) -> Account:
    """Open an account, for a person or for a task. It has no role."""
    name = username.strip().lower()
    if not name:
        raise Problem(EMPTY, field="username", what=say(Text("用户名", "User name")))
    taken = Account.objects.filter(username=name).exists()
    if taken or len(name) > LONGEST_NAME or MISLEADING.fullmatch(name) or read_mobile(name):
        raise Problem(USER_NAME, field="username", name=name[:LONGEST_NAME])
    if person is not None:
        apart(person, field="username")
        if Account.objects.filter(person=person).exists():
            raise Problem(HAS_ACCOUNT, field="username", name=person)
    account = Account.objects.create_user(
        name, password, person=person, mobile=mobile or None, email=email, is_staff=staff
    )
    record(by, "people.open_account", account, ["username", "person", "mobile", "email", "is_staff"])
    return account


@operation("people.change_own", "修改自己的账号", "change one's own account", on="account")
def change_password(*, by: Account, account: Account, password: str) -> Account:
    """Change one's own password; whoever asks has proved who they are."""
    account.set_password(password)
    account.save(update_fields=["password"])
    record(by, "people.change_password", account, ["password"])
    return account


@operation("people.change_own", "修改自己的账号", "change one's own account", on="account")
def change_mobile(*, by: Account, account: Account, mobile: str, verified: bool) -> Account:
    """Change one's own mobile number; `verified` where a code that was sent to it came back."""
    account.mobile, account.mobile_verified = mobile, verified
    account.full_clean(exclude=["password"])
    account.save(update_fields=["mobile", "mobile_verified"])
    record(by, "people.change_mobile", account, ["mobile", "mobile_verified"])
    return account


@operation("people.give_role", "授予角色", "give a role")
def give_role(
    *,
    by: Account,
    account: Account,
    line: str,
    part: Part,
    start: dt.date,
    end: dt.date | None = None,
    organisation: Organisation | None = None,
) -> Role:
    """Give an account a part in a line from `start` on."""
    if part == Part.CONTACT and organisation is None:
        raise Problem(NO_ORGANISATION, field="of")
    same = Role.objects.filter(account=account, line=line, part=part, organisation=organisation)
    same.refuse_overlap(start, end, what=str(account))
    role = Role(account=account, line=line, part=part, start=start, end=end, organisation=organisation)
    role.full_clean()
    role.save()
    forget_roles(account)
    record(by, "people.give_role", role, ["account", "line", "part", "organisation", "start", "end"])
    return role


@operation("people.end_role", "结束角色", "end a role")
def end_role(*, by: Account, role: Role, on: dt.date) -> Role:
    """`on` is the first day without a role; one given that day or later never was."""
    return _end(by, role, on, "people.end_role")


def _end(by: Account, role: Role, on: dt.date, verb: str) -> Role:
    if on <= role.start:
        record(by, verb, role, ["account", "line", "part", "organisation", "start"])
        role.delete()
    else:
        role.end = on
        role.save(update_fields=["end"])
        record(by, verb, role, ["end"])
    forget_roles(role.account)
    return role


def contacts(organisation: Organisation) -> DatedQuerySet[Role]:
    """Give the roles of who is or was the main contact of a member organisation."""
    roles: DatedQuerySet[Role] = Role.objects.filter(part=Part.CONTACT, organisation=organisation)
    return roles


@operation("people.name_contact", "指定联系人", "name a contact", on="organisation")
def name_contact(*, by: Account, account: Account, organisation: Organisation, start: dt.date) -> Role:
    """From `start` on an account is contact of `organisation` and sees what is the organisation's own."""
    contacts(organisation).filter(account=account).refuse_overlap(start, None, what=str(account))
    role = Role(account=account, line="members", part=Part.CONTACT, start=start, organisation=organisation)
    role.full_clean()
    role.save()
    forget_roles(account)
    record(by, "people.name_contact", role, ["account", "line", "part", "organisation", "start"])
    return role


@operation("people.name_contact", "结束联系人", "end a contact", on="role")
def end_contact(*, by: Account, role: Role, on: dt.date) -> Role:
    """`on` is the first day on which an account is no longer the contact; one named that day or later never was."""
    return _end(by, role, on, "people.name_contact")


@operation("people.erase", "删除个人信息", "erase personal data")
def erase(*, by: Account, person: Person) -> Person:
    """Erase what identifies a person, by law or on demand, and close the account.

    The row stays without a value, so that what was counted stays countable. Cards merged into it go with it, and
    what other rooms keep under the same mobile number or e-mail address.
    """
    cards = [person, *person.aliases.all()]
    known = Known.by(cards, Account.objects.filter(person__in=cards))
    for eraser in ERASERS:
        for row, fields in eraser(known):
            record(by, "people.erase", row, fields)
    end_sessions(known)
    for card in cards:
        card.name = card.mobile = card.email = card.post = ""
        card.erased_at = timezone.now()
        card.save()
        record(by, "people.erase", card, ["name", "mobile", "email", "post"])
    for account in known.accounts:
        account.username, account.email, account.mobile, account.is_active = (
            f"erased-{account.pk}",
            "",
            None,
            False,
        )
        account.mobile_verified = False
        account.set_unusable_password()
        account.save()
        for left in (EmailAddress, Authenticator, UserSession):
            left.objects.filter(user=account).delete()
        record(by, "people.erase", account, ["username", "email", "mobile", "is_active", "password"])
    told = Message.objects.filter(Q(person__in=cards) | Q(account__person__in=cards))
    told.update(title_zh="", title_en="", body_zh="", body_en="", link="")
    return person
