"""Who gets the addresses below `desk/`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from access import OF_MEMBERS, STAFF, Access

from zhiheng.core.files.operations import keep
from zhiheng.core.organisations import operations as cards
from zhiheng.core.people import operations as people
from zhiheng.figures.definition import Period, figure
from zhiheng.figures.entering import Evidence, enter
from zhiheng.figures.models import Entry
from zhiheng.figures.reports import round_trip
from zhiheng.figures.reports.permissions import WORD

WORKERS = frozenset({"alice", "bob", "olive"})
"""Who works on members or gatherings, or runs the office: cards of organisations and people are theirs."""


def draft(story):
    story.publish()
    return (story.report.pk,)


def card(story):
    return (story.own.pk,)


def person(story):
    return (people.add_person(by=story.by, name="某人", mobile="13800001234", organisation=story.own).pk,)


def kept(story):
    return (cards.select(by=story.by, name="名单", organisations=[story.own], on=dt.date(2018, 12, 31)).pk,)


def came_back(story):
    (pk,) = draft(story)
    content = round_trip.docx(story.report.versions.get())
    return pk, keep(by=story.by, purpose=WORD, content=content, name="a.docx", about=story.report).token


def entered(story):
    cited = Evidence(Entry.Grade.D, "年鉴", "7")
    return (
        enter(
            by=story.by,
            figure=figure("members.activity_sessions"),
            period=Period.year(2013),
            what="手工台账",
            amount=Decimal(3),
            evidence=cited,
        ).pk,
    )


ACCESS = {
    "desk": Access(STAFF),
    "desk-search": Access(STAFF),
    "drafts": Access(STAFF),
    "draft": Access(STAFF, draft),
    "changes": Access(STAFF, draft),
    "difference": Access(STAFF, lambda story: (*draft(story), 1)),
    "draft-paper": Access(STAFF, lambda story: (*draft(story), "report.txt")),
    "word-hand-in": Access(OF_MEMBERS - {"rita"}, draft, method="POST"),
    "word-draft": Access(STAFF, came_back),
    "change-draft": Access(STAFF, lambda story: (*draft(story), "comment"), method="POST"),
    "desk-figures": Access(STAFF),
    "desk-figure": Access(OF_MEMBERS, lambda _story: ("members.participation",)),
    "desk-figure-publish": Access(OF_MEMBERS, lambda _story: ("members.participation",), method="POST"),
    "desk-figure-file": Access(OF_MEMBERS, lambda _story: ("members.participation",)),
    "entries": Access(STAFF),
    "entry-new": Access(OF_MEMBERS - {"rita"}),
    "entry": Access(OF_MEMBERS, entered),
    "change-entry": Access(OF_MEMBERS - {"rita"}, lambda story: (*entered(story), "check"), method="POST"),
    "organisations": Access(WORKERS),
    "organisation-new": Access(WORKERS),
    "organisation": Access(WORKERS, card),
    "change-organisation": Access(WORKERS, lambda story: (*card(story), "rename"), method="POST"),
    "selections": Access(WORKERS),
    "selection": Access(WORKERS, kept),
    "people": Access(WORKERS),
    "person-new": Access(WORKERS),
    "person": Access(WORKERS, person),
    "person-merge": Access(frozenset({"olive"}), person),
    "change-person": Access(WORKERS, lambda story: (*person(story), "correct"), method="POST"),
}
