"""Entries from ledgers, summaries and citations: made by one, checked by another, replaced, withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import rules
from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiheng.core.journal.queries import timeline
from zhiheng.core.operations import allow
from zhiheng.core.organisations.queries import find
from zhiheng.core.pages import number, staff_page
from zhiheng.core.problems import Problem
from zhiheng.figures import entering
from zhiheng.figures.definition import Figure, Period, catalogue, figure
from zhiheng.figures.entering import Evidence
from zhiheng.figures.models import Entry
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text, say, text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

see = staff_page("figures.desk", "查看台账录入", "see entries")
SEE: Final = Text("查看这条录入", "see this entry")


class Made(forms.Form):
    """What is written of an entry."""

    figure = forms.ChoiceField(label=text("指标", "Figure"))
    period = forms.CharField(
        label=text("期间", "Period"),
        max_length=12,
        help_text=text("如 2014、2007-2013 或 2014-12-31", "2014, 2007-2013 or 2014-12-31"),
    )
    what = forms.CharField(label=text("内容", "What was counted"), max_length=200)
    amount = forms.DecimalField(label=text("数值", "Amount"), max_digits=28, decimal_places=8)
    base = forms.DecimalField(
        label=text("基数", "Base"),
        max_digits=28,
        decimal_places=8,
        required=False,
        help_text=text("仅比例类指标填写分母。", "What is below the line of a ratio; empty for others."),
    )
    organisation = forms.CharField(
        label=text("单位（名称或代码，可不填）", "Organisation (name or code; may be empty)"),
        max_length=120,
        required=False,
    )
    grade = forms.ChoiceField(label=text("证据等级", "Evidence"), choices=Entry.Grade.choices)
    source = forms.CharField(label=text("台账或出处", "Ledger or source"), max_length=200)
    page = forms.CharField(label=text("页码", "Page"), max_length=40, required=False)
    scan = forms.FileField(
        label=text("扫描件", "Scan"),
        required=False,
        help_text=text(
            "B、C 级必须上传：pdf、jpg、png，不超过 20 MB。",
            "Needed for B and C: pdf, jpg, png, up to 20 MB.",
        ),
    )
    beside = forms.ChoiceField(
        label=text("与系统内记录的关系", "Beside rows of the system"),
        choices=Entry.Beside.choices,
        required=False,
    )
    why = forms.CharField(
        label=text(
            "理由（与记录并计或代替记录时填写）", "Why (where it counts beside rows or instead of them)"
        ),
        max_length=200,
        required=False,
    )

    def __init__(self, figures: list[Figure], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["figure"].choices = [(each.code, say(each.name)) for each in figures]  # type: ignore[attr-defined]


def _mine(request: HttpRequest, permission: str) -> list[Figure]:
    return [each for each in catalogue().values() if rules.has_perm(permission, request.user, each)]


@require_safe
@see
def entries(request: HttpRequest) -> HttpResponse:
    """List the entries of the lines that one reads, those to be checked first unless another state is asked for."""
    asked = request.GET.get("state", Entry.State.WAITING)
    found = Entry.objects.filter(figure__in=[each.code for each in _mine(request, "figures.see")])
    if asked in Entry.State.values:
        found = found.filter(state=asked)
    page = paged(request, found.select_related("organisation", "entered_by"))
    return render(
        request,
        "desk/entries.html",
        {
            "page": page,
            "shown": [(each, catalogue()[each.figure]) for each in page],
            "state": asked,
            "states": [*Entry.State.choices, ("all", text("全部", "All"))],
            "may_enter": bool(_mine(request, "figures.enter")),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@see
def new_entry(request: HttpRequest) -> HttpResponse:
    """Make an entry; with `replaces`, one that takes the place of another."""
    mine = _mine(request, "figures.enter")
    if not mine:
        allow(request.user, "figures.enter", what=Text("录入台账数据", "make an entry"))  # type: ignore[arg-type]
    given = request.POST.get("replaces") or request.GET.get("replaces") or ""
    old = get_object_or_404(Entry, pk=asked) if (asked := number(given)) is not None else None
    if old is not None:
        allow(request.user, "figures.enter", old, what=Text("更正这条录入", "replace this entry"))  # type: ignore[arg-type]
    form = Made(mine, request.POST or None, request.FILES or None, initial=_as_it_was(old))
    if request.method == "POST" and form.is_valid():
        try:
            entry = _enter(request, form.cleaned_data, old)
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            messages.success(
                request,
                say(
                    Text(
                        "已录入，待另一人复核后计入。",
                        "Entered; it counts when a second person has checked it.",
                    )
                ),
            )
            return redirect("entry", entry.pk)
    status = 422 if form.errors else 200
    return render(request, "desk/entry_new.html", {"form": form, "old": old}, status=status)


def _as_it_was(old: Entry | None) -> dict[str, Any]:
    if old is None:
        return {}
    names = ("figure", "period", "what", "grade", "source", "page", "beside", "why")
    numbers = {
        name: value.normalize() for name in ("amount", "base") if (value := getattr(old, name)) is not None
    }
    return {
        **{name: getattr(old, name) for name in names},
        **{name: f"{value:f}" for name, value in numbers.items()},
        "organisation": old.organisation.name if old.organisation else "",
    }


def _enter(request: HttpRequest, given: dict[str, Any], old: Entry | None) -> Entry:
    try:
        period = Period.read(given["period"])
    except Problem as problem:
        problem.field = "period"
        raise
    return entering.enter(
        by=request.user,  # type: ignore[arg-type]
        figure=figure(given["figure"]),
        period=period,
        what=given["what"],
        amount=given["amount"],
        base=given["base"],
        organisation=find(given["organisation"], field="organisation") if given["organisation"] else None,
        evidence=Evidence(Entry.Grade(given["grade"]), given["source"], given["page"], given["scan"]),
        beside=Entry.Beside(given["beside"]),
        why=given["why"],
        replaces=old,
    )


def _entry(request: HttpRequest, pk: int) -> Entry:
    found = get_object_or_404(
        Entry.objects.select_related("organisation", "file", "entered_by", "checked_by", "replaces"), pk=pk
    )
    allow(request.user, "figures.see", found, what=SEE)  # type: ignore[arg-type]
    return found


@require_safe
@see
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an entry with its evidence, its history, and the published numbers that it stands in."""
    return _page(request, _entry(request, pk))


def _page(request: HttpRequest, found: Entry, problem: Problem | None = None) -> HttpResponse:
    return render(
        request,
        "desk/entry.html",
        {
            "entry": found,
            "figure": catalogue().get(found.figure),
            "replacements": found.replacements.all(),
            "history": timeline(found),
            "may_work": rules.has_perm("figures.enter", request.user, found),
            "may_check": found.state == Entry.State.WAITING and found.entered_by_id != request.user.pk,
            "open": found.state in entering.OPEN,
            "problem": problem,
            "typed": request.POST,
        },
        status=problem.rule.status if problem else 200,
    )


@require_POST
@see
def change_entry(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Check an entry, send it back or withdraw it."""
    found, note = _entry(request, pk), request.POST.get("note", "")
    by: Any = request.user
    try:
        match verb:
            case "check":
                entering.check(by=by, entry=found, note=note)
            case "send-back":
                entering.check(by=by, entry=found, passed=False, note=note)
            case "withdraw":
                entering.withdraw(by=by, entry=found, why=note)
            case _:
                raise Http404
    except Problem as problem:
        return _page(request, found, problem)
    return redirect("entry", pk)
