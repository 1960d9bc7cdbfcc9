"""Charts as SVG and PNG, without a browser: ECharts draws SVG in an embedded V8, Typst makes PNG of it."""

from __future__ import annotations

import functools
import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Final

from zhiheng.documents import figures, fonts, theme
from zhiheng.documents.engine import Engine
from zhiheng.documents.problems import Problem
from zhiheng.documents.words import WORDS, Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zhiheng.documents.charts import Chart

_STYLE: Final = re.compile(r"<style\b.*?</style>", re.DOTALL)
_META: Final = re.compile(r' (?:ecmeta_\w+|class|pointer-events)="[^"]*"')
_INSTANCE: Final = re.compile(r"\bzr\d+-")
_FONT: Final = "font-family:"

_PICTURES: Final = b"""
#set page(width: auto, height: auto, margin: 0pt)
#for picture in json(bytes(sys.inputs.pictures)) {
  page(image(bytes(picture), format: "svg"))
}
"""


def echarts_source() -> str:
    """Give the text of ECharts; raises `echarts_missing` where set-up has not fetched it."""
    file = resources.files("zhiheng.documents").joinpath("assets/echarts.min.js")
    if not file.is_file():
        raise Problem("echarts_missing", path=str(file))
    return file.read_text(encoding="utf-8")


def template(name: str) -> str:
    """Give the text of a file in ``templates``."""
    return resources.files("zhiheng.documents").joinpath("templates", name).read_text(encoding="utf-8")


@functools.cache
def _engine() -> Engine:
    engine = Engine()
    engine.eval(echarts_source())
    engine.eval(template("charts.js"))
    engine.eval(
        "function zhihengDraw(all) {"
        " var c = JSON.parse(all);"
        " return JSON.stringify(c.charts.map(function (one) { return zhihengCharts.svg(one, c); })); }"
    )
    return engine


def chart_words(language: Language) -> dict[str, str]:
    """Give the fixed words in one language, for the chart builder and the page."""
    return {key: words.in_(language) for key, words in WORDS.items()}


@functools.lru_cache(maxsize=64)
def _drawn(everything: str) -> tuple[str, ...]:
    engine = _engine()
    try:
        drawn: list[str] = json.loads(str(engine.call("zhihengDraw", everything)))
    except RuntimeError:  # the next one asks another engine
        engine.close()
        _engine.cache_clear()
        raise
    return tuple(_INSTANCE.sub("zr0-", _META.sub("", _STYLE.sub("", one))) for one in drawn)


def svgs(charts: Sequence[Chart], language: Language, width: int = theme.PICTURE_WIDTH) -> list[str]:
    """Draw charts as SVG, all in one go.

    Parameters
    ----------
    charts : what to draw; long ones are drawn whole (see `figures.pieces_of`).
    language : of the words in them.
    width : in CSS pixels; the height follows from the content.
    """
    if not charts:
        return []
    everything = {
        "charts": [figures.data_of(chart) for chart in charts],
        "language": language,
        "words": chart_words(language),
        "theme": theme.for_charts(),
        "font": theme.PDF_SANS,
        "width": width,
        "page": False,
    }
    return list(_drawn(json.dumps(everything, ensure_ascii=False, allow_nan=False, sort_keys=True)))


def pngs(pictures: Sequence[str], dots_per_inch: int = theme.PICTURE_DPI) -> list[bytes]:
    """Make PNG of SVG texts, all in one go."""
    import typst  # noqa: PLC0415 - 30 ms that only documents pay

    if not pictures:
        return []
    fonts.check_fonts()
    # one page comes as bytes, several as a list; the package's types do not say the latter
    made: object = typst.compile(
        _PICTURES,
        format="png",
        ppi=float(dots_per_inch),
        font_paths=fonts.installed(),
        sys_inputs={"pictures": json.dumps(list(pictures), ensure_ascii=False)},
    )
    return list(made) if isinstance(made, list) else [made] if isinstance(made, bytes) else []


def svg(chart: Chart, language: Language, width: int = theme.PICTURE_WIDTH) -> str:
    """Draw one chart as SVG."""
    return svgs([chart], language, width)[0]


def png(chart: Chart, language: Language, width: int = theme.PICTURE_WIDTH) -> bytes:
    """Draw one chart as PNG."""
    return pngs(svgs([chart], language, width))[0]
