"""What members owe, under which standard; receipts and invoices; reminders."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from zhiheng.lines.members.models.membership import Meeting, Membership, Tier
from zhiheng.ui.words import text


class DuesStandard(models.Model):
    """What a year's dues are by tier, as voted; in force from a whole year on until the next standard.

    A vote in the middle of a year counts from the next year. A member's dues of a year go by its tier on 1 January, or
    on the day it joined; a tier changed later counts from the next year. Who joins after 30 June owes `late_share`.
    """

    since_year = models.PositiveSmallIntegerField(text("自何年起执行", "In force from the year"), unique=True)
    voted_at = models.ForeignKey(
        Meeting, models.PROTECT, related_name="+", verbose_name=text("表决会议", "Voted at")
    )
    late_share = models.PositiveSmallIntegerField(
        text("下半年入会应缴比例（%）", "Share owed by who joins after 30 June (%)"), default=100
    )
    pay_by_month = models.PositiveSmallIntegerField(
        text("缴费截止月份", "To be paid by the end of month"), default=6
    )

    class Meta:
        ordering: ClassVar = ["-since_year"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(late_share__lte=100), name="dues_late_share"),
            models.CheckConstraint(condition=Q(pay_by_month__range=(1, 12)), name="dues_pay_by_month"),
        ]

    def __str__(self) -> str:
        return str(text(f"{self.since_year}年起的会费标准", f"Dues from {self.since_year}"))


class Rate(models.Model):
    """What one tier owes a year under a standard, in yuan."""

    standard = models.ForeignKey(DuesStandard, models.CASCADE, related_name="rates")
    tier = models.CharField(text("级别", "Tier"), max_length=16, choices=Tier)
    amount = models.DecimalField(text("金额（元）", "Amount (yuan)"), max_digits=12, decimal_places=2)

    class Meta:
        ordering: ClassVar = ["amount"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["standard", "tier"], name="rate_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="rate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} {self.amount}"


class Due(models.Model):
    """What a member owes for a year; raised once. `exempt_on` says that it need not be paid."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="dues")
    year = models.PositiveSmallIntegerField(text("年度", "Year"))
    rate = models.ForeignKey(Rate, models.PROTECT, related_name="+")
    amount = models.DecimalField(text("应缴（元）", "Owed (yuan)"), max_digits=12, decimal_places=2)
    pay_by = models.DateField(text("缴费期限", "To be paid by"))
    exempt_on = models.DateField(text("减免日期", "Exempted on"), null=True, blank=True)
    exempt_why = models.CharField(text("减免理由", "Why exempted"), max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["-year", "membership"]
        indexes: ClassVar = [models.Index(fields=["year", "membership"], name="due_year")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["membership", "year"], name="due_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="due_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.year}"

    def get_absolute_url(self) -> str:
        """Give the page that staff open it by."""
        return reverse("members:due", args=[self.pk])


class Numbering(models.Model):
    """The last number given in a register; taken under a lock, so that numbers have no gaps."""

    register = models.CharField(max_length=20, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.register} {self.last}"


class Voucher(models.Model):
    """A receipt or an invoice for dues that were paid. Numbered without gaps a year; voided, never deleted."""

    class Kind(models.TextChoices):
        """Which register."""

        RECEIPT = "receipt", text("会费收据", "Receipt")
        INVOICE = "invoice", text("发票", "Invoice")

    kind = models.CharField(text("种类", "Kind"), max_length=8, choices=Kind)
    number = models.CharField(text("编号", "Number"), max_length=20, unique=True)
    due = models.ForeignKey(Due, models.PROTECT, related_name="vouchers")
    amount = models.DecimalField(text("金额（元）", "Amount (yuan)"), max_digits=14, decimal_places=2)
    title = models.CharField(text("抬头", "Made out to"), max_length=120)
    issued_on = models.DateField(text("开具日期", "Issued on"))
    outside_number = models.CharField(
        text("发票号码（税务系统）", "Invoice number (tax system)"), max_length=20, blank=True
    )
    voided_on = models.DateField(text("作废日期", "Voided on"), null=True, blank=True)
    void_why = models.CharField(text("作废原因", "Why voided"), max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(amount__gt=0), name="voucher_positive")]

    def __str__(self) -> str:
        return self.number


class Reminder(models.Model):
    """A member in arrears was reminded."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="reminders")
    sent_on = models.DateField(text("催缴日期", "Reminded on"))
    owed = models.DecimalField(text("欠缴（元）", "Owed (yuan)"), max_digits=14, decimal_places=2)

    class Meta:
        ordering: ClassVar = ["-sent_on", "-id"]

    def __str__(self) -> str:
        return f"{self.membership} {self.sent_on}"
