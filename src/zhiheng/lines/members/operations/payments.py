"""Bank statements taken in; payments matched with dues, set aside, refunded; all of it can be undone."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from decimal import Decimal

from zhiheng.core.operations import lock, operation, record, record_many
from zhiheng.core.people.models import Account
from zhiheng.core.problems import BACKWARDS, EMPTY, Problem
from zhiheng.lines.members.models import Due, Matching, Payment, Refund, Statement, Voucher, Why
from zhiheng.lines.members.operations.numbering import in_turn
from zhiheng.lines.members.problems import (
    ASIDE,
    EXEMPT,
    MATCHED,
    NOT_POSITIVE,
    REFERENCE_TAKEN,
    STATEMENT_FAULTS,
    TOO_MUCH_FOR_DUE,
    TOO_MUCH_OF_PAYMENT,
    VOUCHERED,
)
from zhiheng.lines.members.queries import HALF_A_CENT, dues, payments, receipted
from zhiheng.lines.members.statements import Entry, read_statement
from zhiheng.ui.words import Text, say


@operation("members.take_in", "导入银行流水", "take in a bank statement")
def take_in(*, by: Account, name: str, content: bytes) -> Statement:
    """Take in what a bank statement says came in. A line that is known (same reference) is passed over.

    A statement with a fault in any line is refused whole: nothing of it is taken.
    """
    reading = read_statement(content)
    if reading.faults:
        first = reading.faults[0]
        raise Problem(
            STATEMENT_FAULTS, field="file", n=len(reading.faults), line=first.line, said=first.words
        )
    in_turn("statement")
    known = Payment.objects.in_bulk([entry.reference for entry in reading.entries], field_name="reference")
    for entry in reading.entries:
        if (there := known.get(entry.reference)) and not _same(there, entry):
            raise Problem(
                REFERENCE_TAKEN, field="file", line=entry.line, reference=entry.reference, on=there.paid_on
            )
    new = [entry for entry in reading.entries if entry.reference not in known]
    statement = Statement(
        name=name[-120:],
        digest=hashlib.sha256(content).hexdigest(),
        known=len(known),
        skipped=reading.skipped,
    )
    statement.full_clean()
    statement.save()
    taken = Payment.objects.bulk_create(
        (
            Payment(
                statement=statement,
                reference=entry.reference,
                paid_on=entry.paid_on,
                payer=entry.payer,
                amount=entry.amount,
                memo=entry.memo,
            )
            for entry in new
        ),
        batch_size=500,
    )
    record(by, "members.take_in", statement, ["name", "digest", "known", "skipped"])
    record_many(by, "members.take_in", taken, ["reference", "paid_on", "payer", "amount", "memo"])
    return statement


def _same(there: Payment, entry: Entry) -> bool:
    return (there.paid_on, there.amount, there.payer) == (entry.paid_on, entry.amount, entry.payer)


@operation("members.match", "匹配会费", "match a payment")
def match(
    *, by: Account, payment: Payment, shares: Iterable[tuple[Due, Decimal]], why: Why = Why.HAND
) -> list[Matching]:
    """Say whose dues a payment pays: one member's, or several with a share each; what is over stays."""
    asked = sorted(shares, key=lambda share: share[0].pk)
    lock(payment, *(due for due, _ in asked))  # two clerks at one payment, or two payments of one due
    known = payments().get(pk=payment.pk)
    if known.aside:
        raise Problem(ASIDE, why=known.aside)
    if not asked:
        raise Problem(EMPTY, field="shares", what=say(Text("匹配金额", "amount")))
    left = {due.pk: due for due in dues().filter(pk__in=[due.pk for due, _ in asked])}
    rest: Decimal = known.rest
    made = []
    for due, amount in asked:
        owed = left[due.pk]
        if amount <= 0:
            raise Problem(NOT_POSITIVE, field="amount", amount=amount)
        if owed.exempt_on:
            raise Problem(EXEMPT, number=due.membership.number, year=due.year)
        if Matching.objects.filter(payment=payment, due=due).exists():
            raise Problem(MATCHED, number=due.membership.number, year=due.year)
        if amount > owed.left + HALF_A_CENT:
            raise Problem(
                TOO_MUCH_FOR_DUE,
                field="amount",
                number=due.membership.number,
                year=due.year,
                amount=amount,
                left=f"{owed.left:.2f}",
            )
        rest -= amount
        if rest < -HALF_A_CENT:
            raise Problem(TOO_MUCH_OF_PAYMENT, field="amount", rest=f"{known.rest:.2f}")
        owed.left -= amount
        made.append(Matching(payment=payment, due=due, amount=amount, paid_on=payment.paid_on, why=why))
    matched = Matching.objects.bulk_create(made)
    record_many(by, "members.match", matched, ["payment", "due", "amount", "why"])
    record(by, "members.match", payment, ["matchings"])
    return matched


