"""Entries made by hand where the system has no rows: entered by one, checked by another, replaced or withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils import timezone

from zhiheng.core.files import operations as files
from zhiheng.core.files.kinds import SCANS
from zhiheng.core.operations import operation, record
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Account
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.figures.definition import Figure, Kind, Period, PeriodRule, Unit
from zhiheng.figures.evaluation import WHOLE, has_rows
from zhiheng.figures.models import Entry
from zhiheng.figures.problems import (
    ENTERED_ALREADY,
    NO_PAGE,
    NO_SCAN,
    NOT_BESIDE,
    NOT_INSTEAD,
    NOT_NOW,
    OUT_OF_RANGE,
    ROWS_THERE,
    SAME_HAND,
)
from zhiheng.ui.words import Text, say

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

SCAN: Final = files.Purpose("figures.entries", SCANS)
State, Beside = Entry.State, Entry.Beside
OPEN: Final = (State.WAITING, State.STANDING, State.SENT_BACK)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an entry stands on: a ledger or a document and where in it, and the scan of it (grades B and C)."""

    grade: Entry.Grade
    source: str
    page: str = ""
    scan: UploadedFile[bytes] | bytes | None = None
    scan_name: str = ""


@operation("figures.enter", "录入台账数据", "make an entry", on="figure")
def enter(
    *,
    by: Account,
    figure: Figure,
    period: Period,
    what: str,
    amount: Decimal,
    evidence: Evidence,
    base: Decimal | None = None,
    organisation: Organisation | None = None,
    beside: Entry.Beside = Beside.NOTHING,
    why: str = "",
    replaces: Entry | None = None,
) -> Entry:
    """Enter something counted that the system has no rows of, with its evidence. It counts once it is checked.

    What replaces another entry takes its place when it is checked, and keeps its scan unless it brings another one.
    """
    _fits(figure, period)
    _adds(figure, amount, base)
    if replaces is not None and replaces.state not in OPEN:
        raise Problem(NOT_NOW, state=replaces.get_state_display())
    entry = Entry(
        figure=figure.code,
        period=period.code,
        first=period.first,
        last=period.last,
        what=_needed(what, "what", Text("内容", "what was counted")),
        amount=amount,
        base=base,
        unit=figure.unit.name,
        organisation=organisation,
        grade=Entry.Grade(evidence.grade),
        source=_needed(evidence.source, "source", Text("台账或出处", "ledger or source")),
        page=evidence.page.strip(),
        beside=Beside(beside),
        why=why.strip(),
        replaces=replaces,
        entered_by=by,
    )
    _counts_once(figure, entry)
    if entry.grade == Entry.Grade.D and not entry.page:
        raise Problem(NO_PAGE, field="page")
    if evidence.scan is not None:
        entry.file = files.keep(
            by=by, purpose=SCAN, content=evidence.scan, name=evidence.scan_name, about=figure
        )
    elif replaces is not None:
        entry.file = replaces.file
    if entry.file is None and entry.grade != Entry.Grade.D:
        raise Problem(NO_SCAN, field="scan", grade=entry.grade)
    entry.full_clean()
    entry.save()
    record(
        by, "figures.enter", entry, ["figure", "period", "what", "amount", "base", "grade", "file", "source"]
    )
    return entry


@operation("figures.check", "复核台账录入", "check an entry", on="entry")
def check(*, by: Account, entry: Entry, passed: bool = True, note: str = "") -> Entry:
    """Say as a second person that an entry is what its evidence says, or send it back. It counts from now on."""
    entry = _locked(entry, State.WAITING)
    if entry.entered_by_id == by.pk:
        raise Problem(SAME_HAND)
    if not passed:
        entry.note = _needed(note, "note", Text("复核意见", "remark"))
    else:
        _counts_once(entry.of, entry)
        entry.note = note.strip()
        if entry.replaces is not None:
            _end(by, "figures.check", _locked(entry.replaces, *OPEN), State.REPLACED)
    entry.state = State.STANDING if passed else State.SENT_BACK
    entry.checked_by, entry.checked_at = by, timezone.now()
    entry.save()
    record(by, "figures.check", entry, ["state", "checked_by", "checked_at", "note"])
    return entry


@operation("figures.withdraw", "撤回台账录入", "withdraw an entry", on="entry")
def withdraw(*, by: Account, entry: Entry, why: str) -> Entry:
    """Let an entry count no longer. It stays to be read, and so do the numbers published with it."""
    entry = _locked(entry, *OPEN)
    entry.note = _needed(why, "note", Text("理由", "why"))
    _end(by, "figures.withdraw", entry, State.WITHDRAWN)
    return entry


def _end(by: Account, verb: str, entry: Entry, state: Entry.State) -> None:
    entry.state = state
    entry.save()
    record(by, verb, entry, ["state", "note"])


def _locked(entry: Entry, *states: Entry.State) -> Entry:
    found = Entry.objects.select_for_update().get(pk=entry.pk)
    if states and found.state not in states:
        raise Problem(NOT_NOW, state=found.get_state_display())
    return found


def _needed(value: str, field: str, what: Text) -> str:
    if not value.strip():
        raise Problem(EMPTY, field=field, what=say(what))
    return value.strip()


def _fits(figure: Figure, period: Period) -> None:
    """Refuse a period of the wrong kind; a figure that goes by terms takes entries of years too."""
    if not (figure.period is PeriodRule.SPAN and period.rule is PeriodRule.YEAR and figure.kind not in WHOLE):
        figure.check(period)


def _adds(figure: Figure, amount: Decimal, base: Decimal | None) -> None:
    ratio = figure.kind is Kind.RATIO
    share = figure.unit is Unit.PERCENT
    if (
        amount < 0
        or ratio != (base is not None)
        or (base is not None and (base <= 0 or (share and amount > base)))
    ):
        raise Problem(OUT_OF_RANGE, field="amount", amount=amount, base="—" if base is None else base)


def _counts_once(figure: Figure, entry: Entry) -> None:
    """Refuse what would be counted twice: beside rows of the system, or beside another entry of the same thing."""
    if entry.beside == Beside.NOTHING and has_rows(figure, entry.when):
        raise Problem(ROWS_THERE, field="beside", figure=figure.name, period=entry.when.name)
    if entry.beside != Beside.NOTHING:
        _needed(entry.why, "why", Text("理由", "why"))
    if entry.beside == Beside.ROWS and figure.kind in WHOLE:
        raise Problem(NOT_BESIDE, field="beside", figure=figure.name)
    if entry.beside == Beside.INSTEAD and figure.period is PeriodRule.SPAN:
        raise Problem(NOT_INSTEAD, field="beside", figure=figure.name)
    same = Entry.objects.filter(
        Q(what=entry.what, organisation=entry.organisation) if figure.kind not in WHOLE else Q(),
        figure=figure.code,
        state__in=[State.WAITING, State.STANDING],
        first__lte=entry.last,
        last__gte=entry.first,
    )
    if same.exclude(pk__in=[pk for pk in (entry.pk, entry.replaces_id) if pk]).exists():
        raise Problem(ENTERED_ALREADY, field="what", what=entry.what, period=entry.when.name)
