from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhiheng.core.dated import Dated, DatedQuerySet
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Person
from zhiheng.ui.words import text


class Tier(models.TextChoices):
    """The tiers of membership, from the lowest."""

    MEMBER = "member", text("会员单位", "Member")
    COUNCIL = "council", text("理事单位", "Council member")
    STANDING = "standing", text("常务理事单位", "Standing council member")
    VICE_PRESIDENT = "vice_president", text("副会长单位", "Vice-president member")


class Application(models.Model):
    """A company asks to join."""

    class State(models.TextChoices):
        """Where an application stands."""

        RECEIVED = "received", text("已受理", "Received")
        APPROVED = "approved", text("已批准", "Approved")
        DECLINED = "declined", text("未批准", "Declined")

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="applications", verbose_name=text("单位", "Organisation")
    )
    tier = models.CharField(text("申请级别", "Tier"), max_length=16, choices=Tier, default=Tier.MEMBER)
    contact = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=text("联系人", "Contact"),
    )
    received_on = models.DateField(text("受理日期", "Received on"))
    state = models.CharField(text("状态", "State"), max_length=10, choices=State, default=State.RECEIVED)
    decided_on = models.DateField(text("决定日期", "Decided on"), null=True, blank=True)
    reason = models.CharField(text("理由", "Reason"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-received_on", "-id"]

    def __str__(self) -> str:
        return f"{self.organisation} {self.received_on}"


class Membership(Dated):
    """A company is a member, from the day the council approved until the day it left."""

    class Why(models.TextChoices):
        """Why a membership ended."""

        WITHDREW = "withdrew", text("主动退会", "Withdrew")
        ARREARS = "arrears", text("欠费退会", "Left in arrears")
        DISSOLVED = "dissolved", text("单位注销", "Dissolved")

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name=text("单位", "Organisation")
    )
    number = models.CharField(text("会员号", "Member number"), max_length=12, unique=True)
    why_ended = models.CharField(max_length=10, choices=Why, blank=True)
    confirmed_on = models.DateField(
        text("理事会确认日期", "Confirmed by the council on"), null=True, blank=True
    )

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [models.Index(fields=["organisation", "start"], name="membership_of")]

    def __str__(self) -> str:
        return f"{self.number} {self.organisation}"


class TierSpell(Dated):
    """The tier of a membership while it was that tier."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="tiers")
    tier = models.CharField(text("级别", "Tier"), max_length=16, choices=Tier)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering: ClassVar = ["start"]

    def __str__(self) -> str:
        return str(self.get_tier_display())
