"""The register as of any day, the page of one member, the years at a glance."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.db.models import Count, Min, OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiheng.core import sheets
from zhiheng.core.credentials.models import Credential
from zhiheng.core.deeds import Deed, DeedForm, carry_out, offers
from zhiheng.core.journal.queries import timeline
from zhiheng.core.organisations.models import Name, Size
from zhiheng.core.pages import staff_page, year_of
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Person
from zhiheng.documents import Column
from zhiheng.figures.definition import Period
from zhiheng.figures.evaluation import breakdown, evaluate
from zhiheng.gatherings import public as gatherings
from zhiheng.lines.members import figures, operations
from zhiheng.lines.members.forms import membership as forms
from zhiheng.lines.members.models import Membership, Seat, Tier
from zhiheng.lines.members.public import save_members
from zhiheng.lines.members.queries import account_named, dues, members_on, search, with_tier
from zhiheng.ui.lists import paged
from zhiheng.ui.words import Text, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from zhiheng.figures.definition import Figure

SEE: Final = ("members.see", "查看会员", "see members")
OVERVIEW: Final[tuple[Figure, ...]] = (
    figures.MEMBERS,
    figures.JOINED,
    figures.LEFT,
    figures.RETENTION,
    figures.PARTICIPATION,
    figures.PARTICIPATION_THREE,
    figures.PARTICIPATION_PAID,
    figures.DUES_RAISED,
    figures.DUES_RECEIVED,
    figures.COLLECTION,
)
YEARS: Final = 7


# ── the register ──


def listed(request: HttpRequest) -> tuple[forms.Filter, dt.date, QuerySet[Any]]:
    """Give the filter that was asked, its day, and the members it leaves, under the names of that day."""
    form = forms.Filter(request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    day: dt.date = asked.get("on") or timezone.localdate()
    name = Name.objects.as_of(day).filter(organisation=OuterRef("organisation")).order_by("-start")
    rows = with_tier(members_on(day), day).annotate(name=Subquery(name.values("name")[:1]))
    rows = search(rows, asked.get("q", ""))
    for field, path in (
        ("tier", "tier"),
        ("district", "organisation__district"),
        ("industry", "organisation__industry"),
        ("size", "organisation__size"),
    ):
        if asked.get(field):
            rows = rows.filter(**{path: asked[field]})
    related = rows.select_related("organisation__district", "organisation__industry")
    return form, day, related.order_by("number")


@require_safe
@staff_page(*SEE)
def register(request: HttpRequest) -> HttpResponse:
    """List the members of a day; `whole` lists them on one page, for paper."""
    form, day, rows = listed(request)
    page = paged(request, rows, max(rows.count(), 1) if "whole" in request.GET else 50)
    for row in page:
        row.tier_words = Tier(row.tier).label if row.tier else ""
    return render(request, "members/register.html", {"form": form, "day": day, "page": page})


@require_safe
@staff_page(*SEE)
def export_register(request: HttpRequest) -> HttpResponse:
    """Hand the same members out as a workbook."""
    _, day, rows = listed(request)
    columns = (
        Column("number", Text("会员号", "Member number")),
        Column("name", Text("单位", "Organisation")),
        Column("code", Text("统一社会信用代码", "Code")),
        Column("tier", Text("级别", "Tier")),
        Column("district", Text("所在区", "District")),
        Column("industry", Text("行业", "Industry")),
        Column("size", Text("规模", "Size")),
        Column("start", Text("入会日期", "Joined on")),
    )
    return sheets.hand_out(
        Text(f"会员名册（{day}）", f"Members as of {day}"),
        columns,
        (
            {
                "number": row.number,
                "name": row.name,
                "code": row.organisation.code,
                "tier": str(Tier(row.tier).label) if row.tier else "",
                "district": str(row.organisation.district or ""),
                "industry": str(row.organisation.industry or ""),
                "size": str(row.organisation.get_size_display()),
                "start": row.start,
            }
            for row in rows
        ),
    )


@require_POST
@staff_page("organisations.select", "保存单位名单", "save a list of organisations")
def save(request: HttpRequest) -> HttpResponse:
    """Save the members of a day as a list for other lines of work."""
    form = forms.Filter(request.POST)
    asked = form.cleaned_data if form.is_valid() else {}
    day: dt.date = asked.get("on") or timezone.localdate()
    tiers = [Tier(asked["tier"])] if asked.get("tier") else []
    of = tiers[0].label if tiers else say(Text("全体会员", "All members"))
    saved = save_members(by=request.user, name=str(of), day=day, tiers=tiers)  # type: ignore[arg-type]
    messages.success(request, say(Text(f"已保存名单：{saved}", f"Saved: {saved}")))
    return redirect(f"{reverse('members:register')}?on={day}")


# ── one member ──


def _represent(*, by: Account, record: Membership, name: str, mobile: str, post: str, on: dt.date) -> None:
    card = record.organisation
    known = Person.objects.filter(name=name.strip(), organisation=card, erased_at=None).first()
    person = known or people.add_person(by=by, name=name, mobile=mobile, post=post, organisation=card)
    operations.name_representative(by=by, membership=record, person=person, on=on)


def _invite(*, by: Account, record: Membership, on: dt.date, **who: str) -> None:
    person = people.add_colleague(by=by, organisation=record.organisation, **who)
    operations.invite(by=by, membership=record, person=person, on=on)


def lasts(membership: Membership) -> bool:
    """Whether the membership has no end yet."""
    return membership.end is None


DEEDS: Final = {
    "represent": Deed(
        Text("登记代表", "Name a representative"),
        "members.name_representative",
        forms.Represent,
        _represent,
        lasts,
    ),
    "unrepresent": Deed(
        Text("结束代表", "End a representation"),
        "members.end_representation",
        forms.EndRepresentation,
        lambda by, record, **given: operations.end_representation(by=by, **given),  # noqa: ARG005
        lambda record: lasts(record) and record.representatives.filter(end=None).exists(),
    ),
    "contact": Deed(
        Text("指定联系人", "Name the contact"),
        "members.name_contact",
        forms.NameContact,
        lambda by, record, account, on: operations.name_contact(
            by=by, membership=record, account=account_named(account), on=on
        ),
        lasts,
    ),
    "invite": Deed(
        Text("邀请联系人开通账号", "Invite a contact"),
        "members.invite",
        forms.Invite,
        _invite,
        lasts,
    ),
    "tier": Deed(
        Text("调整级别", "Change the tier"),
        "members.change_tier",
        forms.ChangeTier,
        lambda by, record, **given: operations.change_tier(by=by, membership=record, **given),
        lasts,
    ),
    "end": Deed(
        Text("终止会籍", "End the membership"),
        "members.end",
        forms.End,
        lambda by, record, **given: operations.end(by=by, membership=record, **given),
        lasts,
        grave=True,
    ),
}


@require_safe
@staff_page(*SEE)
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one membership: who it is, its tier, dues, representatives, what it took part in, its history."""
    return _member(request, _membership(pk))


