"""The Chinese fonts that documents need, and what to install where they are missing."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from zhiheng.documents import theme
from zhiheng.documents.problems import Problem

if TYPE_CHECKING:
    import typst

NEEDED: Final = (theme.PDF_BODY, theme.PDF_SANS)
INSTALL: Final = "apt-get install fonts-noto-cjk"


@functools.cache
def installed() -> typst.Fonts:
    """Give the fonts of this machine, looked up once a process."""
    import typst  # noqa: PLC0415 - 30 ms that only documents pay

    return typst.Fonts(include_system_fonts=True)


def check_fonts(families: frozenset[str] | None = None) -> None:
    """Raise `fonts_missing`, which names what to install, unless all needed fonts are on this machine."""
    present = frozenset(installed().families()) if families is None else families
    missing = [family for family in NEEDED if family not in present]
    if missing:
        raise Problem("fonts_missing", families="、".join(missing), install=INSTALL)


@functools.cache
def official() -> dict[str, str]:
    """Give the first font on this machine for each part of an official document (GB/T 9704-2012)."""
    present = frozenset(installed().families())
    return {
        part: next((family for family in families if family in present), families[-1])
        for part, families in theme.OFFICIAL_FONTS.items()
    }


def plain() -> dict[str, str]:
    """Give the fonts of an official document in English."""
    return {
        part: theme.PDF_SANS if part in {"title", "first"} else theme.PDF_BODY
        for part in theme.OFFICIAL_FONTS
    }
