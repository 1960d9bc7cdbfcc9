"""The files of a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zhiheng.documents.page import write_html
from zhiheng.documents.pdf import write_pdf
from zhiheng.documents.spreadsheet import write_xlsx
from zhiheng.documents.word import write_docx
from zhiheng.programme.report.composition import compose
from zhiheng.programme.report.sheets import workbook

if TYPE_CHECKING:
    from zhiheng.programme.run import Run


def write(run: Run, out: Path, formats: Sequence[str]) -> list[Path]:
    """Write the documents asked for; the page in all languages, Word and PDF in the first one.

    Returns
    -------
    The files, in the order of `formats`.
    """
    files: list[Path] = []
    report = compose(run) if {"html", "docx", "pdf"} & set(formats) else None
    for form in formats:
        if form == "xlsx":
            files.append(out / "results.xlsx")
            write_xlsx(workbook(run), files[-1])
        elif report is not None and form == "html":
            files.append(out / "report.html")
            write_html(report, files[-1])
        elif report is not None:
            files.append(out / f"report.{form}")
            (write_docx if form == "docx" else write_pdf)(report, files[-1], report.languages[0])
    return files
