"""Forms of dues, payments, receipts and arrears."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from zhiheng.core.deeds import DeedForm
from zhiheng.lines.members.forms.fields import choice, day, meeting, money, words, year
from zhiheng.lines.members.models import Matching, Tier, Voucher
from zhiheng.lines.members.models import Refund as RefundRow
from zhiheng.ui.words import text


class SetStandard(DeedForm):
    """What each tier owes from a year on."""

    since_year = year("自何年起执行", "In force from the year")
    voted_at = meeting("表决会议", "Voted at")
    late_share = forms.IntegerField(
        label=text("下半年入会应缴比例（%）", "Share owed by who joins after 30 June (%)"),
        min_value=0, max_value=100, initial=100,
    )  # fmt: skip
    pay_by_month = forms.IntegerField(
        label=text("缴费截止月份", "To be paid by the end of month"), min_value=1, max_value=12, initial=6
    )

    def about(self, record: Any) -> None:  # noqa: ARG002 - the same for every record
        """Ask an amount of each tier."""
        for tier in Tier:
            self.fields[f"amount_{tier.value}"] = money(f"{tier.label}（元）", f"{tier.label} (yuan)")


class Raise(DeedForm):
    """The dues of a year."""

    year = year()
    on = day("按该日在籍会员开征", "Of the members on")

    def about(self, record: Any) -> None:  # noqa: ARG002 - the same for every record
        """Guess this year."""
        self.initial["year"] = timezone.localdate().year


class Exempt(DeedForm):
    """Why dues need not be paid."""

    on = day("减免日期", "From")
    reason = words("减免理由", "Why")


class Nothing(DeedForm):
    """Nothing is asked."""


class Issue(DeedForm):
    """A receipt or an invoice."""

    kind = choice("种类", "Kind", Voucher.Kind.choices)
    on = day("开具日期", "Issued on")
    amount = money(
        "金额（元；空白为已缴未开的全部）", "Amount (yuan; empty for all that was paid)", required=False
    )
    title = words("抬头（空白为单位名称）", "Made out to (empty for the member)", required=False)
    outside_number = words("发票号码（仅发票）", "Invoice number (invoices only)", required=False, most=20)


class Void(DeedForm):
    """Why it is void."""

    on = day("作废日期", "Voided on")
    reason = words("作废原因", "Why")


class TakeIn(DeedForm):
    """A bank statement."""

    file = forms.FileField(
        label=text("银行流水文件", "Bank statement"),
        help_text=text(
            "从网上银行导出的 xlsx 或 csv，须有交易日期、对方户名、贷方金额（或收入金额）、流水号各列；重复导入无妨。",
            "xlsx or csv from the bank, with date, payer, income and reference; taking it in twice does no harm.",
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )


class SetAside(DeedForm):
    """Why a payment is no dues."""

    why = words("非会费原因", "Why it is no dues", most=80)


class Refund(DeedForm):
    """Money given back."""

    amount = money()
    on = day("退款日期", "Refunded on")
    reason = words("退款原因", "Reason")

    def about(self, record: Any) -> None:
        """Guess all that is over."""
        self.initial["amount"] = getattr(record, "rest", None)


class Unmatch(DeedForm):
    """Which match is undone."""

    matching = forms.ModelChoiceField(Matching.objects.none(), label=text("匹配", "Match"))

    def about(self, record: Any) -> None:
        """Offer the matches of the payment."""
        field: Any = self.fields["matching"]
        field.queryset = record.matchings.select_related("due__membership__organisation", "payment")


class UndoRefund(DeedForm):
    """Which refund never was."""

    refund = forms.ModelChoiceField(RefundRow.objects.none(), label=text("退款", "Refund"))

    def about(self, record: Any) -> None:
        """Offer the refunds of the payment."""
        field: Any = self.fields["refund"]
        field.queryset = record.refunds.select_related("payment")


class Remind(DeedForm):
    """When they are reminded."""

    on = day("催缴日期", "Reminded on")


class Withdraw(DeedForm):
    """Which meeting confirmed that they leave."""

    confirmed_at = meeting("确认会议", "Confirmed at")
    on = day("不再是会员的第一日", "The first day no longer members")