@require_POST
@staff_page(*SEE)
def change(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing to a membership."""
    membership = _membership(pk)
    if refused := carry_out(request, DEEDS, verb, membership):
        return _member(request, membership, {verb: refused})
    return redirect("members:member", pk)


def _membership(pk: int) -> Membership:
    related = (
        "organisation__district",
        "organisation__industry",
        "organisation__merged_into",
        "confirmed_at",
    )
    return get_object_or_404(Membership.objects.select_related(*related), pk=pk)


def _member(
    request: HttpRequest, membership: Membership, tried: dict[str, DeedForm] | None = None
) -> HttpResponse:
    address: Callable[[str], str] = lambda verb: reverse("members:change", args=[membership.pk, verb])  # noqa: E731
    return render(
        request,
        "members/member.html",
        {
            **about(membership),
            "deeds": offers(DEEDS, request.user, membership, address, tried),
            "reminders": membership.reminders.all()[:5],
            "events": timeline(membership),
            "card_events": timeline(membership.organisation),
        },
        status=422 if tried else 200,
    )


def about(membership: Membership) -> dict[str, Any]:
    """Give what the page of a member and its own page both show, in a fixed number of queries."""
    card = membership.organisation
    owed = list(
        dues()
        .filter(membership=membership)
        .select_related("rate")
        .prefetch_related("vouchers", "matchings__payment")
    )
    since = dt.date(timezone.localdate().year - YEARS, 1, 1)
    credited = gatherings.attendances(since, timezone.localdate()).filter(
        organisation__credits__company__in=card.credits.values("company")
    )
    took_part = credited.order_by().values("held_on__year").annotate(n=Count("pk", distinct=True))
    return {
        "membership": membership,
        "card": card,
        "tiers": membership.tiers.order_by("-start"),
        "representatives": membership.representatives.select_related("person").order_by("-start"),
        "contacts": people.contacts(card).as_of(timezone.localdate()).select_related("account__person"),
        "dues": owed,
        "left": sum(due.left for due in owed),
        "credential": Credential.objects.filter(
            line="members", organisation=card, number=membership.number
        ).first(),
        "seats": Seat.objects.filter(organisation=card).select_related("term", "person").order_by("-start"),
        "took_part": took_part.order_by("-held_on__year"),
    }


# ── the years at a glance ──


@require_safe
@staff_page(*SEE)
def overview(request: HttpRequest) -> HttpResponse:
    """Show the figures of the last years, and of whom the members of today are."""
    first = Membership.objects.aggregate(first=Min("start"))["first"]
    today = timezone.localdate()
    last = min(year_of(request.GET.get("to")) or today.year, today.year)
    years = list(range(max(first.year if first else last, last - YEARS + 1), last + 1)) or [last]
    table = [
        (figure, [evaluate(figure, _period(figure, year, today)) for year in years]) for figure in OVERVIEW
    ]
    parts = [
        (words, _parts(path, today)) for path, words in figures.PARTS.items() if path != "organisation__kind"
    ]
    context = {
        "years": years,
        "table": table,
        "parts": parts,
        "earlier": years[0] - 1 if first and years[0] > first.year else None,
        "later": min(last + YEARS, today.year) if last < today.year else None,
    }
    return render(request, "members/overview.html", context)


def _period(figure: Figure, year: int, today: dt.date) -> Period:
    if figure is figures.MEMBERS:
        last = min(dt.date(year, 12, 31), today)
        return Period(last, last)
    return Period.year(year)


def _parts(path: str, today: dt.date) -> list[tuple[str, int]]:
    found = breakdown(figures.MEMBERS, Period(today, today), path)
    names = {"tier": dict(Tier.choices), "organisation__size": dict(Size.choices)}.get(path, {})
    none = say(Text("未登记", "Not recorded"))
    parts = [(str(names.get(key, key) or none), int(part.counted)) for key, part in found.items()]
    return sorted(parts, key=lambda part: -part[1])[:20]
