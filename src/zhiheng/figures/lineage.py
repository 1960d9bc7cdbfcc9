"""From a published number to its rows, from a row to the numbers it stands in, and what has changed since.

Rows then and rows now are compared as two streams in order of their ids: memory does not grow with them. A number of
more than `LIVE` rows is compared by `zhiheng-web figures --check` and not while somebody waits for a page.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple

import rules
from django.apps import apps
from django.db import models
from django.db.models import Exists, Max, OuterRef

from zhiheng.core.people.models import Part
from zhiheng.core.people.permissions import roles_today
from zhiheng.figures.definition import Figure, Grade, Period, Rows, figure
from zhiheng.figures.evaluation import Result, annotated, evaluate, exact, sources
from zhiheng.figures.freezing import AT_A_TIME, Frozen, frozen
from zhiheng.figures.models import Check, DefinitionEdition, Entry, Snapshot, SnapshotRow

LIVE: Final = 5000
"""Rows of a number up to which a page compares then and now while somebody waits."""
NAMED: Final = 1000
"""Rows that a drift names; it counts the others."""
MOST_STANDING: Final = 100

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", ""


class Compared(NamedTuple):
    """A row then and now: what happened to it, what it added when published, which of its columns differ."""

    table: str
    row_id: int
    state: str
    counted: Decimal | None = None
    base: Decimal | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drift:
    """What happened since a number was published: how many rows of each kind, and the first of them by name.

    `asked` are the rows that somebody asked for, changed or not, by id.
    """

    now: Result
    counts: Counter[str]
    rows: tuple[Compared, ...] = field(repr=False)
    redefined: bool
    asked: Mapping[int, Compared] = field(repr=False)

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


def drift(snapshot: Snapshot, table: str = "", ids: Iterable[int] = ()) -> Drift:
    """Compare a published number with the same figure now, in a fixed number of queries. The number itself stays.

    Where no row differs and the definition is the same, the value is what it was and is not computed again. Rows of
    `table` with these `ids` are told one by one, too.
    """
    defined, period = figure(snapshot.figure), Period.read(snapshot.period)
    wanted = set(ids)
    counts: Counter[str] = Counter()
    named: list[Compared] = []
    asked: dict[int, Compared] = {}
    for row in compared(snapshot, defined):
        counts[row.state] += 1
        if row.state and len(named) < NAMED:
            named.append(row)
        if row.row_id in wanted and row.table == table:
            asked[row.row_id] = row
    redefined = (snapshot.edition, snapshot.fingerprint) != (defined.edition, defined.fingerprint())
    same = not redefined and counts.total() == counts[SAME]
    now = as_published(snapshot, defined) if same else evaluate(defined, period)
    return Drift(now, counts, tuple(named), redefined, asked)


def as_published(snapshot: Snapshot, defined: Figure) -> Result:
    """Give a published number as the result that it was."""
    shares = {Grade[name]: Decimal(share) for name, share in snapshot.shares.items()}
    return Result(
        defined,
        Period.read(snapshot.period),
        snapshot.value,
        snapshot.n,
        snapshot.counted,
        snapshot.base,
        snapshot.se,
        shares,
    )


def compared(snapshot: Snapshot, defined: Figure) -> Iterator[Compared]:
    """Give every row of then and of now, table by table, each in order of its id."""
    now = {rows.model._meta.label: rows for rows in sources(defined, Period.read(snapshot.period))}
    then = set(snapshot.rows.order_by("table").values_list("table", flat=True).distinct())
    for table in [*now, *sorted(then - now.keys())]:
        was = (
            snapshot.rows.filter(table=table).order_by("row_id")
            if table in then
            else SnapshotRow.objects.none()
        )
        today = frozen(defined, now[table], snapshot.salt) if table in now else iter(())
        yield from _merged(_then(was), today)


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
    """Merge two streams of one table, each in order of its ids."""
    before, after = next(then, None), next(now, None)
    while before is not None or after is not None:
        if after is None or (before is not None and before.row_id < after.row_id):
            assert before is not None
            yield Compared(before.table, before.row_id, REMOVED, before.counted, before.base)
            before = next(then, None)
        elif before is None or after.row_id < before.row_id:
            yield Compared(after.table, after.row_id, ADDED)
            after = next(now, None)
        else:
            fields = differences(before, after)
            state = CHANGED if fields else SAME
            yield Compared(after.table, after.row_id, state, before.counted, before.base, fields)
            before, after = next(then, None), next(now, None)


def differences(then: Frozen, now: Frozen) -> tuple[str, ...]:
    """Name what differs between a row then and now; a column that came or went is a changed definition."""
    if then == now:
        return ()
    fields = [name for name in ("counted", "base", "key") if getattr(then, name) != getattr(now, name)]
    paths = then.hashes.keys() & now.hashes.keys()
    return (*fields, *(path for path in sorted(paths) if then.hashes[path] != now.hashes[path]))


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
    """Give the ids of the rows of one table that a number stands on and that `account` may see, in order: to be paged.

    To who sees all: every row that the number kept, also those that are gone, found in its index alone. To others:
    those that still exist.
    """
    stood = snapshot.rows.filter(table=model._meta.label)
    if sees_all(defined, model, account):
        return stood.order_by("row_id").values_list("row_id", flat=True)
    mine = visible(defined, model._default_manager.all(), account)
    exists = Exists(stood.filter(row_id=OuterRef("pk")).order_by())
    return mine.filter(exists).order_by("pk").values_list("pk", flat=True)


def sees_all(defined: Figure, model: type[models.Model], account: Any) -> bool:
    """Say whether `account` reads the line and no row of that table is kept from it."""
    everything = model._default_manager.all()
    may_read = rules.has_perm("figures.see", account, defined)
    return may_read and visible(defined, everything, account) is everything


def states(
    snapshot: Snapshot, defined: Figure, model: type[models.Model], ids: Iterable[int]
) -> dict[int, Compared]:
    """Say of a few rows of one table what happened to them since, in a fixed number of queries."""
    asked, table = sorted(ids), model._meta.label
    if not asked:
        return {}
    now = [
        each.filter(pk__in=asked)
        for each in sources(defined, Period.read(snapshot.period))
        if each.model is model
    ]
    # the range is said, too: a planner that has not seen these rows yet would read all of the number's
    then = snapshot.rows.filter(table=table, row_id__in=asked, row_id__range=(asked[0], asked[-1]))
    today = (row for each in now for row in frozen(defined, each, snapshot.salt))
    return {row.row_id: row for row in _merged(_then(then.order_by("row_id")), today)}


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
