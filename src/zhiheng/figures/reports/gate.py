"""The gate: every number of a text stands on something, and its wording is true, or the text is not published."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from zhiheng.figures import wording
from zhiheng.figures.definition import Period
from zhiheng.figures.reports import manuscript
from zhiheng.figures.reports.models import Binding, Override, Version
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zhiheng.figures.reports.manuscript import Passage
    from zhiheng.figures.wording import Found


class Status(Enum):
    """Where a number stands."""

    TRUE = Text("措辞成立", "True as worded")
    CITED = Text("已注明出处", "Cited")
    NO_FIGURE = Text("不是统计数字", "Not a figure")
    UNBOUND = Text("没有依据", "Stands on nothing")
    UNKNOWN = Text("标记无效", "Unknown mark")
    SPLIT = Text("标记不清", "Unclear mark")
    FALSE = Text("措辞不成立", "Not true as worded")
    UNREAD = Text("读不出来", "Cannot be read")


_DIGITS: Final = str.maketrans("〇零○一二三四五六七八九", "000123456789")
LISTED: Final = 100
"""Numbers that a page lists at once: each that blocks has its forms."""
# while one types, the same wordings are judged again and again
_verdict = lru_cache(maxsize=4096)(wording.judge)
CLEAR = frozenset({Status.TRUE, Status.CITED, Status.NO_FIGURE})
SAID = {
    Status.UNBOUND: Text(
        "请绑定指标、注明出处和页码，或标记为不是统计数字。",
        "Bind it to a figure, cite its source and page, or mark it as no figure.",
    ),
    Status.UNKNOWN: Text(
        "本报告没有这个标记；请重新绑定。", "This report has no such mark. Bind the number again."
    ),
    Status.SPLIT: Text(
        "一个标记只含一个数字，一个数字只有一个标记。",
        "A mark holds one number, and a number has one mark.",
    ),
    Status.UNREAD: Text("请把数字和单位写完整。", "Write number and unit in full."),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the text: its place in its passage, what it stands on, how that is judged, who let it through."""

    passage: int
    start: int
    end: int
    phrase: str
    status: Status
    reason: Text
    binding: Binding | None = None
    warnings: tuple[Text, ...] = field(default=())
    override: Override | None = None

    @property
    def blocks(self) -> bool:
        """Whether it keeps the text from being published."""
        return self.status not in CLEAR and self.override is None


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a passage: a number, or what stands between two."""

    text: str
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """A text with all its numbers, in order."""

    passages: tuple[Passage, ...]
    numbers: tuple[Number, ...]

    @property
    def blocking(self) -> tuple[Number, ...]:
        """Those that keep it from being published."""
        return tuple(number for number in self.numbers if number.blocks)

    @property
    def listed(self) -> tuple[Number, ...]:
        """Those that a page lists: all, or of very many the first that block."""
        return self.numbers if len(self.numbers) <= LISTED else self.blocking[:LISTED]

    def pieces(self) -> list[tuple[Passage, list[Piece]]]:
        """Each passage cut at its numbers."""
        cut: list[tuple[Passage, list[Piece]]] = []
        of: dict[int, list[Number]] = defaultdict(list)
        for number in self.numbers:
            of[number.passage].append(number)
        for at, passage in enumerate(self.passages):
            pieces: list[Piece] = []
            done = 0
            for number in of[at]:
                pieces.append(Piece(passage.text[done : number.start]))
                pieces.append(Piece(passage.text[number.start : number.end], number))
                done = number.end
            pieces.append(Piece(passage.text[done:]))
            cut.append((passage, [piece for piece in pieces if piece.text]))
        return cut


def examine(version: Version) -> Examined:
    """Examine a saved version, in two queries whatever its length."""
    bindings = version.report.bindings.select_related("snapshot__definition")
    return examine_text(version.title, version.text, bindings, version.overrides.select_related("by"))


def examine_text(
    title: str, source: str, bindings: Iterable[Binding], overrides: Iterable[Override] = ()
) -> Examined:
    """Examine a text that need not be saved."""
    passages = manuscript.read(title, source)
    by_key = {binding.key: binding for binding in bindings}
    let_through = {(each.passage, each.start): each for each in overrides}
    numbers: list[Number] = []
    for at, passage in enumerate(passages):
        fingerprint = passage.fingerprint if let_through else ""
        for number in _numbers(at, passage, by_key):
            given = let_through.get((fingerprint, number.start))
            numbers.append(number if number.status in CLEAR else replace(number, override=given))
    return Examined(tuple(passages), tuple(numbers))


def _numbers(at: int, passage: Passage, by_key: Mapping[str, Binding]) -> list[Number]:
    in_text = wording.find(passage.text)
    found = [each for each in in_text if each.figure]
    years = _years(in_text)
    starts, ends = [each.start for each in found], [each.end for each in found]  # they never overlap
    numbers: list[Number] = []
    taken: set[Found] = set()
    start = 0
    for run in passage.runs:
        end = start + len(run.text)
        if run.key:
            touched = found[bisect_right(ends, start) : bisect_left(starts, end)]
            # what limits a number is judged with it, inside the mark or not
            span = (touched[0].start, touched[-1].end) if touched else (start, end)
            if taken.isdisjoint(touched):
                words = passage.text[span[0] : span[1]]
                place = Number(at, *span, words, Status.UNREAD, SAID[Status.UNREAD], by_key.get(run.key))
                numbers.append(_of_its_years(_judged(place, len(touched)), years))
            else:  # two marks on one number
                numbers = [
                    _split(each) if each.end > start and each.start < end else each for each in numbers
                ]
            taken.update(touched)
        start = end
    numbers += [
        Number(at, each.start, each.end, each.text, Status.UNBOUND, SAID[Status.UNBOUND])
        for each in found
        if each not in taken
    ]
    return sorted(numbers, key=lambda number: number.start)


def _years(found: Iterable[Found]) -> frozenset[int]:
    dates = " ".join(each.text for each in found if each.kind == "date")
    dates = unicodedata.normalize("NFKC", dates).translate(_DIGITS)
    return frozenset(int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", dates))


def _of_its_years(number: Number, years: frozenset[int]) -> Number:
    """Warn where the passage names years and the period of its number is before or after them all."""
    snapshot = number.binding.snapshot if number.binding else None
    if snapshot is None or not years:
        return number
    period = Period.read(snapshot.period)
    if period.first.year <= max(years) and period.last.year >= min(years):
        return number
    named = sorted(years)
    said = Text(
        f"本段写的是{'、'.join(f'{year}年' for year in named)}，这个数字的期间是{period.name.zh}。",
        f"The passage speaks of {', '.join(map(str, named))}; the period of this number is {period.name.en}.",
    )
    return replace(number, warnings=(*number.warnings, said))


def _split(number: Number) -> Number:
    return replace(number, status=Status.SPLIT, reason=SAID[Status.SPLIT])


def _judged(place: Number, count: int) -> Number:
    binding = place.binding

    def stands(status: Status, reason: Text | None = None, warnings: tuple[Text, ...] = ()) -> Number:
        return replace(place, status=status, reason=reason or SAID[status], warnings=warnings)

    if binding is None:
        return stands(Status.UNKNOWN)
    if count > 1:
        return stands(Status.SPLIT)
    if binding.kind == Binding.Kind.CITED:
        return stands(
            Status.CITED,
            Text(f"{binding.source}，第{binding.page}页", f"{binding.source}, p. {binding.page}"),
        )
    if binding.kind == Binding.Kind.NO_FIGURE:
        return stands(Status.NO_FIGURE, Text(binding.reason, binding.reason))
    if not count:
        return stands(Status.UNREAD)
    snapshot = binding.snapshot
    assert snapshot is not None  # the database sees to it
    unit = snapshot.defined.unit.value.zh
    try:
        verdict = _verdict(place.phrase, snapshot.value.normalize(), unit=unit, se=snapshot.se)
    except wording.Problem as problem:
        return stands(Status.UNREAD, Text(problem.message("zh"), problem.message("en")))
    weak = verdict.true is None and verdict.claim.weak
    return stands(Status.TRUE if verdict.true or weak else Status.FALSE, verdict.reason, verdict.warnings)
