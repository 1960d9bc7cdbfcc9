"""The check-in code of a session: what the QR at the venue opens, signed with its own key, good for its hours.

A code is `session-minute-signature`. On a poster the minute is 0; a session whose code turns shows a new one every
minute on a screen, each good for ten, so that a photograph sent to somebody who is not there soon stops working.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import re
from typing import Final

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from zhiheng.core.problems import Problem
from zhiheng.gatherings.models import Session
from zhiheng.gatherings.problems import CANCELLED, CODE_EARLY, CODE_LATE, CODE_OLD, CODE_WRONG

SHAPE: Final = re.compile(r"(\d{1,12})-(\d{1,10})-([\w-]{16})", re.ASCII)
GOOD_FOR: Final = 10
"""Minutes."""
MARGIN: Final = dt.timedelta(hours=2)
"""How long before the beginning and after the end of a session with times its code works."""


def _signature(session: Session, minute: int) -> str:
    digest = hmac.digest(session.code_key.encode(), f"{session.pk}-{minute}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:12]).decode()


def _minute(at: dt.datetime) -> int:
    return int(at.timestamp()) // 60


def code(session: Session, at: dt.datetime | None = None) -> str:
    """Give the code that stands on the poster, or on the screen at `at` where it turns."""
    minute = _minute(at or timezone.now()) if session.code_turns else 0
    return f"{session.pk}-{minute}-{_signature(session, minute)}"


def window(session: Session) -> tuple[dt.datetime, dt.datetime]:
    """Give from when until when the code works: two hours around its times, or the whole day."""
    before = MARGIN if session.starts_at else dt.timedelta()
    after = MARGIN if session.ends_at else dt.timedelta()
    return session.begins - before, session.finishes + after


def read(given: str, at: dt.datetime | None = None) -> Session:
    """Give the session of a code that works at `at`; an unknown session and a wrong signature are refused alike."""
    now = at or timezone.now()
    shape = SHAPE.fullmatch(given)
    session = Session.objects.select_related("edition").filter(pk=int(shape[1])).first() if shape else None
    if shape is None or session is None:
        raise Problem(CODE_WRONG)
    minute = int(shape[2])
    if (
        not constant_time_compare(shape[3], _signature(session, minute))
        or bool(minute) is not session.code_turns
    ):
        raise Problem(CODE_WRONG)
    if session.cancelled:
        raise Problem(CANCELLED, session=session)
    first, last = window(session)
    if now < first:
        raise Problem(CODE_EARLY, session=session, at=f"{timezone.localtime(first):%Y-%m-%d %H:%M}")
    if now > last:
        raise Problem(CODE_LATE, session=session)
    if minute and not -1 <= _minute(now) - minute <= GOOD_FOR:
        raise Problem(CODE_OLD)
    return session
