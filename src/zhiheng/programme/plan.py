"""What a programme says: frozen records of plan.toml and indicators.csv, without reading or checking anything.

The format is told in docs/decisions/0003. `zhiheng.programme.plan_file` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

WHOLE = "all"  #: code of the level, and of its only unit, that is everybody
WAVE = "wave"  #: the column every clean table has
STRATUM = "_stratum"  #: the column that holds the crossed strata of a clean table

Role = Literal["survey", "points", "published"]
Statistic = Literal["mean", "proportion", "total", "value"]
Lonely = Literal["fail", "remove", "adjust", "average", "certainty"]


@dataclass(frozen=True)
class Words:
    """A text for people in Chinese and English."""

    zh: str = ""
    en: str = ""

    def in_language(self, language: str) -> str:
        """The text in a language; the other one where it is not given."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


@dataclass(frozen=True)
class Wave:
    """One round of the programme."""

    code: str
    name: Words


@dataclass(frozen=True)
class Pick:
    """Where a column stands in a file of one wave.

    Attributes
    ----------
    names
        Tried in order.
    join
        Several columns read as one code.
    constant
        One value for all rows; `text` says why.
    absent
        The wave does not have it, and that is known.
    """

    names: tuple[str, ...] = ()
    join: tuple[str, ...] = ()
    constant: str | None = None
    text: Words = Words()
    absent: bool = False


@dataclass(frozen=True)
class Column:
    """A column of the plan: where it stands in each wave. `default` is for waves not named; none: must be named."""

    name: str
    default: Pick | None
    waves: Mapping[str, Pick] = field(default_factory=dict)

    def pick(self, wave: str) -> Pick | None:
        """Where it stands in one wave."""
        return self.waves.get(wave, self.default)


@dataclass(frozen=True)
class Coding:
    """How raw values of a column become values. At most one of `valid`, `codes`, `ranges`, `date` is given.

    A date is kept as YYYY-MM-DD, or as `write` has it (``%Y`` for the year). `line` is where it stands in plan.toml.
    """

    valid: tuple[float, float] | None = None
    codes: Mapping[str, str] | None = None
    ranges: tuple[tuple[float, float, str], ...] = ()
    date: str = ""
    write: str = ""
    earliest: str = ""
    latest: str = ""
    missing: tuple[str, ...] = ()
    line: int | None = None
    waves: Mapping[str, Coding] = field(default_factory=dict)

    def in_wave(self, wave: str) -> Coding:
        """The coding of one wave."""
        return self.waves.get(wave, self)


@dataclass(frozen=True)
class Condition:
    """A column equals one of `values`, or lies from `low` to `high`."""

    column: str
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    def text(self) -> str:
        """In words short enough for a message."""
        if self.values:
            return f"{self.column} = {' | '.join(self.values)}"
        low = "" if self.low is None else f"{self.low:g} ≤ "
        high = "" if self.high is None else f" ≤ {self.high:g}"
        return f"{low}{self.column}{high}"


@dataclass(frozen=True)
class Rule:
    """Rows where all of `when` hold must fulfil all of `expect`; else the columns in `drop` become no answer."""

    name: str
    when: tuple[Condition, ...]
    expect: tuple[Condition, ...]
    drop: tuple[str, ...]
    text: Words = Words()


@dataclass(frozen=True)
class DesignPlan:
    """How the rows were drawn."""

    strata: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    weights: str = ""
    population: Mapping[str, str] = field(default_factory=dict)
    nest: bool = False
    lonely: Lonely = "fail"


@dataclass(frozen=True)
class Margin:
    """Population totals by the levels of columns, from a file of the plan folder."""

    columns: tuple[str, ...]
    path: str


@dataclass(frozen=True)
class Nonresponse:
    """Cells within which the answered rows stand for the others."""

    cells: tuple[str, ...]
    responded: str

    @property
    def within_waves(self) -> tuple[str, ...]:
        """The cells, each of one wave: a wave that is added leaves the weights of the others as they are."""
        return tuple(dict.fromkeys((WAVE, *self.cells)))


@dataclass(frozen=True)
class Weighting:
    """From base weights to final weights: nonresponse, margins, trimming, in this order."""

    method: Literal["rake", "poststratify"] = "rake"
    margins: tuple[Margin, ...] = ()
    trim: tuple[float | None, float | None] | None = None
    nonresponse: Nonresponse | None = None


@dataclass(frozen=True)
class Database:
    """A table of PostgreSQL.

    Attributes
    ----------
    connection
        Name of the environment variable that tells how to connect; what it holds is kept nowhere.
    table, schema
        Without a schema, the first of the search path that has the table.
    key, line
        Where it stands in plan.toml, for messages.
    """

    connection: str
    table: str
    schema: str = ""
    key: str = ""
    line: int | None = None

    @property
    def name(self) -> str:
        """What messages and the report call it."""
        return "PostgreSQL " + (f"{self.schema}.{self.table}" if self.schema else self.table)


