"""What a list page reads from its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

A_PAGE = 50


def ordering(request: HttpRequest, legal: Mapping[str, str], default: str) -> str:
    """Give the field to order by: `sort=name` or `sort=-name`, looked up in `legal`; `default` where it is neither."""
    asked = request.GET.get("sort", "")
    field = legal.get(asked.removeprefix("-"))
    if field is None:
        return default
    return f"-{field}" if asked.startswith("-") else field


def paged(request: HttpRequest, rows: Any, a_page: int = A_PAGE, *, n: int | None = None) -> Page[Any]:
    """Give the page that `page` asks for, the nearest one where there is none of that number.

    `n` is how many rows there are, where that is known: they are not counted then.
    """
    pages = Paginator(rows, a_page)
    if n is not None:
        pages.count = n
    return pages.get_page(request.GET.get("page"))
