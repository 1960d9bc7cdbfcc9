"""What can go wrong with a report."""

from __future__ import annotations

from typing import Final

from zhiheng.core.problems import Rule
from zhiheng.ui.words import Text

PUBLISHED: Final = Rule(
    "reports.published",
    409,
    Text("《{report}》已经发布，不能再改。", "“{report}” is published and does not change."),
    Text("更正请另发报告。", " Publish a correction as a new report."),
)
SAVED_SINCE: Final = Rule(
    "reports.saved_since",
    409,
    Text("您编辑期间，{by}已保存了第 {number} 版。", "While you were editing, {by} saved version {number}."),
    Text(
        "您的文字仍在页面上；请对照差异后再保存。",
        " Your text is still on the page: compare, then save again.",
    ),
)
BLOCKED: Final = Rule(
    "reports.blocked",
    409,
    Text(
        "还有 {n} 个数字没有依据或措辞不成立：{phrases}。",
        "{n} numbers stand on nothing or are not true as worded: {phrases}.",
    ),
    Text(
        "请逐一处理，或由签发人写明理由放行。",
        " Deal with each, or let the issuer let it through with a reason.",
    ),
)
NOT_ITS_TURN: Final = Rule(
    "reports.not_its_turn",
    409,
    Text("现在不是“{step}”环节。", "It is not the turn of “{step}”."),
    Text("请按签批流程依次办理。", " Follow the chain of sign-off."),
)
NOT_SIGNED: Final = Rule(
    "reports.not_signed",
    409,
    Text("“{step}”还没有通过。", "“{step}” has not been passed."),
    Text("请先走完签批流程。", " Finish the chain of sign-off first."),
)
SAME_HAND: Final = Rule(
    "reports.same_hand",
    403,
    Text("您已在本版签过“{step}”。", "You have signed “{step}” of this version."),
    Text("每个环节须由不同的人签署。", " Each step is signed by somebody else."),
)
NUMBER_TAKEN: Final = Rule(
    "reports.number_taken",
    409,
    Text("发文字号“{number}”已被使用。", "The document number “{number}” is taken."),
    Text("请改用下一个号。", " Use the next one."),
)
NOTHING_TO_LET_THROUGH: Final = Rule(
    "reports.nothing_to_let_through",
    409,
    Text("“{phrase}”不需要放行。", "“{phrase}” needs no letting through."),
    Text("请刷新页面。", " Load the page again."),
)
WORD_UNREADABLE: Final = Rule(
    "reports.word_unreadable",
    422,
    Text("{said}", "{said}"),
    Text("", ""),
)
NOT_OURS: Final = Rule(
    "reports.not_ours",
    422,
    Text(
        "这个文件不是从本系统下载的草稿，或已失去标记。",
        "This file is no draft that was downloaded here, or it lost its mark.",
    ),
    Text(
        "请重新下载草稿，把修改移到其中再上传。",
        " Download the draft again, move your changes into it and upload that.",
    ),
)
OF_ANOTHER: Final = Rule(
    "reports.of_another",
    409,
    Text("这个文件是另一份报告的草稿。", "This file is the draft of another report."),
    Text("请在那份报告的页面上传。", " Upload it on the page of that report."),
)
NO_WORDS: Final = Rule(
    "reports.no_words",
    422,
    Text("返回的文件没有正文。", "The file that came back has no text."),
    Text("请核对是否选错了文件。", " Check whether it is the right file."),
)
TOO_LONG: Final = Rule(
    "reports.too_long",
    422,
    Text("“{what}”有 {n} 个字，最多 {most} 个字。", "“{what}” has {n} characters; at most {most} are kept."),
    Text("请缩短后再提交。", " Shorten it, then send it again."),
)
