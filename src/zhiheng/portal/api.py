"""The read API: definitions, published numbers and reports, the calendar. What pages show to everybody, no more."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Schema
from ninja.errors import ValidationError

from zhiheng.core.edge import answer
from zhiheng.core.limits import limit
from zhiheng.core.problems import NOT_THERE, UNREADABLE, Problem
from zhiheng.figures import lineage
from zhiheng.figures.definition import Figure, Period, catalogue, figure
from zhiheng.figures.models import DefinitionEdition, Snapshot
from zhiheng.figures.reports.gate import examine
from zhiheng.figures.reports.models import Publication
from zhiheng.gatherings import public as gatherings
from zhiheng.ui.words import Text, language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

A_PAGE: Final = 50
RATE: Final = "120/m/ip"


# ── what an answer holds ──


class Words(Schema):
    """Words in both languages."""

    zh: str
    en: str


class Page(Schema, Generic[T]):
    """Some of a list: `next` is the address of those after it."""

    count: int
    page: int
    pages: int
    next: str | None
    items: list[T]


class FigureOut(Schema):
    """A definition. `unit`, `kind` and `period` are its words; `decimals` how many a value is shown with."""

    code: str
    name: Words
    definition: Words
    unit: Words
    kind: Words
    period: Words
    decimals: int
    edition: int
    owner: str
    url: str


class NumberOut(Schema):
    """A published number. `value`, `se`, `counted` and `base` are decimals written as text, to lose nothing."""

    token: str
    figure: str
    name: Words
    edition: int
    period: str
    value: str
    unit: Words
    se: str | None
    n: int
    counted: str
    base: str | None
    grade: str
    published_at: dt.datetime
    url: str


class NumberInList(NumberOut):
    """A published number with whether anything under it had changed when that was last looked at, and when that was.

    Both are empty for a number that nobody has looked at since it was published.
    """

    drifted: bool | None
    looked_at: dt.datetime | None


class DriftOut(Schema):
    """What changed under a number since it was published; the number itself stays. `at` is when that was looked at."""

    drifted: bool
    added: int
    removed: int
    changed: int
    redefined: bool
    at: dt.datetime | None


class NumberInFull(NumberOut):
    """A published number with its drift: none where a large number was not looked at yet."""

    drift: DriftOut | None


class ReportOut(Schema):
    """A published report."""

    token: str
    number: str
    title: str
    published_at: dt.datetime
    url: str


class SessionOut(Schema):
    """A session of the public calendar. `seats` is how many there are in all, none where that is not limited."""

    token: str
    name: Words
    kind: str
    held_on: dt.date
    starts_at: dt.time | None
    ends_at: dt.time | None
    venue: str
    seats: int | None
    open: bool
    url: str


class BindingOut(Schema):
    """A number of a report: its words, its place, what it stands on (a published number, a source, no figure)."""

    phrase: str
    passage: int
    start: int
    end: int
    status: str
    number: str | None
    source: str | None
    let_through: str | None


class ReportInFull(ReportOut):
    """A published report: its passages and every number in them."""

    passages: list[str]
    bindings: list[BindingOut]


# ── how it is asked ──


def considerate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask not too often; answer 304 where what one has is what there is. No other site's pages may read it."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        limit(request, "api", RATE)
        made = view(request, *args, **more)
        if made.status_code == 200:
            tag = f'"{hashlib.sha256(made.content).hexdigest()[:32]}"'
            made = get_conditional_response(request, etag=tag, response=made) or made
            made.headers["ETag"] = tag
            made.headers["Cache-Control"] = "public, max-age=60"
        return made

    return run


api = NinjaAPI(
    title="质衡 Zhiheng",
    version="1",
    description="已发布的数字、指标定义、报告与活动日历 · Published numbers, definitions, reports, the calendar",
    docs_url=None,  # its page would need a bundle of somebody else's; ours is below
    urls_namespace="api",
)
api.add_decorator(considerate, mode="view")


@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, _error: ValidationError) -> HttpResponse:
    return answer(request, Problem(UNREADABLE))


@api.exception_handler(Http404)
def _not_there(request: HttpRequest, _error: Http404) -> HttpResponse:
    return answer(request, Problem(NOT_THERE))


@api.get(
    "/figures", response=Page[FigureOut], summary="All definitions", openapi_extra={"x-zh": "全部指标定义"}
)
def figures(request: HttpRequest, page: int = 1) -> dict[str, Any]:
    """List every definition, by code."""
    return _page(request, list(catalogue().values()), page, _figure)


@api.get(
    "/figures/{code}", response=FigureOut, summary="One definition", openapi_extra={"x-zh": "一个指标定义"}
)
def one_figure(request: HttpRequest, code: str) -> dict[str, Any]:  # noqa: ARG001 - ninja's signature
    """Give a definition."""
    return _figure(figure(code))


@api.get(
    "/numbers",
    response=Page[NumberInList],
    summary="Published numbers, newest first; of one figure, of one period",
    openapi_extra={"x-zh": "已发布的数字，最新的在前；可按指标和期间筛选"},
)
def numbers(request: HttpRequest, figure: str = "", period: str = "", page: int = 1) -> dict[str, Any]:
    """List published numbers."""
    found = Snapshot.objects.select_related("definition", "check_of")
    if figure:
        found = found.filter(figure=figure)
    if period:
        found = found.filter(period=Period.read(period).code)
    return _page(request, found, page, _listed)


@api.get(
    "/numbers/{token}",
    response=NumberInFull,
    summary="One published number, with what changed since",
    openapi_extra={"x-zh": "一个已发布的数字及其发布后的变化"},
)
def number(request: HttpRequest, token: str) -> dict[str, Any]:  # noqa: ARG001 - ninja's signature
    """Give a published number with its drift."""
    found = get_object_or_404(Snapshot.objects.select_related("definition", "check_of"), token=token)
    return _number(found) | {"drift": _drift(found)}


@api.get(
    "/reports", response=Page[ReportOut], summary="Published reports", openapi_extra={"x-zh": "已发布的报告"}
)
def reports(request: HttpRequest, page: int = 1) -> dict[str, Any]:
    """List published reports, newest first."""
    return _page(request, Publication.objects.select_related("report", "version"), page, _report)


@api.get(
    "/reports/{token}",
    response=ReportInFull,
    summary="One report, with what each of its numbers stands on",
    openapi_extra={"x-zh": "一份报告及其每个数字的依据"},
)
def report(request: HttpRequest, token: str) -> dict[str, Any]:  # noqa: ARG001 - ninja's signature
    """Give a published report with its bindings."""
    published = Publication.objects.select_related("version__report", "report")
    found = get_object_or_404(published, report__token=token)
    examined = examine(found.version)
    bindings = [
        {
            "phrase": each.phrase,
            "passage": each.passage,
            "start": each.start,
            "end": each.end,
            "status": each.status.name.lower(),
            "number": each.binding.snapshot.token if each.binding and each.binding.snapshot else None,
            "source": each.binding.source or None if each.binding else None,
            "let_through": each.override.reason if each.override else None,
        }
        for each in examined.numbers
    ]
    return _report(found) | {"passages": [each.text for each in examined.passages], "bindings": bindings}


@api.get(
    "/calendar",
    response=Page[SessionOut],
    summary="What comes next in the public calendar",
    openapi_extra={"x-zh": "活动日历：今后公开的场次"},
)
def calendar(request: HttpRequest, page: int = 1) -> dict[str, Any]:
    """List the sessions from today on, the next first."""
    return _page(request, gatherings.calendar(timezone.localdate()), page, _session)


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """Show what may be asked, made from the description that machines read."""
    described = api.get_openapi_schema()
    zh = language() == "zh"
    shown = [
        {
            "path": path,
            "summary": said["get"]["x-zh"] if zh else said["get"]["summary"],
            "asked": [each["name"] for each in said["get"].get("parameters", []) if each["in"] == "query"],
            "example": path if "{" not in path else "",
        }
        for path, said in described["paths"].items()
    ]
    return render(request, "portal/api.html", {"shown": shown, "rate": 120})


# ── what is told ──


def _page(
    request: HttpRequest, found: Any, wanted: int, told: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    page = Paginator(found, A_PAGE).get_page(wanted)
    after = None
    if page.has_next():
        asked = request.GET.dict() | {"page": str(page.next_page_number())}
        after = f"{settings.PUBLIC_URL}{request.path}?{urlencode(asked)}"
    items: Iterable[Any] = page.object_list
    return {
        "count": page.paginator.count,
        "page": page.number,
        "pages": page.paginator.num_pages,
        "next": after,
        "items": [told(each) for each in items],
    }


def _words(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _url(name: str, *args: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"


def _figure(defined: Figure | DefinitionEdition) -> dict[str, Any]:
    return {
        "code": defined.code,
        "name": _words(defined.name),
        "definition": _words(defined.definition),
        "unit": _words(defined.unit.value),
        "kind": _words(defined.kind.value),
        "period": _words(defined.period.value),
        "decimals": defined.decimals,
        "edition": defined.edition,
        "owner": defined.owner,
        "url": _url("figure", defined.code),
    }


def _number(snapshot: Snapshot) -> dict[str, Any]:
    defined = snapshot.defined
    return {
        "token": snapshot.token,
        "figure": snapshot.figure,
        "name": _words(defined.name),
        "edition": snapshot.edition,
        "period": snapshot.period,
        "value": _plain(snapshot.value),
        "unit": _words(defined.unit.value),
        "se": None if snapshot.se is None else _plain(snapshot.se),
        "n": snapshot.n,
        "counted": _plain(snapshot.counted),
        "base": None if snapshot.base is None else _plain(snapshot.base),
        "grade": snapshot.grade,
        "published_at": snapshot.taken_at,
        "url": _url("number", snapshot.token),
    }


def _listed(snapshot: Snapshot) -> dict[str, Any]:
    looked = getattr(snapshot, "check_of", None)
    return _number(snapshot) | {
        "drifted": looked.drifted if looked else None,
        "looked_at": looked.at if looked else None,
    }


def _session(session: gatherings.Session) -> dict[str, Any]:
    edition = session.edition
    return {
        "token": session.token,
        "name": {"zh": edition.name_zh, "en": edition.name_en or edition.name_zh},
        "kind": edition.kind,
        "held_on": session.held_on,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "venue": session.venue,
        "seats": session.seats,
        "open": session.is_open,
        "url": _url("calendar:session", session.token),
    }


def _plain(value: Any) -> str:
    return f"{value.normalize():f}"


def _drift(snapshot: Snapshot) -> dict[str, Any] | None:
    if snapshot.kept is not None and snapshot.n <= lineage.LIVE:
        now = lineage.drift(snapshot)
        counts = {state: now.counts[state] for state in (lineage.ADDED, lineage.REMOVED, lineage.CHANGED)}
        return counts | {"drifted": bool(now), "redefined": now.redefined, "at": None}
    looked = getattr(snapshot, "check_of", None)
    if looked is None:
        return None
    told = {name: getattr(looked, name) for name in ("added", "removed", "changed", "redefined", "at")}
    return told | {"drifted": looked.drifted}


def _report(published: Publication) -> dict[str, Any]:
    return {
        "token": published.report.token,
        "number": published.number,
        "title": published.version.title,
        "published_at": published.at,
        "url": _url("report", published.report.token),
    }
