"""Writing a report: text, what each number stands on, remarks, versions, sign-off, publication."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import rules
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiheng.core.pages import number, staff_page
from zhiheng.core.people.lines import line_name
from zhiheng.core.problems import Problem
from zhiheng.desk.differences import compared
from zhiheng.figures.definition import Period, catalogue, figure
from zhiheng.figures.reports import operations
from zhiheng.figures.reports.gate import Examined, Number, examine, examine_text
from zhiheng.figures.reports.models import Binding, Comment, Report, Step, Version
from zhiheng.figures.reports.operations import next_step
from zhiheng.figures.reports.permissions import Turn
from zhiheng.figures.reports.problems import SAVED_SINCE
from zhiheng.figures.wording import phrases
from zhiheng.ui.words import Text, language, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from zhiheng.figures.definition import Figure

REPORTS_A_PAGE: Final = 20
ALWAYS: Final = frozenset({Step.DRAFT, Step.ISSUE})
"""Steps that no chain goes without: two hands at least."""
LANGUAGES: Final = [("zh", Text("中文", "Chinese")), ("en", Text("英文", "English"))]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("reports.see", "查看报告草稿", "see draft reports")
def drafts(request: HttpRequest) -> HttpResponse:
    """List all reports, and begin one."""
    codes = sorted({defined.owner for defined in catalogue().values()} | {"office"})
    lines = [code for code in codes if rules.has_perm("reports.write", request.user, code)]
    problem, typed = None, {"title": "", "line": "", "language": "zh"}
    chain = list(Step)
    if request.method == "POST":
        typed = {name: request.POST.get(name, other) for name, other in typed.items()}
        if typed["line"] not in codes or typed["language"] not in {"zh", "en"}:
            raise Http404
        chain = [step for step in Step if step in ALWAYS or step.value in request.POST.getlist("chain")]
        try:
            begun = operations.begin(by=request.user, **typed, chain=chain)  # type: ignore[arg-type]
        except Problem as found:
            problem = found
        else:
            return redirect("draft", begun.pk)
    reports = Report.objects.select_related("publication").prefetch_related("versions__by")
    page = Paginator(reports, REPORTS_A_PAGE).get_page(request.GET.get("page"))
    shown = [{"report": report, "newest": next(iter(report.versions.all()), None)} for report in page]
    return render(
        request,
        "desk/reports.html",
        {
            "page": page,
            "shown": shown,
            "problem": problem,
            "typed": typed,
            "lines": [(code, line_name(code)) for code in lines],
            "languages": LANGUAGES,
            "steps": [(step, step in ALWAYS, step in chain) for step in Step],
        },
        status=problem.rule.status if problem else 200,
    )


@require_safe
@staff_page("reports.see", "查看报告草稿", "see draft reports")
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report on its way: text, numbers, remarks, sign-off."""
    return draft_page(request, get_object_or_404(Report, pk=pk))


