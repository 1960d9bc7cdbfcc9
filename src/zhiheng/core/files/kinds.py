"""What a file is, by its bytes: the kinds that may come in, and what makes one of them dangerous."""

from __future__ import annotations

import codecs
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, Final

import puremagic
from defusedxml import DefusedXmlException, ElementTree

from zhiheng.core.files.problems import ACTIVE, FALSE_NAME, PACKED, UNKNOWN_KIND, UNREADABLE
from zhiheng.core.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

HEAD: Final = 8192
STEP: Final = 2**20
ENTRIES: Final = 5_000
LARGEST_UNPACKED: Final = 300 * 2**20
LARGEST_RELATIONS: Final = 4 * 2**20
"""An Office file names its parts in small files; one larger than this was not written by an office program."""
EXTERNAL: Final = {"attachedTemplate", "oleObject", "subDocument", "frame"}
"""Relations that load what they name when the file is opened; their target must lie inside it."""
MACROS: Final = ("vbaproject.bin", "vbadata.xml", "/activex/", "/macrosheets/")
VBA: Final = "_VBA_PROJECT".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its code, its media type, how names of it may end, the first is ours."""

    code: str
    mime: str
    ends: tuple[str, ...]


def _office(code: str, what: str) -> Kind:
    return Kind(code, f"application/vnd.openxmlformats-officedocument.{what}", (f".{code}",))


PDF: Final = Kind("pdf", "application/pdf", (".pdf",))
PNG: Final = Kind("png", "image/png", (".png",))
JPEG: Final = Kind("jpeg", "image/jpeg", (".jpg", ".jpeg"))
DOCX: Final = _office("docx", "wordprocessingml.document")
XLSX: Final = _office("xlsx", "spreadsheetml.sheet")
PPTX: Final = _office("pptx", "presentationml.presentation")
XLS: Final = Kind("xls", "application/vnd.ms-excel", (".xls",))
CSV: Final = Kind("csv", "text/csv", (".csv", ".txt"))

KINDS: Final = {kind.code: kind for kind in (PDF, PNG, JPEG, DOCX, XLSX, PPTX, XLS, CSV)}
SCANS: Final = frozenset({PDF, PNG, JPEG})
SHEETS: Final = frozenset({XLSX, XLS, CSV})
PAPERS: Final = frozenset({PDF, DOCX, XLSX, PPTX, PNG, JPEG})


def sniff(content: BinaryIO, name: str) -> Kind:
    """Give the kind of an open file by its bytes, and refuse what would run when it is opened.

    The name decides nothing, but one that says something else is refused: somebody would be misled by it.
    """
    content.seek(0)
    head = content.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        kind = _package(content)
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        kind = _compound(content)
    else:
        kind = _signed(head) or _text(head)
    end = PurePath(name).suffix.lower()
    if end not in kind.ends:
        raise Problem(FALSE_NAME, field="file", end=end or "…", kind=kind.code)
    content.seek(0)
    return kind


def _signed(head: bytes) -> Kind | None:
    try:
        found = {each.mime_type for each in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return None
    return next((kind for kind in (PDF, PNG, JPEG) if kind.mime in found), None)


def _text(head: bytes) -> Kind:
    encodings = ["utf-16"] if head.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)  # the last character may be cut
        except UnicodeDecodeError:
            continue
        if text.strip() and "\0" not in text:
            return CSV
    raise Problem(UNKNOWN_KIND, field="file")


def _compound(content: BinaryIO) -> Kind:
    """Only old workbooks come in of the old Office files, and none that holds a macro."""
    content.seek(0)
    before, book = b"", False
    while step := content.read(STEP):
        if VBA in before + step:
            raise Problem(ACTIVE, field="file", what="VBA")
        book = book or "Workbook".encode("utf-16-le") in before + step
        before = step[-64:]
    if not book:
        raise Problem(UNKNOWN_KIND, field="file")
    return XLS


def _package(content: BinaryIO) -> Kind:
    """An Office file is a zip of parts: count, weigh and read them all before anything is believed."""
    try:
        with zipfile.ZipFile(content) as packed:
            parts = packed.infolist()
            names = {part.filename.lower().lstrip("/") for part in parts}
            if len(parts) > ENTRIES or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise Problem(PACKED, field="file", entries=ENTRIES, most=LARGEST_UNPACKED // 2**20)
            if len(names) != len(parts) or any(part.flag_bits & 1 for part in parts):
                raise Problem(UNREADABLE, field="file")
            if active := [each for each in names for mark in MACROS if mark in f"/{each}"]:
                raise Problem(ACTIVE, field="file", what=active[0])
            if packed.testzip() is not None:  # reads every part to its end: a size that lies is found here
                raise Problem(UNREADABLE, field="file")
            kind = _main_part(packed)
            for relation in _relations(packed):
                what = relation.get("Type", "").rpartition("/")[2]
                if relation.get("TargetMode") == "External" and what in EXTERNAL:
                    raise Problem(ACTIVE, field="file", what=what)
    except (zipfile.BadZipFile, NotImplementedError, DefusedXmlException, ElementTree.ParseError) as error:
        raise Problem(UNREADABLE, field="file") from error
    except (EOFError, OSError, ValueError) as error:
        raise Problem(UNREADABLE, field="file") from error
    return kind


def _main_part(packed: zipfile.ZipFile) -> Kind:
    if "[Content_Types].xml" not in packed.namelist():
        raise Problem(UNKNOWN_KIND, field="file")
    said = {part.get("ContentType", "") for part in _parsed(packed, "[Content_Types].xml")}
    if any("macroenabled" in each.lower() for each in said):
        raise Problem(ACTIVE, field="file", what="VBA")
    found = [kind for kind in (DOCX, XLSX, PPTX) if f"{kind.mime}.main+xml" in said]
    if len(found) != 1:
        raise Problem(UNKNOWN_KIND, field="file")
    return found[0]


def _relations(packed: zipfile.ZipFile) -> Iterator[Element]:
    for name in packed.namelist():
        if name.lower().endswith(".rels"):
            yield from _parsed(packed, name)


def _parsed(packed: zipfile.ZipFile, name: str) -> Element:
    if packed.getinfo(name).file_size > LARGEST_RELATIONS:
        raise Problem(UNREADABLE, field="file")
    root: Element = ElementTree.fromstring(packed.read(name))
    return root
