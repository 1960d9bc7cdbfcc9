"""Who is meant by a line of a sheet. What is not certain is never guessed: a clerk says, from those it could be."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from zhiheng.core.organisations.models import Credit, Name, Organisation
from zhiheng.core.people.models import Person
from zhiheng.gatherings.models import Attendance, Registration, Session
from zhiheng.gatherings.reading import Line, tidy, tidy_mobile, tidy_name
from zhiheng.ui.words import text

SUGGESTIONS: Final = 8
CANDIDATES: Final = 6


class Why(models.TextChoices):
    """Why a line names nobody for sure."""

    NO_NAME = "no_name", text("没有姓名", "No name")
    NOBODY = "nobody", text("系统中没有此人", "Nobody of that name")
    SEVERAL = "several", text("同名多人", "Several of that name")
    OTHER_MOBILE = "other_mobile", text("手机号与登记不符", "Another mobile number on the card")
    OTHER_ORGANISATION = "other_organisation", text("卡片上是其他单位", "Another organisation on the card")
    UNKNOWN_ORGANISATION = "unknown_organisation", text("单位未登记", "Organisation not known")
    NO_ORGANISATION = "no_organisation", text("没有写明单位", "No organisation")
    NOT_LISTED = "not_listed", text("扫码签到，待核对", "Checked in by code, to be checked")
    LEFT = "left", text("留待核对", "Left for later")


@dataclass(frozen=True, slots=True)
class Match:
    """A line, who it means and who sent them; or why that is not certain, and who it could mean."""

    line: Line
    person: Person | None = None
    organisation: Organisation | None = None
    why: Why | None = None
    candidates: tuple[Person, ...] = ()
    there: bool = False
    """The person has an attendance in this session already."""


def match(session: Session, lines: Sequence[Line]) -> list[Match]:
    """Match lines in a fixed number of queries."""
    people = defaultdict(list)
    named = Person.objects.canonical().filter(name__in={line.name for line in lines if line.name})
    for person in named.select_related("organisation").order_by("pk"):
        people[person.name].append(person)
    cards = _cards({line.organisation for line in lines if line.organisation})
    own = {p.organisation_id for found in people.values() for p in found if p.organisation_id}
    names: dict[int, set[str]] = defaultdict(set)
    for of, name in Name.objects.filter(organisation__in=own).values_list("organisation", "name"):
        names[of].add(name)
    companies = dict(
        Credit.objects.as_of(session.held_on)
        .filter(node__in=own | {card.pk for card in cards.values()})
        .values_list("node", "company")
    )
    registered = dict(
        Registration.objects.filter(session=session)
        .exclude(state=Registration.State.GIVEN_BACK)
        .values_list("person", "organisation")
    )
    senders = Organisation.objects.in_bulk(filter(None, registered.values()))
    there = attended(session)

    def one(line: Line) -> Match:
        if not line.name:
            return Match(line, why=Why.NO_NAME)
        card = cards.get(line.organisation)
        found = people.get(line.name, [])
        if not found:
            return Match(line, organisation=card, why=Why.NOBODY)
        left, why = found, Why.SEVERAL
        if line.mobile:
            left = [p for p in left if tail_fits(line.mobile, p.mobile)] or [p for p in left if not p.mobile]
            why = Why.SEVERAL if left else Why.OTHER_MOBILE
        if line.organisation and left:
            if card is not None:
                company = companies.get(card.pk, card.pk)
                left = [
                    p
                    for p in left
                    if p.organisation_id and companies.get(p.organisation_id, p.organisation_id) == company
                ]
            else:
                left = [p for p in left if _abbreviates(line.organisation, names[p.organisation_id or 0])]
            if not left:
                why = Why.OTHER_ORGANISATION if card else Why.UNKNOWN_ORGANISATION
        if len(left) > 1 and len(asked := [p for p in left if p.pk in registered]) == 1:
            left = asked
        if len(left) != 1:
            return Match(line, organisation=card, why=why, candidates=tuple((left or found)[:CANDIDATES]))
        person = left[0]
        sender = card or senders.get(registered.get(person.pk) or 0) or person.organisation
        if sender is None:
            return Match(line, why=Why.NO_ORGANISATION, candidates=(person,))
        return Match(line, person, sender, there=person.pk in there)

    return [one(line) for line in lines]


def attended(session: Session) -> set[int]:
    """Give the cards that count of who is in already."""
    rows = Attendance.objects.filter(session=session).values_list("person", "person__merged_into")
    return {into or own for own, into in rows}


def tail_fits(given: str, kept: str) -> bool:
    """Say whether a number is the one kept, or its last four digits."""
    return bool(kept) and (tidy_mobile(kept) == given or (len(given) == 4 and kept.endswith(given)))


def _cards(typed: Iterable[str]) -> dict[str, Organisation]:
    """Give the card of each organisation written out under a name of any time; none where two have it."""
    found: dict[str, set[int]] = defaultdict(set)
    cards: dict[int, Organisation] = {}
    wanted = set(typed)
    for name in Name.objects.filter(name__in=wanted).select_related("organisation__merged_into"):
        card = name.organisation.merged_into or name.organisation
        found[name.name].add(card.pk)
        cards[card.pk] = card
    return {name: cards[next(iter(ids))] for name, ids in found.items() if len(ids) == 1}


def organisation_named(typed: str) -> Organisation | None:
    """Give the organisation of that name, of any time; none where there is none or more than one."""
    return _cards([tidy(typed)]).get(tidy(typed)) if typed.strip() else None


def _abbreviates(short: str, names: Iterable[str]) -> bool:
    """Say whether the characters of `short` stand in a name in their order: 沪东电器 in 沪东电器有限公司."""
    pattern = re.compile(".*".join(re.escape(char) for char in short if not char.isspace()))
    return len(short) > 1 and any(pattern.search(name) for name in names)


def suggest(session: Session, typed: str) -> list[Person]:
    """Give whom a clerk may mean by the beginning of a line, best first.

    First who registered for this session, then who was at another of its series (or of its edition), then the rest.
    Who is in already is left out. A word begins the name, stands in the organisation's name or ends the number.
    """
    people: QuerySet[Person] = Person.objects.canonical().select_related("organisation")
    words = tidy(typed).split()
    if not words:
        return []
    for i, word in enumerate(words):
        fits = Q(name__istartswith=word) | Q(organisation__name__icontains=word)
        if i:
            fits |= Q(mobile__endswith=word)
        people = people.filter(fits)
    edition = session.edition
    same = (
        Q(session__edition__series=edition.series_id) if edition.series_id else Q(session__edition=edition.pk)
    )
    was = Attendance.objects.filter(same, person=OuterRef("pk"))
    asked = Registration.objects.filter(session=session, person=OuterRef("pk")).exclude(
        state=Registration.State.GIVEN_BACK
    )
    ranked = people.annotate(registered=Exists(asked), before=Exists(was)).exclude(
        Exists(Attendance.objects.filter(session=session, person=OuterRef("pk")))
    )
    return list(ranked.order_by("-registered", "-before", "name", "pk")[:SUGGESTIONS])


def line_of(person: Person) -> str:
    """Write a person as a line that means nobody else: the end of the number tells two of one name apart."""
    parts = [person.name, str(person.organisation.name) if person.organisation else "", person.mobile[-4:]]
    return "，".join(filter(None, (tidy_name(parts[0]), *parts[1:])))
