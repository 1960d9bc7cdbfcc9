"""A draft goes out as a Word file and comes back: what was changed, what was broken, what has no place in a report.

Each marked number is a content control named after the report and its binding. The file carries, signed, which report
and which version it is; without that nothing is read. Nothing here writes.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from django.core import signing

from zhiheng.core.problems import Problem
from zhiheng.documents import official_word
from zhiheng.documents import problems as documents
from zhiheng.documents.official import TAG, Official, Piece, control_tag
from zhiheng.documents.word_reading import LeftOut, Returned, WordParagraph, WordRemark, read_word
from zhiheng.documents.words import WORDS
from zhiheng.figures.definition import Period
from zhiheng.figures.reports import manuscript
from zhiheng.figures.reports.manuscript import Part, Passage, Run
from zhiheng.figures.reports.models import Binding, Report, Version
from zhiheng.figures.reports.papers import compose_plain, draft_mark, line_of, spoken
from zhiheng.figures.reports.problems import NO_WORDS, NOT_OURS, OF_ANOTHER, WORD_UNREADABLE
from zhiheng.ui.words import Language, Text, language

PROPERTY: Final = "zhiheng"
SIGNER: Final = "zhiheng.reports.word"
PAGE_NUMBER: Final = re.compile(r"[\s\d—–-]*")
PARTS: Final = {"heading": Part.HEADING, "paragraph": Part.PARAGRAPH, "item": Part.ITEM}


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that happened to a marked number on the way: what, and the words it is about."""

    what: Text
    words: str


@dataclass(frozen=True, slots=True)
class Brought:
    """A draft that came back."""

    version: Version
    title: str
    text: str
    broken: tuple[Broken, ...]
    left_out: tuple[LeftOut, ...]
    remarks: tuple[WordRemark, ...]
    insertions: int
    deletions: int


REMOVED: Final = Text(
    "标记已删除，这个数字不再有依据", "The mark was taken off: this number stands on nothing"
)
GONE: Final = Text("带标记的数字已删除", "The marked number was deleted")
CHANGED: Final = Text(
    "标记中的文字被改动，已重新核对", "Words inside the mark were changed; they are judged again"
)
COPIED: Final = Text("标记被复制，两处依据相同", "The mark was copied: both places stand on the same")
UNKNOWN: Final = Text("未知的内容控件，按普通文字处理", "An unknown content control, taken as plain words")
FOREIGN: Final = Text(
    "来自另一份报告的标记，按普通文字处理", "A mark of another report, taken as plain words"
)
IN_TITLE: Final = Text("标题中不能有标记，按普通文字处理", "A title has no marks; taken as plain words")
NO_TITLE: Final = Text(
    "没有“标题”样式的段落，标题保持不变", "No paragraph has the style “Title”; the title stays"
)
TWO_TITLES: Final = Text(
    "另一个“标题”样式的段落，按正文处理", "Another paragraph with the style “Title”, taken as text"
)


# ── out ──


def draft(version: Version) -> Official:
    """Describe a version as a draft for Word: its text alone, each marked number in a content control."""
    said = spoken(version)
    names = {
        each.key: _name(each, said) for each in version.report.bindings.select_related("snapshot__definition")
    }
    mark = _mark(version.report)

    def pieces(passage: Passage) -> tuple[Piece, ...]:
        return tuple(
            Piece(run.text, tag=control_tag(mark, run.key), title=names[run.key])
            if run.key in names
            else Piece(run.text)
            for run in passage.runs
        )

    title, *passages = manuscript.read(version.title, version.text)
    return compose_plain(
        version,
        title=pieces(title),
        lines=tuple(line_of(passage, pieces(passage)) for passage in passages),
        properties={PROPERTY: signed(version)},
    )


def docx(version: Version) -> bytes:
    """Give a version as a draft for Word."""
    return official_word.docx_bytes(draft(version))


def signed(version: Version) -> str:
    """Give what a file carries to be known again."""
    held = {"report": version.report.token, "after": version.number}
    return signing.Signer(salt=SIGNER).sign_object(held)


def _mark(report: Report) -> str:
    return hashlib.sha256(report.token.encode()).hexdigest()[:12]


def _name(binding: Binding, said: Language) -> str:
    if binding.snapshot is not None:
        period = Period.read(binding.snapshot.period)
        return f"{binding.snapshot.defined.name.in_(said)} {period.name.in_(said)}"
    return f"{binding.source} {binding.page}".strip() or binding.reason


# ── back ──


