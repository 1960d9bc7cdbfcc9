"""Publishing a number: it is frozen with the rows that it stands on."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from itertools import islice

from zhiheng.core.operations import operation, record
from zhiheng.core.people.models import Account
from zhiheng.core.problems import AT_ONCE, Problem
from zhiheng.figures.definition import Figure, Period
from zhiheng.figures.evaluation import doubled, evaluate, exact
from zhiheng.figures.freezing import AT_A_TIME, frozen_rows
from zhiheng.figures.models import DefinitionEdition, Snapshot, SnapshotRow
from zhiheng.figures.problems import DOUBLED, NO_VALUE


@operation("figures.publish", "固定指标数值", "freeze a number", on="figure")
def freeze(
    *, by: Account, figure: Figure, period: Period, tell: Callable[[int, int], None] = lambda _done, _of: None
) -> Snapshot:
    """Freeze the value of `figure` at `period` with its rows and its definition. Nothing changes it afterwards.

    Rows that somebody changes meanwhile would part the value from its rows: then nothing is frozen, which is told.

    `tell` is told from time to time how many of how many rows are done.
    """
    result = evaluate(figure, period)
    if result.value is None:
        raise Problem(NO_VALUE, figure=figure.name, period=period.name)
    if twice := doubled(figure, period):
        raise Problem(DOUBLED, figure=figure.name, period=twice[0].name)
    salt = secrets.token_hex(16)
    snapshot = Snapshot.objects.create(
        token=secrets.token_urlsafe(12),
        figure=figure.code,
        edition=figure.edition,
        fingerprint=figure.fingerprint(),
        definition=keep_definition(figure),
        period=period.code,
        value=exact(result.value),
        se=result.se,
        counted=exact(result.counted),
        base=exact(result.base),
        n=result.n,
        grade=result.grade.name,
        shares={grade.name: str(exact(share)) for grade, share in result.shares.items()},
        salt=salt,
        taken_by=by,
    )
    waiting, done = frozen_rows(figure, period, salt), 0
    while rows := list(islice(waiting, AT_A_TIME)):
        SnapshotRow.objects.bulk_create(
            [
                SnapshotRow(
                    snapshot=snapshot,
                    table=row.table,
                    row_id=row.row_id,
                    counted=row.counted,
                    base=row.base,
                    key=row.key,
                    hashes=row.hashes,
                )
                for row in rows
            ]
        )
        done += len(rows)
        tell(done, result.n)
    again = evaluate(figure, period)
    if (done, again.n, again.counted, again.base, again.value) != (
        result.n, result.n, result.counted, result.base, result.value,
    ):  # fmt: skip  # somebody wrote in between, where the database shows it
        raise Problem(AT_ONCE)
    record(by, "figures.publish", snapshot, ["figure", "period", "value", "rows"])
    return snapshot


def keep_definition(figure: Figure) -> DefinitionEdition:
    """Keep a definition as it reads now, unless it is kept already."""
    kept, _ = DefinitionEdition.objects.get_or_create(
        fingerprint=figure.fingerprint(),
        defaults={
            "figure": figure.code,
            "edition": figure.edition,
            "name_zh": figure.name.zh,
            "name_en": figure.name.en,
            "definition_zh": figure.definition.zh,
            "definition_en": figure.definition.en,
            "unit_name": figure.unit.name,
            "kind_name": figure.kind.name,
            "period_name": figure.period.name,
            "decimals": figure.decimals,
            "owner": figure.owner,
            "columns": [
                {"path": each.path, "zh": each.words.zh, "en": each.words.en, "frozen": each.frozen}
                for each in figure.columns
            ],
            "query": figure.query(),
        },
    )
    return kept
