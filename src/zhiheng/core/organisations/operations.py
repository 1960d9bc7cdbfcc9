"""Writes to organisations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from zhiheng.core.operations import operation, record
from zhiheng.core.organisations import codes
from zhiheng.core.organisations.credits import ALWAYS, below, rebuild
from zhiheng.core.organisations.models import Belonging, Industry, Kind, Name, Organisation, Selection
from zhiheng.core.organisations.problems import CYCLE, MERGED, NO_CODE_NO_REASON, SAME_CODE
from zhiheng.core.people.models import Account
from zhiheng.core.places.models import Place
from zhiheng.core.problems import BACKWARDS, EMPTY, Problem


def _code(code: str, reason: str, own: int = 0) -> str:
    if not code.strip():
        if not reason.strip():
            raise Problem(NO_CODE_NO_REASON, field="code")
        return ""
    kept = codes.read(code)
    if other := Organisation.objects.canonical().filter(code=kept).exclude(pk=own).first():
        raise Problem(SAME_CODE, field="code", code=kept, name=other.name)
    return kept


@operation("organisations.add", "登记单位", "add an organisation")
def add(
    *,
    by: Account,
    kind: Kind,
    name: str,
    since: dt.date = ALWAYS,
    name_en: str = "",
    code: str = "",
    no_code_reason: str = "",
    district: Place | None = None,
    industry: Industry | None = None,
    size: str = "",
    parent: Organisation | None = None,
) -> Organisation:
    """Open the card of a node, under `parent` from `since` on. Branches and teams need no code."""
    if not name.strip():
        raise Problem(EMPTY, field="name", what="名称")
    if kind in {Kind.BRANCH, Kind.TEAM} and not code:
        no_code_reason = no_code_reason or "非独立法人"
    card = Organisation(
        kind=kind, name=name.strip(), name_en=name_en.strip(), code=_code(code, no_code_reason),
        no_code_reason="" if code.strip() else no_code_reason.strip(), district=district, industry=industry, size=size,
    )  # fmt: skip
    card.full_clean()
    card.save()
    Name.objects.create(organisation=card, name=card.name, start=since)
    if parent:
        Belonging.objects.create(child=card, parent=parent, start=since)
    rebuild([card.pk])
    record(
        by,
        "organisations.add",
        card,
        ["kind", "name", "name_en", "code", "no_code_reason", "district", "industry", "size", "parent"],
    )
    return card


@operation("organisations.rename", "单位更名", "rename an organisation")
def rename(
    *, by: Account, organisation: Organisation, name: str, on: dt.date, name_en: str = ""
) -> Organisation:
    """Give a new name from `on` on; the old one keeps its days."""
    if not name.strip():
        raise Problem(EMPTY, field="name", what="名称")
    last = organisation.names.order_by("-start").first()
    if last and on <= last.start:
        raise Problem(BACKWARDS, field="on", start=last.start, end=on)
    organisation.names.filter(end=None).update(end=on)
    Name.objects.create(organisation=organisation, name=name.strip(), start=on)
    organisation.name, organisation.name_en = name.strip(), name_en.strip()
    organisation.full_clean()
    organisation.save(update_fields=["name", "name_en"])
    record(by, "organisations.rename", organisation, ["name", "name_en"])
    return organisation


@operation("organisations.place_under", "调整隶属关系", "place under another node")
def place_under(
    *, by: Account, child: Organisation, parent: Organisation | None, on: dt.date
) -> Organisation:
    """From `on` on `child` belongs to `parent`, or to none; what it belonged to before ends that day."""
    if parent and parent.pk in below([child.pk]):
        raise Problem(CYCLE, field="parent", child=child.name, parent=parent.name)
    child.belongings.cut(on)
    if parent:
        Belonging.objects.create(child=child, parent=parent, start=on)
    rebuild([child.pk])
    record(by, "organisations.place_under", child, ["parent", "start"])
    return child


@operation("organisations.merge", "合并单位卡片", "merge two cards of one company")
def merge(*, by: Account, card: Organisation, into: Organisation) -> Organisation:
    """Say that `card` is the same company as `into`. No record is moved; both count as `into`, for every day."""
    if into.merged_into:
        raise Problem(MERGED, field="into", name=into.name, into=into.merged_into.name)
    if card.merged_into:
        raise Problem(MERGED, field="card", name=card.name, into=card.merged_into.name)
    if into.pk in below([card.pk]):
        raise Problem(CYCLE, field="into", child=card.name, parent=into.name)
    card.merged_into = into
    card.save(update_fields=["merged_into"])
    rebuild([card.pk])
    record(by, "organisations.merge", card, ["merged_into"])
    return into


@operation("organisations.part", "撤销合并", "undo a merge")
def part(*, by: Account, card: Organisation) -> Organisation:
    """Undo a merge: `card` counts for itself again."""
    card.merged_into = None
    card.full_clean()
    card.save(update_fields=["merged_into"])
    rebuild([card.pk])
    record(by, "organisations.part", card, ["merged_into"])
    return card


@operation("organisations.correct", "更正单位资料", "correct a card")
def correct(
    *,
    by: Account,
    organisation: Organisation,
    code: str | None = None,
    no_code_reason: str | None = None,
    district: Place | None = None,
    industry: Industry | None = None,
    size: str | None = None,
    name_en: str | None = None,
    address: str | None = None,
) -> Organisation:
    """Correct what was written down wrongly; what is left out stays."""
    changed: list[str] = []
    if code is not None or no_code_reason is not None:
        reason = organisation.no_code_reason if no_code_reason is None else no_code_reason
        organisation.code = _code(organisation.code if code is None else code, reason, organisation.pk)
        organisation.no_code_reason = "" if organisation.code else reason
        changed += ["code", "no_code_reason"]
    if district is not None:
        organisation.district = district
        changed.append("district")
    if industry is not None:
        organisation.industry = industry
        changed.append("industry")
    for field, given in (("size", size), ("name_en", name_en), ("address", address)):
        if given is not None:
            setattr(organisation, field, given.strip())
            changed.append(field)
    organisation.full_clean()
    organisation.save()
    record(by, "organisations.correct", organisation, changed)
    return organisation


@operation("organisations.select", "保存单位名单", "save a list of organisations")
def select(
    *, by: Account, name: str, organisations: Iterable[Organisation], on: dt.date, how: str = ""
) -> Selection:
    """Save a dated list; cards that were merged stand in it as the card they were merged into."""
    selection = Selection.objects.create(name=name, taken_on=on, how=how)
    selection.organisations.set({card.merged_into_id or card.pk for card in organisations})
    record(by, "organisations.select", selection, ["name", "taken_on", "how", "organisations"])
    return selection
