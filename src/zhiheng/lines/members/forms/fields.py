"""Fields that many forms of this line have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from zhiheng.core.organisations.models import Organisation
from zhiheng.core.pages import DayField
from zhiheng.core.problems import Problem
from zhiheng.lines.members.models import Meeting
from zhiheng.lines.members.queries import card_named
from zhiheng.ui.words import text


def day(zh: str = "日期", en: str = "Date", *, required: bool = True, **more: Any) -> DayField:
    """A day; today unless said otherwise."""
    initial = more.pop("initial", timezone.localdate)
    return DayField(label=text(zh, en), required=required, initial=initial, **more)


def words(zh: str, en: str, *, required: bool = True, most: int = 120, **more: Any) -> forms.CharField:
    """A short text."""
    return forms.CharField(label=text(zh, en), required=required, max_length=most, **more)


def money(zh: str = "金额（元）", en: str = "Amount (yuan)", **more: Any) -> forms.DecimalField:
    """An amount in yuan. Whether it is too small or too large is said by the operation."""
    return forms.DecimalField(
        label=text(zh, en),
        max_digits=14,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
        **more,
    )


def choice(zh: str, en: str, choices: Any, **more: Any) -> forms.ChoiceField:
    """One of a few."""
    return forms.ChoiceField(label=text(zh, en), choices=choices, **more)


def meeting(zh: str, en: str, *, required: bool = True) -> forms.ModelChoiceField[Meeting]:
    """A meeting that was noted."""
    return forms.ModelChoiceField(
        Meeting.objects.all(),
        label=text(zh, en),
        required=required,
        help_text=text(
            "没有所需会议时，请先在“理事会”页登记。", "Note it on the council page where it is missing."
        ),
    )


def year(zh: str = "年度", en: str = "Year") -> forms.IntegerField:
    """A calendar year."""
    return forms.IntegerField(label=text(zh, en), min_value=1949, max_value=2100)


class CardField(forms.CharField):
    """A company, typed under a name it has or had, its code or its member number."""

    def __init__(self, zh: str, en: str, **more: Any) -> None:
        super().__init__(label=text(zh, en), max_length=120, **more)

    def clean(self, value: Any) -> Organisation | None:
        """Give the card."""
        typed = super().clean(value).strip()
        if not typed:
            return None
        try:
            return card_named(typed)
        except Problem as problem:
            raise forms.ValidationError(str(problem)) from problem
