"""A small report that holds every kind of block and chart, and words that try to break out."""

from __future__ import annotations

import datetime as dt
import math

from zhiheng.documents import (
    Band,
    Bars,
    Bullets,
    Chart,
    Column,
    Estimate,
    Facts,
    Heading,
    Heatmap,
    IntervalRanking,
    Note,
    PageBreak,
    Paragraph,
    Point,
    Quadrants,
    Report,
    Series,
    Table,
    Text,
    TrendLines,
    Unit,
)

EVIL = '</script><script>alert("x")</script><img src=x onerror=alert(1)> *星* #panic() $x$ {b} {a|b} "\'& ]]>'
BANDS = (
    Band(-math.inf, Text("红", "Red"), "#b42318"),
    Band(80, Text("黄", "Amber"), "#f0c040"),
    Band(90, Text("绿", "Green"), "#2e7d32"),
)


def estimate(value: float | None, half: float = 1.5) -> Estimate:
    if value is None:
        return Estimate(None)
    return Estimate(value, value - half, value + half, se=half / 1.96, n=1234)


def ranking(count: int = 5, **more: object) -> IntervalRanking:
    units = [
        Unit(
            Text(f"单位{i}", f"Unit {i}"),
            estimate(None if i == 2 else 95.04 - i / 10),
            groups="ab",
            rank=f"{i + 1}",
        )
        for i in range(count)
    ]
    more = {"reference": 90.0, "reference_name": Text("全市", "City"), "bands": BANDS} | more
    return IntervalRanking(Text("排序", "Ranking"), units, axis=Text("指数", "Index"), **more)


def heatmap(rows: int = 3) -> Heatmap:
    return Heatmap(
        Text("热力图", "Heat map"),
        [Text(f"区{i}", f"District {i}") for i in range(rows)],
        [Text("教育", "Education"), Text("环境卫生与垃圾分类管理", "Environment and waste sorting")],
        [[estimate(70.0 + i), None if i == 1 else estimate(90.0)] for i in range(rows)],
        marks=[["*", ""] for _ in range(rows)],
    )


def quadrants() -> Quadrants:
    spots = ((0.1, 90.0), (0.5, 91.0), (0.51, 70.0), (0.12, 71.0), (0.12, 71.1))
    return Quadrants(
        Text("四分图", "Quadrants"),
        [Point(Text(f"项目{i}", f"Item {i}"), Estimate(x), estimate(y)) for i, (x, y) in enumerate(spots)],
    )


def trend(count: int = 2) -> TrendLines:
    return TrendLines(
        Text("趋势", "Trend"),
        ["2016", "2017", "2018"],
        [
            Series(Text(f"线{i}", f"Line {i}"), [estimate(80.0 + i), None, estimate(82.0)])
            for i in range(count)
        ],
    )


def bars() -> Bars:
    return Bars(
        Text("条形图", "Bars"),
        [Text("男", "Men"), Text("女", "Women")],
        [
            Series("2017", [estimate(0.8, 0.02), estimate(0.9, 0.02)]),
            Series("2018", [estimate(0.7, 0.02), None]),
        ],
        format="percent",
    )


CHARTS: dict[str, Chart] = {
    "ranking": ranking(),
    "heatmap": heatmap(),
    "quadrants": quadrants(),
    "trend": trend(),
    "bars": bars(),
}


def table(rows: int = 4, **more: object) -> Table:
    return Table(
        [
            Column("name", Text("名称", "Name")),
            Column("value", Text("指数", "Index"), format="number", bands=BANDS),
            Column("n", Text("样本量", "n"), format="number", decimals=0, shade="bar"),
            Column("share", Text("比例", "Share"), format="percent", shade="scale"),
            Column("day", Text("日期", "Day")),
        ],
        [
            {
                "name": Text(f"街道{i}", f"Street {i}"),
                "value": math.nan if i == 1 else 95.25 - 10 * i,
                "n": 12345 * (i + 1),
                "share": 0.935 - i / 100,
                "day": dt.date(2018, 1, 1),
            }
            for i in range(rows)
        ],
        caption=Text("各街道指数", "Index by street"),
        notes=[Text("这是注释", "A note")],
        **more,
    )


def report(**more: object) -> Report:
    blocks = [
        Heading(1, Text("摘要", "Summary")),
        Paragraph(Text("正文一段。", "A paragraph.")),
        Paragraph(EVIL),
        Bullets([Text("要点", "A point"), EVIL]),
        Note(Text("提示", "Take care")),
        Facts([(Text("样本量", "Sample"), "120,000")]),
        Heading(2, Text("图", "Charts")),
        *CHARTS.values(),
        PageBreak(),
        Heading(1, Text("表", "Tables")),
        table(),
        Table([Column("a", EVIL), Column("b", "B")], [{"a": EVIL, "b": None}], caption=EVIL, notes=[EVIL]),
        Table([Column("a", "A"), Column("b", "B")], [], caption=Text("空表", "Empty")),
    ]
    given = {
        "title": Text("监测报告", "Monitor report"),
        "blocks": blocks,
        "subtitle": Text("年度", "Annual"),
        "edition": "2018",
        "owner": Text("示例协会", "Example Association"),
        "made_up": True,
        "footer": [(Text("种子", "Seed"), "1")],
        "date": dt.date(2018, 12, 31),
    }
    return Report(**(given | more))
