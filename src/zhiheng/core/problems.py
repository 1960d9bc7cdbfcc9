"""What can go wrong, said so that a person can mend it: a rule, what was found, what to do.

A rule is a constant beside the room that keeps it (`zhiheng.<room>.problems`); the code that refuses and the test that expects the
refusal name the same constant. A `Problem` becomes a page, a form error or JSON at the edge only (`zhiheng.core.edge`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from zhiheng.ui.words import Text, say


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its code, the HTTP status of a breach, what a breach is and what to do; `{names}` are filled in."""

    code: str
    status: int
    breach: Text
    remedy: Text


class Problem(Exception):  # noqa: N818 - the house word for an error that a person can mend
    """A rule was not kept. `got` fills the rule's placeholders; `field` names the form field it belongs to."""

    def __init__(self, rule: Rule, *, field: str = "", **got: Any) -> None:
        self.rule = rule
        self.field = field
        self.got = got
        super().__init__(rule.code, got)

    @property
    def breach(self) -> str:
        """What is wrong, in the language of the request."""
        return say(self.rule.breach).format_map(self.got)

    @property
    def remedy(self) -> str:
        """What to do, in the language of the request."""
        return say(self.rule.remedy).format_map(self.got)

    def __str__(self) -> str:
        return f"{self.breach}{self.remedy}"


REFUSED: Final = Rule(
    "core.refused",
    403,
    Text("您没有权限{what}。", "You may not {what}."),
    Text("请联系负责该项工作的同事。", " Ask a colleague who runs this line of work."),
)
OVERLAP: Final = Rule(
    "core.overlap",
    409,
    Text("{what}在 {start} 至 {end} 已有记录。", "{what} already has a record from {start} to {end}."),
    Text(
        "请先结束原有记录，或改用不重叠的日期。", " End that record first, or use dates that do not overlap."
    ),
)
BACKWARDS: Final = Rule(
    "core.backwards",
    422,
    Text("结束日期 {end} 早于开始日期 {start}。", "The end {end} is before the start {start}."),
    Text("请核对两个日期。", " Check both dates."),
)
EMPTY: Final = Rule(
    "core.empty",
    422,
    Text("“{what}”没有填写。", "“{what}” is empty."),
    Text("请填写后再提交。", " Fill it in."),
)
NOT_THERE: Final = Rule(
    "core.not_there",
    404,
    Text("这里没有您要的页面。", "There is no such page."),
    Text("请核对网址，或从首页重新进入。", " Check the address, or start from the home page."),
)
NO_SUCH_METHOD: Final = Rule(
    "core.no_such_method",
    405,
    Text("这个网址不能这样打开。", "This address cannot be opened so."),
    Text(
        "请返回原来的页面，从那里提交；数据接口只接受 GET。",
        " Go back and send the form from its page; the API takes GET only.",
    ),
)
NOT_FOR_YOU: Final = Rule(
    "core.not_for_you",
    403,
    Text("这个页面不对您开放。", "This page is not open to you."),
    Text("如需使用，请联系负责该项工作的同事。", " Ask a colleague who runs this line of work."),
)
STALE: Final = Rule(
    "core.stale",
    403,
    Text(
        "页面已过期，或浏览器没有保存 Cookie，刚才的提交没有被接受。",
        "The page is too old, or the browser keeps no cookies: what you sent was not taken.",
    ),
    Text("请返回、刷新页面后再提交。", " Go back, load the page again and send it once more."),
)
UNREADABLE: Final = Rule(
    "core.unreadable",
    400,
    Text("看不懂这个请求。", "This request cannot be read."),
    Text("请返回，从页面上的按钮重新操作。", " Go back and use the buttons of the page."),
)
TOO_MANY: Final = Rule(
    "core.too_many",
    429,
    Text("短时间内请求太多。", "Too many requests in a short time."),
    Text("请稍后再试。", " Try again in a few minutes."),
)
AT_ONCE: Final = Rule(
    "core.at_once",
    409,
    Text(
        "别人刚刚登记了同样的内容，这一次没有保存。",
        "Somebody has just entered the same: this was not saved.",
    ),
    Text(
        "请重新打开页面，核对后再提交。",
        " Load the page again, look, then send it once more if it is needed.",
    ),
)
GONE: Final = Rule(
    "core.gone",
    409,
    Text("这条记录刚刚被别人删除或处理了。", "Somebody has just removed or dealt with this record."),
    Text("请重新打开页面。", " Load the page again."),
)
DEFECT: Final = Rule(
    "core.defect",
    500,
    Text(
        "系统出错了，编号 {number}。您的数据没有改变。",
        "Something broke here, number {number}. Your data have not changed.",
    ),
    Text(
        "请稍后重试；如再次出现，请把编号告诉管理员。",
        " Try again later; if it comes back, give the number to the administrator.",
    ),
)
REQUEST_LARGE: Final = Rule(
    "core.request_large",
    413,
    Text("一次提交不能超过 {most} MB。", "One request may hold {most} MB."),
    Text("请压缩图片、拆分文件后重试。", " Make the files smaller or hand them in one by one."),
)
SHEET_LARGE: Final = Rule(
    "core.sheet_large",
    413,
    Text("文件超过 {most} MB。", "The file is larger than {most} MB."),
    Text("请分成几个文件导入。", " Import it in parts."),
)
SHEET_UNREADABLE: Final = Rule(
    "core.sheet_unreadable",
    422,
    Text(
        "文件读不出来：既不是 Excel 工作簿，也不是 UTF-8 或 GBK 编码的 csv。",
        "The file cannot be read: it is neither a workbook nor a csv in UTF-8 or GBK.",
    ),
    Text("请另存为 xlsx 或 csv 后重试。", " Save it as xlsx or csv and try again."),
)
NO_DAY: Final = Rule(
    "core.no_day",
    422,
    Text(
        "“{day}”不是日期，或不在 1900 至 2200 年间。", "“{day}” is no date, or not of the years 1900 to 2200."
    ),
    Text("请按 2018-12-31 的格式填写。", " Write it like 2018-12-31."),
)
NOT_SO: Final = Rule(
    "core.not_so",
    422,
    Text("“{what}”：{why}", "“{what}”: {why}"),
    Text("请改正后再提交。", " Mend it, then send it again."),
)
