"""Who may do what with figures."""

from __future__ import annotations

from typing import Any

import rules
from rules import predicate

from zhiheng.core.people.models import Part
from zhiheng.core.people.permissions import roles_today


@predicate
def runs_its_line(account: Any, figure: Any) -> bool:
    """Runs the line that owns the figure."""
    lines = {"office", figure.owner} if figure else {"office"}
    return any(line in lines and part == Part.RUNS for line, part, _ in roles_today(account))


rules.add_perm("figures.publish", runs_its_line)
