"""What can go wrong on the public pages."""

from __future__ import annotations

from typing import Final

from zhiheng.core.problems import Rule
from zhiheng.ui.words import Text

ROWS_MANY: Final = Rule(
    "portal.rows_many",
    422,
    Text(
        "这个数字有 {n} 行记录，工作簿最多 {most} 行。", "This number has {n} rows; a workbook takes {most}."
    ),
    Text("请下载 csv。", " Take the csv."),
)
