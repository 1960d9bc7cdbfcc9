"""Applications: the list, a new one after looking the card up, the page on which it is decided."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiheng.core.deeds import Deed, DeedForm, carry_out, offers
from zhiheng.core.journal.queries import timeline
from zhiheng.core.organisations import codes
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import LEGAL_PERSONS, Organisation
from zhiheng.core.pages import number, staff_page
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account
from zhiheng.core.problems import Problem
from zhiheng.lines.members import operations
from zhiheng.lines.members.forms import joining as forms
from zhiheng.lines.members.models import Application, Membership, Requirement, Tier
from zhiheng.lines.members.operations.joining import missing
from zhiheng.lines.members.operations.online import waiting
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SEE: Final = ("members.see", "查看入会申请", "see applications")
FOUND: Final = 20


@require_safe
@staff_page(*SEE)
def applications(request: HttpRequest) -> HttpResponse:
    """List applications of a state, those that wait for a decision first."""
    counts = dict(Application.objects.order_by().values_list("state").annotate(n=Count("pk")))
    state = request.GET.get("state", Application.State.RECEIVED)
    rows = Application.objects.select_related("organisation", "contact")
    if state in Application.State.values:
        rows = rows.filter(state=state)
    states = [(each.value, each.label, counts.get(each.value, 0)) for each in Application.State]
    page = paged(request, rows)
    context = {"page": page, "state": state, "states": states, "online": waiting()}
    return render(request, "members/applications.html", context)


# ── a new one ──


def _apply(*, by: Account, record: Organisation, tier: str, on: dt.date, **contact: str) -> Application:
    person = None
    if contact.get("contact_name", "").strip():
        person = people.add_colleague(
            by=by,
            name=contact["contact_name"],
            mobile=contact["contact_mobile"],
            post=contact["contact_post"],
            organisation=record,
        )
    return operations.apply(by=by, organisation=record, on=on, tier=Tier(tier), contact=person)


@transaction.atomic
def _open_card(*, by: Account, record: None, tier: str, on: dt.date, **given: Any) -> Application:  # noqa: ARG001
    contact = {name: given.pop(name) for name in ("contact_name", "contact_mobile", "contact_post")}
    return _apply(by=by, record=cards.add(by=by, **given), tier=tier, on=on, **contact)


NEW: Final = {
    "known": Deed(Text("受理申请", "Receive the application"), "members.apply", forms.Apply, _apply),
    "new": Deed(
        Text("建卡并受理申请", "Open a card and receive"), "organisations.add", forms.ApplyNew, _open_card
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("members.apply", "受理入会申请", "receive applications")
def new(request: HttpRequest) -> HttpResponse:
    """Look a company up by its code or name; receive the application of its card, or of a new one."""
    lookup = forms.Lookup(request.GET or None)
    asked = lookup.cleaned_data if lookup.is_bound and lookup.is_valid() else {}
    problem, found = None, Organisation.objects.none()
    chosen = number(request.POST.get("card") or request.GET.get("card"))
    if chosen is not None:
        card = get_object_or_404(Organisation.objects.select_related("merged_into"), pk=chosen)
    else:
        card = None
        try:
            found = _looked_up(asked.get("code", ""), asked.get("name", ""))
        except Problem as wrong:
            problem = wrong
    verb = "known" if card else "new"
    tried: dict[str, DeedForm] = {}
    if request.method == "POST":
        if (refused := carry_out(request, NEW, verb, card)) is None:
            return redirect("members:applications")
        tried = {verb: refused}
    form = tried.get(verb) or NEW[verb].form(
        record=card, verb=verb, initial={"code": asked.get("code"), "name": asked.get("name")}
    )
    context = {
        "lookup": lookup,
        "looked": bool(asked),
        "problem": problem,
        "found": list(found[:FOUND]),
        "card": card,
        "members": Membership.objects.as_of(timezone.localdate()).filter(organisation=card) if card else [],
        "form": form,
        "verb": NEW[verb].words,
    }
    status = problem.rule.status if problem else 422 if tried else 200
    return render(request, "members/apply.html", context, status=status)


def _looked_up(code: str, name: str) -> Any:
    """Give the cards that it could be; a code is checked first."""
    rows = Organisation.objects.filter(kind__in=LEGAL_PERSONS).select_related("merged_into", "district")
    if code.strip():
        return rows.canonical().filter(code=codes.read(code))
    return rows.search(name) if name.strip() else rows.none()


# ── one application ──


def waits(application: Application) -> bool:
    """Whether it waits for a decision."""
    return application.state == Application.State.RECEIVED


DEEDS: Final = {
    "met": Deed(
        Text("核对材料", "Check the list"),
        "members.see_met",
        forms.Met,
        lambda by, record, met: operations.see_met(by=by, application=record, met=met),
        lambda record: waits(record) and Requirement.objects.as_of(record.received_on).exists(),
    ),
    "approve": Deed(
        Text("批准入会", "Approve"),
        "members.approve",
        forms.Approve,
        lambda by, record, on: operations.approve(by=by, application=record, on=on),
        waits,
    ),
    "decline": Deed(
        Text("不批准", "Decline"),
        "members.decline",
        forms.Decline,
        lambda by, record, on, reason: operations.decline(by=by, application=record, on=on, reason=reason),
        waits,
        grave=True,
    ),
}


@require_safe
@staff_page(*SEE)
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one application."""
    return _page(request, _application(pk))


@require_POST
@staff_page(*SEE)
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing to an application."""
    shown = _application(pk)
    if refused := carry_out(request, DEEDS, verb, shown):
        return _page(request, _application(pk), {verb: refused})
    return redirect("members:application", pk)


def _application(pk: int) -> Application:
    related = ("organisation__district", "organisation__industry", "contact")
    return get_object_or_404(Application.objects.select_related(*related), pk=pk)


def _page(request: HttpRequest, shown: Application, tried: dict[str, DeedForm] | None = None) -> HttpResponse:
    context = {
        "application": shown,
        "card": shown.organisation,
        "met": shown.met.all(),
        "missing": missing(shown),
        "membership": shown.organisation.memberships.first(),
        "deeds": offers(
            DEEDS, request.user, shown, lambda verb: reverse("members:decide", args=[shown.pk, verb]), tried
        ),
        "events": timeline(shown),
    }
    return render(request, "members/application.html", context, status=422 if tried else 200)


REQUIRE: Final = {
    "require": Deed(
        Text("增加一项材料", "Ask one more thing"),
        "members.require",
        forms.Require,
        lambda by, record, **given: operations.require(by=by, **given),  # noqa: ARG005
    )
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(*SEE)
def requirements(request: HttpRequest) -> HttpResponse:
    """List what is asked of applications, and ask one more thing."""
    tried: dict[str, DeedForm] = {}
    if request.method == "POST":
        if (refused := carry_out(request, REQUIRE, "require", None)) is None:
            return redirect("members:requirements")
        tried = {"require": refused}
    context = {
        "requirements": Requirement.objects.all(),
        "deeds": offers(REQUIRE, request.user, None, lambda _: reverse("members:requirements"), tried),
    }
    return render(request, "members/requirements.html", context, status=422 if tried else 200)
