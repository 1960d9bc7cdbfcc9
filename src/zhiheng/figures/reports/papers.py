"""A report on paper: composed from its version as it was frozen, given out as docx, pdf, Markdown, text and tables."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, Final

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from zhiheng.core.sheets import dead
from zhiheng.documents import Column, Sheet, Table, Workbook, official_pdf, official_text, official_word
from zhiheng.documents.official import Entry, Line, Official, Picture, Piece, Remainder
from zhiheng.documents.spreadsheet import xlsx_bytes
from zhiheng.documents.words import WORDS
from zhiheng.figures.definition import Figure, Period, Unit
from zhiheng.figures.lineage import ADDED, CHANGED, LIVE, REMOVED, drift
from zhiheng.figures.models import Check, DefinitionEdition, Snapshot
from zhiheng.figures.reports.gate import Examined, Number, examine
from zhiheng.figures.reports.manuscript import Part, Passage
from zhiheng.figures.reports.models import Binding, Publication, Version
from zhiheng.ui.words import Language, Text

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LET_THROUGH: Final = Text("放行", "let through")
CITED: Final = Text("注", "cited")
OPEN: Final = Text("待定", "open")
MARK: Final = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\(#(\w+)\)")


@dataclass(frozen=True, slots=True)
class Since:
    """What happened to a number since it was frozen: what it would be now, and how many rows of each kind differ."""

    value: Decimal | None = None
    changed: int = 0
    added: int = 0
    removed: int = 0
    redefined: bool = False
    instead: Text | None = None
    """What is said where it was not compared today."""

    def __bool__(self) -> bool:
        return bool(self.changed or self.added or self.removed or self.redefined)

    def said(self, unit: Unit, decimals: int, language: Language) -> str:
        """Say it in words."""
        parts = [
            (self.changed, Text(f"变动{self.changed}行", f"rows changed: {self.changed}")),
            (self.added, Text(f"新增{self.added}行", f"rows added: {self.added}")),
            (self.removed, Text(f"减少{self.removed}行", f"rows removed: {self.removed}")),
            (self.redefined, Text("定义已改", "the definition changed")),
        ]
        found = [words for differs, words in parts if differs]
        if self.instead is not None:
            found.insert(0, self.instead)
        elif not found:
            found = [Text("没有变化", "no change")]
        if (
            len(found) > (self.instead is not None)
            and self.value is not None
            and any(one for one, _ in parts)
        ):
            shown = shown_with_unit(self.value, decimals, unit)
            found.insert(0, Text(f"现为{shown.zh}", f"now {shown.en}"))
        return Text("，", ", ").in_(language).join(words.in_(language) for words in found)


def shown_with_unit(value: Decimal, decimals: int, unit: Unit, error: Decimal | None = None) -> Text:
    """Give a value at its decimals with its unit, and its standard error where it has one."""
    shown = f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"
    shown += "" if error is None else f" ± {error.normalize():f}"
    gap = "" if unit is Unit.PERCENT else " "
    return Text(f"{shown}{unit.value.zh}", f"{shown}{gap}{unit.value.en}".strip())


def since(snapshot: Snapshot) -> Since:
    """Compare a frozen number with today; one of very many rows is as the last check found it."""
    if snapshot.kept is None:
        return Since(instead=Text("指标已不再保留", "the figure is no longer kept"))
    if snapshot.n <= LIVE:
        found = drift(snapshot)
        rows = (found.counts[CHANGED], found.counts[ADDED], found.counts[REMOVED])
        return Since(found.now.value, *rows, found.redefined)
    check = Check.objects.filter(snapshot=snapshot).first()
    if check is None:
        return Since(instead=Text("记录较多，尚未核对", "of many rows, not yet compared"))
    on = f"{timezone.localtime(check.at):%Y-%m-%d}"
    return Since(
        check.value,
        check.changed,
        check.added,
        check.removed,
        check.redefined,
        Text(f"按{on}核对", f"as compared on {on}"),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry of the annex: the number as printed, what it is by the words of its time, what became of it."""

    number: int
    phrase: str
    snapshot: Snapshot
    change: Since

    @property
    def figure(self) -> Figure | DefinitionEdition:
        """The definition that it was frozen by."""
        return self.snapshot.defined

    @property
    def period(self) -> Period:
        """Its period."""
        return Period.read(self.snapshot.period)

    @property
    def address(self) -> str:
        """The page that opens it."""
        return settings.PUBLIC_URL.rstrip("/") + reverse("number", args=[self.snapshot.token])

    def value(self, language: Language) -> str:
        """Give the value with its standard error."""
        made = shown_with_unit(self.snapshot.value, self.figure.decimals, self.figure.unit, self.snapshot.se)
        return made.in_(language)

    def since(self, language: Language) -> str:
        """Say what changed since the number was frozen."""
        return self.change.said(self.figure.unit, self.figure.decimals, language)

    def grade(self, language: Language) -> str:
        """Give the worst grade of evidence below it, and the shares where there are several."""
        shares = self.snapshot.by_grade
        parts = (
            " · ".join(f"{one.name} {share:.0%}" for one, share in shares.items()) if len(shares) > 1 else ""
        )
        worst = self.snapshot.worst
        return f"{worst.name} {worst.value.in_(language)}" + (f" ({parts})" if parts else "")


