"""Forms of applications written on the public page."""

from __future__ import annotations

from typing import Any

from django import forms

from zhiheng.core.deeds import DeedForm
from zhiheng.core.organisations.models import LEGAL_PERSONS, Kind, Organisation
from zhiheng.core.pages import picked
from zhiheng.core.places.fields import DistrictField
from zhiheng.core.sign_in.mobile import MobileField
from zhiheng.lines.members.forms.fields import choice, day, words
from zhiheng.ui.words import text

CANDIDATES = 8


class Join(forms.Form):
    """Which company, and who speaks for it."""

    name = words("单位名称", "Name of the company", help_text=text("与营业执照一致", "As on the licence"))
    kind = choice("类型", "Kind", [(kind.value, kind.label) for kind in LEGAL_PERSONS], initial=Kind.COMPANY)
    code = words(
        "统一社会信用代码", "Unified social credit code", required=False, most=30,
        help_text=text("18 位；空格和连字符可有可无。", "18 characters; spaces and hyphens do not matter."),
    )  # fmt: skip
    no_code_reason = words(
        "没有代码的原因", "Why there is no code", required=False,
        help_text=text("有代码的不填。", "Leave it empty where there is a code."),
    )  # fmt: skip
    district = DistrictField()
    contact_name = words("联系人姓名", "Name of the contact", most=60)
    contact_mobile = MobileField(
        label=text("联系人手机号", "Mobile number of the contact"),
        help_text=text("批准后用它收验证码登录。", "After approval it receives the codes to sign in with."),
    )
    contact_email = forms.EmailField(label=text("邮箱", "E-mail"), required=False)
    contact_post = words("职务", "Position", required=False, most=60)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, kind in (
            ("name", "organization"),
            ("contact_name", "name"),
            ("contact_post", "organization-title"),
        ):
            self.fields[name].widget.attrs["autocomplete"] = kind
        self.fields["contact_email"].widget.attrs["autocomplete"] = "email"


def likely(record: Any) -> list[Organisation]:
    """Give the cards that it may be of: the one with its code, or those with its name."""
    rows = Organisation.objects.canonical().filter(kind__in=LEGAL_PERSONS)
    if record.code and (same := list(rows.filter(code=record.code))):
        return same
    return list(rows.search(record.name)[:CANDIDATES])


class Receive(DeedForm):
    """Whose card it is."""

    card = choice("卡片", "Card", [], required=False, widget=forms.RadioSelect)
    name = words(
        "新卡片的单位名称", "Name on a new card", required=False,
        help_text=text("请与执照核对。", "Compare it with the licence."),
    )  # fmt: skip
    on = day("受理日期", "Received on")

    def about(self, record: Any) -> None:
        """Offer the cards that it may be of; one with its code, or of its very name, is chosen."""
        cards, field = likely(record), self.fields["card"]
        same = bool(record.code) and any(card.code == record.code for card in cards)
        choices: list[Any] = [
            (str(card.pk), f"{card.name} {card.code or card.no_code_reason}") for card in cards
        ]
        if not same:
            choices.append(("", text("新建卡片", "Open a new card")))
        if same:
            del self.fields["name"]
        else:
            self.fields["name"].initial = record.name
        field.required = same
        field.choices = choices  # type: ignore[attr-defined]
        field.initial = next((str(card.pk) for card in cards if same or card.name == record.name), "")

    def clean_card(self) -> Organisation | None:
        """Give the card that was chosen."""
        return picked(Organisation.objects.all(), self.cleaned_data["card"])


class TurnAway(DeedForm):
    """Why not."""

    on = day("决定日期", "Decided on")
    reason = words("理由（申请单位可见）", "Reason (the applicant reads it)", most=200)
