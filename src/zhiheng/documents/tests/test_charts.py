from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from zhiheng.documents import (
    Bars,
    Estimate,
    Heatmap,
    IntervalRanking,
    Point,
    Problem,
    Quadrants,
    Series,
    TrendLines,
    Unit,
    drawing,
    figures,
    theme,
)
from zhiheng.documents.engine import Engine
from zhiheng.documents.tests.samples import CHARTS, EVIL, bars, estimate, heatmap, quadrants, ranking, trend


def texts(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def build(chart, width: int, language: str = "zh", page: bool = True) -> dict:
    """The option of a chart, as the page would get it, without what is a function."""
    given = {
        "language": language, "words": drawing.chart_words(language), "theme": theme.for_charts(),
        "font": "x", "width": width, "page": page,
    }  # fmt: skip
    call = f"JSON.stringify(zhihengCharts.build({json.dumps(figures.data_of(chart))}, {json.dumps(given)}))"
    return json.loads(drawing._engine().eval(call))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", CHARTS)
def test_every_kind_is_drawn_with_its_names(kind: str, language: str):
    drawn = texts(drawing.svg(CHARTS[kind], language))
    names = {
        "ranking": ("单位0", "Unit 0"), "heatmap": ("区0", "District 0"), "quadrants": ("项目1", "Item 1"),
        "trend": ("线1", "Line 1"), "bars": ("男", "Men"),
    }  # fmt: skip
    assert names[kind][language == "en"] in drawn


def test_a_ranking_shows_value_interval_rank_group_and_reference():
    svg = drawing.svg(ranking(), "zh")
    drawn = texts(svg)
    for one in ("95.0", "—", "1", "ab", "全市 90.0", "红", "黄", "绿", "指数"):
        assert one in drawn
    green, amber = "#2e7d32", "#f0c040"
    assert svg.count(f'stroke="{green}"') == 4 * 3  # four known units, each a line and two caps
    assert amber in svg  # in the legend only: no value lies there
    assert f'stroke="{amber}"' not in svg


def test_a_heat_map_shows_marks_and_gaps_and_text_that_can_be_read():
    drawn = texts(drawing.svg(heatmap(), "en"))
    assert "70.0*" in drawn
    assert "—" in drawn
    assert {"70.0", "90.0"} <= set(drawn)  # the ends of the colours


def test_quadrant_labels_touch_no_other_where_points_crowd():
    spots = [(0.3 + i / 1000, 80 + (i * 7 % 12) / 50) for i in range(12)] + [(1.0, 90.0)]
    points = [Point(f"第{i}个满意度项目", Estimate(x), estimate(y)) for i, (x, y) in enumerate(spots)]
    svg = drawing.svg(Quadrants("t", points), "zh")
    found = re.findall(r'text-anchor="(\w+)"[^>]* x="([\d.]+)" y="([\d.]+)"[^>]*>第[^<]*<', svg)
    assert len(found) >= 8  # the rest is in the tooltips and in the table
    before = {"start": 0, "middle": 45, "end": 90}
    boxes = [(float(x) - before[anchor], float(y)) for anchor, x, y in found]
    clashes = [
        (a, b)
        for i, a in enumerate(boxes)
        for b in boxes[:i]
        if abs(a[0] - b[0]) < 85 and abs(a[1] - b[1]) < 11.5
    ]
    assert clashes == []


def test_lines_stand_where_the_thresholds_are_to_the_last_digit():
    points = [Point(str(i), Estimate(0.3 + i / 1000), estimate(80 + i / 100)) for i in range(12)]
    svg = drawing.svg(Quadrants("t", points), "zh")
    # the plot is 58 to 616 wide and the axis 0.295 to 0.315: the mean, 0.3055, stands at 350.95
    dashed = re.findall(r'<path d="M([\d.]+) [\d.]+L([\d.]+) [\d.]+"[^>]*stroke-dasharray', svg)
    upright = [float(start) for start, end in dashed if start == end]
    assert upright == [pytest.approx(58 + (0.3055 - 0.295) / 0.02 * 558, abs=0.6)]


def test_thresholds_are_the_means_where_none_are_given():
    chart = quadrants()
    assert figures.thresholds_of(chart) == pytest.approx(((0.1 + 0.5 + 0.51 + 0.12 + 0.12) / 5, 393.1 / 5))
    assert [point["quadrant"] for point in figures.data_of(chart)["points"]] == [3, 0, 1, 2, 2]


def test_bars_start_at_zero_and_lines_need_not():
    assert build(bars(), 700)["option"]["yAxis"]["min"] == 0
    assert build(trend(), 700)["option"]["yAxis"]["min"] > 70


def test_long_names_lie_bars_down():
    names = [f"名称非常非常长的公共服务事项之{i}" for i in range(6)]
    chart = Bars("t", names, [Series("a", [estimate(1.0)] * 6)])
    assert build(chart, 640)["option"]["yAxis"]["type"] == "category"
    assert build(bars(), 640)["option"]["xAxis"]["type"] == "category"


@pytest.mark.parametrize("width", [340, 1000])
@pytest.mark.parametrize("kind", CHARTS)
def test_every_kind_fits_a_phone_and_a_desk(kind: str, width: int):
    made = build(CHARTS[kind], width)
    assert made["width"] == width
    assert 80 < made["height"] < 900


def test_a_long_ranking_is_zoomed_on_the_page_and_cut_on_paper():
    long = ranking(214)
    zoom = build(long, 1000)["option"]["dataZoom"][0]
    assert (zoom["startValue"], zoom["endValue"]) == (0, 29)
    assert build(long, 1000)["height"] < 1000
    parts, cut = figures.pieces_of(long)
    assert [unit.name if isinstance(unit.name, str) else unit.name.zh for unit in parts[0].units] == [
        *(f"单位{i}" for i in range(20)), "⋯", *(f"单位{i}" for i in range(194, 214)),
    ]  # fmt: skip
    assert "214" in cut.zh
    assert "214" in cut.en


def test_a_split_ranking_keeps_every_unit_and_one_axis():
    parts, cut = figures.pieces_of(ranking(214, in_documents="split"))
    assert [len(part.units) for part in parts] == [36, 35, 36, 36, 35, 36]
    assert cut is None
    ends = {
        (axis["min"], axis["max"])
        for axis in (build(part, 640, page=False)["option"]["xAxis"] for part in parts)
    }
    assert len(ends) == 1


def test_a_long_heat_map_is_split_with_one_scale_of_colours():
    parts, _ = figures.pieces_of(heatmap(80))
    assert [len(part.rows) for part in parts] == [27, 26, 27]
    assert {(part.low, part.high) for part in parts} == {(70.0, 149.0)}


@pytest.mark.parametrize(
    "chart",
    [
        IntervalRanking("t", []),
        IntervalRanking("t", [Unit("a", Estimate(None))]),
        Heatmap("t", [], [], []),
        Heatmap("t", ["a"], ["b"], [[None]]),
        Heatmap("t", ["a"], ["b"], [[Estimate(1.0)]], centre=1.0),
        Quadrants("t", []),
        Quadrants("t", [Point("a", Estimate(1.0), Estimate(float("nan")))]),
        TrendLines("t", [], []),
        TrendLines("t", ["2018"], [Series("a", [None])]),
        TrendLines("t", ["2018"], [Series(str(i), [Estimate(5.0)]) for i in range(12)]),
        Bars("t", [], []),
        Bars("t", ["a"], [Series("s", [Estimate(-3.0)])]),
    ],
)
def test_nothing_to_draw_is_drawn_as_nothing(chart):
    assert drawing.svg(chart, "zh").startswith("<svg ")
    build(chart, 340)
    assert figures.table_of(chart).columns
    assert figures.alternative_text(chart, "en")


def test_words_that_try_to_break_out_stay_words_in_pictures_and_tooltips():
    chart = IntervalRanking(EVIL, [Unit(EVIL, estimate(1.0), groups=EVIL)], axis=EVIL)
    svg = drawing.svg(chart, "zh")
    assert "<script" not in svg
    assert "<img" not in svg
    assert "alert" in "".join(texts(svg))
    assert len(drawing.png(chart, "zh")) > 1000
    given = {
        "language": "zh",
        "words": drawing.chart_words("zh"),
        "theme": theme.for_charts(),
        "width": 800,
        "page": True,
    }
    tip = drawing._engine().eval(
        f"zhihengCharts.build({json.dumps(figures.data_of(chart))}, {json.dumps(given)})"
        ".option.tooltip.formatter({componentType: 'series', data: {at: 0}})"
    )
    assert "<script" not in tip
    assert "<img" not in tip
    assert "&lt;img" in tip
    assert "[-0.5, 2.5]" in tip


def test_a_png_is_sharp_enough_to_print():
    png = drawing.png(CHARTS["bars"], "zh")
    assert png.startswith(b"\x89PNG")
    width, _ = struct.unpack(">II", png[16:24])
    assert width == round(theme.PICTURE_WIDTH * 0.75 / 72 * theme.PICTURE_DPI)


def test_a_picture_does_not_depend_on_what_was_drawn_before():
    alone = drawing.svg(trend(), "zh")
    drawing._drawn.cache_clear()
    assert drawing.svgs([*CHARTS.values(), trend()], "zh")[-1] == alone


def test_the_table_of_a_chart_holds_every_number():
    table = figures.table_of(heatmap(50))
    assert len(list(table.rows)) == 100
    assert [column.key for column in table.columns] == [
        "row",
        "column",
        "value",
        "lower",
        "upper",
        "se",
        "n",
        "mark",
    ]


def test_shapes_that_differ_are_problems():
    with pytest.raises(Problem) as caught:
        Heatmap("t", ["a", "b"], ["c"], [[None]])
    assert caught.value.code == "shape_differs"
    with pytest.raises(Problem) as caught:
        TrendLines("t", ["2017", "2018"], [Series("a", [None])])
    assert caught.value.details == {"where": "t / a", "expected": 2, "found": 1}
    with pytest.raises(Problem) as caught:
        Unit("a", Estimate(1.0), colour="red;background:url(x)")
    assert caught.value.code == "colour_unknown"


def test_colours_of_text_and_series_can_be_read_on_white():
    for colour in (theme.INK, theme.QUIET, theme.ACCENT, theme.ALARM, *theme.SERIES, *theme.QUADRANTS):
        assert theme.contrast(colour, theme.PAPER) >= 4.5, colour
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    for share in range(11):
        for scale in (theme.SEQUENTIAL, theme.DIVERGING):
            back = theme.between(scale, share / 10)
            assert theme.contrast(theme.on(back), back) >= 4.5, (scale, share)


def test_a_program_that_has_drawn_comes_to_its_end():
    program = "from zhiheng.documents import drawing; kept = drawing._engine(); print(kept.eval('1 + 1'))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "2"


def test_what_fails_in_the_engine_is_told_and_one_that_has_ended_says_so():
    engine = Engine()
    with pytest.raises(RuntimeError, match="nothing is not defined"):
        engine.eval("nothing")
    assert engine.eval("'左' + 1") == "左1"
    engine.close()
    with pytest.raises(RuntimeError, match="has ended"):
        engine.eval("1")


def test_after_an_engine_has_ended_the_next_chart_is_drawn_by_another():
    drawing._drawn.cache_clear()
    broken = drawing._engine()._process
    broken.kill()
    broken.wait()
    with pytest.raises(RuntimeError, match="has ended"):
        drawing.svg(trend(), "zh")
    assert drawing.svg(trend(), "zh").startswith("<svg ")