@dataclass(frozen=True)
class TablePlan:
    """A table: its files, its columns and how it was drawn.

    Attributes
    ----------
    sound
        Whether plan.toml tells of it, and of the waves, without an error. Else its data are not read: what would be
        found in them follows from what is wrong in the plan.
    """

    name: str
    role: Role
    files: Mapping[str, str]  # wave -> file; "" for one file with all waves
    database: Database | None = None  # instead of files; `files` then has its name
    wave: str = ""
    encoding: Literal["utf-8", "gb18030"] = "utf-8"
    sheet: str = ""
    id: str = ""
    one_row_per: tuple[str, ...] = ()
    keep: tuple[Condition, ...] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)
    coding: Mapping[str, Coding] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    design: DesignPlan = DesignPlan()
    weighting: Weighting | None = None
    sound: bool = True

    def column(self, name: str) -> Column:
        """Where a column stands; a column that is not listed has the same name in the file."""
        return self.columns.get(name) or Column(name, Pick(names=(name,)))


@dataclass(frozen=True)
class Domain:
    """A level of the report: a unit is one combination of the columns' values."""

    code: str
    name: Words
    columns: tuple[str, ...]
    labels: str = ""
    index: bool = True


@dataclass(frozen=True)
class Measured:
    """A statistic of a variable of a table."""

    table: str
    variable: str
    statistic: Statistic = "mean"
    category: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """What a civic rule looks at, and what it means that a table has no row of a unit in a wave that others have."""

    measured: Measured
    absent: Literal["lacking", "zero"] = "lacking"


@dataclass(frozen=True)
class Adjustment:
    """A civic rule: points off, points on, or one vote that overrules, by a statistic of a table.

    Attributes
    ----------
    points, cap
        Deduction and bonus: points of the index for each unit of the statistic, and at most so many.
    at
        Veto: applies when the statistic reaches this.
    set_to, cap_band
        Veto: the index becomes at most this, or the band at most this one (its code).
    absent
        What it means that the table has no row of a unit in a wave: that the statistic is lacking, or that there was
        nothing to count (a register of findings, which lists those found only).
    """

    code: str
    kind: Literal["deduction", "bonus", "veto"]
    name: Words
    measured: Measured
    points: float | None = None
    cap: float | None = None
    at: float = 1.0
    set_to: float | None = None
    cap_band: str = ""
    absent: Literal["lacking", "zero"] = "lacking"

    @property
    def look(self) -> Look:
        """What it looks at."""
        return Look(self.measured, self.absent)


@dataclass(frozen=True)
class Band:
    """A range of the index from `start` up, with a name and a colour."""

    code: str
    start: float
    name: Words
    colour: str


@dataclass(frozen=True)
class IndexPlan:
    """How the index is made from its indicators.

    Attributes
    ----------
    unbalanced
        Units join and leave: one that a wave does not have at all is no error where indicators must not be missing, and
        the whole is compared between waves whatever units it is made of.
    """

    missing: Literal["renormalise", "fail", "carry"] = "renormalise"
    unbalanced: bool = False
    scale: tuple[float, float] = (0.0, 100.0)
    level: float = 0.95
    whole: bool | None = None
    balance: float = 0.001
    deduction_cap: float | None = None
    bonus_cap: float | None = None
    decimals: int | None = None
    adjust: tuple[Adjustment, ...] = ()
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True)
class Importance:
    """Derived importance: how indicators go with an outcome variable of the same table."""

    table: str
    outcome: str


@dataclass(frozen=True)
class Question:
    """One more variable for the table of every question."""

    table: str
    variable: str
    name: Words
    kind: Literal["mean", "choice"] = "mean"


@dataclass(frozen=True)
class Named:
    """Words for a column, and for its values by code."""

    name: Words
    values: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True)
class Outputs:
    """Languages (the first leads) and formats of the report."""

    language: tuple[str, ...] = ("zh", "en")
    formats: tuple[str, ...] = ("parquet", "xlsx", "html", "docx", "pdf")


@dataclass(frozen=True)
class IndicatorRow:
    """One row of indicators.csv. `measured` is none for an aggregate. The other cells are read by the engine."""

    code: str
    parent: str
    name: Words
    measured: Measured | None
    cells: Mapping[str, str]
    optional: bool
    row: int


