"""A Word file from outside: opened only when nothing in it can act, fetch or swell."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn
from xml.etree.ElementTree import ParseError

from zhiheng.documents.problems import Problem
from zhiheng.documents.words import Text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_MB: Final = 20
MOST_UNPACKED_MB: Final = 100
MOST_PARTS: Final = 2000
MOST_TIMES: Final = 200
"""How many times its packed size a part may have: XML has ten to thirty."""
MB: Final = 2**20

RELATIONSHIPS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
ACTIVE: Final = {
    "vbaProject": Text("宏", "macros"),
    "macroEnabled": Text("宏", "macros"),
    "activeX": Text("ActiveX 控件", "ActiveX controls"),
    "oleObject": Text("嵌入的对象", "embedded objects"),
    "embeddings/": Text("嵌入的对象", "embedded objects"),
    "aFChunk": Text("嵌入的文档", "embedded documents"),
    "subDocument": Text("嵌入的文档", "embedded documents"),
    "attachedTemplate": Text("外部模板", "an external template"),
}
EXTERNAL: Final = Text("外部链接（{found}）", "a link to outside ({found})")
HARMLESS: Final = ("http://", "https://", "mailto:")
DTD: Final = Text("XML 实体或文档类型声明", "XML entities or a document type")


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a Word file that was looked through."""

    parts: dict[str, bytes]

    def xml(self, name: str) -> Element | None:
        """Give the root of a part, or nothing where the file has no such part."""
        return _parsed(name, self.parts[name]) if name in self.parts else None

    def properties(self) -> dict[str, str]:
        """Give the properties that are not Word's own."""
        root = self.xml("docProps/custom.xml")
        if root is None:
            return {}
        return {one.get("name", ""): "".join(one.itertext()) for one in root}


def _not_docx(zh: str, en: str) -> NoReturn:
    raise Problem("word_not_docx", found=Text(zh, en))


def open_package(content: bytes) -> Package:
    """Open a Word file.

    Raises
    ------
    Problem
        `word_too_large`, `word_not_docx`, `word_bomb`, `word_active`, `word_damaged`.
    """
    if len(content) > MOST_MB * MB:
        raise Problem("word_too_large", found=-(-len(content) // MB), most=MOST_MB)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        _not_docx("是旧格式 .doc，或设了密码", "it is the old .doc, or has a password")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as held:
            package = Package(_unpacked(held))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error) as error:
        raise Problem("word_not_docx", found=Text("打不开", "it cannot be opened")) from error
    _check_types(package)
    _check_links(package)
    return package


def _unpacked(held: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [one for one in held.infolist() if not one.is_dir()]
    if len(entries) > MOST_PARTS:
        raise Problem("word_bomb", found=len(entries))
    size = sum(one.file_size for one in entries)
    if size > MOST_UNPACKED_MB * MB:
        raise Problem("word_bomb", found=f"{size // MB} MB")
    if any(one.file_size > MB and one.file_size > MOST_TIMES * max(one.compress_size, 1) for one in entries):
        raise Problem("word_bomb", found=f"> {MOST_TIMES} ×")
    parts: dict[str, bytes] = {}
    for one in entries:
        name = one.filename.replace("\\", "/").lstrip("/")
        if one.flag_bits & 1:
            _not_docx("设了密码", "it has a password")
        if name in parts or ".." in name.split("/"):
            raise Problem("word_damaged", found=name)
        parts[name] = held.read(one)
    return parts


def _check_types(package: Package) -> None:
    kinds = package.parts.get("[Content_Types].xml")
    if kinds is None or "word/document.xml" not in package.parts:
        _not_docx("没有 Word 正文", "it has no Word text")
    said = " ".join(
        [*package.parts, *(one.get("ContentType", "") for one in _parsed("[Content_Types].xml", kinds))]
    )
    _check_active(said)


def _check_active(said: str) -> None:
    for sign, name in ACTIVE.items():
        if sign.lower() in said.lower():
            raise Problem("word_active", found=name)


def _check_links(package: Package) -> None:
    for name, content in package.parts.items():
        if not name.endswith(".rels"):
            continue
        for one in _parsed(name, content).iter(RELATIONSHIPS):
            kind, target = one.get("Type", ""), one.get("Target", "")
            _check_active(posixpath.basename(kind))
            if one.get("TargetMode") == "External" and not (
                kind.endswith("/hyperlink") and target.lower().startswith(HARMLESS)
            ):
                shown = target[:60]
                found = Text(EXTERNAL.zh.format(found=shown), EXTERNAL.en.format(found=shown))
                raise Problem("word_active", found=found)


def _parsed(name: str, content: bytes) -> Element:
    from defusedxml import DefusedXmlException  # noqa: PLC0415 - optional: only the web takes files from outside
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 - as above

    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Problem("word_active", found=DTD) from error
    except (ParseError, ValueError, LookupError) as error:
        raise Problem("word_damaged", found=name) from error
    return root
