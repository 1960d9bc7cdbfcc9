"""Who may do what with members."""

from __future__ import annotations

from typing import Final

import rules

from zhiheng.core.people.models import Part
from zhiheng.core.people.permissions import has_part, is_anybody, is_contact_of, reads, runs, works_on

LINE = "members"
READS, WORKS, RUNS = reads(LINE), works_on(LINE), runs(LINE)

CONTACT = WORKS | is_contact_of

PERMISSIONS: Final = {
    "members.see": READS,
    "members.own": has_part(LINE, Part.CONTACT),
    "members.see_own": READS | is_contact_of,
    # joining
    "members.ask_to_join": is_anybody,
    "members.receive": WORKS,
    "members.turn_away": WORKS,
    "members.apply": CONTACT,
    "members.require": RUNS,
    "members.see_met": WORKS,
    "members.approve": RUNS,
    "members.decline": RUNS,
    # membership
    "members.change_tier": RUNS,
    "members.end": RUNS,
    "members.withdraw": RUNS,
    "members.name_representative": WORKS,
    "members.end_representation": WORKS,
    "members.name_contact": WORKS,
    "members.invite": WORKS,
    "members.ask_correction": CONTACT,
    "members.settle_correction": WORKS,
    # the council
    "members.note_meeting": WORKS,
    "members.begin_term": RUNS,
    "members.end_term": RUNS,
    "members.elect": RUNS,
    "members.vacate": RUNS,
    # dues
    "members.set_standard": RUNS,
    "members.raise_dues": RUNS,
    "members.exempt": RUNS,
    "members.owe_again": RUNS,
    "members.issue": WORKS,
    "members.void": RUNS,
    "members.remind": WORKS,
    # payments
    "members.take_in": WORKS,
    "members.match": WORKS,
    "members.unmatch": WORKS,
    "members.set_aside": WORKS,
    "members.put_back": WORKS,
    "members.refund": RUNS,
    "members.undo_refund": RUNS,
}
"""An operation has the permission of its own name."""

for code, predicate in PERMISSIONS.items():
    rules.add_perm(code, predicate)
