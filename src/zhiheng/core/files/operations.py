"""Writes to files: keep what somebody hands in, delete it, clear away what no row knows."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from zhiheng.core.files.kinds import JPEG, PNG, Kind, sniff
from zhiheng.core.files.models import File, place
from zhiheng.core.files.pictures import without_private
from zhiheng.core.files.problems import GONE, LARGE, NOT_HERE, NOTHING
from zhiheng.core.operations import allow, operation, record
from zhiheng.core.people.models import Account
from zhiheng.core.problems import Problem
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

KEEP: Final = Text("上传这个文件", "hand in this file")
STEP: Final = 2**16
A_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Purpose:
    """What files of a room are for. The room adds three permissions to `rules`, named after the code.

    `CODE.keep` is asked with the record that the file is handed in for, `CODE.read` and `CODE.delete` with the
    `File`. Where a room forgets one of them, everybody is refused.
    """

    code: str
    kinds: frozenset[Kind]
    most: int = 20 * 2**20


@operation("files.keep", "上传文件", "hand in a file", on="purpose")
def keep(
    *,
    by: Account,
    purpose: Purpose,
    content: UploadedFile[bytes] | bytes | None,
    name: str = "",
    about: object = None,
) -> File:
    """Keep a file: stream it to its place, count and hash it on the way, read what it is, refuse the rest.

    `content` is an upload or bytes of our own; its size is never believed. Whatever is refused leaves nothing on
    the disk. Of pictures only the picture is kept. `about` is the record it belongs to, asked of `CODE.keep`.
    """
    allow(by, f"{purpose.code}.keep", about, what=KEEP)
    if content is None:
        raise Problem(NOTHING, field="file")
    said = name or ("" if isinstance(content, bytes) else content.name or "")
    stored = secrets.token_hex(16)
    at = place(stored)
    at.parent.mkdir(parents=True, exist_ok=True)
    try:
        size, digest = _stream(
            [content] if isinstance(content, bytes) else content.chunks(STEP), at, purpose.most
        )
        kind = _kind(at, said, purpose)
        if kind in {JPEG, PNG}:
            size, digest = _stream([without_private(at.read_bytes(), kind)], at, purpose.most)
        kept = File.objects.create(
            purpose=purpose.code,
            name=shown_name(said, kind),
            kind=kind.code,
            size=size,
            sha256=digest,
            stored=stored,
            by=by,
        )
    except BaseException:
        at.unlink(missing_ok=True)
        raise
    record(by, "files.keep", kept, ["purpose", "name", "kind", "size", "sha256"])
    return kept


@operation("files.delete", "删除文件", "delete a file", on="file")
def delete(*, by: Account, file: File) -> File:
    """Delete a file: the bytes and the name go when the transaction is over, the row stays as a tombstone."""
    if file.deleted_at:
        raise Problem(GONE, on=f"{file.deleted_at:%Y-%m-%d}")
    file.name, file.deleted_at = "", timezone.now()
    file.save(update_fields=["name", "deleted_at"])
    at = file.place
    transaction.on_commit(lambda: at.unlink(missing_ok=True))
    record(by, "files.delete", file, ["name", "deleted_at"])
    return file


def sweep(older: int = A_DAY) -> int:
    """Take away bytes, older than `older` seconds, that no row knows: their transaction came to nothing."""
    until = time.time() - older
    found = [at for at in Path(settings.MEDIA_ROOT).glob("??/*") if at.stat().st_mtime < until]
    known = set(
        File.objects.filter(stored__in=[at.name for at in found], deleted_at=None).values_list(
            "stored", flat=True
        )
    )
    lost = [at for at in found if at.name not in known]
    for at in lost:
        at.unlink(missing_ok=True)
    return len(lost)


def shown_name(said: str, kind: Kind) -> str:
    """Give the name to show: no path, nothing that cannot be seen, the end of its kind."""
    stem = PurePath(said.replace("\\", "/")).stem
    visible = "".join(c for c in stem if c.isprintable()).strip(" .")
    return f"{visible[:120] or '文件'}{kind.ends[0]}"


def _kind(at: Path, said: str, purpose: Purpose) -> Kind:
    with at.open("rb") as opened:
        kind = sniff(opened, said)
    if kind not in purpose.kinds:
        kinds = ", ".join(sorted(each.code for each in purpose.kinds))
        raise Problem(NOT_HERE, field="file", kind=kind.code, kinds=kinds)
    return kind


def _stream(parts: Iterable[bytes], at: Path, most: int) -> tuple[int, str]:
    """Write `parts` to `at`; stop at the first byte too many. Give size and hash."""
    size, digest = 0, hashlib.sha256()
    with at.open("wb") as out:
        for part in parts:
            size += len(part)
            if size > most:
                raise Problem(LARGE, field="file", most=most // 2**20)
            digest.update(part)
            out.write(part)
    if not size:
        raise Problem(NOTHING, field="file")
    return size, digest.hexdigest()
