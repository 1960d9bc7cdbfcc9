"""What can be wrong with a credential, or with looking one up."""

from __future__ import annotations

from typing import Final

from zhiheng.core.problems import Rule
from zhiheng.ui.words import Text

MISTYPED: Final = Rule(
    "credentials.mistyped",
    422,
    Text(
        "“{code}”不是一个编码，多半是抄错了一位。",
        "“{code}” is no code: most likely one character was miscopied.",
    ),
    Text("请对照证书逐位核对，共 12 位。", " Compare it with the certificate; it has 12 characters."),
)
UNKNOWN: Final = Rule(
    "credentials.unknown",
    404,
    Text(
        "没有查到编码为“{code}”的证书或会员资格。",
        "There is no certificate and no membership with the code “{code}”.",
    ),
    Text("如证书在您手中，请联系协会核实。", " If you hold it in your hands, ask the association."),
)
WITHDRAWN: Final = Rule(
    "credentials.withdrawn",
    409,
    Text("该证书已于 {on} 撤销。", "It was withdrawn on {on}."),
    Text("如需恢复，请另发新证。", " To bring it back, issue a new one."),
)
