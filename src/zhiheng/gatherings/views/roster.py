"""Entering who was there by keyboard: a line or many, doubtful ones resolved, mistakes undone; lists from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiheng.core.pages import number, staff_page
from zhiheng.core.people.models import Person
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.gatherings import operations, queries, reading
from zhiheng.gatherings.matching import line_of, match, suggest
from zhiheng.gatherings.models import Attendance, Session, Unmatched
from zhiheng.gatherings.operations import Choice, Entered
from zhiheng.gatherings.reading import Line, from_text, packed, unpacked
from zhiheng.ui.words import Text, say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

RECENT: Final = 20
WAITING: Final = 20
"""So many lines to resolve are shown at once."""
CHOICES: Final = 400
"""So many rows of a list are decided on one page; the rest waits as lines to resolve."""


def _session(pk: int) -> Session:
    return get_object_or_404(Session.objects.select_related("edition__series"), pk=pk)


def _some(lines: list[Line]) -> list[Line]:
    if not lines:
        raise Problem(EMPTY, field="lines", what=say(Text("名单", "list")))
    return lines


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("gatherings.check_in", "录入签到", "enter attendances")
def roster(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a line, or as many as were pasted; the page's script asks for what stands below the line only."""
    session = _session(pk)
    if request.method != "POST":
        return _page(request, session)
    typed = request.POST.get("lines", "")
    try:
        lines = _some(from_text(typed))
        entered = operations.enter_lines(by=request.user, session=session, lines=lines)  # type: ignore[arg-type]
    except Problem as problem:
        return _page(request, session, problem=problem, typed=typed)
    return _page(request, session, entered=entered)


def _page(
    request: HttpRequest,
    session: Session,
    *,
    entered: Entered | None = None,
    undone: int = 0,
    problem: Problem | None = None,
    typed: str = "",
) -> HttpResponse:
    waiting = list(session.unmatched.all()[:WAITING])
    as_lines = [
        Line(each.name, each.organisation_name, each.mobile, place) for place, each in enumerate(waiting)
    ]
    recent = session.attendances.select_related("person", "organisation").order_by("-pk")[:RECENT]
    context = {
        "session": session,
        "entered": entered,
        "ids": ",".join(str(each.pk) for each in entered.new) if entered else "",
        "undone": undone,
        "problem": problem,
        "typed": typed,
        "counts": queries.counts(Attendance.objects.filter(session=session)),
        "recent": recent,
        "waiting": list(zip(waiting, match(session, as_lines), strict=True)),
        "waiting_all": session.unmatched.count(),
    }
    template = (
        "gatherings/roster_state.html" if request.headers.get("HX-Request") else "gatherings/roster.html"
    )
    return render(request, template, context, status=problem.rule.status if problem else 200)


@require_safe
@staff_page("gatherings.check_in", "录入签到", "enter attendances")
def suggestions(request: HttpRequest, pk: int) -> JsonResponse:
    """Offer whom the beginning of a line may mean: the line that means them, and what is shown."""
    found = suggest(_session(pk), request.GET.get("q", "")[:60])
    return JsonResponse({"people": [_offered(person) for person in found]})


def _offered(person: Person) -> dict[str, Any]:
    return {
        "line": line_of(person),
        "name": person.name,
        "organisation": str(person.organisation or ""),
        "mobile": person.masked_mobile,
        "registered": bool(getattr(person, "registered", False)),
    }


@require_POST
@staff_page("gatherings.strike", "删除签到", "strike an attendance")
def strike(request: HttpRequest, pk: int) -> HttpResponse:
    """Take entries back: those named, of this session."""
    session = _session(pk)
    ids = [int(each) for each in request.POST.get("ids", "").split(",") if number(each) is not None]
    rows = list(session.attendances.filter(pk__in=ids[: reading.MOST]))
    if rows:
        operations.strike(by=request.user, attendances=rows)  # type: ignore[arg-type]
    return _page(request, session, undone=len(rows))


