"""A Word file that comes back: its paragraphs with the content controls in them, and all that has no place in a report.

Tracked changes are read as if they were accepted. Nothing is dropped in silence: what cannot be taken is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from zhiheng.documents.official import TAG
from zhiheng.documents.problems import Problem
from zhiheng.documents.word_package import Package, open_package
from zhiheng.documents.word_xml import NAMESPACE
from zhiheng.documents.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

W: Final = f"{{{NAMESPACE}}}"
MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
CHOICE: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
RELATED: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
DESCENDS: Final = {
    f"{W}{name}" for name in ("hyperlink", "smartTag", "customXml", "fldSimple", "dir", "bdo", "rubyBase")
}
TAKEN: Final = {f"{W}{name}" for name in ("ins", "moveTo")}
GIVEN_UP: Final = {f"{W}{name}" for name in ("del", "moveFrom")}
FORMATS: Final = [f"{W}{name}" for name in ("b", "i", "u", "strike", "highlight", "caps")]
HEADING: Final = re.compile(r"heading ([1-9])")
LONGEST: Final = 4000

LEFT_OUT: Final[dict[str, Text]] = {
    "table": Text("表格", "table"),
    "picture": Text("图片", "picture"),
    "text_box": Text("文本框", "text box"),
    "footnote": Text("脚注", "footnote"),
    "endnote": Text("尾注", "endnote"),
    "formula": Text("公式", "formula"),
    "symbol": Text("特殊符号", "symbol"),
    "hidden": Text("隐藏文字", "hidden text"),
    "link": Text("链接地址", "address of a link"),
    "numbering": Text("标题的自动编号", "automatic number of a heading"),
    "margin": Text("页眉或页脚的文字", "words of a header or footer"),
    "format": Text("加粗、倾斜等文字格式", "bold, italics and the like"),
}
"""What has no place in the text of a report."""


@dataclass(frozen=True, slots=True)
class WordRun:
    """Words that stand together; `tag` is the name of the content control around them."""

    text: str
    tag: str = ""


@dataclass(frozen=True, slots=True)
class WordParagraph:
    """A paragraph; `level` is that of a heading or the depth of an item, both from 1."""

    kind: Literal["title", "heading", "paragraph", "item"]
    runs: tuple[WordRun, ...]
    level: int = 0
    ordered: bool = False

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class WordRemark:
    """A comment: who said it, of which words, what."""

    author: str
    quote: str
    text: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was in the file and is not in the text: what (a key of `LEFT_OUT`), and its words."""

    what: str
    text: str

    @property
    def name(self) -> Text:
        """What it is, in both languages."""
        return LEFT_OUT[self.what]


@dataclass(frozen=True, slots=True)
class Returned:
    """A Word file as it was read."""

    properties: dict[str, str]
    paragraphs: tuple[WordParagraph, ...]
    remarks: tuple[WordRemark, ...]
    left_out: tuple[LeftOut, ...]
    insertions: int
    deletions: int


def read_word(content: bytes) -> Returned:
    """Read a Word file.

    Raises
    ------
    Problem
        `word_too_large`, `word_not_docx`, `word_bomb`, `word_active`, `word_damaged`.
    """
    try:
        return _Reader(open_package(content)).read()
    except RecursionError as error:
        raise Problem("word_damaged", found="word/document.xml") from error


def _value(element: Element | None, name: str = "val") -> str:
    return "" if element is None else element.get(f"{W}{name}", "")


def _on(holder: Element | None, name: str) -> bool:
    """Tell whether a property that is on by its presence is there and not switched off."""
    found = None if holder is None else holder.find(name)
    return found is not None and _value(found) not in {"0", "false", "none", "off"}


def _words(element: Element) -> str:
    return " ".join("".join(one.text or "" for one in p.iter(f"{W}t")) for p in element.iter(f"{W}p")).strip()


def _number(said: str) -> int:
    return int(said) if said.isdecimal() and len(said) < 6 else 0


@dataclass(slots=True)
class _Open:
    """A paragraph in the making."""

    runs: list[WordRun] = field(default_factory=list)


