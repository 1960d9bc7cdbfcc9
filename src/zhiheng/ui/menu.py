"""The main menu: what `config/menu.py` lists, cut to what the reader may open."""

from __future__ import annotations

from collections.abc import Sequence
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
    return _links(settings.MENU_PUBLIC, request.path)


def own(request: HttpRequest) -> list[Link]:
    """Give the links to what is one's own; none to who is not signed in."""
    account: Any = getattr(request, "user", None)
    if account is None or not account.is_authenticated:
        return []
    return _links([each for each in settings.MENU_OWN if account.has_perm(each.permission)], request.path)


def begin(request: HttpRequest) -> str:
    """Give where somebody begins who has signed in: at work, with one's own organisation, or at home."""
    work = staff(request)
    if work:
        return work[0][1][0].href
    first: Entry = settings.MENU_OWN[0]
    return reverse(first.address if request.user.has_perm(first.permission) else "home")


def staff(request: HttpRequest) -> list[tuple[Text, list[Link]]]:
    """Give the lines of work with the links that the reader may open; lines without any are left out."""
    account: Any = getattr(request, "user", None)
    if account is None or not account.is_authenticated:
        return []
    open_to = [
        (group.words, [entry for entry in group.entries if account.has_perm(entry.permission)])
        for group in settings.MENU_STAFF
    ]
    links = iter(_links([entry for _, entries in open_to for entry in entries], request.path))
    return [(words, [next(links) for _ in entries]) for words, entries in open_to if entries]


def _links(entries: Sequence[Entry], path: str) -> list[Link]:
    """Give the links; the one that is nearest above `path` is the current one, home only where one is there."""
    hrefs = [reverse(entry.address) for entry in entries]
    above = [href for href in hrefs if path == href or (href != reverse("home") and path.startswith(href))]
    here = max(above, key=len, default=None)
    return [Link(entry.words, href, href == here) for entry, href in zip(entries, hrefs, strict=True)]
