"""Who gets the addresses of the ground."""

from __future__ import annotations

import datetime as dt

import rules
from access import EVERYBODY, SIGNED_IN, Access
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password

from zhiheng.core.credentials import operations as credentials
from zhiheng.core.files import operations as files
from zhiheng.core.files.kinds import CSV
from zhiheng.core.permissions import OFFICE
from zhiheng.ui.words import Text

HASHED = make_password("a long password")
PAPER = files.Purpose("tests.paper", kinds=frozenset({CSV}))
for verb in ("keep", "read", "delete"):
    if not rules.perm_exists(f"tests.paper.{verb}"):
        rules.add_perm(f"tests.paper.{verb}", OFFICE)


def paper(story):
    return (files.keep(by=story.by, purpose=PAPER, content="秘密".encode(), name="a.csv").token,)


def certificate(story):
    issued = credentials.issue(
        by=story.by, line="members", title=Text("会员", "Member"), holder=story.own, start=dt.date(2013, 1, 1)
    )
    return (issued.code,)


def with_password(story):
    """Everybody has a password."""
    for account in filter(None, story.accounts.values()):
        account.password = HASHED
        account.save()
    return ()


def with_second_factor(story):
    """Everybody has an authenticator app and recovery codes."""
    for account in filter(None, story.accounts.values()):
        TOTP.activate(account, generate_totp_secret())
        RecoveryCodes.activate(account)
    return with_password(story)


ACCESS = {
    "file": Access(frozenset({"olive"}), paper),
    "check": Access(EVERYBODY),
    "check-code": Access(EVERYBODY, certificate),
    "inbox": Access(SIGNED_IN),
    "read-messages": Access(SIGNED_IN, method="POST"),
    "prefer-messages": Access(SIGNED_IN, method="POST"),
    "sent-messages": Access(frozenset({"olive"})),
    "jobs": Access(SIGNED_IN),
    # coming in
    "sign-in": Access(EVERYBODY),
    "account_login": Access(EVERYBODY),
    "account_request_login_code": Access(EVERYBODY),
    "account_confirm_login_code": Access(EVERYBODY, status=302),  # nothing to confirm
    "account_inactive": Access(EVERYBODY),
    "mfa_authenticate": Access(EVERYBODY, status=302),
    "sign-out": Access(EVERYBODY, status=405),
    "account_logout": Access(EVERYBODY, status=405),
    "account_signup": Access(EVERYBODY),
    "account_reset_password": Access(EVERYBODY),
    "account_confirm_password_reset_code": Access(EVERYBODY, status=302),
    "account_complete_password_reset": Access(EVERYBODY, status=302),
    "account_password_reset_completed": Access(EVERYBODY),
    "account_email_verification_sent": Access(EVERYBODY),
    "account_confirm_email": Access(EVERYBODY, lambda _: ("unknown",)),
    # one's own account
    "account": Access(SIGNED_IN),
    "account_reauthenticate": Access(SIGNED_IN, with_password),
    "mfa_reauthenticate": Access(SIGNED_IN, with_second_factor),
    "account_email": Access(SIGNED_IN),
    "account_change_password": Access(SIGNED_IN, with_password),
    "account_set_password": Access(SIGNED_IN),
    "account_change_phone": Access(SIGNED_IN),
    "account_verify_phone": Access(SIGNED_IN, status=302),
    "usersessions_list": Access(SIGNED_IN),
    "mfa_index": Access(SIGNED_IN),
    "mfa_activate_totp": Access(SIGNED_IN),
    "mfa_deactivate_totp": Access(SIGNED_IN, with_second_factor, status=302),
    "mfa_view_recovery_codes": Access(SIGNED_IN, with_second_factor, status=302),
    "mfa_generate_recovery_codes": Access(SIGNED_IN),
    "mfa_download_recovery_codes": Access(SIGNED_IN, with_second_factor, status=302),
}
