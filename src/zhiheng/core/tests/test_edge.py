"""Whatever goes wrong is told on a page of ours or as JSON; the office has our sign-in; settings are checked."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import path, reverse
from story import Story

from zhiheng.config import urls
from zhiheng.core.journal.models import Line
from zhiheng.core.people.models import Account, Part, Role
from zhiheng.core.places.models import Place
from zhiheng.core.problems import (
    DEFECT,
    NO_SUCH_METHOD,
    NOT_FOR_YOU,
    NOT_THERE,
    REQUEST_LARGE,
    STALE,
    UNREADABLE,
)

BACKEND = "zhiheng.core.sign_in.backend.Passwords"


def raising(error):
    def view(_request):
        raise error

    return view


urlpatterns = [
    *urls.urlpatterns,
    path("broken/", raising(ZeroDivisionError("secret value"))),
    path("denied/", raising(PermissionDenied("secret value"))),
    path("odd/", raising(SuspiciousOperation("secret value"))),
    path("api/broken/", raising(ZeroDivisionError("secret value"))),
]
handler400, handler403, handler404, handler500 = (
    urls.handler400, urls.handler403, urls.handler404, urls.handler500,
)  # fmt: skip


@pytest.fixture
def visitor(settings, db):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "rule"),
    [("/nothing/<b>", NOT_THERE), ("/denied/", NOT_FOR_YOU), ("/odd/", UNREADABLE), ("/broken/", DEFECT)],
)
@pytest.mark.parametrize("english", [False, True])
def test_what_goes_wrong_is_told_on_a_page_of_ours_with_what_to_do(visitor, address, rule, english):
    page = visitor.get(address, headers={"accept-language": "en" if english else "zh-hans"})
    assert page.status_code == rule.status
    said = page.content.decode()
    assert (rule.remedy.en if english else rule.remedy.zh).strip() in said
    assert "<main" in said
    assert "secret value" not in said
    assert "<b>" not in said
    told = visitor.get(address, headers={"accept": "application/json"})
    assert told.status_code == rule.status
    assert set(told.json()) == {"code", "problem", "remedy"}


def test_below_the_api_everything_is_json(visitor):
    for address, rule in (("/api/nothing/", NOT_THERE), ("/api/broken/", DEFECT)):
        assert visitor.get(address).json()["code"] == rule.code


def test_an_address_that_does_not_take_a_method_says_what_to_do(visitor):
    answer = visitor.get(reverse("sign-out"))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    page = answer.content.decode()
    assert f"<title>{NO_SUCH_METHOD.breach.zh} ·" in page
    assert f'href="{reverse("home")}"' in page
    assert visitor.put("/api/v1/numbers").json()["code"] == NO_SUCH_METHOD.code


def test_a_defect_has_a_number_that_stands_in_the_log(visitor, caplog):
    said = visitor.get("/broken/", headers={"accept": "application/json"}).json()["problem"]
    assert said.split("编号 ")[1][:8] in caplog.text


def test_even_where_the_page_breaks_there_is_an_answer(visitor, settings):
    settings.ASSOCIATION = None
    answer = visitor.get("/broken/")
    assert answer.status_code == 500
    assert "编号" in answer.content.decode()


def test_a_form_without_its_token_and_one_that_is_too_large_are_told(settings, db):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("set_language"), {"language": "en"})
    assert answer.status_code == 403
    assert STALE.remedy.zh in answer.content.decode()
    answer = Client().post(reverse("sign-in"), {"login": "a" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
    assert answer.status_code == 413
    assert REQUEST_LARGE.remedy.zh in answer.content.decode()


def test_an_unknown_host_gets_nothing_of_the_house(db):
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400


# ── the office ──


@pytest.fixture
def clerk(db):
    clerk = Account.objects.create_user("clerk", "a long password", is_staff=True)
    Role.objects.create(account=clerk, line="office", part=Part.RUNS, start=dt.date(2013, 1, 1))
    return clerk


def test_the_office_is_entered_by_our_sign_in(client, clerk):
    answer = client.get("/office/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{reverse('sign-in')}?next=/office/"
    story = Story()
    for role in ("alice", "charlie", "olive"):
        story.sign_in(client, role)
        refused = client.get("/office/", follow=True)
        assert refused.status_code == 403
        assert NOT_FOR_YOU.breach.zh in refused.content.decode()


def test_the_office_asks_for_a_second_factor_where_the_house_does(client, clerk, settings):
    settings.STAFF_SECOND_FACTOR = True
    client.force_login(clerk, backend=BACKEND)
    assert client.get("/office/").headers["Location"] == reverse("mfa_activate_totp")
    TOTP.activate(clerk, generate_totp_secret())
    assert client.get("/office/").status_code == 200


def test_a_place_is_added_in_the_office_by_the_operation_and_nothing_is_changed_there(client, clerk):
    client.force_login(clerk, backend=BACKEND)
    given = {
        "code": "110101",
        "level": "district",
        "name_zh": "东城区",
        "name_en": "Dongcheng",
        "start": "2010-07-01",
    }
    client.post("/office/places/place/add/", given)
    place = Place.objects.get()
    assert Line.objects.get(verb="places.add").subject_id == place.pk
    assert "东城区" in client.get("/office/places/place/").content.decode()
    assert (
        client.post(f"/office/places/place/{place.pk}/change/", given | {"name_zh": "x"}).status_code == 403
    )
    assert client.post(f"/office/places/place/{place.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/office/organisations/industry/").status_code == 200
    assert client.get("/office/people/account/").status_code == 404


def test_not_even_a_superuser_writes_in_the_office_what_has_no_operation(client, db):
    root = Account.objects.create_superuser("root", "a long password")
    client.force_login(root, backend=BACKEND)
    page = client.get("/office/").content.decode()
    assert sorted(set(re.findall(r"/office/(\w+/\w+)/", page))) == ["organisations/industry", "places/place"]
    assert client.get("/office/account/emailaddress/").status_code == 404
    assert client.get("/office/password_change/").headers["Location"] == reverse("account_change_password")


def test_who_may_enter_the_office_and_not_add_does_not(client, db):
    reader = Account.objects.create_user("reader", is_staff=True)
    client.force_login(reader, backend=BACKEND)
    assert client.get("/office/places/place/").status_code == 200
    assert client.get("/office/places/place/add/").status_code == 403


# ── settings ──

PRODUCTION = {
    "ZHIHENG_MODE": "production",
    "ZHIHENG_SECRET_KEY": "".join(f"{n:02x}" for n in range(40)),
    "ZHIHENG_PUBLIC_URL": "https://zhiheng.example.org",
    "ZHIHENG_HOSTS": "zhiheng.example.org",
    "ZHIHENG_MAIL": "smtps://user:word@mail.example.org",
    "ZHIHENG_MOBILE_SIGN_IN": "no",
}


def run(program, **changed):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHIHENG_")}
    given = {name: value for name, value in (PRODUCTION | changed).items() if value is not None}
    return subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", program],
        env=kept | given,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ZHIHENG_MODE", "live", "must be one of development, demo, production"),
        ("ZHIHENG_SECRET_KEY", None, "must be set in production"),
        ("ZHIHENG_SECRET_KEY", "short", "50 characters or more"),
        ("ZHIHENG_PUBLIC_URL", "http://zhiheng.example.org", "must be https://HOST"),
        ("ZHIHENG_MAIL", None, "must be smtp://"),
        ("ZHIHENG_MOBILE_SIGN_IN", "yes", "needs ZHIHENG_SMS_GATEWAY"),
        ("ZHIHENG_SIGN_UP", "maybe", "must be one of yes, no"),
        ("ZHIHENG_PROXIES", "-1", "must be a whole number"),
        ("ZHIHENG_JOBS", "never", "must be one of worker, at_once"),
        ("ZHIHENG_DATABASE", "mysql://x", "must be sqlite:///FILE or postgresql://"),
    ],
)
def test_a_bad_setting_stops_the_start_and_names_the_legal_values(name, value, said):
    ended = run("import zhiheng.config.settings", **{name: value})
    assert ended.returncode != 0
    assert name in ended.stderr
    assert said in ended.stderr
    assert "user:word" not in ended.stderr


def test_django_has_nothing_against_the_way_production_is_set_up(tmp_path):
    ended = run(
        "import sys; sys.argv = ['x', 'check', '--deploy', '--fail-level', 'WARNING']\n"
        "from zhiheng.config.command_line import main; main()",
        ZHIHENG_DATA=str(tmp_path),
    )
    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout + ended.stderr


@pytest.mark.django_db
def test_every_page_has_the_headers_that_keep_it_in_its_place(client):
    headers = client.get("/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    for said in ("script-src 'self'", "style-src 'self'", "object-src 'none'", "frame-ancestors 'none'"):
        assert said in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_tidy_forgets_who_asked_how_often_and_the_devices_of_ended_sessions(client):
    alice = Account.objects.create_user("alice", "a long password")
    client.post("/sign-in/", {"login": "alice", "password": "a long password"})
    assert UserSession.objects.filter(user=alice).exists()
    cache.set("no-more", 1, timeout=60)
    cache.set("still", 1, timeout=60)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE shared_cache SET expires = '2001-01-01 00:00:00' WHERE cache_key LIKE '%no-more%'"
        )
    call_command("tidy")
    assert UserSession.objects.filter(user=alice).exists()
    assert cache.get("still") == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM shared_cache WHERE cache_key LIKE '%no-more%'")
        assert cursor.fetchone() == (0,)
    Session.objects.all().delete()
    call_command("tidy")
    assert not UserSession.objects.exists()
