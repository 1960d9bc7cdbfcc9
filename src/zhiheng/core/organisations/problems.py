"""What can be wrong with the card of an organisation."""

from __future__ import annotations

from typing import Final

from zhiheng.core.problems import Rule
from zhiheng.ui.words import Text

CODE_SHAPE: Final = Rule(
    "organisations.code_shape",
    422,
    Text(
        "“{code}”不是统一社会信用代码（18 位）或组织机构代码（9 位），去掉空格后为 {length} 位。",
        "“{code}” is neither a unified social credit code (18 characters) nor an organisation code (9): it has {length}.",
    ),
    Text(
        "请核对证照；确无代码的，请选择“无代码”并写明原因。",
        " Check the licence; where there is no code, say so with the reason.",
    ),
)
CHECK_DIGIT: Final = Rule(
    "organisations.check_digit",
    422,
    Text(
        "代码“{code}”的校验位“{found}”不对，多半是抄错了一位。",
        "The check character “{found}” of “{code}” is wrong: most likely one character was miscopied.",
    ),
    Text("请对照证照逐位核对。", " Compare it with the licence, character by character."),
)
NO_CODE_NO_REASON: Final = Rule(
    "organisations.no_code_no_reason",
    422,
    Text("没有代码，也没有写明原因。", "There is neither a code nor a reason for its absence."),
    Text("请填写代码，或写明为何没有。", " Give the code, or say why there is none."),
)
SAME_CODE: Final = Rule(
    "organisations.same_code",
    409,
    Text(
        "代码“{code}”已登记在“{name}”名下，一家单位只建一张卡片。",
        "The code “{code}” already stands on the card of “{name}”: one card a company.",
    ),
    Text(
        "请使用已有卡片；若两张卡片确为同一单位，请合并。",
        " Use that card; where both are one company, merge them.",
    ),
)
CYCLE: Final = Rule(
    "organisations.cycle",
    409,
    Text(
        "“{child}”不能隶属“{parent}”：后者隶属于前者，或就是同一单位。",
        "“{child}” cannot belong to “{parent}”: the latter belongs to the former, or is the same.",
    ),
    Text("请核对隶属关系。", " Check which belongs to which."),
)
MERGED: Final = Rule(
    "organisations.merged",
    409,
    Text("“{name}”已并入“{into}”。", "“{name}” has been merged into “{into}”."),
    Text("请使用合并后的卡片。", " Use the card it was merged into."),
)
NO_SUCH: Final = Rule(
    "organisations.no_such",
    404,
    Text("没有名称或代码为“{words}”的单位。", "No organisation has the name or the code “{words}”."),
    Text("请核对，或先登记该单位。", " Check it, or add the organisation first."),
)
SEVERAL: Final = Rule(
    "organisations.several",
    409,
    Text("“{words}”对应不止一家单位：{names}。", "“{words}” may be more than one organisation: {names}."),
    Text("请写全称或代码。", " Give the full name or the code."),
)
