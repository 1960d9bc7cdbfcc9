"""How a room's `tests/access.py` says who gets which address; `tests/law/test_access.py` asks every address of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from story import PEOPLE, Story

if TYPE_CHECKING:
    from collections.abc import Callable

ROLES = frozenset(PEOPLE) | {"nobody"}
EVERYBODY = ROLES
SIGNED_IN = frozenset(PEOPLE)
WRITERS = frozenset({"alice", "bob", "oscar", "olive"})
"""Who works on some line."""
STAFF = WRITERS | {"rita"}
"""Who works on, runs or reads some line."""
OF_MEMBERS = frozenset({"alice", "bob", "rita", "olive"})
"""Who may read the line of members."""


def nothing(_story: Story) -> tuple[Any, ...]:
    """Give no argument: the address has none."""
    return ()


@dataclass(frozen=True, slots=True)
class Access:
    """One address: who is let in, and what is said to the rest.

    A refused person gets 403, and who is not signed in is sent to sign in; where `hidden`, both are told that nothing
    is there (404). `arguments` makes what the address is about and gives its parts. `status` is what those let in get
    from a plain GET; with `method="POST"` an empty form is sent, and anything but a refusal counts as let in.
    """

    allowed: frozenset[str]
    arguments: Callable[[Story], tuple[Any, ...]] = nothing
    hidden: bool = False
    status: int = 200
    method: str = "GET"
