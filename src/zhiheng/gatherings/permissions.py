"""Who may do what with gatherings."""

from __future__ import annotations

from typing import Any

import rules

from zhiheng.core.people.models import Account, Person
from zhiheng.core.people.permissions import is_contact_of, is_signed_in, reads, runs, works_on
from zhiheng.gatherings.models import Attendance, Edition, Material, Registration, Visibility

LINE = "gatherings"


@rules.predicate
def is_for_whom(account: Any, file: Any) -> bool:
    """The material is for everybody, or for those who came and the account's person is one of them."""
    material = Material.objects.select_related("edition").filter(file=file).first() if file else None
    if material is None or not material.edition.published or material.visibility == Visibility.STAFF:
        return False
    return material.visibility == Visibility.PUBLIC or takes_part(account, material.edition)


def takes_part(account: Any, edition: Edition) -> bool:
    """Say whether the account's person has a seat at a session of the edition, or was at one."""
    if not isinstance(account, Account) or not account.is_active or account.person is None:
        return False
    cards = {account.person_id, account.person.merged_into_id} - {None}
    of = {"session__edition": edition, "person__in": cards}
    seats = Registration.objects.filter(state=Registration.State.TAKEN, **of)
    return seats.exists() or Attendance.objects.filter(**of).exists()


@rules.predicate
def is_own(account: Any, record: Any) -> bool:
    """The record is the account's own person, or a registration of that person."""
    if not isinstance(account, Account) or not account.is_active or account.person is None:
        return False
    own = {account.person_id, account.person.merged_into_id} - {None}
    return (record.pk if isinstance(record, Person) else getattr(record, "person_id", None)) in own


for code, predicate in {
    "gatherings.see": reads(LINE),
    "gatherings.open_series": runs(LINE),
    "gatherings.hold": works_on(LINE),
    "gatherings.edit": works_on(LINE),
    "gatherings.publish": works_on(LINE),
    "gatherings.add_session": works_on(LINE),
    "gatherings.arrange": works_on(LINE),
    "gatherings.move": works_on(LINE),
    "gatherings.cancel": runs(LINE),
    "gatherings.register": works_on(LINE) | is_contact_of,
    "gatherings.register_anybody": works_on(LINE),
    "gatherings.register_self": is_own,
    "gatherings.give_back": works_on(LINE) | is_contact_of | is_own,
    "gatherings.see_company": reads(LINE) | is_contact_of,
    "gatherings.check_in": works_on(LINE),
    "gatherings.arrive": is_signed_in,
    "gatherings.strike": works_on(LINE),
    "gatherings.add_material": works_on(LINE),
    "gatherings.material.keep": works_on(LINE),
    "gatherings.material.read": reads(LINE) | is_for_whom,
    "gatherings.material.delete": works_on(LINE),
}.items():
    rules.add_perm(code, predicate)
