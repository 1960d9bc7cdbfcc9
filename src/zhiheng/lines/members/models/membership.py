"""Who is a member, since when, of which tier, spoken for by whom."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from zhiheng.core.dated import Dated, DatedQuerySet
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Person
from zhiheng.ui.words import aside, text


class Tier(models.TextChoices):
    """The tiers of membership, from the lowest."""

    MEMBER = "member", text("会员单位", "Member")
    COUNCIL = "council", text("理事单位", "Council member")
    STANDING = "standing", text("常务理事单位", "Standing council member")
    VICE_PRESIDENT = "vice_president", text("副会长单位", "Vice-president member")


class Meeting(models.Model):
    """A meeting of an organ of the association that decided something: elected, set dues, confirmed who left."""

    class Body(models.TextChoices):
        """Who met."""

        CONGRESS = "congress", text("会员代表大会", "Congress of members")
        COUNCIL = "council", text("理事会", "Council")
        STANDING = "standing", text("常务理事会", "Standing council")

    body = models.CharField(text("机构", "Body"), max_length=8, choices=Body)
    name = models.CharField(text("会议名称", "Name of the meeting"), max_length=80)
    held_on = models.DateField(text("召开日期", "Held on"))
    document = models.CharField(text("决议文号", "Number of the resolution"), max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["-held_on", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "held_on"], name="members_meeting_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}{aside(self.held_on)}"


class Requirement(Dated):
    """What an application must bring: one line of the checklist, while it is asked for."""

    name_zh = models.CharField(text("名称", "Chinese name"), max_length=60)
    name_en = models.CharField(text("英文名称", "English name"), max_length=80)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering: ClassVar = ["start", "id"]

    def __str__(self) -> str:
        return str(text(self.name_zh, self.name_en))


class Application(models.Model):
    """A company asks to join. `met` are the requirements that somebody saw fulfilled."""

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
    met = models.ManyToManyField(Requirement, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-received_on", "-id"]
        indexes: ClassVar = [models.Index(fields=["state", "received_on"], name="application_state")]

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
    confirmed_at = models.ForeignKey(
        Meeting,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=text("确认会议", "Confirmed at"),
    )

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [models.Index(fields=["organisation", "start"], name="membership_of")]

    def __str__(self) -> str:
        return f"{self.number} {self.organisation}"

    def get_absolute_url(self) -> str:
        """Give the page that staff open it by."""
        return reverse("members:member", args=[self.pk])

    @property
    def ended_late(self) -> bool:
        """Whether its end lies before the meeting that confirmed it: a late entry, published numbers may drift."""
        return bool(self.end and self.confirmed_on and self.end < self.confirmed_on)


class TierSpell(Dated):
    """The tier of a membership while it was that tier."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="tiers")
    tier = models.CharField(text("级别", "Tier"), max_length=16, choices=Tier)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering: ClassVar = ["start"]
        indexes: ClassVar = [models.Index(fields=["membership", "start"], name="tier_of")]

    def __str__(self) -> str:
        return str(self.get_tier_display())


class Representative(Dated):
    """Somebody speaks for a member, from a day until a day."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="representatives")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=text("代表", "Representative")
    )

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering: ClassVar = ["start", "id"]

    def __str__(self) -> str:
        return str(self.person)


class Correction(models.Model):
    """A member asks that one thing on its own card be corrected, or that somebody else be its contact.

    `wanted` is what it should be, in words; `value` what is written for it (the id of a district or an industry, the
    letter of a size). `was` is what stood there before it was corrected.
    """

    class About(models.TextChoices):
        """What is wrong."""

        NAME = "name", text("单位名称", "Name")
        NAME_EN = "name_en", text("英文名称", "English name")
        CODE = "code", text("统一社会信用代码", "Unified social credit code")
        SIZE = "size", text("规模", "Size")
        ADDRESS = "address", text("地址", "Address")
        DISTRICT = "district", text("所在区", "District")
        INDUSTRY = "industry", text("行业", "Industry")
        PEOPLE = "people", text("联系人", "Contact")
        OTHER = "other", text("其他", "Something else")

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", text("待处理", "Open")
        DONE = "done", text("已更正", "Corrected")
        DECLINED = "declined", text("未采纳", "Not taken")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="corrections")
    about = models.CharField(text("更正内容", "What is wrong"), max_length=10, choices=About)
    wanted = models.CharField(text("应为", "It should be"), max_length=200, blank=True)
    value = models.CharField(max_length=20, blank=True)
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=text("联系人", "Contact"),
    )
    was = models.CharField(text("原为", "It was"), max_length=200, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answer = models.CharField(text("答复", "Answer"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["state", "id"], name="correction_state")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_about_display()}"

    @property
    def says(self) -> str:
        """What it should be; of a person, whose data may be erased, what their card says."""
        return f"{self.person} {self.person.masked_mobile}".strip() if self.person else self.wanted
