"""Forms of memberships."""

from __future__ import annotations

from typing import Any

from django import forms

from zhiheng.core.deeds import DeedForm
from zhiheng.core.organisations.models import Industry, Size
from zhiheng.core.places.fields import DistrictField
from zhiheng.core.places.models import Level, Place
from zhiheng.core.sign_in.mobile import MobileField
from zhiheng.lines.members.forms.fields import choice, day, meeting, words
from zhiheng.lines.members.models import Membership, Representative, Tier
from zhiheng.ui.words import text

ALL = ("", text("全部", "All"))


class Filter(forms.Form):
    """Which members to list, as of which day."""

    on = day("截至日期", "As of", required=False)
    q = words("名称、会员号或代码", "Name, number or code", required=False)
    tier = choice("级别", "Tier", [ALL, *Tier.choices], required=False)
    district = forms.ModelChoiceField(
        Place.objects.filter(level=Level.DISTRICT), label=text("所在区", "District"), required=False,
        empty_label=text("全部", "All"),
    )  # fmt: skip
    industry = forms.ModelChoiceField(
        Industry.objects.all(), label=text("行业", "Industry"), required=False,
        empty_label=text("全部", "All"),
    )  # fmt: skip
    size = choice("规模", "Size", [ALL, *Size.choices], required=False)


class ChangeTier(DeedForm):
    """Another tier."""

    tier = choice("级别", "Tier", Tier.choices)
    on = day("自何日起", "From")


class End(DeedForm):
    """The end of a membership."""

    why = choice("原因", "Why", Membership.Why.choices)
    on = day("不再是会员的第一日", "The first day no longer a member")
    confirmed_at = meeting("确认会议（欠费退会必填）", "Confirmed at (needed in arrears)", required=False)


class Represent(DeedForm):
    """Somebody who speaks for a member."""

    name = words("姓名", "Name", most=60)
    mobile = words("手机号", "Mobile number", required=False, most=20)
    post = words("职务", "Position", required=False, most=60)
    on = day("自何日起", "From")


class EndRepresentation(DeedForm):
    """Somebody who no longer does."""

    representative = forms.ModelChoiceField(
        Representative.objects.none(), label=text("代表", "Representative")
    )
    on = day("不再代表的第一日", "The first day no longer")

    def about(self, record: Any) -> None:
        """Offer those who speak for the member."""
        field: Any = self.fields["representative"]
        field.queryset = record.representatives.filter(end=None).select_related("person")


class NameContact(DeedForm):
    """Who is the main contact and sees the member's own page."""

    account = words(
        "对方账号的用户名或手机号", "User name or mobile number of the account",
        help_text=text("原联系人自该日起不再能查看。", "Whoever was the contact sees nothing from then on."),
    )  # fmt: skip
    on = day("自何日起", "From")


class Invite(DeedForm):
    """Somebody who need not have an account yet."""

    name = words("姓名", "Name", most=60)
    mobile = MobileField(required=False)
    email = forms.EmailField(label=text("邮箱", "E-mail"), required=False)
    post = words("职务", "Position", required=False, most=60)
    on = day("自何日起", "From")

    def about(self, record: Any) -> None:
        """Suggest who speaks for the member."""
        named = record.representatives.filter(end=None).select_related("person").first()
        if named is not None:
            for field in ("name", "mobile", "email", "post"):
                self.initial.setdefault(field, getattr(named.person, field))


class AskCorrection(DeedForm):
    """One's own card as it stands: what is changed in it is asked for; and who else is to be the contact."""

    name = words("单位名称", "Name")
    name_en = words("英文名称", "English name", required=False, most=160)
    code = words("统一社会信用代码", "Unified social credit code", required=False, most=30)
    address = words("地址", "Address", required=False, most=200)
    district = DistrictField()
    industry = forms.ModelChoiceField(Industry.objects.all(), label=text("行业", "Industry"), required=False)
    size = choice("规模", "Size", [("", "—"), *Size.choices], required=False)
    contact_name = words(
        "改由谁任联系人", "Who is to be the contact instead", required=False, most=60,
        help_text=text("不换的不填；采纳后由其登录，您不再能查看。", "Leave it empty to stay the contact yourself."),
    )  # fmt: skip
    contact_mobile = MobileField(
        label=text("新联系人的手机号", "Mobile number of the new contact"), required=False
    )
    other = words("其他", "Something else", required=False, most=200)

    def about(self, record: Any) -> None:
        """Show what stands on the card."""
        for field in ("name", "name_en", "code", "address", "district", "industry", "size"):
            self.initial.setdefault(field, getattr(record, field))


class Settle(DeedForm):
    """What becomes of a correction."""

    accepted = choice(
        "处理", "Decision",
        [("yes", text("采纳并更正", "Take it")), ("no", text("不采纳", "Do not take it"))],
    )  # fmt: skip
    answer = words("答复（不采纳时必填）", "Answer (needed for a no)", required=False, most=200)
    on = day("名称或联系人自何日起", "A new name or contact counts from")
