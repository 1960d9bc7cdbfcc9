"""The public look-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhiheng.core.credentials import codes
from zhiheng.core.credentials.models import Credential
from zhiheng.core.credentials.problems import MISTYPED, UNKNOWN
from zhiheng.core.limits import limit
from zhiheng.core.problems import Problem

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@never_cache
def check(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show the form, or what stands under a code today. Every well-formed code costs the same one query."""
    typed = (code or request.GET.get("code", "")).strip()[:40]
    found, problem = None, None
    if typed:
        limit(request, "check", "30/m/ip")
        found, problem = _found(typed)
    today = timezone.localdate()
    return render(
        request,
        "credentials/check.html",
        {
            "typed": typed,
            "found": found,
            "status": found.status(today) if found else None,
            "today": today,
            "problem": problem,
        },
        status=problem.rule.status if problem else 200,
    )


def _found(typed: str) -> tuple[Credential | None, Problem | None]:
    if (code := codes.read(typed)) is None:
        return None, Problem(MISTYPED, field="code", code=typed)
    credentials = Credential.objects.select_related("person", "organisation__merged_into")
    found = credentials.filter(digest=codes.digest(code)).first()
    return (found, None) if found else (None, Problem(UNKNOWN, field="code", code=codes.spaced(code)))
