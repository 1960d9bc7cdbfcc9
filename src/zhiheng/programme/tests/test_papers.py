"""What `measure` writes on paper, opened by other programs: Word's file by LibreOffice, the PDF by poppler."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib

import pytest
from small import programme

from zhiheng.documents import Paragraph, Report, Table, say
from zhiheng.documents.pdf import pdf
from zhiheng.programme.report import compose
from zhiheng.programme.run import measure

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
BYTE = re.compile(rb"\\[0-7]{1,3}|\\.|.", re.DOTALL)
PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = programme(tmp_path_factory.mktemp("papers") / "small")
    return measure(folder, out=folder / "out", formats=["docx", "pdf"])


def text_of(path):
    found = shutil.which("pdftotext")
    assert found, "install poppler-utils"
    done = subprocess.run([found, path, "-"], check=True, capture_output=True, timeout=60)
    return "".join(done.stdout.decode("utf-8").split())


def words(run):
    """The title, and what stands in the tables that are short enough to be whole on paper."""
    report = compose(run)
    tables = [block for block in report.blocks if isinstance(block, Table) and len(block.rows) < 20]
    assert tables
    return [
        "".join(say(word, "zh").split())
        for word in (
            report.title,
            *(t.caption for t in tables),
            *(c.title for t in tables for c in t.columns),
        )
    ]


def shown(page):
    """The strings of a page, PDF 32000-1:2008, 7.3.4.2: brackets in pairs stand for themselves, others are escaped."""
    depth, held = 0, b""
    for byte in BYTE.findall(page):
        depth += {b"(": 1, b")": -1}.get(byte, 0)
        if depth == 0:
            if held:
                yield held[1:]
            held = b""
        elif byte[:1] == b"\\":
            held += bytes([int(byte[1:], 8)]) if byte[1:].isdigit() else PLAIN.get(byte[1:], byte[1:])
        else:
            held += byte


def glyphs(content):
    """Every glyph that a PDF with fonts of two bytes a glyph shows, by its number in the font; 0 is a missing one."""
    found = []
    for stream in STREAM.findall(content):
        try:
            page = zlib.decompress(stream)
        except zlib.error:
            continue
        if b" Tf" in page:
            found += [int.from_bytes(s[i : i + 2], "big") for s in shown(page) for i in range(0, len(s), 2)]
    return found


def test_libreoffice_opens_the_word_file_and_shows_title_and_tables(run, tmp_path):
    found = shutil.which("soffice")
    assert found, "Papers are opened in LibreOffice. On Debian: apt-get install libreoffice-writer"
    subprocess.run(
        [found, "--headless", f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(run.out / "report.docx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    text = text_of(tmp_path / "report.pdf")
    assert [word for word in words(run) if word not in text] == []
    assert "东区" in text


def test_the_pdf_shows_title_and_tables(run):
    text = text_of(run.out / "report.pdf")
    assert [word for word in words(run) if word not in text] == []
    assert "东区" in text


def test_every_font_of_the_pdf_is_in_it_and_no_glyph_is_missing(run):
    content = (run.out / "report.pdf").read_bytes()
    found = glyphs(content)
    assert len(found) > 1000
    assert 0 not in found
    listed = subprocess.run(
        [shutil.which("pdffonts"), run.out / "report.pdf"], check=True, capture_output=True
    )
    fonts = listed.stdout.decode().splitlines()[2:]
    assert fonts
    for font in fonts:
        assert re.search(r"Noto(Serif|Sans)CJKsc", font), font
        assert re.search(r"Identity-H +yes yes yes", font), font


def test_a_character_that_no_font_has_is_found_as_a_missing_glyph():
    assert 0 in glyphs(pdf(Report("题", [Paragraph("国\u0378家")]), "zh"))
    assert 0 not in glyphs(pdf(Report("题", [Paragraph("国家 (a\\b)")]), "zh"))


def test_an_english_paper_has_western_punctuation(run, tmp_path):
    (tmp_path / "en.pdf").write_bytes(pdf(compose(run), "en"))
    assert re.findall(r".{0,20}[，。；：（）、！？].{0,20}", text_of(tmp_path / "en.pdf")) == []


@pytest.mark.parametrize(("language", "wide"), [("en", False), ("zh", True)])
def test_quotation_marks_are_as_wide_as_the_language_has_them(language, wide, tmp_path):
    (tmp_path / "quoted.pdf").write_bytes(pdf(Report("T", [Paragraph("“mmmm”")]), language))
    boxes = subprocess.run(
        [shutil.which("pdftotext"), "-bbox", tmp_path / "quoted.pdf", "-"], check=True, capture_output=True
    )
    (left, right) = re.search(rb'xMin="([0-9.]+)".* xMax="([0-9.]+)".*mmmm', boxes.stdout).groups()
    size = 12 if language == "zh" else 11
    assert (float(right) - float(left) > 5.3 * size) == wide  # four letters of nearly an em, and two marks