@require_POST
@staff_page("reports.see", "查看报告草稿", "see draft reports")
def change(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing to a report. What was typed stays on the page when it is refused."""
    report = get_object_or_404(Report, pk=pk)
    if verb not in VERBS:
        raise Http404
    if verb == "preview":
        return draft_page(request, report, typed=request.POST, live="HX-Request" in request.headers)
    try:
        VERBS[verb](request, report)
    except Problem as problem:
        return draft_page(request, report, problem=problem, typed=request.POST)
    return redirect("draft", pk)


@require_safe
@staff_page("reports.see", "查看报告草稿", "see draft reports")
def difference(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show what a version changed."""
    version = get_object_or_404(Version.objects.select_related("report", "by"), report=pk, number=number)
    before = Version.objects.filter(report=pk, number=number - 1).first()
    then = (before.title, before.text) if before else ("", "")
    lines = compared(then, (version.title, version.text))
    return render(request, "desk/difference.html", {"version": version, "lines": lines})


def draft_page(
    request: HttpRequest,
    report: Report,
    problem: Problem | None = None,
    typed: Any = None,
    *,
    live: bool = False,
) -> HttpResponse:
    """Show the report, what was refused and what was typed on it; `live` gives only what changes while typing."""
    versions = list(report.versions.select_related("by").prefetch_related("sign_offs__by", "comments__by"))
    newest = versions[0]
    title, text = newest.title, newest.text
    if typed is not None and "text" in typed and "title" in typed:
        title, text = typed["title"], typed["text"]
    bindings = list(report.bindings.select_related("snapshot__definition"))
    examined = examine_text(title, text, bindings, newest.overrides.select_related("by"))
    publication = getattr(report, "publication", None)
    after = (typed or {}).get("after") or newest.number
    if problem and problem.rule is SAVED_SINCE:
        after = newest.number  # they have been told: what they save next comes after that
    return render(
        request,
        "desk/live.html" if live else "desk/report.html",
        {
            "report": report,
            "versions": versions,
            "newest": newest,
            "title": title,
            "text": text,
            "unsaved": (title, text) != (newest.title, newest.text),
            "examined": examined,
            "passages": examined.pieces(),
            "bound": [_bound(binding) for binding in bindings],
            "figures": [(each.code, _choice(each)) for each in catalogue().values()],
            "comments": [remark for version in versions for remark in version.comments.all()],
            "turn": None if publication else next_step(newest),
            "chain": [(Step(step).label, _signed(newest, step)) for step in report.chain],
            "publication": publication,
            "problem": problem,
            "typed": typed or {},
            "after": after,
        },
        status=problem.rule.status if problem else 200,
    )


def _choice(defined: Figure) -> Text:
    name, unit, period = defined.name, defined.unit.value, defined.period.value
    return Text(f"{name.zh}（{unit.zh}，{period.zh}）", f"{name.en} ({unit.en}, {period.en})")


def _bound(binding: Binding) -> dict[str, Any]:
    """Give a binding with what may be written of it."""
    if (snapshot := binding.snapshot) is None:
        return {"binding": binding}
    defined = snapshot.defined
    words = phrases(snapshot.value.normalize(), defined.unit.value.zh, language())[:5]
    return {
        "binding": binding,
        "figure": defined,
        "period": Period.read(snapshot.period).name,
        "marks": [f"[{said}](#{binding.key})" for said in words],
    }


def _signed(version: Version, step: str) -> Any:
    return next((each for each in version.sign_offs.all() if each.step == step), None)


# ── what can be done ──


def _save(request: HttpRequest, report: Report) -> None:
    given = request.POST
    after = number(given.get("after")) or 0
    operations.save(
        by=request.user, report=report, title=given.get("title", ""), text=given.get("text", ""), after=after  # type: ignore[arg-type]
    )  # fmt: skip


def _bind(request: HttpRequest, report: Report) -> None:
    defined, period = figure(request.POST.get("figure", "")), Period.read(request.POST.get("period", ""))
    _put(request, report, operations.bind(by=request.user, report=report, figure=defined, period=period))  # type: ignore[arg-type]


def _cite(request: HttpRequest, report: Report) -> None:
    source, page = request.POST.get("source", ""), request.POST.get("page_of", "")
    _put(request, report, operations.cite(by=request.user, report=report, source=source, page=page))  # type: ignore[arg-type]


def _mark(request: HttpRequest, report: Report) -> None:
    reason = request.POST.get("reason", "")
    _put(request, report, operations.mark(by=request.user, report=report, reason=reason))  # type: ignore[arg-type]


def _put(request: HttpRequest, report: Report, binding: Binding) -> None:
    """Put the new mark around the number it was made for, where that is in the text for sure."""
    version = report.versions.latest("number")
    number = _asked(request, examine(version))
    text = None if number is None else marked(version, number, binding.key)
    if text is None:
        said = Text(
            f"已登记。请在正文中写作 […](#{binding.key})",
            f"Noted. Write it in the text as […](#{binding.key})",
        )
        messages.info(request, say(said))
    else:
        operations.save(
            by=request.user, report=report, title=version.title, text=text, after=version.number  # type: ignore[arg-type]
        )  # fmt: skip


def marked(version: Version, number: Number, key: str) -> str | None:
    """Give the text with a mark around an unbound number; none where its place in the source is not certain."""
    plain = re.compile(rf"(?<!\[){re.escape(number.phrase)}(?!\]\(#)")
    places = [match.span() for match in plain.finditer(version.text)]
    alike = [
        each
        for each in examine(version).numbers
        if each.binding is None and each.phrase == number.phrase and each.passage
    ]
    if number not in alike or len(alike) != len(places):
        return None
    start, end = places[alike.index(number)]
    return f"{version.text[:start]}[{number.phrase}](#{key}){version.text[end:]}"


def _asked(request: HttpRequest, examined: Examined) -> Number | None:
    place = f"{request.POST.get('passage', '')}:{request.POST.get('start', '')}"
    return next((each for each in examined.numbers if f"{each.passage}:{each.start}" == place), None)


def _comment(request: HttpRequest, report: Report) -> None:
    operations.comment(
        by=request.user,  # type: ignore[arg-type]
        version=report.versions.latest("number"),
        text=request.POST.get("remark", ""),
        quote=request.POST.get("quote", ""),
    )


def _settle(request: HttpRequest, report: Report) -> None:
    remark = get_object_or_404(Comment, version__report=report, pk=number(request.POST.get("comment")))
    operations.settle(by=request.user, remark=remark)  # type: ignore[arg-type]


def _sign(request: HttpRequest, report: Report) -> None:
    if request.POST.get("step") not in Step.values:
        raise Http404
    operations.sign(
        by=request.user,  # type: ignore[arg-type]
        turn=Turn(report.versions.latest("number"), Step(request.POST["step"])),
        passed=request.POST.get("passed") == "yes",
        note=request.POST.get("note", ""),
    )


def _let_through(request: HttpRequest, report: Report) -> None:
    version = report.versions.latest("number")
    number = _asked(request, examine(version))
    if number is None:
        raise Http404
    operations.let_through(
        by=request.user, version=version, number=number, reason=request.POST.get("why", "")  # type: ignore[arg-type]
    )  # fmt: skip


def _publish(request: HttpRequest, report: Report) -> None:
    operations.publish(
        by=request.user,  # type: ignore[arg-type]
        version=report.versions.latest("number"),
        number=request.POST.get("number", ""),
    )


VERBS: Final[dict[str, Callable[[HttpRequest, Report], None]]] = {
    "preview": _save,
    "save": _save,
    "bind": _bind,
    "cite": _cite,
    "mark": _mark,
    "comment": _comment,
    "settle": _settle,
    "sign": _sign,
    "let-through": _let_through,
    "publish": _publish,
}
"""What a form can ask; `preview` is answered before it comes here, and writes nothing."""
