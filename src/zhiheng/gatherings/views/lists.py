"""Lists handed out: who was there as a workbook and on paper, the sheet to sign; files of an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiheng.core import sheets
from zhiheng.core.pages import staff_page
from zhiheng.documents import Column
from zhiheng.documents.roll import Part, Roll, roll_pdf
from zhiheng.gatherings import operations, queries
from zhiheng.gatherings.models import Attendance, Edition, Material, Registration, Session, Visibility
from zhiheng.ui.words import Text, language, say

if TYPE_CHECKING:
    from django.http import HttpRequest

BLANK: Final = 12
"""So many empty rows stand below the list that is signed."""
NAME: Final = Text("姓名", "Name")
ORGANISATION: Final = Text("单位", "Organisation")
POST: Final = Text("职务", "Position")
MOBILE: Final = Text("手机号", "Mobile")
HOW: Final = Text("方式", "How")
ENTERED: Final = Text("录入时间", "Entered")
SIGNATURE: Final = Text("签名", "Signature")
State = Registration.State


def _session(pk: int) -> Session:
    return get_object_or_404(Session.objects.select_related("edition__series", "edition__host"), pk=pk)


@require_safe
@staff_page("gatherings.see", "查看活动", "see gatherings")
def attendances_xlsx(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001 - a view takes the request
    """Hand out who was there as a workbook; numbers are masked."""
    session = _session(pk)
    columns = [
        Column("name", NAME),
        Column("organisation", ORGANISATION),
        Column("post", POST),
        Column("mobile", MOBILE),
        Column("how", HOW),
        Column("at", ENTERED),
    ]
    rows = (
        {
            "name": str(each.person),
            "organisation": str(each.organisation),
            "post": each.person.post,
            "mobile": each.person.masked_mobile,
            "how": str(Attendance.How(each.how).label),
            "at": f"{timezone.localtime(each.entered_at):%Y-%m-%d %H:%M}",
        }
        for each in session.attendances.select_related("person", "organisation")
    )
    name = f"{session.edition} {session.held_on}"
    return sheets.hand_out(Text(f"签到名单 {name}", f"Attendance {name}"), columns, rows)


@require_safe
@staff_page("gatherings.see", "查看活动", "see gatherings")
def attendances_pdf(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Hand out who was there on paper; numbers are masked."""
    session = _session(pk)
    rows = [
        (str(each.person), str(each.organisation), each.person.post, each.person.masked_mobile)
        for each in session.attendances.select_related("person", "organisation")
    ]
    n = queries.counts(Attendance.objects.filter(session=session))
    return _paper(
        session,
        Text("签到名单", "Attendance list"),
        [Part(NAME, 2), Part(ORGANISATION, 4), Part(POST, 2), Part(MOBILE, 2)],
        rows,
        foot=Text(
            f"共 {n.times} 人次，{n.people} 人，{n.companies} 家单位",
            f"{n.times} attendances, {n.people} people, {n.companies} organisations",
        ),
    )


@require_safe
@staff_page("gatherings.check_in", "签到", "check in")
def sign_in_sheet(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001 - as above
    """Hand out the sheet to sign: who has a seat, and empty rows."""
    session = _session(pk)
    asked = session.registrations.filter(state=State.TAKEN).select_related("person", "organisation")
    rows = [
        (str(each.person), str(each.organisation or ""), "", "")
        for each in asked.order_by("organisation__name", "pk")
    ]
    parts = [Part(NAME, 2), Part(ORGANISATION, 4), Part(MOBILE, 2), Part(SIGNATURE, 2.4)]
    return _paper(session, Text("签到表", "Sign-in sheet"), parts, rows, blank=BLANK, tall=True)


def _paper(session: Session, what: Text, parts: list[Part], rows: Any, **more: Any) -> HttpResponse:
    edition = session.edition
    times = " – ".join(f"{at:%H:%M}" for at in (session.starts_at, session.ends_at) if at)
    facts: list[tuple[Text, str]] = [(Text("日期", "Date"), f"{session.held_on} {times}".strip())]
    if session.venue:
        facts.append((Text("地点", "Venue"), session.venue))
    if edition.host:
        facts.append((Text("主办", "Host"), str(edition.host)))
    roll = Roll(
        title=Text(f"{edition} {what.zh}", f"{edition}: {what.en}"),
        owner=Text(*settings.ASSOCIATION),
        facts=facts,
        parts=parts,
        rows=rows,
        date=timezone.localdate(),
        made_up=settings.DEMO,
        **more,
    )
    answer = HttpResponse(roll_pdf(roll, language()), content_type="application/pdf")
    file = quote(f"{say(what)} {edition} {session.held_on}.pdf")
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{file}"
    return answer


# ── files ──


@require_POST
@staff_page("gatherings.add_material", "上传资料", "add a material")
def add_material(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a file with an edition."""
    edition = get_object_or_404(Edition, pk=pk)
    asked = request.POST.get("visibility", "")
    material = operations.add_material(
        by=request.user,  # type: ignore[arg-type]
        edition=edition,
        content=request.FILES.get("file"),
        title=request.POST.get("title", "")[:200],
        visibility=Visibility(asked) if asked in Visibility.values else Visibility.STAFF,
    )
    messages.success(request, say(Text("已上传：{0}", "Kept: {0}")).format(material.title))
    return redirect("gatherings:edition", pk)


@require_POST
@staff_page("gatherings.add_material", "删除资料", "remove a material")
def remove_material(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a file of an edition."""
    material = Material.objects.select_related("file", "edition").filter(pk=pk).first()
    if material is None:  # sent twice
        return redirect("gatherings:editions")
    operations.remove_material(by=request.user, material=material)  # type: ignore[arg-type]
    messages.success(request, say(Text("已删除。", "Removed.")))
    return redirect("gatherings:edition", material.edition_id)
