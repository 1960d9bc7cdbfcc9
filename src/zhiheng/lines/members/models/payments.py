"""Money that came in, and whose dues it pays."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from zhiheng.lines.members.models.dues import Due
from zhiheng.ui.words import text


class Statement(models.Model):
    """A bank statement file that was read; `skipped` are its lines of money going out."""

    name = models.CharField(text("文件", "File"), max_length=120)
    digest = models.CharField(max_length=64)
    imported_at = models.DateTimeField(auto_now_add=True)
    known = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name


class Payment(models.Model):
    """Money that came in, as a line of a bank statement says; the bank's reference is unique.

    `aside` says why it is no dues (a training fee, a donation): it then waits for no match.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="payments")
    reference = models.CharField(text("流水号", "Bank reference"), max_length=60, unique=True)
    paid_on = models.DateField(text("交易日期", "Paid on"))
    payer = models.CharField(text("对方户名", "Payer"), max_length=120, db_index=True)
    amount = models.DecimalField(text("金额（元）", "Amount (yuan)"), max_digits=14, decimal_places=2)
    memo = models.CharField(text("摘要", "Memo"), max_length=200, blank=True)
    aside = models.CharField(text("非会费原因", "Why it is no dues"), max_length=80, blank=True)

    class Meta:
        ordering: ClassVar = ["-paid_on", "-id"]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive")]

    def __str__(self) -> str:
        return f"{self.paid_on} {self.payer} {self.amount}"


class Why(models.TextChoices):
    """Why a payment is taken to be for a member."""

    NAME = "name", text("付款户名就是会员现用名", "The payer's name is the member's name")
    EARLIER = "earlier", text("付款户名是会员的曾用名", "The payer's name is an earlier name of the member")
    ALIAS = (
        "alias",
        text("付款户名是已并入该会员的卡片", "The payer's name stands on a card merged into the member"),
    )
    BEFORE = "before", text("该户名以前为该会员付过款", "The same payer has paid for the member before")
    MEMO = "memo", text("摘要写明了会员名称或会员号", "The memo names the member or its number")
    GROUP = (
        "group",
        text(
            "付款户名是会员所属的集团或公司", "The payer is the group or company that the member belongs to"
        ),
    )
    ALIKE = "alike", text("付款户名与会员名称相近", "The payer's name is like the member's name")
    HAND = "hand", text("人工指定", "Chosen by hand")


class Matching(models.Model):
    """Part of a payment (or all of it) is for the dues of a member for a year, as a clerk confirmed."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="matchings")
    due = models.ForeignKey(Due, models.PROTECT, related_name="matchings")
    amount = models.DecimalField(text("金额（元）", "Amount (yuan)"), max_digits=14, decimal_places=2)
    paid_on = models.DateField(text("缴费日期", "Paid on"))
    why = models.CharField(text("依据", "Reason"), max_length=8, choices=Why)

    class Meta:
        ordering: ClassVar = ["paid_on", "id"]
        indexes: ClassVar = [models.Index(fields=["due", "paid_on", "amount"], name="matching_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["payment", "due"], name="matching_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="matching_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.payment} → {self.due} {self.amount}"


class Refund(models.Model):
    """Money of a payment given back."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount = models.DecimalField(text("金额（元）", "Amount (yuan)"), max_digits=14, decimal_places=2)
    refunded_on = models.DateField(text("退款日期", "Refunded on"))
    reason = models.CharField(text("退款原因", "Reason"), max_length=120)

    class Meta:
        ordering: ClassVar = ["refunded_on", "id"]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive")]

    def __str__(self) -> str:
        return f"{self.payment} −{self.amount}"
