from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from zhiheng.core.dated import Dated, DatedQuerySet
from zhiheng.core.places.models import Place
from zhiheng.ui.words import aside, text


class Kind(models.TextChoices):
    """What kind of node. A group, a company and an association are legal persons; a branch and a team are not."""

    GROUP = "group", text("集团", "Group")
    COMPANY = "company", text("公司", "Company")
    BRANCH = "branch", text("分公司", "Branch")
    TEAM = "team", text("班组", "Team")
    ASSOCIATION = "association", text("协会", "Association")


LEGAL_PERSONS = (Kind.GROUP, Kind.COMPANY, Kind.ASSOCIATION)


class Size(models.TextChoices):
    """Size class of the statistical bureau."""

    LARGE = "L", text("大型", "Large")
    MEDIUM = "M", text("中型", "Medium")
    SMALL = "S", text("小型", "Small")
    MICRO = "X", text("微型", "Micro")


class Industry(models.Model):
    """A class of GB/T 4754 in one edition."""

    edition = models.CharField(text("版本", "Edition"), max_length=20)
    code = models.CharField(text("代码", "Code"), max_length=6)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    to_be_confirmed = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = text("行业分类", "Industries")
        ordering: ClassVar = ["edition", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "code"], name="industry_edition_code")
        ]

    def __str__(self) -> str:
        return f"{self.code} {text(self.name_zh, self.name_en)}"


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Questions about cards."""

    def canonical(self) -> OrganisationQuerySet:
        """Cards that were not merged into another: one a company."""
        return self.filter(merged_into=None)

    def search(self, words: str) -> OrganisationQuerySet:
        """Cards with `words` in a name of any time or in the English one, or with that code."""
        query = self
        for word in words.split():
            query = query.filter(
                Q(names__name__icontains=word) | Q(name_en__icontains=word) | Q(code__iexact=word)
            )
        return query.distinct()


class Organisation(models.Model):
    """The card of a node. `name` is the name of today; names of other days stand in `names`."""

    kind = models.CharField(text("类型", "Kind"), max_length=12, choices=Kind)
    name = models.CharField(text("名称", "Name"), max_length=120, db_index=True)
    name_en = models.CharField(text("英文名称", "English name"), max_length=160, blank=True)
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
    industry = models.ForeignKey(
        Industry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=text("行业", "Industry"),
    )
    size = models.CharField(text("规模", "Size"), max_length=1, choices=Size, blank=True)
    address = models.CharField(text("地址", "Address"), max_length=200, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="aliases")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code="") & Q(merged_into=None), name="organisation_code_once"
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")), name="organisation_not_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return str(text(self.name, self.name_en or self.name))


class Name(Dated):
    """A name while it was the name."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="names")
    name = models.CharField(max_length=120, db_index=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering: ClassVar = ["start", "id"]

    def __str__(self) -> str:
        return self.name


class Belonging(Dated):
    """A node belongs to another one: a team to a company, a company to a group, any to an association's list."""

    child = models.ForeignKey(Organisation, models.CASCADE, related_name="belongings")
    parent = models.ForeignKey(Organisation, models.PROTECT, related_name="children")

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering: ClassVar = ["start", "id"]

    def __str__(self) -> str:
        return f"{self.child} → {self.parent}"


class Credit(Dated):
    """Derived by `credits.rebuild`: on these days, what `node` attends is credited to `company`."""

    node = models.ForeignKey(Organisation, models.CASCADE, related_name="credits")
    company = models.ForeignKey(Organisation, models.CASCADE, related_name="credited_nodes")

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        indexes: ClassVar = [models.Index(fields=["company", "node", "start", "end"], name="credit_company")]

    def __str__(self) -> str:
        return f"{self.node} ⇒ {self.company}"


class Selection(models.Model):
    """A saved, dated list of organisations: how one line hands an audience to another."""

    name = models.CharField(text("名称", "Name"), max_length=120)
    taken_on = models.DateField(text("日期", "As of"))
    how = models.TextField(text("选取办法", "How it was chosen"), blank=True)
    organisations = models.ManyToManyField(Organisation, related_name="selections")

    class Meta:
        ordering: ClassVar = ["-taken_on", "-id"]

    def __str__(self) -> str:
        return f"{self.name}{aside(self.taken_on)}"
