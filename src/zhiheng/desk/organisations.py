"""Cards of organisations: found, opened, read across all lines of work, corrected; lists of them kept."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.apps import apps
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiheng.core.journal.queries import timeline as history
from zhiheng.core.organisations import operations
from zhiheng.core.organisations.models import Industry, Kind, Organisation, Selection, Size
from zhiheng.core.organisations.queries import find
from zhiheng.core.pages import DayField, day, number, picked, staff_page
from zhiheng.core.places.fields import DistrictField, districts
from zhiheng.core.problems import Problem
from zhiheng.ui.lists import ordering, paged
from zhiheng.ui.words import Text, say, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from zhiheng.core.timeline import Event

ORDERS: Final = {"name": "name", "code": "code", "kind": "kind", "district": "district__code"}
PEOPLE_SHOWN: Final = 50
see = staff_page("organisations.see", "查看单位", "see organisations")


class Card(forms.Form):
    """What is written on a new card."""

    kind = forms.ChoiceField(label=text("类型", "Kind"), choices=Kind.choices, initial=Kind.COMPANY)
    name = forms.CharField(label=text("名称", "Name"), max_length=120)
    name_en = forms.CharField(label=text("英文名称", "English name"), max_length=160, required=False)
    code = forms.CharField(
        label=text("统一社会信用代码", "Unified social credit code"),
        max_length=30,
        required=False,
        help_text=text(
            "18 位；老单位可填 9 位组织机构代码。", "18 characters; an old organisation code has 9."
        ),
    )
    no_code_reason = forms.CharField(
        label=text("无代码的原因", "Why there is no code"), max_length=120, required=False
    )
    since = DayField(label=text("名称自何日起使用", "Has had this name since"), required=False)
    district = DistrictField()
    industry = forms.ModelChoiceField(Industry.objects.all(), label=text("行业", "Industry"), required=False)
    size = forms.ChoiceField(label=text("规模", "Size"), choices=[("", "—"), *Size.choices], required=False)
    parent = forms.CharField(
        label=text("隶属于（名称或代码）", "Belongs to (name or code)"), max_length=120, required=False
    )


@require_safe
@see
def organisations(request: HttpRequest) -> HttpResponse:
    """Find cards by words, kind, district, industry, size."""
    cards = asked(request).select_related("district", "industry")
    page = paged(request, cards.order_by(ordering(request, ORDERS, "name"), "id"))
    return render(
        request,
        "desk/organisations.html",
        {
            "page": page,
            "kinds": [("", "—"), *Kind.choices],
            "districts": [("", "—"), *((each.pk, str(each)) for each in districts())],
            "industries": [("", "—"), *((each.pk, str(each)) for each in Industry.objects.all())],
            "sizes": [("", "—"), *Size.choices],
        },
    )


def asked(request: HttpRequest) -> QuerySet[Organisation]:
    """Give the cards that the address asks for; what is no legal value is not asked."""
    given = request.GET
    cards = Organisation.objects.canonical()
    if words := given.get("q", "").strip():
        cards = cards.search(words)
    for field, legal in (("kind", Kind.values), ("size", Size.values)):
        if given.get(field) in legal:
            cards = cards.filter(**{field: given[field]})
    for field in ("district", "industry"):
        if (pk := number(given.get(field))) is not None:
            cards = cards.filter(**{field: pk})
    return cards


@require_http_methods(["GET", "HEAD", "POST"])
@see
def new_organisation(request: HttpRequest) -> HttpResponse:
    """Open a card."""
    form = Card(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            card = operations.add(
                by=request.user,  # type: ignore[arg-type]
                **{k: v for k, v in given.items() if k not in {"since", "parent", "kind"}},
                kind=Kind(given["kind"]),
                **({"since": given["since"]} if given["since"] else {}),
                parent=find(given["parent"], field="parent") if given["parent"] else None,
            )
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            messages.success(request, say(Text("已登记。", "The card is open.")))
            return redirect("organisation", card.pk)
    status = 422 if form.errors else 200
    return render(request, "desk/organisation_new.html", {"form": form}, status=status)


@require_safe
@see
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one card: its names, where it belongs, what every line of work tells of it."""
    return _card(request, pk)


