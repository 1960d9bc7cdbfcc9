"""A grouped pass over rows of plain numbers without the database: batches of columns, added up by sparse products.

The database adds up one column after the other into groups that lie far apart, about 7 ns a row and sum. Here the terms
of a batch stand side by side, so that a group is found once for all of them: under 1 ns a row and sum. It understands
columns of numbers from files and tables that Arrow reads, and keys of whole numbers or text; anything else (conditions,
expressions in SQL, csv, PostgreSQL) it leaves to the database, which gives the same table (docs/decisions/0001).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from zhiheng.measure.reduction.numbering import Keys, TooManyPairsError, Values
from zhiheng.measure.reduction.terms import CELL, FACTOR, HEAVIEST, LIGHTEST, MARGIN, ONE, Grouping, Term

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from zhiheng.measure.design import CellCalibration

    Array: TypeAlias = NDArray[np.float64]
    Numbers: TypeAlias = NDArray[Any]

BATCH = 100_000
"""Rows at a time: few enough to stay near the processor, enough that what Python adds does not count.

Five pages of 20,000 rows, as parquet files mostly have them.
"""

FEW = 1 << 16
"""Groups that each worker adds up for itself: with more, one place for all."""

EXACT = 1 << 53
"""Whole numbers below this are told apart as floats."""

NEAR = 4_096
"""Groups whose sums are turned from rows into columns at a time."""


@dataclass(frozen=True)
class Batches:
    """Rows as Arrow gives them, to be read as often as asked.

    Attributes
    ----------
    schema : the columns.
    shares : gives the rows with some of the columns, as so many iterators that may be read at once, or as fewer, each
        of at most so many rows at a time.
    workers : threads to use; one gives the same bits every time.
    """

    schema: pa.Schema
    shares: Callable[[Sequence[str], int, int], Sequence[Iterator[pa.RecordBatch]]]
    workers: int


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
    shares = batches.shares(columns, batches.workers, BATCH)
    turns = [threading.Lock() for _ in shares]
    sums, given_up = _Sums(grouping, batches.schema, calibration), threading.Event()

    def work(worker: int) -> None:
        desk = _Desk(sums.blocks, sums.squared)
        try:
            for i in range(len(shares)):  # its own share, then what others have left of theirs
                of = (worker + i) % len(shares)
                while not given_up.is_set():
                    with turns[of]:
                        batch = next(shares[of], None)
                    if batch is None:
                        break
                    if batch.num_rows:
                        sums.add(desk, batch)
            sums.take(desk)
        except BaseException:
            given_up.set()
            raise

    try:
        with ThreadPoolExecutor(max(batches.workers - 1, 1)) as threads:
            others = [threads.submit(work, worker) for worker in range(1, batches.workers)]
            work(0)
            for other in others:
                other.result()
    except (TooManyPairsError, pa.ArrowException, OSError):
        return None  # what Arrow cannot read the database reads, or says why not
    return sums.tables()


def first_look(
    batches: Batches, columns: Sequence[str], rows: int
) -> list[tuple[float | None, float | None, float | None]] | None:
    """Give the mean, lowest and highest of each column over the first so many rows, or None where it cannot."""
    import pyarrow as pa  # noqa: PLC0415 - slow import
    import pyarrow.compute as pc  # noqa: PLC0415 - slow import

    asked = Grouping((), ONE, sums=tuple(Term(((c, 0.0),)) for c in columns))
    read = _columns(batches.schema, asked, None)
    try:
        batch = None if read is None else next(batches.shares(read, 1, rows)[0], None)
    except (pa.ArrowException, OSError):
        return None
    if batch is None:
        return None
    ends = [pc.min_max(batch.column(c)) for c in columns]
    return [
        (pc.mean(batch.column(c)).as_py(), end["min"].as_py(), end["max"].as_py())
        for c, end in zip(columns, ends, strict=True)
    ]


def _columns(schema: pa.Schema, grouping: Grouping, calibration: CellCalibration | None) -> list[str] | None:
    """Name the columns to read; None where one is not plain."""
    import pyarrow as pa  # noqa: PLC0415 - slow import

    terms = (grouping.weight, *grouping.sums, *grouping.totals, *grouping.squares, *grouping.counts)
    if grouping.where or any(t.written for t in terms) or (calibration is not None and calibration.within):
        return None
    keys = {*grouping.keys, *grouping.by}
    numbers = {c for t in terms for c, _ in (*t.factors, *t.levels)} | set(grouping.ranges)
    numbers |= {c for t in terms for c in t.answered}
    if any(not isinstance(v, int | float) or abs(v) >= EXACT for t in terms for _, v in t.levels):
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


# ── adding up ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Cells:
    """Finds the calibration cell of each row."""

    def __init__(self, calibration: CellCalibration, schema: pa.Schema, shared: dict[str, Values]) -> None:
        self.calibration = calibration
        self._keys = Keys(calibration.columns, schema, shared)
        self._cell_of = {cell: i for i, cell in enumerate(calibration.cells)}
        self._cells = np.zeros(0, dtype=np.int64)

    def number(self, rows: _Rows) -> NDArray[np.int64]:
        """Give the cell of each row, -1 where it has none."""
        groups = self._keys.number(rows.key, rows.number)
        if self._keys.size > len(self._cells):
            values = self._keys.values()
            met = zip(*(values[c].to_pylist() for c in self.calibration.columns), strict=True)
            self._cells = np.array([self._cell_of.get(cell, -1) for cell in met], dtype=np.int64)
        return self._cells[groups]


class _Rows:
    """The columns of a batch, each made ready once."""

    def __init__(self, batch: pa.RecordBatch, values: Mapping[str, Values]) -> None:
        self.number = batch.num_rows
        self._batch = batch
        self._values = values
        self._keys: dict[str, Numbers] = {}
        self._made: dict[str, tuple[Array, NDArray[np.bool_] | None]] = {}
        self.levels: dict[str, NDArray[np.int64]] = {}

    def calibrate(self, calibration: CellCalibration, cell: NDArray[np.int64]) -> None:
        """Add the columns of a calibration, of the cell of each row."""
        inside = None if cell.min() >= 0 else cell >= 0
        self._made[CELL] = cell.astype(np.float64), inside
        self._made[FACTOR] = calibration.factors[cell], inside
        for m, level in enumerate(calibration.margins):
            self.levels[f"{MARGIN}{m}"] = level[cell]
            self._made[f"{MARGIN}{m}"] = level[cell].astype(np.float64), inside

    def key(self, column: str) -> Numbers:
        """Give the numbers of the values of a key column."""
        if column not in self._keys:
            self._keys[column] = self._values[column].number(self._array(column))
        return self._keys[column]

    def _array(self, column: str) -> pa.Array:
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

    def fill(self, term: Term, out: Array) -> None:
        """Write the value of a term for each row, 0 where it does not count."""
        if not term.factors:
            out[:] = 1.0
        for i, (column, off) in enumerate(term.factors):
            values, _ = self.numbers(column)
            if not i:
                np.subtract(values, off, out=out)
            else:
                out *= values - off if off else values
        for column in dict.fromkeys([*term.answered, *(c for c, _ in (*term.factors, *term.levels))]):
            _, inside = self.numbers(column)
            if inside is not None:
                out[~inside] = 0.0
        for column, level in term.levels:
            out[self.numbers(column)[0] != level] = 0.0

    def weight(self, term: Term) -> tuple[Array, NDArray[np.bool_] | None]:
        """Give the weight of each row, and whether it is a good one, None where all are; a bad one is 0."""
        if len(term.factors) == 1 and not (term.factors[0][1] or term.answered or term.levels):
            values, inside = self.numbers(term.factors[0][0])
            if inside is None and values.min() >= LIGHTEST and values.max() <= HEAVIEST:
                return values, None
        weight = np.empty(self.number)
        self.fill(term, weight)
        good = (weight >= LIGHTEST) & (weight <= HEAVIEST)
        if good.all():
            return weight, None
        weight[~good] = 0.0
        return weight, good


class _Held(dict[str, "Array"]):
    """Sums by name: (groups or more, terms)."""

    def reach(self, name: str, size: int, width: int, nothing: float = 0.0) -> Array:
        """Give the sums of a name, with room for so many groups."""
        sums = self.get(name)
        if sums is None or len(sums) < size:
            shape = (max(size, 0 if sums is None else 2 * len(sums)), width)
            grown = np.full(shape, nothing) if nothing else np.zeros(shape)
            if sums is not None:
                grown[: len(sums)] = sums
            self[name] = sums = grown
        return sums

    def add(self, other: _Held) -> None:
        """Add the sums of another."""
        for name, sums in other.items():
            self.reach(name, *sums.shape)[: len(sums)] += sums


class _Desk:
    """What one worker writes on again and again, the terms of a batch side by side: sums, totals and other squares.

    And its own sums, where groups are few.
    """

    def __init__(self, blocks: Sequence[Sequence[Term]], squared: Sequence[int]) -> None:
        self.held = _Held()
        self._terms = blocks
        sums, totals, *_ = blocks
        self._squares = bool(totals) and list(totals) == [t.times(t) for t in sums]
        self.last = self._squares and 1 not in squared
        """Whether the totals are the squares of the sums and nothing else, so that they are made in their place."""
        self.one, self.plain = np.ones(BATCH), np.ones((BATCH, 2))
        self._blocks = [np.empty((BATCH, len(terms))) for terms in blocks]
        if self.last:
            self._blocks[1] = self._blocks[0]

    def write(self, rows: _Rows) -> list[Array]:
        """Give the blocks of a batch: (rows, terms) each; totals that are made last are the sums still."""
        blocks = [block[: rows.number] for block in self._blocks]
        for at, (terms, block) in enumerate(zip(self._terms, blocks, strict=True)):
            if at == 1 and self._squares:
                if not self.last:
                    np.square(blocks[0], out=block)
                continue
            for i, term in enumerate(terms):
                rows.fill(term, block[:, i])
        return blocks


class _Sums:
    """The sums so far, by group and, of totals, by domain."""

    def __init__(self, grouping: Grouping, schema: pa.Schema, calibration: CellCalibration | None) -> None:
        self.grouping = grouping
        self._values: dict[str, Values] = {}
        self._keys = Keys(grouping.keys, schema, self._values)
        self._domains = Keys(grouping.by, schema, self._values)
        self._cells = None if calibration is None else _Cells(calibration, schema, self._values)
        # sums over the levels of a margin are a matter of where the weight goes, not of what it is multiplied with
        margins = (
            {} if calibration is None else {f"{MARGIN}{m}": x for m, x in enumerate(calibration.margins)}
        )
        asked = {t.levels[0][0] for t in grouping.sums if _is_margin(t)}
        self._margins = {m: int(level.max()) + 1 for m, level in margins.items() if m in asked}
        own = tuple(t for t in grouping.sums if t != ONE and not _is_margin(t))
        other = [t for t in grouping.squares if t not in (*own, *grouping.totals)]
        self.blocks = (own, grouping.totals, tuple(other), grouping.counts)
        self.squared = [i for i, terms in enumerate(self.blocks) if set(terms) & set(grouping.squares)]
        self._lock = threading.Lock()
        self._held = _Held()

    def add(self, desk: _Desk, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch."""
        rows = _Rows(batch, self._values)
        with self._lock:
            if self._cells is not None:
                rows.calibrate(self._cells.calibration, self._cells.number(rows))
            group, groups = self._keys.number(rows.key, rows.number), self._keys.size
            domain, domains = self._domains.number(rows.key, rows.number), self._domains.size
        weight, good = rows.weight(self.grouping.weight)
        sums, totals, *_, counts = blocks = desk.write(rows)
        one, plain = desk.one[: rows.number], desk.plain[: rows.number]
        plain[:, 1] = weight
        parts = [("rows", one, plain), ("s", weight, sums)]
        if good is not None:
            parts.append(("bad", one, (~good).astype(np.float64)[:, None]))
        if counts.shape[1]:
            parts.append(("c", one, counts))
        parts += [(f"p{i}", weight * weight, blocks[i]) for i in self.squared]
        margins = [(m, rows.levels[m], levels) for m, levels in self._margins.items()]
        # of many groups hardly two rows share one, and they are held once; few are each worker's own
        few = groups <= FEW
        for name, times, block in parts if few else ():
            add_product(times, group, block, desk.held.reach(name, groups, block.shape[1]))
        for name, level, levels in margins if few else ():
            add_product(
                weight, group * levels + level, one[:, None], desk.held.reach(name, groups * levels, 1)
            )
        with self._lock:
            for name, times, block in () if few else parts:
                add_product(times, group, block, self._held.reach(name, self._keys.size, block.shape[1]))
            for name, level, levels in () if few else margins:
                into = self._held.reach(name, self._keys.size * levels, 1)
                add_product(weight, group.astype(np.int64) * levels + level, one[:, None], into)
            for i, column in enumerate(self.grouping.ranges):
                self._range(i, rows, column, group)
        if desk.last:
            np.square(sums, out=totals)
        if totals.shape[1]:
            add_product(weight, domain, totals, desk.held.reach("t", domains, totals.shape[1]))

    def take(self, desk: _Desk) -> None:
        """Add what a worker held."""
        with self._lock:
            self._held.add(desk.held)

    def _range(self, at: int, rows: _Rows, column: str, group: Numbers) -> None:
        """Widen the range of a column in each group."""
        values, inside = rows.numbers(column)
        if inside is not None:
            values, group = values[inside], group[inside]
        with np.errstate(invalid="ignore"):  # what is no number is told after the pass
            for name, widen, nothing in (("lo", np.minimum, np.inf), ("hi", np.maximum, -np.inf)):
                widen.at(self._held.reach(f"{name}{at}", self._keys.size, 1, nothing)[:, 0], group, values)

    def tables(self) -> tuple[pa.Table, pa.Table | None]:
        """Give the sums by group and the totals by domain, columns named as in the statement; what was held goes."""
        import pyarrow as pa  # noqa: PLC0415 - slow import

        size, grouping, keys = self._keys.size, self.grouping, self._keys.values()
        found: dict[str, Any] = {f"k{i}": keys[c] for i, c in enumerate(grouping.keys)}
        found["inside"] = np.ones(size, dtype=bool)
        found["bad"] = self._held.reach("bad", size, 1)[:size, 0]
        found |= self._apart("rows", size, ["rows", "weight"])
        own, _, _, counts = self.blocks
        found |= {f"s{i}": found["weight"] for i, t in enumerate(grouping.sums) if t == ONE}
        found |= self._apart("s", size, [f"s{grouping.sums.index(t)}" for t in own])
        found |= self._apart("c", size, [f"c{i}" for i in range(len(counts))])
        for block in self.squared:
            place = {t: i for i, t in enumerate(grouping.squares)}
            names = [f"p{place[t]}" if t in place else None for t in self.blocks[block]]
            found |= self._apart(f"p{block}", size, names)
        for margin, levels in self._margins.items():
            at = {t.levels[0]: i for i, t in enumerate(grouping.sums) if _is_margin(t)}
            names = [f"s{at[margin, i]}" if (margin, i) in at else None for i in range(levels)]
            found |= self._apart(margin, size, names)
        for i in range(len(grouping.ranges)):
            for name in (f"lo{i}", f"hi{i}"):
                values = self._held.pop(name)[:size, 0]
                found[name] = pa.array(values, mask=np.isinf(values))
        if not grouping.totals:
            return pa.table(found), None
        keys, size = self._domains.values(), self._domains.size
        total = {f"k{i}": keys[c] for i, c in enumerate(grouping.by)}
        names = [f"t{i}" for i in range(len(grouping.totals))]
        return pa.table(found), pa.table(total | self._apart("t", size, names))

    def _apart(self, held: str, size: int, names: Sequence[str | None]) -> dict[str, Array]:
        """Give sums column by column under their names, without those that have none, and let go of them."""
        sums = self._held.pop(held, np.zeros((0, 1))).reshape(-1, max(len(names), 1))[:size]
        apart = np.empty(sums.shape[::-1])
        for start in range(0, size, NEAR):  # turned where it is near the processor
            apart[:, start : start + NEAR] = sums[start : start + NEAR].T
        return {name: apart[i] for i, name in enumerate(names) if name is not None}


