"""What is counted of members: how many, who came and left, who took part, what was owed and paid."""

from __future__ import annotations

from typing import Any, Final

import rules
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When

from zhiheng.core.people.models import Part
from zhiheng.core.people.permissions import roles_today
from zhiheng.figures.definition import Column, Figure, Kind, Period, PeriodRule, Rows, Unit, register
from zhiheng.gatherings import public as gatherings
from zhiheng.lines.members.models import Matching, Membership
from zhiheng.lines.members.queries import (
    HALF_A_CENT,
    dues,
    eve,
    member_on,
    members_on,
    with_company,
    with_tier,
)
from zhiheng.ui.words import Text

COLUMNS: Final = (
    Column("number", Text("会员号", "Member number")),
    Column("organisation__name", Text("单位", "Organisation"), frozen=False),
    Column("start", Text("入会日期", "Joined on")),
    Column("end", Text("终止日期", "Ended on")),
)
DUE_COLUMNS: Final = (
    Column("membership__number", Text("会员号", "Member number")),
    Column("membership__organisation__name", Text("单位", "Organisation"), frozen=False),
    Column("year", Text("年度", "Year")),
    Column("amount", Text("应缴（元）", "Owed (yuan)")),
    Column("exempt_on", Text("减免日期", "Exempted on")),
)
PARTS: Final = {
    "tier": Text("级别", "Tier"),
    "organisation__district__name_zh": Text("所在区", "District"),
    "organisation__industry__name_zh": Text("行业", "Industry"),
    "organisation__size": Text("规模", "Size"),
    "organisation__kind": Text("单位类型", "Kind of organisation"),
}
"""How members are broken down; the tier is that of the last day."""


def seen(path: str) -> Any:
    """Give who sees which rows: all to who reads the line, its own to a contact, none to others."""

    def visible(account: Any, rows: Rows) -> Rows:
        if rules.has_perm("members.see", account):
            return rows
        own = [of for _, part, of in roles_today(account) if part == Part.CONTACT]
        return rows.filter(**{f"{path}__in": own})

    return visible


def one_if(condition: Any) -> Case:
    """Count 1 where `condition` holds and 0 where not."""
    return Case(When(condition, then=1), default=0, output_field=IntegerField())


ONE: Final = Value(1, output_field=IntegerField())


def members_as_of(period: Period) -> Rows:
    """Give one membership a company, true on the last day; annotated with `company`, the card that counts."""
    return with_tier(members_on(period.last), period.last)


def attended(period: Period, times: int = 1) -> Exists:
    """Say of a row with `company` whether it was credited with at least `times` attendances in the period."""
    credited = gatherings.attendances(period.first, period.last).filter(
        Q(organisation__credits__end__isnull=True) | Q(organisation__credits__end__gt=F("held_on")),
        organisation__credits__company=OuterRef("company"),
        organisation__credits__start__lte=F("held_on"),
    )
    return Exists(credited.order_by()[times - 1 : times] if times > 1 else credited.order_by())


def participating(period: Period, times: int = 1) -> Rows:
    """Give the members as of the last day: each adds 1 below the line, and 1 above it where it attended."""
    return members_as_of(period).annotate(counted=one_if(attended(period, times)), base=ONE)


def paid_members(period: Period) -> Rows:
    """Give the members as of the last day that had paid the year's dues in full by then, exempt ones not among them."""
    owed = dues(period.last).filter(membership=OuterRef("pk"), year=period.last.year, exempt_on=None)
    settled = Exists(owed.filter(left__lt=HALF_A_CENT))
    return participating(period).filter(settled)


def at_start(period: Period) -> Rows:
    """Give the members on the day before the period, as the end of the year before counts them."""
    return with_tier(members_on(eve(period.first)), eve(period.first))


def staying(period: Period) -> Rows:
    """Give the members at the start: each adds 1 below the line, and 1 above it where it is one on the last day."""
    return at_start(period).annotate(counted=one_if(member_on(period.last)), base=ONE)


def leaving(period: Period) -> Rows:
    """Give the members at the start: each adds 1 below the line, and 1 above it where it is none on the last day."""
    return at_start(period).annotate(counted=one_if(~member_on(period.last)), base=ONE)


