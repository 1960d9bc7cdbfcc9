"""What erasing a person reaches beyond the card: sessions, and what other rooms keep under a number or an address."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from django.contrib.sessions.models import Session

if TYPE_CHECKING:
    from django.db import models

    from zhiheng.core.people.models import Account, Person


@dataclass(frozen=True, slots=True)
class Known:
    """By what somebody was known before: their cards and accounts, mobile numbers, e-mail addresses."""

    cards: tuple[Person, ...]
    accounts: tuple[Account, ...]
    mobiles: frozenset[str]
    emails: frozenset[str]

    @classmethod
    def by(cls, cards: Iterable[Person], accounts: Iterable[Account]) -> Known:
        """Read it while it is still there."""
        cards, accounts = tuple(cards), tuple(accounts)
        held: list[Person | Account] = [*cards, *accounts]
        return cls(
            cards,
            accounts,
            frozenset(
                form
                for each in held
                if each.mobile
                for form in (each.mobile, re.sub(r"[\s()\-]", "", each.mobile))
            ),
            frozenset(each.email for each in held if each.email),
        )


Eraser: TypeAlias = Callable[[Known], Iterable[tuple["models.Model", list[str]]]]
ERASERS: Final[list[Eraser]] = []


def also_erases(eraser: Eraser) -> Eraser:
    """Let a room empty what it keeps of somebody; it gives each row it touched with the fields, for the journal."""
    ERASERS.append(eraser)
    return eraser


def end_sessions(known: Known) -> None:
    """Delete the sessions of somebody, and those begun and not finished that hold their number or address."""
    ids = {str(each.pk) for each in known.accounts}
    words = [json.dumps(each) for each in known.mobiles | known.emails]
    for session in Session.objects.iterator():
        held = session.get_decoded()
        text = json.dumps(held, default=str)
        if held.get("_auth_user_id") in ids or any(word in text for word in words):
            session.delete()
