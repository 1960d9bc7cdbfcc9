"""`{% load lineage %}{% stands_in record %}`: in which published numbers a record stands, for any record's page."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model
from django.template.context import Context

from zhiheng.figures.definition import Period
from zhiheng.figures.lineage import standing_for

register = template.Library()


@register.inclusion_tag("figures/stands_in.html", takes_context=True)
def stands_in(context: Context, record: Model) -> dict[str, Any]:
    """Show the published numbers that `record` stands in, as far as the reader may see it among their rows."""
    found = standing_for(record, context["request"].user)
    return {"numbers": [(each, Period.read(each.period).name) for each in found]}
