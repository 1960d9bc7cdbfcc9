"""A draft on paper, and the way to Word and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiheng.core.files.models import File
from zhiheng.core.files.operations import keep
from zhiheng.core.operations import allow
from zhiheng.core.pages import attached, staff_page
from zhiheng.core.problems import Problem
from zhiheng.desk.differences import compared
from zhiheng.desk.reports import draft_page
from zhiheng.figures.reports import operations, round_trip
from zhiheng.figures.reports.gate import examine_text
from zhiheng.figures.reports.models import Report, Version
from zhiheng.figures.reports.papers import DOCX, PAPERS, of_draft
from zhiheng.figures.reports.permissions import WORD
from zhiheng.figures.reports.round_trip import Brought
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

BRING: Final = Text("传回草稿", "bring back a draft")


@require_safe
@staff_page("reports.see", "查看报告草稿", "see draft reports")
def paper(_request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Give the newest version on paper, marked as a draft; `draft.docx` is the one that may come back."""
    newest = _newest(get_object_or_404(Report, pk=pk))
    if name == "draft.docx":
        mime, content = DOCX, round_trip.docx(newest)
    elif name in PAPERS:
        mime, made = PAPERS[name]
        content = made(of_draft(newest))
    else:
        raise Http404
    return attached(content, mime, f"v{newest.number} {newest.title}.{name.rpartition('.')[2]}")


@require_POST
@staff_page("reports.see", "查看报告草稿", "see draft reports")
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a draft that comes back from Word, and look at it; nothing of the report changes yet."""
    report = get_object_or_404(Report, pk=pk)
    upload = request.FILES.get("file")
    allow(request.user, "reports.word.keep", report, what=BRING)  # type: ignore[arg-type]  # signed in
    try:
        if upload is not None:
            round_trip.bring(report, upload.read(WORD.most + 1))  # what cannot be read is not kept
            upload.seek(0)
        kept = keep(by=request.user, purpose=WORD, content=upload, about=report)  # type: ignore[arg-type]
    except Problem as problem:
        return draft_page(request, report, problem=problem)
    return redirect("word-draft", pk, kept.token)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("reports.see", "查看报告草稿", "see draft reports")
def come_back(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Show what a draft that came back changes and what was broken on the way; take it back when asked to."""
    report = get_object_or_404(Report, pk=pk)
    file = get_object_or_404(File, token=token, purpose=WORD.code)
    with file.open() as opened:
        brought = round_trip.bring(report, opened.read())
    problem = None
    if request.method == "POST":
        try:
            _take_back(request, report, brought)
        except Problem as found:
            problem = found
        else:
            return redirect("draft", pk)
    return _page(request, report, file, brought, problem)


def _newest(report: Report) -> Version:
    return report.versions.select_related("by", "report").latest("number")


def _take_back(request: HttpRequest, report: Report, brought: Brought) -> None:
    operations.take_back(
        by=request.user,  # type: ignore[arg-type]
        report=report,
        title=brought.title,
        text=brought.text,
        after=brought.version.number,
        remarks=[
            (each.quote, f"{each.text}（Word，{each.author}）" if each.author else each.text)
            for each in brought.remarks
        ],
    )


def _page(
    request: HttpRequest, report: Report, file: File, brought: Brought, problem: Problem | None
) -> HttpResponse:
    newest, version = _newest(report), brought.version
    examined = examine_text(
        brought.title, brought.text, report.bindings.select_related("snapshot__definition")
    )
    lines = compared((version.title, version.text), (brought.title, brought.text))
    return render(
        request,
        "desk/word.html",
        {
            "report": report,
            "file": file,
            "brought": brought,
            "newest": newest,
            "examined": examined,
            "passages": examined.pieces(),
            "unsaved": True,
            "lines": lines,
            "unchanged": all(line.kind == "same" for line in lines),
            "publication": getattr(report, "publication", None),
            "problem": problem,
        },
        status=problem.rule.status if problem else 200,
    )
