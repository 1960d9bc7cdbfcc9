"""Places to choose from in forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from zhiheng.core.places.models import Level, Place
from zhiheng.ui.words import text


def districts() -> QuerySet[Place]:
    """Give the districts of today."""
    return Place.objects.filter(level=Level.DISTRICT).as_of(timezone.localdate())


class DistrictField(forms.ModelChoiceField):  # type: ignore[type-arg]  # only the stubs know its parameter
    """A district of the day on which the form is made; none may be chosen."""

    def __init__(self, **more: Any) -> None:
        super().__init__(Place.objects.none(), label=text("所在区", "District"), required=False, **more)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        made = super().__deepcopy__(memo)
        made.queryset = districts()
        return made
