"""From a published number to its rows, from a row to the numbers it stands in, and what has changed since.

Rows then and rows now are compared as two streams in order of their ids: memory does not grow with them. A number of
more than `LIVE` rows is compared by `zhiheng-web figures --check` and not while somebody waits for a page.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import rules
from django.apps import apps
from django.db import models
from django.db.models import Exists, Max, OuterRef

from zhiheng.core.people.models import Part
from zhiheng.core.people.permissions import roles_today
from zhiheng.figures.definition import Figure, Period, Rows, figure
from zhiheng.figures.evaluation import Result, annotated, evaluate, exact, sources
from zhiheng.figures.freezing import AT_A_TIME, Frozen, frozen
from zhiheng.figures.models import Check, DefinitionEdition, Entry, Snapshot, SnapshotRow

LIVE: Final = 5000
"""Rows of a number up to which a page compares then and now while somebody waits."""
NAMED: Final = 1000
"""Rows that a drift names; it counts the others."""
MOST_STANDING: Final = 100

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", ""


@dataclass(frozen=True, slots=True)
class Compared:
    """A row then and now: what happened to it, what it added when published, which of its columns differ."""

    table: str
    row_id: int
    state: str
    counted: Decimal | None = None
    base: Decimal | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drift:
    """What happened since a number was published: how many rows of each kind, and the first of them by name."""

    now: Result
    counts: Counter[str]
    rows: tuple[Compared, ...] = field(repr=False)
    redefined: bool

    def __bool__(self) -> bool:
        return bool(self.counts[ADDED] or self.counts[REMOVED] or self.counts[CHANGED] or self.redefined)

    @property
    def added(self) -> tuple[int, ...]:
        """Rows that are counted now and were not."""
        return tuple(row.row_id for row in self.rows if row.state == ADDED)

    @property
    def removed(self) -> tuple[int, ...]:
        """Rows that were counted and are not now: changed, or gone altogether."""
        return tuple(row.row_id for row in self.rows if row.state == REMOVED)

    @property
    def changed(self) -> tuple[Compared, ...]:
        """Rows that are not what they were; `counted` and `base` are among the fields where they differ."""
        return tuple(row for row in self.rows if row.state == CHANGED)


def drift(snapshot: Snapshot) -> Drift:
    """Compare a published number with the same figure now, in a fixed number of queries. The number itself stays."""
    defined, period = figure(snapshot.figure), Period.read(snapshot.period)
    counts: Counter[str] = Counter()
    named: list[Compared] = []
    for row in compared(snapshot, defined):
        counts[row.state] += 1
        if row.state and len(named) < NAMED:
            named.append(row)
    redefined = (snapshot.edition, snapshot.fingerprint) != (defined.edition, defined.fingerprint())
    return Drift(evaluate(defined, period), counts, tuple(named), redefined)


def compared(snapshot: Snapshot, defined: Figure) -> Iterator[Compared]:
    """Give every row of then and of now, table by table, each in order of its id."""
    now = {rows.model._meta.label: rows for rows in sources(defined, Period.read(snapshot.period))}
    tables = snapshot.rows.order_by("table").values_list("table", flat=True).distinct()
    for table in dict.fromkeys([*now, *tables]):
        then = _then(snapshot.rows.filter(table=table).order_by("row_id"))
        today = frozen(defined, now[table], snapshot.salt) if table in now else iter(())
        yield from _merged(then, today)


def in_batches(
    rows: Iterable[Compared], size: int = 500
) -> Iterator[tuple[type[models.Model], list[Compared]]]:
    """Give compared rows a few at a time, those of one table together."""
    for table, of_it in itertools.groupby(rows, key=lambda row: row.table):
        while batch := list(itertools.islice(of_it, size)):
            yield apps.get_model(table), batch


def _then(rows: Rows) -> Iterator[Frozen]:
    named = rows.values_list("table", "row_id", "counted", "base", "key", "hashes")
    return (Frozen(*row) for row in named.iterator(chunk_size=AT_A_TIME))


def _merged(then: Iterator[Frozen], now: Iterator[Frozen]) -> Iterator[Compared]:
    tagged = heapq.merge(
        ((row.row_id, 0, row) for row in then),
        ((row.row_id, 1, row) for row in now),
        key=lambda each: each[:2],
    )
    waiting: Frozen | None = None
    for row_id, is_now, row in tagged:
        if not is_now:
            if waiting is not None:
                yield _gone(waiting)
            waiting = row
        elif waiting is not None and waiting.row_id == row_id:
            fields = differences(waiting, row)
            yield Compared(
                row.table, row_id, CHANGED if fields else SAME, waiting.counted, waiting.base, fields
            )
            waiting = None
        else:
            if waiting is not None:
                yield _gone(waiting)
                waiting = None
            yield Compared(row.table, row_id, ADDED)
    if waiting is not None:
        yield _gone(waiting)


def _gone(row: Frozen) -> Compared:
    return Compared(row.table, row.row_id, REMOVED, row.counted, row.base)


def differences(then: Frozen, now: Frozen) -> tuple[str, ...]:
    """Name what differs between a row then and now; a column that came or went is a changed definition."""
    fields = [name for name in ("counted", "base", "key") if getattr(then, name) != getattr(now, name)]
    if then.hashes != now.hashes:
        paths = then.hashes.keys() & now.hashes.keys()
        fields += [path for path in sorted(paths) if then.hashes[path] != now.hashes[path]]
    return tuple(fields)


def check(snapshot: Snapshot) -> Check:
    """Compare a published number with today and remember how many rows differ; a page reads that for large numbers."""
    found = drift(snapshot)
    kept, _ = Check.objects.update_or_create(
        snapshot=snapshot,
        defaults={
            "value": exact(found.now.value),
            "added": found.counts[ADDED],
            "removed": found.counts[REMOVED],
            "changed": found.counts[CHANGED],
            "redefined": found.redefined,
        },
    )
    return kept


# ── rows that somebody may see ──


def rows(defined: Figure, period: Period, account: Any) -> Rows:
    """Give the rows of a figure in the system that `account` may see one by one, unevaluated: to be paged."""
    return visible(defined, annotated(defined, period), account)


def visible(defined: Figure, found: Rows, account: Any) -> Rows:
    """Leave of rows of one table those that `account` may see.

    Entries are seen by who reads the line, and by the contact of the organisation that they tell of.
    """
    if found.model is not Entry:
        return defined.rows_visible_to(account, found)
    if rules.has_perm("figures.see", account, defined):
        return found
    own = [of for _, part, of in roles_today(account) if part == Part.CONTACT]
    return found.filter(organisation__in=own)


def opened(snapshot: Snapshot, defined: Figure, model: type[models.Model], account: Any) -> Rows:
    """Give the rows of one table that a number stands on, still exist and may be seen, by id: to be paged."""
    stood = SnapshotRow.objects.filter(
        snapshot=snapshot, table=model._meta.label, row_id=OuterRef("pk")
    ).order_by()
    return visible(defined, model._default_manager.filter(Exists(stood)), account).order_by("pk")


def states(
    snapshot: Snapshot, defined: Figure, model: type[models.Model], ids: Iterable[int]
) -> dict[int, Compared]:
    """Say of a few rows of one table what happened to them since, in a fixed number of queries."""
    asked, table = list(ids), model._meta.label
    now = [
        each.filter(pk__in=asked)
        for each in sources(defined, Period.read(snapshot.period))
        if each.model is model
    ]
    then = _then(snapshot.rows.filter(table=table, row_id__in=asked).order_by("row_id"))
    today = (row for each in now for row in frozen(defined, each, snapshot.salt))
    return {row.row_id: row for row in _merged(then, today)}


# ── from a row, and over the years ──


def standing(row: models.Model) -> models.QuerySet[Snapshot]:
    """Give every published number that stands on `row`, newest first."""
    stood = SnapshotRow.objects.filter(table=row._meta.label, row_id=row.pk)
    return Snapshot.objects.filter(pk__in=stood.order_by().values("snapshot")).select_related("definition")


def standing_for(row: models.Model, account: Any) -> list[Snapshot]:
    """Give the published numbers that stand on `row`, newest first, where `account` may see it among their rows."""
    numbers = list(standing(row)[:MOST_STANDING])
    figures = {each.figure: found for each in numbers if (found := each.kept) is not None}
    model = type(row)
    seen = {
        f"seen_{at}": Exists(
            visible(found, model._default_manager.filter(pk=OuterRef("pk")), account).order_by()
        )
        for at, found in enumerate(figures.values())
    }
    if not seen:
        return []
    shown = model._default_manager.filter(pk=row.pk).annotate(**seen).values(*seen).get()
    allowed = {code for code, name in zip(figures, seen, strict=True) if shown[name]}
    return [each for each in numbers if each.figure in allowed]


def published_series(*codes: str) -> dict[str, list[Snapshot]]:
    """Give the newest published number of each period, in order of time, of each figure of `codes`: in one query."""
    newest = Snapshot.objects.filter(figure__in=codes).order_by().values("figure", "period")
    found = Snapshot.objects.filter(pk__in=newest.annotate(last=Max("pk")).values("last"))
    series: dict[str, list[Snapshot]] = {code: [] for code in codes}
    for each in sorted(found.select_related("definition"), key=lambda s: Period.read(s.period)):
        series[each.figure].append(each)
    return series


def history(code: str) -> list[tuple[DefinitionEdition, tuple[str, ...]]]:
    """Give the editions of a definition by which numbers were published, newest first, each with what it changed."""
    editions = list(DefinitionEdition.objects.filter(figure=code).order_by("-id"))
    before = dict(itertools.pairwise(editions))
    return [(each, changes(before[each], each) if each in before else ()) for each in editions]


SAID: Final = ("name", "definition", "unit", "kind", "period", "decimals", "columns", "query")


def changes(before: DefinitionEdition, after: DefinitionEdition) -> tuple[str, ...]:
    """Name what differs between two editions of a definition."""
    return tuple(name for name in SAID if getattr(before, name) != getattr(after, name))
