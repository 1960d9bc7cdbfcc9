"""A number in an address or a form may be anything: no page breaks over one that is no number of a record or a year."""

from __future__ import annotations

import pytest
from django.urls import reverse
from story import Story

HOSTILE = ("9" * 30, "9" * 5000, "020185", "٣", "²", "-1", "0", "1e3", "\x00")
ASKED = {
    # address, its parts: the parameters it reads numbers from
    ("desk-figure", "members.participation"): ("from", "to", "by", "page"),
    ("organisations",): ("district", "industry", "page"),
    ("members:register",): ("on", "page", "district", "industry", "tier"),
    ("members:overview",): ("to",),
    ("members:dues",): ("year", "page"),
    ("members:apply",): ("card",),
    ("members:payments",): ("page",),
    ("gatherings:editions",): ("series", "host", "year", "page"),
    ("calendar:month",): ("month", "kind"),
    ("entries",): ("page",),
    ("figures",): ("page",),
}
SENT = {
    ("members:confirm",): ("confirm",),
    ("members:deal-with", "remind"): ("member",),
    ("members:apply",): ("card",),
    ("entry-new",): ("supersedes", "year", "replaces"),
}
BROKEN = 500


@pytest.mark.django_db
@pytest.mark.parametrize("place", sorted(ASKED), ids=lambda place: place[0])
def test_no_page_breaks_over_a_number_in_its_address(client, place):
    story = Story()
    for given in HOSTILE:
        for name in (*ASKED[place], "q"):
            story.sign_in(client, "alice")
            answer = client.get(reverse(place[0], args=place[1:]), {name: given})
            assert answer.status_code < BROKEN, (name, given[:20])


@pytest.mark.django_db
@pytest.mark.parametrize("place", sorted(SENT), ids=lambda place: place[0])
def test_no_page_breaks_over_a_number_that_is_sent(client, place):
    story = Story()
    for given in HOSTILE:
        for name in SENT[place]:
            story.sign_in(client, "alice")
            answer = client.post(
                reverse(place[0], args=place[1:]),
                {name: f"{given}:{given}=1" if name == "confirm" else given},
            )
            assert answer.status_code < BROKEN, (name, given[:20])


@pytest.mark.django_db
def test_a_nul_in_what_is_typed_is_refused_on_both_databases(client):
    story = Story()
    story.sign_in(client, "alice")
    assert client.get(reverse("organisations"), {"q": "厂\x00"}).status_code == 400
    sent = {"name": "厂\x00", "on": "2018-07-01"}
    assert client.post(reverse("change-organisation", args=[story.own.pk, "rename"]), sent).status_code == 400


@pytest.mark.django_db
def test_no_draft_and_no_person_breaks_over_a_number(client):
    story = Story()
    story.publish()
    person = story.own.people.get()
    for given in HOSTILE:
        for who, address, parts, sent in (
            (
                "alice",
                "change-draft",
                (story.report.pk, "save"),
                {"title": "题", "text": "甲", "after": given},
            ),
            ("alice", "change-draft", (story.report.pk, "settle"), {"comment": given}),
            (
                "alice",
                "change-organisation",
                (story.own.pk, "correct"),
                {"district": given, "industry": given},
            ),
            ("olive", "change-person", (person.pk, "end-role"), {"role": given, "on": "2018-01-01"}),
        ):
            story.sign_in(client, who)
            assert client.post(reverse(address, args=parts), sent).status_code < BROKEN, (address, given[:20])
