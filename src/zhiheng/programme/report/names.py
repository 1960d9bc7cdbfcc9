"""What the report calls things, and with how many decimals it shows figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from zhiheng.documents import Band, Estimate, Language, Text, Words, say
from zhiheng.documents.numbers import number
from zhiheng.programme import plan as plans
from zhiheng.programme.basis import RULE

if TYPE_CHECKING:
    from zhiheng.programme.run import Level, Run

Array = NDArray[np.float64]

ROLES: Mapping[str, Text] = {
    "survey": Text("问卷调查", "Survey"),
    "points": Text("现场点位", "On-site points"),
    "published": Text("公布值", "Published values"),
}
STATISTICS: Mapping[str, Text] = {
    "mean": Text("均值", "mean"),
    "proportion": Text("比例", "share"),
    "total": Text("总量", "total"),
    "value": Text("公布值", "given value"),
}
KINDS: Mapping[str, Text] = {
    "deduction": Text("扣分", "deduction"),
    "bonus": Text("加分", "bonus"),
    "veto": Text("一票否决", "veto"),
    "cap": Text("合计上限", "cap on the sum"),
    "bound": Text("分值上下限", "bounds of the scale"),
}


def words(given: plans.Words) -> Text:
    """Words of the plan as words of a document."""
    return Text(given.zh, given.en)


def both(make: Callable[[Literal["zh", "en"]], str]) -> Text:
    """Make a text in each language."""
    return Text(make("zh"), make("en"))


def filled(template: Text, **values: Words | int) -> Text:
    """Put values into a template: words in the language of each side, counts with separators."""

    def side(language: Literal["zh", "en"]) -> str:
        shown = {k: f"{v:,}" if isinstance(v, int) else say(v, language) for k, v in values.items()}
        return template.in_(language).format(**shown)

    return both(side)


def listed(items: Iterable[Words]) -> Text:
    """Words in a row: 、 in Chinese, commas in English."""
    given = list(items)
    return Text("、".join(say(i, "zh") for i in given), ", ".join(say(i, "en") for i in given))


def clauses(parts: Iterable[Text]) -> Text:
    """Parts of a sentence in a row: ， in Chinese, semicolons in English."""
    given = list(parts)
    return both(lambda side: ("，" if side == "zh" else "; ").join(p.in_(side) for p in given))


def run_on(sentences: Iterable[Words]) -> Text:
    """Sentences one after the other: with a space between them in English."""
    given = [s for s in sentences if say(s, "zh")]
    return Text("".join(say(s, "zh") for s in given), " ".join(say(s, "en") for s in given))


@dataclass(frozen=True)
class Scale:
    """How the figures of something are shown."""

    form: Literal["number", "percent"] = "number"
    decimals: int = 1

    def show(self, value: float | None) -> str:
        """A figure as text."""
        return number(value, self.form, self.decimals)

    def interval(self, lower: float, upper: float) -> str:
        """An interval as text; empty where there is none."""
        if not (math.isfinite(lower) and math.isfinite(upper)):
            return ""
        return (
            f"{self.show(lower)}–{self.show(upper)}"
            if lower >= 0
            else f"[{self.show(lower)}, {self.show(upper)}]"
        )

    def signed(self, value: float) -> str:
        """A change as text, with its sign; a share changes by percentage points."""
        shown = number(abs(value) * (100 if self.form == "percent" else 1), "number", self.decimals)
        sign = "" if not any(d in shown for d in "123456789") else "+" if value > 0 else "−"
        return f"{sign}{shown}"

    @property
    def finer(self) -> int:
        """Decimals of a standard error."""
        return self.decimals + 1


def finite(value: float) -> float | None:
    """A figure for a document: None where there is none."""
    return float(value) if math.isfinite(value) else None


def estimate(value: float, se: float, lower: float, upper: float, n: float = math.nan) -> Estimate | None:
    """A figure for a chart; without sampling error it has no interval."""
    if not math.isfinite(value):
        return None
    rows = int(n) if math.isfinite(n) and n > 0 else None
    if not (math.isfinite(se) and se > 0):
        return Estimate(float(value), n=rows)
    return Estimate(float(value), finite(lower), finite(upper), float(se), rows)


class Names:
    """Words and scales for everything of a run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.plan = run.plan

    # ── waves ──

    @cached_property
    def waves(self) -> Mapping[str, Text]:
        """Names of the waves by code, in order."""
        return {w.code: words(w.name) if w.name else Text(w.code, w.code) for w in self.plan.waves}

    @property
    def several_waves(self) -> bool:
        """Whether there is anything to compare over time."""
        return len(self.plan.waves) > 1

    # ── indicators ──

    @cached_property
    def _nodes(self) -> Mapping[str, plans.IndicatorRow]:
        return {i.code: i for i in self.plan.indicators}

    def node(self, code: str) -> Text:
        """Name of an indicator, or of a civic rule beside indicators."""
        if code.startswith(RULE):
            return filled(Text("规则“{rule}”", "rule “{rule}”"), rule=self.rule(code.removeprefix(RULE)))
        row = self._nodes.get(code)
        return words(row.name) if row is not None and row.name else Text(code, code)

    def rule(self, code: str) -> Text:
        """Name of a civic rule."""
        rules = self.plan.index.adjust if self.plan.index else ()
        return next((words(a.name) for a in rules if a.code == code and a.name), Text(code, code))

    def children(self, code: str) -> tuple[str, ...]:
        """Indicators below one."""
        return tuple(i.code for i in self.plan.indicators if i.parent == code)

    @property
    def root(self) -> str:
        """Code of the index itself."""
        return self.plan.root.code if self.plan.root else ""

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """The indicators to look at side by side: below the index, one level deeper where that is fewer than four."""
        shown = self.children(self.root)
        if len(shown) < 4:
            deeper = tuple(c for code in shown for c in (self._parts(code) or (code,)))
            if len(deeper) <= 16:
                return deeper
        return shown

    def _parts(self, code: str) -> tuple[str, ...]:
        """What an indicator is made of, where none of it is measured itself."""
        below = self.children(code)
        return below if all(self._nodes[c].measured is None for c in below) else ()

    # ── figures ──

    @cached_property
    def index_scale(self) -> Scale:
        """How the index is shown: with the decimals of the plan, else by its scale."""
        settings = self.plan.index
        if settings is None:
            return Scale()
        if settings.decimals is not None:
            return Scale(decimals=settings.decimals)
        span = settings.scale[1] - settings.scale[0]
        return Scale(decimals=1 if span >= 50 else 2 if span > 1 else 3)

    def scale_of(self, measured: plans.Measured) -> Scale:
        """How a statistic is shown: shares as percentages, answers by the width of their scale."""
        if measured.statistic == "proportion":
            return Scale("percent", 1)
        if measured.statistic == "total":
            return Scale(decimals=0)
        coding = self.plan.table(measured.table).coding.get(measured.variable)
        span = math.nan
        if coding is not None and coding.valid is not None:
            span = coding.valid[1] - coding.valid[0]
        else:
            span = self._span(measured)
        if not math.isfinite(span):
            return Scale(decimals=2)
        return Scale(decimals=0 if span > 2000 else 1 if span >= 50 else 2 if span > 1 else 3)

    def _span(self, measured: plans.Measured) -> float:
        figures = [
            f["value"] for lv in self.run.levels if (f := lv.estimates.figures.get(measured)) is not None
        ]
        known = [f[np.isfinite(f)] for f in figures]
        return float(max((np.abs(k).max() for k in known if len(k)), default=math.nan))

    @cached_property
    def bands(self) -> tuple[Band, ...]:
        """Bands of the index, lowest first; those without a colour are left out."""
        if self.plan.index is None:
            return ()
        made = sorted(self.plan.index.bands, key=lambda b: b.start)
        return tuple(Band(b.start, words(b.name) if b.name else b.code, b.colour) for b in made if b.colour)

    @property
    def languages(self) -> list[Language]:
        """Languages of the documents, the first leads."""
        known: dict[str, Language] = {"zh": "zh", "en": "en"}
        return [known[one] for one in self.plan.outputs.language if one in known]

    @property
    def confidence(self) -> str:
        """The level of every interval, such as 95%."""
        level = self.plan.index.level if self.plan.index else 0.95
        return f"{level * 100:g}%"

    # ── levels and columns ──

    @property
    def whole(self) -> Level | None:
        """The level of everybody, where there is one."""
        return next((level for level in self.run.levels if level.code == plans.WHOLE), None)

    @property
    def indexed(self) -> tuple[Level, ...]:
        """Levels of several units that have an index."""
        return tuple(
            level for level in self.run.levels if level.index is not None and level.code != plans.WHOLE
        )

    @property
    def domains(self) -> tuple[Level, ...]:
        """Levels of several units."""
        return tuple(level for level in self.run.levels if level.code != plans.WHOLE)

    def unit(self, level: str, code: str) -> Text:
        """Name of a unit of a level."""
        for one in self.run.levels:
            if one.code == level and code in one.units:
                return words(one.names[one.units.index(code)])
        return Text(code, code)

    def column(self, name: str) -> Text:
        """A column in words: of the plan, of its level, of its question, of the questionnaire, else as it is."""
        if name == plans.WAVE:
            return Text("期次", "wave")
        if name in self.plan.names and self.plan.names[name].name:
            return words(self.plan.names[name].name)
        for domain in self.plan.domains:
            if domain.columns == (name,) and domain.name:
                return words(domain.name)
        found = next((q.name for q in self.run.questions if q.variable == name and q.name.zh), None)
        told = found or self.run.labels.questions.get(name)
        return words(told) if told else Text(name, name)

    def value(self, column: str, code: str) -> Text:
        """A value of a column in words: of a wave, of a unit of its level or an answer, else as it is."""
        if column == plans.WAVE:
            return self.waves.get(code, Text(code, code))
        for level in self.run.levels:
            if level.estimates.columns == (column,) and code in level.units:
                return words(level.names[level.units.index(code)])
        told = self.run.labels.answers.get(column, {}).get(code)
        return words(told) if told else Text(code, code)

    def source(self, name: str) -> Text:
        """A table in words: its role, and its name where others have the same role."""
        role = ROLES[self.plan.table(name).role]
        alone = sum(t.role == self.plan.table(name).role for t in self.plan.tables) == 1
        return role if alone else Text(f"{role.zh}（{name}）", f"{role.en} ({name})")

    def file(self, name: str) -> str:
        """Files of a table, shortened."""
        files = list(dict.fromkeys(self.plan.table(name).files.values()))
        return files[0] if len(files) == 1 else f"{files[0]} … {files[-1]} ({len(files)})"
