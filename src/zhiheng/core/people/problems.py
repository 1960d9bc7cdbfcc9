"""What can be wrong with the card of a person."""

from __future__ import annotations

from typing import Final

from zhiheng.core.problems import Rule
from zhiheng.ui.words import Text

MERGED: Final = Rule(
    "people.merged",
    409,
    Text("“{name}”的卡片已并入“{into}”。", "The card of “{name}” has been merged into that of “{into}”."),
    Text("请使用合并后的卡片。", " Use the card it was merged into."),
)
ITSELF: Final = Rule(
    "people.itself",
    422,
    Text("“{name}”的卡片不能并入自身。", "The card of “{name}” cannot be merged into itself."),
    Text("请选择另一张卡片。", " Choose another card."),
)
ERASED: Final = Rule(
    "people.erased",
    409,
    Text("此人的个人信息已依法删除。", "The personal data of this person were erased by law."),
    Text("不能再填写；如需登记，请另建卡片。", " Nothing is written into the card again; open another one."),
)
USER_NAME: Final = Rule(
    "people.user_name",
    409,
    Text("“{name}”不能用作用户名。", "“{name}” cannot be a user name."),
    Text(
        "请换一个：不超过 60 个字，不像电话号码，没有人用过。",
        " Choose another one: up to 60 characters, unlike a telephone number, and not taken.",
    ),
)
HAS_ACCOUNT: Final = Rule(
    "people.has_account",
    409,
    Text("“{name}”已有账号。", "“{name}” has an account."),
    Text("请使用已有的账号。", " Use the account there is."),
)
NO_ORGANISATION: Final = Rule(
    "people.no_organisation",
    422,
    Text("会员联系人须说明是哪家单位的。", "A member contact is contact of an organisation."),
    Text("请填写单位的名称或代码。", " Give its name or code."),
)
