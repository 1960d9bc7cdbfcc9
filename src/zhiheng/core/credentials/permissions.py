"""Who issues and withdraws: who works on the line that answers for it; to withdraw takes who runs it."""

from __future__ import annotations

from typing import Any

import rules
from rules import predicate

from zhiheng.core.people.permissions import runs, works_on


@predicate
def works_on_the_line(account: Any, line: Any) -> bool:
    """Works on the line that issues."""
    return isinstance(line, str) and bool(works_on(line)(account))


@predicate
def runs_its_line(account: Any, credential: Any) -> bool:
    """Runs the line that issued it."""
    return credential is not None and bool(runs(credential.line)(account))


rules.add_perm("credentials.issue", works_on_the_line)
rules.add_perm("credentials.withdraw", runs_its_line)
