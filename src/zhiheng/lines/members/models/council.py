"""Terms of the council and who holds its posts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhiheng.core.dated import Dated, DatedQuerySet
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Person
from zhiheng.figures.wording.numerals import to_chinese
from zhiheng.lines.members.models.membership import Meeting
from zhiheng.ui.words import text


class Post(models.TextChoices):
    """The posts of a council, from the top."""

    PRESIDENT = "president", text("会长", "President")
    VICE_PRESIDENT = "vice_president", text("副会长", "Vice-president")
    SECRETARY_GENERAL = "secretary_general", text("秘书长", "Secretary-general")
    STANDING = "standing", text("常务理事", "Standing council member")
    COUNCILLOR = "councillor", text("理事", "Council member")
    SUPERVISOR = "supervisor", text("监事", "Supervisor")


class CouncilTerm(Dated):
    """A council from its election until the next one (第六届理事会)."""

    number = models.PositiveSmallIntegerField(text("届次", "Number"), unique=True)
    elected_at = models.ForeignKey(
        Meeting, models.PROTECT, related_name="+", verbose_name=text("选举会议", "Elected at")
    )

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering: ClassVar = ["-start"]

    def __str__(self) -> str:
        return str(text(f"第{to_chinese(self.number)}届理事会", f"Council {self.number}"))


class Seat(Dated):
    """A post of a council while somebody holds it, for an organisation."""

    term = models.ForeignKey(CouncilTerm, models.PROTECT, related_name="seats")
    post = models.CharField(text("职务", "Post"), max_length=17, choices=Post)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=text("姓名", "Name"))
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=text("单位", "Organisation"),
    )
    elected_at = models.ForeignKey(
        Meeting, models.PROTECT, related_name="+", verbose_name=text("选举会议", "Elected at")
    )
    why_vacated = models.CharField(text("离任原因", "Why vacated"), max_length=80, blank=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering: ClassVar = ["start", "id"]

    def __str__(self) -> str:
        return f"{self.person} {self.get_post_display()}"
