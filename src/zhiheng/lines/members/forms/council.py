"""Forms of the council."""

from __future__ import annotations

from typing import Any

from django import forms

from zhiheng.core.deeds import DeedForm
from zhiheng.lines.members.forms.fields import CardField, choice, day, meeting, words
from zhiheng.lines.members.models import CouncilTerm, Meeting, Post
from zhiheng.ui.words import text


class NoteMeeting(DeedForm):
    """A meeting that decided something."""

    body = choice("机构", "Body", Meeting.Body.choices)
    name = words("会议名称", "Name of the meeting", most=80)
    held_on = day("召开日期", "Held on")
    document = words("决议文号", "Number of the resolution", required=False, most=40)


class BeginTerm(DeedForm):
    """A new term."""

    number = forms.IntegerField(label=text("届次", "Number"), min_value=1, max_value=99)
    start = day("开始日期", "Begins on")
    elected_at = meeting("选举会议", "Elected at")


class EndTerm(DeedForm):
    """The end of the term without a next one."""

    on = day("不再任职的第一日", "The first day without it")


class Elect(DeedForm):
    """Somebody elected to a post."""

    post = choice("职务", "Post", Post.choices)
    name = words("姓名", "Name", most=60)
    organisation = CardField(
        "单位", "Organisation", required=False,
        help_text=text("名称（含曾用名）、会员号或统一社会信用代码", "A name of any time, member number or code"),
    )  # fmt: skip
    elected_at = meeting("选举会议", "Elected at")
    start = day("任职起始", "From")

    def about(self, record: Any) -> None:
        """Guess the meeting and the day of the term."""
        if isinstance(record, CouncilTerm):
            self.initial.update(elected_at=record.elected_at_id, start=record.start)


class Vacate(DeedForm):
    """Somebody who leaves a post."""

    on = day("不再任职的第一日", "The first day without the post")
    why = words("离任原因", "Why", required=False, most=80)
