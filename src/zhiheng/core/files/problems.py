"""Why a file does not come in, or is not there."""

from __future__ import annotations

from typing import Final

from zhiheng.core.problems import Rule
from zhiheng.ui.words import Text

LARGE: Final = Rule(
    "files.large",
    413,
    Text("文件超过 {most} MB。", "The file is larger than {most} MB."),
    Text("请压缩图片、拆分文件后重试。", " Make it smaller or hand it in in parts."),
)
NOTHING: Final = Rule(
    "files.nothing",
    422,
    Text("没有选择文件，或文件是空的。", "No file was chosen, or the file is empty."),
    Text("请选择文件后再提交。", " Choose a file."),
)
UNKNOWN_KIND: Final = Rule(
    "files.unknown_kind",
    415,
    Text("认不出这是什么文件。", "It cannot be told what kind of file this is."),
    Text("请用 PDF、图片、docx、xlsx、pptx 或 csv。", " Use PDF, a picture, docx, xlsx, pptx or csv."),
)
NOT_HERE: Final = Rule(
    "files.not_here",
    415,
    Text("这里不收 {kind} 文件。", "A {kind} file does not belong here."),
    Text("请改用：{kinds}。", " Use one of: {kinds}."),
)
FALSE_NAME: Final = Rule(
    "files.false_name",
    415,
    Text("文件名以“{end}”结尾，内容却是 {kind}。", "The name ends with “{end}”, but the content is {kind}."),
    Text(
        "请核对文件，用原来的程序另存后重试。",
        " Check the file and save it again with the program that made it.",
    ),
)
ACTIVE: Final = Rule(
    "files.active",
    415,
    Text(
        "文件里有宏或外部模板（{what}），打开时会运行。",
        "The file holds a macro or an outside template ({what}): it would run when opened.",
    ),
    Text("请另存为不含宏的 docx、xlsx、pptx 或 PDF。", " Save it without macros, or as PDF."),
)
PACKED: Final = Rule(
    "files.packed",
    413,
    Text(
        "文件解压后超过 {most} MB 或 {entries} 个部分。",
        "Unpacked, the file has more than {most} MB or {entries} parts.",
    ),
    Text("请删去不需要的内容后重试。", " Take out what is not needed."),
)
UNREADABLE: Final = Rule(
    "files.unreadable",
    422,
    Text("文件损坏或加了密码，读不出来。", "The file is damaged or has a password: it cannot be read."),
    Text(
        "请用原来的程序打开，另存后重试。",
        " Open it with the program that made it and save it again, without a password.",
    ),
)
GONE: Final = Rule(
    "files.gone",
    410,
    Text("文件已在 {on} 删除。", "The file was deleted on {on}."),
    Text("如仍需要，请联系经办人。", " Ask who handled it, if it is still needed."),
)
