"""The page of one session for those who work on it: who registered, who was there, what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from zhiheng.core.operations import allow
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.pages import staff_page
from zhiheng.core.people.models import Person
from zhiheng.core.problems import Problem
from zhiheng.gatherings import operations, queries
from zhiheng.gatherings.matching import match
from zhiheng.gatherings.models import Attendance, Registration, Session
from zhiheng.gatherings.problems import NOBODY_MEANT
from zhiheng.gatherings.reading import from_text
from zhiheng.ui.words import Text, say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

A_PAGE: Final = 50
State = Registration.State


@require_safe
@staff_page("gatherings.see", "查看活动", "see gatherings")
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a session: its numbers, who registered, who was there."""
    return _page(request, get_object_or_404(Session.objects.select_related("edition__series"), pk=pk))


def _page(
    request: HttpRequest, shown: Session, problem: Problem | None = None, typed: str = ""
) -> HttpResponse:
    asked = shown.registrations.exclude(state=State.GIVEN_BACK).select_related("person", "organisation")
    there = shown.attendances.select_related("person", "organisation").order_by("-pk")
    page = Paginator(there, A_PAGE).get_page(request.GET.get("page"))
    registered = Paginator(asked.order_by("state", "pk"), A_PAGE).get_page(request.GET.get("registered"))
    taken, waiting = queries.asked_for([shown]).get(shown.pk, (0, 0))
    return render(
        request,
        "gatherings/session.html",
        {
            "session": shown,
            "page": page,
            "registered": registered,
            "taken": taken,
            "waiting": waiting,
            "counts": queries.counts(Attendance.objects.filter(session=shown)),
            "unmatched": shown.unmatched.count(),
            "problem": problem,
            "typed": typed,
        },
        status=problem.rule.status if problem else 200,
    )


@require_POST
@staff_page("gatherings.register_anybody", "代为报名", "register anybody")
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """Register the person a line names, on somebody's request."""
    shown = get_object_or_404(Session.objects.select_related("edition__series"), pk=pk)
    typed = request.POST.get("line", "")
    try:
        person, sender = _meant(shown, typed)
        registration = operations.register(by=request.user, session=shown, person=person, organisation=sender)  # type: ignore[arg-type]
    except Problem as problem:
        return _page(request, shown, problem, typed)
    messages.success(request, f"{registration.person} {State(registration.state).label}")
    return redirect("gatherings:session", pk)


def _meant(shown: Session, typed: str) -> tuple[Person, Organisation]:
    found = next(iter(match(shown, from_text(typed))), None)
    if found is None or found.person is None or found.organisation is None:
        raise Problem(NOBODY_MEANT, why=found.why.label if found and found.why else "—")
    return found.person, found.organisation


@require_POST
@staff_page("gatherings.register_anybody", "代为取消报名", "give a seat back for somebody")
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody's seat back on request."""
    registration = get_object_or_404(Registration.objects.select_related("person"), pk=pk)
    operations.give_back(by=request.user, registration=registration)  # type: ignore[arg-type]
    messages.success(
        request, say(Text("已取消报名：{0}", "Registration cancelled: {0}")).format(registration.person)
    )
    return redirect("gatherings:session", registration.session_id)


# ── who was where ──


@require_safe
@staff_page("gatherings.see", "查看活动", "see gatherings")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show where one person was, all cards of the person together."""
    shown = get_object_or_404(
        Person.objects.select_related("organisation", "merged_into__organisation"), pk=pk
    )
    rows = queries.of_person(shown)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {"person": shown.counted_as, "page": page, "counts": queries.counts(rows)}
    return render(request, "gatherings/person.html", context)


@require_safe
@login_required
def company(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is credited to one company: to those who read gatherings, and to its own contact."""
    shown = get_object_or_404(Organisation.objects.select_related("merged_into"), pk=pk)
    account: Any = request.user
    allow(
        account, "gatherings.see_company", shown, what=Text("查看这家单位的参与记录", "see who came from it")
    )
    rows = queries.of_company(shown)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {"company": shown.merged_into or shown, "page": page, "counts": queries.counts(rows)}
    return render(request, "gatherings/company.html", context)
