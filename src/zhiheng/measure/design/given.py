"""What a call was given: names, numbers and pairs, or a problem that says what was given in their place."""

from __future__ import annotations

import math
import numbers
import textwrap
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from zhiheng.measure.problems import Problem


def unknown(option: str, found: object, legal: str) -> Problem:
    """Tell of a value that an option cannot have, shortened where it is long (a table, an array)."""
    return Problem("option_unknown", option=option, found=textwrap.shorten(repr(found), 80), legal=legal)


def names_of(option: str, given: object) -> list[str]:
    """Read names of columns.

    Raises
    ------
    Problem : it is neither a text nor a list of texts.
    """
    if isinstance(given, str):
        return [given]
    found: list[Any] = list(given) if isinstance(given, Iterable) else [None]
    if not all(isinstance(c, str) for c in found):
        raise unknown(option, given, "a column name, or a list of them")
    return found


def number(given: object) -> float:
    """Give a number as a float; NaN for what is none, also for a text of digits."""
    if not isinstance(given, numbers.Real):
        return math.nan
    try:
        return float(given)
    except OverflowError:
        return math.inf


def amount(given: object) -> float:
    """Give a number as a float, also a decimal one of a database; NaN for what is none."""
    return float(given) if isinstance(given, Decimal) else number(given)


def whole(option: str, given: object, least: int) -> None:
    """Fail on what is no whole number, or below the least."""
    if not isinstance(given, numbers.Integral) or int(given) < least:
        raise unknown(option, given, f"a whole number from {least}")


def rounds(max_iterations: object, tolerance: object) -> None:
    """Fail where it is not known when to stop."""
    whole("max_iterations", max_iterations, 0)
    if not amount(tolerance) >= 0:
        raise unknown("tolerance", tolerance, "0 or more")


def condition(option: str, given: object) -> None:
    """Fail on what is neither a condition in SQL nor nothing."""
    if not isinstance(given, str | None):
        raise unknown(option, given, "an SQL condition, as text")


def ends(option: str, given: object, legal: str) -> None:
    """Fail on what is no pair of numbers."""
    both = list(given) if isinstance(given, Iterable) and not isinstance(given, Mapping) else []
    if len(both) != 2 or any(math.isnan(amount(end)) for end in both):
        raise unknown(option, given, legal)


def pairs(option: str, given: object, legal: str) -> dict[Any, Any]:
    """Read what has ``items()``: a dict, another mapping, a pandas Series.

    Raises
    ------
    Problem : it is nothing of the kind, or a key occurs twice.
    """
    asked = getattr(given, "items", None)
    if not callable(asked):
        raise unknown(option, given, legal)
    items: list[tuple[Any, Any]] = list(asked())
    found = dict(items)
    if len(found) < len(items):
        raise unknown(option, given, f"{legal}, each once")
    return found


def totals(given: Mapping[Any, Any], name: str = "") -> dict[Any, float]:
    """Read population totals; the name comes before the key of one that is wrong.

    Raises
    ------
    Problem : one is no number. What is NaN or infinite is told where it is known what it is for.
    """
    if bad := [f"{name}{k}={t!r}" for k, t in given.items() if not isinstance(t, numbers.Real | Decimal)]:
        raise Problem("target_not_finite", found=textwrap.shorten(", ".join(bad[:5]), 160))
    return {k: amount(t) for k, t in given.items()}
