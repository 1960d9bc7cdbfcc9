"""Where a refused request becomes an answer: one page, or JSON for who asks for it."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from zhiheng.core.problems import (
    DEFECT,
    NO_SUCH_METHOD,
    NOT_FOR_YOU,
    NOT_THERE,
    REQUEST_LARGE,
    STALE,
    TOO_MANY,
    UNREADABLE,
    Problem,
)

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)


class ProblemPages:
    """Middleware: a `Problem` that a view did not handle is shown with its rule's status.

    A request that says it is too large is answered before any of it is read; one that a page does not take so is told.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand the request on, unless it is too large."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.LARGEST_REQUEST:
            return answer(request, Problem(REQUEST_LARGE, most=settings.LARGEST_REQUEST // 2**20))
        given = self.get_response(request)
        if given.status_code == NO_SUCH_METHOD.status:
            said_so = answer(request, Problem(NO_SUCH_METHOD))
            said_so.headers["Allow"] = given.headers.get("Allow", "")
            return said_so
        return given

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Answer 400 to a NUL in what was typed: no page sends one, and PostgreSQL keeps none."""
        typed = (
            each for given in (request.GET, request.POST) for values in given.lists() for each in values[1]
        )
        return unreadable(request) if any("\x00" in each for each in typed) else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a `Problem`; anything else is a defect and goes on."""
        return answer(request, exception) if isinstance(exception, Problem) else None


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Say what is wrong and what to do: a page, or JSON for who asks for it and for every address of the API."""
    status = problem.rule.status
    json = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    if json or request.path_info.startswith("/api/"):
        return JsonResponse(said(problem), status=status, json_dumps_params={"ensure_ascii": False})
    return render(request, "ui/problem.html", {"problem": problem}, status=status)


def said(problem: Problem) -> dict[str, str]:
    """Give a problem as JSON has it."""
    return {"code": problem.rule.code, "problem": problem.breach, "remedy": problem.remedy.strip()}


# ── what Django and allauth call, by their signatures ──


def not_there(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer 404; never what was looked for."""
    return answer(request, Problem(NOT_THERE))


def not_for_you(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer 403."""
    return answer(request, Problem(NOT_FOR_YOU))


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400, or 413 to a form that is too large."""
    if isinstance(exception, RequestDataTooBig):
        return answer(request, Problem(REQUEST_LARGE, most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20))
    return answer(request, Problem(UNREADABLE))


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer a form without its token."""
    return answer(request, Problem(STALE))


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer 429."""
    return answer(request, Problem(TOO_MANY))


def defect(request: HttpRequest) -> HttpResponse:
    """Answer 500 with a number that stands in the log; where even the page breaks, in plain words."""
    problem = Problem(DEFECT, number=secrets.token_hex(4))
    log.error("defect %s at %s", problem.got["number"], request.path_info)
    try:
        return answer(request, problem)
    except Exception:
        log.exception("defect %s: nor could the page be shown", problem.got["number"])
        return HttpResponse(str(problem), status=500, content_type="text/plain; charset=utf-8")
