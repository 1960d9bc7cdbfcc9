"""One's own jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhiheng.core.jobs.models import Job
from zhiheng.core.pages import staff_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

JOBS_A_PAGE: Final = 20


@require_safe
@staff_page("core.own_page", "查看自己的任务", "see one's own jobs")
def own(request: HttpRequest) -> HttpResponse:
    """Show one's own jobs, newest first; the page asks again while one goes on."""
    jobs = Job.objects.filter(by=request.user)  # type: ignore[misc]  # signed in
    page = Paginator(jobs, JOBS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "jobs/own.html", {"page": page, "goes_on": any(each.goes_on for each in page)})
