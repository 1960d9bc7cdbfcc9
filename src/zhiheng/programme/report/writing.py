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
    """Write the documents asked for; Word and PDF once a language, the first language without a suffix.

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
            for i, language in enumerate(report.languages):
                files.append(out / (f"report.{form}" if i == 0 else f"report.{language}.{form}"))
                (write_docx if form == "docx" else write_pdf)(report, files[-1], language)
    return files
