"""Who may do what with figures: those of a line belong to who works on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rules
from rules import Predicate, predicate

from zhiheng.core.files.models import File
from zhiheng.core.people.models import Part
from zhiheng.core.people.permissions import roles_today, runs
from zhiheng.figures.definition import Figure, catalogue
from zhiheng.figures.models import DefinitionEdition, Entry

WORKS = frozenset({Part.RUNS.value, Part.HELPS.value})
READS = WORKS | {Part.READS.value}


def _owner(record: Any) -> str | None:
    """Give the line that a record belongs to; none where nothing was asked about, or it is not known any more."""
    if isinstance(record, Figure | DefinitionEdition):
        return record.owner
    if isinstance(record, Entry):
        found = catalogue().get(record.figure)
        return found.owner if found else ""
    if isinstance(record, File):
        entry = Entry.objects.filter(file=record).first()
        return _owner(entry) if entry else ""
    return None


def _of_its_line(parts: frozenset[str], *, any_line: bool = False) -> Predicate:
    """Has one of `parts` in the line of the record or in the office; without a record, in any line if `any_line`."""

    @predicate(name=f"{'|'.join(sorted(parts))} of its line")
    def has(account: Any, record: Any) -> bool:
        owner = _owner(record)
        return any(
            part in parts and (line in {"office", owner} or (owner is None and any_line))
            for line, part, _ in roles_today(account)
        )

    return has  # type: ignore[no-any-return]


RULES: dict[str, Callable[..., Any]] = {
    "figures.publish": _of_its_line(frozenset({Part.RUNS.value})),
    "figures.see": _of_its_line(READS),
    "figures.desk": _of_its_line(READS, any_line=True),
    "figures.enter": _of_its_line(WORKS),
    "figures.check": _of_its_line(WORKS),
    "figures.withdraw": _of_its_line(WORKS),
    "figures.entries.keep": _of_its_line(WORKS),
    "figures.entries.read": _of_its_line(READS),
    "figures.entries.delete": runs("office"),
    "figures.load_run": runs("office"),
}
for code, rule in RULES.items():
    rules.add_perm(code, rule)
