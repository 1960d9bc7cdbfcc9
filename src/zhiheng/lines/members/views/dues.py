"""Dues of a year, one due with its receipts, the standards."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Max, QuerySet, Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiheng.core import sheets
from zhiheng.core.deeds import Deed, DeedForm, carry_out, offers
from zhiheng.core.journal.queries import timeline
from zhiheng.core.pages import staff_page, year_of
from zhiheng.core.people.models import Account
from zhiheng.documents import Column
from zhiheng.lines.members import operations, queries
from zhiheng.lines.members.forms import dues as forms
from zhiheng.lines.members.models import Due, DuesStandard, Membership, Tier, Voucher
from zhiheng.lines.members.queries import HALF_A_CENT
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text, text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SEE: Final = ("members.see", "查看会费", "see dues")
STATES: Final = {
    "": text("全部", "All"),
    "unpaid": text("未缴", "Not paid"),
    "part": text("部分缴纳", "Paid in part"),
    "paid": text("已缴清", "Paid"),
    "exempt": text("减免", "Exempt"),
}


def of_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Leave the dues that stand so."""
    match state:
        case "unpaid":
            return rows.filter(left__gt=HALF_A_CENT, paid__lt=HALF_A_CENT)
        case "part":
            return rows.filter(left__gt=HALF_A_CENT, paid__gt=HALF_A_CENT)
        case "paid":
            return rows.filter(left__lt=HALF_A_CENT, exempt_on=None)
        case "exempt":
            return rows.exclude(exempt_on=None)
    return rows


def state_of(due: Any) -> str:
    """Say how a due stands, as one of `STATES`."""
    if due.exempt_on:
        return "exempt"
    if due.left < HALF_A_CENT:
        return "paid"
    return "part" if due.paid > HALF_A_CENT else "unpaid"


# ── the dues of a year ──


def _raise(*, by: Account, record: None, year: int, on: dt.date) -> list[Due]:  # noqa: ARG001
    return operations.raise_dues(by=by, year=year, on=on)


RAISE: Final = {
    "raise": Deed(Text("开征年度会费", "Raise the dues of a year"), "members.raise_dues", forms.Raise, _raise)
}


def listed(request: HttpRequest) -> tuple[int, str, QuerySet[Any]]:
    """Give the year and the state that were asked, and the dues they leave."""
    newest = Due.objects.aggregate(year=Max("year"))["year"] or timezone.localdate().year
    year = year_of(request.GET.get("year")) or newest
    state = request.GET.get("state", "") if request.GET.get("state", "") in STATES else ""
    rows = of_state(queries.dues().filter(year=year), state)
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(membership__in=queries.search(Membership.objects.all(), words).values("pk"))
    return year, state, rows.select_related("membership__organisation", "rate").order_by("membership__number")


@require_safe
@staff_page(*SEE)
def dues(request: HttpRequest) -> HttpResponse:
    """List the dues of a year."""
    return _dues(request)


@require_POST
@staff_page(*SEE)
def raise_dues(request: HttpRequest) -> HttpResponse:
    """Raise the dues of a year."""
    if refused := carry_out(request, RAISE, "raise", None):
        return _dues(request, {"raise": refused})
    return redirect(f"{reverse('members:dues')}?year={request.POST['year']}")


def _dues(request: HttpRequest, tried: dict[str, DeedForm] | None = None) -> HttpResponse:
    year, state, rows = listed(request)
    page = paged(request, rows)
    for due in page:
        due.state = state_of(due)
        due.state_words = STATES[due.state]
    standing = queries.dues().filter(year=year, exempt_on=None)
    sums = standing.order_by().aggregate(owed=Sum("amount"), got=Sum("paid"), lacking=Sum("left"))
    context = {
        "year": year,
        "years": Due.objects.order_by("-year").values_list("year", flat=True).distinct(),
        "state": state,
        "states": STATES.items(),
        "page": page,
        "sums": sums,
        "deeds": offers(RAISE, request.user, None, lambda _: reverse("members:raise-dues"), tried),
    }
    return render(request, "members/dues.html", context, status=422 if tried else 200)


