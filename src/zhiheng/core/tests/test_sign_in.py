"""Coming in: by password, by a code, with a second factor; a stranger learns nothing of who has an account."""

from __future__ import annotations

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils.module_loading import import_string
from story import Story

from zhiheng.core.journal.models import Line
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Person, masked
from zhiheng.core.problems import REFUSED, Problem
from zhiheng.core.sign_in.adapter import OUTGOING
from zhiheng.core.sign_in.mobile import read

pytestmark = pytest.mark.django_db
PASSWORD, MOBILE = "a rather long password", "13800001234"
SENT: list[tuple[str, str]] = []
PAGES = ["account", "account_email", "account_change_phone", "account_change_password", "mfa_index"]
PAGES += ["mfa_activate_totp", "usersessions_list", "sign-in", "account_signup", "account_reset_password"]
PAGES += ["account_request_login_code", "account_reauthenticate"]


class Recorder:
    def send(self, mobile, text):
        SENT.append((mobile, text))


class Broken:
    def send(self, mobile, _text):
        raise OSError(f"no line to {mobile}")


@pytest.fixture(autouse=True)
def _outgoing(settings):
    settings.SMS_GATEWAY = f"{__name__}.Recorder"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    SENT.clear()
    cache.clear()


@pytest.fixture
def alice():
    return Account.objects.create_user(
        "alice", PASSWORD, mobile=MOBILE, mobile_verified=True, email="alice@example.org"
    )


def flush():
    """Wait until what was going out has gone."""
    OUTGOING.submit(int).result()


def code():
    flush()
    said = SENT[-1][1] if SENT else mail.outbox[-1].body
    return re.search(r"\d{6}", said)[0]


def sign_in(client, password=PASSWORD, name="alice"):
    return client.post(reverse("sign-in"), {"login": name, "password": password})


