from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from zhiheng.core.credentials import codes
from zhiheng.core.dated import Dated, DatedQuerySet
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Person
from zhiheng.ui.words import Text, text


class Status(models.TextChoices):
    """What a look-up says of a day."""

    VALID = "valid", text("有效", "Valid")
    NOT_YET = "not_yet", text("尚未生效", "Not valid yet")
    EXPIRED = "expired", text("已过期", "Expired")
    WITHDRAWN = "withdrawn", text("已撤销", "Withdrawn")


class Credential(Dated):
    """A certificate of a person or an organisation, or a membership; whoever has its code may look it up."""

    code = models.CharField(max_length=codes.LENGTH, unique=True, default=codes.new, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    line = models.CharField(max_length=40, editable=False)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=200)
    number = models.CharField(text("证书编号", "Number"), max_length=60, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="credentials")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="credentials"
    )
    withdrawn_on = models.DateField(null=True, blank=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(person__isnull=False) ^ Q(organisation__isnull=False),
                name="credential_has_one_holder",
            ),
        ]

    def save(self, **more: Any) -> None:
        """Keep what it is looked up by beside it."""
        self.digest = codes.digest(self.code)
        super().save(**more)

    def __str__(self) -> str:
        return f"{text(self.title_zh, self.title_en)} {codes.spaced(self.code)}"

    @property
    def title(self) -> Text:
        """What it certifies."""
        return Text(self.title_zh, self.title_en)

    @property
    def printed(self) -> str:
        """The code as it is printed."""
        return codes.spaced(self.code)

    @property
    def address(self) -> str:
        """What its QR code points to."""
        return f"{settings.PUBLIC_URL}{reverse('check-code', args=[self.code])}"

    @property
    def holder(self) -> str:
        """Who holds it: an organisation by its name, a person by so much of it that the holder is known again."""
        if self.organisation:
            return str(self.organisation)
        name = self.person.name if self.person else ""
        return f"{name[0]}{'*' * max(1, len(name) - 2)}{name[-1] if len(name) > 2 else ''}" if name else "***"

    def status(self, on: dt.date) -> Status:
        """Give what it is worth on a day."""
        if self.withdrawn_on and self.withdrawn_on <= on:
            return Status.WITHDRAWN
        if on < self.start:
            return Status.NOT_YET
        return Status.EXPIRED if self.end and self.end <= on else Status.VALID
