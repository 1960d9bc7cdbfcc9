from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q

from zhiheng.core.dated import Dated, DatedQuerySet
from zhiheng.core.people.lines import line_name
from zhiheng.ui.words import Text, text


def masked(number: str) -> str:
    """Write a number for a list: 138****1234."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 9 else "****" if number else ""


class PersonQuerySet(models.QuerySet["Person"]):
    """Questions about people."""

    def canonical(self) -> PersonQuerySet:
        """Cards that were not merged into another and not erased: one a person."""
        return self.filter(merged_into=None, erased_at=None)


class Person(models.Model):
    """Somebody: a representative, a participant, an expert. Erased by law, the row stays without a value."""

    name = models.CharField(text("姓名", "Name"), max_length=60, blank=True)
    mobile = models.CharField(text("手机号", "Mobile number"), max_length=20, blank=True, db_index=True)
    email = models.EmailField(text("邮箱", "E-mail"), blank=True)
    organisation = models.ForeignKey(
        "organisations.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=text("单位", "Organisation"),
    )
    post = models.CharField(text("职务", "Position"), max_length=60, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="aliases")

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["name"], name="person_name")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="person_not_into_itself")
        ]

    def __str__(self) -> str:
        return "（已删除）" if self.erased_at else self.name

    @property
    def masked_mobile(self) -> str:
        """The mobile number as it stands in lists."""
        return masked(self.mobile)

    @property
    def counted_as(self) -> Person:
        """The card that counts: its own, or the one it was merged into."""
        return self.merged_into or self


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; the name to sign in with is unique without regard to case."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Account:
        """Make an account; without a password it cannot sign in by one."""
        account = self.model(username=username.lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> Account:
        """Make an account that may do everything."""
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class Account(AbstractBaseUser, PermissionsMixin):
    """A way to sign in. `person` is who signs in; an account of the system itself has none."""

    username = models.CharField(text("用户名", "User name"), max_length=60, unique=True)
    email = models.EmailField(text("邮箱", "E-mail"), blank=True)
    mobile = models.CharField(
        text("手机号", "Mobile number"), max_length=20, blank=True, null=True, unique=True
    )
    mobile_verified = models.BooleanField(default=False)
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="account")
    is_staff = models.BooleanField(text("可进入后台", "May enter the back office"), default=False)
    is_active = models.BooleanField(text("启用", "Active"), default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        if self.username == "system":
            return str(text("系统", "The system"))
        return str(self.person) if self.person else self.username


class Part(models.TextChoices):
    """What somebody does in a line of work."""

    RUNS = "runs", text("负责", "Runs")
    HELPS = "helps", text("协助", "Helps")
    READS = "reads", text("查阅", "Reads")
    ASSESSES = "assesses", text("评审", "Assesses")
    CONTACT = "contact", text("会员联系人", "Member contact")
    ENUMERATES = "enumerates", text("调查员", "Enumerator")


class Role(Dated):
    """One account's part in one line of work, from a day until a day; a contact's part is for one organisation."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="roles")
    line = models.CharField(text("工作线", "Line of work"), max_length=40)
    part = models.CharField(text("角色", "Part"), max_length=12, choices=Part)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        indexes: ClassVar = [models.Index(fields=["account", "line"], name="role_account_line")]
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(part="contact") | Q(organisation__isnull=False),
                name="people_contact_of_an_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.part} {self.line}"

    @property
    def line_name(self) -> Text:
        """The line in words."""
        return line_name(self.line)
