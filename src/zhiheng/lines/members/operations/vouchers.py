"""The registers of receipts and invoices."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Final

from zhiheng.core.operations import lock, operation, record
from zhiheng.core.people.models import Account
from zhiheng.core.problems import BACKWARDS, EMPTY, Problem
from zhiheng.lines.members.models import Due, Voucher
from zhiheng.lines.members.operations.numbering import next_in
from zhiheng.lines.members.problems import INVOICE_NUMBER, NOT_POSITIVE, TOO_MUCH_TO_RECEIPT, VOIDED
from zhiheng.lines.members.queries import HALF_A_CENT, dues, receipted
from zhiheng.ui.words import Text, say

LETTER: Final = {Voucher.Kind.RECEIPT: "R", Voucher.Kind.INVOICE: "F"}


@operation("members.issue", "开具票据", "issue a receipt or an invoice")
def issue(
    *,
    by: Account,
    due: Due,
    kind: Voucher.Kind,
    on: dt.date,
    amount: Decimal | None = None,
    title: str = "",
    outside_number: str = "",
) -> Voucher:
    """Issue for what was paid and has no voucher of that kind yet (or part of it), with the next number of the year.

    An invoice carries the number that the tax system gave it, 8 or 20 digits.
    """
    lock(due)
    left = dues().get(pk=due.pk).paid - receipted(due, kind)
    sum_ = left if amount is None else amount
    if sum_ <= 0:
        raise Problem(NOT_POSITIVE, field="amount", amount=f"{sum_:.2f}")
    if sum_ > left + HALF_A_CENT:
        raise Problem(TOO_MUCH_TO_RECEIPT, field="amount", amount=f"{sum_:.2f}", left=f"{left:.2f}")
    if kind == Voucher.Kind.INVOICE and not re.fullmatch(r"\d{8}|\d{20}", outside_number.strip()):
        raise Problem(INVOICE_NUMBER, field="outside_number", number=outside_number)
    letter = LETTER[Voucher.Kind(kind)]
    voucher = Voucher(
        kind=kind,
        number=f"{letter}{on:%Y}-{next_in(f'{kind}-{on:%Y}'):05d}",
        due=due,
        amount=sum_,
        title=title.strip() or due.membership.organisation.name,
        issued_on=on,
        outside_number=outside_number.strip(),
    )
    voucher.full_clean()
    voucher.save()
    record(
        by,
        "members.issue",
        voucher,
        ["kind", "number", "due", "amount", "title", "issued_on", "outside_number"],
    )
    return voucher


@operation("members.void", "作废票据", "void a receipt or an invoice")
def void(*, by: Account, voucher: Voucher, on: dt.date, reason: str) -> Voucher:
    """Void it: it stays in the register under its number."""
    if not reason.strip():
        raise Problem(EMPTY, field="reason", what=say(Text("作废原因", "why voided")))
    lock(voucher)
    if voucher.voided_on:
        raise Problem(VOIDED, number=voucher.number, on=voucher.voided_on)
    if on < voucher.issued_on:
        raise Problem(BACKWARDS, field="on", start=voucher.issued_on, end=on)
    voucher.voided_on, voucher.void_why = on, reason.strip()
    voucher.full_clean()
    voucher.save(update_fields=["voided_on", "void_why"])
    record(by, "members.void", voucher, ["voided_on", "void_why"])
    return voucher
