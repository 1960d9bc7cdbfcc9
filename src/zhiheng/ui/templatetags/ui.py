"""Tags of the look; built in, no template loads them."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html

from zhiheng.ui.words import Text, say

register = template.Library()


@register.simple_tag(name="say")
def say_tag(zh: str, en: str, **values: Any) -> str:
    """`{% say "共 {n} 家" "{n} companies" n=count %}`: words in the language of the request, values escaped."""
    words = say(Text(zh, en))
    return format_html(words, **values) if values else conditional_escape(words)
