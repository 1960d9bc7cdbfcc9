"""Figures as they stand now, published or not: any period, by any breakdown, years beside each other; then publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import rules
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiheng.core.jobs.running import start
from zhiheng.core.operations import allow
from zhiheng.core.pages import staff_page, year_of
from zhiheng.core.people.lines import line_name
from zhiheng.core.problems import Problem
from zhiheng.core.sheets import hand_out
from zhiheng.documents import Column
from zhiheng.figures.definition import Figure, Period, PeriodRule, catalogue, figure
from zhiheng.figures.evaluation import (
    Result,
    annotated,
    breakdown_each,
    doubled,
    evaluate,
    evaluate_each,
)
from zhiheng.figures.lineage import LIVE, published_series
from zhiheng.figures.operations import freeze
from zhiheng.figures.publishing import publish as publish_beside
from zhiheng.ui.words import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

    from zhiheng.figures.models import Snapshot

see = staff_page("figures.desk", "查看指标现值", "see figures as they stand")
SEE: Final = Text("查看这个指标的现值", "see this figure as it stands")
MOST_YEARS: Final = 12
MOST_PARTS: Final = 300
NOT_TOLD: Final = Text("未说明", "not told")


@dataclass(frozen=True, slots=True)
class Now:
    """A figure at a period as it stands now, what was published of it, and whether it can be published."""

    period: Period
    result: Result
    published: Snapshot | None
    twice: list[Period]

    @property
    def differs(self) -> bool:
        """Whether the published number is not what stands now."""
        now = self.result.value
        return self.published is not None and (
            now is None or round(now, 8) != self.published.value  # as it is kept
        )


@require_safe
@see
def figures(request: HttpRequest) -> HttpResponse:
    """List the figures of the lines that one reads."""
    asked = request.GET.get("q", "").strip().lower()
    found = [
        each
        for each in catalogue().values()
        if rules.has_perm("figures.see", request.user, each)
        and asked in f"{each.code} {each.name.zh} {each.name.en}".lower()
    ]
    shown = [(each, line_name(each.owner)) for each in found]
    return render(request, "desk/figures.html", {"figures": shown, "asked": asked})


@require_safe
@see
def one_figure(request: HttpRequest, code: str) -> HttpResponse:
    """Show a figure as it stands now at the periods asked for."""
    return _page(request, _allowed(request, code))


@require_POST
@see
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publish a figure at a period; one of many rows is frozen by a job."""
    defined = _allowed(request, code)
    try:
        period = Period.read(request.POST.get("period", ""))
        if evaluate(defined, period).n > LIVE:
            allow(request.user, "figures.publish", defined, what=Text("发布指标数值", "publish a number"))  # type: ignore[arg-type]
            name = Text(f"发布 {defined.name.zh}", f"publish {defined.name.en}")
            start(by=request.user, name=name, run=publish_beside, code=code, period=period.code)  # type: ignore[arg-type]
            return redirect("jobs")
        snapshot = freeze(by=request.user, figure=defined, period=period)  # type: ignore[arg-type]
    except Problem as problem:
        return _page(request, defined, problem)
    messages.success(request, say(Text("已发布，不再改变。", "Published; it will not change.")))
    return redirect("number", snapshot.token)


@require_safe
@see
def figure_file(request: HttpRequest, code: str) -> HttpResponse:
    """Give what the page shows as a workbook."""
    defined = _allowed(request, code)
    columns = [
        Column("period", Text("期间", "Period")),
        Column("part", Text("分组", "Part")),
        Column("value", defined.name, format="number", decimals=max(defined.decimals, 0)),
        Column("se", Text("标准误", "Standard error"), format="number", decimals=4),
        Column("counted", Text("计入", "Counted"), format="number", decimals=0),
        Column("base", Text("基数", "Base"), format="number", decimals=0),
        Column("n", Text("记录", "Rows"), format="number", decimals=0),
        Column("grade", Text("证据等级", "Evidence")),
    ]
    return hand_out(
        defined.name, columns, _lines(defined, periods(request, defined), _path(request, defined))
    )


