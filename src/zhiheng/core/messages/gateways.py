"""The way out of the house for an SMS. Which one is used is a setting; mail goes by Django's own."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string


class GatewayError(Exception):
    """An SMS was not taken. Says why in a word or two, without number and text: it is written down."""


class SmsGateway(Protocol):
    """What a provider's class must do. It is made without arguments and reads its own settings."""

    def send(self, mobile: str, text: str) -> None:
        """Hand over `text` for `mobile` (11 digits, or + and the country); raise `GatewayError` if not taken."""


class Outbox:
    """Writes each SMS into a file below DATA/outbox: for development and the demonstration."""

    def send(self, mobile: str, text: str) -> None:
        """Write one file."""
        settings.OUTBOX.mkdir(parents=True, exist_ok=True)
        name = f"{timezone.now():%Y%m%d-%H%M%S-%f}.sms.txt"
        (settings.OUTBOX / name).write_text(f"{mobile}\n{text}\n", encoding="utf-8")


def sms_gateway() -> SmsGateway:
    """Give the gateway of the settings."""
    made: SmsGateway = import_string(settings.SMS_GATEWAY)()
    return made
