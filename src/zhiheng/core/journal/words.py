"""Names of fields in words, for whoever reads what was touched. A field's own words come first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise

from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from django.db import models

NAMES: Final[dict[str, Text]] = {
    "account": Text("账号", "account"),
    "aliases": Text("并入的卡片", "cards merged into it"),
    "application": Text("入会申请", "application"),
    "attendance": Text("参加记录", "attendance"),
    "attendances": Text("参加记录", "attendances"),
    "base": Text("分母计入值", "what it counts below the line"),
    "code": Text("代码", "code"),
    "code_key": Text("签到码", "check-in code"),
    "contact": Text("联系人", "contact"),
    "counted": Text("计入值", "what it counts"),
    "data_sha256": Text("数据指纹", "fingerprint of the data"),
    "deleted_at": Text("删除时间", "when it was deleted"),
    "digest": Text("文件指纹", "fingerprint"),
    "due": Text("应缴会费", "due"),
    "dues": Text("会费", "dues"),
    "edition": Text("届次", "edition"),
    "end": Text("止", "end"),
    "figure": Text("指标", "figure"),
    "file": Text("附件", "file"),
    "grade": Text("证据等级", "grade of evidence"),
    "held_on": Text("举办日期", "day it was held"),
    "how": Text("方式", "how"),
    "key": Text("去重依据", "what it is counted once by"),
    "kind": Text("类型", "kind"),
    "known": Text("已登记的笔数", "lines known before"),
    "line": Text("工作线", "line of work"),
    "link": Text("链接", "link"),
    "matchings": Text("缴费匹配", "matchings"),
    "materials": Text("资料", "materials"),
    "measurements": Text("测量结果", "measurements"),
    "membership": Text("会籍", "membership"),
    "memberships": Text("会籍", "memberships"),
    "merged_into": Text("所并入的卡片", "card it was merged into"),
    "met": Text("已满足的条件", "requirements met"),
    "mobile_verified": Text("手机号已验证", "mobile number proved"),
    "name": Text("名称", "name"),
    "name_en": Text("英文名称", "English name"),
    "name_zh": Text("中文名称", "Chinese name"),
    "number": Text("编号", "number"),
    "organisation": Text("单位", "organisation"),
    "organisations": Text("单位", "organisations"),
    "parent": Text("上级", "what it belongs to"),
    "passed": Text("是否通过", "passed"),
    "password": Text("密码", "password"),
    "payment": Text("缴费", "payment"),
    "period": Text("期间", "period"),
    "person": Text("人员", "person"),
    "phrase": Text("原文", "words"),
    "purpose": Text("用途", "purpose"),
    "rate": Text("会费标准", "rate"),
    "rates": Text("会费标准", "rates"),
    "read_at": Text("已读时间", "when it was read"),
    "refunds": Text("退款", "refunds"),
    "representatives": Text("会员代表", "representatives"),
    "rows": Text("记录", "rows"),
    "seats": Text("席位", "seats"),
    "session": Text("场次", "session"),
    "sessions": Text("场次", "sessions"),
    "settled_at": Text("处理时间", "when it was settled"),
    "settled_by": Text("处理人", "who settled it"),
    "sha256": Text("文件指纹", "fingerprint"),
    "skipped": Text("略过的行", "lines left out"),
    "snapshot": Text("已发布的数字", "published number"),
    "start": Text("起", "start"),
    "state": Text("状态", "state"),
    "step": Text("签批环节", "step of sign-off"),
    "term": Text("届", "term"),
    "tier": Text("级别", "tier"),
    "value": Text("数值", "value"),
    "version": Text("版本", "version"),
    "was": Text("原内容", "what it was"),
    "why": Text("原因", "reason"),
    "why_ended": Text("终止原因", "why it ended"),
    "withdrawn_on": Text("撤回日期", "day it was withdrawn"),
    "within": Text("上级地区", "place it lies in"),
}
"""Fields without words of their own, and what operations name beside fields."""


def in_words(name: str, model: type[models.Model] | None = None) -> Text | str:
    """Say what a field of `model` is: by its own words, else by the table, else by its name."""
    try:
        own = getattr(model._meta.get_field(name), "verbose_name", None) if model else None
    except FieldDoesNotExist:
        own = None
    return str(own) if isinstance(own, Promise) else NAMES.get(name, name)
