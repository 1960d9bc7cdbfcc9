"""Where a refused request becomes an answer: one page, or JSON for who asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from zhiheng.core.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable


class ProblemPages:
    """Middleware: a `Problem` that a view did not handle is shown with its rule's status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a `Problem`; anything else is a defect and goes on."""
        if not isinstance(exception, Problem):
            return None
        status = exception.rule.status
        if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
            said = {
                "code": exception.rule.code,
                "problem": exception.breach,
                "remedy": exception.remedy.strip(),
            }
            return JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
        return render(request, "ui/problem.html", {"problem": exception}, status=status)
