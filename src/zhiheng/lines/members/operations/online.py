"""Applications written on the public page: asked, received by a clerk as any other, or turned away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from zhiheng.core.operations import lock, operation, record
from zhiheng.core.organisations import codes
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind, Organisation
from zhiheng.core.organisations.problems import NO_CODE_NO_REASON
from zhiheng.core.people import operations as people
from zhiheng.core.people.erasing import Known, also_erases
from zhiheng.core.people.models import Account
from zhiheng.core.places.models import Place
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.lines.members.models import Application, Membership, OnlineApplication
from zhiheng.lines.members.operations.joining import apply
from zhiheng.lines.members.operations.numbering import in_turn, next_in
from zhiheng.lines.members.problems import DEALT_WITH, KNOWN_COMPANY
from zhiheng.ui.words import Text, say

CONTACT: Final = ("contact_name", "contact_mobile", "contact_email", "contact_post")


def waiting() -> int:
    """Give how many wait for a clerk."""
    return OnlineApplication.objects.filter(application=None, turned_away_on=None).count()


@operation("members.ask_to_join", "在线申请入会", "ask to join")
def ask_to_join(
    *,
    by: Account,
    name: str,
    contact_name: str,
    contact_mobile: str,
    code: str = "",
    no_code_reason: str = "",
    kind: Kind = Kind.COMPANY,
    district: Place | None = None,
    contact_email: str = "",
    contact_post: str = "",
) -> OnlineApplication:
    """Keep what a company wrote until a clerk receives it. Sending the same again gives what was kept.

    A company that is a member or has applied, by its code or where there is none by its name, is refused without
    saying more than that. Nothing here makes a card.
    """
    for field, value, what in (
        ("name", name, Text("单位名称", "Name")),
        ("contact_name", contact_name, Text("联系人", "Contact")),
        ("contact_mobile", contact_mobile, Text("手机号", "Mobile number")),
    ):
        if not value.strip():
            raise Problem(EMPTY, field=field, what=say(what))
    if not code.strip() and not no_code_reason.strip():
        raise Problem(NO_CODE_NO_REASON, field="code")
    today = timezone.localdate()
    in_turn(register := f"online-{today:%Y}")
    asked = OnlineApplication(
        name=" ".join(name.split()),
        kind=kind,
        code=codes.read(code) if code.strip() else "",
        no_code_reason="" if code.strip() else no_code_reason.strip(),
        district=district,
        contact_name=contact_name.strip(),
        contact_mobile=contact_mobile.strip(),
        contact_email=contact_email.strip(),
        contact_post=contact_post.strip(),
    )
    same = OnlineApplication.objects.filter(application=None, turned_away_on=None, code=asked.code)
    if not asked.code:
        same = same.filter(name=asked.name)
    if there := same.first():
        if (there.name, there.contact_mobile) != (asked.name, asked.contact_mobile):
            raise Problem(KNOWN_COMPANY, field="code" if asked.code else "name")
        record(by, "members.ask_to_join", there)
        return there
    if _is_known(asked, today):
        raise Problem(KNOWN_COMPANY, field="code" if asked.code else "name")
    asked.number = f"W{today:%Y}-{next_in(register):04d}"
    asked.full_clean()
    asked.save()
    record(
        by,
        "members.ask_to_join",
        asked,
        ["number", "name", "kind", "code", "no_code_reason", "district", *CONTACT],
    )
    return asked


def _is_known(asked: OnlineApplication, today: dt.date) -> bool:
    """Whether the company is a member or has applied already, under any of its cards."""
    found = Organisation.objects.filter(code=asked.code) if asked.code else named(asked.name)
    companies = Organisation.objects.filter(credited_nodes__node__in=found)
    of_it = {"organisation__credits__company__in": companies}
    return (
        Membership.objects.filter(**of_it).during(today, dt.date.max).exists()
        or Application.objects.filter(state=Application.State.RECEIVED, **of_it).exists()
    )


def named(name: str) -> QuerySet[Organisation]:
    """List the cards that have or had this very name."""
    return Organisation.objects.filter(names__name=name)


@operation("members.receive", "受理在线申请", "receive what was asked online")
def receive(
    *,
    by: Account,
    asked: OnlineApplication,
    on: dt.date,
    card: Organisation | None = None,
    name: str = "",
) -> Application:
    """Receive it as the application of `card`, or of a new card under `name` (as it was written, unless given).

    A card without a code gets the one that was written. Who speaks for the company becomes the card of a person.
    """
    _refuse_dealt_with(asked)
    if card is None:
        card = cards.add(
            by=by,
            kind=Kind(asked.kind),
            name=name.strip() or asked.name,
            code=asked.code,
            no_code_reason=asked.no_code_reason,
            district=asked.district,
        )
    elif asked.code and not card.code:
        cards.correct(by=by, organisation=card, code=asked.code)
    contact = people.add_colleague(
        by=by,
        organisation=card,
        name=asked.contact_name,
        mobile=asked.contact_mobile,
        email=asked.contact_email,
        post=asked.contact_post,
    )
    asked.application = apply(by=by, organisation=card, on=on, contact=contact)
    _settle(asked)
    record(by, "members.receive", asked, ["application", *CONTACT])
    return asked.application


@operation("members.turn_away", "不予受理", "turn away what was asked online")
def turn_away(*, by: Account, asked: OnlineApplication, on: dt.date, reason: str) -> OnlineApplication:
    """Do not receive it, with the reason that the company reads on its page."""
    _refuse_dealt_with(asked)
    if not reason.strip():
        raise Problem(EMPTY, field="reason", what=say(Text("理由", "reason")))
    asked.turned_away_on, asked.reason = on, reason.strip()
    _settle(asked)
    record(by, "members.turn_away", asked, ["turned_away_on", "reason", *CONTACT])
    return asked


def _refuse_dealt_with(asked: OnlineApplication) -> None:
    lock(asked)
    if not asked.waits:
        raise Problem(DEALT_WITH, number=asked.number)


def _settle(asked: OnlineApplication) -> None:
    """Keep it without who spoke for the company."""
    for field in CONTACT:
        setattr(asked, field, "")
    asked.full_clean()
    asked.save()


@also_erases
def erase_contact(known: Known) -> Iterable[tuple[OnlineApplication, list[str]]]:
    """Empty who asked, where somebody who is erased did."""
    theirs = Q(contact_mobile__in=known.mobiles) | Q(contact_email__in=known.emails)
    for asked in OnlineApplication.objects.filter(theirs):
        for name in CONTACT:
            setattr(asked, name, "")
        asked.save(update_fields=CONTACT)
        yield asked, list(CONTACT)