@operation("members.unmatch", "撤销匹配", "undo a match")
def unmatch(*, by: Account, matching: Matching) -> Payment:
    """Undo a match; the money waits again. A voucher that stands on it is voided first."""
    lock(matching.payment, matching.due, matching)
    due, payment = dues().get(pk=matching.due_id), matching.payment
    for kind in Voucher.Kind:
        if receipted(due, kind) > due.paid - matching.amount + HALF_A_CENT:
            raise Problem(VOUCHERED, kind=kind.label, number=due.membership.number, year=due.year)
    record(by, "members.unmatch", matching, ["payment", "due", "amount"])
    record(by, "members.unmatch", payment, ["matchings"])
    matching.delete()
    return payment


@operation("members.set_aside", "标为非会费", "set a payment aside")
def set_aside(*, by: Account, payment: Payment, why: str) -> Payment:
    """Say that a payment is no dues. What is matched of it is unmatched first."""
    if not why.strip():
        raise Problem(EMPTY, field="why", what=say(Text("非会费原因", "why it is no dues")))
    lock(payment)
    if found := payment.matchings.select_related("due__membership").first():
        raise Problem(MATCHED, number=found.due.membership.number, year=found.due.year)
    payment.aside = why.strip()
    payment.full_clean()
    payment.save(update_fields=["aside"])
    record(by, "members.set_aside", payment, ["aside"])
    return payment


@operation("members.put_back", "恢复待匹配", "put a payment back")
def put_back(*, by: Account, payment: Payment) -> Payment:
    """A payment that was set aside waits again."""
    lock(payment)
    payment.aside = ""
    payment.save(update_fields=["aside"])
    record(by, "members.put_back", payment, ["aside"])
    return payment


@operation("members.refund", "登记退款", "note a refund")
def refund(*, by: Account, payment: Payment, amount: Decimal, on: dt.date, reason: str) -> Refund:
    """Note that what is over of a payment (or all of it) was given back."""
    if not reason.strip():
        raise Problem(EMPTY, field="reason", what=say(Text("退款原因", "reason")))
    if amount <= 0:
        raise Problem(NOT_POSITIVE, field="amount", amount=amount)
    if on < payment.paid_on:
        raise Problem(BACKWARDS, field="on", start=payment.paid_on, end=on)
    lock(payment)
    rest = payments().get(pk=payment.pk).rest
    if amount > rest + HALF_A_CENT:
        raise Problem(TOO_MUCH_OF_PAYMENT, field="amount", rest=f"{rest:.2f}")
    noted = Refund(payment=payment, amount=amount, refunded_on=on, reason=reason.strip())
    noted.full_clean()
    noted.save()
    record(by, "members.refund", noted, ["payment", "amount", "refunded_on", "reason"])
    record(by, "members.refund", payment, ["refunds"])
    return noted


@operation("members.undo_refund", "撤销退款", "undo a refund")
def undo_refund(*, by: Account, refund: Refund) -> Payment:
    """Say that a refund never was."""
    payment = refund.payment
    lock(payment, refund)
    record(by, "members.undo_refund", refund, ["payment", "amount"])
    record(by, "members.undo_refund", payment, ["refunds"])
    refund.delete()
    return payment
