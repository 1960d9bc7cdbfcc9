"""What those who registered are told. Part of an operation: told in the name of the system."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.urls import reverse

from zhiheng.core.messages.operations import MAIL_AND_SMS, Words, send
from zhiheng.core.people.operations import system_account
from zhiheng.gatherings.models import Registration, Session
from zhiheng.ui.words import Text

MOVED_UP: Final = Words(
    title=Text("候补成功：{gathering}", "You have a seat: {gathering}"),
    body=Text(
        "{name}，您好：“{gathering}”（{day}）已为您空出名额，报名成功。如不能参加，请尽早取消，让给后面的人。",
        "{name}, a seat at “{gathering}” ({day}) is yours. If you cannot come, please cancel soon.",
    ),
    channels=MAIL_AND_SMS,
)
CANCELLED: Final = Words(
    title=Text("活动取消：{gathering}", "Cancelled: {gathering}"),
    body=Text(
        "{name}，您好：您报名的“{gathering}”（{day}）已取消。",
        "{name}, “{gathering}” ({day}), for which you registered, is cancelled.",
    ),
    channels=MAIL_AND_SMS,
)
MOVED: Final = Words(
    title=Text("活动改期：{gathering}", "Moved: {gathering}"),
    body=Text(
        "{name}，您好：您报名的“{gathering}”改在 {day} 举行。如不能参加，请取消报名。",
        "{name}, “{gathering}”, for which you registered, is held on {day}. If you cannot come, please cancel.",
    ),
    channels=MAIL_AND_SMS,
)


def tell(registrations: Iterable[Registration], session: Session, words: Words) -> None:
    """Tell each of those who registered for a session."""
    edition = session.edition
    for registration in registrations:
        send(
            by=system_account(),
            to=registration.person,
            words=words,
            values={
                "name": registration.person,
                "gathering": Text(edition.name_zh, edition.name_en or edition.name_zh),
                "day": session.held_on,
            },
            link=reverse("calendar:session", args=[session.token]),
        )