def spoken(version: Version) -> Language:
    """Give the language that a version is written in."""
    return "en" if version.report.language == "en" else "zh"


def standings(examined: Examined) -> list[Standing]:
    """Give the entries of the annex: each wording of each frozen number once, in the order of the text."""
    found: dict[tuple[int, str], Standing] = {}
    changes: dict[int, Since] = {}
    for number in examined.numbers:
        snapshot = number.binding.snapshot if number.binding else None
        if snapshot is None or (snapshot.pk, number.phrase) in found:
            continue
        if snapshot.pk not in changes:
            changes[snapshot.pk] = since(snapshot)
        found[snapshot.pk, number.phrase] = Standing(
            len(found) + 1,
            number.phrase,
            snapshot,
            changes[snapshot.pk],
        )
    return list(found.values())


def compose(version: Version, on: dt.date, publication: Publication | None = None) -> Official:
    """Describe a version on paper, as published or as a draft; drift is that of the day `on`."""
    language = spoken(version)
    examined = examine(version)
    stood = standings(examined)
    numbers = {(each.snapshot.pk, each.phrase): each.number for each in stood}
    addresses = {each.number: each.address for each in stood}

    def piece(text: str, number: Number | None) -> Iterable[Piece]:
        if number is None:
            yield Piece(text)
            return
        snapshot = number.binding.snapshot if number.binding else None
        entry = numbers[snapshot.pk, number.phrase] if snapshot else 0
        cited = number.binding is not None and number.binding.kind == Binding.Kind.CITED
        note = str(entry) if entry else CITED.in_(language) if cited else ""
        through = LET_THROUGH if number.override else OPEN if number.blocks else None
        if through is not None and not note:
            yield Piece(text, note=through.in_(language))
            return
        yield Piece(text, note=note, address=addresses.get(entry, ""))
        if through is not None:
            yield Piece("", note=through.in_(language))

    lines = [
        (passage, tuple(made for cut in pieces for made in piece(cut.text, cut.number)))
        for passage, pieces in examined.pieces()
    ]
    at = timezone.localtime((publication or version).at)
    draft = draft_mark(version)
    return Official(
        language=language,
        title=lines[0][1],
        lines=tuple(line_of(passage, pieces) for passage, pieces in lines[1:]),
        issuer=Text(*settings.ASSOCIATION).in_(language),
        date=at.date(),
        number=publication.number if publication else "",
        head=settings.RED_HEAD if publication and language == "zh" else "",
        annex=tuple(_entry(each, language, on) for each in stood),
        remainders=_remainders(examined, language),
        draft="" if publication else draft.in_(language),
        made_up=settings.DEMO,
    )


def compose_plain(
    version: Version, *, title: tuple[Piece, ...], lines: tuple[Line, ...], properties: Mapping[str, str]
) -> Official:
    """Describe a draft that is its text alone: no annex, no signature, nothing that would come back as text."""
    return Official(
        language=spoken(version),
        title=title,
        lines=lines,
        issuer="",
        date=timezone.localtime(version.at).date(),
        draft=draft_mark(version).in_(spoken(version)),
        made_up=settings.DEMO,
        properties=properties,
    )


