"""What is counted of gatherings: how often a lasting series was held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import rules

from zhiheng.figures.definition import Column, Figure, Kind, Period, PeriodRule, Rows, Unit, register
from zhiheng.gatherings.public import editions
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from zhiheng.gatherings.models import Edition

SERIES: Final = {
    "innovation-forum": Text("质量创新论坛", "Quality innovation forum"),
    "international-symposium": Text("国际质量研讨会", "International symposium on quality"),
    "sino-german-forum": Text("中德质量论坛", "Sino-German quality forum"),
    "public-lectures": Text("质量大讲堂", "Public quality lectures"),
}
"""The series that reports count, by their code."""


def visible(account: Any, rows: Rows) -> Rows:
    """Leave the rows to who reads gatherings."""
    return rows if rules.has_perm("gatherings.see", account) else rows.none()


def _count(code: str, name: Text) -> Figure:
    def held(period: Period) -> QuerySet[Edition]:
        return editions(period.first, period.last, code)

    lectures = code == "public-lectures"
    word = "期" if lectures else "届"
    return Figure(
        code=f"gatherings.{code.replace('-', '_')}",
        name=Text(f"{name.zh}{word}数", f"{name.en}: editions"),
        definition=Text(
            f"届期内举办过至少一场的“{name.zh}”；一{word}分多场的计一次，整{word}取消的不计。",
            f"Editions of “{name.en}” of which a session was held in the term; an edition of several sessions "
            "counts once, a cancelled one not at all.",
        ),
        unit=Unit.ISSUES if lectures else Unit.EDITIONS,
        kind=Kind.COUNT,
        period=PeriodRule.SPAN,
        rows=held,
        columns=(
            Column("number", Text("届次", "Number")),
            Column("name_zh", Text("名称", "Name"), frozen=False),
        ),
        rows_visible_to=visible,
        owner="gatherings",
    )


EDITIONS: Final = {code: register(_count(code, name)) for code, name in SERIES.items()}
