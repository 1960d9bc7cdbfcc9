"""A visible string in two languages, and the fixed words that every document uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """A visible string in both languages.

    Attributes
    ----------
    zh, en : the Chinese and the English wording; where one is empty the other is shown.
    """

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """Give the wording in `language`, or the other one where it is empty."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


Words: TypeAlias = Text | str
"""What every visible string is: a `Text`, or a plain string that reads the same in both languages."""


def say(words: Words, language: Language) -> str:
    """Give `words` in one language."""
    return words if isinstance(words, str) else words.in_(language)


MISSING: Final = "—"
"""How a missing value is shown, in every format."""

LANGUAGE_NAMES: Final[dict[Language, str]] = {"zh": "中文", "en": "English"}

WORDS: Final[dict[str, Text]] = {
    "made_up": Text("虚构数据", "Made-up data"),
    "made_up_sentence": Text(
        "本文件中的全部数据均为虚构，仅用于演示，不反映任何真实地区或单位。",
        "All data in this document are made up for demonstration. They describe no real place or body.",
    ),
    "contents": Text("目录", "Contents"),
    "figure": Text("图", "Figure "),
    "table": Text("表", "Table "),
    "note": Text("注：", "Note: "),
    "edition": Text("版次", "Edition"),
    "date": Text("日期", "Date"),
    "about": Text("关于本报告", "About this report"),
    "continued": Text("（续）", " (continued)"),
    "value": Text("数值", "Value"),
    "se": Text("标准误", "Standard error"),
    "n": Text("样本量", "n"),
    "interval": Text("置信区间", "Interval"),
    "lower": Text("下限", "Lower"),
    "upper": Text("上限", "Upper"),
    "groups": Text("分组", "Group"),
    "rank": Text("位次", "Rank"),
    "name": Text("名称", "Name"),
    "row": Text("行", "Row"),
    "column": Text("列", "Column"),
    "series": Text("系列", "Series"),
    "wave": Text("期次", "Wave"),
    "quadrant": Text("象限", "Quadrant"),
    "mark": Text("标记", "Mark"),
    "missing": Text("缺失", "Missing"),
    "no_data": Text("无数据", "No data"),
    "show_data": Text("查看数据表", "Show the data"),
    "filter": Text("筛选", "Filter"),
    "filter_hint": Text("输入文字筛选行", "Type to filter rows"),
    "save_csv": Text("下载 CSV", "Save CSV"),
    "copy": Text("复制", "Copy"),
    "copied": Text("已复制", "Copied"),
    "save_svg": Text("下载 SVG", "Save SVG"),
    "restore": Text("还原", "Reset"),
    "zoom": Text("框选放大", "Zoom to a box"),
    "sort": Text("按此列排序", "Sort by this column"),
    "rows_shown": Text("行", "rows"),
    "to_top": Text("回到顶部", "Back to top"),
    "skip": Text("跳到正文", "Skip to the text"),
    "language": Text("语言", "Language"),
    "method": Text("方法", "Method"),
    "group_letters": Text(
        "有相同字母的单位之间差异不显著。", "Units that share a letter cannot be told apart."
    ),
    "interval_note": Text("点为估计值，横线为置信区间。", "Points are estimates, bars are intervals."),
}
"""The words the writers add by themselves, by key."""


PAGE_NUMBER: Final[dict[Language, tuple[str, str, str]]] = {
    "zh": ("第 ", " 页 共 ", " 页"),
    "en": ("Page ", " of ", ""),
}
"""What stands before, between and after the page number and the number of pages."""
