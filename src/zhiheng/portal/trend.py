"""Published values of a figure over its periods: the newest number of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from zhiheng.figures.definition import Figure, Period, PeriodRule
from zhiheng.figures.models import DefinitionEdition, Snapshot
from zhiheng.ui.charts import Chart, Point
from zhiheng.ui.words import Text, say

LOOKED_AT: Final = 600
"""Published numbers that the front page reads, newest first."""
NORMAL_95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Trend:
    """The published numbers of a figure, one a period, the last period last, under the words of the last one."""

    numbers: tuple[Snapshot, ...]

    @property
    def last(self) -> Snapshot:
        """The number of the last period."""
        return self.numbers[-1]

    @property
    def figure(self) -> Figure | DefinitionEdition:
        """The definition that the last number was published by."""
        return self.last.defined

    @property
    def period(self) -> Text:
        """The last period, in words."""
        return Period.read(self.last.period).name

    @property
    def before(self) -> tuple[Text, Snapshot] | None:
        """The period before the last, and its number."""
        if len(self.numbers) < 2:
            return None
        return Period.read(self.numbers[-2].period).name, self.numbers[-2]

    @property
    def values(self) -> list[float]:
        """The values, for a small line."""
        return [float(number.value) for number in self.numbers]

    @property
    def redefined(self) -> bool:
        """Whether the numbers were published by more than one edition of the definition."""
        return len({number.fingerprint for number in self.numbers}) > 1

    @property
    def chart(self) -> Chart | None:
        """The values over their periods, each with its 95% interval where it was measured; none for fewer than two."""
        if len(self.numbers) < 2:
            return None
        name = self.figure.name
        return Chart(
            title=say(Text(f"{name.zh}：历次发布的数值", f"{name.en}: published values")),
            unit=say(self.figure.unit.value),
            decimals=self.figure.decimals,
            points=tuple(self._points()),
            kind="bar" if self.figure.period is PeriodRule.SPAN else "line",
        )

    def _points(self) -> Iterable[Point]:
        """Give the points; a year between two others that was not published is an empty place, not left out."""
        last = None
        for number in self.numbers:
            if self.figure.period is PeriodRule.YEAR:
                year = Period.read(number.period).last.year
                for missing in range(year if last is None else last + 1, year):
                    yield Point(say(Period.year(missing).name), None)
                last = year
            yield _point(number)


def _point(number: Snapshot) -> Point:
    at, value = Period.read(number.period), number.value
    period = f"{at.last}" if at.rule is PeriodRule.DAY else say(at.name)  # below an axis there is little room
    if number.se is None:
        return Point(period, value)
    reach = float(number.se) * NORMAL_95
    return Point(period, value, float(value) - reach, float(value) + reach)


def trend(code: str) -> Trend | None:
    """Give the trend of a figure; none where nothing was published."""
    return next(iter(_trends(_numbers().filter(figure=code))), None)


def latest() -> list[Trend]:
    """Give the trend of each figure of which a number was published lately, in one query."""
    return _trends(_numbers()[:LOOKED_AT])


def _numbers() -> QuerySet[Snapshot]:
    return Snapshot.objects.select_related("definition")


def _trends(newest_first: Iterable[Snapshot]) -> list[Trend]:
    """Keep the newest number of each period, of those that are in the unit and of the kind of period of the newest."""
    found: dict[str, dict[str, Snapshot]] = {}
    for number in newest_first:
        known = found.setdefault(number.figure, {})
        first = next(iter(known.values()), number).defined
        if (number.defined.unit, number.defined.period) == (first.unit, first.period):
            known.setdefault(number.period, number)
    return [
        Trend(tuple(sorted(known.values(), key=lambda each: Period.read(each.period).last)))
        for known in found.values()
    ]
