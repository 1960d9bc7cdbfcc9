"""What every staff page asks first, and what it reads from a form."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from zhiheng.core.operations import allow
from zhiheng.core.problems import NO_DAY, NOT_SO, Problem
from zhiheng.ui.words import Text

FIRST, LAST = dt.date(1900, 1, 1), dt.date(2200, 12, 31)
"""What is before or after is a slip of the pen."""
View: TypeAlias = Callable[..., HttpResponse]
Row = TypeVar("Row", bound=Model)


def staff_page(permission: str, zh: str, en: str) -> Callable[[View], View]:
    """Make a view a staff page: whoever is not signed in signs in first; then `permission` is asked."""

    def make(view: View) -> View:
        @functools.wraps(view)
        def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            allow(request.user, permission, what=Text(zh, en))  # type: ignore[arg-type]  # signed in
            return view(request, *args, **kwargs)

        return login_required(page)

    return make


def day(request: HttpRequest, name: str = "on") -> dt.date:
    """Read a day of a form."""
    given = request.POST.get(name, "").strip()
    try:
        found = dt.date.fromisoformat(given)
    except ValueError:
        found = None
    if found is None or not FIRST <= found <= LAST:
        raise Problem(NO_DAY, field=name, day=given)
    return found


class DayField(forms.DateField):
    """A day, of a year that can be meant."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**more)

    def clean(self, value: Any) -> dt.date | None:
        """Give the day; one that is none, or of the year 18 or 20185, is told as such."""
        try:
            found: dt.date | None = super().clean(value)
        except forms.ValidationError as error:
            if error.code == "required":
                raise
            raise forms.ValidationError(str(Problem(NO_DAY, day=value))) from error
        if found is not None and not FIRST <= found <= LAST:
            raise forms.ValidationError(str(Problem(NO_DAY, day=found)))
        return found


def number(given: str | None) -> int | None:
    """Read the number of a record from an address or a form; what can be none is none."""
    return int(given) if given and given.isdecimal() and len(given) < 18 else None


def picked(rows: QuerySet[Row], given: str | None) -> Row | None:
    """Give the row of a choice in a form; none chosen, or none of them, is none."""
    asked = number(given)
    return None if asked is None else rows.filter(pk=asked).first()


def year_of(given: str | None) -> int | None:
    """Read a year; what can be none of ours is none."""
    asked = number(given)
    return asked if asked is not None and FIRST.year <= asked <= LAST.year else None


def filled(form: forms.Form) -> dict[str, Any]:
    """Give what a form was filled with; the first field that is not as it must be is a problem."""
    for field, errors in form.errors.items():
        label = form.fields[field].label if field in form.fields else ""
        raise Problem(NOT_SO, field=field, what=label, why=" ".join(map(str, errors)))
    return form.cleaned_data


def attached(content: bytes, mime: str, name: str) -> HttpResponse:
    """Answer with a file to be kept, never shown as a page of ours."""
    answer = HttpResponse(content, content_type=mime)
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or ""
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
