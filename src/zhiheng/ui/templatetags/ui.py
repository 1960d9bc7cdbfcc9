"""Tags of the look; built in, no template loads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import segno
from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from zhiheng.ui.charts import polyline
from zhiheng.ui.words import Text, aside, say

register = template.Library()


@register.simple_tag(name="say")
def say_tag(zh: str, en: str, **values: Any) -> str:
    """`{% say "共 {n} 家" "{n} companies" n=count %}`: words in the language of the request, values escaped."""
    words = say(Text(zh, en))
    return format_html(words, **values) if values else conditional_escape(words)


@register.filter
def words(value: Any) -> str:
    """`{{ figure.name|words }}`: a `Text` in the language of the request."""
    return say(value) if isinstance(value, Text) else str(value)


@register.filter
def number(value: Decimal | float | None, decimals: int = 0) -> str:
    """`{{ value|number:1 }}`: with separators and that many decimals; an em dash where there is none."""
    return "—" if value is None else f"{value:,.{decimals}f}"


@register.filter(name="aside")
def aside_filter(value: Any) -> str:
    """`{{ unit|aside }}`: in the brackets of the reader's language."""
    return aside(words(value))


@register.filter
def listed(values: Iterable[Any]) -> str:
    """`{{ years|listed }}`: one after the other, with the comma of the reader's language."""
    return say(Text("、", ", ")).join(words(each) for each in values)


@register.filter
def percent(share: Decimal | float) -> str:
    """`{{ share|percent }}`: a share, 0–1, as a percentage."""
    return f"{float(share):.1%}"


@register.filter
def spark(values: Sequence[Decimal | float] | None) -> str:
    """`{{ values|spark }}`: the points of a small line; empty for fewer than two."""
    return polyline(values or ())


@register.simple_tag
def qr(address: str) -> SafeString:
    """`{% qr address %}`: a QR code as SVG, drawn with attributes only."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(border=2, omitsize=True)
    return mark_safe(drawn)  # noqa: S308 - segno writes no word of the address into it
