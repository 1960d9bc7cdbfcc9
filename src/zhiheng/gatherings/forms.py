"""Forms of gatherings. They read what was typed; operations write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from zhiheng.core.organisations.models import Organisation
from zhiheng.core.pages import DayField
from zhiheng.core.problems import REFUSED, Problem
from zhiheng.gatherings.matching import organisation_named
from zhiheng.gatherings.models import Edition, Series, Session
from zhiheng.gatherings.problems import UNKNOWN_ORGANISATION
from zhiheng.gatherings.reading import tidy
from zhiheng.ui.words import text

R = TypeVar("R")


class OrganisationField(forms.CharField):
    """An organisation, typed under a name it has or had; `choices` are offered while typing."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, max_length=120, **more)
        self.widget.attrs |= {"list": "hosts", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        """Write the card's name into the field."""
        if isinstance(value, int):
            return Organisation.objects.filter(pk=value).values_list("name", flat=True).first() or ""
        return value.name if isinstance(value, Organisation) else value

    def clean(self, value: Any) -> Any:
        """Give the card."""
        typed = tidy(super().clean(value))
        if not typed:
            return None
        if (found := organisation_named(typed)) is None:
            raise forms.ValidationError(str(Problem(UNKNOWN_ORGANISATION, name=typed)))
        return found


class Days(forms.CharField):
    """One day or more, between commas, spaces or new lines."""

    def clean(self, value: Any) -> Any:
        """Give the days in order."""
        one = DayField()
        return sorted({one.clean(part) for part in re.split(r"[,，、;；\s]+", super().clean(value)) if part})


class EditionForm(forms.ModelForm):  # type: ignore[type-arg]  # only the stubs know one
    """What is written about an edition."""

    host = OrganisationField(label=text("主办单位", "Host"))

    class Meta:
        model = Edition
        fields: ClassVar = ["name_zh", "name_en", "kind", "series", "number", "host", "about_zh", "about_en"]
        widgets: ClassVar = {
            "about_zh": forms.Textarea(attrs={"rows": 4}),
            "about_en": forms.Textarea(attrs={"rows": 4}),
        }

    def _post_clean(self) -> None:
        """Leave the record alone: the operation checks and writes it."""


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]  # only the stubs know one
    """When and where a session is, how many it takes, until when one may register."""

    class Meta:
        model = Session
        fields: ClassVar = ["held_on", "starts_at", "ends_at", "venue", "seats", "closes_at"]
        field_classes: ClassVar = {"held_on": DayField}
        widgets: ClassVar = {
            "held_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "starts_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "ends_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "closes_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "seats": forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"}),
        }
        help_texts: ClassVar = {
            "seats": text("留空即不限名额。", "Leave empty for no limit."),
            "closes_at": text("留空即至开始时截止。", "Leave empty to close at the beginning."),
        }

    def _post_clean(self) -> None:
        """Leave the record alone: the operation checks and writes it."""


class ArrangeForm(SessionForm):
    """A session that is there already; its day is moved on a page of its own."""

    class Meta(SessionForm.Meta):
        fields: ClassVar = ["starts_at", "ends_at", "venue", "seats", "closes_at", "code_turns"]


class HoldForm(EditionForm):
    """A new edition with its days."""

    on = Days(
        label=text("日期", "Days"),
        help_text=text(
            "一天一场，多天用逗号或空格分开，如 2019-05-01 2019-05-08。",
            "One session a day; several days between commas or spaces, such as 2019-05-01 2019-05-08.",
        ),
    )
    starts_at = forms.TimeField(
        label=text("开始", "Starts"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    ends_at = forms.TimeField(
        label=text("结束", "Ends"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    venue = forms.CharField(label=text("地点", "Venue"), required=False, max_length=120)
    seats = forms.IntegerField(
        label=text("名额", "Seats"),
        required=False,
        min_value=1,
        help_text=text("留空即不限名额。", "Leave empty for no limit."),
    )

    class Meta(EditionForm.Meta):
        fields: ClassVar = ["name_zh", "name_en", "kind", "series", "number", "host"]


class SeriesForm(forms.ModelForm):  # type: ignore[type-arg]  # only the stubs know one
    """A new series."""

    class Meta:
        model = Series
        fields: ClassVar = ["code", "name_zh", "name_en", "kind"]


def carried_out(form: forms.BaseForm, do: Callable[[], R]) -> R | None:
    """Do it with what the form read; what is refused stands on the form, beside its field, and gives none."""
    if not form.is_valid():
        return None
    try:
        return do()
    except Problem as problem:
        if problem.rule is REFUSED:
            raise
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
    except ValidationError as error:
        for field, found in getattr(error, "error_dict", {None: error}).items():
            form.add_error(field if field in form.fields else None, found)
    return None