def confirm(client):
    """Say the password once more, as is asked before something that matters."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def signed_in(client):
    return "_auth_user_id" in client.session


def without_form_tokens(page):
    return re.sub(r'name="csrf(middlewaretoken" value|" content)="\w+"', "", page.content.decode())


def test_a_password_is_kept_so_that_guessing_is_dear():
    # the tests themselves keep it cheaply (conftest.py); what a site does stands in its settings
    [first, *_] = import_string("zhiheng.config.settings.PASSWORD_HASHERS")
    kept = import_string(first)().encode("a long password", "salt-of-this-test")
    assert kept.startswith("argon2$argon2id$")


def test_one_comes_in_by_name_in_any_case_and_by_mobile_with_the_password(client, alice):
    for name in ("alice", "ALICE", MOBILE, "+86 138-0000-1234"):
        assert sign_in(client, name=name).status_code == 302
        assert signed_in(client)
        client.logout()


def test_the_key_of_a_session_changes_when_one_comes_in(client, alice):
    client.post(reverse("set_language"), {"language": "en"})
    client.session["planted"] = 1
    session = client.session
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    sign_in(client)
    assert signed_in(client)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("name", "address"),
    [("alice", "desk"), ("dana", "members:own"), ("charlie", "home")],
)
def test_who_comes_in_begins_where_their_work_is(client, name, address):
    account = Story().accounts[name]
    account.set_password(PASSWORD)
    account.save()
    answer = client.post(reverse("sign-in"), {"login": name, "password": PASSWORD})
    assert answer.headers["Location"] == reverse(address)
    page = client.get(reverse("home")).content.decode()
    assert (f'href="{reverse("members:own")}"' in page) is (name == "dana")


def test_where_one_wanted_to_go_is_kept_and_no_way_out_of_the_house(client, alice):
    for asked, goes in (("/account/", "/account/"), ("https://evil.example/", "/"), ("//evil.example", "/")):
        answer = client.post(
            f"{reverse('sign-in')}?next={asked}", {"login": "alice", "password": PASSWORD, "next": asked}
        )
        assert answer.headers["Location"] == goes
        client.logout()


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(client, alice):
    known = sign_in(client, "wrong")
    unknown = sign_in(client, "wrong", "nobody")
    by_mobile, by_none = (sign_in(client, "wrong", name) for name in (MOBILE, "13900000000"))
    pages = {
        without_form_tokens(page).replace(name, "")
        for page, name in (
            (known, "alice"),
            (unknown, "nobody"),
            (by_mobile, MOBILE),
            (by_none, "13900000000"),
        )
    }
    assert len(pages) == 1
    assert {known.status_code, unknown.status_code, by_mobile.status_code} == {200}
    assert "用户名或密码不对" in pages.pop()


def test_after_five_wrong_passwords_the_right_one_waits(client, alice):
    for _ in range(5):
        sign_in(client, "wrong")
    sign_in(client)
    assert not signed_in(client)


def test_many_requests_from_one_address_wait_on_a_page_of_ours(client, alice):
    answers = [sign_in(client, "wrong", f"nobody{n}") for n in range(31)]
    assert answers[-1].status_code == 429
    assert "稍后" in answers[-1].content.decode()


def test_one_comes_in_by_a_code_that_was_sent(client, alice):
    assert client.post(reverse("account_request_login_code"), {"phone": MOBILE}).status_code == 302
    assert code() in SENT[0][1]
    assert "示例市质量协会" in SENT[0][1]
    assert SENT[0][0] == MOBILE
    client.post(reverse("account_confirm_login_code"), {"code": "000000" if code() != "000000" else "1"})
    assert not signed_in(client)
    client.post(reverse("account_confirm_login_code"), {"code": code()})
    assert signed_in(client)


def test_a_number_without_account_gets_the_same_pages_and_no_code(client, alice):
    shown = []
    for number in (MOBILE, "13900000000"):
        asked = client.post(reverse("account_request_login_code"), {"phone": number})
        page = client.get(asked.headers["Location"])
        wrong = client.post(asked.headers["Location"], {"code": "1"})
        shown.append(
            [asked.status_code, asked.headers["Location"]]
            + [without_form_tokens(each).replace(number, "") for each in (page, wrong)]
        )
        client.cookies.clear()
    flush()
    assert shown[0] == shown[1]
    assert [number for number, _ in SENT] == [MOBILE]


def test_a_code_ends_after_three_wrong_ones(client, alice):
    client.post(reverse("account_request_login_code"), {"phone": MOBILE})
    right = code()
    for _ in range(3):
        client.post(reverse("account_confirm_login_code"), {"code": "x"})
    client.post(reverse("account_confirm_login_code"), {"code": right})
    assert not signed_in(client)


def test_a_gateway_that_fails_shows_nothing_and_names_nobody(client, alice, settings, caplog):
    settings.SMS_GATEWAY = f"{__name__}.Broken"
    answer = client.post(reverse("account_request_login_code"), {"phone": MOBILE})
    flush()
    assert answer.headers["Location"] == reverse("account_confirm_login_code")
    assert "not sent: OSError" in caplog.text
    assert MOBILE not in caplog.text


def test_a_forgotten_password_is_set_anew_by_a_code_sent_by_mail(client, alice):
    shown = []
    for address in ("alice@example.org", "nobody@example.org"):
        asked = client.post(reverse("account_reset_password"), {"email": address})
        page = client.get(asked.headers["Location"])
        shown.append([asked.headers["Location"], without_form_tokens(page).replace(address, "")])
        flush()
        if address.startswith("nobody"):
            break
        assert mail.outbox[0].to == [address]
        assert "testserver" not in mail.outbox[0].body
        client.post(asked.headers["Location"], {"code": code()})
        client.post(
            reverse("account_complete_password_reset"),
            {"password1": "another long one", "password2": "another long one"},
        )
        assert sign_in(client, "another long one").status_code == 302
        assert signed_in(client)
        client.logout()
    assert shown[0] == shown[1]
    assert Line.objects.filter(verb="people.change_password", by=alice).count() == 1


def test_anybody_opens_a_plain_account_and_gets_no_role_by_it(client):
    given = {
        "username": "Newcomer",
        "phone": "138 0000 9999",
        "email": "",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    asked = client.post(
        reverse("account_signup"), given | {"is_staff": "on", "is_superuser": "on", "roles": "1"}
    )
    assert asked.headers["Location"] == reverse("account_verify_phone")
    assert not signed_in(client)
    client.post(reverse("account_verify_phone"), {"code": code()})
    assert signed_in(client)
    made = Account.objects.get(username="newcomer")
    assert (made.mobile, made.mobile_verified) == ("13800009999", True)
    assert (made.is_staff, made.is_superuser, made.roles.count()) == (False, False, 0)
    assert "13800009999" not in str(list(Line.objects.values_list()))


@pytest.mark.parametrize("name", ["system", "System", "erased-7", "13800000000", "ab", "alice", "ALICE"])
def test_names_that_would_mislead_are_refused(client, alice, name):
    given = {"username": name, "phone": "", "email": "", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), given)
    assert not signed_in(client)
    assert Account.objects.exclude(username="system").count() == 1


def test_a_mobile_number_that_has_an_account_is_not_given_away_at_sign_up(client, alice):
    shown = []
    for number in (MOBILE, "13900000000"):
        given = {
            "username": f"new{number[1]}",
            "phone": number,
            "email": "",
            "password1": PASSWORD,
            "password2": PASSWORD,
        }
        asked = client.post(reverse("account_signup"), given)
        shown.append(asked.headers["Location"])
        client.cookies.clear()
    assert shown[0] == shown[1] == reverse("account_verify_phone")
    assert Account.objects.filter(mobile=MOBILE).get() == alice


def test_where_the_house_opens_accounts_itself_nobody_else_does(client, settings):
    settings.SIGN_UP = False
    given = {"username": "newcomer", "password1": PASSWORD, "password2": PASSWORD}
    assert "不开放注册" in client.get(reverse("account_signup")).content.decode()
    client.post(reverse("account_signup"), given)
    assert not Account.objects.filter(username="newcomer").exists()


def now_code(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_with_a_second_factor_the_password_alone_does_not_let_in(client, alice):
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    answer = sign_in(client)
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert not signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert not signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": now_code(secret)})
    assert signed_in(client)


def test_a_second_factor_is_set_up_on_a_page_and_its_recovery_codes_work_once(client, alice):
    sign_in(client)
    assert client.get(reverse("mfa_activate_totp")).status_code == 302
    confirm(client)
    page = client.get(reverse("mfa_activate_totp"))
    assert "data:image/svg+xml" in page.content.decode()
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": now_code(secret)})
    assert Authenticator.objects.filter(user=alice, type=Authenticator.Type.TOTP).exists()
    codes = re.findall(r"\b\d{8}\b", client.get(reverse("mfa_view_recovery_codes")).content.decode())
    assert len(codes) == 10
    for right in (True, False):
        client.logout()
        sign_in(client)
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert signed_in(client) is right


def test_who_works_here_goes_nowhere_without_a_second_factor_where_the_house_asks(client, settings):
    settings.STAFF_SECOND_FACTOR = True
    story = Story()
    for role, sent in {
        "alice": True,
        "rita": True,
        "olive": True,
        "charlie": False,
        "dana": False,
        "nobody": False,
    }.items():
        answer = story.get(client, role, reverse("figures"))
        assert (answer.status_code == 302) is sent, role
        if sent:
            assert answer.headers["Location"] == reverse("mfa_activate_totp")
            assert "两步验证" in client.get(reverse("mfa_activate_totp")).content.decode()
    TOTP.activate(story.accounts["alice"], generate_totp_secret())
    assert story.get(client, "alice", reverse("figures")).status_code == 200


def test_one_signs_out_and_ends_the_other_sessions(client, alice):
    other = type(client)()
    for each in (client, other):
        sign_in(each)
        each.get(reverse("home"))
    assert UserSession.objects.filter(user=alice).count() == 2
    page = client.get(reverse("account")).content.decode()
    assert masked(MOBILE) in page
    assert MOBILE not in page
    client.post(reverse("usersessions_list"))
    assert not signed_in(other)
    assert client.post(reverse("sign-out")).headers["Location"] == "/"
    assert not signed_in(client)


def test_a_password_is_changed_only_with_the_old_one(client, alice):
    sign_in(client)
    new = {"password1": "another long one", "password2": "another long one"}
    client.post(reverse("account_change_password"), new | {"oldpassword": "wrong"})
    assert Account.objects.get().check_password(PASSWORD)
    client.post(reverse("account_change_password"), new | {"oldpassword": PASSWORD})
    assert Account.objects.get().check_password("another long one")
    assert signed_in(client)
    flush()
    assert mail.outbox[0].to == ["alice@example.org"]


def test_a_new_mobile_number_counts_when_its_code_came_back(client, alice):
    sign_in(client)
    confirm(client)
    client.post(reverse("account_change_phone"), {"phone": "13911112222"})
    assert Account.objects.get().mobile == MOBILE
    client.post(reverse("account_verify_phone"), {"code": code()})
    assert Account.objects.get().mobile == "13911112222"


def test_nobody_changes_the_account_of_another(alice):
    other = Account.objects.create_user("other", PASSWORD)
    for change, given in (
        (people.change_password, {"password": "x"}),
        (people.change_mobile, {"mobile": "13911112222", "verified": True}),
    ):
        with pytest.raises(Problem) as refused:
            change(by=other, account=alice, **given)
        assert refused.value.rule is REFUSED


def test_a_closed_account_lets_nobody_in(client, alice):
    alice.is_active = False
    alice.save()
    sign_in(client)
    client.post(reverse("account_request_login_code"), {"phone": MOBILE})
    flush()
    assert not signed_in(client)
    assert SENT == []


def test_an_erased_account_leaves_no_address_no_number_no_device(client, alice):
    person = alice.person = Person.objects.create(name="某人")
    alice.save()
    sign_in(client)
    client.get(reverse("home"))
    EmailAddress.objects.get_or_create(user=alice, email=alice.email)
    TOTP.activate(alice, generate_totp_secret())
    people.erase(by=people.system_account(), person=person)
    for left in (EmailAddress, UserSession, Authenticator):
        assert not left.objects.filter(user=alice).exists()
    left = str(Account.objects.filter(pk=alice.pk).values_list())
    assert MOBILE not in left
    assert "alice" not in left
    assert client.get(reverse("account")).status_code == 302


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 0000 1234", MOBILE), ("+86-13800001234", MOBILE), ("８６１３８００００１２３４", MOBILE),
        ("+44 20 7946 0958", "+442079460958"), ("12800001234", None), ("1380000123", None),
        ("+8612345", None), ("", None),
    ],
)  # fmt: skip
def test_a_mobile_number_is_read_as_people_type_it(typed, kept):
    assert read(typed) == kept


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_coming_in_is_in_one_language(client, alice, language):
    client.post(reverse("set_language"), {"language": language})
    sign_in(client)
    confirm(client)
    for name in PAGES:
        page = client.get(reverse(name), follow=True).content.decode()
        said = re.sub(
            r"<[^>]+>|中文|English|alice\S*|示例市质量协会", " ", page.split("<main")[1].split("<footer")[0]
        )
        if language == "en":
            assert re.findall(r"[\u4e00-\u9fff]+", said) == [], name
        else:
            assert re.findall(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}", said) == [], name