def bring(report: Report, content: bytes) -> Brought:
    """Read a draft that came back for `report`."""
    try:
        returned = read_word(content)
    except documents.Problem as problem:
        raise Problem(WORD_UNREADABLE, field="file", said=problem.text(language())) from problem
    version = _version(report, returned.properties.get(PROPERTY, ""))
    broken: list[Broken] = []
    passages = list(_passages(report, returned.paragraphs, broken))
    title, passages = _title(version, passages, broken)
    if not passages:
        raise Problem(NO_WORDS, field="file")
    before = manuscript.read(version.title, version.text)
    broken += _compared(before[1:], passages)
    return Brought(
        version,
        title,
        manuscript.write(passages, version.text),
        tuple(broken),
        tuple(_not_ours(version, returned)),
        returned.remarks,
        returned.insertions,
        returned.deletions,
    )


def _version(report: Report, held: str) -> Version:
    try:
        known = signing.Signer(salt=SIGNER).unsign_object(held)
    except signing.BadSignature as error:
        raise Problem(NOT_OURS, field="file") from error
    if known["report"] != report.token:
        raise Problem(OF_ANOTHER, field="file")
    return report.versions.select_related("report").get(number=known["after"])


def _passages(
    report: Report, paragraphs: tuple[WordParagraph, ...], broken: list[Broken]
) -> Iterator[Passage]:
    mark, keys = _mark(report), set(report.bindings.values_list("key", flat=True))
    for paragraph in paragraphs:
        runs = []
        for run in paragraph.runs:
            found = TAG.fullmatch(run.tag)
            ours = found is not None and found[1] == mark and found[2] in keys
            runs.append(Run(run.text, found[2] if found is not None and ours else ""))
            if run.tag and not ours:
                foreign = found is not None and found[1] != mark
                broken.append(Broken(FOREIGN if foreign else UNKNOWN, run.text.strip()))
        part = Part.TITLE if paragraph.kind == "title" else PARTS[paragraph.kind]
        yield Passage(part, _merged(runs), paragraph.level, int(paragraph.ordered))


def _merged(runs: list[Run]) -> tuple[Run, ...]:
    merged: list[Run] = []
    for run in runs:
        if merged and merged[-1].key == run.key:
            merged[-1] = Run(merged[-1].text + run.text, run.key)
        else:
            merged.append(run)
    return tuple(merged)


def _title(version: Version, passages: list[Passage], broken: list[Broken]) -> tuple[str, list[Passage]]:
    titles = [passage for passage in passages if passage.part is Part.TITLE]
    first = titles[0] if titles else None
    if first is None:
        broken.append(Broken(NO_TITLE, version.title))
    rest: list[Passage] = []
    for passage in passages:
        if passage is first:
            broken += [Broken(IN_TITLE, run.text) for run in passage.runs if run.key]
        elif passage.part is Part.TITLE:
            broken.append(Broken(TWO_TITLES, passage.text))
            rest.append(replace(passage, part=Part.PARAGRAPH))
        else:
            rest.append(passage)
    return (version.title if first is None else re.sub(r"\s+", " ", first.text).strip()), rest


def _compared(before: list[Passage], after: list[Passage]) -> Iterator[Broken]:
    """Say of each mark whether it was taken off, changed or copied."""
    text = "\n".join(passage.text for passage in after)
    then, now = _marked(before), _marked(after)
    for key in sorted(then.keys() | now.keys()):
        was, found = then.get(key, Counter()), now.get(key, Counter())
        lost, new = list((was - found).elements()), list((found - was).elements())
        for old, made in zip(lost, new, strict=False):
            yield Broken(CHANGED, f"{old} → {made}")
        for old in lost[len(new) :]:
            yield Broken(REMOVED if old in text else GONE, old)
        for made in new[len(lost) :]:
            yield Broken(COPIED, made)


def _marked(passages: list[Passage]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for passage in passages:
        for run in passage.runs:
            if run.key:
                found.setdefault(run.key, Counter())[re.sub(r"\s+", " ", run.text).strip()] += 1
    return found


def _not_ours(version: Version, returned: Returned) -> Iterator[LeftOut]:
    """Leave out of what was left out the words that we print on every page ourselves."""
    printed = {
        draft_mark(version).in_(spoken(version)),
        f"{WORDS['made_up'].zh} {WORDS['made_up'].en}",
    }
    for each in returned.left_out:
        said = each.text
        for words in printed if each.what == "margin" else ():
            said = said.replace(words, "")
        if each.what != "margin" or not PAGE_NUMBER.fullmatch(said):
            yield each
