"""Writes to messages: tell somebody, mark as read, choose how to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils import timezone

from zhiheng.core.messages.delivery import deliver
from zhiheng.core.messages.models import Channel, Delivery, Message, Preference
from zhiheng.core.operations import operation, record
from zhiheng.core.people.models import Account, Person
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIL: Final = frozenset({Channel.MAIL})
MAIL_AND_SMS: Final = frozenset({Channel.MAIL, Channel.SMS})


@dataclass(frozen=True, slots=True)
class Words:
    """What is said, with `{names}` to fill in; `must` goes out whatever the account prefers."""

    title: Text
    body: Text
    channels: frozenset[Channel] = MAIL
    must: bool = False


@operation("messages.send", "发送消息", "send a message")
def send(
    *,
    by: Account,
    to: Account | Person,
    words: Words,
    values: Mapping[str, object] | None = None,
    link: str = "",
) -> Message:
    """Tell somebody: it stands in their account if they have one, and leaves by the channels they want.

    `values` fill the words; a `Text` among them is said in the language of each. `link` is a path of ours.
    """
    if link and (not link.startswith("/") or link.startswith("//")):
        raise ValueError(f"{link!r}: a message links to a path of ours")
    account = to if isinstance(to, Account) else Account.objects.filter(person=to, is_active=True).first()
    person = account.person if account else to
    zh, en = (_filled(values or {}, english) for english in (False, True))
    message = Message.objects.create(
        account=account,
        person=person if isinstance(person, Person) else None,
        title_zh=words.title.zh.format_map(zh),
        title_en=words.title.en.format_map(en),
        body_zh=words.body.zh.format_map(zh),
        body_en=words.body.en.format_map(en),
        link=link,
        by=by,
    )
    record(by, "messages.send", message, ["account", "person", "title", "body", "link"])
    for channel in sorted(words.channels):
        if words.must or wants(account, channel):
            deliver.enqueue(Delivery.objects.create(message=message, channel=channel).pk)
    return message


@operation("people.change_own", "标记消息已读", "mark messages as read", on="account")
def read(*, by: Account, account: Account) -> int:
    """Mark all messages of one's own account as read; give how many were not."""
    unread = Message.objects.filter(account=account, read_at=None).update(read_at=timezone.now())
    record(by, "messages.read", account, ["read_at"])
    return unread


@operation("people.change_own", "选择通知方式", "choose how to be told", on="account")
def prefer(*, by: Account, account: Account, mail: bool, sms: bool, language: str) -> Preference:
    """Choose how one's own account is told, and in which language."""
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    chosen, _ = Preference.objects.update_or_create(
        account=account, defaults={"mail": mail, "sms": sms, "language": language}
    )
    record(by, "messages.prefer", chosen, ["mail", "sms", "language"])
    return chosen


def wants(account: Account | None, channel: Channel) -> bool:
    """Whether a channel is wanted; who has no account has not said otherwise."""
    chosen = None if account is None else Preference.objects.filter(account=account).first()
    return chosen is None or bool(getattr(chosen, channel.value))


def _filled(values: Mapping[str, object], english: bool) -> dict[str, object]:
    return {
        name: (value.en if english else value.zh) if isinstance(value, Text) else value
        for name, value in values.items()
    }
