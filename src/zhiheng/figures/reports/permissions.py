"""Who may do what with reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import rules
from rules import predicate

from zhiheng.core.files.kinds import DOCX
from zhiheng.core.files.operations import Purpose
from zhiheng.core.people.models import Part
from zhiheng.core.people.permissions import roles_today, runs
from zhiheng.figures.reports.models import Report, Step, Version

WORKS = {Part.RUNS.value, Part.HELPS.value}


WORD: Final = Purpose("reports.word", kinds=frozenset({DOCX}))
"""Drafts that come back from Word."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A step of the chain of one version: what is asked when somebody signs."""

    version: Version
    step: Step


def _report(record: Any) -> Report | None:
    if isinstance(record, Report) or record is None:
        return record
    return record.report if isinstance(record, Version) else record.version.report


@predicate
def is_staff(account: Any, _record: Any) -> bool:
    """Works on, runs or reads some line: may read drafts and remark on them."""
    return any(part in WORKS | {Part.READS.value} for _, part, _ in roles_today(account))


@predicate
def works_on_its_line(account: Any, record: Any) -> bool:
    """Works on the line of the report, or the line named; without one, on any line."""
    report = None if isinstance(record, str) else _report(record)
    of = record if isinstance(record, str) else report and report.line
    return any(
        part in WORKS and (of is None or line in {of, "office"}) for line, part, _ in roles_today(account)
    )


@predicate
def may_sign(account: Any, turn: Any) -> bool:
    """May sign this step: each asks for another part in the house."""
    if turn is None:
        return False
    line = turn.version.report.line
    running = {of for of, part, _ in roles_today(account) if part == Part.RUNS}
    match turn.step:
        case Step.DRAFT:
            return bool(works_on_its_line(account, turn.version))
        case Step.REVIEW:
            return bool(running & {line, "office"})
        case Step.CONSULT:
            return bool(running - {line})
        case Step.ISSUE:
            return "office" in running
        case _:
            return bool(running & {"council", "office"})


for code, rule in {
    "reports.see": is_staff,
    "reports.comment": is_staff,
    "reports.write": works_on_its_line,
    "reports.sign": may_sign,
    "reports.let_through": runs("office"),
    "reports.publish": runs("office"),
    "reports.word.keep": works_on_its_line,
    "reports.word.read": is_staff,
    "reports.word.delete": runs("office"),
}.items():
    rules.add_perm(code, rule)
