from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from zhiheng.core.files.models import File
from zhiheng.core.organisations.models import Organisation
from zhiheng.figures.definition import Figure, Grade, Kind, Period, PeriodRule, Unit, catalogue, figure
from zhiheng.ui.words import Text, text

BY = settings.AUTH_USER_MODEL


class DefinitionEdition(models.Model):
    """A definition as it read when a number was first published by it. The database refuses to change it.

    It answers as a `Figure` does, so that a page shows an old number under the words of its own time.
    """

    figure = models.CharField(max_length=80)
    edition = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    definition_zh = models.TextField()
    definition_en = models.TextField()
    unit_name = models.CharField(max_length=20)
    kind_name = models.CharField(max_length=20)
    period_name = models.CharField(max_length=20)
    decimals = models.PositiveSmallIntegerField()
    owner = models.CharField(max_length=40)
    columns = models.JSONField()
    query = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["figure"], name="definition_of")]

    def __str__(self) -> str:
        return f"{self.figure} {self.edition}"

    @property
    def code(self) -> str:
        """The code of the figure."""
        return self.figure

    @property
    def name(self) -> Text:
        """The name of then."""
        return Text(self.name_zh, self.name_en)

    @property
    def definition(self) -> Text:
        """The definition of then."""
        return Text(self.definition_zh, self.definition_en)

    @property
    def unit(self) -> Unit:
        """The unit of then."""
        return Unit[self.unit_name]

    @property
    def kind(self) -> Kind:
        """The kind of then."""
        return Kind[self.kind_name]

    @property
    def period(self) -> PeriodRule:
        """The period rule of then."""
        return PeriodRule[self.period_name]


class Snapshot(models.Model):
    """A number as it was published. The database refuses to change it."""

    token = models.CharField(max_length=24, unique=True)
    figure = models.CharField(max_length=80)
    edition = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    definition = models.ForeignKey(DefinitionEdition, models.PROTECT, null=True, related_name="snapshots")
    period = models.CharField(max_length=12)
    value = models.DecimalField(max_digits=28, decimal_places=8)
    se = models.DecimalField(max_digits=28, decimal_places=8, null=True, blank=True)
    counted = models.DecimalField(max_digits=28, decimal_places=8)
    base = models.DecimalField(max_digits=28, decimal_places=8, null=True, blank=True)
    n = models.PositiveBigIntegerField()
    grade = models.CharField(max_length=1, default="A")
    shares = models.JSONField(default=dict)
    salt = models.CharField(max_length=32)
    taken_at = models.DateTimeField(auto_now_add=True)
    taken_by = models.ForeignKey(BY, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["figure", "period"], name="snapshot_figure")]

    def __str__(self) -> str:
        return f"{self.figure} {self.period} = {self.value.normalize():f}"

    @property
    def defined(self) -> Figure | DefinitionEdition:
        """The definition that it was published by, as it read then."""
        return self.definition or figure(self.figure)

    @property
    def kept(self) -> Figure | None:
        """The figure of today; none where it is no longer kept."""
        return catalogue().get(self.figure)

    @property
    def worst(self) -> Grade:
        """The worst grade of evidence that it stands on."""
        return Grade[self.grade]

    @property
    def by_grade(self) -> dict[Grade, float]:
        """The share of it, 0–1, that stands on each grade."""
        return {Grade[name]: float(share) for name, share in sorted(self.shares.items())}


class SnapshotRow(models.Model):
    """A row that a published number stands on: its id, what it added, and a salted hash of each frozen column."""

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="rows", db_index=False)
    table = models.CharField(max_length=80)
    row_id = models.BigIntegerField()
    counted = models.DecimalField(max_digits=28, decimal_places=8)
    base = models.DecimalField(max_digits=28, decimal_places=8, null=True, blank=True)
    key = models.CharField(max_length=80, blank=True)
    hashes = models.JSONField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["snapshot", "table", "row_id"], name="snapshot_row_once")
        ]
        indexes: ClassVar = [models.Index(fields=["table", "row_id"], name="snapshot_row_of")]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"


class Check(models.Model):
    """What had drifted under a published number when it was last looked at: derived, for numbers of many rows."""

    snapshot = models.OneToOneField(Snapshot, models.PROTECT, related_name="check_of")
    at = models.DateTimeField(auto_now=True)
    value = models.DecimalField(max_digits=28, decimal_places=8, null=True, blank=True)
    added = models.PositiveBigIntegerField(default=0)
    removed = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    redefined = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return f"{self.snapshot} {self.at:%Y-%m-%d}"

    @property
    def drifted(self) -> bool:
        """Whether anything had changed."""
        return any((self.added, self.removed, self.changed, self.redefined))


class EntryQuerySet(models.QuerySet["Entry"]):
    """Questions about entries."""

    def standing(self) -> Self:
        """Those that count: checked by a second person, and neither replaced nor withdrawn."""
        return self.filter(state=Entry.State.STANDING)


