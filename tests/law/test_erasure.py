"""When somebody is erased, no table of the database holds their name, number, address or user name any more."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from story import Story

from zhiheng.core.credentials import operations as credentials
from zhiheng.core.messages import operations as messages
from zhiheng.core.organisations.models import Kind as Card
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Part
from zhiheng.gatherings import operations as gatherings
from zhiheng.gatherings.models import Attendance, Kind, Unmatched
from zhiheng.lines.members.models import OnlineApplication
from zhiheng.lines.members.operations.online import ask_to_join
from zhiheng.ui.words import Text

pytestmark = pytest.mark.django_db
NAME, MOBILE, EMAIL, USER = "欧阳某某", "13712345678", "ouyang@example.org", "ouyangmoumou"
TODAY = timezone.localdate()


def everything():
    """Give every row of every table as text, sessions opened."""
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values_list():
            yield model._meta.label, json.dumps(row, default=str, ensure_ascii=False)
    for session in Session.objects.all():
        yield "sessions", json.dumps(session.get_decoded(), default=str, ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM shared_cache")
        yield from (("shared_cache", key) for (key,) in cursor.fetchall())


def holding(*words):
    return sorted({(where, word) for where, text in everything() for word in words if word in text})


def test_nothing_is_left_of_who_is_erased_and_nothing_of_others_goes(client):
    story = Story()
    person = people.add_person(
        by=story.by, name=NAME, mobile="137 1234-5678", email=EMAIL, organisation=story.own, post="质量部长"
    )
    twin = people.add_person(by=story.by, name=NAME, mobile=MOBILE)
    people.merge(by=story.by, card=twin, into=person)
    account = people.open_account(
        by=story.by, username=USER, password="a long password", person=person, mobile=MOBILE, email=EMAIL
    )
    people.change_mobile(by=account, account=account, mobile=MOBILE, verified=True)
    people.give_role(by=story.by, account=account, line="members", part=Part.READS, start=dt.date(2013, 1, 1))
    edition = gatherings.hold(by=story.by, kind=Kind.FORUM, name_zh="论坛", on=[TODAY])
    session = edition.sessions.get()
    gatherings.register(by=story.by, session=session, person=person, organisation=story.own)
    gatherings.check_in(by=story.by, session=session, person=person)
    Unmatched.objects.create(session=session, how=Attendance.How.SHEET, name=NAME, mobile=MOBILE, why="x")
    Unmatched.objects.create(
        session=session, how=Attendance.How.SHEET, name="别人", mobile="13900000000", why="x"
    )
    credentials.issue(
        by=story.by, line="members", title=Text("证书", "Certificate"), number="1", holder=person, start=TODAY
    )
    said = Text("{name}您好", "Dear {name}")
    messages.send(by=story.by, to=account, words=messages.Words(said, said), values={"name": NAME})
    ask_to_join(
        by=story.by, name="新公司", kind=Card.COMPANY, no_code_reason="示例", contact_name=NAME,
        contact_mobile=MOBILE, contact_email=EMAIL, contact_post="质量部长",
    )  # fmt: skip
    client.post(reverse("sign-in"), {"login": MOBILE, "password": "a long password"})
    assert client.session["_auth_user_id"] == str(account.pk)
    client.cookies.clear()
    client.post(reverse("account_request_login_code"), {"phone": MOBILE})  # begun and not finished
    client.cookies.clear()
    client.post(reverse("account_reset_password"), {"email": EMAIL})
    client.cookies.clear()
    client.force_login(story.accounts["bob"], backend="zhiheng.core.sign_in.backend.Passwords")
    before = {where for where, _ in holding(NAME, MOBILE, EMAIL, USER)}
    assert {"sessions", "letters.Message", "gatherings.Unmatched"} <= before
    assert {"people.Person", "people.Account", "members.OnlineApplication"} <= before
    people.erase(by=story.by, person=person)
    assert holding(NAME, MOBILE, "137 1234-5678", EMAIL, USER, "质量部长") == []
    assert client.get(reverse("desk")).status_code == 200, "bob is still signed in"
    assert Unmatched.objects.get().name == "别人"
    assert OnlineApplication.objects.get().name == "新公司"
    assert Attendance.objects.filter(person=person).count() == 1
