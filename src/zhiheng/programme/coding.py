"""Raw values become values: each distinct value is judged once, by the coding of the plan.

A clean column knows for every row whether there is a value and, if not, why. Values are float64 (missing: NaN) for
numbers, and positions in a list of texts (missing: -1) otherwise.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhiheng.programme.plan import Coding, Condition
from zhiheng.programme.problems import listed
from zhiheng.programme.section import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: states of a cell, in the words of `ledger.REASONS`
STATES = ("answered", "no_answer", "not_valid", "not_asked", "folded_disagree", "contradiction")
ANSWERED, NO_ANSWER, NOT_VALID, NOT_ASKED, DISAGREE, CONTRADICTION = range(len(STATES))

#: the rule a value broke -> the finding
_BROKEN = {
    "number": "not_a_number",
    "range": "out_of_range",
    "code": "code_unknown",
    "date": "date_impossible",
}


@dataclass(frozen=True)
class CleanColumn:
    """Values of one column and the state of each row. `levels` is none for numbers."""

    values: NDArray[np.float64] | NDArray[np.int64]
    state: NDArray[np.int8]
    levels: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.state)

    @property
    def is_number(self) -> bool:
        """Whether the values are numbers."""
        return self.levels is None

    @property
    def present(self) -> NDArray[np.bool_]:
        """Where there is a value."""
        return np.asarray(self.state == ANSWERED, dtype=np.bool_)

    def taken(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> CleanColumn:
        """Some of the rows."""
        return CleanColumn(self.values[rows], self.state[rows], self.levels)

    def without(self, rows: NDArray[np.bool_], state: int) -> CleanColumn:
        """The column with the values of some rows taken away, for a reason; what had no value keeps its reason."""
        gone = rows & self.present
        values = self.values.copy()
        values[gone] = np.nan if self.levels is None else -1
        changed = self.state.copy()
        changed[gone] = state
        return replace(self, values=values, state=changed)

    def to_arrow(self) -> pa.Array:
        """As an Arrow column of float64 or text, null where missing."""
        if self.levels is None:
            return pa.array(self.values, mask=~self.present)
        found = np.array([*self.levels, None], dtype=object)[self.values]
        return pa.array(found, pa.string())

    def meets(self, condition: Condition) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Where a condition holds, and where it is known to be true or false."""
        if self.levels is not None:
            wanted = np.array([plain(x) in condition.values for x in self.levels] + [False])
            if not condition.values:
                wanted = np.array([_between(x, condition) for x in self.levels] + [False])
            return wanted[self.values] & self.present, self.present
        values = np.asarray(self.values, dtype=np.float64)
        if condition.values:
            numbers = [float(v) for v in condition.values if as_number(v) is not None]
            return np.isin(values, numbers) & self.present, self.present
        with np.errstate(invalid="ignore"):
            low = True if condition.low is None else values >= condition.low
            high = True if condition.high is None else values <= condition.high
        return np.asarray(low & high, dtype=np.bool_) & self.present, self.present


def _between(text: str, condition: Condition) -> bool:
    value = as_number(text)
    return (
        value is not None
        and (condition.low is None or value >= condition.low)
        and (condition.high is None or value <= condition.high)
    )


@dataclass(frozen=True)
class Misfit:
    """Values of one column that broke the coding in one way: how many rows, the first row, the values."""

    code: str
    rows: int
    first: int
    values: Mapping[str, int]
    expected: tuple[str, str]


def absent(rows: int, *, number: bool, state: int = NOT_ASKED) -> CleanColumn:
    """A column without any value."""
    states = np.full(rows, state, dtype=np.int8)
    if number:
        return CleanColumn(np.full(rows, np.nan), states)
    return CleanColumn(np.full(rows, -1, dtype=np.int64), states, ())


def clean(
    raw: pa.ChunkedArray | pa.Array, coding: Coding, *, number: bool
) -> tuple[CleanColumn, list[Misfit]]:
    """Code a raw column.

    Parameters
    ----------
    raw
        Text, or numbers where the file carries types.
    number
        Whether the plan needs numbers.
    """
    if isinstance(raw, pa.ChunkedArray):
        raw = raw.combine_chunks()
    if number and not (coding.codes or coding.ranges or coding.date) and _is_numeric(raw.type):
        return _clean_numbers(raw, coding)
    if pa.types.is_dictionary(raw.type):
        raw = raw.cast(raw.type.value_type)
    encoded = pc.dictionary_encode(raw, null_encoding="encode")
    positions = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    distinct = ["" if _is_missing(v) else plain(v).strip() for v in encoded.dictionary.to_pylist()]
    judge = _judge(coding, number=number)
    verdicts = [judge(text) for text in distinct]
    if number:  # a code that is no number has no mean; whoever asks for one is told by the check
        verdicts = [
            (None, NOT_VALID, "") if isinstance(v[0], str) and as_number(v[0]) is None else v
            for v in verdicts
        ]
    state = np.array([v[1] for v in verdicts], dtype=np.int8)
    misfits = _misfits(distinct, [v[2] for v in verdicts], positions, coding)
    if number:
        values = np.array([math.nan if v[0] is None else float(v[0]) for v in verdicts], dtype=np.float64)
        return CleanColumn(values[positions], state[positions]), misfits
    levels = tuple(sorted({str(v[0]) for v in verdicts if v[0] is not None}))
    place = {level: i for i, level in enumerate(levels)}
    codes = np.array([-1 if v[0] is None else place[str(v[0])] for v in verdicts], dtype=np.int64)
    return CleanColumn(codes[positions], state[positions], levels), misfits


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _is_numeric(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))


