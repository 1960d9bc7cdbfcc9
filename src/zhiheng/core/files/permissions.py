"""Who may do what with a file: the room that it was handed in for says it, under the code of its purpose."""

from __future__ import annotations

from typing import Any

import rules
from rules import Predicate, predicate


def _as_its_room_says(verb: str) -> Predicate:
    @predicate(name=f"its room lets {verb}")
    def asked(account: Any, file: Any) -> bool:
        return file is not None and rules.has_perm(f"{file.purpose}.{verb}", account, file)

    return asked  # type: ignore[no-any-return]


@predicate
def is_for_a_purpose(account: Any, purpose: Any) -> bool:
    """Hands something in for a purpose of a room; the room is asked next, with the record it is for."""
    return purpose is not None and bool(getattr(account, "is_active", False))


for code, rule in {
    "files.keep": is_for_a_purpose,
    "files.read": _as_its_room_says("read"),
    "files.delete": _as_its_room_says("delete"),
}.items():
    rules.add_perm(code, rule)
