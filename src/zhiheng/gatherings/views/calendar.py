"""The public calendar, and registration by those who want to come."""

from __future__ import annotations

import datetime as dt
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiheng.core.organisations.credits import below
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.pages import number
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Part, Person
from zhiheng.core.people.permissions import roles_today
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.gatherings import operations, queries
from zhiheng.gatherings.ics import feed_of
from zhiheng.gatherings.models import Kind, Material, Registration, Session, Visibility
from zhiheng.gatherings.permissions import takes_part
from zhiheng.gatherings.reading import tidy_mobile, tidy_name
from zhiheng.ui.words import Text, say

if TYPE_CHECKING:
    from django.http import HttpRequest

State = Registration.State
COLLEAGUES = 500
"""So many people of a company are offered to its contact; more are found by typing their name."""


def public() -> QuerySet[Session]:
    """List the sessions that are in the calendar."""
    return Session.objects.filter(edition__published=True).select_related("edition__series", "edition__host")


@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """List the sessions of a month, day by day: of the one asked, or of the next session; of one kind where asked."""
    today = timezone.localdate()
    kind = request.GET.get("kind", "")
    sessions = public().filter(edition__kind=kind) if kind in Kind.values else public()
    first = _month(request.GET.get("month", "")) or _next(sessions, today).replace(day=1)
    after = (first + dt.timedelta(days=32)).replace(day=1)
    held = list(sessions.filter(held_on__gte=first, held_on__lt=after).order_by("held_on", "starts_at", "pk"))
    asked = queries.asked_for(held)
    days = [
        (day, [(each, asked.get(each.pk, (0, 0))[0]) for each in of_day])
        for day, of_day in groupby(held, key=lambda each: each.held_on)
    ]
    earlier = (
        sessions.filter(held_on__lt=first).order_by("-held_on").values_list("held_on", flat=True).first()
    )
    later = sessions.filter(held_on__gte=after).order_by("held_on").values_list("held_on", flat=True).first()
    return render(
        request,
        "gatherings/month.html",
        {
            "first": first,
            "days": days,
            "earlier": earlier,
            "later": later,
            "kind": kind,
            "kinds": Kind.choices,
            "today": today,
        },
    )


def _next(sessions: QuerySet[Session], today: dt.date) -> dt.date:
    """Give the day of the next session that is held; today where there is none."""
    coming = sessions.filter(held_on__gte=today, cancelled=False).order_by("held_on")
    return coming.values_list("held_on", flat=True).first() or today


def _month(given: str) -> dt.date | None:
    found = re.fullmatch(r"(\d{4})-(\d{2})", given, re.ASCII)
    try:
        return dt.date(int(found[1]), int(found[2]), 1) if found and int(found[1]) < 9999 else None
    except ValueError:
        return None


@require_safe
def one(request: HttpRequest, token: str) -> HttpResponse:
    """Show a session, and ask who wants to come."""
    return _page(request, get_object_or_404(public(), token=token))


def _page(
    request: HttpRequest, shown: Session, problem: Problem | None = None, typed: Any = None
) -> HttpResponse:
    taken, waiting = queries.asked_for([shown]).get(shown.pk, (0, 0))
    account: Any = request.user if request.user.is_authenticated else None
    person = account.person.counted_as if account and account.person else None
    companies = list(Organisation.objects.filter(pk__in=contact_of(account))) if account else []
    nodes = below([card.pk for card in companies]) if companies else set()
    asked = shown.registrations.exclude(state=State.GIVEN_BACK).select_related("person", "organisation")
    ours = list(asked.filter(organisation__in=nodes)) if nodes else []
    mine = asked.filter(person=person).first() if person else None
    busy = {each.person_id for each in ours}
    colleagues = Person.objects.canonical().filter(organisation__in=nodes).exclude(pk__in=busy)
    return render(
        request,
        "gatherings/public_session.html",
        {
            "session": shown,
            "others": public().filter(edition=shown.edition_id).exclude(pk=shown.pk).order_by("held_on"),
            "taken": taken,
            "waiting": waiting,
            "left": None if shown.seats is None else max(shown.seats - taken, 0),
            "person": person,
            "mine": mine,
            "companies": companies,
            "ours": [each for each in ours if mine is None or each.pk != mine.pk],
            "colleagues": colleagues[:COLLEAGUES],
            "senders": _senders(person, companies),
            "materials": _materials(account, shown),
            "problem": problem,
            "typed": typed or {},
            "over": timezone.now() > shown.finishes,
        },
        status=problem.rule.status if problem else 200,
    )


