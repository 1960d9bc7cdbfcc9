"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from zhiheng.ui import menu
from zhiheng.ui.words import Text, language, say


def page(request: HttpRequest) -> dict[str, Any]:
    """Give the association's name, the language, whether the records are made up, and the menu."""
    return {
        "association": say(Text(*settings.ASSOCIATION)),
        "language": language(),
        "demo": settings.DEMO,
        "here": request.get_full_path(),
        "menu_public": SimpleLazyObject(lambda: menu.public(request)),
        "menu_own": SimpleLazyObject(lambda: menu.own(request)),
        "menu_staff": SimpleLazyObject(lambda: menu.staff(request)),
    }
