"""For whom a payment most likely is: proposed with the reason and how sure it is, in words. Nothing is written here.

A name decides whose it is, the amount which dues; the clerk confirms. Many payments take a fixed number of queries.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import accumulate
from typing import Final

from django.db.models import F, Q

from zhiheng.core.organisations.models import Belonging, Name
from zhiheng.lines.members.models import Due, Matching, Payment, Why
from zhiheng.lines.members.queries import HALF_A_CENT, dues
from zhiheng.ui.words import Text

LIKE: Final = 0.86
"""Names as alike as this may be one name miswritten."""
SHORTEST: Final = 4
"""A shorter name is not looked for within a memo."""


class Sure(Enum):
    """How sure a proposal is."""

    CERTAIN = Text("确定", "certain")
    LIKELY = Text("很可能", "likely")
    POSSIBLE = Text("可能", "possible")


class Fit(Enum):
    """How the amount sits with what is owed."""

    EXACT = Text("金额正好等于所欠会费", "the amount is just what is owed")
    LESS = Text("金额少于所欠，属部分缴费", "the amount is less than is owed: a part")
    MORE = Text("金额多于所欠，余额留待处理", "the amount is more than is owed: the rest waits")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Whose dues a payment seems to pay, a share each; why, how well the amount fits, how sure."""

    shares: tuple[tuple[Due, Decimal], ...]
    why: Why
    fit: Fit
    sure: Sure


def plain(name: str) -> str:
    """Give a name as it is compared: without spaces, brackets' width, case and dots."""
    return re.sub(r"[\s()\[\]·.,、-]", "", unicodedata.normalize("NFKC", name)).upper()


class Book:
    """What is owed and under which names; read once, in five queries, and used for many payments."""

    def __init__(self, payments: Iterable[Payment]) -> None:
        self.owed: dict[int, list[Due]] = defaultdict(list)
        self.left: dict[int, Decimal] = {}
        self.cards: dict[int, int] = {}
        open_dues = dues().filter(left__gt=HALF_A_CENT)
        for due in open_dues.select_related("membership__organisation").order_by("year", "pk"):
            self.owed[due.membership_id].append(due)
            self.left[due.pk] = due.left
            self.cards[due.membership.organisation_id] = due.membership_id
        self.names, self.spelled = self._names(), {}
        self.spelled = {key: who for key, (who, _) in self.names.items()}
        self.numbers = {due[0].membership.number: who for who, due in self.owed.items()}
        self.groups = self._groups()
        self.before = self._before({payment.payer for payment in payments})

    def _names(self) -> dict[str, tuple[int, Why]]:
        """Give whose each name is: a name of today goes before an earlier one, that before one of a merged card."""
        rows = Name.objects.filter(
            Q(organisation__in=self.cards) | Q(organisation__merged_into__in=self.cards)
        ).values_list("name", "end", "organisation", "organisation__merged_into")
        found: dict[str, tuple[int, Why]] = {}
        order = [Why.NAME, Why.EARLIER, Why.ALIAS]
        for name, end, card, into in rows:
            why = Why.EARLIER if end else Why.NAME
            who = self.cards.get(card)
            if who is None and into is not None:
                who, why = self.cards[into], Why.ALIAS
            if who is None:
                continue
            there = found.get(plain(name))
            if there is None or order.index(why) < order.index(there[1]):
                found[plain(name)] = (who, why)
        return found

    def _groups(self) -> dict[str, list[int]]:
        rows = Belonging.objects.filter(child__in=self.cards, end=None).values_list("parent__name", "child")
        found: dict[str, list[int]] = defaultdict(list)
        for parent, child in rows:
            found[plain(parent)].append(self.cards[child])
        return found

    def _before(self, payers: set[str]) -> dict[str, int]:
        rows = Matching.objects.filter(payment__payer__in=payers).annotate(payer=F("payment__payer"))
        return {
            plain(payer): who
            for payer, who in rows.order_by("pk").values_list("payer", "due__membership")
            if who in self.owed
        }

    def proposal(self, payment: Payment, rest: Decimal) -> Proposal | None:
        """Propose for what is left of one payment; what is proposed counts as paid for the next."""
        payer = plain(payment.payer)
        options: list[tuple[Why, list[int]]] = []
        if named := self._named(payment.memo, but=payer):
            options.append((Why.MEMO, named))
        if payer in self.names:
            options.append((self.names[payer][1], [self.names[payer][0]]))
        if payer in self.before:
            options.append((Why.BEFORE, [self.before[payer]]))
        if below := self.groups.get(payer):
            own = [self.names[payer][0]] if payer in self.names else []
            options += [(Why.GROUP, below), (Why.GROUP, own + below)]
        if not options and (near := difflib.get_close_matches(payer, self.spelled, n=1, cutoff=LIKE)):
            options.append((Why.ALIKE, [self.spelled[near[0]]]))
        years = {int(said) for said in re.findall(r"(?<!\d)20\d\d(?!\d|-\d{4})", payment.memo)}
        fitted = [(why, *self._fit(rest, members, years)) for why, members in options]
        usable = [each for each in fitted if each[1]]
        if not usable:
            return None
        why, shares, fit = next((each for each in usable if each[2] is Fit.EXACT), usable[0])
        for due, amount in shares:
            self.left[due.pk] -= amount
        return Proposal(tuple(shares), why, fit, _sure(why, fit))

    def _named(self, memo: str, but: str) -> list[int]:
        """Give the members that a memo names, by number or by a name that is not the payer's own."""
        said = plain(memo)
        by_number = [who for number, who in self.numbers.items() if number in memo]
        by_name = [
            who
            for name, (who, _) in self.names.items()
            if len(name) >= SHORTEST and name in said and name != but
        ]
        return list(dict.fromkeys(by_number + by_name))

    def _fit(
        self, rest: Decimal, members: list[int], years: set[int]
    ) -> tuple[list[tuple[Due, Decimal]], Fit]:
        """Choose dues for an amount: one that is just as much, or all up to a year, or the oldest first.

        Dues of the years that the memo names go before all others.
        """
        open_dues = [due for who in members for due in self.owed[who] if self.left[due.pk] > HALF_A_CENT]
        open_dues.sort(key=lambda due: (due.year not in years, due.year, due.pk))
        for due in open_dues:
            if _same(self.left[due.pk], rest):
                return [(due, rest)], Fit.EXACT
        for n, total in enumerate(accumulate(self.left[due.pk] for due in open_dues), 1):
            if _same(total, rest):
                return [(due, self.left[due.pk]) for due in open_dues[:n]], Fit.EXACT
        shares, over = [], rest
        for due in open_dues:
            if over > HALF_A_CENT:
                shares.append((due, min(over, self.left[due.pk])))
                over -= shares[-1][1]
        return shares, Fit.MORE if over > HALF_A_CENT else Fit.LESS


def propose(payments: Iterable[Payment]) -> dict[int, Proposal | None]:
    """Propose for each of `payments` (annotated with `rest`), the oldest first."""
    waiting = sorted(payments, key=lambda payment: (payment.paid_on, payment.pk))
    book = Book(waiting)
    return {payment.pk: book.proposal(payment, payment.rest) for payment in waiting}  # type: ignore[attr-defined]


def _same(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) < HALF_A_CENT


def _sure(why: Why, fit: Fit) -> Sure:
    if why is Why.ALIKE:
        return Sure.POSSIBLE
    if fit is Fit.EXACT:
        return Sure.CERTAIN if why is Why.NAME else Sure.LIKELY
    return Sure.LIKELY if why is Why.NAME else Sure.POSSIBLE
