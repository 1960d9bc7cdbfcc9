"""What can go wrong with a figure."""

from __future__ import annotations

from typing import Final

from zhiheng.core.problems import Rule
from zhiheng.ui.words import Text

UNKNOWN_FIGURE: Final = Rule(
    "figures.unknown",
    404,
    Text("没有代号为“{code}”的指标。", "There is no figure “{code}”."),
    Text("请在指标目录中查找。", " Look it up in the catalogue."),
)
PERIOD_SHAPE: Final = Rule(
    "figures.period_shape",
    422,
    Text("“{code}”不是一个期间。", "“{code}” is not a period."),
    Text("请写作 2018、2013-2018 或 2018-12-31。", " Write 2018, 2013-2018 or 2018-12-31."),
)
PERIOD_RULE: Final = Rule(
    "figures.period_rule",
    422,
    Text(
        "“{figure.zh}”按{by.zh}计算，不能取“{period.zh}”。",
        "“{figure.en}” goes by {by.en}; “{period.en}” is not one.",
    ),
    Text("请改用相应的期间。", " Choose such a period."),
)
NO_VALUE: Final = Rule(
    "figures.no_value",
    409,
    Text(
        "“{figure.zh}”在{period.zh}没有可计算的记录，不能发布。",
        "“{figure.en}” has no rows for {period.en} and cannot be published.",
    ),
    Text("请核对期间，或先登记有关记录。", " Check the period, or enter the records first."),
)
