"""The look, in one place: every format takes its colours and fonts from here.

Text colours keep a contrast of at least 4.5 to white (WCAG AA); `on` chooses the text colour on a colour.
"""

from __future__ import annotations

from typing import Final

INK: Final = "#1f2933"
QUIET: Final = "#52606d"
RULE: Final = "#cbd2d9"
FAINT: Final = "#f3f5f7"
PAPER: Final = "#ffffff"
BLACK: Final = "#000000"
ACCENT: Final = "#1b4f8a"
ALARM: Final = "#b42318"

SERIES: Final = (
    "#1b5fa8",
    "#b85c00",
    "#2a7a3b",
    "#8a3ea0",
    "#9c2f2f",
    "#0f7379",
    "#7a6212",
    "#4a5568",
)
"""Colours of series, in order: told apart by the colour-blind together with the symbols of the chart."""

SEQUENTIAL: Final = ("#f2f7fc", "#c6dbef", "#7fb3d8", "#3a82bd", "#124a86")
DIVERGING: Final = ("#a6450a", "#e08a4a", "#f7f2ec", "#6fa8d3", "#14508f")
QUADRANTS: Final = ("#2a7a3b", "#b42318", "#52606d", "#1b5fa8")

PDF_BODY: Final = "Noto Serif CJK SC"
PDF_SANS: Final = "Noto Sans CJK SC"
WORD_STAND_INS: Final = {PDF_BODY: "宋体", PDF_SANS: "黑体"}
"""What Word takes where the fonts are not installed: the file names them as the other names of the fonts."""

WORD_BODY_LATIN: Final = "Times New Roman"
WORD_SANS_LATIN: Final = "Arial"
SHEET_FONT: Final = "等线"
OFFICIAL_FONTS: Final = {
    "title": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", PDF_BODY),
    "body": ("仿宋_GB2312", "FangSong_GB2312", "FangSong", PDF_BODY),
    "second": ("楷体_GB2312", "KaiTi_GB2312", "KaiTi", PDF_BODY),
    "first": ("黑体", "SimHei", PDF_SANS),
    "page": ("宋体", "SimSun", PDF_BODY),
}
"""The fonts of GB/T 9704-2012 by what they set: Word is told the first and the others as stand-ins, PDF takes the
first that is on this machine."""
PAGE_SANS: Final = (
    '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "Segoe UI", Roboto, '
    '"Helvetica Neue", Arial, sans-serif'
)

PICTURE_WIDTH: Final = 640
"""Width of a chart in a document, in CSS pixels; it is set to the width of the text, 16 cm."""

PICTURE_DPI: Final = 160


def _linear(part: int) -> float:
    share = part / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    """Give the relative luminance of ``#rrggbb``, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def on(colour: str) -> str:
    """Give the text colour to set on `colour`: ink or white, whichever stands out more, or black where neither does.

    Contrast is at least 4.5 on any colour: where white has less, black has more than 21 / 4.5.
    """
    best = INK if contrast(colour, INK) >= contrast(colour, PAPER) else PAPER
    return best if contrast(colour, best) >= 4.5 else BLACK


def between(colours: tuple[str, ...], share: float) -> str:
    """Give the colour at `share` (0 to 1) of the way along `colours`."""
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    low = min(int(place), len(colours) - 2)
    parts = []
    for at in (1, 3, 5):
        start, stop = int(colours[low][at : at + 2], 16), int(colours[low + 1][at : at + 2], 16)
        parts.append(f"{round(start + (stop - start) * (place - low)):02x}")
    return "#" + "".join(parts)


def for_charts() -> dict[str, object]:
    """Give what the chart builder needs, ready for JSON."""
    return {
        "ink": INK,
        "quiet": QUIET,
        "rule": RULE,
        "faint": FAINT,
        "paper": PAPER,
        "accent": ACCENT,
        "alarm": ALARM,
        "series": SERIES,
        "sequential": SEQUENTIAL,
        "diverging": DIVERGING,
        "quadrants": QUADRANTS,
    }
