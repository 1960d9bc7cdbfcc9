"""A file is what its bytes say; what is dangerous, false or too large leaves nothing; who may not, gets nothing."""

from __future__ import annotations

import hashlib
import io
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
import rules
import xlsxwriter
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from story import Story

from zhiheng.core.files import kinds, operations
from zhiheng.core.files.models import File
from zhiheng.core.files.problems import (
    ACTIVE,
    FALSE_NAME,
    GONE,
    LARGE,
    NOT_HERE,
    NOTHING,
    PACKED,
    UNKNOWN_KIND,
    UNREADABLE,
)
from zhiheng.core.journal.models import Line
from zhiheng.core.people.permissions import is_anybody, runs
from zhiheng.core.problems import REFUSED, REQUEST_LARGE, Problem

pytestmark = pytest.mark.django_db
PURPOSE = operations.Purpose("tests.files", kinds=frozenset(kinds.KINDS.values()), most=2**20)
OPEN = operations.Purpose("tests.open", kinds=kinds.SCANS)
for purpose, asked in ((PURPOSE, runs("members")), (OPEN, is_anybody)):
    for verb in ("keep", "read", "delete"):
        rules.set_perm(f"{purpose.code}.{verb}", asked)


@pytest.fixture
def story():
    return Story()


def docx(**parts):
    buffer = io.BytesIO()
    Document().save(buffer)
    with zipfile.ZipFile(buffer, "a") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def repacked(content, old, new):
    """The same package with `new` in its parts where `old` was."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(buffer, "w") as again:
        for name in packed.namelist():
            again.writestr(name, packed.read(name).replace(old, new))
    return buffer.getvalue()


def xlsx():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet()
    return buffer.getvalue()


def bomb():
    buffer = io.BytesIO(docx())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as packed, packed.open("word/x", "w") as part:
        for _ in range(kinds.LARGEST_UNPACKED // 2**20 + 1):
            part.write(bytes(2**20))
    return buffer.getvalue()


def crowd():
    buffer = io.BytesIO(docx())
    with zipfile.ZipFile(buffer, "a") as packed:
        for n in range(kinds.ENTRIES + 1):
            packed.writestr(str(n), b"")
    return buffer.getvalue()


def lying():
    """A part that says it is short and is long."""
    content = bytearray(docx(long=b"a" * 5000))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.rfind(mark)
        struct.pack_into("<I", content, place + at, 10)
    return bytes(content)


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


PNG_START = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
PNG_END = chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg(order=">", turned=6):
    """A picture with its side up, the place where it was taken, a comment, and something hung behind it."""
    mark = {">": b"MM", "<": b"II"}[order]
    tags = struct.pack(f"{order}2sHIH", mark, 42, 8, 1) + struct.pack(
        f"{order}HHIHHI", 0x112, 3, 1, turned, 0, 0
    )
    exif = b"Exif\0\0" + tags + b"GPS 39.9N 116.4E"
    segments = b"".join(
        b"\xff" + bytes([m]) + struct.pack(">H", len(b) + 2) + b
        for m, b in (
            (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            (0xE1, exif),
            (0xFE, b"Alice's phone"),
            (0xDB, bytes(65)),
        )
    )
    return b"\xff\xd8" + segments + b"\xff\xda\0\x02scan\xff\xd9GPS again"


def keep(story, content, name, purpose=PURPOSE, who="alice"):
    return operations.keep(by=story.accounts[who], purpose=purpose, content=content, name=name)


def on_disk():
    return [at for at in Path(settings.MEDIA_ROOT).glob("*/*") if at.is_file()]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "纪要.PDF", kinds.PDF),
        (PNG_START + PNG_END, "a.png", kinds.PNG),
        (jpeg(), "a.JPG", kinds.JPEG),
        (docx(), "a.docx", kinds.DOCX),
        (xlsx(), "a.xlsx", kinds.XLSX),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "Workbook".encode("utf-16-le"), "a.xls", kinds.XLS),
        ("户名,金额\r\n".encode() * 2000, "a.csv", kinds.CSV),
        ("户名,金额\r\n".encode("gbk") * 2001, "a.txt", kinds.CSV),
        ("户名\t金额\r\n".encode("utf-16"), "a.csv", kinds.CSV),
    ],
)
def test_a_file_is_what_its_bytes_say(story, content, name, kind):
    kept = keep(story, content, name)
    assert kept.is_a is kind
    assert kept.name.endswith(kind.ends[0])
    with kept.open() as opened:
        stored = opened.read()
    assert kept.size == len(stored)
    assert kept.sha256 == hashlib.sha256(stored).hexdigest()
    assert on_disk() == [kept.place]


@pytest.mark.parametrize(
    ("content", "name", "rule"),
    [
        (b"", "a.csv", NOTHING),
        (None, "a.csv", NOTHING),
        (b"MZ\x90\0\x03" + bytes(300), "a.pdf", UNKNOWN_KIND),
        (b"\x7fELF\x02\x01\x01\0", "a.csv", UNKNOWN_KIND),
        (b"\xff\xfe\xff", "a.csv", UNKNOWN_KIND),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "WordDocument".encode("utf-16-le"), "a.doc", UNKNOWN_KIND),
        (b"%PDF-1.7\n", "a.docx", FALSE_NAME),
        (docx(), "a.xlsx", FALSE_NAME),
        (docx(), "a.docm", FALSE_NAME),
        (b"<html><script>alert(1)</script>", "a.html", FALSE_NAME),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", FALSE_NAME),
        (docx(**{"word/vbaProject.bin": b"x"}), "a.docx", ACTIVE),
        (docx(**{"xl/activeX/activeX1.xml": b"x"}), "a.docx", ACTIVE),
        (repacked(docx(), b"document.main+xml", b"x.macroEnabled.main+xml"), "a.docx", ACTIVE),
        (docx(**{"word/_rels/settings.xml.rels": b"<a"}), "a.docx", UNREADABLE),
        (b"\xd0\xcf\x11\xe0" + "Workbook_VBA_PROJECT".encode("utf-16-le"), "a.xls", ACTIVE),
        (b"PK\x03\x04broken", "a.docx", UNREADABLE),
        (docx()[:-40], "a.docx", UNREADABLE),
        (lying(), "a.docx", UNREADABLE),
        (crowd(), "a.docx", PACKED),
        (b"\xff\xd8\xff\xe1", "a.jpg", UNREADABLE),
        (PNG_START + struct.pack(">I", 99) + b"IDAT", "a.png", UNREADABLE),
    ],
)  # fmt: skip
def test_what_is_false_broken_or_would_run_is_refused_and_leaves_nothing(story, content, name, rule):
    with pytest.raises(Problem) as refused:
        keep(story, content, name)
    assert refused.value.rule is rule
    assert str(refused.value)
    assert on_disk() == []
    assert not File.objects.exists()


def test_a_template_that_lies_outside_is_refused(story):
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="x" TargetMode="{}"/>'
        "</Relationships>"
    )
    name = "word/_rels/settings.xml.rels"
    for what in kinds.EXTERNAL:
        with pytest.raises(Problem) as refused:
            keep(story, docx(**{name: relation.format(what, "External")}), "a.docx")
        assert refused.value.rule is ACTIVE
    for what, mode in (("hyperlink", "External"), ("attachedTemplate", "Internal")):
        assert keep(story, docx(**{name: relation.format(what, mode)}), "a.docx").is_a is kinds.DOCX


def test_entities_in_a_package_are_not_followed(story):
    evil = b'<!DOCTYPE a [<!ENTITY x "y">]><Relationships>&x;</Relationships>'
    with pytest.raises(Problem) as refused:
        keep(story, docx(**{"word/_rels/settings.xml.rels": evil}), "a.docx")
    assert refused.value.rule is UNREADABLE


def test_a_zip_bomb_is_refused_by_what_it_says_of_itself(story):
    with pytest.raises(Problem) as refused:
        keep(story, bomb(), "a.docx")
    assert refused.value.rule is PACKED
    assert on_disk() == []


class Endless(UploadedFile):
    """An upload that says it is small, and is 500 MB."""

    size = 10
    given = 0

    def __init__(self):
        super().__init__(name="a.csv")

    def chunks(self, chunk_size=2**16):
        part = b"a" * chunk_size
        while self.given < 500 * 2**20:
            self.given += chunk_size
            yield part


def test_of_500_mb_no_more_is_taken_than_may_come_and_nothing_stays(story):
    upload = Endless()
    tracemalloc.start()
    with pytest.raises(Problem) as refused:
        keep(story, upload, "a.csv")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.rule is LARGE
    assert upload.given <= PURPOSE.most + 2**16
    assert peak < 2**20
    assert on_disk() == []


class Unread(io.RawIOBase):
    """A body that nobody may read."""

    def readable(self):
        return True

    def readinto(self, _buffer):
        raise AssertionError("the body was read")


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_request_of_500_mb_is_answered_before_it_is_read(client, accept):
    answer = client.post(
        reverse("sign-in"),
        CONTENT_TYPE="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(500 * 2**20),
        headers={"accept": accept},
        **{"wsgi.input": Unread()},
    )
    assert answer.status_code == 413
    assert REQUEST_LARGE.breach.zh.format(most=60) in answer.content.decode()


def test_a_purpose_takes_its_own_kinds_only(story):
    with pytest.raises(Problem) as refused:
        keep(story, b"a,b\n", "a.csv", OPEN)
    assert refused.value.rule is NOT_HERE
    assert "jpeg, pdf, png" in refused.value.remedy


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_picture_comes_in_without_who_took_it_and_with_its_side_up(story, order):
    with keep(story, jpeg(order), "a.jpg").open() as opened:
        stored = opened.read()
    for private in (b"GPS", b"Alice"):
        assert private not in stored
    assert struct.pack(">HHIHH", 0x112, 3, 1, 6, 0) in stored
    assert stored.endswith(b"scan\xff\xd9")
    private = chunk(b"tEXt", b"Author\0Alice") + chunk(b"eXIf", b"MM\0*GPS")
    with keep(story, PNG_START + private + PNG_END + b"GPS", "a.png").open() as opened:
        assert opened.read() == PNG_START + PNG_END


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\temp\\名单.csv", "名单.csv"),
        ("a\r\nb\u202ecsv.exe.csv", "abcsv.exe.csv"),
        (".csv", "csv.csv"),
        ("x" * 300 + ".csv", "x" * 120 + ".csv"),
    ],
)
def test_a_name_is_shown_without_path_and_without_tricks(said, shown):
    assert operations.shown_name(said, kinds.CSV) == shown


def test_who_may_not_neither_hands_in_nor_reads_nor_deletes(client, story):
    for who in ("charlie", "dana", "rita", "oscar"):
        with pytest.raises(Problem) as refused:
            keep(story, b"secret", "a.csv", who=who)
        assert refused.value.rule is REFUSED
    kept = keep(story, b"secret", "a.csv")
    address = reverse("file", args=[kept.token])
    for who in ("charlie", "dana", "rita", "oscar"):
        answer = story.get(client, who, address)
        assert answer.status_code == 403
        assert b"secret" not in answer.content
        assert "a.csv" not in str(answer.headers) + answer.content.decode()
        with pytest.raises(Problem) as refused:
            operations.delete(by=story.accounts[who], file=kept)
        assert refused.value.rule is REFUSED
    assert story.get(client, "nobody", address).status_code == 302
    assert kept.place.exists()


def test_a_purpose_whose_room_forgot_to_say_who_is_closed(story):
    forgotten = operations.Purpose("tests.forgotten", kinds=kinds.SCANS)
    with pytest.raises(Problem) as refused:
        keep(story, b"%PDF-1.7\n", "a.pdf", forgotten, who="olive")
    assert refused.value.rule is REFUSED


def test_a_file_is_given_out_and_never_run_on_our_pages(client, story):
    address = reverse("file", args=[keep(story, b"<script>1</script>,2\n", '名"单.csv').token])
    b"".join(story.get(client, "alice", address))
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
        assert b"".join(answer.streaming_content) == b"<script>1</script>,2\n"
    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(queries) <= 4
    assert client.post(address).status_code == 405
    assert client.get(reverse("file", args=["unknown"])).status_code == 404


def test_what_anybody_may_read_needs_no_sign_in(client, story):
    address = reverse("file", args=[keep(story, b"%PDF-1.7\n", "a.pdf", OPEN, "charlie").token])
    assert b"".join(story.get(client, "nobody", address).streaming_content) == b"%PDF-1.7\n"


def test_a_deleted_file_leaves_a_tombstone(client, story, django_capture_on_commit_callbacks):
    kept = keep(story, b"secret", "王某某.csv")
    with django_capture_on_commit_callbacks(execute=True):
        operations.delete(by=story.accounts["alice"], file=kept)
    assert on_disk() == []
    left = File.objects.get()
    assert (left.name, left.size, left.sha256) == ("", 6, kept.sha256)
    answer = story.get(client, "alice", reverse("file", args=[kept.token]))
    assert answer.status_code == GONE.status
    with pytest.raises(Problem) as refused:
        operations.delete(by=story.accounts["alice"], file=kept)
    assert refused.value.rule is GONE
    assert "王" not in str(list(Line.objects.values_list()))


def test_bytes_that_no_row_knows_are_cleared_away(story):
    kept = keep(story, b"secret", "a.csv")
    lost = kept.place.with_name(kept.place.name[:-1] + "-")
    lost.write_bytes(b"x")
    assert operations.sweep() == 0
    assert operations.sweep(older=-1) == 1
    assert on_disk() == [kept.place]
