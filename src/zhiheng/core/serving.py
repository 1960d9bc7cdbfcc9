"""waitress as this house runs it: what is too large is refused before it is read, in words, and never kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import waitress
from django.conf import settings
from django.utils.translation import override
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import RequestEntityTooLarge

from zhiheng.core.problems import REQUEST_LARGE, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_HEAD: Final = 32 * 2**10
"""Bytes of the head of a request."""
CONNECTIONS: Final = 100
"""At once; each keeps at most one request of the largest size, on disk beyond half a megabyte."""
QUIET: Final = 60
"""Seconds after which a connection without a word is closed."""


class TooLarge(RequestEntityTooLarge):  # type: ignore[misc]  # waitress is not typed
    """The answer to a request that is too large: nobody has asked yet in which language."""

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:  # noqa: ARG002
        """Say it in both languages, as text."""
        problem = Problem(REQUEST_LARGE, most=settings.LARGEST_REQUEST // 2**20)
        said = []
        for language in ("zh-hans", "en"):
            with override(language):
                said.append(str(problem))
        head = [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")]
        return "413 Request Entity Too Large", head, "\n".join(said).encode() + b"\n"


class Parser(HTTPRequestParser):  # type: ignore[misc]  # as above
    """Reads requests; says in our words which are too large."""

    error: Any = None

    def received(self, data: bytes) -> int:
        """Read on."""
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.error = TooLarge(self.error.body)
            self.expect_continue = False  # who asked before sending is told not to
        return consumed


def make_server(application: Callable[..., Any], *, host: str, port: int, threads: int) -> Any:
    """Give a server that refuses a request above `LARGEST_REQUEST` when its head, or so much of it, has come."""
    HTTPChannel.parser_class = Parser
    return waitress.create_server(
        application,
        host=host,
        port=port,
        threads=threads,
        max_request_body_size=settings.LARGEST_REQUEST,
        max_request_header_size=LARGEST_HEAD,
        connection_limit=CONNECTIONS,
        channel_timeout=QUIET,
        ident=None,
    )
