"""Writes to reports."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from django.db.models import Model
from django.utils import timezone

from zhiheng.core.operations import operation, record
from zhiheng.core.people.models import Account
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.figures.definition import Figure, Period
from zhiheng.figures.models import Snapshot
from zhiheng.figures.operations import freeze
from zhiheng.figures.reports.gate import Number, examine
from zhiheng.figures.reports.models import (
    LONGEST,
    Binding,
    Comment,
    Override,
    Publication,
    Report,
    SignOff,
    Step,
    Version,
    whole_chain,
)
from zhiheng.figures.reports.permissions import Turn
from zhiheng.figures.reports.problems import (
    BLOCKED,
    NOT_ITS_TURN,
    NOT_SIGNED,
    NOTHING_TO_LET_THROUGH,
    NUMBER_TAKEN,
    PUBLISHED,
    SAME_HAND,
    SAVED_SINCE,
    TOO_LONG,
)
from zhiheng.ui.words import Language, Text, say


def _open(report: Report) -> Report:
    """Lock the report for this transaction; refuse where it is published."""
    locked = Report.objects.select_for_update().get(pk=report.pk)
    if Publication.objects.filter(report=locked).exists():
        raise Problem(PUBLISHED, report=locked)
    return locked


def _fits(model: type[Model], name: str, value: str, field: str = "") -> str:
    """Refuse what is longer than its column: PostgreSQL would, too, but in no words."""
    kept = model._meta.get_field(name)
    what, most = getattr(kept, "verbose_name", name), getattr(kept, "max_length", None) or LONGEST
    if len(value) > most:
        raise Problem(TOO_LONG, field=field, what=what, n=len(value), most=most)
    return value


def _needed(model: type[Model], name: str, value: str, field: str = "") -> str:
    """Refuse what is empty or too long; `field` is what its form calls it."""
    if not value.strip():
        raise Problem(EMPTY, field=field, what=getattr(model._meta.get_field(name), "verbose_name", name))
    return _fits(model, name, value.strip(), field)


def _version(report: Report, number: int, title: str, text: str, by: Account) -> Version:
    version = Version.objects.create(
        report=report,
        number=number,
        title=_needed(Version, "title", title, "title"),
        text=_fits(Version, "text", text, "text"),
        by=by,
    )
    record(by, "reports.write", version, ["title", "text"])
    return version


@operation("reports.write", "起草报告", "begin a report", on="line")
def begin(
    *, by: Account, line: str, title: str, text: str = "", language: Language = "zh",
    chain: Sequence[Step] = (),
) -> Report:  # fmt: skip
    """Begin a report of a line of work, with its first version."""
    steps = [Step(step).value for step in chain] or whole_chain()
    report = Report.objects.create(token=secrets.token_urlsafe(12), line=line, language=language, chain=steps)
    record(by, "reports.write", report, ["line", "language", "chain"])
    _version(report, 1, title, text, by)
    return report


@operation("reports.write", "保存报告", "save a report", on="report")
def save(*, by: Account, report: Report, title: str, text: str, after: int) -> Version:
    """Save a new version of the text that was version `after`. Who saved meanwhile is not overwritten."""
    newest = _open(report).versions.select_related("by").latest("number")
    if newest.number != after:
        raise Problem(SAVED_SINCE, by=newest.by, number=newest.number)
    return _version(report, after + 1, title, text, by)


@operation("reports.write", "取回 Word 稿", "take back a Word draft", on="report")
def take_back(
    *, by: Account, report: Report, title: str, text: str, after: int, remarks: Sequence[tuple[str, str]]
) -> Version:
    """Save what came back from Word as a new version, its comments (words, remark) as remarks on it."""
    version = save(by=by, report=report, title=title, text=text, after=after)
    for quote, said in remarks:
        comment(by=by, version=version, text=said, quote=quote)
    return version


@operation("reports.write", "绑定数字", "bind a number", on="report")
def bind(*, by: Account, report: Report, figure: Figure, period: Period) -> Binding:
    """Freeze a figure at a period, and bind that."""
    locked = _open(report)
    snapshot = freeze(by=by, figure=figure, period=period)
    return _new(by, locked, Binding(kind=Binding.Kind.BOUND, snapshot=snapshot))


@operation("reports.write", "绑定已发布的数字", "bind a published number", on="report")
def bind_published(*, by: Account, report: Report, snapshot: Snapshot) -> Binding:
    """Bind a number that was frozen before."""
    return _new(by, _open(report), Binding(kind=Binding.Kind.BOUND, snapshot=snapshot))


@operation("reports.write", "注明出处", "cite a source", on="report")
def cite(*, by: Account, report: Report, source: str, page: str) -> Binding:
    """Cite where a number comes from."""
    return _new(
        by,
        _open(report),
        Binding(
            kind=Binding.Kind.CITED,
            source=_needed(Binding, "source", source),
            page=_needed(Binding, "page", page),
        ),
    )


@operation("reports.write", "标记为非统计数字", "mark as no figure", on="report")
def mark(*, by: Account, report: Report, reason: str) -> Binding:
    """Say that a number counts nothing, and why."""
    given = _needed(Binding, "reason", reason)
    return _new(by, _open(report), Binding(kind=Binding.Kind.NO_FIGURE, reason=given))


def _new(by: Account, report: Report, binding: Binding) -> Binding:
    binding.report, binding.by = report, by
    binding.key = f"b{report.bindings.count() + 1}"
    binding.save()
    record(by, "reports.write", binding, ["kind", "snapshot", "source", "page", "reason"])
    return binding


@operation("reports.comment", "提出意见", "remark on a report", on="version")
def comment(*, by: Account, version: Version, text: str, quote: str = "") -> Comment:
    """Remark on a version."""
    said = Comment.objects.create(
        version=version, text=_needed(Comment, "text", text, "remark"), quote=quote[:200], by=by
    )
    record(by, "reports.comment", said, ["quote", "text"])
    return said


@operation("reports.write", "处理意见", "settle a remark", on="remark")
def settle(*, by: Account, remark: Comment) -> Comment:
    """Note that a remark was dealt with."""
    remark.settled_by, remark.settled_at = by, timezone.now()
    remark.save(update_fields=["settled_by", "settled_at"])
    record(by, "reports.write", remark, ["settled_by", "settled_at"])
    return remark


@operation("reports.sign", "签署报告", "sign a report", on="turn")
def sign(*, by: Account, turn: Turn, passed: bool = True, note: str = "") -> SignOff:
    """Sign the step whose turn it is. A no ends the way of this version: the next version begins anew."""
    report = _open(turn.version.report)
    if turn.version.pk != report.versions.latest("number").pk or next_step(turn.version) != turn.step:
        raise Problem(NOT_ITS_TURN, step=turn.step.label)
    if earlier := turn.version.sign_offs.filter(by=by).first():
        raise Problem(SAME_HAND, step=earlier.get_step_display())
    if not passed:
        _needed(SignOff, "note", note, "note")
    signed = SignOff.objects.create(version=turn.version, step=turn.step, passed=passed, note=note, by=by)
    record(by, "reports.sign", signed, ["step", "passed", "note"])
    return signed


def next_step(version: Version) -> Step | None:
    """Give the step whose turn it is: none when all are passed, or when one was refused."""
    signed = {each.step: each.passed for each in version.sign_offs.all()}
    if not all(signed.values()):
        return None
    return next((Step(step) for step in version.report.chain if step not in signed), None)


@operation("reports.let_through", "放行数字", "let a number through", on="version")
def let_through(*, by: Account, version: Version, number: Number, reason: str) -> Override:
    """Let a number through that the gate stops; who did, and why, stands in the published text."""
    _open(version.report)
    examined = examine(version)
    if number not in examined.blocking:
        raise Problem(NOTHING_TO_LET_THROUGH, phrase=number.phrase)
    given = Override.objects.create(
        version=version,
        passage=examined.passages[number.passage].fingerprint,
        start=number.start,
        phrase=number.phrase[:80],
        reason=_needed(Override, "reason", reason),
        by=by,
    )
    record(by, "reports.let_through", given, ["version", "phrase", "reason"])
    return given


@operation("reports.publish", "发布报告", "publish a report", on="version")
def publish(*, by: Account, version: Version, number: str) -> Publication:
    """Publish the newest version once every step is passed and the gate is clear."""
    report = _open(version.report)
    if version.pk != report.versions.latest("number").pk:
        raise Problem(NOT_ITS_TURN, step=say(Text("发布", "publication")))
    passed = {each.step for each in version.sign_offs.all() if each.passed}
    if missing := [step for step in report.chain if step not in passed]:
        raise Problem(NOT_SIGNED, step=Step(missing[0]).label)
    if blocking := examine(version).blocking:
        raise Problem(BLOCKED, n=len(blocking), phrases="、".join(each.phrase for each in blocking[:10]))
    given = _needed(Publication, "number", number, "number")
    if Publication.objects.filter(number=given).exists():
        raise Problem(NUMBER_TAKEN, field="number", number=given)
    published = Publication.objects.create(report=report, version=version, number=given, by=by)
    record(by, "reports.publish", published, ["version", "number"])
    return published
