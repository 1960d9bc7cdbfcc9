"""WordprocessingML as text, where an element at a time would be ten times slower."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from zhiheng.documents import layout, theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMESPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def text_of(text: str) -> str:
    """Leave out the characters that XML cannot hold."""
    return re.sub("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", "", text)


def table_xml(paper: layout.PaperTable, widths: Sequence[int], none: str) -> str:
    """Give a table as WordprocessingML, as text: an element at a time is ten times slower."""
    small = f'<w:sz w:val="{round(paper.size * 2)}"/>' if paper.size < 9 else ""

    def row(cells: Sequence[layout.PaperCell], *, head: bool, span: int = 1) -> str:
        made = []
        for cell, width, align in zip(
            cells, widths if span == 1 else [sum(widths)], paper.aligns, strict=False
        ):
            its = f'<w:tcW w:w="{width}" w:type="dxa"/>'
            if span > 1:
                its += f'<w:gridSpan w:val="{span}"/>'
            if head:
                its += f"<w:tcBorders>{edge('bottom', 6, theme.INK)}</w:tcBorders>"
            if cell.fill:
                its += f'<w:shd w:val="clear" w:color="auto" w:fill="{cell.fill[1:]}"/>'
            look = "<w:b/>" if head else ""
            if cell.ink:
                look += f'<w:color w:val="{cell.ink[1:]}"/>'
            made.append(
                f'<w:tc><w:tcPr>{its}<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="TableText"/>'
                f'{"<w:keepNext/>" if head else ""}<w:jc w:val="{"center" if span > 1 else align}"/></w:pPr>'
                f'<w:r><w:rPr>{look}{small}</w:rPr><w:t xml:space="preserve">{escape(text_of(cell.text))}</w:t></w:r>'
                "</w:p></w:tc>"
            )
        return (
            f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{''.join(made)}</w:tr>"
        )

    rows = [row([layout.PaperCell(title) for title in paper.titles], head=True)]
    rows += [row(cells, head=False) for cells in paper.rows]
    if not paper.rows:
        rows.append(row([layout.PaperCell(none, "", theme.QUIET)], head=False, span=len(widths)))
    edges = edge("top", 12, theme.INK) + edge("bottom", 12, theme.INK) + edge("insideH", 4, theme.RULE)
    return (
        f'<w:tbl xmlns:w="{NAMESPACE}"><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{''.join(f'<w:gridCol w:w={chr(34)}{one}{chr(34)}/>' for one in widths)}</w:tblGrid>"
        f"{''.join(rows)}</w:tbl>"
    )


def font_table(stand_ins: Mapping[str, str]) -> bytes:
    """Give the part that names a stand-in for each font a machine may lack."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in stand_ins.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:fonts xmlns:w="{NAMESPACE}">{fonts}</w:fonts>'
    ).encode()


def edge(side: str, size: int, colour: str) -> str:
    """Give one edge of a border; `size` in eighths of a point."""
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour[1:]}"/>'
