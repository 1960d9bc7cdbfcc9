from __future__ import annotations

import secrets
from pathlib import Path
from typing import BinaryIO, ClassVar

from django.conf import settings
from django.db import models

from zhiheng.core.files.kinds import KINDS, Kind
from zhiheng.core.files.problems import GONE
from zhiheng.core.people.models import Account
from zhiheng.core.problems import Problem
from zhiheng.ui.words import text


def new_token() -> str:
    """Give a token that nobody guesses."""
    return secrets.token_urlsafe(16)


class File(models.Model):
    """Something handed in for a purpose. Its bytes lie under a random name outside of all static files.

    Deleted, the row stays: what it was, when and by whom; the bytes and the name, which may name a person, do not.
    """

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    purpose = models.CharField(max_length=60, editable=False)
    name = models.CharField(text("文件名", "File name"), max_length=200, blank=True)
    kind = models.CharField(text("类型", "Kind"), max_length=8, editable=False)
    size = models.PositiveBigIntegerField(text("大小", "Size"), editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    stored = models.CharField(max_length=40, editable=False)
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name or str(text("（已删除）", "(deleted)"))

    @property
    def place(self) -> Path:
        """Where the bytes lie."""
        return place(self.stored)

    @property
    def is_a(self) -> Kind:
        """What it was found to be when it came in."""
        return KINDS[self.kind]

    def open(self) -> BinaryIO:
        """Open the bytes; a deleted file is refused."""
        if self.deleted_at:
            raise Problem(GONE, on=f"{self.deleted_at:%Y-%m-%d}")
        return self.place.open("rb")


def place(stored: str) -> Path:
    """Give where the bytes of a random name lie."""
    return Path(settings.MEDIA_ROOT) / stored[:2] / stored
