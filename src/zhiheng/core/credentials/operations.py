"""Writes to credentials."""

from __future__ import annotations

import datetime as dt

from zhiheng.core.credentials.models import Credential
from zhiheng.core.credentials.problems import WITHDRAWN
from zhiheng.core.operations import operation, record
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people.models import Account, Person
from zhiheng.core.problems import Problem
from zhiheng.ui.words import Text


@operation("credentials.issue", "签发证书", "issue a credential", on="line")
def issue(
    *,
    by: Account,
    line: str,
    title: Text,
    holder: Person | Organisation,
    start: dt.date,
    end: dt.date | None = None,
    number: str = "",
) -> Credential:
    """Issue a credential that is valid from `start` until `end` (the first day no longer; none: until withdrawn)."""
    credential = Credential(
        line=line,
        title_zh=title.zh,
        title_en=title.en,
        number=number.strip(),
        person=holder if isinstance(holder, Person) else None,
        organisation=holder if isinstance(holder, Organisation) else None,
        start=start,
        end=end,
    )
    credential.full_clean(exclude=["digest"])
    credential.save()
    record(
        by,
        "credentials.issue",
        credential,
        ["line", "title", "number", "person", "organisation", "start", "end"],
    )
    return credential


@operation("credentials.withdraw", "撤销证书", "withdraw a credential", on="credential")
def withdraw(*, by: Account, credential: Credential, on: dt.date) -> Credential:
    """Withdraw it from a day on; who looks it up sees that it was."""
    if credential.withdrawn_on:
        raise Problem(WITHDRAWN, on=credential.withdrawn_on)
    credential.withdrawn_on = on
    credential.save(update_fields=["withdrawn_on"])
    record(by, "credentials.withdraw", credential, ["withdrawn_on"])
    return credential
