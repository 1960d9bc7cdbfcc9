"""The main menu, in its order. Adding a page to it is one line here."""

from __future__ import annotations

from typing import Final

from zhiheng.ui.menu import Entry, Group
from zhiheng.ui.words import Text

PUBLIC: Final[tuple[Entry, ...]] = (
    Entry(Text("首页", "Home"), "home"),
    Entry(Text("指标", "Figures"), "figures"),
    Entry(Text("报告", "Reports"), "reports"),
    Entry(Text("活动日历", "Calendar"), "calendar:month"),
    Entry(Text("证书查询", "Certificate check"), "check"),
)
OWN: Final[tuple[Entry, ...]] = (
    Entry(Text("我的单位", "My organisation"), "members:own", "members.own"),
    Entry(Text("我的活动", "My gatherings"), "calendar:mine", "core.own_page"),
    Entry(Text("我的账号", "My account"), "account", "core.own_page"),
    Entry(Text("我的任务", "My jobs"), "jobs", "core.own_page"),
)
"""What is one's own, below one's name."""
STAFF: Final[tuple[Group, ...]] = (
    Group(
        Text("工作台", "Desk"),
        (Entry(Text("待办", "What waits"), "desk", "reports.see"),),
    ),
    Group(
        Text("名录", "Cards"),
        (
            Entry(Text("单位", "Organisations"), "organisations", "organisations.see"),
            Entry(Text("人员", "People"), "people", "people.see"),
            Entry(Text("名单", "Kept lists"), "selections", "organisations.see"),
        ),
    ),
    Group(
        Text("会员", "Members"),
        (
            Entry(Text("会员名册", "Register"), "members:register", "members.see"),
            Entry(Text("入会申请", "Applications"), "members:applications", "members.see"),
            Entry(Text("会费", "Dues"), "members:dues", "members.see"),
            Entry(Text("缴费匹配", "Payments"), "members:payments", "members.see"),
            Entry(Text("理事会", "Council"), "members:council", "members.see"),
        ),
    ),
    Group(
        Text("指标", "Figures"),
        (
            Entry(Text("指标现值", "As they stand"), "desk-figures", "figures.desk"),
            Entry(Text("台账录入", "Entries"), "entries", "figures.desk"),
        ),
    ),
    Group(
        Text("报告", "Reports"),
        (Entry(Text("起草与签批", "Drafts and sign-off"), "drafts", "reports.see"),),
    ),
    Group(
        Text("办公室", "Office"),
        (Entry(Text("发送记录", "What was sent"), "sent-messages", "messages.see_sent"),),
    ),
    Group(
        Text("活动", "Gatherings"),
        (
            Entry(Text("活动", "Gatherings"), "gatherings:editions", "gatherings.see"),
            Entry(Text("系列", "Series"), "gatherings:all-series", "gatherings.see"),
        ),
    ),
)
