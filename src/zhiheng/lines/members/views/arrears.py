"""Who is in arrears on a day: reminded, and in the end out by the council."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from zhiheng.core import sheets
from zhiheng.core.deeds import Deed, DeedForm, carry_out, offers
from zhiheng.core.pages import number, staff_page
from zhiheng.documents import Column
from zhiheng.lines.members import operations, queries
from zhiheng.lines.members.forms import dues as forms
from zhiheng.lines.members.models import Membership, Reminder
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SEE: Final = ("members.see", "查看会费", "see dues")


def in_arrears(day: dt.date) -> list[dict[str, Any]]:
    """Give who owes what was to be paid before a day, who owes most first."""
    rows: dict[Membership, dict[str, Any]] = {}
    for late in queries.owing(day).select_related("membership__organisation").order_by("year"):
        row = rows.setdefault(
            late.membership, {"membership": late.membership, "years": [], "left": 0, "since": late.pay_by}
        )
        row["years"].append(late.year)
        row["left"] += late.left
    last: dict[int, Reminder] = {}
    for reminder in Reminder.objects.filter(membership__in=rows, sent_on__lte=day).order_by("sent_on", "pk"):
        last[reminder.membership_id] = reminder
    for membership, row in rows.items():
        row["reminder"] = last.get(membership.pk)
    return sorted(rows.values(), key=lambda row: (-row["left"], row["membership"].number))


ARREARS: Final = {
    "remind": Deed(
        Text("登记催缴", "Remind them"),
        "members.remind",
        forms.Remind,
        lambda by, record, on: operations.remind(by=by, memberships=record, on=on),
    ),
    "withdraw": Deed(
        Text("经理事会确认退会", "End by decision of the council"),
        "members.withdraw",
        forms.Withdraw,
        lambda by, record, **given: operations.withdraw(by=by, memberships=record, **given),
        grave=True,
    ),
}


def _asked_day(request: HttpRequest) -> dt.date:
    try:
        return parse_date(request.GET.get("on", "")) or timezone.localdate()
    except ValueError:
        return timezone.localdate()


@require_safe
@staff_page(*SEE)
def arrears(request: HttpRequest) -> HttpResponse:
    """List who is in arrears on a day."""
    return _arrears(request)


@require_POST
@staff_page(*SEE)
def deal_with(request: HttpRequest, verb: str) -> HttpResponse:
    """Remind the members that were ticked, or end their memberships."""
    ticked = [pk for each in request.POST.getlist("member") if (pk := number(each)) is not None]
    chosen = list(Membership.objects.filter(pk__in=ticked).order_by("number"))
    if refused := carry_out(request, ARREARS, verb, chosen):
        return _arrears(request, {verb: refused}, {each.pk for each in chosen})
    return redirect("members:arrears")


def _arrears(
    request: HttpRequest, tried: dict[str, DeedForm] | None = None, ticked: set[int] | None = None
) -> HttpResponse:
    day = _asked_day(request)
    rows = in_arrears(day)
    page = paged(request, rows, 100)
    context = {
        "day": day,
        "page": page,
        "left": sum(row["left"] for row in rows),
        "ticked": ticked or set(),
        "deeds": offers(
            ARREARS, request.user, [], lambda verb: reverse("members:deal-with", args=[verb]), tried
        ),
    }
    return render(request, "members/arrears.html", context, status=422 if tried else 200)


@require_safe
@staff_page(*SEE)
def export_arrears(request: HttpRequest) -> HttpResponse:
    """Hand the same list out as a workbook."""
    day = _asked_day(request)
    columns = (
        Column("number", Text("会员号", "Member number")),
        Column("name", Text("单位", "Organisation")),
        Column("years", Text("欠缴年度", "Years")),
        Column("left", Text("欠缴（元）", "Owed (yuan)"), format="number", decimals=2),
        Column("since", Text("最早期限", "Due since")),
        Column("reminded", Text("最近催缴", "Last reminded")),
    )
    rows = (
        {
            "number": row["membership"].number,
            "name": row["membership"].organisation.name,
            "years": "、".join(str(year) for year in row["years"]),
            "left": float(row["left"]),
            "since": row["since"],
            "reminded": row["reminder"] and row["reminder"].sent_on,
        }
        for row in in_arrears(day)
    )
    return sheets.hand_out(Text(f"欠费名单（{day}）", f"Arrears as of {day}"), columns, rows)
