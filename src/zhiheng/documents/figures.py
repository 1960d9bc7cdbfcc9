"""What a chart is made of, for those who draw it, those who cannot see it, and those who want its numbers."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import TYPE_CHECKING, Any

from zhiheng.documents import numbers
from zhiheng.documents.charts import (
    Bars,
    Chart,
    Estimate,
    Heatmap,
    IntervalRanking,
    NumberFormat,
    Quadrants,
    TrendLines,
    Unit,
)
from zhiheng.documents.tables import Band, Column, Table
from zhiheng.documents.words import WORDS, Language, Text, Words, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zhiheng.documents.tables import Cell

Data = dict[str, Any]


def _words(words: Words) -> str | Data:
    return words if isinstance(words, str) else {"zh": words.in_("zh"), "en": words.in_("en")}


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _estimate(estimate: Estimate | None, form: NumberFormat, decimals: int) -> Data | None:
    if estimate is None or numbers.is_missing(estimate.value):
        return None
    both = _finite(estimate.lower) is not None and _finite(estimate.upper) is not None
    return {
        "v": _finite(estimate.value),
        "lo": _finite(estimate.lower) if both else None,
        "hi": _finite(estimate.upper) if both else None,
        "t": numbers.number(estimate.value, form, decimals),
        "i": numbers.interval(estimate, form, decimals),
        "s": "" if numbers.is_missing(estimate.se) else numbers.number(estimate.se, form, decimals + 1),
        "n": "" if estimate.n is None else f"{estimate.n:,}",
    }


def band_of(value: Any, bands: Sequence[Band]) -> Band | None:
    """Give the band a value falls in, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or numbers.is_missing(value):
        return None
    inside = [band for band in bands if band.start <= value]
    return max(inside, key=lambda band: band.start) if inside else None


def data_of(chart: Chart) -> Data:
    """Give all that the chart builder draws, ready for JSON; both languages inside."""
    match chart:
        case IntervalRanking():
            return _ranking(chart)
        case Heatmap():
            return _heatmap(chart)
        case Quadrants():
            return _quadrants(chart)
        case TrendLines():
            return _lines("trend", chart, chart.waves) | {"low": chart.low, "high": chart.high}
        case Bars():
            return _lines("bars", chart, chart.categories) | {"horizontal": chart.horizontal}


def _ranking(chart: IntervalRanking) -> Data:
    units = []
    for unit in chart.units:
        band = band_of(unit.estimate.value, chart.bands)
        units.append(
            {
                "name": _words(unit.name),
                "e": _estimate(unit.estimate, chart.format, chart.decimals),
                "groups": unit.groups,
                "rank": unit.rank,
                "colour": unit.colour or (band.colour if band else ""),
            }
        )
    reference = _finite(chart.reference)
    return {
        "kind": "ranking",
        "axis": _words(chart.axis),
        "percent": chart.format == "percent",
        "units": units,
        "low": _finite(chart.low),
        "high": _finite(chart.high),
        "bands": [{"name": _words(band.name), "colour": band.colour} for band in chart.bands],
        "reference": None
        if reference is None
        else {
            "v": reference,
            "t": numbers.number(reference, chart.format, chart.decimals),
            "name": _words(chart.reference_name),
        },
    }


def _heatmap(chart: Heatmap) -> Data:
    cells = [[_estimate(cell, chart.format, chart.decimals) for cell in line] for line in chart.cells]
    values = [cell["v"] for line in cells for cell in line if cell]
    low = chart.low if chart.low is not None else min(values, default=0.0)
    high = chart.high if chart.high is not None else max(values, default=1.0)
    if chart.centre is not None:
        reach = max(abs(high - chart.centre), abs(chart.centre - low)) or 1.0
        low, high = chart.centre - reach, chart.centre + reach
    if low == high:
        low, high = low - 0.5, high + 0.5
    return {
        "kind": "heatmap",
        "axis": _words(chart.axis),
        "percent": chart.format == "percent",
        "rows": [_words(name) for name in chart.rows],
        "columns": [_words(name) for name in chart.columns],
        "cells": cells,
        "marks": [list(line) for line in chart.marks],
        "low": low,
        "high": high,
        "ends": [numbers.number(end, chart.format, chart.decimals) for end in (low, high)],
        "diverging": chart.centre is not None,
    }


def quadrant_of(x: float, y: float, thresholds: tuple[float, float]) -> int:
    """Give the index into the four quadrant names; a point on a threshold counts as above it."""
    important, good = x >= thresholds[0], y >= thresholds[1]
    if important:
        return 0 if good else 1
    return 3 if good else 2


def thresholds_of(chart: Quadrants) -> tuple[float, float]:
    """Give where the quadrants meet: as stated, or the plain mean of the points."""
    points = [
        (point.x.value, point.y.value)
        for point in chart.points
        if not numbers.is_missing(point.x.value) and not numbers.is_missing(point.y.value)
    ]
    means = [math.fsum(point[at] or 0.0 for point in points) / max(len(points), 1) for at in (0, 1)]
    x = means[0] if chart.x_threshold is None else chart.x_threshold
    y = means[1] if chart.y_threshold is None else chart.y_threshold
    return x, y


