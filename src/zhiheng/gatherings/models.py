from __future__ import annotations

import datetime as dt
import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from zhiheng.core.files.kinds import PAPERS
from zhiheng.core.files.models import File
from zhiheng.core.files.operations import Purpose
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Person, masked
from zhiheng.ui.words import aside, text


def new_token() -> str:
    """Give a token that cannot be guessed."""
    return secrets.token_urlsafe(12)


class Kind(models.TextChoices):
    """What kind of gathering."""

    ACTIVITY = "activity", text("会员活动", "Member activity")
    FORUM = "forum", text("论坛", "Forum")
    CONFERENCE = "conference", text("会议", "Conference")
    LECTURE = "lecture", text("讲座", "Lecture")
    SYMPOSIUM = "symposium", text("座谈会", "Symposium")
    VISIT = "visit", text("走访", "Visit")
    CLASS = "class", text("培训班", "Class")


class Series(models.Model):
    """What is held again and again under one name."""

    code = models.SlugField(text("代号", "Code"), max_length=40, unique=True)
    kind = models.CharField(text("类型", "Kind"), max_length=12, choices=Kind)
    name_zh = models.CharField(text("名称", "Chinese name"), max_length=80)
    name_en = models.CharField(text("英文名称", "English name"), max_length=120)

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return str(text(self.name_zh, self.name_en))


class Edition(models.Model):
    """One time a gathering is held: the fifth forum, or an activity of no series. It has one session or more."""

    series = models.ForeignKey(
        Series,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="editions",
        verbose_name=text("系列", "Series"),
    )
    number = models.PositiveIntegerField(text("届次", "Number"), null=True, blank=True)
    kind = models.CharField(text("类型", "Kind"), max_length=12, choices=Kind)
    name_zh = models.CharField(text("名称", "Chinese name"), max_length=120)
    name_en = models.CharField(text("英文名称", "English name"), max_length=160, blank=True)
    host = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=text("主办", "Host"),
    )
    about_zh = models.TextField(text("简介", "About"), blank=True)
    about_en = models.TextField(text("英文简介", "About, in English"), blank=True)
    published = models.BooleanField(text("已公开", "In the public calendar"), default=False)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "number"], name="edition_number_once")
        ]

    def __str__(self) -> str:
        return str(text(self.name_zh, self.name_en or self.name_zh))

    def get_absolute_url(self) -> str:
        """Give the page that staff open it by."""
        return reverse("gatherings:edition", args=[self.pk])

    @property
    def about(self) -> str:
        """What it is about, in the language of the request."""
        return str(text(self.about_zh, self.about_en or self.about_zh))


