"""The stated rule: what a node attends is credited to the nearest legal person at or above it, through merges.

Which one that is goes by the tree of that day. So a team's attendance credits its company; a subsidiary credits
itself and never its group; a card that was merged credits the card it was merged into, whenever the attendance was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from zhiheng.core.organisations.models import LEGAL_PERSONS, Belonging, Credit, Organisation

ALWAYS: Final = dt.date(1, 1, 1)
Span = tuple[int, dt.date, dt.date | None]


def spans(node_id: int, seen: frozenset[int] = frozenset()) -> list[Span]:
    """Give (company id, start, end) of `node_id`, by climbing the tree."""
    if node_id in seen:
        return []
    seen |= {node_id}
    node = Organisation.objects.only("kind", "merged_into_id").get(pk=node_id)
    if node.merged_into_id:
        return spans(node.merged_into_id, seen)
    if node.kind in LEGAL_PERSONS:
        return [(node.pk, ALWAYS, None)]
    found: list[Span] = []
    for parent_id, start, end in Belonging.objects.filter(child=node).values_list(
        "parent_id", "start", "end"
    ):
        for company, since, until in spans(parent_id, seen):
            first = max(start, since)
            last = min((day for day in (end, until) if day), default=None)
            if last is None or first < last:
                found.append((company, first, last))
    return sorted(found, key=lambda span: span[1])


def below(nodes: Iterable[int]) -> set[int]:
    """Give `nodes` and every node whose credit can go through them: those of their tree, cards merged into these."""
    found: set[int] = set()
    edge = set(nodes)
    while edge:
        found |= edge
        children = Belonging.objects.filter(parent__in=edge).values_list("child_id", flat=True)
        aliases = Organisation.objects.filter(merged_into__in=edge).values_list("pk", flat=True)
        edge = {*children, *aliases} - found
    return found


def rebuild(nodes: Iterable[int]) -> None:
    """Derive the credits of `nodes` and of all below them again."""
    ids = below(nodes)
    Credit.objects.filter(node__in=ids).delete()
    Credit.objects.bulk_create(
        Credit(node_id=node, company_id=company, start=start, end=end)
        for node in sorted(ids)
        for company, start, end in spans(node)
    )
