"""The files of a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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


NAMES = {"xlsx": "results.xlsx", "html": "report.html", "docx": "report.docx", "pdf": "report.pdf"}


def write(run: Run, out: Path, formats: Sequence[str]) -> list[Path]:
    """Write the documents asked for; the page in all languages, Word and PDF in the first one.

    Returns
    -------
    The files, in the order of `formats`.
    """
    report = compose(run) if {"html", "docx", "pdf"} & set(formats) else None
    work: dict[str, Callable[[Path], None]] = {"xlsx": lambda path: write_xlsx(workbook(run), path)}
    if report is not None:
        lead = report.languages[0]
        work["html"] = lambda path: write_html(report, path)
        work["docx"] = lambda path: write_docx(report, path, lead)
        work["pdf"] = lambda path: write_pdf(report, path, lead)
    files = {form: out / NAMES[form] for form in formats}
    with ThreadPoolExecutor(max_workers=1) as beside:  # drawing and typesetting leave Python to the other two
        paper = [beside.submit(work[form], files[form]) for form in ("docx", "pdf") if form in files]
        for form in ("xlsx", "html"):
            if form in files:
                work[form](files[form])
        for done in paper:
            done.result()
    return [files[form] for form in formats]
