"""What a figure is: its words, its unit, its period, the rows that it stands on. And the catalogue of all."""

from __future__ import annotations

import ast
import datetime as dt
import hashlib
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from django.db import models

from zhiheng.core.problems import Problem
from zhiheng.figures.problems import PERIOD_RULE, PERIOD_SHAPE, UNKNOWN_FIGURE
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from zhiheng.core.people.models import Account

Rows: TypeAlias = models.QuerySet[Any]


class Unit(Enum):
    """A typed unit: things and times are never mixed (家 are companies, 家次 are their comings)."""

    COMPANIES = Text("家", "companies")
    COMPANY_TIMES = Text("家次", "company attendances")
    PEOPLE = Text("人", "people")
    PEOPLE_TIMES = Text("人次", "attendances")
    NAMED = Text("名", "persons")
    PERSONS = Text("位", "persons")
    PIECES = Text("个", "")
    ITEMS = Text("项", "items")
    GATHERINGS = Text("场", "gatherings")
    SESSIONS = Text("场次", "sessions")
    ISSUES = Text("期", "issues")
    EDITIONS = Text("届", "editions")
    CASES = Text("例", "cases")
    COPIES = Text("份", "copies")
    MANUSCRIPTS = Text("稿", "manuscripts")
    CHARACTERS = Text("字", "characters")
    YEARS = Text("年", "years")
    YUAN = Text("元", "yuan")
    TONNES = Text("吨", "tonnes")
    TONNES_COAL = Text("吨标准煤", "tonnes of coal equivalent")
    PERCENT = Text("%", "%")
    TIMES = Text("倍", "times")
    POINTS = Text("分", "points")


class Kind(Enum):
    """How a value is made of the rows (decision record 0005)."""

    COUNT = Text("计数", "count")
    DISTINCT = Text("去重计数", "distinct count")
    SUM = Text("求和", "sum")
    RATIO = Text("两和之比", "ratio of sums")
    MEASURED = Text("测得", "measured")
    CITED = Text("引用", "cited")


class PeriodRule(Enum):
    """Which periods a figure has."""

    YEAR = Text("日历年", "calendar year")
    SPAN = Text("届期（若干整年）", "council term (whole years)")
    DAY = Text("截至某日", "as of a date")


class Grade(Enum):
    """How good the evidence is."""

    A = Text("系统内逐条记录", "rows in the system")
    B = Text("纸质台账录入并附扫描件", "entered from a paper ledger, with its scan")
    C = Text("外单位盖章的汇总", "a stamped summary from elsewhere")
    D = Text("仅有出处", "a citation only")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    @classmethod
    def year(cls, number: int) -> Period:
        """Give a calendar year."""
        return cls(dt.date(number, 1, 1), dt.date(number, 12, 31))

    @classmethod
    def years(cls, first: int, last: int) -> Period:
        """Give whole years, both included."""
        return cls(dt.date(first, 1, 1), dt.date(last, 12, 31))

    @classmethod
    def read(cls, code: str) -> Period:
        """Read `2018`, `2013-2018` or `2018-12-31`."""
        try:
            match [int(part) for part in code.split("-")]:
                case [year]:
                    return cls.year(year)
                case [first, last] if first <= last:
                    return cls.years(first, last)
                case [year, month, day]:
                    on = dt.date(year, month, day)
                    return cls(on, on)
        except (ValueError, OverflowError):
            pass
        raise Problem(PERIOD_SHAPE, code=code)

    @property
    def rule(self) -> PeriodRule:
        """Which kind of period this is."""
        if self.first == self.last:
            return PeriodRule.DAY
        return PeriodRule.YEAR if self.first.year == self.last.year else PeriodRule.SPAN

    @property
    def code(self) -> str:
        """How an address writes it; `read` reads it."""
        match self.rule:
            case PeriodRule.DAY:
                return self.last.isoformat()
            case PeriodRule.YEAR:
                return f"{self.first:%Y}"
            case _:
                return f"{self.first:%Y}-{self.last:%Y}"

    @property
    def name(self) -> Text:
        """How a page writes it."""
        match self.rule:
            case PeriodRule.DAY:
                day = self.last
                return Text(f"截至{day.year}年{day.month}月{day.day}日", f"as of {day}")
            case PeriodRule.YEAR:
                return Text(f"{self.first.year}年", str(self.first.year))
            case _:
                return Text(f"{self.first.year}—{self.last.year}年", f"{self.first.year}–{self.last.year}")


