"""A grouped pass over rows of plain numbers without the database: batches of columns, added up by sparse products.

The database adds up one column after the other into groups that lie far apart, about 7 ns a row and sum. Here the terms
of a batch stand side by side, so that a group is found once for all of them: under 1 ns a row and sum. It understands
columns of numbers from files and tables that Arrow reads, and keys of whole numbers or text; anything else (conditions,
expressions in SQL, csv, PostgreSQL) it leaves to the database, which gives the same table (docs/decisions/0001).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from zhiheng.measure.design.grouping import tally
from zhiheng.measure.reduction.terms import CELL, FACTOR, MARGIN, Grouping, Term

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from zhiheng.measure.design import CellCalibration

    Array: TypeAlias = NDArray[np.float64]
    Numbers: TypeAlias = NDArray[Any]

BATCH = 131_072
"""Rows at a time: few enough to stay near the processor, enough that what Python adds does not count."""

TABLE = 1 << 24
"""Pairs of keys that a table may have room for; with more, the database groups."""


@dataclass(frozen=True)
class Batches:
    """Rows as Arrow gives them, to be read as often as asked.

    Attributes
    ----------
    schema : the columns.
    shares : gives the rows with some of the columns, as that many iterators that may be read at once, or as fewer.
    workers : threads to use; one gives the same bits every time.
    """

    schema: pa.Schema
    shares: Callable[[Sequence[str], int], Sequence[Iterator[pa.RecordBatch]]]
    workers: int


class TooManyPairsError(Exception):
    """The keys have too many values for a table of their pairs."""


def group(
    batches: Batches, grouping: Grouping, calibration: CellCalibration | None
) -> tuple[pa.Table, pa.Table | None] | None:
    """Run a pass; give the table of its statement, totals apart in a table by `Grouping.by`, or None if it cannot.

    Parameters
    ----------
    batches : the rows.
    grouping : what is asked.
    calibration : whose cells, factors and margins are columns too.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow import

    columns = _columns(batches.schema, grouping, calibration)
    if columns is None:
        return None
    shares = batches.shares(columns, batches.workers)
    turns = [threading.Lock() for _ in shares]
    sums, given_up = _Sums(grouping, batches.schema, calibration), threading.Event()

    def work(worker: int) -> None:
        share, turn = shares[worker % len(shares)], turns[worker % len(shares)]
        desk = _Desk(sums.blocks)
        try:
            while not given_up.is_set():
                with turn:
                    batch = next(share, None)
                if batch is None:
                    return
                if batch.num_rows:
                    sums.add(desk, batch)
        except BaseException:
            given_up.set()
            raise

    try:
        if batches.workers == 1:
            work(0)
        else:
            with ThreadPoolExecutor(batches.workers) as threads:
                list(threads.map(work, range(batches.workers)))
    except (TooManyPairsError, pa.ArrowException, OSError):
        return None  # what Arrow cannot read the database reads, or says why not
    return sums.tables()


def _columns(schema: pa.Schema, grouping: Grouping, calibration: CellCalibration | None) -> list[str] | None:
    """Name the columns to read; None where one is not plain."""
    import pyarrow as pa  # noqa: PLC0415 - slow import

    terms = (grouping.weight, *grouping.sums, *grouping.totals, *grouping.squares, *grouping.counts)
    if grouping.where or any(t.written for t in terms):
        return None
    keys = {*grouping.keys, *grouping.by}
    numbers = {c for t in terms for c, _ in (*t.factors, *t.levels)} | set(grouping.ranges)
    numbers |= {c for t in terms for c in t.answered}
    if any(not isinstance(v, int | float) for t in terms for _, v in t.levels):
        return None
    made = {c for c in keys | numbers if calibration is not None and c.startswith((CELL, FACTOR, MARGIN))}
    keys, numbers = keys - made, numbers - made
    if made and calibration is not None:
        keys |= set(calibration.columns)

    for column in keys | numbers:
        if len(schema.get_all_field_indices(column)) != 1:
            return None
        of = schema.field(column).type
        is_whole = pa.types.is_integer(of) and not pa.types.is_uint64(of)
        is_text = pa.types.is_string(of) or pa.types.is_large_string(of)
        is_real = pa.types.is_float64(of) or pa.types.is_float32(of)
        if (column in keys and not (is_whole or is_text)) or (
            column in numbers and not (is_whole or is_real)
        ):
            return None
    return sorted(keys | numbers) or None