def _clean_numbers(raw: pa.Array, coding: Coding) -> tuple[CleanColumn, list[Misfit]]:
    values = np.asarray(raw.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64).copy()
    state = np.full(len(values), ANSWERED, dtype=np.int8)
    missing = [n for m in coding.missing if (n := as_number(m)) is not None]
    state[np.isnan(values) | np.isin(values, missing)] = NO_ANSWER
    misfits = []
    if coding.valid is not None:
        low, high = coding.valid
        outside = (state == ANSWERED) & ~((values >= low) & (values <= high))
        if outside.any():
            state[outside] = NOT_VALID
            found, counts = np.unique(values[outside], return_counts=True)
            told = {plain(float(v)): int(n) for v, n in zip(found, counts, strict=True)}
            first = int(np.flatnonzero(outside)[0])
            misfits.append(Misfit("out_of_range", int(outside.sum()), first, told, _expected(coding)))
    values[state != ANSWERED] = np.nan
    return CleanColumn(values, state), misfits


def as_number(text: str) -> float | None:
    """A finite number, or none: "1_000", "nan" and "1,5" are not numbers here."""
    if "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def words_of(coding: Coding | None) -> list[str]:
    """Codes that a coding writes in any wave and that are no numbers."""
    if coding is None:
        return []
    return [
        code
        for one in (coding, *coding.waves.values())
        for code in (*(one.codes or {}).values(), *(r[2] for r in one.ranges))
        if as_number(code) is None
    ]


Verdict = tuple[str | float | None, int, str]


def _judge(coding: Coding, *, number: bool) -> Callable[[str], Verdict]:
    if not number and coding == Coding():
        return _as_it_is
    missing_texts = set(coding.missing)
    missing_numbers = {n for m in coding.missing if (n := as_number(m)) is not None}

    def judge(text: str) -> Verdict:
        value = as_number(text)
        if text == "" or text in missing_texts or value in missing_numbers:
            return None, NO_ANSWER, ""
        if coding.codes is not None:
            code = coding.codes.get(text)
            if code is None and value is not None:
                code = coding.codes.get(plain(value))
            return (None, NOT_VALID, "code") if code is None else (code, ANSWERED, "")
        if coding.ranges:
            code = next(
                (c for low, high, c in coding.ranges if value is not None and low <= value <= high), None
            )
            return (None, NOT_VALID, "code") if code is None else (code, ANSWERED, "")
        if coding.date:
            day = _date(text, coding)
            return (None, NOT_VALID, "date") if day is None else (day, ANSWERED, "")
        if not number and coding.valid is None:
            return text if value is None else _as_written(text, value), ANSWERED, ""
        if value is None:
            return None, NOT_VALID, "number"
        if coding.valid is not None and not coding.valid[0] <= value <= coding.valid[1]:
            return None, NOT_VALID, "range"
        return value, ANSWERED, ""

    return judge


def _as_it_is(text: str) -> Verdict:
    """Take a text that nothing is said about; most are codes, a different one in each row."""
    if text == "":
        return None, NO_ANSWER, ""
    value = as_number(text) if "." in text else None
    return text if value is None else _as_written(text, value), ANSWERED, ""


def _as_written(text: str, value: float) -> str:
    """Keep codes such as "007" and "310101"; only "3.0" of a spreadsheet becomes "3"."""
    return plain(value) if "." in text and value.is_integer() else text


def _date(text: str, coding: Coding) -> str | None:
    for shape in dict.fromkeys((coding.date, "%Y-%m-%d")):
        try:
            read = datetime.datetime.strptime(text[:10] if shape == "%Y-%m-%d" else text, shape)  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
        day = read.date().isoformat()
        if (coding.earliest and day < coding.earliest) or (coding.latest and day > coding.latest):
            return None
        return read.strftime(coding.write) if coding.write else day
    return None


def _misfits(
    distinct: Sequence[str], broken: Sequence[str], positions: NDArray[np.int64], coding: Coding
) -> list[Misfit]:
    misfits: list[Misfit] = []
    if not any(broken):
        return misfits
    counts = np.bincount(positions, minlength=len(distinct))
    for rule, code in _BROKEN.items():
        bad = [i for i, b in enumerate(broken) if b == rule and counts[i]]
        if not bad:
            continue
        first = int(np.flatnonzero(np.isin(positions, bad))[0])
        told = {distinct[i]: int(counts[i]) for i in bad}
        misfits.append(Misfit(code, int(counts[bad].sum()), first, told, _expected(coding)))
    return misfits


def _expected(coding: Coding) -> tuple[str, str]:
    if coding.codes is not None:
        text = listed(coding.codes, 20)
        return text, text
    if coding.ranges:
        text = listed((f"{low:g}–{high:g}" for low, high, _ in coding.ranges), 20)
        return text, text
    if coding.date:
        between = f" {coding.earliest}…{coding.latest}" if coding.earliest or coding.latest else ""
        return f"日期 {coding.date}{between}", f"a date {coding.date}{between}"
    if coding.valid is not None:
        return (
            f"{coding.valid[0]:g} 到 {coding.valid[1]:g} 的数字",
            f"a number from {coding.valid[0]:g} to {coding.valid[1]:g}",
        )
    return "数字", "a number"


def joined(columns: Sequence[pa.ChunkedArray]) -> pa.Array:
    """Join several raw columns into one code; blank when all of them are."""
    texts = [pc.fill_null(c.combine_chunks().cast(pa.string()), "") for c in columns]
    together = pc.binary_join_element_wise(*texts, "·")
    blank = "·" * (len(columns) - 1)
    return pc.if_else(pc.equal(together, blank), "", together)
