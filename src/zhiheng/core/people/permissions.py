"""What lines build their permissions from: who runs, helps with, reads or assesses a line; whose contact one is."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils import timezone
from rules import Predicate, predicate

from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Account, Part, Role


def roles_today(account: Any) -> frozenset[tuple[str, str, int | None]]:
    """Give (line, part, organisation id) of every role that `account` has today; read once a request."""
    if not getattr(account, "is_active", False) or not account.pk:
        return frozenset()
    if "_roles_today" not in account.__dict__:
        today = timezone.localdate()
        account.__dict__["_roles_today"] = frozenset(
            Role.objects.filter(account=account).as_of(today).values_list("line", "part", "organisation_id")
        )
    return account.__dict__["_roles_today"]  # type: ignore[no-any-return]


def forget_roles(account: Account) -> None:
    """Read the roles of `account` again at the next question."""
    account.__dict__.pop("_roles_today", None)


@cache
def has_part(line: str, *parts: Part) -> Predicate:
    """Somebody has one of `parts` in `line`; in the line "office" it counts for every line."""
    wanted = {part.value for part in parts}

    @predicate(name=f"{'|'.join(sorted(wanted))}:{line}")
    def has(account: Any) -> bool:
        return any(of in {line, "office"} and part in wanted for of, part, _ in roles_today(account))

    return has  # type: ignore[no-any-return]


def runs(line: str) -> Predicate:
    """Runs `line`."""
    return has_part(line, Part.RUNS)


def works_on(line: str) -> Predicate:
    """Runs `line` or helps with it."""
    return has_part(line, Part.RUNS, Part.HELPS)


def reads(line: str) -> Predicate:
    """Runs `line`, helps with it or may read it."""
    return has_part(line, Part.RUNS, Part.HELPS, Part.READS)


@predicate
def is_contact_of(account: Any, record: Any) -> bool:
    """Is contact of the organisation of `record` (the record itself, or its `organisation`)."""
    organisation_id = (
        record.pk if isinstance(record, Organisation) else getattr(record, "organisation_id", None)
    )
    return organisation_id is not None and any(
        part == Part.CONTACT and of == organisation_id for _, part, of in roles_today(account)
    )


@predicate
def is_anybody(account: Any) -> bool:  # noqa: ARG001 - a predicate takes the account
    """Everybody, signed in or not."""
    return True


@predicate
def is_signed_in(account: Any) -> bool:
    """Signed in with an active account."""
    return bool(getattr(account, "is_active", False) and account.pk)


@predicate
def is_oneself(account: Any, record: Any) -> bool:
    """The record is the account itself, and it is open."""
    return isinstance(record, Account) and record.is_active and record.pk == getattr(account, "pk", None)
