"""Pages of editions, sessions and series, for those who work on gatherings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiheng.core.pages import DayField, number, staff_page, year_of
from zhiheng.gatherings import operations, queries
from zhiheng.gatherings.forms import ArrangeForm, EditionForm, HoldForm, SeriesForm, SessionForm, carried_out
from zhiheng.gatherings.models import Attendance, Edition, Kind, Series, Session, Visibility
from zhiheng.ui.words import Text, say, text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

A_PAGE: Final = 25
LINES_A_PAGE: Final = 50


@require_safe
@staff_page("gatherings.see", "查看活动", "see gatherings")
def editions(request: HttpRequest) -> HttpResponse:
    """List editions, narrowed by words, kind, year, host and series."""
    asked = queries.Asked(
        words=request.GET.get("q", "").strip()[:100],
        kind=request.GET.get("kind", ""),
        year=year_of(request.GET.get("year")),
        host=number(request.GET.get("host")),
        series=number(request.GET.get("series")),
    )
    page = Paginator(queries.editions(asked), A_PAGE).get_page(request.GET.get("page"))
    shown = [edition.pk for edition in page]
    counted = queries.counts_by(Attendance.objects.filter(session__edition__in=shown), "session__edition")
    return render(
        request,
        "gatherings/editions.html",
        {
            "page": page,
            "shown": [(edition, counted.get(edition.pk, queries.Counts())) for edition in page],
            "asked": asked,
            "narrowed": asked != queries.Asked(),
            "kinds": Kind.choices,
            "years": queries.years(),
            "hosts": queries.hosts(),
            "all_series": Series.objects.all(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("gatherings.hold", "举办活动", "hold a gathering")
def hold(request: HttpRequest) -> HttpResponse:
    """Enter a new edition with its days."""
    initial = {"series": number(request.GET.get("series"))}
    form = HoldForm(request.POST or None, initial=initial)
    if request.method == "POST":
        held = carried_out(form, lambda: operations.hold(by=request.user, **form.cleaned_data))  # type: ignore[arg-type]
        if held:
            messages.success(
                request,
                say(Text("已登记。核对无误后可公开到日历。", "Entered. Publish it when it is right.")),
            )
            return redirect("gatherings:edition", held.pk)
    return _form(request, form, text("举办活动", "Hold a gathering"))


@require_safe
@staff_page("gatherings.see", "查看活动", "see gatherings")
def edition(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an edition: its sessions, what they count, what was done to it."""
    shown = get_object_or_404(Edition.objects.select_related("series", "host"), pk=pk)
    sessions = list(shown.sessions.order_by("held_on", "starts_at", "pk"))
    asked = queries.asked_for(sessions)
    counted = queries.counts_by(Attendance.objects.filter(session__in=sessions), "session")
    rows = [
        (session, *asked.get(session.pk, (0, 0)), counted.get(session.pk, queries.Counts()))
        for session in sessions
    ]
    return render(
        request,
        "gatherings/edition.html",
        {
            "edition": shown,
            "rows": rows,
            "counts": queries.counts(Attendance.objects.filter(session__in=sessions)),
            "materials": shown.materials.select_related("file", "session"),
            "visibilities": Visibility.choices,
            "done": queries.in_words(queries.history(shown, sessions)[:5], sessions),
        },
    )


@require_safe
@staff_page("gatherings.see", "查看活动", "see gatherings")
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all that was done to an edition and its sessions."""
    shown = get_object_or_404(Edition, pk=pk)
    sessions = list(shown.sessions.all())
    page = Paginator(queries.history(shown, sessions), LINES_A_PAGE).get_page(request.GET.get("page"))
    done = queries.in_words(page, sessions)
    return render(request, "gatherings/history.html", {"edition": shown, "page": page, "done": done})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("gatherings.edit", "修改活动资料", "edit a gathering")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is written about an edition."""
    shown = get_object_or_404(Edition.objects.select_related("host"), pk=pk)
    form = EditionForm(request.POST or None, instance=shown)
    if request.method == "POST":
        done = carried_out(
            form,
            lambda: operations.edit(by=request.user, edition=Edition.objects.get(pk=pk), **form.cleaned_data),  # type: ignore[arg-type]
        )
        if done:
            return redirect("gatherings:edition", pk)
    return _form(request, form, text("修改活动资料", "Edit"), edition=shown)


@require_POST
@staff_page("gatherings.publish", "公开活动", "publish a gathering")
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an edition into the public calendar, or take it out again."""
    shown = get_object_or_404(Edition, pk=pk)
    do = operations.withdraw if shown.published else operations.publish
    do(by=request.user, edition=shown)  # type: ignore[arg-type]
    return redirect("gatherings:edition", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("gatherings.add_session", "增加场次", "add a session")
def add_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a session to an edition; it begins with what the last one has."""
    shown = get_object_or_404(Edition, pk=pk)
    last = shown.sessions.order_by("held_on").last()
    initial = {name: getattr(last, name) for name in ("starts_at", "ends_at", "venue", "seats")}
    form = SessionForm(request.POST or None, initial=initial)
    if request.method == "POST":

        def add() -> Session:
            given = dict(form.cleaned_data)
            return operations.add_session(by=request.user, edition=shown, on=given.pop("held_on"), **given)  # type: ignore[arg-type]

        if carried_out(form, add):
            return redirect("gatherings:edition", pk)
    return _form(request, form, text("增加场次", "Add a session"), edition=shown)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("gatherings.arrange", "修改场次安排", "arrange a session")
