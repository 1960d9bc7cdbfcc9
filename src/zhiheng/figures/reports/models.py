from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import Q

from zhiheng.figures.models import Snapshot
from zhiheng.ui.words import text

BY = settings.AUTH_USER_MODEL
LONGEST: Final = 100_000
"""Characters of the longest text: a book of two hundred pages. What is longer is no report, and is read too slowly."""


class Step(models.TextChoices):
    """A step of the chain of sign-off."""

    DRAFT = "draft", text("拟稿", "Draft")
    REVIEW = "review", text("核稿", "Review")
    CONSULT = "consult", text("会签", "Countersign")
    ISSUE = "issue", text("签发", "Issue")
    COUNCIL = "council", text("理事会审议", "Council")


def whole_chain() -> list[str]:
    """Give every step, in order: what a report gets unless told otherwise."""
    return [step.value for step in Step]


class Report(models.Model):
    """A report of one line of work, on its way to being published or published."""

    token = models.CharField(max_length=24, unique=True)
    line = models.CharField(text("工作线", "Line of work"), max_length=40)
    language = models.CharField(
        text("语言", "Language"), max_length=2, choices=[("zh", "中文"), ("en", "English")]
    )
    chain = models.JSONField(text("签批流程", "Chain of sign-off"), default=whole_chain)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        newest = self.versions.order_by("-number").first()
        return newest.title if newest else self.token


class Version(models.Model):
    """The text as somebody saved it. Append-only: an edit is a new version."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(text("标题", "Title"), max_length=120)
    text = models.TextField(text("正文", "Text"))
    by = models.ForeignKey(BY, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "number"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class Binding(models.Model):
    """What one number in the text stands on; the text names it by its key. Append-only."""

    class Kind(models.TextChoices):
        """On what a number stands."""

        BOUND = "bound", text("已绑定指标", "Bound to a figure")
        CITED = "cited", text("已注明出处", "Cited")
        NO_FIGURE = "no_figure", text("不是统计数字", "Not a figure")

    report = models.ForeignKey(Report, models.PROTECT, related_name="bindings")
    key = models.CharField(max_length=12)
    kind = models.CharField(max_length=10, choices=Kind)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, null=True, related_name="bindings")
    source = models.CharField(text("出处", "Source"), max_length=200, blank=True)
    page = models.CharField(text("页码", "Page"), max_length=20, blank=True)
    reason = models.CharField(text("理由", "Reason"), max_length=200, blank=True)
    by = models.ForeignKey(BY, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "key"], name="binding_key_once"),
            models.CheckConstraint(
                condition=Q(kind="bound", snapshot__isnull=False)
                | (Q(kind="cited", snapshot__isnull=True) & ~Q(source="") & ~Q(page=""))
                | (Q(kind="no_figure", snapshot__isnull=True) & ~Q(reason="")),
                name="binding_stands_on_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.kind}"


class Comment(models.Model):
    """A remark on a version, with the words it is about; settled when it was dealt with."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="comments")
    quote = models.CharField(text("原文", "Words"), max_length=200, blank=True)
    text = models.TextField(text("意见", "Remark"))
    by = models.ForeignKey(BY, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    settled_by = models.ForeignKey(BY, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.text[:40]


class SignOff(models.Model):
    """Somebody's yes or no to a version at a step. Append-only."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="sign_offs")
    step = models.CharField(max_length=10, choices=Step)
    passed = models.BooleanField()
    note = models.TextField(text("意见", "Note"), blank=True)
    by = models.ForeignKey(BY, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "step"], name="signed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.step}"


class Override(models.Model):
    """A number let through as it stands, signed and shown to the reader. It holds for one passage, word for word."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="overrides")
    passage = models.CharField(max_length=64)
    start = models.PositiveIntegerField()
    phrase = models.CharField(max_length=80)
    reason = models.CharField(text("理由", "Reason"), max_length=300)
    by = models.ForeignKey(BY, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "passage", "start"], name="let_through_once"),
        ]

    def __str__(self) -> str:
        return f"{self.phrase}: {self.reason}"


class Publication(models.Model):
    """A version as the world reads it. Append-only."""

    report = models.OneToOneField(Report, models.PROTECT, related_name="publication")
    version = models.OneToOneField(Version, models.PROTECT, related_name="publication")
    number = models.CharField(text("发文字号", "Document number"), max_length=40, unique=True)
    by = models.ForeignKey(BY, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.number} {self.version.title}"
