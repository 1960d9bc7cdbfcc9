"""From a published number to its rows, from a row to the numbers it stands in, and what has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from zhiheng.figures.definition import Figure, Period, Rows, figure
from zhiheng.figures.evaluation import Result, annotated, evaluate
from zhiheng.figures.models import Snapshot, SnapshotRow
from zhiheng.figures.operations import read_rows


@dataclass(frozen=True, slots=True)
class Changed:
    """One row that is not what it was: which of its columns differ; `counted` and `base` are named where they do."""

    row_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """What happened since a number was published."""

    now: Result
    added: tuple[int, ...]
    removed: tuple[int, ...]
    changed: tuple[Changed, ...]
    redefined: bool

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.redefined)


def drift(snapshot: Snapshot) -> Drift:
    """Compare a published number with the same figure now, in three queries. The number itself stays."""
    defined, period = figure(snapshot.figure), Period.read(snapshot.period)
    now = {row["row_id"]: row for row in read_rows(defined, period, snapshot.salt)}
    then = {row.row_id: row for row in snapshot.rows.all()}
    changed = [
        Changed(row_id, fields)
        for row_id in then.keys() & now.keys()
        if (fields := _differ(then[row_id], now[row_id]))
    ]
    return Drift(
        now=evaluate(defined, period),
        added=tuple(sorted(now.keys() - then.keys())),
        removed=tuple(sorted(then.keys() - now.keys())),
        changed=tuple(sorted(changed, key=lambda change: change.row_id)),
        redefined=(snapshot.edition, snapshot.fingerprint) != (defined.edition, defined.fingerprint()),
    )


def _differ(then: SnapshotRow, now: dict[str, Any]) -> tuple[str, ...]:
    fields = [name for name in ("counted", "base", "key") if getattr(then, name) != now[name]]
    paths = then.hashes.keys() & now["hashes"].keys()  # a column that came or went is a changed definition
    fields += [path for path in sorted(paths) if then.hashes[path] != now["hashes"][path]]
    return tuple(fields)


def rows(defined: Figure, period: Period, account: Any) -> Rows:
    """Give the rows of a figure that `account` may see one by one, unevaluated: to be paged."""
    return defined.rows_visible_to(account, annotated(defined, period))


def standing(row: models.Model) -> models.QuerySet[Snapshot]:
    """Give every published number that stands on `row`, newest first."""
    return Snapshot.objects.filter(rows__table=row._meta.label, rows__row_id=row.pk)