def draft_mark(version: Version) -> Text:
    """Say which draft it is."""
    at = f"{timezone.localtime(version.at):%Y-%m-%d %H:%M}"
    return Text(f"草稿　第{version.number}版　{at}", f"Draft, version {version.number}, {at}")


def line_of(passage: Passage, pieces: tuple[Piece, ...]) -> Line:
    """Give a passage as a line of a document."""
    match passage.part:
        case Part.HEADING:
            return Line("heading", pieces, passage.level)
        case Part.ITEM:
            return Line("item", pieces, passage.level, passage.ordinal)
        case _:
            return Line("paragraph", pieces)


def _entry(each: Standing, language: Language, on: dt.date) -> Entry:
    snapshot, defined = each.snapshot, each.figure
    behind = (
        f"{snapshot.counted.normalize():f} ÷ {snapshot.base.normalize():f}, "
        if snapshot.base is not None
        else ""
    )
    facts = [
        (
            Text("指标", "Figure"),
            f"{defined.name.in_(language)} · {each.period.name.in_(language)} · {defined.code}",
        ),
        (Text("定义", "Definition"), defined.definition.in_(language)),
        (Text("数值", "Value"), f"{each.value(language)} ({behind}n = {snapshot.n:,})"),
        (Text("证据等级", "Evidence"), each.grade(language)),
        (Text("固定于", "Frozen on"), f"{timezone.localtime(snapshot.taken_at):%Y-%m-%d}"),
        (Text(f"{on}核对", f"Checked on {on}"), each.since(language)),
    ]
    said = tuple((name.in_(language), value) for name, value in facts)
    return Entry(each.number, f"“{each.phrase}”", said, each.address, code_of(each.address))


def _remainders(examined: Examined, language: Language) -> tuple[Remainder, ...]:
    """List what has no entry: cited numbers, those let through with who and why, those that still block."""
    cited = [
        f"“{each.phrase}”{Text('：', ': ').in_(language)}{each.reason.in_(language)}"
        for each in examined.numbers
        if each.binding is not None and each.binding.kind == Binding.Kind.CITED
    ]
    through = [
        f"“{each.phrase}”{Text('：', ': ').in_(language)}{each.override.reason}"
        f" ({each.override.by}, {timezone.localtime(each.override.at):%Y-%m-%d})"
        for each in examined.numbers
        if each.override
    ]
    blocking = [
        f"“{each.phrase}”{Text('：', ': ').in_(language)}{each.reason.in_(language)}"
        for each in examined.blocking
    ]
    lists = [
        (Text("注明出处的数字", "Numbers cited from a source"), cited),
        (
            Text(
                "没有记录支撑、由签发人署名放行的数字", "Numbers that no record bears, let through and signed"
            ),
            through,
        ),
        (Text("尚不能发布的数字", "Numbers that keep it from being published"), blocking),
    ]
    return tuple(
        Remainder(title.in_(language), tuple(dict.fromkeys(lines))) for title, lines in lists if lines
    )


@cache
def code_of(address: str) -> Picture:
    """Give the code that opens an address."""
    code = segno.make(address, error="m", micro=False)
    svg, png = io.BytesIO(), io.BytesIO()
    code.save(svg, kind="svg", xmldecl=False, border=2)
    code.save(png, kind="png", scale=6, border=2)
    return Picture(svg.getvalue().decode(), png.getvalue())


# ── what is given out ──


@dataclass(frozen=True, slots=True)
class Source:
    """What every kind of paper is made of."""

    version: Version
    on: dt.date
    publication: Publication | None = None

    def document(self) -> Official:
        """Give the document."""
        return compose(self.version, self.on, self.publication)


