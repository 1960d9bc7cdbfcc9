"""The lines of work by their words: in which somebody has a part, who answers for a figure or a report."""

from __future__ import annotations

from typing import Final

from zhiheng.ui.words import Text

LINES: Final[dict[str, Text]] = {
    "office": Text("秘书处", "Office"),
    "council": Text("理事会", "Council"),
    "members": Text("会员", "Members"),
    "gatherings": Text("活动", "Gatherings"),
    "figures": Text("测评", "Surveys"),
    "recognition": Text("评价", "Recognition"),
}


def line_name(code: str) -> Text:
    """Give the words of a line; its code where it has none yet."""
    return LINES.get(code, Text(code, code))
