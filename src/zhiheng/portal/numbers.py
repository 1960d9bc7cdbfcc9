"""A published number opened: its definition as it read then, what changed since, its rows, and the rows as a file."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import rules
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from zhiheng.core.journal.words import in_words
from zhiheng.core.problems import Problem
from zhiheng.core.sheets import hand_out, stream
from zhiheng.documents import Column as SheetColumn
from zhiheng.figures import lineage
from zhiheng.figures.definition import Column, Figure, Period
from zhiheng.figures.freezing import columns_of
from zhiheng.figures.models import Entry, Snapshot
from zhiheng.portal.problems import ROWS_MANY
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.db.models import Model
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

STATES: Final = {
    lineage.SAME: Text("未变", "As it was"),
    lineage.CHANGED: Text("已变", "Changed"),
    lineage.ADDED: Text("新增", "Added"),
    lineage.REMOVED: Text("不再计入", "No longer counted"),
}
NAMED: Final = 20
"""Changed rows that the page lists; the file has all."""
MOST_IN_A_WORKBOOK: Final = 100_000
"""A workbook is made whole before it is sent; a csv goes out row by row."""


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """A row under a number: its cells as they are now, what it added when published, what happened to it since.

    `address` is the page of the record, where it has one that the reader may open.
    """

    cells: tuple[str, ...]
    counted: Any
    base: Any
    state: str
    fields: tuple[Text | str, ...]
    address: str = ""

    @property
    def places(self) -> int:
        """Decimals of what it added."""
        return max(0, -int(self.counted.normalize().as_tuple().exponent))

    @property
    def words(self) -> Text:
        """What happened to it since, in words."""
        return STATES[self.state]


def of(token: str) -> Snapshot:
    """Give the published number of that address."""
    return get_object_or_404(Snapshot.objects.select_related("definition", "check_of"), token=token)


@require_safe
def number(request: HttpRequest, token: str) -> HttpResponseBase:
    """Open a published number. Rows that `of` asks for are paged by the database."""
    snapshot = of(token)
    kept, period = snapshot.kept, Period.read(snapshot.period)
    shown: dict[str, Any] = {"number": told(snapshot), "check": getattr(snapshot, "check_of", None)}
    if kept is not None:
        tables = {"rows": kept.rows(period).model if kept.rows else Entry, "entries": Entry}
        asked = request.GET.get("of", "rows")
        model = tables.get(asked, tables["rows"])
        by_hand = snapshot.rows.filter(table=Entry._meta.label).count()
        stood = by_hand if model is Entry else snapshot.n - by_hand
        n = stood if lineage.sees_all(kept, model, request.user) else None
        page = paged(request, lineage.opened(snapshot, kept, model, request.user), n=n)
        ids = list(page.object_list)
        live = snapshot.n <= lineage.LIVE
        drift = lineage.drift(snapshot, model._meta.label, ids) if live else None
        states = drift.asked if drift is not None else lineage.states(snapshot, kept, model, ids)
        shown |= {
            "drift": drift,
            "live": live,
            "of": asked if asked in tables else "rows",
            "by_hand": kept.rows and by_hand,
            "page": page,
            "columns": columns_of(kept, model),
            "rows": _shown(kept, model, [states[pk] for pk in ids], request.user),
            "others": _others(kept, model, drift, request.user) if drift else [],
        }
    return render(request, "portal/number.html", shown)


def told(snapshot: Snapshot) -> dict[str, Any]:
    """Give a published number with the words of its own time around it."""
    return {
        "snapshot": snapshot,
        "figure": snapshot.defined,
        "period": Period.read(snapshot.period).name,
    }


def _address(kept: Figure, model: type[Model], pk: int, account: Any) -> str:
    """Give the page of a record to who reads the line; others are told of it here alone."""
    if not hasattr(model, "get_absolute_url") or not rules.has_perm("figures.see", account, kept):
        return ""
    return str(model(pk=pk).get_absolute_url())  # type: ignore[attr-defined]  # asked above


def _shown(kept: Figure, model: type[Model], rows: list[lineage.Compared], account: Any) -> list[OpenedRow]:
    """Give rows that may be seen, each with its cells as they are now and what happened to it since."""
    columns = columns_of(kept, model)
    cells = _cells(columns, model._default_manager.filter(pk__in=[row.row_id for row in rows]))
    return [
        _opened(kept, row, cells[row.row_id], _address(kept, model, row.row_id, account))
        if row.row_id in cells
        else _opened(kept, row, _deleted(columns, row))
        for row in rows
    ]


def _opened(kept: Figure, row: lineage.Compared, cells: tuple[str, ...], address: str = "") -> OpenedRow:
    return OpenedRow(cells, row.counted, row.base, row.state, _words(kept, row.fields), address)


def _cells(columns: tuple[Column, ...], rows: Any) -> dict[int, tuple[str, ...]]:
    found = rows.values_list("pk", *(column.path for column in columns))
    return {pk: cells_of(columns, values) for pk, *values in found}


def _deleted(columns: tuple[Column, ...], row: lineage.Compared) -> tuple[str, ...]:
    gone = say(Text(f"记录 {row.row_id} 已删除", f"Row {row.row_id} is deleted"))
    return (gone, *("" for _ in columns[1:]))


def _words(kept: Figure, fields: Iterable[str]) -> tuple[Text | str, ...]:
    """Say which parts of a row differ."""
    known = {column.path: column.words for column in kept.columns}
    return tuple(known.get(name) or in_words(name) for name in fields)


def _others(kept: Figure, model: type[Model], drift: lineage.Drift, account: Any) -> list[OpenedRow]:
    """Give the first rows that changed, came or went; of rows that are gone altogether what they added and no more.

    Only what the reader may see: a row that is gone is told to who reads the line.
    """
    columns, table = columns_of(kept, model), model._meta.label
    mine = [row for row in drift.rows if row.table == table]
    if not mine:
        return []
    ids = [row.row_id for row in mine]
    cells = _cells(columns, lineage.visible(kept, model._default_manager.filter(pk__in=ids), account))
    exists = set(model._default_manager.filter(pk__in=ids).values_list("pk", flat=True))
    may_read = rules.has_perm("figures.see", account, kept)
    told_of: list[OpenedRow] = []
    for row in mine:
        if row.row_id in cells:
            address = _address(kept, model, row.row_id, account)
            told_of.append(_opened(kept, row, cells[row.row_id], address))
        elif row.row_id not in exists and may_read:
            told_of.append(_opened(kept, row, _deleted(columns, row)))
    order = [lineage.CHANGED, lineage.ADDED, lineage.REMOVED]
    return sorted(told_of, key=lambda row: order.index(row.state))[:NAMED]


def cells_of(columns: Iterable[Column], values: Iterable[Any]) -> tuple[str, ...]:
    """Write the cells of a row."""
    return tuple(cell(column, value) for column, value in zip(columns, values, strict=True))


def cell(column: Column, value: Any) -> str:
    """Write a value for a list; a personal one is masked."""
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.6g}"
    return re.sub(r"(?<=.).(?=.{2})|(?<=^.).$", "*", str(value)) if column.personal else str(value)


# ── the rows as a file ──


@require_safe
def rows_file(request: HttpRequest, token: str, kind: str) -> HttpResponseBase:
    """Give every row under a number that the reader may see as a file: then and now, with what happened since."""
    snapshot = of(token)
    kept = snapshot.kept
    if kept is None or kind not in {"csv", "xlsx"}:
        raise Http404
    columns = [
        SheetColumn("id", Text("记录编号", "Row")),
        *(SheetColumn(column.path, column.words) for column in kept.columns),
        SheetColumn("counted", Text("发布时计入", "Counted then"), format="number", decimals=2),
        SheetColumn("base", Text("发布时基数", "Base then"), format="number", decimals=2),
        SheetColumn("state", Text("此后", "Since")),
    ]
    name = Text(
        f"{snapshot.defined.name.zh} {Period.read(snapshot.period).name.zh}",
        f"{snapshot.defined.name.en} {Period.read(snapshot.period).name.en}",
    )
    rows = _every_row(snapshot, kept, request.user)
    if kind == "csv":
        return stream(name, columns, rows)
    if snapshot.n > MOST_IN_A_WORKBOOK:
        raise Problem(ROWS_MANY, n=snapshot.n, most=MOST_IN_A_WORKBOOK)
    return hand_out(name, columns, rows)


def _every_row(snapshot: Snapshot, kept: Figure, account: Any) -> Iterator[Mapping[str, Any]]:
    """Give every row that may be seen, a few hundred at a time."""
    may_read = rules.has_perm("figures.see", account, kept)
    for model, rows in lineage.in_batches(lineage.compared(snapshot, kept)):
        columns = columns_of(kept, model)
        names = [column.path for column in kept.columns]
        ids = [row.row_id for row in rows]
        exists = set(model._default_manager.filter(pk__in=ids).values_list("pk", flat=True))
        cells = _cells(columns, lineage.visible(kept, model._default_manager.filter(pk__in=ids), account))
        for row in rows:
            if row.row_id not in cells and (row.row_id in exists or not may_read):
                continue
            gone = row.row_id not in exists
            state = Text("已删除", "Deleted") if gone else STATES[row.state]
            yield {
                "id": row.row_id,
                **dict(zip(names, cells.get(row.row_id, ()), strict=False)),
                "counted": None if row.counted is None else float(row.counted),
                "base": None if row.base is None else float(row.base),
                "state": say(state),
            }
