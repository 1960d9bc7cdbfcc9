"""A member's own page, for its contact; and the corrections that members ask for, for those who settle them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Model
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiheng.core.deeds import Deed, DeedForm, carry_out, offers
from zhiheng.core.operations import allow
from zhiheng.core.organisations.models import Organisation, Size
from zhiheng.core.pages import staff_page
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Part
from zhiheng.core.people.permissions import roles_today
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.gatherings import public as gatherings
from zhiheng.lines.members import operations
from zhiheng.lines.members.forms import joining, membership
from zhiheng.lines.members.models import Application, Correction, Membership
from zhiheng.lines.members.problems import NOTHING_WANTED
from zhiheng.lines.members.views.joining import NEW
from zhiheng.lines.members.views.register import about
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text, say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from zhiheng.core.people.models import Account

About = Correction.About
OWN: Final = Text("查看本单位资料", "see one's own organisation")


@transaction.atomic
def _ask(*, by: Account, record: Organisation, contact_name: str, contact_mobile: str, **given: Any) -> None:
    """Ask for each thing that was changed in the form, or for none of them."""
    asked = False
    for field, wanted in given.items():
        if wanted and wanted != getattr(record, field, ""):
            value = wanted if field == About.SIZE else str(wanted.pk) if isinstance(wanted, Model) else ""
            said = Size(wanted).label if field == About.SIZE else wanted
            operations.ask_correction(
                by=by, organisation=record, about=About(field), wanted=str(said), value=value
            )
            asked = True
    if contact_name.strip():
        if not contact_mobile:
            raise Problem(EMPTY, field="contact_mobile", what=say(Text("手机号", "Mobile number")))
        person = people.add_colleague(by=by, organisation=record, name=contact_name, mobile=contact_mobile)
        operations.ask_correction(by=by, organisation=record, about=About.PEOPLE, person=person)
        asked = True
    if not asked:
        raise Problem(NOTHING_WANTED)


DEEDS: Final = {
    "correct": Deed(
        Text("申请更正本单位资料", "Ask for a correction"),
        "members.ask_correction",
        membership.AskCorrection,
        _ask,
    ),
    "apply": Deed(
        Text("申请入会", "Apply for membership"),
        "members.apply",
        joining.ApplyOwn,
        lambda **given: NEW["known"].do(**given, on=timezone.localdate()),
        lambda card: (
            not card.memberships.filter(end=None).exists()
            and not card.applications.filter(state=Application.State.RECEIVED).exists()
        ),
    ),
}


@require_safe
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """Show a contact its organisation; who is contact of several chooses, who is of none is told so."""
    of = {of for _, part, of in roles_today(request.user) if part == Part.CONTACT and of}
    cards = list(Organisation.objects.filter(pk__in=of).select_related("district", "industry"))
    if len(cards) == 1:
        return _page(request, cards[0])
    return render(request, "members/own_choice.html", {"cards": cards})


@require_safe
@login_required
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a contact what is its organisation's own, and nothing of others."""
    return _page(request, _card(request, pk))


@require_POST
@login_required
def ask(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing for one's own organisation."""
    card = _card(request, pk)
    if refused := carry_out(request, DEEDS, verb, card):
        return _page(request, card, {verb: refused})
    return redirect("members:own-organisation", pk)


def _card(request: HttpRequest, pk: int) -> Organisation:
    """Give the card, to who may see it; to others it is the same whether there is one or not."""
    card = Organisation.objects.select_related("district", "industry").filter(pk=pk).first()
    allow(request.user, "members.see_own", card, what=OWN)  # type: ignore[arg-type]  # signed in
    if card is None:
        raise Http404
    return card


def _page(request: HttpRequest, card: Organisation, tried: dict[str, DeedForm] | None = None) -> HttpResponse:
    today = timezone.localdate()
    current: Membership | None = card.memberships.order_by("-start").first()
    shown: dict[str, Any] = about(current) if current else {"card": card}
    context = {
        **shown,
        "applications": card.applications.all()[:5],
        "corrections": card.corrections.select_related("person")[:10],
        "coming": gatherings.coming(card, request.user, today),
        "deeds": offers(
            DEEDS, request.user, card, lambda verb: reverse("members:ask", args=[card.pk, verb]), tried
        ),
    }
    return render(request, "members/own.html", context, status=422 if tried else 200)


# ── corrections, for staff ──


SETTLE: Final = {
    "settle": Deed(
        Text("处理", "Settle"),
        "members.settle_correction",
        membership.Settle,
        lambda by, record, accepted, answer, on: operations.settle_correction(
            by=by, correction=record, accepted=accepted == "yes", answer=answer, on=on
        ),
        lambda record: record.state == Correction.State.OPEN,
    )
}


@require_safe
@staff_page("members.see", "查看更正申请", "see corrections")
def corrections(request: HttpRequest) -> HttpResponse:
    """List what members want corrected, open ones first."""
    return _corrections(request, {})


@require_POST
@staff_page("members.see", "查看更正申请", "see corrections")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle one."""
    correction = get_object_or_404(Correction.objects.select_related("organisation"), pk=pk)
    if refused := carry_out(request, SETTLE, "settle", correction):
        return _corrections(request, {pk: refused})
    return redirect("members:corrections")


def _corrections(request: HttpRequest, tried: dict[int, DeedForm]) -> HttpResponse:
    rows = Correction.objects.select_related("organisation", "asked_by__person", "person").order_by(
        "-state", "-pk"
    )
    page = paged(request, rows, 20)
    shown = [
        (
            row,
            offers(
                SETTLE,
                request.user,
                row,
                lambda _, pk=row.pk: reverse("members:settle", args=[pk]),  # type: ignore[misc]
                {"settle": tried[row.pk]} if row.pk in tried else None,
            ),
        )
        for row in page
    ]
    context = {"page": page, "shown": shown}
    return render(request, "members/corrections.html", context, status=422 if tried else 200)
