"""What can be wrong when somebody comes in."""

from __future__ import annotations

from typing import Final

from zhiheng.core.problems import Rule
from zhiheng.ui.words import Text

SEALED: Final = Rule(
    "sign_in.sealed",
    503,
    Text("两步验证的密钥现在无法读取。", "The secret of the second factor cannot be read now."),
    Text(
        "请联系系统管理员：服务器的密钥可能已更换，而旧密钥没有保留。",
        " Tell who runs the system: the key of the server may have been changed without keeping the old one.",
    ),
)