class Entry(models.Model):
    """Something counted that the system has no rows of: a line of a paper ledger, a stamped summary, a cited number.

    It counts once a second person has checked it. A wrong one is replaced by another one or withdrawn, never
    rewritten.
    """

    class State(models.TextChoices):
        """Where an entry stands."""

        WAITING = "waiting", text("待复核", "To be checked")
        STANDING = "standing", text("有效", "Counts")
        SENT_BACK = "sent_back", text("已退回", "Sent back")
        REPLACED = "replaced", text("已被更正", "Replaced")
        WITHDRAWN = "withdrawn", text("已撤回", "Withdrawn")

    class Grade(models.TextChoices):
        """How good the evidence of an entry is; grade A is rows of the system."""

        B = "B", text("B 纸质台账录入并附扫描件", "B: entered from a paper ledger, with its scan")
        C = "C", text("C 外单位盖章的汇总", "C: a stamped summary from elsewhere")
        D = "D", text("D 仅有出处", "D: a citation only")

    class Beside(models.TextChoices):
        """What is counted where the system has rows of the same figure and period."""

        NOTHING = "", text("系统内没有该期间的记录", "The system has no rows of that period")
        ROWS = "rows", text("与系统内的记录一并计入", "Counts beside the rows of the system")
        INSTEAD = "instead", text("代替系统内的记录", "Counts instead of the rows of the system")

    figure = models.CharField(text("指标", "Figure"), max_length=80)
    period = models.CharField(text("期间", "Period"), max_length=12)
    first = models.DateField(editable=False)
    last = models.DateField(editable=False)
    what = models.CharField(text("内容", "What was counted"), max_length=200)
    amount = models.DecimalField(text("数值", "Amount"), max_digits=28, decimal_places=8)
    base = models.DecimalField(text("基数", "Base"), max_digits=28, decimal_places=8, null=True, blank=True)
    unit = models.CharField(max_length=20, editable=False)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=text("单位", "Organisation"),
    )
    grade = models.CharField(text("证据等级", "Evidence"), max_length=1, choices=Grade)
    file = models.ForeignKey(
        File,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=text("扫描件", "Scan"),
    )
    source = models.CharField(text("台账或出处", "Ledger or source"), max_length=200)
    page = models.CharField(text("页码", "Page"), max_length=40, blank=True)
    beside = models.CharField(max_length=8, choices=Beside, blank=True, default=Beside.NOTHING)
    why = models.CharField(text("理由", "Why"), max_length=200, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replacements")
    state = models.CharField(text("状态", "State"), max_length=10, choices=State, default=State.WAITING)
    entered_by = models.ForeignKey(BY, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)
    checked_by = models.ForeignKey(
        BY,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=text("复核人", "Checked by"),
    )
    checked_at = models.DateTimeField(text("复核时间", "Checked at"), null=True, blank=True)
    note = models.CharField(text("复核意见", "Remark of the check"), max_length=200, blank=True)

    objects: ClassVar = EntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["figure", "state", "first"], name="entry_of")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(checked_by=models.F("entered_by")), name="entry_four_eyes"),
            models.CheckConstraint(condition=Q(grade="D") | Q(file__isnull=False), name="entry_has_its_scan"),
            models.CheckConstraint(
                condition=~Q(state="standing") | Q(checked_by__isnull=False), name="entry_counts_when_checked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.period} {self.what}"

    def get_absolute_url(self) -> str:
        """Give the page that staff open it by."""
        return reverse("entry", args=[self.pk])

    @property
    def of(self) -> Figure:
        """The figure that it counts for."""
        return figure(self.figure)

    @property
    def when(self) -> Period:
        """The period that it counts for."""
        return Period.read(self.period)


class Run(models.Model):
    """A run of a measuring programme whose results were loaded; the newest of a programme is the one that holds."""

    programme = models.CharField(text("方案", "Programme"), max_length=80)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    made_up = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64)
    data_sha256 = models.CharField(max_length=64)
    version = models.CharField(max_length=40)
    loaded_by = models.ForeignKey(BY, models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["programme", "sha256"], name="run_loaded_once")
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.loaded_at:%Y-%m-%d}"


class Measurement(models.Model):
    """One value that a run measured: of a node of its index, in a wave, for an area; with its error and method."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="measurements", db_index=False)
    level = models.CharField(text("层级", "Level"), max_length=40, blank=True)
    unit = models.CharField(text("地区或单元", "Area or unit"), max_length=40, blank=True)
    wave = models.CharField(text("期次", "Wave"), max_length=20, blank=True)
    node = models.CharField(text("指标", "Indicator"), max_length=80)
    kind = models.CharField(max_length=12)
    value = models.FloatField(text("数值", "Value"), null=True)
    se = models.FloatField(text("标准误", "Standard error"), null=True)
    df = models.FloatField(text("自由度", "Degrees of freedom"), null=True)
    n = models.BigIntegerField(text("样本量", "Sample"), null=True)
    deff = models.FloatField(text("设计效应", "Design effect"), null=True)
    method = models.TextField(text("方法", "Method"), blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "node", "kind", "wave", "level", "unit"], name="measured_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.wave} {self.unit}"
