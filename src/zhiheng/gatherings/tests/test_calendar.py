"""The public calendar: what is published, by month; registration by oneself and by a contact; calendar programs."""

from __future__ import annotations

import datetime as dt

import icalendar
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from zhiheng.core.people.models import Person
from zhiheng.gatherings import operations
from zhiheng.gatherings.models import Kind, Material, Registration
from zhiheng.gatherings.tests.hall import BACKEND, PDF, Hall, today

NUMBER = "13800001234"
pytestmark = pytest.mark.django_db
State = Registration.State


@pytest.fixture
def hall():
    return Hall()


def month(client, day, **more):
    answer = client.get(reverse("calendar:month"), {"month": f"{day:%Y-%m}", **more})
    assert answer.status_code == 200
    return answer.content.decode()


def one(client, hall):
    return client.get(reverse("calendar:session", args=[hall.session.token])).content.decode()


def sign_in(client, hall, role):
    client.force_login(hall.accounts[role], backend=BACKEND)


def register(client, hall, **given):
    return client.post(reverse("calendar:register", args=[hall.session.token]), given)


def test_only_what_is_published_is_in_the_calendar(hall, client):
    operations.hold(by=hall.by, kind=Kind.VISIT, name_zh="内部走访", on=[hall.session.held_on])
    text = month(client, hall.session.held_on)
    assert "质量&lt;b&gt;论坛&lt;/b&gt;" in text
    assert "内部走访" not in text
    hidden = operations.hold(by=hall.by, kind=Kind.VISIT, name_zh="内部", on=[today()]).sessions.get()
    for name in ("session", "session-ics"):
        assert client.get(reverse(f"calendar:{name}", args=[hidden.token])).status_code == 404
    assert "内部" not in client.get(reverse("calendar:feed")).content.decode()


def test_where_no_month_is_asked_the_next_session_is_shown(hall, client):
    far = hall.session.held_on + dt.timedelta(days=70)
    operations.move(by=hall.by, session=hall.session, on=far)
    page = client.get(reverse("calendar:month")).content.decode()
    assert f'<time datetime="{far}">' in page
    operations.cancel(by=hall.by, session=hall.session)
    assert f'name="month" value="{today():%Y-%m}"' in client.get(reverse("calendar:month")).content.decode()


def test_a_month_is_of_one_kind_where_asked_and_an_empty_one_says_where_to_look(hall, client):
    day = hall.session.held_on
    assert "论坛" in month(client, day, kind="forum")
    assert "质量&lt;b&gt;" not in month(client, day, kind="lecture")
    empty = month(client, dt.date(2001, 1, 1))
    assert f"看下一场：{day}" in empty
    for nonsense in ("2019-13", "x", "9999-12", "-1"):
        assert client.get(reverse("calendar:month"), {"month": nonsense}).status_code == 200


def test_the_calendar_takes_a_fixed_number_of_queries(hall, client, django_assert_num_queries):
    day = hall.session.held_on
    month(client, day)
    with django_assert_num_queries(4):
        month(client, day)
    for name in "甲乙":
        held = operations.hold(by=hall.by, kind=Kind.FORUM, name_zh=name, on=[day], seats=1, host=hall.own)
        operations.publish(by=hall.by, edition=held)
    with django_assert_num_queries(4):
        month(client, day)


def test_the_page_names_nobody_to_who_is_not_concerned(hall, client):
    hall.register(hall.person("钱秘密", mobile=NUMBER))
    for role in (None, "charlie", "dana"):
        if role:
            sign_in(client, hall, role)
        assert "钱秘密" not in one(client, hall)
    sign_in(client, hall, "erin")
    assert "钱秘密" in one(client, hall)
    assert NUMBER not in one(client, hall)


def test_an_account_registers_itself_and_waits_when_it_is_full(hall, client):
    for name in "甲乙":
        hall.register(hall.person(name))
    account = hall.as_person("charlie", card=hall.own)
    sign_in(client, hall, "charlie")
    assert "名额已满，可以候补：前面有 0 人" in one(client, hall)
    assert register(client, hall, who="self").status_code == 302
    mine = Registration.objects.get(person=account.person)
    assert (mine.state, mine.organisation) == (State.WAITING, hall.own)
    assert "候补" in client.get(reverse("calendar:mine")).content.decode()
    again = register(client, hall, who="self")
    assert again.status_code == 409
    assert "已报名本场" in again.content.decode()
    client.post(reverse("calendar:give-back", args=[mine.pk]))
    mine.refresh_from_db()
    assert mine.state == State.GIVEN_BACK


def test_an_account_without_a_card_is_told_whom_to_ask(hall, client):
    sign_in(client, hall, "charlie")
    assert "请联系协会办公室" in one(client, hall)
    assert register(client, hall, who="self").status_code == 422


def test_a_contact_registers_colleagues_known_and_new(hall, client):
    known = hall.person("甲", hall.other)
    sign_in(client, hall, "dana")
    card = str(hall.other.pk)
    assert register(client, hall, who="colleague", organisation=card, person=str(known.pk)).status_code == 302
    register(client, hall, who="colleague", organisation=card, name="新 人", mobile="138 0000 1234")
    new = Person.objects.get(name="新 人".replace(" ", ""))
    assert (new.organisation, new.mobile) == (hall.other, NUMBER)
    assert {row.person for row in hall.session.registrations.all()} == {known, new}