@dataclass(frozen=True)
class Plan:
    """A whole programme.

    Attributes
    ----------
    folder
        Where plan.toml lies.
    index
        None: estimates are made and no index.
    indicator_file
        Name of the file the indicators come from.
    """

    folder: Path
    title: Words
    edition: str
    made_up: bool
    owner: Words
    seed: int
    population: Words
    notes: tuple[Words, ...]
    waves: tuple[Wave, ...]
    tables: tuple[TablePlan, ...]
    domains: tuple[Domain, ...]
    index: IndexPlan | None
    importance: Importance | None
    questions: tuple[Question, ...]
    names: Mapping[str, Named]
    outputs: Outputs
    indicators: tuple[IndicatorRow, ...]
    indicator_file: str

    def table(self, name: str) -> TablePlan:
        """A table by name."""
        return next(t for t in self.tables if t.name == name)

    @property
    def leaves(self) -> tuple[tuple[str, Measured], ...]:
        """Code and statistic of every measured indicator, in order of the file."""
        return tuple((i.code, i.measured) for i in self.indicators if i.measured is not None)

    @property
    def root(self) -> IndicatorRow | None:
        """The indicator without a parent."""
        return next((i for i in self.indicators if not i.parent), None)

    def measured_of(self, table: str) -> tuple[Measured, ...]:
        """Every statistic asked of a table: indicators, adjustments, questions, the outcome; each once."""
        asked = [m for _, m in self.leaves]
        asked += [a.measured for a in self.index.adjust] if self.index else []
        asked += [Measured(q.table, q.variable, "mean") for q in self.questions if q.kind == "mean"]
        if self.importance:
            asked.append(Measured(self.importance.table, self.importance.outcome, "mean"))
        return tuple(dict.fromkeys(m for m in asked if m.table == table))

    def numeric(self, table: TablePlan) -> frozenset[str]:
        """Columns of a table that must be numbers: see the consequences in docs/decisions/0003."""
        names = {m.variable for m in self.measured_of(table.name) if m.statistic != "proportion"}
        names |= {table.design.weights, *table.design.population.values()} - {""}
        names |= {c for c, coding in table.coding.items() if coding.valid is not None}
        conditions = [*table.keep, *(c for rule in table.rules for c in (*rule.when, *rule.expect))]
        names |= {c.column for c in conditions if not c.values}
        if table.weighting and table.weighting.nonresponse:
            names.add(table.weighting.nonresponse.responded)
        return frozenset(names)

    def answers_of(self, table: TablePlan, levels: Iterable[Domain]) -> frozenset[str]:
        """Columns of a table that are measured, and say nothing of which rows there are and whose."""
        return frozenset(self._asked(table)) - frozenset(self._placed(table, levels))

    def used_columns(self, table: TablePlan, levels: Iterable[Domain]) -> tuple[str, ...]:
        """Every column of a table that anything in the plan reads, in a fixed order; `levels` are those it has."""
        names = [*self._asked(table), *self._placed(table, levels)]
        return tuple(dict.fromkeys(n for n in names if n and n != WAVE))

    def _asked(self, table: TablePlan) -> list[str]:
        names = [m.variable for m in self.measured_of(table.name)]
        return names + [q.variable for q in self.questions if q.table == table.name]

    def _placed(self, table: TablePlan, levels: Iterable[Domain]) -> list[str]:
        names = [*table.design.strata, *(c for c in table.design.clusters if c != "*"), table.design.weights]
        names += [*table.design.population.values(), table.id, *table.one_row_per]
        names += [c.column for c in table.keep if c.column != table.wave]
        for rule in table.rules:
            names += [*(c.column for c in (*rule.when, *rule.expect)), *rule.drop]
        if table.weighting:
            names += [c for m in table.weighting.margins for c in m.columns]
            if table.weighting.nonresponse:
                names += [*table.weighting.nonresponse.cells, table.weighting.nonresponse.responded]
        return names + [c for d in levels for c in d.columns]

    def levels_of(self, table: TablePlan, headers: Sequence[Sequence[str]]) -> tuple[Domain, ...]:
        """Domains a table can be broken down by.

        A column that the table lists under ``columns`` or ``coding`` must be there (unless it is `false` in every
        wave); one that it does not list may be lacking, and then the table is not broken down by it.
        """
        if not self.measured_of(table.name) and not any(q.table == table.name for q in self.questions):
            return ()
        return tuple(d for d in self.domains if all(self._has(table, c, headers) for c in d.columns))

    def _has(self, table: TablePlan, column: str, headers: Sequence[Sequence[str]]) -> bool:
        if column in table.columns:
            picks = [table.columns[column].pick(w.code) for w in self.waves]
            return not all(p is not None and p.absent for p in picks)
        return column in table.coding or any(column in header for header in headers)
