"""People: found, corrected, given accounts and roles; erased when the law or they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiheng.core.journal.queries import timeline as history
from zhiheng.core.organisations.queries import find
from zhiheng.core.pages import day, filled, number, picked, staff_page
from zhiheng.core.people import operations
from zhiheng.core.people.lines import LINES
from zhiheng.core.people.models import Part, Person, Role
from zhiheng.core.problems import Problem
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text, say, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

see = staff_page("people.see", "查看人员", "see people")


class PersonForm(forms.Form):
    """What is written of a person."""

    name = forms.CharField(label=text("姓名", "Name"), max_length=60)
    organisation = forms.CharField(
        label=text("单位（名称或代码）", "Organisation (name or code)"), max_length=120, required=False
    )
    post = forms.CharField(label=text("职务", "Position"), max_length=60, required=False)
    mobile = forms.CharField(label=text("手机号", "Mobile number"), max_length=20, required=False)
    email = forms.EmailField(label=text("邮箱", "E-mail"), required=False)

    def given(self) -> dict[str, Any]:
        """Give what an operation takes."""
        said = dict(self.cleaned_data)
        said["organisation"] = (
            find(said["organisation"], field="organisation") if said["organisation"] else None
        )
        return said


@require_safe
@see
def people(request: HttpRequest) -> HttpResponse:
    """Find people by name, organisation or whole mobile number; numbers are masked."""
    return render(request, "desk/people.html", {"page": paged(request, asked(request.GET.get("q", "")))})


def asked(words: str) -> QuerySet[Person]:
    """Give the people whom `words` may mean; who was erased is nobody's answer."""
    found = Person.objects.canonical().select_related("organisation").order_by("name", "id")
    for word in words.split():
        found = found.filter(Q(name__icontains=word) | Q(organisation__name__icontains=word) | Q(mobile=word))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@see
def new_person(request: HttpRequest) -> HttpResponse:
    """Enter a person."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = operations.add_person(by=request.user, **form.given())  # type: ignore[arg-type]
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            return redirect("person", person.pk)
    status = 422 if form.errors else 200
    return render(request, "desk/person_new.html", {"form": form}, status=status)


@require_safe
@see
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person's card."""
    return _card(request, pk)


def _card(request: HttpRequest, pk: int, problem: Problem | None = None) -> HttpResponse:
    found = get_object_or_404(Person.objects.select_related("organisation", "merged_into"), pk=pk)
    account = getattr(found, "account", None)
    return render(
        request,
        "desk/person.html",
        {
            "person": found,
            "form": PersonForm(
                initial={
                    "name": found.name,
                    "organisation": found.organisation.name if found.organisation else "",
                    "post": found.post,
                    "mobile": found.mobile,
                    "email": found.email,
                }
            ),
            "account": account,
            "aliases": found.aliases.all(),
            "roles": account.roles.select_related("organisation").order_by("-start") if account else [],
            "lines": list(LINES.items()),
            "parts": Part.choices,
            "today": timezone.localdate(),
            "history": history(found),
            "problem": problem,
            "typed": request.POST,
        },
        status=problem.rule.status if problem else 200,
    )


@require_POST
@see
def change_person(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing to a person's card."""
    if verb not in VERBS:
        raise Http404
    found = get_object_or_404(Person, pk=pk)
    try:
        VERBS[verb](request, found)
    except Problem as problem:
        return _card(request, pk, problem)
    messages.success(request, say(Text("已完成。", "Done.")))
    return redirect("person", pk)


def _correct(request: HttpRequest, found: Person) -> None:
    form = PersonForm(request.POST)
    filled(form)
    operations.correct_person(by=request.user, person=found, **form.given())  # type: ignore[arg-type]


def _open_account(request: HttpRequest, found: Person) -> None:
    operations.open_account(by=request.user, username=request.POST.get("username", ""), person=found)  # type: ignore[arg-type]


def _give_role(request: HttpRequest, found: Person) -> None:
    given = request.POST
    if given.get("line") not in LINES or given.get("part") not in Part.values:
        raise Http404
    of = given.get("of", "").strip()
    operations.give_role(
        by=request.user,  # type: ignore[arg-type]
        account=found.account,
        line=given["line"],
        part=Part(given["part"]),
        start=day(request, "start"),
        end=day(request, "end") if given.get("end") else None,
        organisation=find(of, field="of") if of else None,
    )


def _end_role(request: HttpRequest, found: Person) -> None:
    given = request.POST.get("role", "")
    role = get_object_or_404(Role, account__person=found, pk=number(given))
    operations.end_role(by=request.user, role=role, on=day(request))  # type: ignore[arg-type]


def _erase(request: HttpRequest, found: Person) -> None:
    operations.erase(by=request.user, person=found)  # type: ignore[arg-type]


def _merge(request: HttpRequest, found: Person) -> None:
    into = picked(Person.objects.all(), request.POST.get("into"))
    if into is None:
        raise Http404
    operations.merge(by=request.user, card=found, into=into)  # type: ignore[arg-type]


def _part(request: HttpRequest, found: Person) -> None:
    operations.part(by=request.user, card=found)  # type: ignore[arg-type]


VERBS: Final[dict[str, Callable[[HttpRequest, Person], None]]] = {
    "correct": _correct,
    "open-account": _open_account,
    "give-role": _give_role,
    "end-role": _end_role,
    "erase": _erase,
    "merge": _merge,
    "part": _part,
}
