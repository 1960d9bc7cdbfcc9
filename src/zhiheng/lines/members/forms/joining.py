"""Forms of applications."""

from __future__ import annotations

from typing import Any

from django import forms

from zhiheng.core.deeds import DeedForm
from zhiheng.core.organisations.models import LEGAL_PERSONS, Industry, Kind, Size
from zhiheng.core.places.fields import DistrictField
from zhiheng.lines.members.forms.fields import choice, day, words
from zhiheng.lines.members.models import Requirement, Tier
from zhiheng.ui.words import text


class Lookup(forms.Form):
    """Which company: by its code, or by name where it has none."""

    code = words(
        "统一社会信用代码", "Unified social credit code", required=False, most=30,
        help_text=text("18 位；空格和连字符可有可无。", "18 characters; spaces and hyphens do not matter."),
    )  # fmt: skip
    name = words("或单位名称", "Or the name", required=False)


class NewCard(DeedForm):
    """A card for a company that has none, and its application."""

    name = words("单位名称", "Name", help_text=text("与营业执照一致", "As on the licence"))
    kind = choice("类型", "Kind", [(kind.value, kind.label) for kind in LEGAL_PERSONS], initial=Kind.COMPANY)
    code = words("统一社会信用代码", "Unified social credit code", required=False, most=30)
    no_code_reason = words("没有代码的原因", "Why there is no code", required=False)
    district = DistrictField()
    industry = forms.ModelChoiceField(Industry.objects.all(), label=text("行业", "Industry"), required=False)
    size = choice("规模", "Size", [("", "—"), *Size.choices], required=False)


class Apply(DeedForm):
    """An application of a card that is there."""

    tier = choice("申请级别", "Tier", Tier.choices)
    on = day("受理日期", "Received on")
    contact_name = words("联系人", "Contact", required=False, most=60)
    contact_mobile = words("手机号", "Mobile number", required=False, most=20)
    contact_post = words("职务", "Position", required=False, most=60)


class ApplyOwn(Apply):
    """An application of one's own company: it is received today, whatever is asked for today."""

    on = None  # type: ignore[assignment]  # a field of the form above is left out


class ApplyNew(Apply, NewCard):
    """Both at once."""

    field_order = [*NewCard.base_fields, *Apply.base_fields]  # noqa: RUF012 - Django's own shape


class Met(DeedForm):
    """What an application brought."""

    met = forms.ModelMultipleChoiceField(
        Requirement.objects.none(),
        label=text("已收到并核对", "Received and checked"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def about(self, record: Any) -> None:
        """Offer what was asked on the day it was received."""
        field: Any = self.fields["met"]
        field.queryset = Requirement.objects.as_of(record.received_on)
        self.initial["met"] = list(record.met.values_list("pk", flat=True))


class Approve(DeedForm):
    """From when a member."""

    on = day("批准日期（会籍起始）", "Approved on (membership begins)")


class Decline(DeedForm):
    """Why not."""

    on = day("决定日期", "Decided on")
    reason = words("理由（申请单位可见）", "Reason (the applicant reads it)", most=200)


class Require(DeedForm):
    """One more thing to bring."""

    name_zh = words("材料名称", "Chinese name", most=60)
    name_en = words("英文名称", "English name", most=80)
    start = day("自何日起要求", "Asked from")
