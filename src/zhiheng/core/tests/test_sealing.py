"""Secrets of second factors: unreadable in the database, readable after the key was changed, never empty."""

from __future__ import annotations

import json
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from zhiheng.core.people.models import Account
from zhiheng.core.problems import Problem
from zhiheng.core.sign_in.problems import SEALED
from zhiheng.core.sign_in.sealing import seal, seal_again, unseal

pytestmark = pytest.mark.django_db
OLD, NEW = "an old key, long enough", "a new key, long enough"


@pytest.fixture
def alice(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    return Account.objects.create_user("alice", "a long password")


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        return json.dumps([str(row) for row in cursor.fetchall()])


def test_what_lies_in_the_database_tells_no_secret(alice):
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    RecoveryCodes.activate(alice)
    seed = unseal(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).data["seed"])
    assert len(seed) == 80
    assert secret not in rows()
    assert seed not in rows()
    assert seal("x") != seal("x")


def test_a_changed_key_reads_with_the_old_one_and_tidy_seals_with_the_new(alice, settings, capsys):
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    kept = Authenticator.objects.get()
    assert unseal(kept.data["secret"]) == secret
    call_command("tidy")
    assert "second factors sealed again: 1" in capsys.readouterr().out
    settings.SECRET_KEY_FALLBACKS = []
    kept.refresh_from_db()
    assert unseal(kept.data["secret"]) == secret
    assert seal_again() == 0


def test_what_lay_open_before_still_opens_and_is_sealed_by_tidy(alice):
    secret = generate_totp_secret()
    kept = Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": secret})
    assert unseal(kept.data["secret"]) == secret
    assert seal_again() == 1
    assert secret not in rows()


def test_a_lost_key_lets_nobody_in_and_says_whom_to_tell(alice, settings, client):
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    settings.SECRET_KEY = NEW
    with pytest.raises(Problem) as refused:
        unseal(Authenticator.objects.get().data["secret"])
    assert refused.value.rule is SEALED
    assert seal_again() == 0
    client.post(reverse("sign-in"), {"login": "alice", "password": "a long password"})
    for code in ("000000", format_hotp_value(hotp_value(secret, int(time.time()) // 30))):
        answer = client.post(reverse("mfa_authenticate"), {"code": code})
        assert answer.status_code == 503
        assert "两步验证的密钥" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_with_the_key_one_comes_in(alice, client):
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    client.post(reverse("sign-in"), {"login": "alice", "password": "a long password"})
    now = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    client.post(reverse("mfa_authenticate"), {"code": now})
    assert client.session["_auth_user_id"] == str(alice.pk)
