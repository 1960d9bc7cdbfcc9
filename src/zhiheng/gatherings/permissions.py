"""Who may do what with gatherings."""

from __future__ import annotations

from typing import Any

import rules

from zhiheng.core.people.models import Account, Person
from zhiheng.core.people.permissions import is_contact_of, is_signed_in, reads, runs, works_on

LINE = "gatherings"


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
}.items():
    rules.add_perm(code, predicate)
