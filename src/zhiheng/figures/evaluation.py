"""The value of a figure at a period, over all rows or by a breakdown: one query each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.db.models import Count, Sum, Value
from django.db.models.fields import IntegerField

from zhiheng.figures.definition import Figure, Kind, Period, Rows, Unit

ONE: Final = (Kind.MEASURED, Kind.CITED)


@dataclass(frozen=True, slots=True)
class Result:
    """A value with what stands behind it. `value` is None where nothing is below the line, or nothing was measured."""

    figure: Figure
    period: Period
    value: Decimal | None
    n: int
    counted: Decimal
    base: Decimal | None
    se: Decimal | None = None

    @property
    def rounded(self) -> Decimal | None:
        """The value at the figure's decimals, halves away from zero."""
        if self.value is None:
            return None
        return self.value.quantize(Decimal(1).scaleb(-self.figure.decimals), ROUND_HALF_UP)


def annotated(figure: Figure, period: Period) -> Rows:
    """Give the rows of `figure` with every annotation that its kind needs."""
    figure.check(period)
    rows = figure.rows(period)
    if "counted" not in rows.query.annotations:
        rows = rows.annotate(counted=Value(1, output_field=IntegerField()))
    return rows


def evaluate(figure: Figure, period: Period) -> Result:
    """Give the value at `period`, in one query."""
    rows = annotated(figure, period).order_by()
    return _result(figure, period, rows.aggregate(**_sums(figure, rows)))


def breakdown(figure: Figure, period: Period, path: str) -> dict[Any, Result]:
    """Give the value of each part of `path`, one of the figure's breakdowns, in one query."""
    if path not in figure.breakdowns:
        raise KeyError(path)
    rows = annotated(figure, period).order_by()
    parts = rows.values(path).annotate(**_sums(figure, rows)).order_by(path)
    return {part[path]: _result(figure, period, part) for part in parts}


def _sums(figure: Figure, rows: Rows) -> dict[str, Any]:
    sums: dict[str, Any] = {"n_": Count("pk"), "counted_": Sum("counted")}
    if figure.kind is Kind.RATIO:
        sums["base_"] = Sum("base")
    if figure.kind is Kind.DISTINCT:
        sums["counted_"] = Count("key", distinct=True)
    if "se" in rows.query.annotations:
        sums["se_"] = Sum("se")
    return sums


def _result(figure: Figure, period: Period, sums: dict[str, Any]) -> Result:
    n, counted = sums["n_"], Decimal(sums["counted_"] or 0)
    base = Decimal(sums["base_"] or 0) if figure.kind is Kind.RATIO else None
    value: Decimal | None = counted
    if base is not None:
        value = counted / base * (100 if figure.unit is Unit.PERCENT else 1) if base else None
    elif figure.kind in ONE and n != 1:
        value = None  # not measured, or measured twice: no number is better than a wrong one
    se = sums.get("se_")
    return Result(figure, period, value, n, counted, base, None if se is None else Decimal(str(se)))
