"""What a camera writes into a picture (place, time, device) does not come in; which side is up does."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from zhiheng.core.files.kinds import JPEG, PNG, Kind
from zhiheng.core.files.problems import UNREADABLE
from zhiheng.core.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVATE: Final = {0xE1, 0xED, 0xFE}
"""Segments of a JPEG: Exif and XMP, Photoshop's record, a comment."""
SCAN: Final = 0xDA
KEPT: Final = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs"}
"""Chunks of a PNG that make the picture; the rest tells about it."""
ORIENTATION: Final = 0x0112
EXIF: Final = b"Exif\0\0"


def without_private(content: bytes, kind: Kind) -> bytes:
    """Give the picture without what tells about whoever took it; any other kind as it is."""
    try:
        if kind is JPEG:
            return b"".join(_jpeg(content))
        return b"".join(_png(content)) if kind is PNG else content
    except (struct.error, IndexError) as error:
        raise Problem(UNREADABLE, field="file") from error


def _jpeg(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    at = 2
    while content[at + 1] != SCAN:
        mark, length = content[at + 1], struct.unpack_from(">H", content, at + 2)[0]
        if content[at] != 0xFF or length < 2:
            raise struct.error
        body = content[at + 4 : at + 2 + length]
        if mark not in PRIVATE:
            yield content[at : at + 2 + length]
        elif mark == 0xE1 and body.startswith(EXIF) and (turned := _orientation(body[len(EXIF) :])) > 1:
            tags = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ORIENTATION, 3, 1, turned, 0, 0)
            yield b"\xff\xe1" + struct.pack(">H", 2 + len(EXIF) + len(tags)) + EXIF + tags
        at += 2 + length
    end = content.rfind(b"\xff\xd9")
    yield content[at : end + 2 if end > at else len(content)]  # what hangs behind the picture is no picture


def _orientation(tiff: bytes) -> int:
    order = {b"MM": ">", b"II": "<"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        first = struct.unpack_from(f"{order}I", tiff, 4)[0]
        for n in range(struct.unpack_from(f"{order}H", tiff, first)[0]):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * n)
            if tag == ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _png(content: bytes) -> Iterator[bytes]:
    yield content[:8]
    at, name = 8, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        if at + 12 + length > len(content):
            raise struct.error
        if name in KEPT:
            yield content[at : at + 12 + length]
        at += 12 + length
