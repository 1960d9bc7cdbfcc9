"""Industries in the back office."""

from __future__ import annotations

from django.contrib import admin

from zhiheng.core.office import Shown
from zhiheng.core.organisations.models import Industry


@admin.register(Industry)
class Industries(Shown):
    """Industries of GB/T 4754 by edition."""

    list_filter = ("edition",)
    search_fields = ("code", "name_zh", "name_en")
