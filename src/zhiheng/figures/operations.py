"""Publishing a number: it is frozen with the rows that it stands on."""

from __future__ import annotations

import hashlib
import secrets
from decimal import Decimal
from typing import Any, Final

from django.db import models

from zhiheng.core.operations import operation, record
from zhiheng.core.people.models import Account
from zhiheng.core.problems import Problem
from zhiheng.figures.definition import Figure, Kind, Period, Rows
from zhiheng.figures.evaluation import annotated, evaluate
from zhiheng.figures.models import Snapshot, SnapshotRow
from zhiheng.figures.problems import NO_VALUE

PLACES: Final = Decimal(1).scaleb(-8)


@operation("figures.publish", "固定指标数值", "freeze a number", on="figure")
def freeze(*, by: Account, figure: Figure, period: Period) -> Snapshot:
    """Freeze the value of `figure` at `period` with its rows. Nothing changes it afterwards."""
    result = evaluate(figure, period)
    if result.value is None:
        raise Problem(NO_VALUE, figure=figure.name, period=period.name)
    salt = secrets.token_hex(16)
    snapshot = Snapshot.objects.create(
        token=secrets.token_urlsafe(12),
        figure=figure.code,
        edition=figure.edition,
        fingerprint=figure.fingerprint(),
        period=period.code,
        value=result.value.quantize(PLACES),
        se=result.se,
        counted=result.counted,
        base=result.base,
        n=result.n,
        salt=salt,
        taken_by=by,
    )
    SnapshotRow.objects.bulk_create(
        (SnapshotRow(snapshot=snapshot, **row) for row in read_rows(figure, period, salt)), batch_size=1000
    )
    record(by, "figures.publish", snapshot, ["figure", "period", "value", "rows"])
    return snapshot


def read_rows(figure: Figure, period: Period, salt: str) -> list[dict[str, Any]]:
    """Give each row of a figure as a snapshot keeps it, in one query."""
    rows: Rows = annotated(figure, period).order_by("pk")
    ratio, distinct = figure.kind is Kind.RATIO, figure.kind is Kind.DISTINCT
    extra = (["base"] if ratio else []) + (["key"] if distinct else [])
    frozen = [column.path for column in figure.columns if column.frozen]
    table = rows.model._meta.label
    return [
        {
            "table": table,
            "row_id": row["pk"],
            "counted": Decimal(row["counted"]),
            "base": Decimal(row["base"]) if ratio else None,
            "key": str(row["key"]) if distinct else "",
            "hashes": {path: _hash(salt, row["pk"], path, row[path]) for path in frozen},
        }
        for row in rows.values("pk", "counted", *extra, *frozen)
    ]


def _hash(salt: str, row_id: int, path: str, value: Any) -> str:
    shown = value.pk if isinstance(value, models.Model) else value
    return hashlib.sha256(f"{salt}\0{row_id}\0{path}\0{shown!r}".encode()).hexdigest()[:16]
