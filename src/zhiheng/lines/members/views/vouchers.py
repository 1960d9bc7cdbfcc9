"""The registers of receipts and invoices, and one voucher as it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from zhiheng.core import sheets
from zhiheng.core.deeds import Deed, DeedForm, carry_out, offers
from zhiheng.core.journal.queries import timeline
from zhiheng.core.pages import staff_page
from zhiheng.documents import Column
from zhiheng.lines.members import operations
from zhiheng.lines.members.forms import dues as forms
from zhiheng.lines.members.models import Voucher
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SEE: Final = ("members.see", "查看会费", "see dues")


VOID: Final = {
    "void": Deed(
        Text("作废", "Void"),
        "members.void",
        forms.Void,
        lambda by, record, on, reason: operations.void(by=by, voucher=record, on=on, reason=reason),
        lambda voucher: voucher.voided_on is None,
        grave=True,
    )
}


def _register(request: HttpRequest) -> tuple[str, QuerySet[Voucher]]:
    kind = request.GET.get("kind", Voucher.Kind.RECEIPT)
    kind = kind if kind in Voucher.Kind.values else Voucher.Kind.RECEIPT
    rows = Voucher.objects.filter(kind=kind).select_related("due__membership__organisation")
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(title__icontains=words) | rows.filter(number__iexact=words)
    return kind, rows


@require_safe
@staff_page(*SEE)
def vouchers(request: HttpRequest) -> HttpResponse:
    """List a register of vouchers, void ones too."""
    kind, rows = _register(request)
    context = {"kind": kind, "kinds": Voucher.Kind.choices, "page": paged(request, rows)}
    return render(request, "members/vouchers.html", context)


@require_safe
@staff_page(*SEE)
def voucher(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one voucher, as it is printed."""
    return _voucher(request, pk)


@require_POST
@staff_page(*SEE)
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Void one."""
    if refused := carry_out(request, VOID, "void", get_object_or_404(Voucher, pk=pk)):
        return _voucher(request, pk, {"void": refused})
    return redirect("members:voucher", pk)


def _voucher(request: HttpRequest, pk: int, tried: dict[str, DeedForm] | None = None) -> HttpResponse:
    shown = get_object_or_404(Voucher.objects.select_related("due__membership__organisation"), pk=pk)
    context = {
        "voucher": shown,
        "events": timeline(shown),
        "deeds": offers(VOID, request.user, shown, lambda _: reverse("members:void", args=[pk]), tried),
    }
    return render(request, "members/voucher.html", context, status=422 if tried else 200)


@require_safe
@staff_page(*SEE)
def export_vouchers(request: HttpRequest) -> HttpResponse:
    """Hand the register out as a workbook."""
    kind, rows = _register(request)
    columns = (
        Column("number", Text("编号", "Number")),
        Column("outside", Text("发票号码", "Invoice number")),
        Column("issued", Text("开具日期", "Issued on")),
        Column("title", Text("抬头", "Made out to")),
        Column("member", Text("会员号", "Member number")),
        Column("year", Text("会费年度", "Dues of")),
        Column("amount", Text("金额（元）", "Amount (yuan)"), format="number", decimals=2),
        Column("voided", Text("作废日期", "Voided on")),
        Column("why", Text("作废原因", "Why voided")),
    )
    return sheets.hand_out(
        Text(f"{Voucher.Kind(kind).label}登记簿", f"Register: {kind}"),
        columns,
        (
            {
                "number": each.number,
                "outside": each.outside_number,
                "issued": each.issued_on,
                "title": each.title,
                "member": each.due.membership.number,
                "year": str(each.due.year),
                "amount": float(each.amount),
                "voided": each.voided_on,
                "why": each.void_why,
            }
            for each in rows.order_by("number")
        ),
    )