@require_POST
@staff_page("gatherings.check_in", "录入签到", "enter attendances")
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whom a line means: somebody, a new person, or nobody who was there; or mend what it says."""
    line = get_object_or_404(Unmatched.objects.select_related("session__edition__series"), pk=pk)
    session, by = line.session, request.user
    said = request.POST.get("do", "")
    try:
        if said == "dismiss":
            operations.dismiss(by=by, unmatched=line)  # type: ignore[arg-type]
            return _page(request, session)
        if "name" in request.POST:
            name, organisation = (request.POST.get(each, "") for each in ("name", "organisation_name"))
            line = operations.amend(by=by, unmatched=line, name=name, organisation_name=organisation)  # type: ignore[arg-type]
        if said == "again":
            return _page(request, session, entered=operations.enter_unmatched(by=by, unmatched=line))  # type: ignore[arg-type]
        person = None if said == "new" else _said(said)
        attendance = operations.resolve(by=by, unmatched=line, person=person)  # type: ignore[arg-type]
    except Problem as problem:
        return _page(request, session, problem=problem)
    return _page(request, session, entered=Entered(new=(attendance,) if attendance else ()))


def _said(pk: str) -> Person:
    people = Person.objects.canonical().select_related("organisation")
    if (person := people.filter(pk=number(pk) or 0).first()) is None:
        raise Problem(EMPTY, field="do", what=say(Text("是谁", "who it is")))
    return person


# ── a list from a file ──


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("gatherings.check_in", "导入签到表", "import a sign-in sheet")
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a list, show what each row means and what is wrong with it, enter it in one go when it is confirmed."""
    session = _session(pk)
    context: dict[str, Any] = {"session": session}
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            if "lines" in request.POST:
                text = "\n".join(map(str, unpacked(request.POST["lines"])))
                return _commit(request, session)
            file = request.FILES.get("file")
            lines = _some(reading.from_file(file.read()) if file else from_text(text))
        except Problem as problem:
            context |= {"problem": problem, "typed": text}
            return render(request, "gatherings/sheet.html", context, status=problem.rule.status)
        context |= _preview(session, lines)
    return render(request, "gatherings/sheet.html", context)


def _preview(session: Session, lines: list[Line]) -> dict[str, Any]:
    found = match(session, lines)
    seen: set[int] = set()
    rows = []
    for each in found:
        pk = each.person.pk if each.person else 0
        rows.append((each, pk in seen))
        seen.add(pk)
        seen.discard(0)
    ready = [each for each, again in rows if each.person and not each.there and not again]
    unclear = [each for each, _ in rows if each.person is None]
    return {
        "rows": rows,
        "packed": packed(lines),
        "ready": len(ready),
        "there": len(rows) - len(ready) - len(unclear),
        "unclear": len(unclear),
        "decided": {each.line.place for each in unclear[:CHOICES]},
    }


def _commit(request: HttpRequest, session: Session) -> HttpResponse:
    lines = unpacked(request.POST["lines"])
    asked = {line.place: request.POST.get(f"row-{line.place}", "") for line in lines}
    people = Person.objects.canonical().select_related("organisation")
    chosen = people.in_bulk([int(said) for said in asked.values() if number(said) is not None])
    choices = {
        place: Choice(
            person=chosen.get(number(said) or 0), new=said == "new", later=said == "later", out=said == "out"
        )
        for place, said in asked.items()
    }
    entered = operations.enter_lines(
        by=request.user, session=session, lines=lines, how=Attendance.How.SHEET, choices=choices  # type: ignore[arg-type]
    )  # fmt: skip
    problem = None
    if scan := request.FILES.get("scan"):
        try:
            operations.add_material(
                by=request.user, edition=session.edition, session=session, content=scan, title=_scan_of(session)  # type: ignore[arg-type]
            )  # fmt: skip
        except (
            Problem
        ) as found:  # the list is entered all the same; the scan can be added on the edition's page
            problem = found
    return render(
        request,
        "gatherings/sheet_done.html",
        {
            "problem": problem,
            "session": session,
            "entered": entered,
            "read": len(lines),
            "ids": ",".join(str(each.pk) for each in entered.new),
        },
    )


def _scan_of(session: Session) -> str:
    return say(Text("签到表扫描件 {0}", "Scan of the sign-in sheet {0}")).format(session.held_on)