def joining(period: Period) -> Rows:
    """Give the memberships that began in the period, of companies that were no members the day before."""
    begun = with_company(Membership.objects.filter(start__range=(period.first, period.last)))
    others = Membership.objects.filter(
        Q(end__isnull=True) | Q(end__gte=OuterRef("start")),
        start__lt=OuterRef("start"),
        organisation__credits__company=OuterRef("company"),
    )
    return with_tier(begun, period.last).filter(~Exists(others.order_by())).annotate(key=F("company"))


def ending(period: Period) -> Rows:
    """Give the memberships that ended in the period, of companies that were no members the day they ended."""
    ended = with_company(Membership.objects.filter(end__range=(period.first, period.last)))
    others = Membership.objects.filter(
        Q(end__isnull=True) | Q(end__gt=OuterRef("end")),
        start__lte=OuterRef("end"),
        organisation__credits__company=OuterRef("company"),
    )
    return ended.filter(~Exists(others.order_by())).annotate(key=F("company"))


def dues_of(period: Period) -> Rows:
    """Give the dues raised for the year and not exempt by its last day, with what was paid of each by then."""
    exempt = Q(exempt_on__lte=period.last)
    return dues(period.last).exclude(exempt).filter(year=period.last.year)


def received(period: Period) -> Rows:
    """Give what was matched with dues of any year and paid in the period."""
    return Matching.objects.filter(paid_on__range=(period.first, period.last)).annotate(counted=F("amount"))


def _figure(code: str, zh: str, en: str, said_zh: str, said_en: str, **more: Any) -> Figure:
    given: dict[str, Any] = {
        "columns": COLUMNS,
        "rows_visible_to": seen("organisation"),
        "period": PeriodRule.YEAR,
        "kind": Kind.RATIO,
        "unit": Unit.PERCENT,
        "decimals": 1 if more.get("kind", Kind.RATIO) is Kind.RATIO else 0,
        "breakdowns": PARTS,
    } | more
    return register(
        Figure(
            code=f"members.{code}",
            name=Text(zh, en),
            definition=Text(said_zh, said_en),
            owner="members",
            **given,
        )
    )


