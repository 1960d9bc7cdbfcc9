from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from zhiheng.core.people.models import Account, Person
from zhiheng.ui.words import Text, text


class Channel(models.TextChoices):
    """How a message leaves the house; in the house it always stands."""

    MAIL = "mail", text("邮件", "E-mail")
    SMS = "sms", text("短信", "SMS")


class Message(models.Model):
    """What somebody was told, word for word in both languages. Erased with the person it was for."""

    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="letters")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="letters")
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=200)
    body_zh = models.TextField()
    body_en = models.TextField()
    link = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="letters_of_account"),
            models.Index(fields=["account"], condition=Q(read_at=None), name="letters_unread"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(account__isnull=False) | Q(person__isnull=False), name="letters_for_somebody"
            )
        ]

    def __str__(self) -> str:
        return str(text(self.title_zh, self.title_en))

    @property
    def title(self) -> Text:
        """What it is about."""
        return Text(self.title_zh, self.title_en)

    @property
    def body(self) -> Text:
        """What it says."""
        return Text(self.body_zh, self.body_en)


class Delivery(models.Model):
    """A message on its way out. Where it goes is read from the account or the person when it leaves."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", text("等待发送", "Waiting")
        SENT = "sent", text("已发送", "Sent")
        GIVEN_UP = "given_up", text("发送失败", "Given up")
        NOWHERE = "nowhere", text("没有地址", "No address")

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=4, choices=Channel)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="letters_waiting")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "channel"], name="letters_once_a_channel")
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.channel} {self.state}"


class Preference(models.Model):
    """How an account wants to be told; without a row, by mail and SMS, in Chinese."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="preference")
    mail = models.BooleanField(text("邮件通知", "Tell me by e-mail"), default=True)
    sms = models.BooleanField(text("短信通知", "Tell me by SMS"), default=True)
    language = models.CharField(text("通知语言", "Language of messages"), max_length=7, default="zh-hans")

    def __str__(self) -> str:
        return f"{self.account_id} {self.mail} {self.sms} {self.language}"
