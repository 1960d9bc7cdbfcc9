"""What can be done on the page of a record: a deed has its words, who may do it, what it asks, its operation.

A page lists its deeds once. Whoever may do one gets its form; what an operation refuses stands at the field it is
about, and what was typed stays. `c-deeds` draws them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import rules
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest

from zhiheng.core.operations import allow
from zhiheng.core.problems import Problem
from zhiheng.ui.words import Text, say


class DeedForm(forms.Form):
    """What a deed asks. `about` is told the record before anything is read: to offer choices, to fill in a guess."""

    def __init__(self, *args: Any, record: Any = None, verb: str = "", **more: Any) -> None:
        more.setdefault("auto_id", f"id_{verb}_%s" if verb else "id_%s")
        super().__init__(*args, **more)
        self.about(record)

    def about(self, record: Any) -> None:
        """Prepare the fields for a record."""


def always(_record: Any) -> bool:
    """A deed that is offered whatever the record is like."""
    return True


def never(_record: Any) -> bool:
    """A deed that is not offered among the others: its button stands elsewhere on the page."""
    return False


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed. `do(by=, record=, **what the form says)` calls the operation; `when` says whether it is offered."""

    words: Text
    permission: str
    form: type[DeedForm]
    do: Callable[..., Any]
    when: Callable[[Any], bool] = always
    grave: bool = False


Deeds: TypeAlias = Mapping[str, Deed]


@dataclass(frozen=True, slots=True)
class Offer:
    """A deed on a page: where it goes, its form, and whether it was just tried and refused."""

    words: Text
    address: str
    form: DeedForm
    tried: bool
    grave: bool


def offers(
    deeds: Deeds,
    account: Any,
    record: Any,
    address: Callable[[str], str],
    tried: Mapping[str, DeedForm] | None = None,
) -> list[Offer]:
    """Give the deeds that `account` may do to `record` now; one that was refused comes with what was typed."""
    known = tried or {}
    return [
        Offer(
            deed.words,
            address(verb),
            known.get(verb) or deed.form(record=record, verb=verb),
            verb in known,
            deed.grave,
        )
        for verb, deed in deeds.items()
        if verb in known or (deed.when(record) and rules.has_perm(deed.permission, account, record))
    ]


def carry_out(request: HttpRequest, deeds: Deeds, verb: str, record: Any) -> DeedForm | None:
    """Do what was asked and give nothing; or give the form that says what is wrong with it."""
    if verb not in deeds:
        raise Http404
    deed, account = deeds[verb], request.user
    allow(account, deed.permission, record, what=deed.words)  # type: ignore[arg-type]  # signed in
    form = deed.form(request.POST, request.FILES, record=record, verb=verb)
    if not form.is_valid():
        return form
    try:
        deed.do(by=account, record=record, **form.cleaned_data)
    except Problem as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return form
    messages.success(request, say(Text(f"{deed.words.zh}：已完成。", f"Done: {deed.words.en}.")))
    return None
