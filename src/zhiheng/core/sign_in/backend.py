"""Who comes in by a password. What one may do is asked of `rules`; Django's own rows of permissions are not used."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend


class Passwords(AuthenticationBackend):
    """Checks passwords and finds accounts; gives no permission."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:  # noqa: ARG002 - Django's signature
        """Give none."""
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:  # noqa: ARG002 - as above
        """Give none."""
        return False