def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a session's times, place, seats and deadline."""
    session = get_object_or_404(Session.objects.select_related("edition"), pk=pk)
    form = ArrangeForm(request.POST or None, instance=session)
    if request.method == "POST":
        done = carried_out(
            form,
            lambda: operations.arrange(by=request.user, session=session, **form.cleaned_data),  # type: ignore[arg-type]
        )
        if done:
            return redirect("gatherings:session", pk)
    title = text(f"修改场次安排（{session.held_on}）", f"Arrange the session of {session.held_on}")
    return _form(request, form, title, edition=session.edition, session=session)


# ── what is asked before it is done ──


class MoveForm(forms.Form):
    """The day a session is moved to."""

    on = DayField(label=text("新日期", "New day"))


class Ask:
    """One thing that is done to a session after it was confirmed."""

    def __init__(
        self,
        name: Text,
        what: Text,
        do: Callable[..., Any],
        *,
        form: type[forms.Form] = forms.Form,
        kind: str = "primary",
    ) -> None:
        self.name, self.what, self.do, self.form, self.kind = name, what, do, form, kind


ASKED: Final = {
    "move": Ask(
        Text("改期", "Move to another day"),
        Text(
            "报名与签到一并改到新日期，统计归入新日期所在年份。",
            "Registrations and attendances move with it and count for the year of the new day.",
        ),
        operations.move,
        form=MoveForm,
    ),
    "cancel": Ask(
        Text("取消场次", "Cancel the session"),
        Text(
            "取消后不再计数，全部报名随之取消，不能恢复。",
            "It no longer counts, all registrations end, and this cannot be undone.",
        ),
        operations.cancel,
        kind="danger",
    ),
    "close": Ask(
        Text("截止报名", "Close registration"),
        Text(
            "即刻起不再接受报名；已报名的不变。",
            "No seat can be asked for from now on; what is registered stays.",
        ),
        operations.close_registration,
    ),
    "renew": Ask(
        Text("更换签到码", "Renew the check-in code"),
        Text(
            "已经印出的二维码立即失效，需要重新打印。",
            "Codes that were printed stop working at once: print new ones.",
        ),
        operations.renew_code,
    ),
    "remove": Ask(
        Text("删除场次", "Remove the session"),
        Text(
            "只能删除没有报名和签到的场次。",
            "Only a session without registrations and attendances can be removed.",
        ),
        operations.remove_session,
        kind="danger",
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("gatherings.arrange", "修改场次安排", "arrange a session")
def confirm(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Say what will happen to a session, and do it when it is confirmed."""
    session = get_object_or_404(Session.objects.select_related("edition"), pk=pk)
    if verb not in ASKED:
        raise Http404
    ask = ASKED[verb]
    form = ask.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        carried_out(form, lambda: ask.do(by=request.user, session=session, **form.cleaned_data))
        if not form.errors:
            messages.success(request, say(Text("已完成：{0}", "Done: {0}")).format(say(ask.name)))
            gone = verb == "remove"
            return (
                redirect("gatherings:edition", session.edition_id)
                if gone
                else redirect("gatherings:session", pk)
            )
    taken, waiting = queries.asked_for([session]).get(pk, (0, 0))
    return render(
        request,
        "gatherings/confirm.html",
        {
            "session": session,
            "ask": ask,
            "form": form,
            "asked": taken + waiting,
            "attended": session.attendances.count(),
            "today": timezone.localdate(),
        },
        status=409 if form.errors else 200,
    )


# ── series ──


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("gatherings.see", "查看活动", "see gatherings")
def all_series(request: HttpRequest) -> HttpResponse:
    """List series with how many editions of each were held; open one."""
    form = SeriesForm(request.POST or None)
    if request.method == "POST":
        opened = carried_out(form, lambda: operations.open_series(by=request.user, **form.cleaned_data))  # type: ignore[arg-type]
        if opened:
            return redirect("gatherings:one-series", opened.pk)
    page = Paginator(queries.series_counted(), A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "gatherings/all_series.html",
        {"page": page, "form": form},
        status=422 if form.errors else 200,
    )


@require_safe
@staff_page("gatherings.see", "查看活动", "see gatherings")
def one_series(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a series with its editions."""
    shown = get_object_or_404(queries.series_counted(), pk=pk)
    page = Paginator(queries.editions(queries.Asked(series=pk)), A_PAGE).get_page(request.GET.get("page"))
    counted = queries.counts_by(
        Attendance.objects.filter(session__edition__in=[one.pk for one in page]), "session__edition"
    )
    return render(
        request,
        "gatherings/one_series.html",
        {
            "series": shown,
            "page": page,
            "shown": [(one, counted.get(one.pk, queries.Counts())) for one in page],
            "counts": queries.counts(Attendance.objects.filter(session__edition__series=pk)),
        },
    )


def _form(
    request: HttpRequest,
    form: forms.BaseForm,
    title: Any,
    *,
    edition: Edition | None = None,
    session: Session | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "edition": edition,
        "session": session,
        "hosts": queries.hosts()[:100],
    }
    return render(request, "gatherings/form.html", context, status=422 if form.errors else 200)
