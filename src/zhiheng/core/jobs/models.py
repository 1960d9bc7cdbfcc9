from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhiheng.core.people.models import Account
from zhiheng.ui.words import Text, text


class Job(models.Model):
    """Something that runs beside the pages, for one account, which alone sees it."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", text("等待", "Waiting")
        RUNNING = "running", text("进行中", "Running")
        DONE = "done", text("已完成", "Done")
        FAILED = "failed", text("未完成", "Not done")

    by = models.ForeignKey(Account, models.CASCADE, related_name="jobs")
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problem_zh = models.TextField(blank=True)
    problem_en = models.TextField(blank=True)
    link = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["by", "-id"], name="jobs_of_account")]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"

    @property
    def name(self) -> Text:
        """What it does."""
        return Text(self.name_zh, self.name_en)

    @property
    def problem(self) -> Text:
        """What was wrong and what to do."""
        return Text(self.problem_zh, self.problem_en)

    @property
    def goes_on(self) -> bool:
        """It has not ended."""
        return self.state in {self.State.WAITING, self.State.RUNNING}
