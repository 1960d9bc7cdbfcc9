"""Bank statements taken in, payments with whose they seem to be, and one payment with all that can be done with it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.db.models import Count, QuerySet, Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiheng.core.deeds import Deed, DeedForm, carry_out, never, offers
from zhiheng.core.journal.queries import timeline
from zhiheng.core.operations import allow
from zhiheng.core.pages import number, staff_page
from zhiheng.core.people.models import Account
from zhiheng.core.problems import Problem
from zhiheng.lines.members import operations, queries
from zhiheng.lines.members.forms import dues as forms
from zhiheng.lines.members.matching import Proposal, Sure, propose
from zhiheng.lines.members.models import Due, Membership, Payment, Statement, Why
from zhiheng.lines.members.queries import HALF_A_CENT
from zhiheng.lines.members.statements import Fault, read_statement
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text, say, text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SEE: Final = ("members.see", "查看缴费", "see payments")
MATCH: Final = Text("匹配会费", "match a payment")
STATES: Final = {
    "waiting": text("待匹配", "Waiting"),
    "matched": text("已处理", "Dealt with"),
    "aside": text("非会费", "No dues"),
    "all": text("全部", "All"),
}
CANDIDATES: Final = 30


# ── the list ──


def of_state(state: str) -> QuerySet[Any]:
    """Give the payments that stand so."""
    match state:
        case "waiting":
            return queries.waiting()
        case "matched":
            return queries.payments().filter(aside="", rest__lt=HALF_A_CENT)
        case "aside":
            return queries.payments().exclude(aside="")
    return queries.payments()


@require_safe
@staff_page(*SEE)
def payments(request: HttpRequest) -> HttpResponse:
    """List payments; for those that wait, propose whose they are."""
    state = request.GET.get("state", "waiting")
    state = state if state in STATES else "waiting"
    rows = of_state(state)
    if words := request.GET.get("q", "").strip():
        rows = (
            rows.filter(payer__icontains=words)
            | rows.filter(reference=words)
            | rows.filter(memo__icontains=words)
        )
    page = paged(request, rows, 30)
    found = propose(page) if state == "waiting" else {}
    for payment in page:
        payment.proposal = found.get(payment.pk)
    context = {
        "page": page,
        "state": state,
        "states": STATES.items(),
        "certain": sum(each is not None and each.sure is Sure.CERTAIN for each in found.values()),
    }
    return render(request, "members/payments.html", context)


@require_POST
@staff_page(*SEE)
def confirm(request: HttpRequest) -> HttpResponse:
    """Match the payments that were ticked as they were proposed; those whose proposal changed meanwhile wait on."""
    allow(request.user, "members.match", what=MATCH)  # type: ignore[arg-type]  # signed in
    ticked = dict(tick.split(":", 1) for tick in request.POST.getlist("confirm") if ":" in tick)
    rows = list(queries.waiting().filter(pk__in=[pk for each in ticked if (pk := number(each)) is not None]))
    found, done, wrong = propose(rows), 0, 0
    for payment in rows:
        proposal = found[payment.pk]
        if proposal is None or seal(proposal) != ticked[str(payment.pk)]:
            wrong += 1
            continue
        operations.match(by=request.user, payment=payment, shares=proposal.shares, why=proposal.why)  # type: ignore[arg-type]
        done += 1
    messages.success(request, say(Text(f"已匹配 {done} 笔。", f"{done} payments matched.")))
    if wrong:
        messages.warning(
            request,
            say(
                Text(f"{wrong} 笔的建议已变，未匹配，请重新核对。", f"{wrong} proposals changed: look again.")
            ),
        )
    return redirect("members:payments")


def seal(proposal: Proposal) -> str:
    """Write down what a proposal says, to see that it still says it when it is confirmed."""
    return ",".join(f"{due.pk}={amount:.2f}" for due, amount in proposal.shares)


# ── one payment ──


def _shares(given: Any) -> list[tuple[Due, Decimal]]:
    """Read the amounts that were typed beside dues; an empty one is none, one that is no number is refused as zero."""
    typed = {
        name[4:]: words.strip() for name, words in given.items() if name.startswith("due_") and words.strip()
    }
    rows = Due.objects.select_related("membership").in_bulk(
        [pk for each in typed if (pk := number(each)) is not None]
    )
    shares = []
    for each, words in typed.items():
        if (due := rows.get(number(each) or 0)) is not None:
            try:
                amount = Decimal(words.replace(",", ""))
            except InvalidOperation:
                amount = Decimal(0)
            shares.append((due, amount if amount.is_finite() else Decimal(0)))
    return shares


def rests(payment: Any) -> bool:
    """Whether something of a payment waits."""
    return bool(payment.aside == "" and payment.rest > HALF_A_CENT)


DEEDS: Final = {
    "refund": Deed(
        Text("登记退款", "Note a refund"),
        "members.refund",
        forms.Refund,
        lambda by, record, **given: operations.refund(by=by, payment=record, **given),
        rests,
        grave=True,
    ),
    "aside": Deed(
        Text("标为非会费", "Set aside as no dues"),
        "members.set_aside",
        forms.SetAside,
        lambda by, record, why: operations.set_aside(by=by, payment=record, why=why),
        lambda payment: payment.aside == "" and payment.matched < HALF_A_CENT,
    ),
    "back": Deed(
        Text("恢复待匹配", "Put back"),
        "members.put_back",
        forms.Nothing,
        lambda by, record: operations.put_back(by=by, payment=record),
        lambda payment: payment.aside != "",
    ),
    # these two stand beside the row that they undo
    "unmatch": Deed(
        Text("撤销匹配", "Undo the match"),
        "members.unmatch",
        forms.Unmatch,
        lambda by, record, matching: operations.unmatch(by=by, matching=matching),  # noqa: ARG005
        never,
    ),
    "unrefund": Deed(
        Text("撤销退款", "Undo the refund"),
        "members.undo_refund",
        forms.UndoRefund,
        lambda by, record, refund: operations.undo_refund(by=by, refund=refund),  # noqa: ARG005
        never,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(*SEE)
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one payment; match it by hand with the dues that were found, a share each."""
    if request.method != "POST":
        return _payment(request, pk)
    known = get_object_or_404(Payment, pk=pk)
    try:
        operations.match(by=request.user, payment=known, shares=_shares(request.POST), why=Why.HAND)  # type: ignore[arg-type]
    except Problem as problem:
        if problem.rule.status == 403:
            raise
        return _payment(request, pk, problem=problem)
    messages.success(request, say(Text("已匹配。", "Matched.")))
    return redirect("members:payment", pk)


