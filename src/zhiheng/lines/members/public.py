"""What other rooms may ask of members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import rules
from django.db.models import QuerySet

from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Organisation, Selection
from zhiheng.core.timeline import Event
from zhiheng.lines.members.models import Application, Matching, Membership, Seat, Tier, TierSpell
from zhiheng.lines.members.queries import members_on, with_tier
from zhiheng.ui.words import Text, say

if TYPE_CHECKING:
    from zhiheng.core.people.models import Account

__all__ = ["Tier", "members", "save_members", "timeline"]


def members(day: dt.date, tiers: Collection[Tier] = ()) -> QuerySet[Membership, int]:
    """Give the ids of the cards that were members on `day`, of some tiers or of all; unevaluated, each company once."""
    found = members_on(day)
    if tiers:
        found = with_tier(found, day).filter(tier__in=tiers)
    return found.order_by().values_list("company", flat=True)


def save_members(
    *, by: Account, name: str, day: dt.date, tiers: Collection[Tier] = (), how: str = ""
) -> Selection:
    """Save the members of a day as a dated list: an audience for another line."""
    chosen = Organisation.objects.filter(pk__in=members(day, tiers))
    return cards.select(by=by, name=name, organisations=chosen, on=day, how=how)


def timeline(organisation: Organisation, viewer: Any) -> list[Event]:
    """Give what happened between `organisation` and the members' line, newest first: to staff and to its contact."""
    if not rules.has_perm("members.see_own", viewer, organisation):
        return []
    joined = Membership.objects.filter(organisation=organisation)
    events = [
        Event(each.received_on, Text("申请入会", "Applied for membership"))
        for each in Application.objects.filter(organisation=organisation)
    ]
    events += [Event(each.start, Text("入会", "Joined"), each.number) for each in joined]
    events += [
        Event(each.end, Text("会籍终止", "Membership ended"), each.get_why_ended_display())
        for each in joined
        if each.end
    ]
    spells = TierSpell.objects.filter(membership__organisation=organisation).select_related("membership")
    events += [
        Event(each.start, Text("级别调整", "Tier changed"), str(each))
        for each in spells
        if each.start != each.membership.start
    ]
    paid = Matching.objects.filter(due__membership__organisation=organisation).select_related("due")
    events += [
        Event(
            each.paid_on,
            Text(f"缴纳{each.due.year}年会费", f"Paid dues of {each.due.year}"),
            say(Text(f"{each.amount:,.2f} 元", f"{each.amount:,.2f} yuan")),
        )
        for each in paid
    ]
    seats = Seat.objects.filter(organisation=organisation).select_related("term")
    events += [
        Event(each.start, Text("任职", "Elected"), f"{each.term} {each.get_post_display()}") for each in seats
    ]
    return sorted(events, key=lambda event: event.on, reverse=True)