def test_a_contact_reaches_nobody_of_another_company(hall, client):
    stranger = hall.person("钱秘密", hall.own)
    sign_in(client, hall, "dana")
    own, other = str(hall.other.pk), str(hall.own.pk)
    answers = [
        register(client, hall, who="colleague", organisation=own, person=str(stranger.pk)),
        register(client, hall, who="colleague", organisation=own, person="99999999"),
        register(client, hall, who="colleague", organisation=other, person=str(stranger.pk)),
        register(client, hall, who="colleague", organisation=other, name="新人"),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 403, 403]
    assert all("钱秘密" not in answer.content.decode() for answer in answers)
    assert not Registration.objects.exists()
    assert not Person.objects.filter(name="新人").exists()


def test_when_registration_is_closed_the_page_says_so(hall, client):
    hall.as_person("charlie", card=hall.own)
    sign_in(client, hall, "charlie")
    operations.close_registration(by=hall.by, session=hall.session)
    assert "报名已于" in one(client, hall)
    refused = register(client, hall, who="self")
    assert refused.status_code == 409
    assert "截止" in refused.content.decode()
    operations.cancel(by=hall.by, session=hall.session)
    assert "本场已取消" in one(client, hall)


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(hall, client):
    answer = register(client, hall, who="self")
    assert answer.status_code == 302
    assert "/sign-in/?next=" in answer.headers["Location"]


# ── calendar programs ──


def test_a_session_is_given_to_a_calendar_program_in_shanghai_time(client):
    hall = Hall(starts_at=dt.time(9), ends_at=dt.time(11, 30))
    words = {"name_zh": "论坛；甲,乙\\丙", "about_zh": "第一行\n第二行：BEGIN:VALARM"}
    operations.edit(by=hall.by, edition=hall.edition, kind=Kind.FORUM, **words)
    answer = client.get(reverse("calendar:session-ics", args=[hall.session.token]))
    assert answer.headers["Content-Type"].startswith("text/calendar")
    event = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert event["summary"] == "论坛；甲,乙\\丙"
    assert event["description"] == "第一行\n第二行：BEGIN:VALARM"
    assert event.decoded("dtstart").isoformat() == f"{hall.session.held_on}T09:00:00+08:00"
    assert event.decoded("dtend").isoformat() == f"{hall.session.held_on}T11:30:00+08:00"
    assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert hall.session.token in event["url"]
    assert b"\r\n" in answer.content


def test_a_day_without_times_is_a_whole_day_and_a_cancelled_one_says_so(hall, client):
    operations.cancel(by=hall.by, session=hall.session)
    event = icalendar.Calendar.from_ical(client.get(reverse("calendar:feed")).content).walk("VEVENT")[0]
    assert event.decoded("dtstart") == hall.session.held_on
    assert event["status"] == "CANCELLED"


# ── materials ──


@pytest.mark.parametrize(
    "visibility, sees",
    [
        ("public", {"nobody", "charlie", "dana", "alice", "bob"}),
        ("participants", {"charlie", "alice", "bob"}),
        ("staff", {"alice", "bob"}),
    ],
)
def test_a_material_is_seen_by_those_it_is_for(hall, client, settings, tmp_path, visibility, sees):
    settings.MEDIA_ROOT = tmp_path
    hall.register(hall.as_person("charlie", card=hall.own).person)
    sign_in(client, hall, "bob")
    given = {"file": SimpleUploadedFile("讲义.pdf", PDF), "title": "讲义<1>", "visibility": visibility}
    assert client.post(reverse("gatherings:add-material", args=[hall.edition.pk]), given).status_code == 302
    address = reverse("file", args=[Material.objects.get().file.token])
    for role in ("nobody", "charlie", "dana", "alice", "bob"):
        answer = hall.ask(client, role, address)
        if answer.streaming:
            answer.getvalue()  # read to its end, it closes its file
        assert (answer.status_code == 200) is (role in sees), role
        shown = hall.ask(
            client, role, reverse("calendar:session", args=[hall.session.token])
        ).content.decode()
        listed = role in sees and (visibility == "public" or role == "charlie")
        assert ("讲义&lt;1&gt;" in shown) is listed, role
    operations.withdraw(by=hall.by, edition=hall.edition)
    assert hall.ask(client, "charlie", address).status_code == 403


def test_a_false_file_is_refused_and_a_removed_one_is_gone(hall, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    sign_in(client, hall, "bob")
    address = reverse("gatherings:add-material", args=[hall.edition.pk])
    assert client.post(address, {"file": SimpleUploadedFile("a.pdf", b"MZ")}).status_code >= 400
    assert client.post(address, {}).status_code >= 400
    assert not Material.objects.exists()
    client.post(address, {"file": SimpleUploadedFile("a.pdf", PDF)})
    kept = Material.objects.get()
    assert (kept.title, kept.visibility) == ("a.pdf", "staff")
    client.post(reverse("gatherings:remove-material", args=[kept.pk]))
    assert not Material.objects.exists()
    assert client.get(reverse("file", args=[kept.file.token])).status_code >= 400
