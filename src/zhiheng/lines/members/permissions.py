"""Who may do what with members."""

from __future__ import annotations

import rules

from zhiheng.core.people.permissions import is_contact_of, reads, runs, works_on

LINE = "members"
READS, WORKS, RUNS = reads(LINE), works_on(LINE), runs(LINE)

for code, predicate in {
    "members.see": READS,
    "members.see_own": READS | is_contact_of,
    "members.apply": WORKS | is_contact_of,
    "members.require": RUNS,
    "members.see_met": WORKS,
    "members.decide": RUNS,
    "members.change_tier": RUNS,
    "members.end": RUNS,
    "members.represent": WORKS,
    "members.name_contact": WORKS,
    "members.ask_correction": WORKS | is_contact_of,
    "members.settle_correction": WORKS,
    "members.note_meeting": WORKS,
    "members.begin_term": RUNS,
    "members.end_term": RUNS,
    "members.elect": RUNS,
    "members.vacate": RUNS,
    "members.set_standard": RUNS,
    "members.raise_dues": RUNS,
    "members.exempt": RUNS,
    "members.take_in": WORKS,
    "members.match": WORKS,
    "members.refund": RUNS,
    "members.issue": WORKS,
    "members.void": RUNS,
    "members.remind": WORKS,
}.items():
    rules.add_perm(code, predicate)
