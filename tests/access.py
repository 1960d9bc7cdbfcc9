"""How a room's `tests/access.py` says who gets which address; `tests/law/test_access.py` asks every address of it."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from story import PEOPLE, Story

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(__file__).parents[1] / "src" / "zhiheng"
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


def tables() -> dict[str, Access]:
    """Give the tables of all rooms as one."""
    found = {}
    for file in sorted(SOURCE.rglob("tests/access.py")):
        spec = importlib.util.spec_from_file_location(f"access_of_{file.parts[-3]}", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        assert not found.keys() & module.ACCESS.keys(), file
        found |= module.ACCESS
    return found