def _quadrants(chart: Quadrants) -> Data:
    thresholds = thresholds_of(chart)
    points = []
    for point in chart.points:
        x = _estimate(point.x, "number", chart.x_decimals)
        y = _estimate(point.y, "number", chart.y_decimals)
        if x and y:
            quadrant = quadrant_of(x["v"], y["v"], thresholds)
            points.append({"name": _words(point.name), "x": x, "y": y, "quadrant": quadrant})
    return {
        "kind": "quadrants",
        "x_axis": _words(chart.x_axis),
        "y_axis": _words(chart.y_axis),
        "points": points,
        "thresholds": thresholds,
        "threshold_texts": [
            numbers.number(thresholds[0], "number", chart.x_decimals),
            numbers.number(thresholds[1], "number", chart.y_decimals),
        ],
        "names": [_words(name) for name in chart.names],
    }


def _lines(kind: str, chart: TrendLines | Bars, places: Sequence[Words]) -> Data:
    return {
        "kind": kind,
        "axis": _words(chart.axis),
        "percent": chart.format == "percent",
        "places": [_words(place) for place in places],
        "series": [
            {
                "name": _words(one.name),
                "colour": one.colour,
                "e": [_estimate(estimate, chart.format, chart.decimals) for estimate in one.estimates],
            }
            for one in chart.series
        ],
    }


def pieces_of(chart: Chart) -> tuple[list[Chart], Text | None]:
    """Cut a chart that is too long for one picture of a document; the second part says what was left out."""
    if isinstance(chart, IntervalRanking) and len(chart.units) > chart.limit:
        if chart.in_documents == "ends":
            head, tail = (chart.limit + 1) // 2, chart.limit // 2
            gap = Unit("⋯", Estimate(None))
            units = [*chart.units[:head], gap, *chart.units[len(chart.units) - tail :]]
            return [dataclasses.replace(chart, units=units)], _cut(len(chart.units), head, tail)
        drawn = [one for unit in _ranking(chart)["units"] if (one := unit["e"])]
        reach = [end for one in drawn for end in (one["v"], one["lo"], one["hi"]) if end is not None]
        low = min(reach, default=None) if chart.low is None else chart.low
        high = max(reach, default=None) if chart.high is None else chart.high
        return [
            dataclasses.replace(chart, units=chart.units[start:stop], low=low, high=high)
            for start, stop in _evenly(len(chart.units), chart.limit)
        ], None
    if isinstance(chart, Heatmap) and len(chart.rows) > chart.limit:
        whole = data_of(chart)
        low, high = whole["low"], whole["high"]
        if chart.in_documents == "ends":
            head, tail = (chart.limit + 1) // 2, chart.limit // 2
            last = len(chart.rows) - tail
            nothing = [None] * len(chart.columns)
            ends = dataclasses.replace(
                chart,
                rows=[*chart.rows[:head], "⋯", *chart.rows[last:]],
                cells=[*chart.cells[:head], nothing, *chart.cells[last:]],
                marks=[*chart.marks[:head], [""] * len(chart.columns), *chart.marks[last:]]
                if chart.marks
                else (),
                low=low,
                high=high,
            )
            return [ends], _cut(len(chart.rows), head, tail)
        return [
            dataclasses.replace(
                chart,
                rows=chart.rows[start:stop],
                cells=chart.cells[start:stop],
                marks=chart.marks[start:stop] if chart.marks else (),
                low=low,
                high=high,
            )
            for start, stop in _evenly(len(chart.rows), chart.limit)
        ], None
    return [chart], None


def _cut(count: int, head: int, tail: int) -> Text:
    return Text(
        f"共 {count} 个单位，图中为前 {head} 位与后 {tail} 位；全部单位见网页与工作簿。",
        f"The first {head} and the last {tail} of {count} units; the page and the workbook hold all.",
    )