@require_safe
@staff_page(*SEE)
def export(request: HttpRequest) -> HttpResponse:
    """Hand the same dues out as a workbook."""
    year, _, rows = listed(request)
    columns = (
        Column("number", Text("会员号", "Member number")),
        Column("name", Text("单位", "Organisation")),
        Column("tier", Text("级别", "Tier")),
        Column("amount", Text("应缴（元）", "Owed (yuan)"), format="number", decimals=2),
        Column("paid", Text("已缴（元）", "Paid (yuan)"), format="number", decimals=2),
        Column("left", Text("欠缴（元）", "Left (yuan)"), format="number", decimals=2),
        Column("state", Text("状态", "State")),
        Column("pay_by", Text("缴费期限", "To be paid by")),
    )
    return sheets.hand_out(
        Text(f"{year}年会费", f"Dues of {year}"),
        columns,
        (
            {
                "number": due.membership.number,
                "name": due.membership.organisation.name,
                "tier": str(due.rate.get_tier_display()),
                "amount": float(due.amount),
                "paid": float(due.paid),
                "left": float(due.left),
                "state": str(STATES[state_of(due)]),
                "pay_by": due.pay_by,
            }
            for due in rows
        ),
    )


# ── one due ──


def _issue(*, by: Account, record: Due, kind: str, **given: Any) -> Voucher:
    return operations.issue(by=by, due=record, kind=Voucher.Kind(kind), **given)


DEEDS: Final = {
    "issue": Deed(
        Text("开具票据", "Issue a receipt or an invoice"),
        "members.issue",
        forms.Issue,
        _issue,
        lambda due: due.paid > HALF_A_CENT,
    ),
    "exempt": Deed(
        Text("减免", "Exempt"),
        "members.exempt",
        forms.Exempt,
        lambda by, record, on, reason: operations.exempt(by=by, due=record, on=on, reason=reason),
        lambda due: due.exempt_on is None and due.paid < HALF_A_CENT,
        grave=True,
    ),
    "owe": Deed(
        Text("撤销减免", "Take the exemption back"),
        "members.owe_again",
        forms.Nothing,
        lambda by, record: operations.owe_again(by=by, due=record),
        lambda due: due.exempt_on is not None,
    ),
}


@require_safe
@staff_page(*SEE)
def due(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one due: what was paid of it, its vouchers, its history."""
    return _due(request, pk)


@require_POST
@staff_page(*SEE)
def change(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing to a due."""
    if refused := carry_out(request, DEEDS, verb, get_object_or_404(Due, pk=pk)):
        return _due(request, pk, {verb: refused})
    return redirect("members:due", pk)


def _due(request: HttpRequest, pk: int, tried: dict[str, DeedForm] | None = None) -> HttpResponse:
    related = ("membership__organisation", "rate__standard__voted_at")
    shown = get_object_or_404(queries.dues().select_related(*related), pk=pk)
    context = {
        "due": shown,
        "state": STATES[state_of(shown)],
        "matchings": shown.matchings.select_related("payment"),
        "vouchers": shown.vouchers.all(),
        "deeds": offers(
            DEEDS, request.user, shown, lambda verb: reverse("members:change-due", args=[pk, verb]), tried
        ),
        "events": timeline(shown),
    }
    return render(request, "members/due.html", context, status=422 if tried else 200)


# ── the standards ──


def _set(*, by: Account, record: None, **given: Any) -> DuesStandard:  # noqa: ARG001
    amounts = {tier: given.pop(f"amount_{tier.value}") for tier in Tier}
    return operations.set_standard(by=by, amounts=amounts, **given)


STANDARD: Final = {
    "set": Deed(Text("登记会费标准", "Set the dues"), "members.set_standard", forms.SetStandard, _set)
}


@require_safe
@staff_page(*SEE)
def standards(request: HttpRequest) -> HttpResponse:
    """List the standards of dues."""
    return _standards(request)


@require_POST
@staff_page(*SEE)
def set_standard(request: HttpRequest) -> HttpResponse:
    """Set what members owe from a year on."""
    if refused := carry_out(request, STANDARD, "set", None):
        return _standards(request, {"set": refused})
    return redirect("members:standards")


def _standards(request: HttpRequest, tried: dict[str, DeedForm] | None = None) -> HttpResponse:
    rows = []
    for standard in DuesStandard.objects.select_related("voted_at").prefetch_related("rates"):
        amounts = {rate.tier: rate.amount for rate in standard.rates.all()}
        rows.append((standard, [amounts.get(tier.value) for tier in Tier]))
    context = {
        "rows": rows,
        "tiers": [tier.label for tier in Tier],
        "deeds": offers(STANDARD, request.user, None, lambda _: reverse("members:set-standard"), tried),
    }
    return render(request, "members/standards.html", context, status=422 if tried else 200)