class Session(models.Model):
    """One meeting (场) of an edition. It counts for the day it was held on; a cancelled one counts for nothing."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="sessions")
    held_on = models.DateField(text("日期", "Date"), db_index=True)
    starts_at = models.TimeField(text("开始", "Starts"), null=True, blank=True)
    ends_at = models.TimeField(text("结束", "Ends"), null=True, blank=True)
    venue = models.CharField(text("地点", "Venue"), max_length=120, blank=True)
    seats = models.PositiveIntegerField(text("名额", "Seats"), null=True, blank=True)
    cancelled = models.BooleanField(text("已取消", "Cancelled"), default=False)
    closes_at = models.DateTimeField(text("报名截止", "Registration closes"), null=True, blank=True)
    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    code_key = models.CharField(max_length=24, default=new_token, editable=False)
    code_turns = models.BooleanField(text("签到码每分钟更换", "The code changes every minute"), default=False)

    class Meta:
        ordering: ClassVar = ["-held_on", "-id"]
        indexes: ClassVar = [models.Index(fields=["edition", "held_on"], name="session_edition_day")]

    def __str__(self) -> str:
        return f"{self.edition}{aside(self.held_on)}"

    def get_absolute_url(self) -> str:
        """Give the page that staff open it by."""
        return reverse("gatherings:session", args=[self.pk])

    @property
    def begins(self) -> dt.datetime:
        """When it begins; the first moment of its day where no time is given."""
        return timezone.make_aware(dt.datetime.combine(self.held_on, self.starts_at or dt.time()))

    @property
    def finishes(self) -> dt.datetime:
        """When it is over; the last moment of its day where no time is given."""
        return timezone.make_aware(
            dt.datetime.combine(self.held_on, self.ends_at or dt.time(23, 59, 59, 999_999))
        )

    @property
    def open_until(self) -> dt.datetime:
        """Until when a seat may be asked for: the deadline, else the beginning, or the end of a day without times."""
        return self.closes_at or (self.begins if self.starts_at else self.finishes)

    @property
    def is_open(self) -> bool:
        """Whether a seat may be asked for now."""
        return not self.cancelled and self.edition.published and timezone.now() < self.open_until


class Registration(models.Model):
    """A seat asked for: taken, waited for, or given back."""

    class State(models.TextChoices):
        """Where a registration stands."""

        TAKEN = "taken", text("已报名", "Registered")
        WAITING = "waiting", text("候补", "Waiting")
        GIVEN_BACK = "given_back", text("已取消", "Cancelled")

    session = models.ForeignKey(Session, models.CASCADE, related_name="registrations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="registrations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session", "person"], condition=~Q(state="given_back"), name="registered_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.session} {self.state}"


class Attendance(models.Model):
    """Somebody was there, sent by `organisation`, as the sheet says: a team, a branch, a company.

    `held_on` repeats the session's day.

    Which company it is credited to is derived (`core.organisations.Credit`) and never written here.
    """

    class How(models.TextChoices):
        """How it got here."""

        CODE = "code", text("扫码签到", "Checked in by code")
        ROSTER = "roster", text("人工录入", "Entered by a clerk")
        SHEET = "sheet", text("签到表导入", "Imported from a sign-in sheet")

    session = models.ForeignKey(Session, models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, models.PROTECT, related_name="attendances")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="attendances")
    held_on = models.DateField()
    how = models.CharField(max_length=8, choices=How)
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            # who came in a year is read from the index alone
            models.Index(fields=["organisation", "held_on", "session"], name="attendance_of_on_at")
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["session", "person"], name="attended_once")]

    def __str__(self) -> str:
        return f"{self.person} {self.session}"


class Unmatched(models.Model):
    """A line of a sheet, a roster or a check-in that names nobody for sure: it waits for a clerk, and is not counted.

    Struck or resolved, the row is deleted: it holds names and numbers.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="unmatched")
    how = models.CharField(max_length=8, choices=Attendance.How)
    name = models.CharField(text("姓名", "Name"), max_length=60, blank=True)
    organisation_name = models.CharField(text("单位", "Organisation"), max_length=120, blank=True)
    mobile = models.CharField(text("手机号", "Mobile number"), max_length=20, blank=True)
    why = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name_plural = "unmatched"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session", "name", "organisation_name", "mobile"], name="unmatched_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.organisation_name}"

    @property
    def masked_mobile(self) -> str:
        """The number as it stands in lists."""
        return masked(self.mobile)


MATERIAL = Purpose("gatherings.material", PAPERS, most=50 * 2**20)
"""What the files of an edition are for."""


class Visibility(models.TextChoices):
    """Who sees a material."""

    PUBLIC = "public", text("公开", "Everybody")
    PARTICIPANTS = "participants", text("报名和到场者", "Who registered or came")
    STAFF = "staff", text("工作人员", "Staff")


class Material(models.Model):
    """A file of an edition, or of one of its sessions: slides, minutes, the scan of a sign-in sheet."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="materials")
    session = models.ForeignKey(Session, models.PROTECT, null=True, blank=True, related_name="materials")
    file = models.OneToOneField(File, models.PROTECT, related_name="material")
    title = models.CharField(text("标题", "Title"), max_length=200)
    visibility = models.CharField(text("谁可见", "Who sees it"), max_length=12, choices=Visibility)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.title