def _materials(account: Any, shown: Session) -> QuerySet[Material]:
    for_whom = [Visibility.PUBLIC]
    if account and takes_part(account, shown.edition):
        for_whom.append(Visibility.PARTICIPANTS)
    return shown.edition.materials.filter(visibility__in=for_whom).select_related("file")


def contact_of(account: Any) -> set[int]:
    """Give the organisations whose contact somebody is today."""
    return {of for _, part, of in roles_today(account) if part == Part.CONTACT and of}


def _senders(person: Person | None, companies: list[Organisation]) -> list[Organisation]:
    own = [person.organisation] if person and person.organisation else []
    return own + [card for card in companies if card not in own]


@require_POST
@login_required
def register(request: HttpRequest, token: str) -> HttpResponse:
    """Register oneself, or a colleague of the company that one is contact of."""
    shown = get_object_or_404(public(), token=token)
    try:
        registration = _register(request, shown)
    except Problem as problem:
        return _page(request, shown, problem, request.POST)
    said = Text("{0}：已报名", "{0}: registered")
    if registration.state == State.WAITING:
        said = Text(
            "{0}：名额已满，已列入候补，有名额即递补并通知",
            "{0}: full; on the waiting list, told when a seat is free",
        )
    messages.success(request, say(said).format(registration.person))
    return redirect("calendar:session", token)


def _register(request: HttpRequest, shown: Session) -> Registration:
    account: Any = request.user
    sender = Organisation.objects.filter(pk=number(request.POST.get("organisation")) or 0).first()
    if request.POST.get("who") != "colleague":
        if account.person is None:
            raise Problem(EMPTY, field="person", what=say(Text("本人姓名", "your name")))
        return operations.register_self(
            by=account, session=shown, person=account.person.counted_as, organisation=sender
        )
    if sender is None:
        raise Problem(EMPTY, field="organisation", what=say(Text("单位", "organisation")))
    if name := tidy_name(request.POST.get("name", "")):
        mobile = tidy_mobile(request.POST.get("mobile", ""))
        person = people.add_colleague(by=account, organisation=sender, name=name, mobile=mobile)
    else:
        # a number that is not of the own people is refused by the operation as one that does not exist is here
        nodes = below([sender.pk])
        found = Person.objects.canonical().filter(pk=number(request.POST.get("person")) or 0)
        chosen = found.filter(organisation__in=nodes).first()
        if chosen is None:
            raise Problem(EMPTY, field="person", what=say(Text("参加人员", "who is to come")))
        person = chosen
    return operations.register(by=account, session=shown, person=person, organisation=sender)


@require_POST
@login_required
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give back one's own seat, or that of a colleague."""
    registration = get_object_or_404(Registration.objects.select_related("session", "person"), pk=pk)
    operations.give_back(by=request.user, registration=registration)  # type: ignore[arg-type]
    messages.success(
        request, say(Text("已取消报名：{0}", "Registration cancelled: {0}")).format(registration.person)
    )
    return redirect("calendar:session", registration.session.token)


@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """List one's own registrations to come, and where one was."""
    account: Any = request.user
    person = account.person.counted_as if account.person else None
    coming = (
        Registration.objects.filter(person=person, session__held_on__gte=timezone.localdate())
        .exclude(state=State.GIVEN_BACK)
        .select_related("session__edition", "organisation")
        .order_by("session__held_on")
        if person
        else Registration.objects.none()
    )
    was = queries.of_person(person)[:50] if person else []
    return render(request, "gatherings/mine.html", {"person": person, "coming": coming, "was": was})


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Give what is to come, and what was in the last three months, to a calendar program."""
    since = timezone.localdate() - dt.timedelta(days=92)
    return _ics(
        feed_of(public().filter(held_on__gte=since).order_by("held_on", "pk"), request.build_absolute_uri),
        "calendar",
    )


@require_safe
def one_ics(request: HttpRequest, token: str) -> HttpResponse:
    """Give one session to a calendar program."""
    shown = get_object_or_404(public(), token=token)
    return _ics(feed_of([shown], request.build_absolute_uri), f"{shown.held_on}")


def _ics(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return answer
