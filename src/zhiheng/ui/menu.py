"""The main menu: what `config/menu.py` lists, cut to what the reader may open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from zhiheng.ui.words import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One link: its words, the name of its address, the permission it asks (none: everybody sees it)."""

    words: Text
    address: str
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The links of one line of work."""

    words: Text
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as the reader gets it."""

    words: Text
    href: str
    current: bool


def public(request: HttpRequest) -> list[Link]:
    """Give the links that everybody sees."""
    return [_link(entry, request) for entry in settings.MENU_PUBLIC]


def staff(request: HttpRequest) -> list[tuple[Text, list[Link]]]:
    """Give the lines of work with the links that the reader may open; lines without any are left out."""
    account: Any = getattr(request, "user", None)
    if account is None or not account.is_authenticated:
        return []
    groups = [
        (group.words, [_link(e, request) for e in group.entries if account.has_perm(e.permission)])
        for group in settings.MENU_STAFF
    ]
    return [(words, links) for words, links in groups if links]


def _link(entry: Entry, request: HttpRequest) -> Link:
    href = reverse(entry.address)
    here = request.path == href or (href != reverse("home") and request.path.startswith(href))
    return Link(entry.words, href, here)
