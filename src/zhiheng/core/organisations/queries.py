"""Questions about cards that several rooms ask."""

from __future__ import annotations

from django.db.models import Q

from zhiheng.core.organisations.models import Organisation
from zhiheng.core.organisations.problems import NO_SUCH, SEVERAL
from zhiheng.core.problems import Problem

SHOWN = 5


def find(words: str, *, field: str = "") -> Organisation:
    """Give the one card that `words` names: its code, a name it has or had, or the only one with these words in a name.

    A card that was merged is given as the one it was merged into.
    """
    said = words.strip()
    exact = Organisation.objects.filter(Q(code__iexact=said) | Q(names__name=said)) if said else None
    for found in (exact, Organisation.objects.search(said) if said else None):
        if found is None:
            continue
        cards = {card.merged_into or card for card in found.select_related("merged_into")[: SHOWN + 1]}
        if len(cards) == 1:
            return cards.pop()
        if cards:
            names = "、".join(sorted(card.name for card in cards)[:SHOWN])
            raise Problem(SEVERAL, field=field, words=said, names=names)
    raise Problem(NO_SUCH, field=field, words=said)
