"""What every page knows of messages."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from zhiheng.core.messages.models import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


def unread(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """Give how many messages are unread, counted when a page asks."""
    account: Any = getattr(request, "user", None)

    @cache
    def count() -> int:
        known = account is not None and account.is_authenticated
        return Message.objects.filter(account=account, read_at=None).count() if known else 0

    return {"unread": count}
