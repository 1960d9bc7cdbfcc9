"""A figure of the simplest kind over organisations, for the tests of this room."""

from __future__ import annotations

from django.db.models import IntegerField, Value

from zhiheng.core.organisations.models import Organisation
from zhiheng.figures.definition import Column, Figure, Kind, PeriodRule, Unit, register
from zhiheng.ui.words import Text


def figure(code, rows, **more):
    given = {
        "name": Text("数", "Number"),
        "definition": Text("数一数", "Counted"),
        "unit": Unit.COMPANIES,
        "kind": Kind.COUNT,
        "period": PeriodRule.YEAR,
        "columns": (Column("code", Text("代码", "Code")),),
        "rows_visible_to": lambda account, rows: rows if account and account.is_active else rows.none(),
        "owner": "members",
    } | more
    return register(Figure(code=code, rows=rows, **given))


def since_2015(period):
    """The system has rows from 2015 on: companies whose code is a year of the period."""
    years = [str(year) for year in range(max(2015, period.first.year), period.last.year + 1)]
    return Organisation.objects.filter(code__in=years).annotate(
        base=Value(2, output_field=IntegerField()),
    )
