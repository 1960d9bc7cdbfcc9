"""What can go wrong with a membership."""

from __future__ import annotations

from typing import Final

from zhiheng.core.problems import Rule
from zhiheng.ui.words import Text

ALREADY_MEMBER: Final = Rule(
    "members.already",
    409,
    Text(
        "“{name}”自 {start} 起已是会员（{number}）。", "“{name}” has been a member since {start} ({number})."
    ),
    Text(
        "无需再次入会；如为变更级别，请使用“调整级别”。",
        " It need not join again; to change the tier, use “change tier”.",
    ),
)
DECIDED: Final = Rule(
    "members.decided",
    409,
    Text("该申请已于 {on} 决定。", "This application was decided on {on}."),
    Text("如需更改，请重新申请。", " Apply again to change it."),
)
NOT_LEGAL_PERSON: Final = Rule(
    "members.not_legal_person",
    422,
    Text(
        "“{name}”是{kind}，不是独立法人，不能入会。",
        "“{name}” is a {kind}, not a legal person, and cannot join.",
    ),
    Text("请以其所属公司的名义申请。", " Apply in the name of its company."),
)
ENDED: Final = Rule(
    "members.ended",
    409,
    Text("会籍已于 {end} 终止。", "The membership ended on {end}."),
    Text("请核对日期。", " Check the date."),
)