@require_POST
@staff_page(*SEE)
def change(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing to a payment."""
    known = get_object_or_404(queries.payments(), pk=pk)
    if refused := carry_out(request, DEEDS, verb, known):
        return _payment(request, pk, {verb: refused})
    return redirect("members:payment", pk)


def _payment(
    request: HttpRequest,
    pk: int,
    tried: dict[str, DeedForm] | None = None,
    problem: Problem | None = None,
) -> HttpResponse:
    shown = get_object_or_404(queries.payments().select_related("statement"), pk=pk)
    proposal = propose([shown])[shown.pk] if rests(shown) else None
    proposed = {due.pk: amount for due, amount in proposal.shares} if proposal else {}
    words = request.GET.get("q", "").strip()
    owed = queries.dues().filter(left__gt=HALF_A_CENT)
    if words:
        of = queries.search(Membership.objects.all(), words).values("pk")
        found = owed.filter(membership__in=of)
    else:
        found = owed.filter(pk__in=proposed)
    typed = request.POST if request.method == "POST" else {}
    candidates = list(found.select_related("membership__organisation").order_by("year", "pk")[:CANDIDATES])
    for due in candidates:
        due.typed = typed.get(f"due_{due.pk}", proposed.get(due.pk, ""))
    context = {
        "payment": shown,
        "rests": rests(shown),
        "proposal": proposal,
        "candidates": candidates,
        "asked": words,
        "matchings": shown.matchings.select_related("due__membership__organisation"),
        "refunds": shown.refunds.all(),
        "problem": problem,
        "deeds": offers(
            DEEDS, request.user, shown, lambda verb: reverse("members:change-payment", args=[pk, verb]), tried
        ),
        "events": timeline(shown),
    }
    status = problem.rule.status if problem else 422 if tried else 200
    return render(request, "members/payment.html", context, status=status)


# ── statements ──


def _take_in(*, by: Account, record: None, file: Any) -> Statement:  # noqa: ARG001
    return operations.take_in(by=by, name=file.name, content=file.read())


TAKE_IN: Final = {
    "statement": Deed(Text("导入流水", "Take it in"), "members.take_in", forms.TakeIn, _take_in)
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(*SEE)
def statements(request: HttpRequest) -> HttpResponse:
    """List the statements that were taken in, and take one in; of a faulty one every fault is named."""
    tried: dict[str, DeedForm] = {}
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        if (refused := carry_out(request, TAKE_IN, "statement", None)) is None:
            return redirect("members:statements")
        tried = {"statement": refused}
        faults = _faults(request)
    rows = Statement.objects.annotate(n=Count("payments"), total=Sum("payments__amount")).order_by("-pk")
    context = {
        "page": paged(request, rows, 20),
        "faults": faults,
        "deeds": offers(TAKE_IN, request.user, None, lambda _: reverse("members:statements"), tried),
    }
    return render(request, "members/statements.html", context, status=422 if tried else 200)


def _faults(request: HttpRequest) -> tuple[Fault, ...]:
    """Give every fault of the file that was refused."""
    if (file := request.FILES.get("file")) is None:
        return ()
    file.seek(0)
    try:
        return read_statement(file.read()).faults
    except Problem:  # said beside the field already
        return ()