def _card(request: HttpRequest, pk: int, problem: Problem | None = None) -> HttpResponse:
    card = get_object_or_404(
        Organisation.objects.select_related("district", "industry", "merged_into"), pk=pk
    )
    return render(
        request,
        "desk/organisation.html",
        {
            "card": card,
            "names": card.names.all(),
            "belongings": card.belongings.select_related("parent"),
            "children": card.children.filter(end=None).select_related("child")[:PEOPLE_SHOWN],
            "aliases": card.aliases.all(),
            "people": card.people.filter(erased_at=None)[:PEOPLE_SHOWN],
            "events": told(card, request.user),
            "history": history(card),
            "districts": [("", "—"), *((each.pk, str(each)) for each in districts())],
            "industries": [("", "—"), *((each.pk, str(each)) for each in Industry.objects.all())],
            "sizes": [("", "—"), *Size.choices],
            "problem": problem,
            "typed": request.POST,
            "today": timezone.localdate(),
        },
        status=problem.rule.status if problem else 200,
    )


def told(card: Organisation, viewer: Any) -> list[Event]:
    """Give what every line of work tells of an organisation, newest first."""
    events = [
        event
        for app in apps.get_app_configs()
        if app.name.startswith(("zhiheng.lines.", "zhiheng.gatherings"))
        and find_spec(f"{app.name}.public")
        and (tell := getattr(import_module(f"{app.name}.public"), "timeline", None))
        for event in tell(card, viewer)
    ]
    return sorted(events, key=lambda event: event.on, reverse=True)


@require_POST
@see
def change_organisation(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing to a card. What was typed stays on the page when it is refused."""
    if verb not in VERBS:
        raise Http404
    card = get_object_or_404(Organisation, pk=pk)
    try:
        VERBS[verb](request, card)
    except Problem as problem:
        return _card(request, pk, problem)
    messages.success(request, say(Text("已完成。", "Done.")))
    return redirect("organisation", pk)


def _rename(request: HttpRequest, card: Organisation) -> None:
    given = request.POST
    operations.rename(
        by=request.user,  # type: ignore[arg-type]
        organisation=card,
        name=given.get("name", ""),
        name_en=given.get("name_en", ""),
        on=day(request),
    )


def _place_under(request: HttpRequest, card: Organisation) -> None:
    words = request.POST.get("parent", "").strip()
    parent = find(words, field="parent") if words else None
    operations.place_under(by=request.user, child=card, parent=parent, on=day(request))  # type: ignore[arg-type]


def _correct(request: HttpRequest, card: Organisation) -> None:
    given = request.POST
    operations.correct(
        by=request.user,  # type: ignore[arg-type]
        organisation=card,
        code=given.get("code"),
        no_code_reason=given.get("no_code_reason"),
        district=picked(districts(), given.get("district")),
        industry=picked(Industry.objects.all(), given.get("industry")),
        size=given.get("size") if given.get("size") in Size.values else None,
        address=given.get("address"),
    )


def _merge(request: HttpRequest, card: Organisation) -> None:
    into = find(request.POST.get("into", ""), field="into")
    operations.merge(by=request.user, card=card, into=into)  # type: ignore[arg-type]


def _part(request: HttpRequest, card: Organisation) -> None:
    operations.part(by=request.user, card=card)  # type: ignore[arg-type]


VERBS: Final[dict[str, Callable[[HttpRequest, Organisation], None]]] = {
    "rename": _rename,
    "place-under": _place_under,
    "correct": _correct,
    "merge": _merge,
    "part": _part,
}


@require_http_methods(["GET", "HEAD", "POST"])
@see
def selections(request: HttpRequest) -> HttpResponse:
    """List the kept lists; keep what a search found as one."""
    if request.method == "POST":
        kept = operations.select(
            by=request.user,  # type: ignore[arg-type]
            name=request.POST.get("name", "").strip() or say(Text("未命名名单", "List")),
            organisations=asked(request),
            on=timezone.localdate(),
            how=request.GET.urlencode(),
        )
        return redirect("selection", kept.pk)
    return render(
        request,
        "desk/selections.html",
        {"page": paged(request, Selection.objects.annotate(n=Count("organisations")).order_by("-id"))},
    )


@require_safe
@see
def selection(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a kept list as it was that day."""
    kept = get_object_or_404(Selection, pk=pk)
    cards = kept.organisations.select_related("district").order_by("name")
    return render(request, "desk/selection.html", {"kept": kept, "page": paged(request, cards)})
