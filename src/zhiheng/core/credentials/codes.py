"""The code of a credential: eleven random characters and one that checks them, of an alphabet that forgives."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXY"
"""31 characters, a prime number: no I, L, O, U and Z, which are read as 1, 1, 0, V and 2."""
LENGTH: Final = 12
FORGIVEN: Final = str.maketrans("ILOUZ", "110V2")


def new() -> str:
    """Give a new code: 54 bits at random."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + check(body)


def check(body: str) -> str:
    """Give the check character: Σ weight·value ≡ 0 (mod 31), weights 2, 3, …, the last 1.

    The weights differ and 31 is a prime: every single wrong character and every two that changed places are found.
    """
    total = sum((at + 2) * ALPHABET.index(c) for at, c in enumerate(body))
    return ALPHABET[-total % len(ALPHABET)]


def read(typed: str) -> str | None:
    """Give a code as it was issued, however it was typed; none where a character must be wrong."""
    wide = unicodedata.normalize("NFKC", typed).upper()
    plain = "".join(c for c in wide if c.isalnum()).translate(FORGIVEN)
    if len(plain) != LENGTH or any(c not in ALPHABET for c in plain):
        return None
    return plain if check(plain[:-1]) == plain[-1] else None


def spaced(code: str) -> str:
    """Give a code in groups of four, as it is printed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def digest(code: str) -> str:
    """Give what a code is looked up by: how long the database compares then tells nothing of a code."""
    return hashlib.sha256(code.encode()).hexdigest()
