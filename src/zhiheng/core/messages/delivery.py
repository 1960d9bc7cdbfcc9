"""Messages leave the house: each by a job of its own, tried again while it is refused, in the end given up."""

from __future__ import annotations

import datetime as dt
import logging
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from zhiheng.core.messages.gateways import GatewayError, sms_gateway
from zhiheng.core.messages.models import Channel, Delivery, Message, Preference
from zhiheng.ui.words import Text

log = logging.getLogger(__name__)

AGAIN_AFTER: Final = tuple(dt.timedelta(minutes=m) for m in (1, 5, 30, 120, 720))
"""How long to wait after each refusal; then it is given up."""


@task()
def deliver(delivery_id: int) -> None:
    """Try to deliver. What was delivered or given up before is left alone: the job may run twice."""
    with transaction.atomic():
        waiting = Delivery.objects.select_for_update(of=("self",)).filter(pk=delivery_id)
        due = waiting.filter(state=Delivery.State.WAITING, next_at__lte=timezone.now())
        found = due.select_related("message__account", "message__person").first()
        if found is None:
            return
        # counted before it is tried: what breaks in between is tried again, and not for ever
        found.attempts += 1
        found.next_at = timezone.now() + AGAIN_AFTER[min(found.attempts, len(AGAIN_AFTER)) - 1]
        found.save(update_fields=["attempts", "next_at"])
    _try(found)
    found.save(update_fields=["state", "sent_at", "why"])
    if found.state == Delivery.State.WAITING and deliver.get_backend().supports_defer:
        deliver.using(run_after=found.next_at).enqueue(found.pk)


def deliver_what_waits() -> int:
    """Try everything whose time has come; for a scheduled job. Give how many were tried."""
    due = Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=timezone.now())
    found = list(due.values_list("pk", flat=True)[:1000])
    for delivery_id in found:
        deliver.call(delivery_id)
    return len(found)


def _try(delivery: Delivery) -> None:
    message, channel = delivery.message, Channel(delivery.channel)
    address = _address(message, channel)
    if not address:
        delivery.state, delivery.why = Delivery.State.NOWHERE, ""
        return
    try:
        _hand_over(message, channel, address)
    except (GatewayError, SMTPException, OSError) as error:
        delivery.why = str(error)[:80] if isinstance(error, GatewayError) else type(error).__name__
        if delivery.attempts > len(AGAIN_AFTER):
            delivery.state = Delivery.State.GIVEN_UP
            log.error(  # noqa: TRY400 - a traceback would hold the address
                "message %s: given up by %s: %s", message.pk, channel, delivery.why
            )
    else:
        delivery.state, delivery.sent_at, delivery.why = Delivery.State.SENT, timezone.now(), ""


def _address(message: Message, channel: Channel) -> str:
    account, person = message.account, message.person
    if (account and not account.is_active) or (person and person.erased_at):
        return ""
    if channel is Channel.MAIL:
        return (account.email if account else "") or (person.email if person else "")
    proved = account.mobile if account and account.mobile_verified else ""
    return proved or (person.mobile if person else "")


def _hand_over(message: Message, channel: Channel, address: str) -> None:
    chosen = Preference.objects.filter(account=message.account).first() if message.account else None
    english = chosen is not None and chosen.language == "en"
    title, body = (said.en if english else said.zh for said in (message.title, message.body))
    house = Text(*settings.ASSOCIATION)
    name = house.en if english else house.zh
    link = f"{settings.PUBLIC_URL}{message.link}" if message.link else ""
    if channel is Channel.MAIL:
        send_mail(
            f"[{name}] {title}", "\n\n".join(filter(None, (body, link, f"-- \n{name}"))), None, [address]
        )
    else:
        sms_gateway().send(
            address, f"[{name}] {body} {link}".strip() if english else f"【{name}】{body} {link}".strip()
        )
