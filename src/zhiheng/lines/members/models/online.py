"""A company that the house does not know yet asks to join."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q

from zhiheng.core.organisations.models import LEGAL_PERSONS, Kind
from zhiheng.core.people.models import masked
from zhiheng.core.places.models import Place
from zhiheng.lines.members.models.membership import Application
from zhiheng.ui.words import text


def new_token() -> str:
    """Give a token that cannot be guessed."""
    return secrets.token_urlsafe(18)


class OnlineApplication(models.Model):
    """What somebody wrote on the public page. It is no card and no application until a clerk receives it.

    Received (受理), it became an application; turned away, it says why. Either way who speaks for the company
    is no longer written here: received, it is the card of a person.
    """

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    number = models.CharField(text("编号", "Number"), max_length=14, unique=True)
    at = models.DateTimeField(auto_now_add=True)
    name = models.CharField(text("单位名称", "Name"), max_length=120)
    kind = models.CharField(
        text("类型", "Kind"), max_length=12, choices=[(kind.value, kind.label) for kind in LEGAL_PERSONS],
        default=Kind.COMPANY,
    )  # fmt: skip
    code = models.CharField(text("统一社会信用代码", "Unified social credit code"), max_length=18, blank=True)
    no_code_reason = models.CharField(
        text("无代码的原因", "Why there is no code"), max_length=120, blank=True
    )
    district = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=text("所在区", "District"),
    )
    contact_name = models.CharField(text("联系人", "Contact"), max_length=60, blank=True)
    contact_mobile = models.CharField(text("手机号", "Mobile number"), max_length=20, blank=True)
    contact_email = models.EmailField(text("邮箱", "E-mail"), blank=True)
    contact_post = models.CharField(text("职务", "Position"), max_length=60, blank=True)
    application = models.OneToOneField(
        Application, models.PROTECT, null=True, blank=True, related_name="online"
    )
    turned_away_on = models.DateField(text("不予受理日期", "Turned away on"), null=True, blank=True)
    reason = models.CharField(text("理由", "Reason"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code"],
                condition=~Q(code="") & Q(application=None) & Q(turned_away_on=None),
                name="online_application_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def waits(self) -> bool:
        """Whether nobody has dealt with it yet."""
        return self.application_id is None and self.turned_away_on is None

    @property
    def masked_mobile(self) -> str:
        """The number as it stands in lists."""
        return masked(self.contact_mobile)
