"""What members are told: by message to the contacts of the organisation, or to a person named."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from zhiheng.core.messages.operations import MAIL_AND_SMS, Words, send
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Account, Person
from zhiheng.core.people.operations import contacts
from zhiheng.ui.words import Text

APPROVED: Final = Words(
    Text("入会申请已批准", "Your application was approved"),
    Text(
        "{name}自{on}起为本会会员，会员号{number}。",
        "{name} is a member from {on} on; its number is {number}.",
    ),
    MAIL_AND_SMS,
)
COME_IN: Final = Text(
    "请用{way}登录，查看本单位的会籍、会费和活动，为同事报名。",
    "Sign in {way} to see its membership, dues and gatherings, and to register colleagues.",
)
BY_CODE: Final = Text("此手机号收验证码", "by a code sent to this mobile number")
BY_MAIL: Final = Text(
    "用户名 {0} 和经“忘记密码”设置的密码",
    "as {0}, with a password that you set by “forgotten password”",
)
WELCOME: Final = Words(
    APPROVED.title,
    Text(
        f"{APPROVED.body.zh}您是其联系人，{COME_IN.zh}",
        f"{APPROVED.body.en} You are its contact. {COME_IN.en}",
    ),
    MAIL_AND_SMS,
    must=True,
)
INVITED: Final = Words(
    Text("您是{name}的会员联系人", "You are the contact of {name}"),
    Text(
        f"您自{{on}}起是会员单位{{name}}（会员号{{number}}）的联系人，{COME_IN.zh}",
        f"From {{on}} on you are the contact of {{name}} (number {{number}}). {COME_IN.en}",
    ),
    MAIL_AND_SMS,
    must=True,
)
DECLINED: Final = Words(
    Text("入会申请未获批准", "Your application was not approved"),
    Text("{name}的入会申请未获批准：{reason}", "The application of {name} was not approved: {reason}"),
)
REMINDED: Final = Words(
    Text("会费缴纳提醒", "Dues to be paid"),
    Text(
        "截至{on}，{name}（会员号{number}）尚有{owed}元会费到期未缴，请及时缴纳。",
        "On {on}, {owed} yuan of dues of {name} (number {number}) were due and not paid.",
    ),
    MAIL_AND_SMS,
)


def tell(
    *, by: Account, organisation: Organisation, words: Words, else_to: Person | None = None, **values: object
) -> int:
    """Tell the contacts of an organisation; where it has none, `else_to`. Give how many were told."""
    found = contacts(organisation).as_of(timezone.localdate()).select_related("account__person")
    told: list[Account | Person] = [role.account for role in found]
    if not told and else_to and not else_to.erased_at:
        told = [else_to]
    for to in told:
        send(by=by, to=to, words=words, values={"name": organisation.name, **values}, link="/members/own/")
    return len(told)