class _Reader:
    """Reads one package."""

    def __init__(self, package: Package) -> None:
        self.package = package
        document = package.xml("word/document.xml")
        body = None if document is None else document.find(f"{W}body")
        if body is None:
            raise Problem("word_damaged", found="word/document.xml")
        self.body = body
        self.styles = self._styles()
        self.numbers = self._numbers()
        self.notes = {kind: self._texts(f"word/{kind}s.xml", kind) for kind in ("footnote", "endnote")}
        # LibreOffice drops the names of controls and keeps the bookmarks inside: those count where no name is left
        self.by_bookmark = not any(TAG.fullmatch(_value(one)) for one in body.iter(f"{W}tag"))
        self.bookmarks: dict[str, str] = {}
        self.remarked: dict[str, str] = {}
        self.running: set[str] = set()
        self.left_out: list[LeftOut] = []
        self.insertions = self.deletions = 0
        self.formatted = 0
        self.now = _Open()

    # ── what stands beside the text ──

    def _styles(self) -> dict[str, Element]:
        root = self.package.xml("word/styles.xml")
        return {} if root is None else {_value(one, "styleId"): one for one in root.iter(f"{W}style")}

    def _numbers(self) -> dict[tuple[str, str], str]:
        """Give the kind of numbers of each list and depth."""
        root = self.package.xml("word/numbering.xml")
        if root is None:
            return {}
        of = {_value(one, "abstractNumId"): one for one in root.iter(f"{W}abstractNum")}
        return {
            (_value(number, "numId"), _value(level, "ilvl")): _value(level.find(f"{W}numFmt"))
            for number in root.iter(f"{W}num")
            for holder in (of.get(_value(number.find(f"{W}abstractNumId"))), number)
            if holder is not None
            for level in holder.iter(f"{W}lvl")
        }

    def _texts(self, part: str, kind: str) -> dict[str, str]:
        root = self.package.xml(part)
        return {} if root is None else {_value(one, "id"): _words(one) for one in root.iter(f"{W}{kind}")}

    def _remarks(self) -> Iterator[WordRemark]:
        root = self.package.xml("word/comments.xml")
        for one in [] if root is None else root.iter(f"{W}comment"):
            if said := _words(one):
                quote = self.remarked.get(_value(one, "id"), "").strip()
                yield WordRemark(_value(one, "author").strip(), quote, said)

    def _margins(self) -> Iterator[LeftOut]:
        said = set()
        for name in sorted(self.package.parts):
            if re.fullmatch(r"word/(header|footer)\d*\.xml", name):
                root = self.package.xml(name)
                said |= {_words(one) for one in root.iter(f"{W}p")} if root is not None else set()
        yield from (LeftOut("margin", one) for one in sorted(said) if one)

    # ── the text ──

    def read(self) -> Returned:
        """Read all."""
        paragraphs = [one for one in self._blocks(self.body, "") if one.text.strip()]
        if self.formatted:
            self._leave("format", str(self.formatted))
        return Returned(
            self.package.properties(),
            tuple(paragraphs),
            tuple(self._remarks()),
            (*self.left_out, *self._margins()),
            self.insertions,
            self.deletions,
        )

    def _leave(self, what: str, said: str) -> None:
        self.left_out.append(LeftOut(what, said.strip()[:LONGEST]))

    def _blocks(self, holder: Element, tag: str) -> Iterator[WordParagraph]:
        for one in holder:
            if one.tag == f"{W}p":
                if made := self._paragraph(one, tag):
                    yield made
            elif one.tag == f"{W}tbl":
                rows = (" | ".join(_words(cell) for cell in row.iter(f"{W}tc")) for row in one.iter(f"{W}tr"))
                self._leave("table", "\n".join(rows))
            elif one.tag == f"{W}sdt":
                content = one.find(f"{W}sdtContent")
                if content is not None:
                    yield from self._blocks(content, self._tag(one) or tag)
            elif one.tag in TAKEN or one.tag in DESCENDS:
                yield from self._blocks(one, tag)
            elif one.tag in {f"{W}bookmarkStart", f"{W}bookmarkEnd"}:
                self._bookmark(one)
            elif one.tag == f"{CHOICE}AlternateContent":
                yield from self._blocks(one[0] if len(one) else one, tag)
            elif one.tag.startswith(MATH):
                self._leave("formula", "".join(one.itertext()))
        if holder is self.body and self.now.runs:  # its last mark is deleted: what is left stands by itself
            yield WordParagraph("paragraph", self._done())

    def _paragraph(self, element: Element, tag: str) -> WordParagraph | None:
        properties = element.find(f"{W}pPr")
        self._inline(element, tag)
        mark = None if properties is None else properties.find(f"{W}rPr")
        if mark is not None and any(mark.find(name) is not None for name in GIVEN_UP):
            return None  # goes on in the next paragraph, which keeps its own look
        return self._placed(properties, self._done())

    def _done(self) -> tuple[WordRun, ...]:
        runs: list[WordRun] = []
        for run in self.now.runs:
            if runs and runs[-1].tag == run.tag:
                runs[-1] = WordRun(runs[-1].text + run.text, run.tag)
            else:
                runs.append(run)
        self.now = _Open()
        return tuple(runs)

    def _placed(self, properties: Element | None, runs: tuple[WordRun, ...]) -> WordParagraph:
        chain = [] if properties is None else [properties]
        names: list[str] = []
        at: str = _value(None if properties is None else properties.find(f"{W}pStyle"))
        while (style := self.styles.get(at)) is not None and len(names) < 12:
            names.append(_value(style.find(f"{W}name")).casefold())
            if (own := style.find(f"{W}pPr")) is not None:
                chain.append(own)
            at = _value(style.find(f"{W}basedOn"))
        outline = next((_value(one) for p in chain if (one := p.find(f"{W}outlineLvl")) is not None), "9")
        heading = next(
            (int(found[1]) for name in names if (found := HEADING.fullmatch(name))), _number(outline) + 1
        )
        listed = next((one for p in chain if (one := p.find(f"{W}numPr")) is not None), None)
        of = _value(None if listed is None else listed.find(f"{W}numId"))
        if names and names[0] == "title":
            return WordParagraph("title", runs)
        if heading < 10:
            if of not in {"", "0"}:
                self._leave("numbering", "".join(run.text for run in runs))
            return WordParagraph("heading", runs, min(heading, 6))
        if of not in {"", "0"}:
            depth = _value(None if listed is None else listed.find(f"{W}ilvl")) or "0"
            kind = self.numbers.get((of, depth), "bullet")
            return WordParagraph("item", runs, _number(depth) + 1, kind not in {"bullet", "none"})
        return WordParagraph("paragraph", runs)

    # ── inside a paragraph ──

    def _tag(self, control: Element) -> str:
        properties = control.find(f"{W}sdtPr")
        return _value(None if properties is None else properties.find(f"{W}tag"))

    def _bookmark(self, one: Element) -> None:
        number = _value(one, "id")
        if one.tag == f"{W}bookmarkEnd":
            self.bookmarks.pop(number, None)
        elif found := TAG.match(_value(one, "name")):
            self.bookmarks[number] = found[0]

    def _say(self, said: str, tag: str) -> None:
        if self.by_bookmark:
            tag = next(iter(self.bookmarks.values()), tag)
        if said:
            self.now.runs.append(WordRun(said, tag))
        for one in self.running:
            self.remarked[one] = self.remarked.get(one, "") + said

    def _inline(self, holder: Element, tag: str) -> None:
        for one in holder:
            name = one.tag
            if name == f"{W}r":
                self._run(one, tag)
            elif name in TAKEN:
                self.insertions += 1
                self._inline(one, tag)
            elif name in GIVEN_UP:
                self.deletions += 1
            elif name == f"{W}sdt":
                properties, content = one.find(f"{W}sdtPr"), one.find(f"{W}sdtContent")
                if content is not None and not _on(properties, f"{W}showingPlcHdr"):
                    self._inline(content, self._tag(one) or tag)
            elif name in DESCENDS:
                if name == f"{W}hyperlink" and one.get(RELATED):
                    self._leave("link", "".join(part.text or "" for part in one.iter(f"{W}t")))
                self._inline(one, tag)
            elif name == f"{W}commentRangeStart":
                self.running.add(_value(one, "id"))
            elif name == f"{W}commentRangeEnd":
                self.running.discard(_value(one, "id"))
            elif name in {f"{W}bookmarkStart", f"{W}bookmarkEnd"}:
                self._bookmark(one)
            elif name == f"{CHOICE}AlternateContent":
                self._inline(one[0] if len(one) else one, tag)
            elif name.startswith(MATH):
                self._leave("formula", "".join(one.itertext()))

    def _run(self, run: Element, tag: str) -> None:
        look = run.find(f"{W}rPr")
        if _on(look, f"{W}vanish"):
            self._leave("hidden", "".join(one.text or "" for one in run.iter(f"{W}t")))
            return
        if any(_on(look, name) for name in FORMATS):
            self.formatted += 1
        self._run_parts(run, tag)

    def _run_parts(self, run: Element, tag: str) -> None:
        for one in run:
            match one.tag.removeprefix(W):
                case "t":
                    self._say(one.text or "", tag)
                case "tab" | "br" | "cr":
                    self._say(" ", tag)
                case "noBreakHyphen":
                    self._say("-", tag)
                case "footnoteReference" | "endnoteReference" as name:
                    kind = name.removesuffix("Reference")
                    self._leave(kind, self.notes[kind].get(_value(one, "id"), ""))
                case "drawing" | "pict" | "object":
                    self._drawn(one)
                case "sym":
                    self._leave("symbol", f"U+{_value(one, 'char')}")
                case "ruby":
                    self._inline(one, tag)
                case _ if one.tag == f"{CHOICE}AlternateContent" and len(one):
                    self._run_parts(one[0], tag)

    def _drawn(self, drawing: Element) -> None:
        boxes = [_words(box) for box in drawing.iter(f"{W}txbxContent")]
        for said in boxes:
            self._leave("text_box", said)
        if not boxes:
            described = (one for one in drawing.iter() if one.tag.endswith("}docPr"))
            self._leave("picture", next((d.get("descr") or d.get("name") or "" for d in described), ""))
