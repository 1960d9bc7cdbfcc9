"""Word, through python-docx: real headings, fields, repeated table heads, pictures with alternative texts."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING, Any, Final

from zhiheng.documents import drawing, figures, layout, theme
from zhiheng.documents.files import write_bytes
from zhiheng.documents.outline import CHARTS, Entry, caption, heading_text, outline
from zhiheng.documents.pdf import notes_of_chart, picture_width, pictures_of
from zhiheng.documents.problems import Problem
from zhiheng.documents.report import Bullets, Facts, Heading, Note, PageBreak, Paragraph, Report
from zhiheng.documents.tables import Table
from zhiheng.documents.word_document import WordDocument
from zhiheng.documents.word_xml import NAMESPACE, table_xml, text_of
from zhiheng.documents.words import LANGUAGE_NAMES, PAGE_NUMBER, WORDS, Language, Words, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike

_TWIPS_UPRIGHT: Final = 9072
_TWIPS_ACROSS: Final = 14000


class _Writer(WordDocument):
    """Writes one report into one python-docx document."""

    def __init__(self, report: Report, language: Language) -> None:
        super().__init__(language)
        self.report = report
        self.bookmarks: Iterator[int] = itertools.count(1)
        self.across = False

    # ── styles ──

    def styles(self) -> None:
        """Set the styles: songti for the body, heiti for headings and tables, as a Chinese office does."""
        from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415 - as docx
        from docx.shared import Pt, RGBColor  # noqa: PLC0415 - as docx

        styles = self.document.styles
        chinese = self.language == "zh"

        def colour(hexadecimal: str) -> Any:
            return RGBColor.from_string(hexadecimal[1:])

        normal = styles["Normal"]
        self.fonts(normal, theme.PDF_BODY, theme.WORD_BODY_LATIN)
        normal.font.size = Pt(12 if chinese else 11)
        normal.font.color.rgb = colour(theme.INK)
        normal.paragraph_format.space_after = Pt(0)
        languages = self.element("w:lang", val="en-US", eastAsia="zh-CN")
        normal.element.get_or_add_rPr().append(languages)

        def style(
            name: str, size: float, *, sans: bool = True, ink: str = theme.INK, bold: bool = False
        ) -> Any:
            made = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            made.base_style = normal
            made.hidden, made.quick_style = False, True
            if sans:
                self.fonts(made, theme.PDF_SANS, theme.WORD_SANS_LATIN)
            else:
                self.fonts(made, theme.PDF_BODY, theme.WORD_BODY_LATIN)
            made.font.size, made.font.bold, made.font.italic = Pt(size), bold, False
            made.font.color.rgb = colour(ink)
            return made

        body = style("Body Text", 12 if chinese else 11, sans=False)
        body.paragraph_format.line_spacing = 1.5 if chinese else 1.25
        body.paragraph_format.space_after = Pt(0 if chinese else 8)
        if chinese:
            body.element.get_or_add_pPr().append(self.element("w:ind", firstLineChars=200, firstLine=480))
        for level, size in ((1, 16), (2, 14), (3, 12)):
            made = style(f"Heading {level}", size, ink=theme.ACCENT if level == 1 else theme.INK, bold=True)
            made.paragraph_format.space_before = Pt(20 if level == 1 else 14)
            made.paragraph_format.space_after = Pt(8)
            made.paragraph_format.keep_with_next = True
        for level in (1, 2, 3):
            made = style(f"toc {level}", 11, bold=level == 1)
            made.paragraph_format.left_indent = Pt(18 * (level - 1))
            made.paragraph_format.space_before = Pt(5 if level == 1 else 2)
            tabs = self.element("w:tabs")
            tabs.append(self.element("w:tab", val="right", leader="dot", pos=_TWIPS_UPRIGHT))
            made.element.get_or_add_pPr().append(tabs)
        title = style("Title", 26, bold=True)
        for border in title.element.pPr.findall(f"{{{NAMESPACE}}}pBdr"):
            title.element.pPr.remove(border)
        style("Subtitle", 16, ink=theme.QUIET)
        caption_style = style("Caption", 10, bold=True)
        caption_style.paragraph_format.space_before = Pt(6)
        caption_style.paragraph_format.space_after = Pt(4)
        cell = style("Table Text", 9)
        cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(1.5)
        notes = style("Table Notes", 8.5, ink=theme.QUIET)
        notes.paragraph_format.space_after = Pt(2)
        style("Made Up", 11, ink=theme.ALARM, bold=True)
        box = style("Note Box", 11)
        box.paragraph_format.space_before = box.paragraph_format.space_after = Pt(8)
        properties = box.element.get_or_add_pPr()
        border = self.element("w:pBdr")
        border.append(self.element("w:left", val="single", sz=24, space=8, color=theme.ACCENT[1:]))
        properties.append(border)
        properties.append(self.element("w:shd", val="clear", color="auto", fill=theme.FAINT[1:]))
        for one in ("Header", "Footer"):
            made = style(one, 8.5, ink=theme.QUIET)
            for tabs in made.element.pPr.findall(f"{{{NAMESPACE}}}tabs"):
                made.element.pPr.remove(tabs)

    # ── page ──

    def page(self) -> None:
        """Set paper, header and footer."""
        from docx.shared import Cm  # noqa: PLC0415 - as docx

        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.5)
        section.top_margin, section.bottom_margin = Cm(2.7), Cm(2.4)
        section.different_first_page_header_footer = True
        self.head(section, _TWIPS_UPRIGHT)
        first = section.first_page_header.paragraphs[0]
        self.right_tab(first, _TWIPS_UPRIGHT)
        self.mark(first, "\t")
        foot = section.footer.paragraphs[0]
        foot.alignment = 1
        before, between, after = PAGE_NUMBER[self.language]
        parts = [self.run(before), *self.field("PAGE", "1"), self.run(between), *self.field("NUMPAGES", "1")]
        for part in [*parts, self.run(after)]:
            foot._p.append(part)  # noqa: SLF001 - fields have no public call

    def head(self, section: Any, width: int) -> None:
        """Write the header of a section's pages: the title, and at the right edge the mark of made-up data."""
        head = section.header.paragraphs[0]
        self.right_tab(head, width)
        head.add_run(text_of(self.say(self.report.title)))
        self.mark(head, "\t")
        properties = head._p.get_or_add_pPr()  # noqa: SLF001 - no public call for borders
        border = self.element("w:pBdr")
        border.append(self.element("w:bottom", val="single", sz=4, space=4, color=theme.RULE[1:]))
        properties.append(border)

    def right_tab(self, paragraph: Any, position: int) -> None:
        """Leave one tab stop, at the right edge."""
        tabs = self.element("w:tabs")
        tabs.append(self.element("w:tab", val="right", pos=position))
        paragraph._p.get_or_add_pPr().append(tabs)  # noqa: SLF001 - tabs come before python-docx can sort them

    def mark(self, paragraph: Any, before: str) -> None:
        """Write the mark of made-up data into a header."""
        from docx.shared import RGBColor  # noqa: PLC0415 - as docx

        if self.report.made_up:
            run = paragraph.add_run(f"{before}{WORDS['made_up'].zh} {WORDS['made_up'].en}")
            run.font.bold = True
            run.font.color.rgb = RGBColor.from_string(theme.ALARM[1:])

    def turn(self, *, across: bool) -> None:
        """Begin a section with the paper upright or across, where it is not so already."""
        from docx.enum.section import WD_ORIENT, WD_SECTION  # noqa: PLC0415 - as docx
        from docx.shared import Cm  # noqa: PLC0415 - as docx

        if across == self.across:
            return
        self.across = across
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        section.different_first_page_header_footer = False
        section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (Cm(29.7), Cm(21)) if across else (Cm(21), Cm(29.7))
        section.header.is_linked_to_previous = False
        self.head(section, _TWIPS_ACROSS if across else _TWIPS_UPRIGHT)

    # ── parts ──

    def say(self, words: Words) -> str:
        """Give words in the language of the document."""
        return say(words, self.language)

    def paragraph(
        self, text: str, style: str, *, align: int | None = None, before: float | None = None
    ) -> Any:
        """Write a paragraph."""
        from docx.shared import Pt  # noqa: PLC0415 - as docx

        made = self.document.add_paragraph(text_of(text))
        if style != "Normal":  # the public call reads all styles again for every paragraph
            made._p.style = self.document.styles[style].style_id  # noqa: SLF001
        if align is not None:
            made.alignment = align
        if before is not None:
            made.paragraph_format.space_before = Pt(before)
        return made

    def break_page(self) -> None:
        """Go on on a new page."""
        from docx.enum.text import WD_BREAK  # noqa: PLC0415 - as docx

        self.document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def cover(self) -> None:
        """Write the title page."""
        report = self.report
        self.paragraph(self.say(report.title), "Title", align=1, before=150)
        if self.say(report.subtitle):
            self.paragraph(self.say(report.subtitle), "Subtitle", align=1, before=12)
        if self.say(report.edition):
            self.paragraph(self.say(report.edition), "Subtitle", align=1, before=24)
        if report.made_up:
            self.paragraph(self.say(WORDS["made_up_sentence"]), "Made Up", align=1, before=36)
        self.paragraph(self.say(report.owner), "Subtitle", align=1, before=180)
        self.paragraph(report.date.isoformat(), "Subtitle", align=1, before=6)
        self.break_page()

    def contents(self, entries: Sequence[Entry]) -> None:
        """Write the table of contents: a field filled with links; Word adds the page numbers when it opens the file.

        Only the program that lays the pages out knows their numbers; wrong ones would be worse than none.
        """
        headings = [entry for entry in entries if isinstance(entry.block, Heading)]
        if not headings:
            return
        head = self.paragraph(self.say(WORDS["contents"]), "Caption")
        head.runs[0].font.size = self.document.styles["Heading 1"].font.size
        begin, code, separate, _, end = self.field('TOC \\o "1-3" \\h \\z \\u', "", dirty=True)
        for at, entry in enumerate(headings):
            assert isinstance(entry.block, Heading)
            line = self.paragraph("", f"toc {entry.block.level}")
            link = self.element("w:hyperlink", anchor=f"_Toc{at + 1:06d}", history=1)
            link.append(self.run(heading_text(entry, self.language)))
            if at == 0:
                line._p.extend([begin, code, separate])  # noqa: SLF001 - fields have no public call
            line._p.append(link)  # noqa: SLF001 - fields have no public call
            if at == len(headings) - 1:
                line._p.append(end)  # noqa: SLF001 - fields have no public call
        self.break_page()

    def heading(self, entry: Entry) -> None:
        """Write a heading, with the bookmark that the contents point to."""
        assert isinstance(entry.block, Heading)
        made = self.document.add_heading(text_of(heading_text(entry, self.language)), entry.block.level)
        number = next(self.bookmarks)
        start = self.element("w:bookmarkStart", id=number, name=f"_Toc{number:06d}")
        made._p.insert(1, start)  # noqa: SLF001 - bookmarks have no public call
        made._p.append(self.element("w:bookmarkEnd", id=number))  # noqa: SLF001 - as above

    def caption(self, entry: Entry, after: str = "", *, keep: bool, again: bool = False) -> None:
        """Write a caption whose number is a field, so that Word can list figures and tables."""
        whole = caption(entry, self.language)
        if not whole:
            return
        word = self.say(WORDS["table" if isinstance(entry.block, Table) else "figure"])
        repeat = " \\c" if again else ""  # the same number again, for a figure in several pictures
        rest = whole.removeprefix(word).removeprefix(str(entry.number))
        made = self.paragraph(word, "Caption", align=1)
        made.paragraph_format.keep_with_next = keep
        made._p.extend(  # noqa: SLF001 - fields have no public call
            [
                *self.field(f"SEQ {word.strip()}{repeat} \\* ARABIC", str(entry.number)),
                self.run(rest + after),
            ]
        )

    def notes(self, lines: Sequence[str]) -> None:
        """Write the notes below a figure or a table, and leave room below them."""
        from docx.shared import Pt  # noqa: PLC0415 - as docx

        made = None
        for line in lines:
            made = self.paragraph(line, "Table Notes")
        if made is None:
            made = self.paragraph("", "Table Notes")
        made.paragraph_format.space_after = Pt(10)

    def table(self, entry: Entry) -> None:
        """Write a table: three lines, head repeated on each page, rows not broken."""
        from docx.oxml import parse_xml  # noqa: PLC0415 - as docx

        assert isinstance(entry.block, Table)
        paper = layout.on_paper(entry.block, self.language)
        self.turn(across=paper.across)
        self.caption(entry, keep=True)
        width = _TWIPS_ACROSS if paper.across else _TWIPS_UPRIGHT
        none = self.say(WORDS["no_data"])
        table = parse_xml(table_xml(paper, [round(share * width) for share in paper.widths], none))
        self.body.insert(len(self.body) - 1, table)
        self.notes(paper.notes)

    def facts(self, pairs: Sequence[tuple[Words, Words]]) -> None:
        """Write names and what they are, as a table without a head."""
        from docx.shared import Cm  # noqa: PLC0415 - as docx

        if not pairs:
            return
        table = self.document.add_table(rows=len(pairs), cols=2)
        for row, (name, what) in zip(table.rows, pairs, strict=True):
            for cell, text, width in zip(
                row.cells, (self.say(name), self.say(what)), (5.3, 10.7), strict=True
            ):
                cell.width = Cm(width)
                cell.paragraphs[0].style = "Table Text"
                cell.paragraphs[0].add_run(text_of(text))
        borders = self.element("w:tblBorders")
        for edge in ("top", "bottom", "insideH"):
            borders.append(self.element(f"w:{edge}", val="single", sz=4, space=0, color=theme.RULE[1:]))
        table._tbl.tblPr.append(borders)  # noqa: SLF001 - borders have no public call
        self.notes([])

    def chart(self, entry: Entry, pictures: Sequence[tuple[bytes, float]]) -> None:
        """Write a chart: its pictures with alternative text, its caption, its notes."""
        from docx.shared import Cm  # noqa: PLC0415 - as docx

        assert isinstance(entry.block, CHARTS)
        alternative = figures.alternative_text(entry.block, self.language)
        for at, (picture, share) in enumerate(pictures):
            holder = self.paragraph("", "Normal", align=1, before=8)
            holder.paragraph_format.keep_with_next = True
            shape = holder.add_run().add_picture(io.BytesIO(picture), width=Cm(16 * share))
            described = shape._inline.docPr  # noqa: SLF001 - alternative text has no public call
            described.set("descr", text_of(alternative))
            described.set("name", entry.anchor)
            part = f" ({at + 1}/{len(pictures)})" if len(pictures) > 1 else ""
            self.caption(entry, part, keep=False, again=at > 0)
        self.notes(notes_of_chart(entry.block, self.language))

    def write(self) -> bytes:
        """Write all, and give the bytes."""
        self.styles()
        self.page()
        self.cover()
        entries = outline(self.report.blocks)
        self.contents(entries)
        charts = [entry for entry in entries if isinstance(entry.block, CHARTS)]
        drawn = pictures_of(
            [entry.block for entry in charts if isinstance(entry.block, CHARTS)], self.language
        )
        made = iter(drawing.pngs([one for parts in drawn for one in parts]))
        pictures = {
            id(entry): [(next(made), picture_width(one)) for one in parts]
            for entry, parts in zip(charts, drawn, strict=True)
        }
        for entry in entries:
            self.block(entry, pictures)
        if self.report.footer:
            self.turn(across=False)
            self.paragraph(self.say(WORDS["about"]), "Caption", before=20)
            self.facts(self.report.footer)
        return self.packed()

    def block(self, entry: Entry, pictures: dict[int, list[tuple[bytes, float]]]) -> None:
        """Write one block."""
        block = entry.block
        if not isinstance(block, Table):
            self.turn(across=False)
        match block:
            case Heading():
                self.heading(entry)
            case Paragraph():
                self.paragraph(self.say(block.text), "Body Text")
            case Note():
                self.paragraph(self.say(block.text), "Note Box")
            case Bullets():
                for item in block.items:
                    self.paragraph(self.say(item), "List Bullet")
            case Facts():
                self.facts(block.pairs)
            case PageBreak():
                self.break_page()
            case Table():
                self.table(entry)
            case _:
                self.chart(entry, pictures[id(entry)])

    def packed(self) -> bytes:
        """Give the file: the same bytes for the same report."""
        return self.pack(
            title=self.say(self.report.title),
            author=self.say(self.report.owner),
            date=self.report.date,
            made_up=self.report.made_up,
            stand_ins=theme.WORD_STAND_INS,
        )


def docx_bytes(report: Report, language: Language) -> bytes:
    """Give the Word file as bytes: the same bytes for the same report, ECharts, Typst and fonts."""
    if language not in LANGUAGE_NAMES:
        raise Problem("language_unknown", found=language)
    return _Writer(report, language).write()


def write_docx(report: Report, path: str | PathLike[str], language: Language) -> None:
    """Write a report for Word in one language.

    Raises
    ------
    Problem
        `fonts_missing`, `echarts_missing`, `language_unknown`, `file_unwritable`.
    """
    write_bytes(path, docx_bytes(report, language))