def _lines(defined: Figure, asked: list[Period], path: str) -> Iterator[dict[str, Any]]:
    parts = breakdown_each(defined, asked, path) if path else [{}] * len(asked)
    for period, whole, by in zip(asked, evaluate_each(defined, asked), parts, strict=True):
        yield {"period": say(period.name), "part": "", **_numbers(whole)}
        if by:
            words = part_words(defined, period, path)
            for part, found in by.items():
                yield {"period": say(period.name), "part": words(part), **_numbers(found)}


def _numbers(found: Result) -> dict[str, Any]:
    names = ("value", "se", "counted", "base")
    numbers = {name: getattr(found, name) for name in names}
    return {
        **{name: None if value is None else float(value) for name, value in numbers.items()},
        "n": found.n,
        "grade": found.grade.name if found.n else "",
    }


def _allowed(request: HttpRequest, code: str) -> Figure:
    defined = figure(code)
    allow(request.user, "figures.see", defined, what=SEE)  # type: ignore[arg-type]  # signed in
    return defined


def _page(request: HttpRequest, defined: Figure, problem: Problem | None = None) -> HttpResponse:
    published = published_series(defined.code)[defined.code]
    asked = periods(request, defined, published)
    try:
        shown = [_now(result, published) for result in evaluate_each(defined, asked)]
        path = _path(request, defined)
        parts = by_part(defined, asked, path) if path else []
    except Problem as found:
        shown, parts, path, problem = [], [], "", problem or found
    years = {"from": asked[-1].first.year, "to": asked[-1].last.year} if defined.period is PeriodRule.SPAN else {
        "from": asked[0].last.year, "to": asked[-1].last.year
    }  # fmt: skip
    return render(
        request,
        "desk/figure.html",
        {
            "figure": defined,
            "shown": shown,
            "years": years,
            "path": path,
            "paths": [("", Text("不分组", "no parts")), *defined.breakdowns.items()],
            "parts": parts,
            "may_publish": rules.has_perm("figures.publish", request.user, defined),
            "problem": problem,
        },
        status=problem.rule.status if problem else 200,
    )


def _now(result: Result, published: list[Snapshot]) -> Now:
    defined, period = result.figure, result.period
    newest = next((each for each in published if each.period == period.code), None)
    by_hand = any(grade is not defined.grade for grade in result.shares)
    return Now(period, result, newest, doubled(defined, period) if by_hand else [])


def periods(request: HttpRequest, defined: Figure, published: list[Snapshot] | None = None) -> list[Period]:
    """Give the periods of the years asked for; a term stands beside the one before it.

    Nothing asked: the last five years that something was published of, or the last five that are over.
    """
    last = timezone.localdate().year - 1
    if published:
        last = max(Period.read(each.period).last.year for each in published)
    until = _year(request, "to", last)
    since = min(_year(request, "from", until - 4), until)
    if defined.period is PeriodRule.SPAN:
        length = until - since + 1
        return [Period.years(since - length, until - length), Period.years(since, until)]
    years = range(max(since, until - MOST_YEARS + 1), until + 1)
    if defined.period is PeriodRule.DAY:
        return [Period(Period.year(year).last, Period.year(year).last) for year in years]
    return [Period.year(year) for year in years]


def _year(request: HttpRequest, name: str, otherwise: int) -> int:
    return year_of(request.GET.get(name) or request.POST.get(name)) or otherwise


def _path(request: HttpRequest, defined: Figure) -> str:
    asked = request.GET.get("by", "")
    return asked if asked in defined.breakdowns else ""


def by_part(defined: Figure, asked: list[Period], path: str) -> list[tuple[str, list[Result | None]]]:
    """Give each part with its result at each period, none where it has nothing there."""
    found = breakdown_each(defined, asked, path)
    words = part_words(defined, asked[-1], path)
    parts = dict.fromkeys(part for each in found for part in each)
    return [(words(part), [each.get(part) for each in found]) for part in list(parts)[:MOST_PARTS]]


def part_words(defined: Figure, period: Period, path: str) -> Any:
    """Give how a part of `path` reads: the words of its field's choices where it has some."""
    rows = annotated(defined, period)
    if path in rows.query.annotations:
        field = rows.query.annotations[path].output_field
    else:
        field, model = None, rows.model
        for name in path.split("__") if defined.parts is None else ():
            field = model._meta.get_field(name)
            model = field.related_model
    choices = dict(getattr(field, "flatchoices", ()) or ())
    return lambda part: say(NOT_TOLD) if part in {None, ""} else str(choices.get(part, part))