# ── numbering ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Values:
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
                numbers: Numbers = self._table[at]
                if numbers.min() < 0:
                    self._add(np.unique(met[numbers < 0]).tolist())
                    numbers = self._table[at]
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


class _Pairs:
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
                first = self.right[left] < 0
                self.right[left[first]] = right[first]
            if (self.right[left] == right).all():
                return left
        if self._table is None or rights > self._width or lefts * self._width > len(self._table):
            self._widen(lefts, rights)
        assert self._table is not None
        code = left.astype(np.int64) * self._width + right
        numbers: Numbers = self._table[code]
        if numbers.min() < 0:
            new = np.unique(code[numbers < 0])
            self._table[new] = np.arange(self.size, self.size + len(new), dtype=np.int32)
            self.left = np.append(self.left, (new // self._width).astype(np.int32))
            self.right = np.append(self.right, (new % self._width).astype(np.int32))
            self.size += len(new)
            numbers = self._table[code]
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


class _Keys:
    """Numbers the groups that the values of some columns make."""

    def __init__(self, columns: Sequence[str], schema: pa.Schema) -> None:
        import pyarrow as pa  # noqa: PLC0415 - slow import

        self.columns = tuple(reversed(columns))  # the finest first: what follows from it makes no pairs
        self._values = [_Values(pa.int64() if c == CELL else schema.field(c).type) for c in self.columns]
        self._pairs = [_Pairs() for _ in columns[1:]]

    @property
    def size(self) -> int:
        """How many groups there are."""
        return (self._pairs or self._values)[-1].size if self.columns else 1

    def number(self, rows: _Rows) -> Numbers:
        """Give the group of each row."""
        if not self.columns:
            return np.zeros(rows.number, dtype=np.int32)
        groups, size = self._values[0].number(rows.array(self.columns[0])), self._values[0].size
        for column, values, pairs in zip(self.columns[1:], self._values[1:], self._pairs, strict=True):
            right = values.number(rows.array(column))
            groups, size = pairs.number(groups, right, size, values.size), pairs.size
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


class _Cells:
    """Finds the calibration cell of each row."""

    def __init__(self, calibration: CellCalibration, schema: pa.Schema) -> None:
        self.calibration = calibration
        self._keys = _Keys(calibration.columns, schema)
        self._cell_of = {cell: i for i, cell in enumerate(calibration.cells)}
        self._cells = np.zeros(0, dtype=np.int64)

    def number(self, rows: _Rows) -> NDArray[np.int64]:
        """Give the cell of each row, -1 where it has none."""
        groups = self._keys.number(rows)
        if self._keys.size > len(self._cells):
            values = self._keys.values()
            met = zip(*(values[c].to_pylist() for c in self.calibration.columns), strict=True)
            self._cells = np.array([self._cell_of.get(cell, -1) for cell in met], dtype=np.int64)
        return self._cells[groups]


# ── adding up ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Rows:
    """The columns of a batch, each made ready once."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.number = batch.num_rows
        self._batch = batch
        self._made: dict[str, tuple[Array, NDArray[np.bool_] | None]] = {}
        self._moved: dict[tuple[str, float], Array] = {}

    def calibrate(self, calibration: CellCalibration, cell: NDArray[np.int64]) -> None:
        """Add the columns of a calibration, of the cell of each row."""
        inside = None if cell.min() >= 0 else cell >= 0
        self._made[CELL] = cell.astype(np.float64), inside
        self._made[FACTOR] = calibration.factors[cell], inside
        for m, level in enumerate(calibration.margins):
            self._made[f"{MARGIN}{m}"] = level[cell].astype(np.float64), inside

    def array(self, column: str) -> pa.Array:
        """Give a key column."""
        import pyarrow as pa  # noqa: PLC0415 - slow import

        if column not in self._made:
            return self._batch.column(column)
        values, inside = self._made[column]
        return pa.array(values.astype(np.int64), mask=None if inside is None else ~inside)

    def numbers(self, column: str) -> tuple[Array, NDArray[np.bool_] | None]:
        """Give a column as numbers, 0 where missing, and where it is not missing: None is everywhere."""
        if column not in self._made:
            array, inside = self._batch.column(column), None
            if array.null_count:
                inside = array.is_valid().to_numpy(zero_copy_only=False)
                array = array.fill_null(0)
            self._made[column] = array.to_numpy().astype(np.float64, copy=False), inside
        return self._made[column]

    def moved(self, column: str, off: float) -> Array:
        """Give a column as numbers with a constant taken off."""
        if (column, off) not in self._moved:
            values, _ = self.numbers(column)
            self._moved[column, off] = values - off if off else values
        return self._moved[column, off]

    def fill(self, term: Term, out: Array) -> None:
        """Write the value of a term for each row, 0 where it does not count."""
        factors = [self.moved(column, off) for column, off in term.factors]
        if len(factors) < 2:
            out[:] = factors[0] if factors else 1.0
        else:
            np.multiply(factors[0], factors[1], out=out)
        for factor in factors[2:]:
            out *= factor
        for column in dict.fromkeys([*term.answered, *(c for c, _ in (*term.factors, *term.levels))]):
            _, inside = self.numbers(column)
            if inside is not None:
                out[~inside] = 0.0
        for column, level in term.levels:
            out[self.numbers(column)[0] != level] = 0.0

    def weight(self, term: Term) -> tuple[Array, NDArray[np.bool_]]:
        """Give the weight of each row, and whether it is a good one; a bad one is 0."""
        weight = np.empty(self.number)
        self.fill(term, weight)
        good = (weight > 0) & (weight <= np.inf)
        if not good.all():
            weight[~good] = 0.0
        return weight, good


class _Desk:
    """What one worker writes on again and again: the terms of a batch side by side, sums, totals and other squares."""

    def __init__(self, blocks: Sequence[Sequence[Term]]) -> None:
        self._terms = blocks
        self._blocks = [np.empty((BATCH, len(terms))) for terms in blocks]
        sums, totals, *_ = blocks
        squares = [t.times(t) for t in sums]
        at = squares.index(totals[0]) if totals and totals[0] in squares else 0
        self._squares = (
            slice(at, at + len(totals)) if squares[at : at + len(totals)] == list(totals) else None
        )

    def write(self, rows: _Rows) -> list[Array]:
        """Give the blocks of a batch: (rows, terms) each."""
        blocks = [block[: rows.number] for block in self._blocks]
        for at, (terms, block) in enumerate(zip(self._terms, blocks, strict=True)):
            if (
                at == 1 and self._squares is not None
            ):  # the totals are the squares of sums that stand in a row
                np.square(blocks[0][:, self._squares], out=block)
                continue
            for i, term in enumerate(terms):
                rows.fill(term, block[:, i])
        return blocks


class _Sums:
    """The sums so far, by group and, of totals, by domain."""

    def __init__(self, grouping: Grouping, schema: pa.Schema, calibration: CellCalibration | None) -> None:
        self.grouping = grouping
        self._keys, self._domains = _Keys(grouping.keys, schema), _Keys(grouping.by, schema)
        self._cells = None if calibration is None else _Cells(calibration, schema)
        other = [t for t in grouping.squares if t not in (*grouping.sums, *grouping.totals)]
        self.blocks = (grouping.sums, grouping.totals, tuple(other), grouping.counts)
        self._squared = [i for i, terms in enumerate(self.blocks) if set(terms) & set(grouping.squares)]
        self._lock = threading.Lock()
        # by name: (groups or more, terms)
        self._sums: dict[str, Array] = {}

    def add(self, desk: _Desk, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch."""
        rows = _Rows(batch)
        with self._lock:
            if self._cells is not None:
                rows.calibrate(self._cells.calibration, self._cells.number(rows))
            group, groups = self._keys.number(rows), self._keys.size
            domain, domains = self._domains.number(rows), self._domains.size
        weight, good = rows.weight(self.grouping.weight)
        sums, totals, *_, counts = blocks = desk.write(rows)
        row_group = group
        at: Numbers | slice = slice(groups)
        if groups > rows.number:  # add up the groups met here, in a place of their own
            met = np.zeros(groups, dtype=bool)
            met[group] = True
            at = np.flatnonzero(met)
            place = np.empty(groups, dtype=np.int32)
            place[at] = np.arange(len(at), dtype=np.int32)
            group, groups = place[group], len(at)
        parts: dict[str, Array] = {
            "rows": tally(group, None, groups)[:, None],
            "weight": tally(group, weight, groups)[:, None],
            "s": _product(weight, group, groups, sums),
        }
        if not good.all():
            parts["bad"] = tally(group, (~good).astype(np.float64), groups)[:, None]
        if counts.shape[1]:
            parts["c"] = _product(np.ones(rows.number), group, groups, counts)
        for i in self._squared:
            parts[f"p{i}"] = _product(weight * weight, group, groups, blocks[i])
        total = _product(weight, domain, domains, totals) if totals.shape[1] else None
        with self._lock:
            for name, part in parts.items():
                self._reach(name, self._keys.size, part.shape[1])[at] += part
            for i, column in enumerate(self.grouping.ranges):
                self._range(i, rows, column, row_group)
            if total is not None:
                self._reach("t", self._domains.size, total.shape[1])[:domains] += total

    def _range(self, at: int, rows: _Rows, column: str, group: Numbers) -> None:
        """Widen the range of a column in each group."""
        values, inside = rows.numbers(column)
        if inside is not None:
            values, group = values[inside], group[inside]
        for name, widen, nothing in (("lo", np.minimum, np.inf), ("hi", np.maximum, -np.inf)):
            widen.at(self._reach(f"{name}{at}", self._keys.size, 1, nothing)[:, 0], group, values)

    def _reach(self, name: str, size: int, width: int, nothing: float = 0.0) -> Array:
        """Give the sums of a name, with room for so many groups."""
        sums = self._sums.get(name)
        if sums is None or len(sums) < size:
            shape = (max(size, 0 if sums is None else 2 * len(sums)), width)
            grown = np.full(shape, nothing) if nothing else np.zeros(shape)
            if sums is not None:
                grown[: len(sums)] = sums
            self._sums[name] = sums = grown
        return sums

    def tables(self) -> tuple[pa.Table, pa.Table | None]:
        """Give the sums by group and the totals by domain, columns named as in the statement; what was held goes."""
        import pyarrow as pa  # noqa: PLC0415 - slow import

        size, grouping, keys = self._keys.size, self.grouping, self._keys.values()
        found: dict[str, Any] = {f"k{i}": keys[c] for i, c in enumerate(grouping.keys)}
        found["inside"] = np.ones(size, dtype=bool)
        for name in ("rows", "weight", "bad"):
            found[name] = self._reach(name, size, 1)[:size, 0]
        found |= self._apart("s", size, grouping.sums) | self._apart("c", size, grouping.counts)
        for block in self._squared:
            wanted = [t if t in grouping.squares else None for t in self.blocks[block]]
            squares = self._apart(f"p{block}", size, wanted)
            place = {t: i for i, t in enumerate(grouping.squares)}
            found |= {f"p{place[t]}": squares[f"p{block}{i}"] for i, t in enumerate(wanted) if t is not None}
        for i in range(len(grouping.ranges)):
            for name in (f"lo{i}", f"hi{i}"):
                values = self._sums.pop(name)[:size, 0]
                found[name] = pa.array(values, mask=np.isinf(values))
        if not grouping.totals:
            return pa.table(found), None
        keys, size = self._domains.values(), self._domains.size
        total = {f"k{i}": keys[c] for i, c in enumerate(grouping.by)}
        return pa.table(found), pa.table(total | self._apart("t", size, grouping.totals))

    def _apart(self, name: str, size: int, terms: Sequence[Term | None]) -> dict[str, Array]:
        """Give the sums of a name, term by term, and let go of them."""
        sums = self._sums.pop(name, np.zeros((0, 0)))
        return {f"{name}{i}": sums[:size, i].copy() for i, term in enumerate(terms) if term is not None}


def _product(weight: Array, group: Numbers, groups: int, block: Array) -> Array:
    """Sum the rows of a block by group, times their weight: (rows, terms) in, (groups, terms) out."""
    from scipy.sparse import csc_array  # noqa: PLC0415 - slow import

    each = np.arange(len(group) + 1, dtype=np.int32)
    return np.asarray(csc_array((weight, group, each), shape=(groups, len(group))) @ block)
