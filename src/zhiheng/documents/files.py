"""Writing a document to its file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zhiheng.documents.problems import Problem

if TYPE_CHECKING:
    from os import PathLike


def write_bytes(path: str | PathLike[str], content: bytes) -> None:
    """Write a file; raises `file_unwritable` where that fails."""
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise Problem("file_unwritable", path=str(path), found=error.strerror or str(error)) from error