MEMBERS = _figure(
    "count",
    "会员数",
    "Members",
    "该日在籍的会员单位，合并的卡片按一家计。",
    "Member organisations on that day; merged cards count as one.",
    unit=Unit.COMPANIES,
    kind=Kind.COUNT,
    period=PeriodRule.DAY,
    rows=members_as_of,
)
JOINED = _figure(
    "joined",
    "新增会员数",
    "Members that joined",
    "当年入会的单位，入会前一日不是会员；同一单位当年多次入会按一家计，合并的卡片按一家计。",
    "Organisations that joined in the year and were no members the day before; each counts once, merged cards as one.",
    unit=Unit.COMPANIES,
    kind=Kind.DISTINCT,
    rows=joining,
)
LEFT = _figure(
    "left",
    "退会会员数",
    "Members that left",
    "当年会籍终止且当日不再是会员的单位；终止日期为不再是会员的第一日。同一单位按一家计。",
    "Organisations whose membership ended in the year, counted on the first day they were no members; each once.",
    unit=Unit.COMPANIES,
    kind=Kind.DISTINCT,
    rows=ending,
    breakdowns={},
)
RETENTION = _figure(
    "retention",
    "会员保持率",
    "Member retention rate",
    "上年末在籍的会员单位中，当年12月31日仍在籍的家数所占比例。当年入会的不计入。",
    "Of the member organisations at the end of the year before, the share still members on 31 December.",
    rows=staying,
)
ATTRITION = _figure(
    "attrition",
    "会员流失率",
    "Member attrition rate",
    "上年末在籍的会员单位中，当年12月31日已不在籍的家数所占比例；与会员保持率之和为100%。",
    "Of the member organisations at the end of the year before, the share no members on 31 December.",
    rows=leaving,
)
PARTICIPATION = _figure(
    "participation",
    "会员活动参与率",
    "Member participation rate",
    "当年12月31日在籍的会员单位中，当年至少有一次出席计入本单位的家数所占比例。"
    "班组、分公司的出席计入其所属公司，子公司的出席只计入子公司本身。",
    "Of the member organisations on 31 December, the share credited with at least one attendance in the year. "
    "What a team or a branch attends is credited to its company, what a subsidiary attends to it alone.",
    rows=lambda period: participating(period, 1),
)
PARTICIPATION_THREE = _figure(
    "participation_three",
    "会员活动参与率（至少三次）",
    "Member participation rate (three or more)",
    "当年12月31日在籍的会员单位中，当年至少有三人次出席计入本单位的所占比例。",
    "Of the member organisations on 31 December, the share credited with three attendances or more.",
    rows=lambda period: participating(period, 3),
)
PARTICIPATION_PAID = _figure(
    "participation_paid",
    "会员活动参与率（已缴清会费的会员）",
    "Member participation rate (paid members)",
    "当年12月31日在籍且已缴清当年会费的会员单位中，当年至少有一次出席计入本单位的所占比例。减免会费的不计入。",
    "Of the member organisations on 31 December that had paid the year's dues in full, the share credited with at "
    "least one attendance. Those exempt from dues do not count.",
    rows=paid_members,
)
DUES_RAISED = _figure(
    "dues_raised",
    "应收会费",
    "Dues raised",
    "为该年度开征的会费，扣除当年末前减免的。",
    "Dues raised for the year, without those exempted by its end.",
    unit=Unit.YUAN,
    kind=Kind.SUM,
    decimals=2,
    rows=lambda period: dues_of(period).annotate(counted=F("amount")),
    columns=DUE_COLUMNS,
    rows_visible_to=seen("membership__organisation"),
    breakdowns={"rate__tier": PARTS["tier"]},
)
DUES_RECEIVED = _figure(
    "dues_received",
    "实收会费",
    "Dues received",
    "当年到账并与会费匹配的款项，含补缴以前年度的；按银行交易日期计，退款和非会费不计。",
    "Money that came in during the year and is matched with dues, of earlier years too; by the day of the bank.",
    unit=Unit.YUAN,
    kind=Kind.SUM,
    decimals=2,
    rows=received,
    columns=(
        Column("due__membership__number", Text("会员号", "Member number")),
        Column("due__membership__organisation__name", Text("单位", "Organisation"), frozen=False),
        Column("due__year", Text("会费年度", "Dues of")),
        Column("paid_on", Text("缴费日期", "Paid on")),
        Column("amount", Text("金额（元）", "Amount (yuan)")),
    ),
    rows_visible_to=seen("due__membership__organisation"),
    breakdowns={"due__year": Text("会费年度", "Dues of")},
)
COLLECTION = _figure(
    "collection",
    "会费收缴率",
    "Collection rate of dues",
    "为该年度开征的会费（扣除减免）中，当年12月31日前已缴的金额所占比例。",
    "Of the dues raised for the year (without those exempted), the share paid by 31 December.",
    rows=lambda period: dues_of(period).annotate(counted=F("paid"), base=F("amount")),
    columns=DUE_COLUMNS,
    rows_visible_to=seen("membership__organisation"),
    breakdowns={"rate__tier": PARTS["tier"]},
)
SESSIONS = _figure(
    "activity_sessions",
    "会员活动场次",
    "Sessions of member activities",
    "届期内举办的会员活动的场次，每次集会计一场次；已取消的不计。与出席人次无关。",
    "Sessions of member activities held in the term; cancelled ones do not count. Not attendances.",
    unit=Unit.SESSIONS,
    kind=Kind.COUNT,
    period=PeriodRule.SPAN,
    rows=lambda period: gatherings.sessions(period.first, period.last, gatherings.Kind.ACTIVITY),
    columns=(
        Column("edition__name_zh", Text("活动", "Activity"), frozen=False),
        Column("held_on", Text("日期", "Date")),
    ),
    rows_visible_to=lambda account, rows: rows if rules.has_perm("gatherings.see", account) else rows.none(),
    breakdowns={},
)
