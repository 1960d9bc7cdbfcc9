"""A Word file in the making: what every writer of one needs and python-docx has no call for."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from html import escape
from typing import TYPE_CHECKING, Any, Final

from zhiheng.documents.word_xml import NAMESPACE, font_table, text_of
from zhiheng.documents.words import WORDS, Language, say

if TYPE_CHECKING:
    from collections.abc import Mapping

CUSTOM: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
ORDER: Final = {
    "pPr": (
        "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
        "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
        "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
        "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange"
    ),
    "rPr": (
        "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid "
        "vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em "
        "lang eastAsianLayout specVanish oMath"
    ),
}
"""The order in which a schema-strict reader expects properties (ISO/IEC 29500-1, CT_PPr and CT_RPr)."""
ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)


class WordDocument:
    """One python-docx document, with the XML that python-docx has no call for, packed with fixed dates."""

    def __init__(self, language: Language) -> None:
        import docx  # noqa: PLC0415 - 150 ms that only Word pays

        self.language: Language = language
        self.document: Any = docx.Document()
        self.body: Any = self.document.element.body

    @staticmethod
    def element(tag: str, **attributes: object) -> Any:
        """Make an element of WordprocessingML: ``element("w:jc", val="left")``."""
        from docx.oxml import OxmlElement  # noqa: PLC0415 - as docx
        from docx.oxml.ns import qn  # noqa: PLC0415 - as docx

        made = OxmlElement(tag)
        for name, value in attributes.items():
            made.set(qn(f"w:{name}"), str(value))
        return made

    def run(self, text: str, *properties: Any) -> Any:
        """Make a run of text."""
        made = self.element("w:r")
        if properties:
            holder = self.element("w:rPr")
            holder.extend(properties)
            made.append(holder)
        words = self.element("w:t")
        words.text = text_of(text)
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        made.append(words)
        return made

    def field(self, instruction: str, result: str, *, dirty: bool = False) -> list[Any]:
        """Make a field with the result it shows until it is updated."""
        runs = []
        for kind in ("begin", "instruction", "separate", "result", "end"):
            if kind == "result":
                runs.append(self.run(result))
                continue
            run = self.element("w:r")
            if kind == "instruction":
                code = self.element("w:instrText")
                code.text = f" {instruction} "
                code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                run.append(code)
            else:
                mark = self.element("w:fldChar", fldCharType=kind)
                if dirty and kind == "begin":
                    mark.set(f"{{{NAMESPACE}}}dirty", "true")
                run.append(mark)
            runs.append(run)
        return runs

    def fonts(self, style: Any, east: str, latin: str) -> None:
        """Give a style its Chinese and its Latin font."""
        from docx.oxml.ns import qn  # noqa: PLC0415 - as docx

        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for name in list(fonts.attrib):
            del fonts.attrib[name]
        for name, family in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", east)):
            fonts.set(qn(f"w:{name}"), family)

    def carry(self, properties: Mapping[str, str]) -> None:
        """Put properties of our own into the file; Word, WPS and LibreOffice hand them on."""
        from docx.opc.packuri import PackURI  # noqa: PLC0415 - as docx
        from docx.opc.part import Part  # noqa: PLC0415 - as docx

        held = "".join(
            f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{at}" name="{escape(name)}">'
            f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
            for at, (name, value) in enumerate(sorted(properties.items()), 2)
        )
        package = self.document.part.package
        content = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            f'<Properties xmlns="{CUSTOM}/custom-properties" xmlns:vt="{CUSTOM}/docPropsVTypes">{held}</Properties>'
        )
        kind = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
        package.relate_to(
            Part(PackURI("/docProps/custom.xml"), kind, content.encode(), package),
            f"{CUSTOM}/relationships/custom-properties",
        )

    def pack(
        self,
        *,
        title: str,
        author: str,
        date: dt.date,
        made_up: bool,
        stand_ins: Mapping[str, str],
        carried: Mapping[str, str] | None = None,
    ) -> bytes:
        """Give the file with fixed dates: the same bytes for the same content."""
        if carried:
            self.carry(carried)
        for part in self.document.part.package.iter_parts():
            if (root := getattr(part, "element", None)) is not None:
                _in_order(root)
            if str(part.partname) == "/word/fontTable.xml":
                part._blob = font_table(stand_ins)  # noqa: SLF001 - python-docx keeps this part as bytes
        properties = self.document.core_properties
        properties.title = text_of(title)
        properties.author = properties.last_modified_by = text_of(author) or "zhiheng"
        properties.created = properties.modified = dt.datetime.combine(date, dt.time())
        properties.comments = say(WORDS["made_up_sentence"], self.language) if made_up else ""
        properties.language = "zh-CN" if self.language == "zh" else "en"
        loose, fixed = io.BytesIO(), io.BytesIO()
        self.document.save(loose)
        with zipfile.ZipFile(loose) as before, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as after:
            for name in before.namelist():
                entry = zipfile.ZipInfo(name, ZIP_TIME)
                entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
                after.writestr(entry, before.read(name))
        return fixed.getvalue()


def _in_order(root: Any) -> None:
    """Sort the properties of paragraphs and runs as the schema has them."""
    for name, order in ORDER.items():
        place = {f"{{{NAMESPACE}}}{tag}": at for at, tag in enumerate(order.split())}
        for holder in root.iter(f"{{{NAMESPACE}}}{name}"):
            holder[:] = sorted(holder, key=lambda one: place.get(one.tag, len(place)))
