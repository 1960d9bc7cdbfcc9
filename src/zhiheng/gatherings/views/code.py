"""Check-in at the venue: the poster, the page that its code opens, the list at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiheng.core.pages import staff_page
from zhiheng.core.people.models import Person
from zhiheng.core.people.operations import system_account
from zhiheng.core.problems import Problem
from zhiheng.gatherings import codes, operations, queries
from zhiheng.gatherings.models import Attendance, Registration, Session
from zhiheng.gatherings.problems import TWICE
from zhiheng.gatherings.reading import tidy

if TYPE_CHECKING:
    from django.http import HttpRequest

AT_THE_DOOR: Final = 100
State = Registration.State


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def arrive(request: HttpRequest, code: str) -> HttpResponse:
    """The page that the code at the venue opens, in whatever browser; a form that may be sent twice.

    Who has an account with a card checks in with one tap; others say name and number. What is answered does not
    depend on whether they are on a list.
    """
    session = codes.read(code)
    person = getattr(request.user, "person", None) if request.user.is_authenticated else None
    context: dict[str, Any] = {"session": session, "person": person, "code": code}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "")[:120] for name in ("name", "mobile", "organisation")}
        by: Any = request.user if person else system_account()
        try:
            operations.arrive(
                by=by,
                code=code,
                name=typed["name"],
                mobile=typed["mobile"],
                organisation_name=typed["organisation"],
            )
        except Problem as problem:
            return render(
                request,
                "gatherings/arrive.html",
                {**context, "problem": problem, "typed": typed},
                status=problem.rule.status,
            )
        # no redirect: on a bad line the answer is one request, and sending it again does nothing more
        name = str(person) if person else tidy(typed["name"])
        return render(
            request, "gatherings/arrived.html", {**context, "name": name, "at": timezone.localtime()}
        )
    return render(request, "gatherings/arrive.html", context)


def _address(session: Session) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('calendar:arrive', args=[codes.code(session)])}"


@never_cache
@require_safe
@staff_page("gatherings.check_in", "签到", "check in")
def poster(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the code of a session, to be printed or, where it turns, to stand on a screen."""
    session = get_object_or_404(Session.objects.select_related("edition__series", "edition__host"), pk=pk)
    first, last = codes.window(session)
    context = {"session": session, "address": _address(session), "first": first, "last": last}
    return render(request, "gatherings/poster.html", context)


# ── the list at the door ──


def _door(session: Session, words: str) -> QuerySet[Any]:
    """List who registered, or where words are given anybody who fits them; with `there`, who is in."""
    there = Attendance.objects.filter(session=session, person=OuterRef("pk"))
    asked = Registration.objects.filter(session=session, person=OuterRef("pk")).exclude(
        state=State.GIVEN_BACK
    )
    found: QuerySet[Any] = Person.objects.canonical().select_related("organisation")
    found = found.annotate(there=Exists(there), registered=Exists(asked))
    for word in tidy(words).split():
        fits = Q(name__icontains=word) | Q(organisation__name__icontains=word)
        if word.isdecimal() and len(word) >= 4:
            fits |= Q(mobile__endswith=word)
        found = found.filter(fits)
    if not words.strip():
        found = found.filter(Q(registered=True) | Q(there=True))
    return found.order_by("there", "-registered", "name", "pk")


@require_safe
@staff_page("gatherings.check_in", "签到", "check in")
def door(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the list at the door: search, and one tap a person."""
    session = get_object_or_404(Session.objects.select_related("edition"), pk=pk)
    words = request.GET.get("q", "")[:60]
    page = Paginator(_door(session, words), AT_THE_DOOR).get_page(request.GET.get("page"))
    taken, _ = queries.asked_for([session]).get(pk, (0, 0))
    context = {
        "session": session,
        "page": page,
        "words": words,
        "taken": taken,
        "there": session.attendances.count(),
        "waiting": session.unmatched.count(),
    }
    return render(request, "gatherings/door.html", context)


@require_POST
@staff_page("gatherings.check_in", "签到", "check in")
def tap(request: HttpRequest, pk: int, person: int) -> HttpResponse:
    """Check a person in with one tap; two taps do it once."""
    session = get_object_or_404(Session.objects.select_related("edition"), pk=pk)
    somebody = get_object_or_404(Person.objects.select_related("organisation", "merged_into"), pk=person)
    asked = session.registrations.filter(person=somebody).exclude(state=State.GIVEN_BACK)
    registration = asked.select_related("organisation").first()
    sender = registration.organisation if registration else None
    try:
        operations.check_in(by=request.user, session=session, person=somebody, organisation=sender)  # type: ignore[arg-type]
    except Problem as problem:
        if problem.rule is not TWICE:
            raise
    words = request.POST.get("q", "")[:60]
    if request.htmx:  # type: ignore[attr-defined]  # set by the middleware
        each = somebody.counted_as
        each.there = True  # type: ignore[attr-defined]  # what the list is annotated with
        return render(request, "gatherings/door_row.html", {"session": session, "each": each})
    return redirect(f"{reverse('gatherings:door', args=[pk])}?{f'q={words}' if words else ''}")
