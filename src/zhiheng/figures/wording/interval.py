"""An interval of exact decimal numbers, and the expressions of the truth table that make one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from functools import cache
from typing import Final

EXACT: Final = Context(prec=200, Emin=-999_999, Emax=999_999, traps=[Inexact])
"""Arithmetic that refuses to round. Numbers of at most 60 digits stay far below its 200."""

_TERM = re.compile(r"([+-]?)\s*([0-9.]*)\s*([a-zA-Z]?)(?:/([0-9]+))?\s*")


def spell(number: Decimal) -> str:
    """Write `number` with separators and without an exponent: 1,234.5."""
    text = format(number, ",f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Interval:
    """The values between two ends; an end that is none is infinite.

    Attributes
    ----------
    low, high : the ends, none where the interval has no end on that side.
    low_open, high_open : true where the end does not belong to it.
    """

    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: Decimal) -> bool:
        above = self.low is None or (self.low < value if self.low_open else self.low <= value)
        below = self.high is None or (value < self.high if self.high_open else value <= self.high)
        return above and below

    def __str__(self) -> str:
        if self.low is not None and self.low == self.high:
            return f"= {spell(self.low)}"
        if self.low is None and self.high is None:
            return "(−∞, ∞)"
        if self.low is None:
            return f"{'<' if self.high_open else '≤'} {spell(self.high or Decimal(0))}"
        if self.high is None:
            return f"{'>' if self.low_open else '≥'} {spell(self.low)}"
        left, right = "(" if self.low_open else "[", ")" if self.high_open else "]"
        return f"{left}{spell(self.low)}, {spell(self.high)}{right}"

    @property
    def empty(self) -> bool:
        """Whether no value lies in it."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def meet(self, other: Interval) -> Interval:
        """The values in both."""
        low, low_open = max(
            ((i.low, i.low_open) for i in (self, other) if i.low is not None),
            default=(None, False),
        )
        highs = [(i.high, not i.high_open) for i in (self, other) if i.high is not None]
        high, closed = min(highs, default=(None, True))
        return Interval(low, high, low_open, not closed)

    def mirrored(self) -> Interval:
        """The same interval on the other side of zero."""
        return Interval(
            None if self.high is None else -self.high,
            None if self.low is None else -self.low,
            self.high_open,
            self.low_open,
        )


def evaluate(expression: str, symbols: Mapping[str, Decimal]) -> Interval:
    """Read an interval of the truth table, such as ``[0.9 N, N)`` or ``(N + u, inf)``.

    A side is a sum of terms: a number, a symbol, or both multiplied, over a whole number: ``0.9 N``, ``v/2``, ``11``.
    """
    low, high = expression[1:-1].split(",")
    return Interval(
        _side(low.strip(), symbols),
        _side(high.strip(), symbols),
        expression[0] == "(" and "inf" not in low,
        expression[-1] == ")" and "inf" not in high,
    )


def _side(text: str, symbols: Mapping[str, Decimal]) -> Decimal | None:
    if text in {"inf", "-inf"}:
        return None
    total = Decimal(0)
    for sign, factor, symbol, divisor in _terms(text):
        term = EXACT.multiply(factor, symbols[symbol] if symbol else Decimal(1))
        term = EXACT.divide(term, divisor)
        total = EXACT.subtract(total, term) if sign == "-" else EXACT.add(total, term)
    return total


@cache
def _terms(text: str) -> tuple[tuple[str, Decimal, str, Decimal], ...]:
    found: list[tuple[str, Decimal, str, Decimal]] = []
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        assert match is not None
        assert match.end() > at, f"the truth table has an expression that cannot be read: {text}"
        sign, factor, symbol, divisor = match.groups()
        found.append((sign, Decimal(factor or 1), symbol, Decimal(divisor or 1)))
        at = match.end()
    return tuple(found)
