"""A chart described once: what it shows, never how a format draws it.

Every number is an `Estimate`, so that it never travels without its standard error, n and interval where there are any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from zhiheng.documents.problems import Problem
from zhiheng.documents.tables import Band, check_colour
from zhiheng.documents.words import Text, Words, say

NumberFormat: TypeAlias = Literal["number", "percent"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with what belongs to it.

    Attributes
    ----------
    value : the value; None is missing.
    lower, upper : its interval.
    se : its standard error.
    n : rows behind it.
    """

    value: float | None
    lower: float | None = None
    upper: float | None = None
    se: float | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in a ranking.

    Attributes
    ----------
    name : its name.
    estimate : its value.
    groups : compact letters; units that share a letter cannot be told apart.
    colour : ``#rrggbb`` of its band; empty takes the colour of the theme.
    rank : its rank or rank interval in words, such as ``3`` or ``2–5``.
    """

    name: Words
    estimate: Estimate
    groups: str = ""
    colour: str = ""
    rank: str = ""

    def __post_init__(self) -> None:
        check_colour(self.colour, say(self.name, "zh"))


@dataclass(frozen=True, slots=True)
class IntervalRanking:
    """Units in the given order (best first), each with its interval and group letters.

    Attributes
    ----------
    title : caption of the figure.
    units : the units, in the order to show.
    axis : what the values are, with the unit of measurement.
    format, decimals : how values are shown.
    reference, reference_name : a line across, such as the city's value.
    bands : the legend of the units' colours; units without a colour take the band of their value.
    in_documents : where there are more units than `limit`, PDF and Word show ``ends`` (the first and the last, and say
        so) or ``split`` (all, in several pictures). The page always shows all.
    limit : units in one picture of a document.
    low, high : ends of the value axis; None leaves it to the data.
    notes : shown below the figure.
    anchor : for links into the page.
    """

    title: Words
    units: Sequence[Unit]
    axis: Words = ""
    format: NumberFormat = "number"
    decimals: int = 1
    reference: float | None = None
    reference_name: Words = ""
    bands: Sequence[Band] = ()
    in_documents: Literal["ends", "split"] = "ends"
    limit: int = 40
    low: float | None = None
    high: float | None = None
    notes: Sequence[Words] = ()
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Heatmap:
    """A grid of values, such as indicators by area.

    Attributes
    ----------
    rows, columns : their names.
    cells : one sequence a row, one `Estimate` (or None) a column.
    marks : same shape, short text after a value such as ``*``; empty sequence for none.
    low, high : the ends of the colours; None takes the data's.
    centre : a value that gets the middle of a two-sided colour scale; None for a one-sided one.
    in_documents : where there are more rows than `limit`, PDF and Word show ``ends`` (the first and the last, and say
        so) or ``split`` (all, in several pictures). The page always shows all.
    limit : rows in one picture of a document.
    """

    title: Words
    rows: Sequence[Words]
    columns: Sequence[Words]
    cells: Sequence[Sequence[Estimate | None]]
    marks: Sequence[Sequence[str]] = ()
    axis: Words = ""
    format: NumberFormat = "number"
    decimals: int = 1
    low: float | None = None
    high: float | None = None
    centre: float | None = None
    in_documents: Literal["ends", "split"] = "split"
    limit: int = 36
    notes: Sequence[Words] = ()
    anchor: str = ""

    def __post_init__(self) -> None:
        where = say(self.title, "zh")
        grids: list[Sequence[Sequence[object]]] = [self.cells]
        if self.marks:
            grids.append(self.marks)
        for grid in grids:
            if len(grid) != len(self.rows):
                raise Problem("shape_differs", where=where, expected=len(self.rows), found=len(grid))
            for line in grid:
                if len(line) != len(self.columns):
                    raise Problem("shape_differs", where=where, expected=len(self.columns), found=len(line))


@dataclass(frozen=True, slots=True)
class Point:
    """A point in the quadrants.

    Attributes
    ----------
    name : its label.
    x : importance.
    y : performance.
    """

    name: Words
    x: Estimate
    y: Estimate


QUADRANT_NAMES: Final[tuple[Words, Words, Words, Words]] = (
    Text("优势区", "Keep up the good work"),
    Text("改进区", "Concentrate here"),
    Text("机会区", "Low priority"),
    Text("维持区", "Possible overkill"),
)
"""High importance with high performance, high with low, low with low, low importance with high performance
(Martilla and James 1977; the Chinese names are those of the 四分图 model)."""


@dataclass(frozen=True, slots=True)
class Quadrants:
    """Importance and performance of each item (四分图).

    Attributes
    ----------
    points : the items.
    x_axis, y_axis : what the axes are.
    x_threshold, y_threshold : where the quadrants meet; None takes the mean of the points.
    names : the four quadrants, in the order of `QUADRANT_NAMES`.
    x_decimals, y_decimals : decimals shown.
    """

    title: Words
    points: Sequence[Point]
    x_axis: Words = Text("重要性", "Importance")
    y_axis: Words = Text("满意度", "Performance")
    x_threshold: float | None = None
    y_threshold: float | None = None
    names: tuple[Words, Words, Words, Words] = QUADRANT_NAMES
    x_decimals: int = 2
    y_decimals: int = 1
    notes: Sequence[Words] = ()
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one series, one for each wave or category.

    Attributes
    ----------
    name : its name.
    estimates : in the order of the waves or categories; None is missing.
    colour : ``#rrggbb``; empty takes the next colour of the theme.
    """

    name: Words
    estimates: Sequence[Estimate | None]
    colour: str = ""

    def __post_init__(self) -> None:
        check_colour(self.colour, say(self.name, "zh"))


def _check_lengths(title: Words, expected: int, series: Sequence[Series]) -> None:
    for one in series:
        if len(one.estimates) != expected:
            where = f"{say(title, 'zh')} / {say(one.name, 'zh')}"
            raise Problem("shape_differs", where=where, expected=expected, found=len(one.estimates))


@dataclass(frozen=True, slots=True)
class TrendLines:
    """Series over waves, with intervals.

    Attributes
    ----------
    waves : names of the waves, in order.
    series : the lines. Where there are more than eight, intervals are shown on pointing only.
    low, high : ends of the value axis; None leaves it to the data.
    """

    title: Words
    waves: Sequence[Words]
    series: Sequence[Series]
    axis: Words = ""
    format: NumberFormat = "number"
    decimals: int = 1
    low: float | None = None
    high: float | None = None
    notes: Sequence[Words] = ()
    anchor: str = ""

    def __post_init__(self) -> None:
        _check_lengths(self.title, len(self.waves), self.series)


@dataclass(frozen=True, slots=True)
class Bars:
    """Grouped bars with error bars; the axis always includes zero.

    Attributes
    ----------
    categories : the groups.
    series : the bars of each group.
    horizontal : None lies them down where names are long or many.
    """

    title: Words
    categories: Sequence[Words]
    series: Sequence[Series]
    axis: Words = ""
    format: NumberFormat = "number"
    decimals: int = 1
    horizontal: bool | None = None
    notes: Sequence[Words] = ()
    anchor: str = ""

    def __post_init__(self) -> None:
        _check_lengths(self.title, len(self.categories), self.series)


Chart: TypeAlias = IntervalRanking | Heatmap | Quadrants | TrendLines | Bars
