"""Where a refused request becomes an answer: one page, or JSON for who asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from zhiheng.core.problems import REQUEST_LARGE, Problem

if TYPE_CHECKING:
    from collections.abc import Callable


class ProblemPages:
    """Middleware: a `Problem` that a view did not handle is shown with its rule's status.

    A request that says it is too large is answered before any of it is read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand the request on, unless it is too large."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.LARGEST_REQUEST:
            return answer(request, Problem(REQUEST_LARGE, most=settings.LARGEST_REQUEST // 2**20))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a `Problem`; anything else is a defect and goes on."""
        return answer(request, exception) if isinstance(exception, Problem) else None


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Say what is wrong and what to do: a page, or JSON for who asks for it."""
    status = problem.rule.status
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        said = {"code": problem.rule.code, "problem": problem.breach, "remedy": problem.remedy.strip()}
        return JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
    return render(request, "ui/problem.html", {"problem": problem}, status=status)
