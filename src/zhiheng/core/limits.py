"""How often one address may ask for what is open to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core.internal.ratelimit import consume
from django.conf import settings
from django.db import connection
from django.utils import timezone

from zhiheng.core.problems import TOO_MANY, Problem

if TYPE_CHECKING:
    from django.http import HttpRequest


def limit(request: HttpRequest, action: str, rate: str) -> None:
    """Refuse when `action` was asked for more often than `rate` says ("30/m/ip")."""
    if not consume(request, app="zhiheng", action=action, config={action: rate}, limit_get=True):
        raise Problem(TOO_MANY)


def forget() -> int:
    """Clear away what was counted and counts no more: it holds addresses. Give how many rows."""
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [now])  # noqa: S608 - a name of our settings
        return int(cursor.rowcount)
