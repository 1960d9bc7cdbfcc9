"""Secrets of second factors are sealed before they lie in the database: who gets a copy of it gets no code."""

from __future__ import annotations

import base64
from typing import Final

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from zhiheng.core.problems import Problem
from zhiheng.core.sign_in.problems import SEALED

MARK: Final = "sealed:"
"""Stands before what is sealed. What lies there without it was written before anything was."""
KEPT: Final = {
    Authenticator.Type.TOTP: "secret",
    Authenticator.Type.RECOVERY_CODES: "seed",
}
"""Where each kind of factor keeps its secret."""


def _keys() -> MultiFernet:
    """Give the keys made from SECRET_KEY and those before it; the first one seals."""
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"zhiheng second factor").derive(
        secret.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(text: str) -> str:
    """Write a secret so that only this server reads it."""
    return MARK + _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Read a secret; one sealed with a key that is gone is a problem, never an empty secret."""
    if not sealed.startswith(MARK):
        return sealed
    try:
        return _keys().decrypt(sealed.removeprefix(MARK).encode()).decode()
    except InvalidToken:
        raise Problem(SEALED) from None


def seal_again() -> int:
    """Seal with the newest key what lies open or under an older key; give how many. What no key opens is left."""
    newest, changed = _key(settings.SECRET_KEY), 0
    with transaction.atomic():
        for factor in Authenticator.objects.select_for_update().filter(type__in=KEPT):
            name = KEPT[factor.type]
            kept = factor.data.get(name, "")
            try:
                newest.decrypt(kept.removeprefix(MARK).encode())
            except InvalidToken:
                try:
                    factor.data[name] = seal(unseal(kept))
                except Problem:
                    continue
                factor.save(update_fields=["data"])
                changed += 1
    return changed
