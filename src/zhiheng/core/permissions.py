"""Who may do what on the ground: cards, people, places. One list, read by `rules`."""

from __future__ import annotations

import rules

from zhiheng.core.people.permissions import (
    is_anybody,
    is_contact_of,
    is_oneself,
    is_signed_in,
    runs,
    works_on,
)

OFFICE = runs("office")
STAFF = works_on("office") | works_on("members") | works_on("gatherings")

for code, predicate in {
    "organisations.add": STAFF,
    "organisations.rename": STAFF,
    "organisations.place_under": STAFF,
    "organisations.correct": STAFF,
    "organisations.merge": OFFICE,
    "organisations.part": OFFICE,
    "organisations.select": STAFF,
    "organisations.see": STAFF,
    "people.add_person": STAFF,
    "people.correct_person": STAFF,
    "people.add_colleague": STAFF | is_contact_of,
    "people.merge": OFFICE,
    "people.part": OFFICE,
    "people.open_account": OFFICE,
    "people.give_role": OFFICE,
    "people.end_role": OFFICE,
    "people.name_contact": works_on("office") | works_on("members"),
    "people.erase": OFFICE,
    "people.change_own": is_oneself,
    "people.see": STAFF,
    "places.add": OFFICE,
    "messages.send": STAFF,
    "messages.see_sent": OFFICE,
    "core.sign_in": is_anybody,
    "core.own_page": is_signed_in,
}.items():
    rules.add_perm(code, predicate)
