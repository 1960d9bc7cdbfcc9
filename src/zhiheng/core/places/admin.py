"""Places in the back office: shown, and added by the operation."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import admin
from django.http import HttpRequest

from zhiheng.core.office import Shown
from zhiheng.core.places import operations
from zhiheng.core.places.models import Place


@admin.register(Place)
class Places(Shown):
    """Places with their codes and days."""

    list_display = ("code", "name_zh", "name_en", "level", "start", "end")
    list_filter = ("level",)
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("within",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Who may add a place by the operation may do it here."""
        return self.has_view_permission(request) and bool(rules.has_perm("places.add", request.user))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002 - as above
        """Add it as every other door does."""
        names = ("code", "level", "name_zh", "name_en", "start", "end", "within")
        obj.pk = operations.add(by=request.user, **{name: form.cleaned_data.get(name) for name in names}).pk  # type: ignore[arg-type]
