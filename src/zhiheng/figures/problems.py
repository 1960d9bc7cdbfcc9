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
DOUBLED: Final = Rule(
    "figures.doubled",
    409,
    Text(
        "“{figure.zh}”在{period.zh}既有系统内的记录，又有台账录入，会重复计算。",
        "For “{figure.en}” there are both rows and an entry for {period.en}: it would be counted twice.",
    ),
    Text(
        "请更正该录入，写明与记录并计还是代替记录，或撤回该录入。",
        " Replace the entry by one that says whether it counts beside the rows or instead of them, or withdraw it.",
    ),
)
ROWS_THERE: Final = Rule(
    "figures.rows_there",
    409,
    Text(
        "系统内已有“{figure.zh}”在{period.zh}的记录，再录入会重复计算。",
        "The system has rows of “{figure.en}” for {period.en}: an entry would count them twice.",
    ),
    Text(
        "请选择与记录并计（所录内容不在记录之中）或代替记录，并写明理由。",
        " Say whether it counts beside the rows (what is entered is not among them) or instead of them, and why.",
    ),
)
NOT_BESIDE: Final = Rule(
    "figures.not_beside",
    422,
    Text(
        "“{figure.zh}”的数值不能相加，录入不能与系统内的记录并计。",
        "Values of “{figure.en}” do not add up: an entry cannot count beside the rows of the system.",
    ),
    Text("请选择代替记录，或不录入。", " Let it count instead of them, or leave it out."),
)
NOT_INSTEAD: Final = Rule(
    "figures.not_instead",
    422,
    Text(
        "“{figure.zh}”按届期计算，录入不能代替系统内的记录。",
        "“{figure.en}” goes by terms: an entry cannot count instead of the rows of the system.",
    ),
    Text(
        "请只录入系统内没有的内容，并选择与记录并计。",
        " Enter only what the system does not have, and let it count beside the rows.",
    ),
)
ENTERED_ALREADY: Final = Rule(
    "figures.entered_already",
    409,
    Text("“{what}”在{period.zh}已经录入。", "“{what}” is entered already for {period.en}."),
    Text("如需更正，请打开原录入。", " Open that entry to replace it."),
)
NO_SCAN: Final = Rule(
    "figures.no_scan",
    422,
    Text("证据等级 {grade} 需要扫描件。", "Evidence of grade {grade} needs its scan."),
    Text(
        "请上传扫描件；只有出处的，请选 D。", " Hand in the scan, or choose D where there is a citation only."
    ),
)
NO_PAGE: Final = Rule(
    "figures.no_page",
    422,
    Text("只有出处的录入需要写明页码。", "An entry that is a citation only needs its page."),
    Text("请填写页码或条目编号。", " Give the page or the number of the item."),
)
OUT_OF_RANGE: Final = Rule(
    "figures.out_of_range",
    422,
    Text("数值 {amount} 与基数 {base} 不合理。", "The amount {amount} and the base {base} do not fit."),
    Text(
        "数值不小于零；比例的基数大于零，百分比的数值不大于基数；其他指标没有基数。",
        " An amount is not below zero; the base of a ratio is above zero, and of a percentage not below the amount; "
        "other figures have no base.",
    ),
)
SAME_HAND: Final = Rule(
    "figures.same_hand",
    403,
    Text("录入须由另一人复核。", "An entry is checked by a second person."),
    Text("请请同事复核。", " Ask a colleague to check it."),
)
NOT_NOW: Final = Rule(
    "figures.not_now",
    409,
    Text("这条录入的状态是“{state}”，不能这样处理。", "This entry is “{state}”: that cannot be done to it."),
    Text("请刷新页面查看现状。", " Load the page again to see where it stands."),
)
NO_RESULTS: Final = Rule(
    "figures.no_results",
    422,
    Text("“{folder}”里没有可读的测评结果：{why}。", "There are no results to read in “{folder}”: {why}."),
    Text(
        "请指向 zhiheng measure 写出的文件夹，其中有 results.parquet 和 run.json。",
        " Name a folder that zhiheng measure wrote: it holds results.parquet and run.json.",
    ),
)
LOADED_ALREADY: Final = Rule(
    "figures.loaded_already",
    409,
    Text("这次测评结果已于 {on} 载入。", "These results were loaded on {on}."),
    Text("无需再次载入。", " There is nothing to do."),
)