def _evenly(count: int, limit: int) -> list[tuple[int, int]]:
    parts = -(-count // limit)
    edges = [round(count * part / parts) for part in range(parts + 1)]
    return list(itertools.pairwise(edges))


def table_of(chart: Chart) -> Table:
    """Give the numbers of a chart as a table, for those who cannot see it and those who copy numbers."""
    match chart:
        case IntervalRanking():
            return _with_used_columns(
                [("name", WORDS["name"])],
                [
                    ({"name": unit.name, "groups": unit.groups, "rank": unit.rank}, unit.estimate)
                    for unit in chart.units
                ],
                chart,
                [("rank", WORDS["rank"]), ("groups", WORDS["groups"])],
            )
        case Heatmap():
            return _with_used_columns(
                [("row", WORDS["row"]), ("column", WORDS["column"])],
                [
                    (
                        {
                            "row": row,
                            "column": column,
                            "mark": chart.marks[at][across] if chart.marks else "",
                        },
                        chart.cells[at][across],
                    )
                    for at, row in enumerate(chart.rows)
                    for across, column in enumerate(chart.columns)
                ],
                chart,
                [("mark", WORDS["mark"])],
            )
        case Quadrants():
            return _quadrant_table(chart)
        case TrendLines():
            places, word = chart.waves, WORDS["wave"]
        case Bars():
            places, word = chart.categories, WORDS["name"]
    return _with_used_columns(
        [("series", WORDS["series"]), ("place", word)],
        [
            ({"series": one.name, "place": place}, estimate)
            for one in chart.series
            for place, estimate in zip(places, one.estimates, strict=True)
        ],
        chart,
        [],
    )


def _quadrant_table(chart: Quadrants) -> Table:
    thresholds = thresholds_of(chart)
    rows: list[dict[str, Cell]] = []
    for point in chart.points:
        x, y = point.x.value, point.y.value
        missing = x is None or y is None or numbers.is_missing(x) or numbers.is_missing(y)
        quadrant: Words = "" if missing else chart.names[quadrant_of(x or 0.0, y or 0.0, thresholds)]
        errors = {"x_se": point.x.se, "y_se": point.y.se}
        rows.append({"name": point.name, "x": x, "y": y, **errors, "quadrant": quadrant})
    columns = [
        Column("name", WORDS["name"]),
        Column("x", chart.x_axis, format="number", decimals=chart.x_decimals),
        Column("x_se", WORDS["se"], format="number", decimals=chart.x_decimals + 1),
        Column("y", chart.y_axis, format="number", decimals=chart.y_decimals),
        Column("y_se", WORDS["se"], format="number", decimals=chart.y_decimals + 1),
        Column("quadrant", WORDS["quadrant"]),
    ]
    always = {"name", "x", "y"}
    used = [
        one
        for one in columns
        if one.key in always or any(not numbers.is_missing(row[one.key]) for row in rows)
    ]
    return Table(columns=used, rows=rows, caption=chart.title)


def _with_used_columns(
    first: list[tuple[str, Text]],
    lines: Sequence[tuple[dict[str, Words], Estimate | None]],
    chart: IntervalRanking | Heatmap | TrendLines | Bars,
    last: list[tuple[str, Text]],
) -> Table:
    rows: list[dict[str, Cell]] = []
    for names, estimate in lines:
        numbers_of_it = estimate or Estimate(None)
        rows.append(
            {
                **names,
                "value": numbers_of_it.value,
                "lower": numbers_of_it.lower,
                "upper": numbers_of_it.upper,
                "se": numbers_of_it.se,
                "n": numbers_of_it.n,
            }
        )
    form, decimals = chart.format, chart.decimals
    columns = [
        *(Column(key, title) for key, title in first),
        Column("value", chart.axis or WORDS["value"], format=form, decimals=decimals),
        Column("lower", WORDS["lower"], format=form, decimals=decimals),
        Column("upper", WORDS["upper"], format=form, decimals=decimals),
        Column("se", WORDS["se"], format=form, decimals=decimals + 1),
        Column("n", WORDS["n"], format="number", decimals=0),
        *(Column(key, title) for key, title in last),
    ]
    always = {"value", *(key for key, _ in first)}
    used = [
        one
        for one in columns
        if one.key in always or any(not numbers.is_missing(row.get(one.key)) for row in rows)
    ]
    return Table(columns=used, rows=rows, caption=chart.title)


def alternative_text(chart: Chart, language: Language) -> str:
    """Say in a sentence what a chart shows, for those who cannot see it."""
    title = say(chart.title, language)
    match chart:
        case IntervalRanking():
            return title + _ranking_in_words(chart, language)
        case Heatmap():
            rows, columns = len(chart.rows), len(chart.columns)
            zh = f"：热力图，{rows} 行 {columns} 列。"
            en = f": heat map of {rows} rows by {columns} columns."
        case Quadrants():
            zh = f"：四分图，{len(chart.points)} 个项目。"
            en = f": quadrants of importance and performance, {len(chart.points)} items."
        case TrendLines():
            zh = f"：折线图，{len(chart.series)} 条线，{len(chart.waves)} 期。"
            en = f": {len(chart.series)} lines over {len(chart.waves)} waves."
        case Bars():
            zh = f"：条形图，{len(chart.categories)} 类，{len(chart.series)} 个系列。"
            en = f": bars, {len(chart.categories)} categories, {len(chart.series)} series."
    return title + (zh if language == "zh" else en)


def _ranking_in_words(chart: IntervalRanking, language: Language) -> str:
    count = len(chart.units)
    known = [unit for unit in chart.units if not numbers.is_missing(unit.estimate.value)]
    if not known:
        return f"：{count} 个单位，无数据。" if language == "zh" else f": {count} units, no data."
    first, last = known[0], known[-1]
    ends = [
        (say(unit.name, language), numbers.number(unit.estimate.value, chart.format, chart.decimals))
        for unit in (first, last)
    ]
    if language == "zh":
        return f"：{count} 个单位的排序与区间。首位{ends[0][0]} {ends[0][1]}，末位{ends[1][0]} {ends[1][1]}。"
    return (
        f": {count} units in order, with intervals. "
        f"First {ends[0][0]} {ends[0][1]}, last {ends[1][0]} {ends[1][1]}."
    )
