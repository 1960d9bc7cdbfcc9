"""What members want corrected on their own cards: asked by the contact, settled by who works on members."""

from __future__ import annotations

import datetime as dt

from zhiheng.core.operations import lock, operation, record
from zhiheng.core.organisations import codes
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Industry, Organisation
from zhiheng.core.people.models import Account, Person
from zhiheng.core.places.models import Place
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.lines.members.models import Correction
from zhiheng.lines.members.operations.membership import invite
from zhiheng.lines.members.problems import NO_MEMBER, SETTLED
from zhiheng.ui.words import Text, say

About = Correction.About


@operation("members.ask_correction", "申请更正资料", "ask for a correction", on="organisation")
def ask_correction(
    *,
    by: Account,
    organisation: Organisation,
    about: Correction.About,
    wanted: str = "",
    value: str = "",
    person: Person | None = None,
) -> Correction:
    """Ask that something on the card of one's own company be corrected, or that a colleague be its contact."""
    if not wanted.strip() and person is None:
        raise Problem(EMPTY, field="wanted", what=say(Text("应为", "it should be")))
    if about == About.CODE:
        wanted = codes.read(wanted)
    asked = Correction(
        organisation=organisation, about=about, wanted=wanted.strip(), value=value, person=person, asked_by=by
    )
    asked.full_clean()
    asked.save()
    record(by, "members.ask_correction", asked, ["organisation", "about", "wanted", "person"])
    return asked


@operation("members.settle_correction", "处理更正申请", "settle a correction")
def settle_correction(
    *, by: Account, correction: Correction, accepted: bool, answer: str, on: dt.date
) -> Correction:
    """Take a correction or not. What is taken is written onto the card; what is not of the card is done by hand.

    A name counts from `on`, and so does a contact.
    """
    lock(correction)
    if correction.state != Correction.State.OPEN:
        raise Problem(SETTLED)
    if not accepted and not answer.strip():
        raise Problem(EMPTY, field="answer", what=say(Text("答复", "answer")))
    if accepted:
        correction.was = stands(correction.organisation, About(correction.about))
        _write(by, correction, on)
    correction.state = Correction.State.DONE if accepted else Correction.State.DECLINED
    correction.answer = answer.strip()
    correction.full_clean()
    correction.save(update_fields=["state", "answer", "was"])
    record(by, "members.settle_correction", correction, ["state", "answer", "was"])
    return correction


def stands(card: Organisation, about: Correction.About) -> str:
    """Say what stands on a card now."""
    match about:
        case About.PEOPLE | About.OTHER:
            return ""
        case About.SIZE:
            return str(card.get_size_display())
        case About.DISTRICT | About.INDUSTRY:
            return str(getattr(card, about) or "")
    return str(getattr(card, about))


def _write(by: Account, correction: Correction, on: dt.date) -> None:
    card, about, wanted, value = (
        correction.organisation,
        About(correction.about),
        correction.wanted,
        correction.value,
    )
    match about:
        case About.NAME:
            cards.rename(by=by, organisation=card, name=wanted, name_en=card.name_en, on=on)
        case About.CODE:
            cards.correct(by=by, organisation=card, code=wanted)
        case About.NAME_EN:
            cards.correct(by=by, organisation=card, name_en=wanted)
        case About.ADDRESS:
            cards.correct(by=by, organisation=card, address=wanted)
        case About.SIZE if value:
            cards.correct(by=by, organisation=card, size=value)
        case About.DISTRICT if value:
            cards.correct(by=by, organisation=card, district=Place.objects.get(pk=value))
        case About.INDUSTRY if value:
            cards.correct(by=by, organisation=card, industry=Industry.objects.get(pk=value))
        case About.PEOPLE if correction.person:
            membership = card.memberships.as_of(on).first()
            if membership is None:
                raise Problem(NO_MEMBER, field="on", name=card.name, on=on)
            invite(by=by, membership=membership, person=correction.person, on=on)
