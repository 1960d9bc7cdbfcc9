"""How often one address may ask for what is open to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core.internal.ratelimit import consume

from zhiheng.core.problems import TOO_MANY, Problem

if TYPE_CHECKING:
    from django.http import HttpRequest


def limit(request: HttpRequest, action: str, rate: str) -> None:
    """Refuse when `action` was asked for more often than `rate` says ("30/m/ip")."""
    if not consume(request, app="zhiheng", action=action, config={action: rate}, limit_get=True):
        raise Problem(TOO_MANY)
