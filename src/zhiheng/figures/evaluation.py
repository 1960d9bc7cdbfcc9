"""The value of a figure at a period, over all rows or by a breakdown.

What a figure stands on are the rows of its line and the entries made for it by hand (decision record 0009): one query
for each of the two, whatever their number and however many periods are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, overload

from django.db.models import Count, F, Sum, Value
from django.db.models.fields import IntegerField

from zhiheng.figures.definition import Figure, Grade, Kind, Period, Rows, Unit
from zhiheng.figures.models import Entry

ONE: Final = (Kind.MEASURED, Kind.CITED)
WHOLE: Final = (Kind.DISTINCT, *ONE)
"""Kinds whose parts do not add up over time: an entry counts for exactly its own period."""
PLACES: Final = Decimal(1).scaleb(-8)
"""How exactly numbers are kept."""
MOST_PERIODS: Final = 60
NO_PART: Final = Value(None, output_field=IntegerField())


@dataclass(frozen=True, slots=True)
class Standing:
    """What some rows of one grade add: how many, above and below the line."""

    grade: Grade
    n: int
    counted: Decimal
    base: Decimal
    se: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A value with what stands behind it. `value` is None where nothing is below the line, or nothing was measured.

    `shares` is the share, 0–1, of what it stands on by grade of evidence.
    """

    figure: Figure
    period: Period
    value: Decimal | None
    n: int
    counted: Decimal
    base: Decimal | None
    se: Decimal | None = None
    shares: Mapping[Grade, Decimal] = field(default_factory=dict)

    @property
    def rounded(self) -> Decimal | None:
        """The value at the figure's decimals, halves away from zero."""
        if self.value is None:
            return None
        return self.value.quantize(Decimal(1).scaleb(-self.figure.decimals), ROUND_HALF_UP)

    @property
    def grade(self) -> Grade:
        """The worst grade of evidence that it stands on."""
        return max(self.shares or [self.figure.grade], key=lambda grade: grade.name)


@overload
def exact(value: None) -> None: ...
@overload
def exact(value: Decimal | float | str) -> Decimal: ...
def exact(value: Any) -> Decimal | None:
    """Give a number as it is kept."""
    return None if value is None else Decimal(str(value)).quantize(PLACES)


def annotated(figure: Figure, period: Period) -> Rows:
    """Give the rows of `figure` in the system with every annotation that its kind needs; none where it has none."""
    figure.check(period)
    if figure.rows is None:
        return Entry.objects.none()
    rows = figure.rows(period)
    if "counted" not in rows.query.annotations:
        rows = rows.annotate(counted=Value(1, output_field=IntegerField()))
    return rows


def entries(figure: Figure, period: Period) -> Rows:
    """Give the entries that count for `figure` at `period`: those of the periods within it, annotated like its rows."""
    figure.check(period)
    found = Entry.objects.standing().filter(figure=figure.code)
    if figure.kind in WHOLE:
        found = found.filter(first=period.first, last=period.last)
    else:
        found = found.filter(first__gte=period.first, last__lte=period.last)
    return found.annotate(counted=F("amount"))


def sources(figure: Figure, period: Period) -> list[Rows]:
    """Give all that the value stands on: the rows of the system unless entries stand instead, and the entries."""
    by_hand = entries(figure, period)
    if figure.rows is None or by_hand.filter(beside=Entry.Beside.INSTEAD).exists():
        return [by_hand]
    return [annotated(figure, period), by_hand]


def evaluate(figure: Figure, period: Period) -> Result:
    """Give the value at `period`, in two queries."""
    return evaluate_each(figure, [period])[0]


def evaluate_each(figure: Figure, periods: Sequence[Period]) -> list[Result]:
    """Give the value at each of `periods`, in two queries for all of them."""
    found = _standings(figure, periods)
    return [
        _result(figure, period, parts.get(None, ())) for period, parts in zip(periods, found, strict=True)
    ]


def breakdown(figure: Figure, period: Period, path: str) -> dict[Any, Result]:
    """Give the value of each part of `path`, one of the figure's breakdowns, in two queries.

    Entries that say nothing of the part stand under None: the parts add up to the whole.
    """
    return breakdown_each(figure, [period], path)[0]


def breakdown_each(figure: Figure, periods: Sequence[Period], path: str) -> list[dict[Any, Result]]:
    """Give the value of each part of `path` at each of `periods`, in two queries for all of them."""
    if path not in figure.breakdowns:
        raise KeyError(path)
    found = _standings(figure, periods, path)
    return [
        {part: _result(figure, period, standing) for part, standing in parts.items()}
        for period, parts in zip(periods, found, strict=True)
    ]