def _is_margin(term: Term) -> bool:
    """Tell whether a term is 1 on one level of a calibration margin, else 0."""
    return (
        len(term.levels) == 1
        and term.levels[0][0].startswith(MARGIN)
        and not (term.factors or term.answered or term.written)
    )


def add_product(weight: Array, group: Numbers, block: Array, into: Array) -> None:
    """Add the rows of a block to their groups, times their weight: (rows, terms) to (groups, terms).

    That is a sparse product. The function behind SciPy's adds to what is there and is not public: where it is gone, the
    product is made first.
    """
    kind: Any = np.int32 if len(into) <= np.iinfo(np.int32).max else np.int64
    each, group = _each(len(group), kind), group.astype(kind, copy=False)
    try:
        add: Any = import_module("scipy.sparse._sparsetools").coo_matmat_dense
    except (ImportError, AttributeError):
        from scipy.sparse import coo_array  # noqa: PLC0415 - slow import

        into += np.asarray(coo_array((weight, (group, each)), shape=(len(into), len(group))) @ block)
        return
    add(len(group), block.shape[1], group, each, weight, block.ravel(), into.ravel())


@lru_cache(maxsize=4)
def _each(number: int, kind: Any) -> Numbers:
    """Give whole numbers from 0, not to be written on."""
    return np.arange(number, dtype=kind)
