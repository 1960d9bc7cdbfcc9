"""Compact letter display: groups of units that cannot be told apart (Piepho 2004).

Two units share a letter if and only if their difference is not significant.

Source: Piepho, H.-P. (2004), An algorithm for a letter-based representation of all-pairwise comparisons, Journal of
Computational and Graphical Statistics 13(2), 456-466: insert and absorb. Columns are sets of units, kept as bits of
an integer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def compact_letters(
    significant: NDArray[np.bool_], order: Sequence[int] | None = None
) -> tuple[tuple[int, ...], ...]:
    """Groups of units such that two units are in a common group iff they do not differ significantly.

    Parameters
    ----------
    significant
        (K, K) symmetric; the diagonal is not read.
    order
        Units from first to last as they will be shown; the groups come in this order. Default: as numbered.

    Returns
    -------
    groups
        Each group's units in the order shown. Every unit is in at least one group.

    Notes
    -----
    Insert: a column that holds both units of a significant pair is replaced by two, each without one of them.
    Absorb: a column inside another is dropped. Units enter one at a time, which leaves the same columns as
    Piepho's order of pairs: the largest sets without a significant pair. Where errors differ wildly there can be very
    many of them; beyond 4·K they are replaced by a greedy cover, for which the definition holds as well.
    """
    count = len(significant)
    shown = list(order) if order is not None else list(range(count))
    position = {unit: i for i, unit in enumerate(shown)}
    apart = [
        sum(1 << position[int(j)] for j in np.flatnonzero(significant[unit]) if j != unit) for unit in shown
    ]
    columns: list[int] = [0] if count else []
    for i in range(count):
        columns = _insert(columns, i, apart[i])
        if len(columns) > 4 * count:
            columns = _cover(apart)
            break
    columns = _sweep(columns, apart)
    groups = [tuple(i for i in range(count) if column >> i & 1) for column in columns]
    return tuple(tuple(shown[i] for i in group) for group in sorted(groups))


def _insert(columns: list[int], unit: int, apart: int) -> list[int]:
    """Add a unit to every column, split where it differs from a member, and absorb."""
    bit = 1 << unit
    whole = [column | bit for column in columns if not column & apart]
    split = [column for column in columns if column & apart]
    joined = _largest([(column & ~apart) | bit for column in split] + whole)
    return split + joined


def _largest(columns: list[int]) -> list[int]:
    """Absorb: drop columns inside another."""
    kept: list[int] = []
    for column in sorted(set(columns), key=int.bit_count, reverse=True):
        if not any(column & ~other == 0 for other in kept):
            kept.append(column)
    return kept


def _cover(apart: list[int]) -> list[int]:
    """Cover every pair that does not differ by greedily grown groups."""
    count = len(apart)
    columns: list[int] = []
    together = [(1 << i) for i in range(count)]  # who already shares a column with i
    for i in range(count):
        waiting = ~apart[i] & ~together[i] & ((1 << count) - 1)
        lonely = all(not column >> i & 1 for column in columns)
        while waiting or lonely:
            column, barred = 1 << i, apart[i]
            # first those still waiting for i, then anyone who fits
            for candidates in (waiting, ((1 << count) - 1) & ~apart[i]):
                for j in range(count):
                    bit = 1 << j
                    if candidates & bit and not barred & bit and not column & bit:
                        column |= bit
                        barred |= apart[j]
            columns.append(column)
            for j in range(count):
                if column >> j & 1:
                    together[j] |= column
            waiting &= ~column
            lonely = False
    return columns


def _sweep(columns: list[int], apart: list[int]) -> list[int]:
    """Drop columns all of whose pairs (and members) are covered by the others; the smallest go first."""
    count = len(apart)
    covered = np.zeros((count, count), dtype=np.int64)
    members = [np.array([i for i in range(count) if column >> i & 1], dtype=np.int64) for column in columns]
    for at in members:
        covered[np.ix_(at, at)] += 1
    kept = []
    for k in sorted(range(len(columns)), key=lambda k: len(members[k])):
        block = np.ix_(members[k], members[k])
        if np.all(covered[block] > 1):
            covered[block] -= 1
        else:
            kept.append(columns[k])
    return kept


def letters_of(groups: Sequence[Sequence[int]], count: int) -> tuple[str, ...]:
    """The letters of each unit: "a", "ab"; with more than 26 groups "a z aa", with spaces between."""
    names = [_letter(k) for k in range(len(groups))]
    of_unit: list[list[str]] = [[] for _ in range(count)]
    for name, group in zip(names, groups, strict=True):
        for unit in group:
            of_unit[unit].append(name)
    return tuple(("" if len(groups) <= 26 else " ").join(own) for own in of_unit)


def _letter(k: int) -> str:
    text = ""
    k += 1
    while k:
        k, rest = divmod(k - 1, 26)
        text = chr(ord("a") + rest) + text
    return text
