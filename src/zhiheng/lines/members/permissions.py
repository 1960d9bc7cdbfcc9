"""Who may do what with members."""

from __future__ import annotations

import rules

from zhiheng.core.people.permissions import is_contact_of, reads, runs, works_on

LINE = "members"

for code, predicate in {
    "members.see": reads(LINE),
    "members.see_own": reads(LINE) | is_contact_of,
    "members.apply": works_on(LINE) | is_contact_of,
    "members.decide": runs(LINE),
    "members.change_tier": runs(LINE),
    "members.end": runs(LINE),
}.items():
    rules.add_perm(code, predicate)
