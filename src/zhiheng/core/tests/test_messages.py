"""Somebody is told once, in their language, by the ways they want; what does not leave is tried again and shown."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from story import Story

from zhiheng.core.journal.models import Line
from zhiheng.core.messages import operations
from zhiheng.core.messages.delivery import AGAIN_AFTER, deliver, deliver_what_waits
from zhiheng.core.messages.gateways import GatewayError
from zhiheng.core.messages.models import Delivery, Message
from zhiheng.core.messages.operations import MAIL_AND_SMS, Words
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Person
from zhiheng.core.problems import REFUSED, Problem
from zhiheng.ui.words import Text

pytestmark = pytest.mark.django_db
SENT: list[tuple[str, str]] = []
APPROVED = Words(
    Text("入会申请已通过", "Your application was approved"),
    Text("{name}已成为{tier}。", "{name} is now a {tier}."),
    MAIL_AND_SMS,
)
MUST = Words(
    Text("账号已停用", "Account closed"), Text("请联系我们。", "Contact us."), MAIL_AND_SMS, must=True
)
VALUES = {"name": "<b>甲厂</b>", "tier": Text("理事", "council member")}


class Recorder:
    def send(self, mobile, text):
        SENT.append((mobile, text))


class Refusing:
    def send(self, mobile, text):
        raise GatewayError(f"balance {len(mobile + text) * 0}")


class NoMail(EmailBackend):
    def send_messages(self, messages):
        raise SMTPServerDisconnected(f"to {messages[0].to}")


@pytest.fixture(autouse=True)
def _outgoing(settings):
    settings.SMS_GATEWAY = f"{__name__}.Recorder"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    SENT.clear()


@pytest.fixture
def story():
    return Story()


@pytest.fixture
def dana(story):
    account = story.accounts["dana"]
    account.person = Person.objects.create(name="戴某", mobile="13800001234", email="dana@example.org")
    account.email = account.person.email
    account.save()
    return account


def send(story, to, words=APPROVED, **more):
    return operations.send(by=story.accounts["alice"], to=to, words=words, values=VALUES, **more)


def states():
    return {each.channel: each.state for each in Delivery.objects.all()}


def test_one_is_told_in_the_house_by_mail_and_by_sms(client, story, dana):
    send(story, dana.person, link="/account/")
    page = story.get(client, "dana", reverse("inbox")).content.decode()
    assert "&lt;b&gt;甲厂&lt;/b&gt;已成为理事。" in page
    assert 'href="/account/"' in page
    assert mail.outbox[0].to == ["dana@example.org"]
    assert mail.outbox[0].subject == "[示例市质量协会] 入会申请已通过"
    assert "http://localhost:8000/account/" in mail.outbox[0].body
    assert SENT == [
        ("13800001234", "【示例市质量协会】<b>甲厂</b>已成为理事。 http://localhost:8000/account/")
    ]
    assert states() == {"mail": "sent", "sms": "sent"}


def test_mail_and_sms_are_in_the_language_one_chose_and_the_page_in_both(client, story, dana):
    operations.prefer(by=dana, account=dana, mail=True, sms=True, language="en")
    send(story, dana)
    assert "is now a council member." in mail.outbox[0].body
    assert SENT[0][1].startswith("[Example City Quality Association]")
    assert "已成为理事" in story.get(client, "dana", reverse("inbox")).content.decode()
    client.cookies["django_language"] = "en"
    assert "is now a council member." in client.get(reverse("inbox")).content.decode()
    assert operations.prefer(by=dana, account=dana, mail=True, sms=True, language="xx").language == "zh-hans"


def test_what_one_does_not_want_does_not_leave_except_what_must(story, dana):
    operations.prefer(by=dana, account=dana, mail=False, sms=False, language="zh-hans")
    send(story, dana)
    assert states() == {}
    assert Message.objects.count() == 1
    send(story, dana, MUST)
    assert states() == {"mail": "sent", "sms": "sent"}


def test_who_has_no_account_is_told_by_mail_and_sms_and_who_has_no_address_nowhere(story):
    send(story, Person.objects.create(name="甲", mobile="13800005555"))
    assert [number for number, _ in SENT] == ["13800005555"]
    assert states() == {"mail": "nowhere", "sms": "sent"}


def test_a_number_that_nobody_proved_gets_no_sms_of_an_account(story):
    account = Account.objects.create_user("x", mobile="13800001111")
    send(story, account)
    assert states()["sms"] == "nowhere"
    assert SENT == []


def later(delivery):
    Delivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now() - dt.timedelta(seconds=1))


def test_what_is_refused_is_tried_again_and_given_up_in_the_end(story, dana, settings, caplog):
    settings.EMAIL_BACKEND = f"{__name__}.NoMail"
    settings.SMS_GATEWAY = f"{__name__}.Refusing"
    send(story, dana)
    by_mail, by_sms = (Delivery.objects.get(channel=channel) for channel in ("mail", "sms"))
    assert (by_mail.state, by_mail.why) == ("waiting", "SMTPServerDisconnected")
    assert by_sms.why == "balance 0"
    assert deliver_what_waits() == 0  # not yet
    for _ in AGAIN_AFTER:
        later(by_mail)
        assert deliver_what_waits() == 1
    by_mail.refresh_from_db()
    assert (by_mail.state, by_mail.attempts) == ("given_up", len(AGAIN_AFTER) + 1)
    assert "dana@" not in caplog.text
    settings.SMS_GATEWAY = f"{__name__}.Recorder"
    later(by_sms)
    call_command("tidy", stdout=StringIO())
    assert states() == {"mail": "given_up", "sms": "sent"}


def test_a_job_that_runs_twice_sends_once(story, dana):
    send(story, dana)
    for delivery in Delivery.objects.all():
        deliver.call(delivery.pk)
    assert (len(mail.outbox), len(SENT)) == (1, 1)


def test_the_journal_and_the_list_of_what_was_sent_hold_no_address(client, story, dana):
    send(story, dana)
    page = story.get(client, "olive", reverse("sent-messages")).content.decode()
    lines = str(list(Line.objects.values_list()))
    for secret in ("13800001234", "dana@example.org"):
        assert secret not in page
        assert secret not in lines
    assert "甲厂" not in lines
    assert "入会申请已通过" in page
    assert "入会申请已通过" not in client.get(reverse("sent-messages") + "?state=given_up").content.decode()


def test_nobody_reads_what_was_for_another_and_who_has_no_role_sends_nothing(client, story, dana):
    send(story, dana)
    for who in ("erin", "charlie", "olive"):
        assert "甲厂" not in story.get(client, who, reverse("inbox")).content.decode()
    for who in ("charlie", "dana", "rita"):
        with pytest.raises(Problem) as refused:
            operations.send(by=story.accounts[who], to=dana, words=APPROVED, values=VALUES)
        assert refused.value.rule is REFUSED
    for change, given in (
        (operations.read, {}),
        (operations.prefer, {"mail": False, "sms": False, "language": "en"}),
    ):
        with pytest.raises(Problem) as refused:
            change(by=story.accounts["erin"], account=dana, **given)
        assert refused.value.rule is REFUSED


def test_what_is_unread_is_counted_on_every_page_until_it_is_read(client, story, dana):
    for _ in range(3):
        send(story, dana)
    assert "3 条未读" in story.get(client, "dana", reverse("home")).content.decode()
    client.post(reverse("read-messages"))
    assert "条未读" not in client.get(reverse("home")).content.decode()
    client.post(reverse("prefer-messages"), {"mail": "on", "language": "en"})
    assert (dana.preference.mail, dana.preference.sms, dana.preference.language) == (True, False, "en")


@pytest.mark.parametrize("link", ["https://evil.example", "//evil.example", "javascript:alert(1)"])
def test_a_message_links_into_the_house_only(story, dana, link):
    with pytest.raises(ValueError, match="a path of ours"):
        send(story, dana, link=link)


def test_what_an_erased_person_was_told_is_gone(story, dana):
    message = send(story, dana)
    people.erase(by=story.by, person=dana.person)
    message.refresh_from_db()
    assert {message.title_zh, message.body_zh, message.title_en, message.body_en, message.link} == {""}


@pytest.mark.parametrize(("who", "name", "most"), [("dana", "inbox", 10), ("olive", "sent-messages", 8)])
def test_the_lists_take_as_many_queries_for_three_as_for_one(client, story, dana, who, name, most):
    counts = []
    for more in (1, 2):
        for _ in range(more):
            send(story, dana)
        story.get(client, who, reverse(name))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(name))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= most
