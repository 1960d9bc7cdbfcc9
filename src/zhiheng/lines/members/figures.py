"""What is counted of members."""

from __future__ import annotations

from typing import Any

import rules
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from zhiheng.core.people.models import Part
from zhiheng.core.people.permissions import roles_today
from zhiheng.figures.definition import Column, Figure, Kind, Period, PeriodRule, Rows, Unit, register
from zhiheng.gatherings import public as gatherings
from zhiheng.lines.members.models import Membership
from zhiheng.ui.words import Text

COLUMNS = (
    Column("number", Text("会员号", "Member number")),
    Column("organisation__name", Text("单位", "Organisation"), frozen=False),
    Column("start", Text("入会日期", "Joined on")),
    Column("end", Text("终止日期", "Ended on")),
)


def visible(account: Any, rows: Rows) -> Rows:
    """Leave all rows to who reads the line, a contact's own to a contact, none to others."""
    if rules.has_perm("members.see", account):
        return rows
    own = [of for _, part, of in roles_today(account) if part == Part.CONTACT]
    return rows.filter(organisation__in=own)


def members_as_of(period: Period) -> QuerySet[Membership]:
    """Give one membership a company, true on the last day; annotated with `company`, the card that counts."""
    company = Coalesce(F("organisation__merged_into"), F("organisation"))
    current = Membership.objects.as_of(period.last).annotate(company=company)
    earlier = current.filter(company=OuterRef("company"), pk__lt=OuterRef("pk"))
    return current.filter(~Exists(earlier))


def attended(period: Period, times: int = 1) -> Exists:
    """Say of a row with `company` whether it was credited with at least `times` attendances in the period."""
    credited = gatherings.attendances(period.first, period.last).filter(
        Q(organisation__credits__end__isnull=True) | Q(organisation__credits__end__gt=F("held_on")),
        organisation__credits__company=OuterRef("company"),
        organisation__credits__start__lte=F("held_on"),
    )
    return Exists(credited.order_by()[times - 1 : times] if times > 1 else credited.order_by())


def participating(period: Period, times: int) -> Rows:
    """Give the members as of the last day: each adds 1 below the line, and 1 above it where it attended."""
    return members_as_of(period).annotate(
        counted=Case(When(attended(period, times), then=1), default=0, output_field=IntegerField()),
        base=Value(1, output_field=IntegerField()),
    )


MEMBERS = register(
    Figure(
        code="members.count",
        name=Text("会员数", "Members"),
        definition=Text(
            "该日在籍的会员单位，合并的卡片按一家计。",
            "Member organisations on that day; merged cards count as one.",
        ),
        unit=Unit.COMPANIES,
        kind=Kind.COUNT,
        period=PeriodRule.DAY,
        rows=members_as_of,
        columns=COLUMNS,
        rows_visible_to=visible,
        owner="members",
    )
)
PARTICIPATION = register(
    Figure(
        code="members.participation",
        name=Text("会员活动参与率", "Member participation rate"),
        definition=Text(
            "当年12月31日在籍的会员单位中，当年至少有一次出席计入本单位的家数所占比例。"
            "班组、分公司的出席计入其所属公司，子公司的出席只计入子公司本身。",
            "Of the member organisations on 31 December, the share credited with at least one attendance in the year. "
            "What a team or a branch attends is credited to its company, what a subsidiary attends to it alone.",
        ),
        unit=Unit.PERCENT,
        kind=Kind.RATIO,
        period=PeriodRule.YEAR,
        rows=lambda period: participating(period, 1),
        columns=COLUMNS,
        rows_visible_to=visible,
        owner="members",
        decimals=1,
        breakdowns={
            "organisation__kind": Text("单位类型", "Kind of organisation"),
            "organisation__size": Text("规模", "Size"),
        },
    )
)
PARTICIPATION_THREE = register(
    Figure(
        code="members.participation_three",
        name=Text("会员活动参与率（至少三次）", "Member participation rate (three or more)"),
        definition=Text(
            "当年12月31日在籍的会员单位中，当年至少有三人次出席计入本单位的所占比例。",
            "Of the member organisations on 31 December, the share credited with three attendances or more.",
        ),
        unit=Unit.PERCENT,
        kind=Kind.RATIO,
        period=PeriodRule.YEAR,
        rows=lambda period: participating(period, 3),
        columns=COLUMNS,
        rows_visible_to=visible,
        owner="members",
        decimals=1,
    )
)
SESSIONS = register(
    Figure(
        code="members.activity_sessions",
        name=Text("会员活动场次", "Sessions of member activities"),
        definition=Text(
            "届期内举办的会员活动的场次，每次集会计一场次；已取消的不计。与出席人次无关。",
            "Sessions of member activities held in the term; cancelled ones do not count. Not attendances.",
        ),
        unit=Unit.SESSIONS,
        kind=Kind.COUNT,
        period=PeriodRule.SPAN,
        rows=lambda period: gatherings.sessions(period.first, period.last, gatherings.Kind.ACTIVITY),
        columns=(
            Column("edition__name_zh", Text("活动", "Activity"), frozen=False),
            Column("held_on", Text("日期", "Date")),
        ),
        rows_visible_to=lambda account, rows: (
            rows if rules.has_perm("gatherings.see", account) else rows.none()
        ),
        owner="members",
    )
)
