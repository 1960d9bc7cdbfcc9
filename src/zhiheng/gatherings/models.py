from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Person
from zhiheng.ui.words import text


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

    series = models.ForeignKey(Series, models.PROTECT, null=True, blank=True, related_name="editions")
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

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "number"], name="edition_number_once")
        ]

    def __str__(self) -> str:
        return str(text(self.name_zh, self.name_en or self.name_zh))


class Session(models.Model):
    """One meeting (场) of an edition. It counts for the day it was held on; a cancelled one counts for nothing."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="sessions")
    held_on = models.DateField(text("日期", "Date"), db_index=True)
    starts_at = models.TimeField(text("开始", "Starts"), null=True, blank=True)
    ends_at = models.TimeField(text("结束", "Ends"), null=True, blank=True)
    venue = models.CharField(text("地点", "Venue"), max_length=120, blank=True)
    seats = models.PositiveIntegerField(text("名额", "Seats"), null=True, blank=True)
    cancelled = models.BooleanField(text("已取消", "Cancelled"), default=False)

    class Meta:
        ordering: ClassVar = ["-held_on", "-id"]
        indexes: ClassVar = [models.Index(fields=["edition", "held_on"], name="session_edition_day")]

    def __str__(self) -> str:
        return f"{self.edition}（{self.held_on}）"


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
        indexes: ClassVar = [models.Index(fields=["organisation", "held_on"], name="attendance_of_on")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["session", "person"], name="attended_once")]

    def __str__(self) -> str:
        return f"{self.person} {self.session}"
