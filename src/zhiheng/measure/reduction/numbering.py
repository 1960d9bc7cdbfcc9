"""Numbers the groups of rows as they are met: values of a key, pairs of keys, whole keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from zhiheng.measure.reduction.terms import CELL

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[Any]

TABLE = 1 << 24
"""Pairs of keys that a table may have room for; with more, the database groups."""


class TooManyPairsError(Exception):
    """The keys have too many values for a table of their pairs."""


class Values:
    """Numbers the values of a column as they are met; missing is a value.

    Whole numbers that do not lie far apart are looked up in a table; others, and text, by name.
    """

    def __init__(self, of: pa.DataType) -> None:
        import pyarrow as pa  # noqa: PLC0415 - slow import

        self.type = of
        self.values: list[Any] = []
        self._number: dict[Any, int] = {}
        self._low = 0
        self._table: Numbers | None = np.zeros(0, dtype=np.int32) if pa.types.is_integer(of) else None

    @property
    def size(self) -> int:
        """How many values there are."""
        return len(self.values)

    def number(self, array: pa.Array) -> Numbers:
        """Give the number of each value."""
        if self._table is not None and not array.null_count:
            met = array.to_numpy()
            if self._reaches(int(met.min()), int(met.max())):
                at = met.astype(np.int64) - self._low if self._low else met
                numbers: Numbers = self._table.take(at)
                if numbers.min() < 0:
                    self._add(np.unique(met[numbers < 0]).tolist())
                    numbers = self._table.take(at)
                return numbers
        encoded = array.dictionary_encode("encode")
        values = encoded.dictionary.to_pylist()
        self._add([v for v in values if v not in self._number])
        named = np.array([self._number[v] for v in values], dtype=np.int32)
        return np.asarray(named[encoded.indices.to_numpy()])

    def _add(self, new: list[Any]) -> None:
        numbers = range(len(self.values), len(self.values) + len(new))
        self._number.update(zip(new, numbers, strict=True))
        self.values += new
        if self._table is not None:
            whole = [v for v in new if v is not None]
            if whole and self._reaches(min(whole), max(whole)):
                self._table[np.array(whole) - self._low] = [self._number[v] for v in whole]

    def _reaches(self, low: int, high: int) -> bool:
        """Make the table reach these values; give it up where it would be too long."""
        if self._table is None:
            return False
        if len(self._table):
            low, high = min(low, self._low), max(high, self._low + len(self._table) - 1)
        elif 0 < low < 1 << 16:
            low = 0
        if high - low >= 1 << 22:
            self._table = None
            return False
        if high - low >= len(self._table):
            table = np.full(high - low + 1, -1, dtype=np.int32)
            start = self._low - low if len(self._table) else 0
            table[start : start + len(self._table)] = self._table
            self._low, self._table = low, table
        return True


class Pairs:
    """Numbers pairs of numbers as they are met.

    As long as each left number was met with one right number only (a stratum that follows from the unit), the pair's
    number is the left one.
    """

    def __init__(self) -> None:
        self.left = self.right = np.zeros(0, dtype=np.int32)
        self.size = 0
        self._table: Numbers | None = None
        self._width = 0

    def number(self, left: Numbers, right: Numbers, lefts: int, rights: int) -> Numbers:
        """Give the number of each pair, of two sides with so many numbers each."""
        if self._table is None:
            if lefts > self.size:
                more = lefts - self.size
                self.left = np.arange(lefts, dtype=np.int32)
                self.right = np.append(self.right, np.full(more, -1, dtype=np.int32))
                self.size = lefts
                first = self.right.take(left) < 0
                self.right[left[first]] = right[first]
            if (self.right.take(left) == right).all():
                return left
        if self._table is None or rights > self._width or lefts * self._width > len(self._table):
            self._widen(lefts, rights)
        assert self._table is not None
        code = left.astype(np.int64) * self._width + right
        numbers: Numbers = self._table.take(code)
        if numbers.min() < 0:
            new = code[numbers < 0]
            each = np.arange(len(new), dtype=np.int32)
            self._table[new] = each
            new = new[self._table[new] == each]  # of each pair the last
            self._table[new] = np.arange(self.size, self.size + len(new), dtype=np.int32)
            self.left = np.append(self.left, (new // self._width).astype(np.int32))
            self.right = np.append(self.right, (new % self._width).astype(np.int32))
            self.size += len(new)
            numbers = self._table.take(code)
        return numbers

    def _widen(self, lefts: int, rights: int) -> None:
        """Make a table with room for so many numbers on each side."""
        self._width = 1 << (rights - 1).bit_length()
        size = self._width << (lefts - 1).bit_length()
        if size > TABLE:
            raise TooManyPairsError
        self._table = np.full(size, -1, dtype=np.int32)
        self._table[self.left.astype(np.int64) * self._width + self.right] = np.arange(
            self.size, dtype=np.int32
        )


class Keys:
    """Numbers the groups that the values of some columns make; who counts other groups may share the values."""

    def __init__(self, columns: Sequence[str], schema: pa.Schema, shared: dict[str, Values]) -> None:
        import pyarrow as pa  # noqa: PLC0415 - slow import

        self.columns = tuple(reversed(columns))  # the finest first: what follows from it makes no pairs
        for c in set(columns) - set(shared):
            shared[c] = Values(pa.int64() if c == CELL else schema.field(c).type)
        self._values = [shared[c] for c in self.columns]
        self._pairs = [Pairs() for _ in columns[1:]]

    @property
    def size(self) -> int:
        """How many groups there are."""
        return (self._pairs or self._values)[-1].size if self.columns else 1

    def number(self, numbers: Callable[[str], Numbers], rows: int) -> Numbers:
        """Give the group of each of so many rows, of which `numbers` gives those of the values of a column."""
        if not self.columns:
            return np.zeros(rows, dtype=np.int32)
        groups, size = numbers(self.columns[0]), self._values[0].size
        for name, values, pairs in zip(self.columns[1:], self._values[1:], self._pairs, strict=True):
            groups, size = pairs.number(groups, numbers(name), size, values.size), pairs.size
        return groups

    def values(self) -> dict[str, pa.Array]:
        """Give the values of each column, a group."""
        import pyarrow as pa  # noqa: PLC0415 - slow import

        at, found = np.arange(self.size, dtype=np.int32), {}
        for i in range(len(self.columns) - 1, -1, -1):
            pairs = self._pairs[i - 1] if i else None
            own = at if pairs is None else pairs.right[at]
            found[self.columns[i]] = pa.array(self._values[i].values, self._values[i].type).take(
                pa.array(own)
            )
            at = at if pairs is None else pairs.left[at]
        return found
