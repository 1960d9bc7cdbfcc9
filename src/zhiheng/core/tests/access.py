"""Who gets the addresses of the ground."""

from __future__ import annotations

import rules
from access import Access

from zhiheng.core.files import operations as files
from zhiheng.core.files.kinds import CSV
from zhiheng.core.permissions import OFFICE

PAPER = files.Purpose("tests.paper", kinds=frozenset({CSV}))
for verb in ("keep", "read", "delete"):
    if not rules.perm_exists(f"tests.paper.{verb}"):
        rules.add_perm(f"tests.paper.{verb}", OFFICE)


def paper(story):
    return (files.keep(by=story.by, purpose=PAPER, content="秘密".encode(), name="a.csv").token,)


ACCESS = {"file": Access(frozenset({"olive"}), paper)}
