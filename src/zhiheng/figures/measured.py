"""Figures that the engine measured: results of a run of a programme become rows, with error, sample and method."""

from __future__ import annotations

import hashlib
import json
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Max

from zhiheng.core.operations import operation, record
from zhiheng.core.people.models import Account
from zhiheng.core.people.permissions import reads
from zhiheng.core.problems import Problem
from zhiheng.figures.definition import Column, Figure, Kind, Period, PeriodRule, Rows, Unit
from zhiheng.figures.models import Measurement, Run
from zhiheng.figures.problems import LOADED_ALREADY, NO_RESULTS
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RESULTS: Final = "results.parquet"
RECORD: Final = "run.json"
AT_A_TIME: Final = 2000
FROZEN: Final = (
    "level", "unit", "wave", "node", "kind", "value", "se", "df", "n", "deff", "method",
)  # fmt: skip
COLUMNS: Final = (
    Column("run__title_zh", Text("方案", "Programme"), frozen=False),
    Column("wave", Text("期次", "Wave")),
    Column("unit", Text("地区或单元", "Area or unit")),
    Column("value", Text("数值", "Value")),
    Column("se", Text("标准误", "Standard error")),
    Column("n", Text("样本量", "Sample")),
    Column("method", Text("方法", "Method"), frozen=False),
    Column("run__sha256", Text("结果指纹", "Fingerprint of the results")),
)


@operation("figures.load_run", "载入测评结果", "load the results of a measuring run")
def load_run(*, by: Account, programme: str, folder: Path) -> Run:
    """Load the results that `zhiheng measure` wrote into `folder`; from now on they are those of the programme.

    Results loaded before stay, and so do the numbers published with them: these show drift. The folder is named by
    who runs the server, never by an upload.
    """
    said, results = _record(folder), folder / RESULTS
    digest = hashlib.sha256(results.read_bytes()).hexdigest()
    if same := Run.objects.filter(programme=programme, sha256=digest).first():
        raise Problem(LOADED_ALREADY, on=f"{same.loaded_at:%Y-%m-%d}")
    run = Run.objects.create(
        programme=programme,
        title_zh=said["title"]["zh"],
        title_en=said["title"]["en"],
        made_up=said["made_up"],
        sha256=digest,
        data_sha256=hashlib.sha256(
            json.dumps([said["plan"], said["data"]], sort_keys=True).encode()
        ).hexdigest(),
        version=said["zhiheng"],
        loaded_by=by,
    )
    waiting = _rows(results, folder)
    while rows := list(islice(waiting, AT_A_TIME)):
        Measurement.objects.bulk_create([Measurement(run=run, **row) for row in rows])
    record(by, "figures.load_run", run, ["programme", "sha256", "data_sha256", "measurements"])
    return run


def _record(folder: Path) -> Mapping[str, Any]:
    try:
        said = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {name: said[name] for name in ("title", "made_up", "plan", "data", "zhiheng")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem(NO_RESULTS, folder=folder.name, why=RECORD) from error


def _rows(file: Path, folder: Path) -> Iterator[dict[str, Any]]:
    import pyarrow as pa  # noqa: PLC0415 - slow import
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow import

    try:
        opened = pq.ParquetFile(file)
        for batch in opened.iter_batches(batch_size=AT_A_TIME, columns=list(FROZEN)):
            for row in batch.to_pylist():
                text = {name: row[name] or "" for name in ("level", "unit", "wave", "node", "kind", "method")}
                yield row | text
    except (OSError, pa.ArrowException, KeyError) as error:
        raise Problem(NO_RESULTS, folder=folder.name, why=RESULTS) from error


def measurements(programme: str, node: str, kind: str = "index") -> Rows:
    """Give what the newest run of a programme measured of a node, annotated as a measured figure needs it."""
    newest = Run.objects.filter(programme=programme).order_by().values("programme").annotate(last=Max("pk"))
    found = Measurement.objects.filter(run__in=newest.values("last"), node=node, kind=kind)
    rows: Rows = found.exclude(value=None).annotate(counted=F("value"))
    return rows


def measured(
    *,
    code: str,
    name: Text,
    definition: Text,
    owner: str,
    programme: str,
    node: str,
    areas: Mapping[str, Text],
    kind: str = "index",
    unit: Unit = Unit.POINTS,
    decimals: int = 2,
) -> Figure:
    """Make a figure of what a programme measures each year: a wave is a year, `areas` are the levels it breaks down to.

    The whole is the level “all”; a breakdown is named by its level.
    """

    def whole(period: Period) -> Rows:
        return measurements(programme, node, kind).filter(level="all", wave=period.code)

    def parts(period: Period, path: str) -> Rows:
        found = measurements(programme, node, kind).filter(level=path, wave=period.code)
        rows: Rows = found.annotate(part=F("unit"))
        return rows

    may_see = reads(owner)
    return Figure(
        code=code,
        name=name,
        definition=definition,
        unit=unit,
        kind=Kind.MEASURED,
        period=PeriodRule.YEAR,
        rows=whole,
        parts=parts,
        columns=COLUMNS,
        rows_visible_to=lambda account, rows: rows if may_see.test(account) else rows.none(),
        owner=owner,
        decimals=decimals,
        breakdowns=areas,
    )
