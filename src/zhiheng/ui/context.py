"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from zhiheng.ui.words import Text, language, say


def page(request: HttpRequest) -> dict[str, Any]:
    """Give the association's name, the language, and whether the records are made up."""
    return {
        "association": say(Text(*settings.ASSOCIATION)),
        "language": language(),
        "demo": settings.DEMO,
        "here": request.get_full_path(),
    }
