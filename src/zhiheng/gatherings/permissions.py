"""Who may do what with gatherings."""

from __future__ import annotations

import rules

from zhiheng.core.people.permissions import is_contact_of, reads, runs, works_on

LINE = "gatherings"

for code, predicate in {
    "gatherings.see": reads(LINE),
    "gatherings.open_series": runs(LINE),
    "gatherings.hold": works_on(LINE),
    "gatherings.move": works_on(LINE),
    "gatherings.cancel": runs(LINE),
    "gatherings.register": works_on(LINE) | is_contact_of,
    "gatherings.give_back": works_on(LINE) | is_contact_of,
    "gatherings.check_in": works_on(LINE),
    "gatherings.strike": works_on(LINE),
}.items():
    rules.add_perm(code, predicate)
