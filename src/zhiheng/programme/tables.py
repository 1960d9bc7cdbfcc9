"""Load the tables of a programme: map columns wave by wave, code values, fold rows, apply rules, count everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhiheng.programme import coding as cells
from zhiheng.programme.coding import CleanColumn, Misfit, clean, joined
from zhiheng.programme.database import DatabaseTable
from zhiheng.programme.ledger import RowLedger
from zhiheng.programme.plan import STRATUM, WAVE, Coding, Column, Domain, Pick, Plan, TablePlan
from zhiheng.programme.problems import Findings, Severity, listed, nearest
from zhiheng.programme.reading import MOST_MISFITS, DataFile, RawTable
from zhiheng.programme.section import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

Progress = Callable[[str, int, int], None]

#: what the column that says who responded holds
RESPONDED = ("有回答为 1，没有回答为 0", "1 where there was a response, 0 where there was none")


@dataclass(frozen=True)
class CleanTable:
    """A table after coding: every row belongs to a wave and to the population of the plan.

    Attributes
    ----------
    columns
        Clean columns by plan name, `wave` among them; the crossed strata stand in `_stratum`.
    rows
        Row number of each row in its file; `file_of` is the position of that file in `files`.
    levels
        Domains the table can be broken down by.
    source
        What run.json says of a database table: what was read, how many rows, the hash of their content.
    lacking
        Columns that a file does not have: nothing is measured from the table, but the others can be looked at.
    """

    plan: TablePlan
    columns: Mapping[str, CleanColumn]
    files: tuple[str, ...]
    file_of: NDArray[np.int64]
    rows: NDArray[np.int64]
    levels: tuple[Domain, ...] = ()
    source: Mapping[str, object] | None = None
    lacking: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def responded(self) -> NDArray[np.bool_]:
        """Rows that count: where the plan adjusts for nonresponse, those of 1 in its column."""
        weighting = self.plan.weighting
        if weighting is None or weighting.nonresponse is None:
            return np.ones(len(self), dtype=np.bool_)
        column = self.columns[weighting.nonresponse.responded]
        return np.asarray(column.present & (column.values == 1), dtype=np.bool_)

    def place(self, row: int) -> tuple[str, int]:
        """File and row number of a row, for messages."""
        return self.files[int(self.file_of[row])], int(self.rows[row])

    def to_arrow(self, names: Iterable[str]) -> pa.Table:
        """Some columns as an Arrow table."""
        return pa.table({n: self.columns[n].to_arrow() for n in names})

    def in_wave(self, code: str) -> NDArray[np.bool_]:
        """Rows of a wave."""
        column = self.columns[WAVE]
        levels = column.levels or ()
        return np.asarray(column.values == (levels.index(code) if code in levels else -2), dtype=np.bool_)


def load(
    plan: Plan, table: TablePlan, data: Path, findings: Findings, ledger: RowLedger
) -> CleanTable | None:
    """Load one table.

    Parameters
    ----------
    data
        Folder the paths of the plan are relative to.

    Returns
    -------
    CleanTable or None
        None when a file is missing, or a column that says which rows there are; findings tell all of it.
    """
    opened: list[tuple[str, DataFile | DatabaseTable]] = [
        (wave, DataFile(data / name, name, table.encoding, table.sheet, findings))
        for wave, name in table.files.items()
        if name  # else the plan was told so already
    ]
    if table.database is not None:
        opened = [("", DatabaseTable(table.database, findings))]
    headers = [file.header() for _, file in opened]
    levels = plan.levels_of(table, [h for h in headers if h is not None])
    loader = _Loader(plan, table, levels, findings, ledger)
    loader.tell_unused()
    parts: list[CleanTable] = []
    source: Mapping[str, object] | None = None
    complete = all(h is not None for h in headers)
    for (wave, file), header in zip(opened, headers, strict=True):
        if header is None:
            continue
        needed, readable = loader.needed(file, header, [wave] if wave else [w.code for w in plan.waves])
        raw = file.read(needed) if readable else None
        if raw is None:
            complete = False
            continue
        parts += loader.parts(raw, wave)
        source = raw.record
    if not parts or not complete:
        return None
    return replace(loader.finish(parts), source=source, lacking=frozenset(loader.lacking))


class _Loader:
    """One table being loaded."""

    def __init__(
        self, plan: Plan, table: TablePlan, levels: tuple[Domain, ...], findings: Findings, ledger: RowLedger
    ) -> None:
        self.levels = levels
        self.plan = plan
        self.table = table
        self.findings = findings
        self.ledger = ledger
        self.numbers = plan.numeric(table)
        self.used = plan.used_columns(table, levels)
        self.lacking: set[str] = set()
        self.required = {table.design.weights, *table.design.population.values()}
        nonresponse = table.weighting.nonresponse if table.weighting else None
        self.responded = nonresponse.responded if nonresponse else ""
        self.wave_codes = tuple(w.code for w in plan.waves)

    # ── which columns ──

    def tell_unused(self) -> None:
        """Tell columns and codings that nothing uses: most often the name is mistyped, and the data stay uncoded."""
        if self.plan.index is not None and not self.plan.indicators:
            return  # they could not be read, and would name most of them
        used = dict.fromkeys((*self.used, self.table.wave, *(c.column for c in self.table.keep)))
        for name in dict.fromkeys((*self.table.columns, *self.table.coding)):
            if name not in used:
                key = "columns" if name in self.table.columns else "coding"
                line = self.table.coding[name].line if name in self.table.coding else None
                self.findings.add(
                    "column_unused", "plan.toml", line, f"tables.{self.table.name}.{key}.{name}", name,
                    nearest(name, [u for u in used if u]), severity="warning",
                )  # fmt: skip

    def needed(
        self, file: DataFile | DatabaseTable, header: tuple[str, ...], waves: list[str]
    ) -> tuple[list[str], bool]:
        """Give the file columns to read, and whether those are there that say which rows there are, and whose."""
        wanted: list[str] = []
        whole = True
        answers = self.plan.answers_of(self.table, self.levels)
        if self.table.wave and "" in self.table.files:
            names = self._names(self.table.column(self.table.wave).default, header)
            wanted += names
            if not names:
                whole = self._missing(file, self.table.wave, header)
        for name in self.used:
            column = self.table.column(name)
            for wave in waves:
                pick = column.pick(wave)
                if pick is None:
                    self.findings.add("wave_unmapped", "plan.toml", None, f"tables.{self.table.name}.columns.{name}",
                                      name, wave)  # fmt: skip
                    whole = False
                elif not pick.absent and pick.constant is None:
                    names = self._names(pick, header)
                    wanted += names
                    if not names:
                        self._missing(file, " / ".join(pick.names or pick.join), header)
                        self.lacking.add(name)
                        whole = whole and name in answers
        return list(dict.fromkeys(wanted)), whole

    def _missing(self, file: DataFile | DatabaseTable, name: str, header: tuple[str, ...]) -> bool:
        self.findings.add("column_missing", file.name, file.header_row, name, name, listed(header, 60))
        return False

    @staticmethod
    def _names(pick: Pick | None, header: tuple[str, ...]) -> list[str]:
        if pick is None:
            return []
        if pick.join:
            return list(pick.join) if all(j in header for j in pick.join) else []
        return next(([n] for n in pick.names if n in header), [])

    # ── one wave of one file ──

    def parts(self, raw: RawTable, wave: str) -> list[CleanTable]:
        """Cut a file into waves and make each clean."""
        numbers = np.arange(raw.data.num_rows, dtype=np.int64) + raw.first_row
        if wave or not self.table.wave:
            return self._kept(raw.data, numbers, wave or self.wave_codes[0], raw)
        name = self._names(self.table.column(self.table.wave).default, raw.header)[0]
        coding = self.table.coding.get(self.table.wave, Coding())
        column, misfits = clean(raw.data.column(name), coding, number=False)
        self._tell(misfits, raw.file, name, numbers, len(column))
        self._leave_without_wave(column, numbers, raw.file, name)
        levels = column.levels or ()
        parts: list[CleanTable] = []
        for code in self.wave_codes:
            rows = (
                np.flatnonzero(column.values == levels.index(code))
                if code in levels
                else np.zeros(0, np.int64)
            )
            if len(rows):
                whole = len(rows) == len(column)
                data = raw.data if whole else raw.data.take(pa.array(rows))
                parts += self._kept(data, numbers[rows], code, raw)
        return parts

    def _leave_without_wave(
        self, column: CleanColumn, numbers: NDArray[np.int64], file: str, name: str
    ) -> None:
        """Count the rows of no wave of the plan: outside `keep`, without a wave, or of a wave nobody knows."""
        outside = np.zeros(len(column), dtype=np.bool_)
        for condition in self.table.keep:
            if condition.column == self.table.wave:
                outside |= column.present & ~column.meets(condition)[0]
        legal = [i for i, x in enumerate(column.levels or ()) if x in self.wave_codes]
        left = {
            "outside_population": outside,
            "no_wave": ~column.present,
            "unknown_wave": column.present & ~outside & ~np.isin(column.values, legal),
        }
        for reason, rows in left.items():
            self.ledger.add(self.table.name, "", "read", int(rows.sum()))
            self.ledger.add(self.table.name, "", reason, int(rows.sum()))
        for rows in (left["unknown_wave"], column.state == cells.NO_ANSWER):
            if rows.any():
                first = int(np.flatnonzero(rows)[0])
                met = pc.value_counts(column.taken(rows).to_arrow()).to_pylist()
                values = {v["values"] or "—": v["counts"] for v in met}
                self.findings.add("wave_unknown", file, int(numbers[first]), name, expected=listed(self.wave_codes, 40),
                                  rows=int(rows.sum()), values=values)  # fmt: skip

    def _kept(self, data: pa.Table, numbers: NDArray[np.int64], wave: str, raw: RawTable) -> list[CleanTable]:
        """Make the rows of one wave clean."""
        table = self.table
        self.ledger.add(table.name, wave, "read", data.num_rows)
        columns: dict[str, CleanColumn] = {}
        if table.keep:
            mask = np.ones(data.num_rows, dtype=np.bool_)
            for condition in table.keep:
                if condition.column == table.wave:
                    continue  # looked at when the file was cut into waves
                column = self._column(condition.column, data, numbers, wave, raw)
                mask &= column.meets(condition)[0]
            self.ledger.add(table.name, wave, "outside_population", int((~mask).sum()))
            if not mask.any():
                told = ", ".join(c.text() for c in table.keep)
                self.findings.add(
                    "keep_empty", raw.file, column=table.keep[0].column, found=told, expected=wave
                )
                return []
            if not mask.all():
                data, numbers = data.filter(pa.array(mask)), numbers[mask]
        for name in self.used:
            columns[name] = self._column(name, data, numbers, wave, raw)
        place = np.zeros(len(numbers), dtype=np.int64)
        columns[WAVE] = CleanColumn(place, np.zeros(len(numbers), dtype=np.int8), (wave,))
        part = CleanTable(table, columns, (raw.file,), place, numbers)
        if table.one_row_per:
            part = self._folded(part, wave)
        part = self._ruled(part)
        counted = part.responded
        self.ledger.add(table.name, wave, "nonresponse", int((~counted).sum()))
        self.ledger.add(table.name, wave, "used", int(counted.sum()))
        for name in self.used:
            counts = np.bincount(part.columns[name].state[counted], minlength=len(cells.STATES))
            for state, count in zip(cells.STATES, counts, strict=True):
                self.ledger.add(table.name, wave, state, int(count), name)
        return [part]

    def _column(
        self, name: str, data: pa.Table, numbers: NDArray[np.int64], wave: str, raw: RawTable
    ) -> CleanColumn:
        number = name in self.numbers
        column: Column = self.table.column(name)
        pick = column.pick(wave) or Pick(absent=True)
        coding = self.table.coding.get(name, Coding()).in_wave(wave)
        if pick.absent or name in self.lacking:
            return cells.absent(len(numbers), number=number)
        if pick.constant is not None:
            told = (f"{pick.constant}（{pick.text.zh}）" if pick.text else pick.constant,
                    f"{pick.constant} ({pick.text.en})" if pick.text else pick.constant)  # fmt: skip
            self.findings.add(
                "constant_used", raw.file, column=name, found=told, expected=wave, severity="warning"
            )
            source = pa.array([pick.constant] * len(numbers), pa.string())
            shown = name
        elif pick.join:
            source = joined([data.column(j) for j in pick.join])
            shown = " · ".join(pick.join)
        else:
            shown = self._names(pick, raw.header)[0]
            source = data.column(shown)
        cleaned, misfits = clean(source, coding, number=number)
        if name == self.responded:
            misfits = [replace(m, code="response_unclear", expected=RESPONDED) for m in misfits]
        # a row that cannot do without this value has none: there is nothing to go on with, however few they are
        answered = (
            0 if name in {self.responded, *self.required} else int((cleaned.state != cells.NO_ANSWER).sum())
        )
        self._tell(misfits, raw.file, shown, numbers, answered)
        return cleaned

    def _tell(
        self, misfits: list[Misfit], file: str, column: str, numbers: NDArray[np.int64], answered: int
    ) -> None:
        for m in misfits:
            severity: Severity = "error" if m.rows > MOST_MISFITS * answered else "warning"
            self.findings.add(m.code, file, int(numbers[m.first]), column, expected=m.expected, severity=severity,
                              rows=m.rows, values=m.values)  # fmt: skip

    # ── rows that belong together, rows that contradict themselves ──

    def _folded(self, part: CleanTable, wave: str) -> CleanTable:
        """Fold rows of one unit into its first row; a value is kept when the rows that have one agree."""
        key = np.zeros(len(part), dtype=np.int64)
        for name in self.table.one_row_per:
            _, codes = np.unique(part.columns[name].values, return_inverse=True)
            _, key = np.unique(key * (codes.max() + 1) + codes, return_inverse=True)
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(key[order]) != 0])
        firsts = order[starts]
        by_first = np.argsort(firsts, kind="stable")
        columns: dict[str, CleanColumn] = {}
        for name, column in part.columns.items():
            columns[name] = self._one_value(name, column, order, starts, part).taken(by_first)
        kept = firsts[by_first]
        self.ledger.add(self.table.name, wave, "folded", len(part) - len(kept))
        return replace(part, columns=columns, file_of=part.file_of[kept], rows=part.rows[kept])

    def _one_value(
        self,
        name: str,
        column: CleanColumn,
        order: NDArray[np.int64],
        starts: NDArray[np.int64],
        part: CleanTable,
    ) -> CleanColumn:
        values = np.where(column.present, column.values, np.nan).astype(np.float64)[order]
        low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
        state = np.minimum.reduceat(column.state[order], starts)
        disagree = low < high
        if disagree.any():
            group = int(np.flatnonzero(disagree)[0])
            file, row = part.place(int(order[starts[group]]))
            pair = [low[group], high[group]]
            shown = listed(
                map(plain, map(float, pair))
                if column.levels is None
                else [column.levels[int(v)] for v in pair]
            )
            self.findings.add("folded_disagree", file, row, name, shown, ", ".join(self.table.one_row_per),
                              severity="warning", rows=int(disagree.sum()))  # fmt: skip
        state = np.where(disagree, cells.DISAGREE, state).astype(np.int8)
        keep = np.where(state == cells.ANSWERED, low, np.nan)
        if column.levels is None:
            return CleanColumn(keep, state)
        return CleanColumn(np.where(np.isnan(keep), -1, keep).astype(np.int64), state, column.levels)

    def _ruled(self, part: CleanTable) -> CleanTable:
        columns = dict(part.columns)
        for rule in self.table.rules:
            broken = np.ones(len(part), dtype=np.bool_)
            for condition in rule.when:
                broken &= part.columns[condition.column].meets(condition)[0]
            kept = np.ones(len(part), dtype=np.bool_)
            for condition in rule.expect:
                holds, known = part.columns[condition.column].meets(condition)
                kept &= holds | ~known
            broken &= ~kept
            if not broken.any():
                continue
            first = int(np.flatnonzero(broken)[0])
            file, row = part.place(first)
            seen = {c.column for c in (*rule.when, *rule.expect)}
            found = ", ".join(
                f"{c} = {plain(part.columns[c].taken(np.array([first])).to_arrow()[0].as_py())}"
                for c in sorted(seen)
            )
            fallback = ", ".join(c.text() for c in rule.expect)
            words = (rule.text.zh or fallback, rule.text.en or fallback)
            self.findings.add("contradiction", file, row, listed(rule.drop, 4) or rule.name, found, words,
                              severity="warning", rows=int(broken.sum()))  # fmt: skip
            for name in rule.drop:
                columns[name] = columns[name].without(broken, cells.CONTRADICTION)
        return replace(part, columns=columns)

    # ── all waves together ──

    def finish(self, parts: list[CleanTable]) -> CleanTable:
        """Put the waves under each other, in the order of the plan, and cross the strata."""
        files = tuple(dict.fromkeys(p.files[0] for p in parts))
        columns = {name: _stacked([p.columns[name] for p in parts]) for name in parts[0].columns}
        strata = self.table.design.strata
        if strata:
            columns[STRATUM] = _crossed([columns[s] for s in strata])
        return CleanTable(
            self.table,
            columns,
            files,
            np.concatenate([np.full(len(p), files.index(p.files[0]), dtype=np.int64) for p in parts]),
            np.concatenate([p.rows for p in parts]),
            self.levels,
        )


def _stacked(columns: list[CleanColumn]) -> CleanColumn:
    state = np.concatenate([c.state for c in columns])
    if columns[0].levels is None:
        return CleanColumn(np.concatenate([c.values for c in columns]), state)
    levels = tuple(sorted({level for c in columns for level in c.levels or ()}))
    place = {level: i for i, level in enumerate(levels)}
    moved = [np.array([*(place[x] for x in c.levels or ()), -1], dtype=np.int64)[c.values] for c in columns]
    return CleanColumn(np.concatenate(moved), state, levels)


def _crossed(columns: list[CleanColumn]) -> CleanColumn:
    """Cross columns into one; a row that lacks one of them has none."""
    texts = [pc.cast(c.to_arrow(), pa.string()) for c in columns]
    together = texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, " · ")
    return clean(together, Coding(), number=False)[0]