def _markdown(source: Source) -> bytes:
    """Give the text as it was written, marks turned into links to the pages of their numbers."""
    document = source.document()
    snapshots = {
        binding.key: binding.snapshot for binding in source.version.report.bindings.select_related("snapshot")
    }

    def opened(found: re.Match[str]) -> str:
        snapshot = snapshots.get(found[2])
        if snapshot is None:
            return found[1]
        return f"[{found[1]}]({settings.PUBLIC_URL.rstrip('/')}{reverse('number', args=[snapshot.token])})"

    about = "\n\n".join(official_text.about(document))
    annex = "\n".join(f"    {line}" if line else "" for line in official_text.annex(document))
    parts = [f"# {document.title_text}", about, MARK.sub(opened, source.version.text).strip(), "---", annex]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


COLUMNS: Final[Mapping[str, Text]] = {
    "number": Text("序号", "No."),
    "phrase": Text("文中写法", "As worded"),
    "figure": Text("指标", "Figure"),
    "code": Text("指标代码", "Code"),
    "definition": Text("定义", "Definition"),
    "period": Text("期间", "Period"),
    "grade": Text("证据等级", "Grade"),
    "value": Text("数值", "Value"),
    "unit": Text("单位", "Unit"),
    "se": Text("标准误", "Standard error"),
    "n": Text("n", "n"),
    "frozen": Text("固定于", "Frozen on"),
    "since": Text("导出时核对", "When exported"),
    "address": Text("网址", "Address"),
}


def _rows(source: Source) -> list[dict[str, Any]]:
    language = spoken(source.version)
    return [
        {
            "number": each.number,
            "phrase": each.phrase,
            "figure": each.figure.name.in_(language),
            "code": each.figure.code,
            "definition": each.figure.definition.in_(language),
            "period": each.period.name.in_(language),
            "grade": each.grade(language),
            "value": each.snapshot.value,
            "unit": each.figure.unit.value.in_(language),
            "se": each.snapshot.se,
            "n": each.snapshot.n,
            "frozen": timezone.localtime(each.snapshot.taken_at).date(),
            "since": each.since(language),
            "address": each.address,
        }
        for each in standings(examine(source.version))
    ]


def _csv(source: Source) -> bytes:
    """Give the annex as a table; no text in it is a live formula."""
    language = spoken(source.version)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([title.in_(language) for title in COLUMNS.values()])
    for row in _rows(source):
        writer.writerow([dead(_shown(row[key])) for key in COLUMNS])
    if settings.DEMO:
        writer.writerow([WORDS["made_up_sentence"].in_(language)])
    return out.getvalue().encode("utf-8-sig")


def _shown(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _xlsx(source: Source) -> bytes:
    language = spoken(source.version)
    numeric = {"number": 0, "value": 4, "se": 4, "n": 0}
    columns = [
        Column(key, title, format="number" if key in numeric else "text", decimals=numeric.get(key, 1))
        for key, title in COLUMNS.items()
    ]
    rows = [
        {key: float(value) if isinstance(value, Decimal) else value for key, value in row.items()}
        for row in _rows(source)
    ]
    name = Text("文中数字", "Numbers")
    edition = source.publication.number if source.publication else f"v{source.version.number}"
    return xlsx_bytes(
        Workbook(
            title=source.version.title,
            sheets=[Sheet(name, Table(columns, rows), freeze_columns=2)],
            edition=edition,
            made_up=settings.DEMO,
            languages=[language],
            date=source.on,
        )
    )


PAPERS: Final[Mapping[str, tuple[str, Callable[[Source], bytes]]]] = {
    "report.docx": (DOCX, lambda source: official_word.docx_bytes(source.document())),
    "report.pdf": ("application/pdf", lambda source: official_pdf.pdf(source.document())),
    "report.md": ("text/markdown; charset=utf-8", _markdown),
    "report.txt": (
        "text/plain; charset=utf-8",
        lambda source: official_text.plain(source.document()).encode(),
    ),
    "figures.csv": ("text/csv; charset=utf-8", _csv),
    "figures.xlsx": (XLSX, _xlsx),
}
"""What a report is given out as, by the last part of the address."""


def of_published(publication: Publication, on: dt.date | None = None) -> Source:
    """Give what the papers of a publication are made of."""
    return Source(publication.version, on or timezone.localdate(), publication)


def of_draft(version: Version, on: dt.date | None = None) -> Source:
    """Give what the papers of a draft are made of: the same, marked as a draft."""
    return Source(version, on or timezone.localdate())