def _standings(figure: Figure, periods: Sequence[Period], path: str = "") -> list[dict[Any, list[Standing]]]:
    """Give for each period what each part stands on: of the system, by part, and by hand. One part where no `path`."""
    told = F(path) if path.startswith("organisation__") else NO_PART
    by_hand = [entries(figure, period).annotate(part_=told) for period in periods]
    entered = _summed(by_hand, "part_", "grade", "beside", **_sums(figure, by_hand=True))
    system = {
        at: _by_part(figure, period, path)
        for at, (period, found) in enumerate(zip(periods, entered, strict=True))
        if figure.rows is not None and not any(each["beside"] == Entry.Beside.INSTEAD for each in found)
    }
    counted = dict(zip(system, _summed(system.values(), "part_", **_sums(figure)), strict=True))
    parts: list[dict[Any, list[Standing]]] = []
    for at, found in enumerate(entered):
        parts.append(defaultdict(list))
        for each in counted.get(at, ()):
            parts[at][each["part_"]].append(_standing(figure.grade, each))
        for each in found:
            parts[at][each["part_"]].append(_standing(Grade[each["grade"]], each))
    return parts


def _by_part(figure: Figure, period: Period, path: str) -> Rows:
    rows, part = annotated(figure, period), F(path) if path else NO_PART
    if path and figure.parts is not None:
        rows, part = figure.parts(period, path), F("part")
    found: Rows = rows.annotate(part_=part)
    return found


def _summed(each: Iterable[Rows], *by: str, **sums: Any) -> list[list[dict[str, Any]]]:
    """Sum rows by `by`, in one query for all of `each`; parts in order."""
    asked = [
        rows.order_by()
        .annotate(at_=Value(at, output_field=IntegerField()))
        .values("at_", *by)
        .annotate(**sums)
        for at, rows in enumerate(each)
    ]
    found: list[list[dict[str, Any]]] = [[] for _ in asked]
    if asked:
        together = asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]
        for row in together.order_by("part_"):
            found[row["at_"]].append(row)
    return found


def doubled(figure: Figure, period: Period) -> list[Period]:
    """Give the periods for which there are both rows and entries that were made where there were no rows."""
    if figure.rows is None:
        return []
    alone = entries(figure, period).filter(beside=Entry.Beside.NOTHING)
    periods = alone.order_by("first", "last").values_list("first", "last").distinct()[:MOST_PERIODS]
    return [each for first, last in periods if has_rows(figure, each := Period(first, last))]


def has_rows(figure: Figure, period: Period) -> bool:
    """Say whether the system has rows of a figure in a period, which may be a part of a longer one."""
    return figure.rows is not None and figure.rows(period).order_by().exists()


def _sums(figure: Figure, *, by_hand: bool = False) -> dict[str, Any]:
    sums: dict[str, Any] = {"n_": Count("pk"), "counted_": Sum("counted")}
    if figure.kind is Kind.RATIO:
        sums["base_"] = Sum("base")
    if figure.kind is Kind.DISTINCT and not by_hand:
        sums["counted_"] = Count("key", distinct=True)
    if figure.kind is Kind.MEASURED and not by_hand:
        sums["se_"] = Sum("se")
    return sums


def _standing(grade: Grade, sums: Mapping[str, Any]) -> Standing:
    counted, base, se = (sums.get(name) for name in ("counted_", "base_", "se_"))
    return Standing(grade, sums["n_"], Decimal(str(counted or 0)), Decimal(str(base or 0)), exact(se))


def _result(figure: Figure, period: Period, standing: Iterable[Standing]) -> Result:
    held = [each for each in standing if each.n]
    n, counted = sum(each.n for each in held), sum((each.counted for each in held), Decimal(0))
    base = sum((each.base for each in held), Decimal(0)) if figure.kind is Kind.RATIO else None
    value: Decimal | None = counted
    if base is not None:
        value = counted / base * (100 if figure.unit is Unit.PERCENT else 1) if base else None
    elif figure.kind in ONE and n != 1:
        value = None  # not measured, or measured twice: no number is better than a wrong one
    se = held[0].se if len(held) == 1 else None
    return Result(figure, period, value, n, counted, base, se, _shares(held, ratio=base is not None))


def _shares(held: list[Standing], *, ratio: bool) -> dict[Grade, Decimal]:
    """Share what is below the line, else what is counted; where that is nothing, the rows."""
    weights: dict[Grade, Decimal] = defaultdict(Decimal)
    for each in held:
        weights[each.grade] += abs(each.base if ratio else each.counted)
    if not sum(weights.values()):
        for each in held:
            weights[each.grade] += each.n
    whole = sum(weights.values())
    return {grade: weights[grade] / whole for grade in sorted(weights, key=lambda g: g.name)}