@dataclass(frozen=True, slots=True)
class Column:
    """What is shown of a row. `frozen` ones are remembered (as salted hashes) when a number is published.

    A name that may change without changing what is counted is not frozen; a `personal` value is masked in lists
    and never frozen.
    """

    path: str
    words: Text
    frozen: bool = True
    personal: bool = False

    def __post_init__(self) -> None:
        if self.personal and self.frozen:
            raise ValueError(f"{self.path}: what is personal is not frozen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure: everything that makes its number, in one place.

    `rows(period)` gives an unevaluated queryset, one row a thing, neither distinct nor cut, with up to three
    annotations: `counted` (what the row adds; 1 where absent), `base` (what it adds below the line of a ratio), `key`
    (what a distinct count counts: an id, never a value that somebody typed). A figure without `rows` stands on entries
    alone (decision record 0009).
    A measured figure has one row, with its number as `counted` and its standard error as `se`; the rows of its
    breakdowns are given by `parts(period, path)`, annotated with the `part` that each is.
    `rows_visible_to(account, rows)` leaves the rows that the account may see one by one.
    """

    code: str
    name: Text
    definition: Text
    unit: Unit
    kind: Kind
    period: PeriodRule
    rows: Callable[[Period], Rows] | None
    columns: tuple[Column, ...]
    rows_visible_to: Callable[[Account | Any, Rows], Rows]
    owner: str
    edition: int = 1
    decimals: int = 0
    grade: Grade = Grade.A
    breakdowns: Mapping[str, Text] = field(default_factory=dict)
    parts: Callable[[Period, str], Rows] | None = None

    def check(self, period: Period) -> None:
        """Refuse a period of the wrong kind."""
        if period.rule is not self.period:
            raise Problem(PERIOD_RULE, figure=self.name, by=self.period.value, period=period.name)

    def query(self) -> str:
        """Give how its rows are found, as written: its function and every function of ours that it calls by name."""
        return "\n\n".join(_sources(each) for each in (self.rows, self.parts) if each is not None)

    def fingerprint(self) -> str:
        """Give a hash of what the figure means: words, unit, kind, columns, the query as written (not its layout)."""
        said = [
            self.code, self.edition, self.definition.zh, self.definition.en, self.unit.name, self.kind.name,
            self.period.name, self.decimals, [c.path for c in self.columns if c.frozen],
            *(_meaning(each) for each in (self.rows, self.parts) if each is not None),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _reached(function: Callable[..., Any]) -> Iterator[FunctionType]:
    """Give a function and those of ours that it reaches by a name, or from the scope that it was made in."""
    seen: set[CodeType] = set()
    waiting: list[Any] = [function]
    while waiting:
        each = waiting.pop(0)
        if not isinstance(each, FunctionType) or not each.__module__.startswith("zhiheng."):
            continue
        if each.__code__ in seen:
            continue
        seen.add(each.__code__)
        yield each
        names = list(_names(each.__code__))
        for found in (each.__globals__.get(name) for name in names):
            waiting += [getattr(found, n, None) for n in names] if isinstance(found, ModuleType) else [found]
        waiting += _scope(each)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _scope(function: FunctionType) -> list[Any]:
    return [inner.cell_contents for inner in function.__closure__ or ()]


@cache
def _sources(function: Callable[..., Any]) -> str:
    return "\n\n".join(textwrap.dedent(inspect.getsource(each)).strip() for each in _reached(function))


@cache
def _meaning(function: Callable[..., Any]) -> list[Any]:
    """Give what a query says: the syntax of every function it reaches, and the plain values they were made with.

    Layout, remarks and docstrings say nothing of it.
    """
    said: list[Any] = []
    for each in _reached(function):
        tree = ast.parse(textwrap.dedent(inspect.getsource(each)))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
                del node.body[0]
        said.append(ast.dump(tree))
        said += [repr(value) for value in _scope(each) if isinstance(value, str | int | float | dt.date)]
    return said


_CATALOGUE: Final[dict[str, Figure]] = {}


def register(figure: Figure) -> Figure:
    """Put a figure into the catalogue."""
    if figure.code in _CATALOGUE:
        raise ValueError(f"{figure.code}: there is a figure of this code")
    _CATALOGUE[figure.code] = figure
    return figure


def catalogue() -> dict[str, Figure]:
    """Give every figure by its code."""
    return dict(sorted(_CATALOGUE.items()))


def figure(code: str) -> Figure:
    """Give the figure of `code`."""
    if code not in _CATALOGUE:
        raise Problem(UNKNOWN_FIGURE, code=code)
    return _CATALOGUE[code]
