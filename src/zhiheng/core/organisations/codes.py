"""The unified social credit code (GB 32100-2015), the organisation code in it (GB 11714-1997), their check digits."""

from __future__ import annotations

from typing import Final

from zhiheng.core.organisations.problems import CHECK_DIGIT, CODE_SHAPE
from zhiheng.core.problems import Problem

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of a unified code: no I, O, S, V, Z."""
LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The characters of an organisation code, by their values 0 to 35."""
OLD_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


def unified_check(body: str) -> str:
    """Give the check character of the first 17 characters: weights 3^i mod 31, 31 − Σ mod 31."""
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return ALPHABET[-total % 31]


def old_check(body: str) -> str:
    """Give the check character of the first 8 characters of an organisation code: 11 − Σ mod 11, 10 is written X."""
    value = -sum(LETTERS.index(c) * w for c, w in zip(body, OLD_WEIGHTS, strict=True)) % 11
    return "X" if value == 10 else str(value)


def read(code: str) -> str:
    """Give `code` as it is kept (upper case, no spaces or hyphens), or refuse it naming what is wrong."""
    kept = "".join(code.split()).replace("-", "").upper()
    if len(kept) == 18 and all(c in ALPHABET for c in kept):
        right = unified_check(kept[:17])
    elif len(kept) == 9 and all(c in LETTERS for c in kept):
        right = old_check(kept[:8])
    else:
        raise Problem(CODE_SHAPE, field="code", code=code, length=len(kept))
    if kept[-1] != right:
        raise Problem(CHECK_DIGIT, field="code", code=code, found=kept[-1])
    return kept
