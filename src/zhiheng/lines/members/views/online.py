"""Applications written on the public page: the page, what became of one, and those who receive them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiheng.core.deeds import Deed, DeedForm, carry_out, offers
from zhiheng.core.journal.queries import timeline
from zhiheng.core.limits import limit
from zhiheng.core.pages import staff_page
from zhiheng.core.people.operations import system_account
from zhiheng.core.problems import Problem
from zhiheng.lines.members import operations
from zhiheng.lines.members.forms import online as forms
from zhiheng.lines.members.models import OnlineApplication, Requirement
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SEE: Final = ("members.see", "查看入会申请", "see applications")
RATE: Final = "20/h/ip"
"""An office behind one address may send a few and mend them; a machine may not send hundreds."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Apply without an account: what was typed stays whatever is wrong with it."""
    form = forms.Join(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            by: Any = request.user if request.user.is_authenticated else system_account()
            try:
                limit(request, "join", RATE)
                asked = operations.ask_to_join(by=by, **form.cleaned_data)
            except Problem as problem:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem))
                status = problem.rule.status
            else:
                return redirect("members:joined", asked.token)
    asks = Requirement.objects.as_of(timezone.localdate())
    return render(request, "members/join.html", {"form": form, "requirements": asks}, status=status)


@never_cache
@require_safe
def joined(request: HttpRequest, token: str) -> HttpResponse:
    """Show what became of one to who has its address: nothing of who speaks for the company."""
    asked = get_object_or_404(OnlineApplication.objects.select_related("application"), token=token)
    asks = Requirement.objects.as_of(timezone.localdate()) if asked.waits else []
    return render(request, "members/joined.html", {"asked": asked, "requirements": asks})


# ── for who receives them ──


DEEDS: Final = {
    "receive": Deed(
        Text("受理", "Receive"),
        "members.receive",
        forms.Receive,
        lambda by, record, **given: operations.receive(by=by, asked=record, **given),
        lambda record: record.waits,
    ),
    "turn-away": Deed(
        Text("不予受理", "Turn away"),
        "members.turn_away",
        forms.TurnAway,
        lambda by, record, **given: operations.turn_away(by=by, asked=record, **given),
        lambda record: record.waits,
        grave=True,
    ),
}


@require_safe
@staff_page(*SEE)
def online(request: HttpRequest) -> HttpResponse:
    """List what was asked online, what waits first."""
    waits = ExpressionWrapper(Q(application=None, turned_away_on=None), BooleanField())
    rows = OnlineApplication.objects.select_related("application").alias(waiting=waits)
    page = paged(request, rows.order_by("-waiting", "-pk"))
    return render(request, "members/online.html", {"page": page})


@require_safe
@staff_page(*SEE)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one."""
    return _one(request, _asked(pk))


@require_POST
@staff_page(*SEE)
def deal_with(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Receive one, or turn it away."""
    asked = _asked(pk)
    if refused := carry_out(request, DEEDS, verb, asked):
        return _one(request, _asked(pk), {verb: refused})
    if asked.application_id:
        return redirect("members:application", asked.application_id)
    return redirect("members:online")


def _asked(pk: int) -> OnlineApplication:
    return get_object_or_404(OnlineApplication.objects.select_related("application", "district"), pk=pk)


def _one(
    request: HttpRequest, asked: OnlineApplication, tried: dict[str, DeedForm] | None = None
) -> HttpResponse:
    context = {
        "asked": asked,
        "likely": forms.likely(asked) if asked.waits else [],
        "deeds": offers(
            DEEDS,
            request.user,
            asked,
            lambda verb: reverse("members:deal-online", args=[asked.pk, verb]),
            tried,
        ),
        "events": timeline(asked),
    }
    return render(request, "members/online_one.html", context, status=422 if tried else 200)
