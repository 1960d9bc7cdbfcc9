"""An official document for Word: as the PDF, and in a draft each marked number in a content control that comes back."""

from __future__ import annotations

import io
import itertools
import math
from html import escape
from typing import TYPE_CHECKING, Any, Final

from zhiheng.documents import official, theme
from zhiheng.documents.official import OFFICIAL_WORDS, Entry, Line, Official, Piece
from zhiheng.documents.official_pdf import DRAFT_MARK
from zhiheng.documents.word_document import WordDocument
from zhiheng.documents.word_xml import NAMESPACE, text_of
from zhiheng.documents.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TWIPS_A_MM: Final = 1440 / 25.4
_NARROWER: Final = math.floor((official.ADVANCE - official.SIZE) * 20) - 1
"""What is added to each character of the text so that 28 fill a line with room to spare, in twentieths of a point."""
STAND_INS: Final = {
    family: ",".join(others) for family, *others in theme.OFFICIAL_FONTS.values()
} | theme.WORD_STAND_INS
_VML: Final = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w10="urn:schemas-microsoft-com:office:word"'
)
NUMBERED, BULLETS = 901, 902
"""Our own lists in the file: restarted for each list of the text."""


class _Writer(WordDocument):
    """Writes one official document."""

    def __init__(self, paper: Official) -> None:
        super().__init__(paper.language)
        self.paper = paper
        self.zh = paper.language == "zh"
        self.ids: Iterator[int] = itertools.count(1)
        self.entries = {str(one.number) for one in paper.annex or ()}
        self.lists: Iterator[int] = itertools.count(NUMBERED)

    def words(self, key: str) -> str:
        """Give fixed words in the language of the document."""
        return OFFICIAL_WORDS[key].in_(self.language)

    # ── page and styles ──

    def styles(self) -> None:
        """Set the styles: each part of the standard is one, so that who edits it in Word keeps the layout."""
        from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415 - 150 ms that only Word pays
        from docx.shared import Pt, RGBColor, Twips  # noqa: PLC0415 - as docx

        styles = self.document.styles
        size = official.SIZE if self.zh else 11

        def style(name: str, font: str, points: float, *, bold: bool = False, exact: bool = True) -> Any:
            made = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            if name != "Normal":
                made.base_style = styles["Normal"]
            east = theme.OFFICIAL_FONTS[font][0]
            self.fonts(made, east, theme.WORD_SANS_LATIN if font == "first" else theme.WORD_BODY_LATIN)
            made.font.size, made.font.bold, made.font.italic = Pt(points), bold, False
            made.font.color.rgb = RGBColor(0, 0, 0)
            form = made.paragraph_format
            form.space_before = form.space_after = Pt(0)
            if self.zh and exact:
                form.line_spacing = Twips(math.floor(official.PITCH * 20))  # a little less, or 22 do not fit
                form.alignment = 3
                # said aloud: where it is silent, LibreOffice 7.4 loses a sign behind the 28th character
                made.element.get_or_add_pPr().append(self.element("w:overflowPunct", val=1))
                made.element.get_or_add_rPr().append(self.element("w:spacing", val=_NARROWER))
            made.hidden, made.quick_style = False, True
            return made

        normal = style("Normal", "body", size, exact=False)
        normal.element.get_or_add_rPr().append(self.element("w:lang", val="en-US", eastAsia="zh-CN"))
        body = style("Body Text", "body", size)
        for name in ("List Bullet", "List Number"):
            style(name, "body", size)
        if self.zh:
            body.element.get_or_add_pPr().append(self.element("w:ind", firstLineChars=200, firstLine=640))
        else:
            body.paragraph_format.space_after = Pt(7)
        for level, font in ((1, "first"), (2, "second"), (3, "body"), (4, "body")):
            made = style(f"Heading {level}", font, size if self.zh else size + 5 - level, bold=not self.zh)
            made.paragraph_format.keep_with_next = True
            if self.zh:
                made.element.get_or_add_pPr().append(self.element("w:ind", firstLineChars=200, firstLine=640))
            else:
                made.paragraph_format.space_before, made.paragraph_format.space_after = Pt(12), Pt(5)
        title = style("Title", "title", 22 if self.zh else 20, bold=not self.zh, exact=False)
        title.paragraph_format.alignment = 1 if self.zh else 0
        title.paragraph_format.line_spacing = Pt(35) if self.zh else 1.1
        title.paragraph_format.space_before = title.paragraph_format.space_after = Pt(28 if self.zh else 12)
        for border in title.element.pPr.findall(f"{{{NAMESPACE}}}pBdr"):
            title.element.pPr.remove(border)
        style("Table Text", "body", 11 if self.zh else 9.5, exact=False)
        for name in ("Header", "Footer"):
            made = style(
                name, "page" if name == "Footer" else "first", 14 if name == "Footer" else 9, exact=False
            )
            for tabs in made.element.pPr.findall(f"{{{NAMESPACE}}}tabs"):
                made.element.pPr.remove(tabs)

    def page(self) -> None:
        """Set paper, type area and its grid of 22 lines of 28 characters, page numbers, and what every page says."""
        from docx.shared import Mm  # noqa: PLC0415 - as docx

        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(official.TOP_MM), Mm(official.BOTTOM_MM)
        section.left_margin, section.right_margin = Mm(official.LEFT_MM), Mm(official.RIGHT_MM)
        section.header_distance, section.footer_distance = Mm(20), Mm(official.BOTTOM_MM - 7 - 5)
        for grid in section._sectPr.findall(f"{{{NAMESPACE}}}docGrid"):  # noqa: SLF001 - no public call
            section._sectPr.remove(grid)  # noqa: SLF001 - lines and characters are measured by the styles
        self.document.settings.odd_and_even_pages_header_footer = True
        for even, head, foot in (
            (False, section.header, section.footer),
            (True, section.even_page_header, section.even_page_footer),
        ):
            head.is_linked_to_previous = foot.is_linked_to_previous = False
            self.header(head.paragraphs[0])
            self.footer(foot.paragraphs[0], even=even)

    def header(self, holder: Any) -> None:
        """Say on a page that it is a draft, and that its data are made up."""
        from docx.shared import RGBColor  # noqa: PLC0415 - as docx

        tabs = self.element("w:tabs")
        tabs.append(self.element("w:tab", val="right", pos=round(official.WIDTH_MM * _TWIPS_A_MM)))
        holder._p.get_or_add_pPr().append(tabs)  # noqa: SLF001 - tabs come before python-docx can sort them
        holder.add_run(text_of(self.paper.draft))
        if self.paper.made_up:
            run = holder.add_run(f"\t{WORDS['made_up'].zh} {WORDS['made_up'].en}")
            run.font.bold = True
            run.font.color.rgb = RGBColor.from_string(theme.ALARM[1:])
        if self.paper.draft:
            holder._p.append(self.watermark(DRAFT_MARK.in_(self.language)))  # noqa: SLF001 - no public call

    def watermark(self, said: str) -> Any:
        """Give large pale words across the page, as Word makes them itself."""
        from docx.oxml import parse_xml  # noqa: PLC0415 - as docx

        number = next(self.ids)
        style = (
            "position:absolute;margin-left:0;margin-top:0;width:360pt;height:150pt;rotation:315;z-index:-251658752;"
            "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
            "mso-position-vertical:center;mso-position-vertical-relative:margin"
        )
        return parse_xml(
            f'<w:r xmlns:w="{NAMESPACE}" {_VML}><w:pict>'
            '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
            'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
            '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
            '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
            '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
            f'<v:shape id="watermark{number}" o:spid="_x0000_s{2048 + number}" type="#_x0000_t136" '
            f'alt="{escape(said)}" style="{style}" fillcolor="#d0d5db" stroked="f"><v:fill opacity=".5"/>'
            f'<v:textpath style="font-family:&quot;{theme.OFFICIAL_FONTS["first"][0]}&quot;;font-size:1pt" '
            f'string="{escape(said)}"/><w10:wrap anchorx="margin" anchory="margin"/></v:shape></w:pict></w:r>'
        )

    def footer(self, holder: Any, *, even: bool) -> None:
        """Write the page number: between dashes, one character from the outer edge."""
        if self.zh:
            holder.alignment = 0 if even else 2
            side = {"left" if even else "right": 280}
            holder._p.get_or_add_pPr().append(self.element("w:ind", **side))  # noqa: SLF001 - no public call
        else:
            holder.alignment = 1
        dash = ("— ", " —") if self.zh else ("", "")
        for part in [self.run(dash[0]), *self.field("PAGE", "1"), self.run(dash[1])]:
            holder._p.append(part)  # noqa: SLF001 - fields have no public call

    def numbering(self) -> None:
        """Put our two kinds of lists into the file: numbered and with bullets, nine deep."""
        from docx.oxml import parse_xml  # noqa: PLC0415 - as docx

        part = self.document.part.numbering_part.element
        first = part.find(f"{{{NAMESPACE}}}num")
        after = '<w:suff w:val="space"/>' if self.zh else ""

        def indent(at: int) -> str:
            if self.zh:
                return f'<w:ind w:left="{640 * at}" w:firstLine="640"/>'
            return f'<w:ind w:left="{400 * (at + 1)}" w:hanging="400"/>'

        for kind, of in (("decimal", NUMBERED), ("bullet", BULLETS)):
            levels = "".join(
                f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>{after}'
                f'<w:lvlText w:val="{f"%{at + 1}." if kind == "decimal" else "•"}"/><w:lvlJc w:val="left"/>'
                f"<w:pPr>{indent(at)}</w:pPr></w:lvl>"
                for at in range(9)
            )
            part.insert(
                part.index(first),
                parse_xml(
                    f'<w:abstractNum xmlns:w="{NAMESPACE}" w:abstractNumId="{of}">'
                    f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
                ),
            )
        self.a_list(BULLETS)

    def a_list(self, of: int) -> int:
        """Begin a list of its own, and give its number."""
        number = next(self.lists)
        made = self.element("w:num", numId=number)
        made.append(self.element("w:abstractNumId", val=of))
        if of == NUMBERED:
            for at in range(9):
                again = self.element("w:lvlOverride", ilvl=at)
                again.append(self.element("w:startOverride", val=1))
                made.append(again)
        self.document.part.numbering_part.element.append(made)
        return number

    # ── words ──

    def put(self, paragraph: Any, pieces: Sequence[Piece]) -> None:
        """Write pieces into a paragraph."""
        for piece in pieces:
            content = [self.run(piece.text)]
            if piece.tag:
                content = [self.control(piece)]
            elif piece.address:
                content = [self.link(paragraph, piece.address, content)]
            if piece.note:
                raised = self.run(piece.note, self.element("w:vertAlign", val="superscript"))
                if piece.note in self.entries:
                    inside = self.element("w:hyperlink", anchor=f"entry_{piece.note}", history=1)
                    inside.append(raised)
                    raised = inside
                content.append(raised)
            for one in content:
                paragraph._p.append(one)  # noqa: SLF001 - runs of our own have no public call

    def link(self, paragraph: Any, address: str, content: Sequence[Any]) -> Any:
        """Give runs that open an address."""
        from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415 - as docx
        from docx.oxml.ns import qn  # noqa: PLC0415 - as docx

        made = self.element("w:hyperlink", history=1)
        made.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        made.extend(content)
        return made

    def control(self, piece: Piece) -> Any:
        """Give a content control; the bookmark inside it is what LibreOffice keeps of it."""
        number = next(self.ids)
        made, properties, content = (self.element(f"w:{name}") for name in ("sdt", "sdtPr", "sdtContent"))
        properties.append(self.element("w:alias", val=text_of(piece.title)[:60]))
        properties.append(self.element("w:tag", val=piece.tag))
        properties.append(self.element("w:id", val=number))
        content.append(self.element("w:bookmarkStart", id=number, name=f"{piece.tag}_{number}"))
        content.append(self.run(piece.text))
        content.append(self.element("w:bookmarkEnd", id=number))
        made.extend([properties, content])
        return made

    def paragraph(self, style: str, pieces: Sequence[Piece] = (), *, text: str = "") -> Any:
        """Write a paragraph of pieces, or of plain words."""
        made = self.document.add_paragraph(style=style)
        self.put(made, pieces or (Piece(text),))
        return made

    def line(self, line: Line, of: int) -> None:
        """Write one line of the text; `of` is the list that an item is in."""
        if line.kind == "heading":
            self.paragraph(f"Heading {min(line.level, 9)}", line.pieces)
        elif line.kind == "paragraph":
            self.paragraph("Body Text", line.pieces)
        else:
            made = self.paragraph("List Number" if line.ordinal else "List Bullet", line.pieces)
            numbered = self.element("w:numPr")
            numbered.append(self.element("w:ilvl", val=min(line.level, 9) - 1))
            numbered.append(self.element("w:numId", val=of))
            made._p.get_or_add_pPr().append(numbered)  # noqa: SLF001 - no public call

    def text(self) -> None:
        """Write the text; a numbered list that begins anew is a list of its own."""
        bullets, of = NUMBERED, 0
        for line in self.paper.lines:
            if line.ordinal == 1 or (line.ordinal and not of):
                of = self.a_list(NUMBERED)
            self.line(line, of if line.ordinal else bullets)
        if self.paper.issuer and self.paper.lines:  # no page has the signature alone
            self.document.paragraphs[-1].paragraph_format.keep_with_next = True

    # ── what stands above and below ──

    def top(self) -> None:
        """Write the mark of the issuer, the document number and the title."""
        from docx.shared import Mm, Pt, RGBColor  # noqa: PLC0415 - as docx

        paper = self.paper
        if paper.head:
            mark = self.paragraph("Title", text=paper.head)
            mark.paragraph_format.space_before = Mm(35)
            mark.paragraph_format.line_spacing = 1.0
            for run in mark.runs:
                run.font.size, run.font.color.rgb = Pt(46), RGBColor.from_string(official.RED[1:])
        if paper.number:
            number = self.paragraph("Normal", text=paper.number)
            number.alignment = (1 if paper.head else 2) if self.zh else 0
            if paper.head:
                border = self.element("w:pBdr")
                border.append(self.element("w:bottom", val="single", sz=10, space=11, color=official.RED[1:]))
                number._p.get_or_add_pPr().append(border)  # noqa: SLF001 - borders have no public call
        self.paragraph("Title", paper.title)

    def signature(self) -> None:
        """Write the mention of the annex, who signs and the date."""
        from docx.shared import Pt  # noqa: PLC0415 - as docx

        if self.paper.annex is not None:
            mention = self.paragraph("Body Text", text=self.words("annex_of") + self.words("annex_title"))
            mention.paragraph_format.space_before = Pt(official.PITCH)
            mention.paragraph_format.keep_with_next = True
        for at, said in enumerate((self.paper.issuer, self.paper.day)):
            made = self.paragraph("Normal", text=said)
            if at == 0:
                made.paragraph_format.space_before = Pt(2 * official.PITCH)
                made.paragraph_format.keep_with_next = True
            if self.zh:
                made.alignment = 2
                made.paragraph_format.right_indent = Pt(self.paper.signature_indents[at] * official.SIZE)

    def annex(self, entries: Sequence[Entry]) -> None:
        """Write the annex: a row a number, with the code that opens its page."""
        from docx.enum.text import WD_BREAK  # noqa: PLC0415 - as docx

        self.document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
        if self.zh:
            head = self.paragraph("Body Text", text=self.words("annex"))
            head.paragraph_format.first_line_indent = 0
            self.fonts_of(head, "first")
        self.paragraph("Title", text=self.words("annex_title"))
        self.paragraph("Table Text", text=self.words("how_to_read" if entries else "none"))
        if entries:
            self.table(entries)
        for rest in self.paper.remainders:
            self.small_head(rest.title)
            for said in rest.lines:
                self.paragraph("Table Text", text=said)

    def small_head(self, said: str) -> None:
        """Write a heading inside the annex."""
        from docx.shared import Pt  # noqa: PLC0415 - as docx

        made = self.paragraph("Table Text", text=said)
        made.paragraph_format.space_before, made.paragraph_format.keep_with_next = Pt(14), True
        self.fonts_of(made, "first", bold=True)

    def fonts_of(self, paragraph: Any, part: str, *, bold: bool = False) -> None:
        """Set all runs of a paragraph in the font of a part."""
        from docx.oxml.ns import qn  # noqa: PLC0415 - as docx

        for run in paragraph.runs:
            run.font.name, run.font.bold = theme.WORD_SANS_LATIN, bold or None
            run._r.rPr.rFonts.set(qn("w:eastAsia"), theme.OFFICIAL_FONTS[part][0])  # noqa: SLF001 - no public call

    def table(self, entries: Sequence[Entry]) -> None:
        """Write the table of the annex: head repeated, rows not broken."""
        from docx.shared import Mm  # noqa: PLC0415 - as docx

        table = self.document.add_table(rows=1 + len(entries), cols=3)
        table.autofit = False
        widths = (Mm(14), Mm(112), Mm(30))
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        borders = self.element("w:tblBorders")
        for edge, wide in (("top", 8), ("bottom", 8), ("insideH", 4)):
            borders.append(self.element(f"w:{edge}", val="single", sz=wide, space=0, color=theme.RULE[1:]))
        table._tbl.tblPr.append(borders)  # noqa: SLF001 - borders have no public call
        titles = [self.words(key) for key in ("number", "what", "code")]
        for at, row in enumerate(table.rows):
            properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - no public call
            properties.append(self.element("w:cantSplit"))
            if at == 0:
                properties.append(self.element("w:tblHeader"))
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width, cell.vertical_alignment = width, 1
                cell.paragraphs[0].style = "Table Text"
            if at == 0:
                for cell, said in zip(row.cells, titles, strict=True):
                    self.put(cell.paragraphs[0], (Piece(said),))
                    self.fonts_of(cell.paragraphs[0], "first", bold=True)
            else:
                self.entry(row.cells, entries[at - 1])

    def entry(self, cells: Sequence[Any], entry: Entry) -> None:
        """Write one row of the annex."""
        from docx.shared import Mm  # noqa: PLC0415 - as docx

        number, what, code = cells
        mark, said = next(self.ids), number.paragraphs[0]
        said._p.append(self.element("w:bookmarkStart", id=mark, name=f"entry_{entry.number}"))  # noqa: SLF001
        self.put(said, (Piece(str(entry.number)),))
        said._p.append(self.element("w:bookmarkEnd", id=mark))  # noqa: SLF001 - bookmarks have no public call
        self.put(what.paragraphs[0], (Piece(entry.heading),))
        self.fonts_of(what.paragraphs[0], "first", bold=True)
        for name, value in entry.facts:
            self.put(what.add_paragraph(style="Table Text"), (Piece(f"{name}　{value}"),))
        self.put(what.add_paragraph(style="Table Text"), (Piece(entry.address, address=entry.address),))
        picture = code.paragraphs[0].add_run().add_picture(io.BytesIO(entry.code.png), width=Mm(22))
        picture._inline.docPr.set("descr", entry.address)  # noqa: SLF001 - alternative text has no public call

    def write(self) -> bytes:
        """Write all, and give the bytes."""
        paper = self.paper
        self.styles()
        self.page()
        self.numbering()
        self.top()
        self.text()
        if paper.issuer:
            self.signature()
        if paper.annex is not None:
            self.annex(paper.annex)
        return self.pack(
            title=paper.title_text,
            author=paper.issuer,
            date=paper.date,
            made_up=paper.made_up,
            stand_ins=STAND_INS,
            carried=paper.properties,
        )


def docx_bytes(document: Official) -> bytes:
    """Give the Word file as bytes: the same bytes for the same document."""
    return _Writer(document).write()
