"""A visible string of the web in both languages, read in the language of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import lazy
from django.utils.translation import get_language

from zhiheng.documents.words import Language, Text

__all__ = ["Language", "Text", "aside", "language", "say", "text"]

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def language() -> Language:
    """Give the language of the request: Chinese unless English was asked for."""
    return "en" if (get_language() or "zh").startswith("en") else "zh"


def say(words: Text) -> str:
    """Give `words` in the language of the request."""
    return words.in_(language())


def aside(it: object) -> str:
    """Give `it` in the brackets of the language of the request, with the space that they take."""
    return f"（{it}）" if language() == "zh" else f" ({it})"


def _say(zh: str, en: str) -> str:
    return say(Text(zh, en))


_lazy = lazy(_say, str)


def text(zh: str, en: str) -> _StrPromise:
    """Give a string that reads in the language of whoever looks at it: names of fields, choices, messages."""
    return _lazy(zh, en)  # type: ignore[return-value]
