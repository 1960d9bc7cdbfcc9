"""A mobile number as people type it, and as it is kept."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from zhiheng.ui.words import text

MAINLAND: Final = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
ABROAD: Final = re.compile(r"\+(?!86)[1-9]\d{6,14}")
WRONG: Final = text(
    "请填写 11 位手机号；境外号码以 + 和国家代码开头。",
    "Give a mobile number of 11 digits; one from abroad begins with + and the country.",
)


def read(typed: str) -> str | None:
    """Give a number as it is kept (11 digits, or + and the country); none where it is no mobile number."""
    plain = re.sub(r"[\s()\-]", "", unicodedata.normalize("NFKC", typed))
    if found := MAINLAND.fullmatch(plain):
        return found[1]
    return plain if ABROAD.fullmatch(plain) else None


class MobileField(forms.CharField):
    """A field for a mobile number."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", text("手机号", "Mobile number"))
        super().__init__(
            widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}), **more
        )

    def clean(self, value: Any) -> str:
        """Give the number as it is kept, or nothing where none is needed."""
        typed = super().clean(value)
        if not typed:
            return ""
        if (kept := read(typed)) is None:
            raise ValidationError(WRONG)
        return kept
