"""Check-in with the code at the venue: for its session and hours only, once, and telling nobody who is on the list."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from zhiheng.core.journal.models import Line
from zhiheng.core.people.operations import merge
from zhiheng.gatherings import codes, operations
from zhiheng.gatherings.models import Attendance
from zhiheng.gatherings.operations import attendance as attendance_operations
from zhiheng.gatherings.problems import CANCELLED, CODE_EARLY, CODE_LATE, CODE_OLD, CODE_WRONG
from zhiheng.gatherings.tests.hall import BACKEND, Hall, refused, today

pytestmark = pytest.mark.django_db
NUMBER = "13800001234"


@pytest.fixture
def hall():
    return Hall(days=0)


def at(hour, minute=0, day=0):
    return timezone.make_aware(dt.datetime.combine(today() + dt.timedelta(days=day), dt.time(hour, minute)))


def send(client, session, code=None, **typed):
    return client.post(reverse("calendar:arrive", args=[code or codes.code(session)]), typed)


def without_what_differs(answer):
    """The page, without the secret against forgery and the moment."""
    return re.sub(
        r'\d\d:\d\d|csrf[^>]*value="\w+"|name="csrf"[^>]*|nonce="[^"]*"', "", answer.content.decode()
    )


def test_who_is_on_the_list_and_who_is_not_get_the_same_answer(hall, client):
    listed = hall.person("张三", mobile=NUMBER)
    hall.register(listed)
    known = send(client, hall.session, name="张三", mobile=NUMBER)
    other = send(client, hall.session, name="张三", mobile="13900009999")
    assert known.status_code == other.status_code == 200
    assert without_what_differs(known) == without_what_differs(other)
    assert "签到已收到" in known.content.decode()
    assert [(row.person, row.how) for row in hall.session.attendances.all()] == [(listed, "code")]
    assert [(row.name, row.mobile, row.why) for row in hall.session.unmatched.all()] == [
        ("张三", "13900009999", "not_listed")
    ]


def test_the_page_names_nobody(hall, client):
    hall.register(hall.person("钱秘密", mobile=NUMBER))
    page = client.get(reverse("calendar:arrive", args=[codes.code(hall.session)])).content.decode()
    assert "钱秘密" not in page
    assert NUMBER not in page


def test_sending_twice_does_it_once_and_is_answered_alike(hall, client):
    hall.register(hall.person("张三", mobile=NUMBER))
    for name in ("张三", "李四"):
        first, second = (send(client, hall.session, name=name, mobile=NUMBER) for _ in "12")
        assert without_what_differs(first) == without_what_differs(second)
    assert hall.session.attendances.count() == 1
    assert hall.session.unmatched.count() == 1


def test_a_name_alone_and_an_empty_form_are_asked_again_with_what_was_typed(hall, client):
    answer = send(client, hall.session, name="张<三>", mobile="")
    assert answer.status_code == 422
    assert "张&lt;三&gt;" in answer.content.decode()
    assert not hall.session.unmatched.exists()


def test_the_end_of_a_number_does_not_do_at_the_door(hall, client):
    hall.register(hall.person("张三", mobile=NUMBER))
    send(client, hall.session, name="张三", mobile=NUMBER[-4:])
    assert not hall.session.attendances.exists()
    assert hall.session.unmatched.count() == 1


def test_an_account_checks_in_as_itself_for_the_organisation_it_registered_with(hall, client):
    account = hall.as_person("charlie", card=hall.own)
    hall.register(account.person, organisation=hall.other)
    client.force_login(account, backend=BACKEND)
    send(client, hall.session, name="别人", mobile=NUMBER)
    row = hall.session.attendances.get()
    assert (row.person, row.organisation) == (account.person, hall.other)
    assert Line.objects.filter(verb="gatherings.arrive", by=account).count() == 1


def test_an_account_of_a_merged_card_counts_as_the_other(hall, client):
    account = hall.as_person("charlie", card=hall.own)
    into = hall.person("某女士")
    merge(by=hall.by, card=account.person, into=into)
    hall.check_in(into)
    client.force_login(account, backend=BACKEND)
    assert send(client, hall.session).status_code == 200
    assert hall.session.attendances.count() == 1


def test_an_account_without_an_organisation_waits_for_a_clerk(hall, client):
    account = hall.as_person("charlie")
    account.person.organisation = None
    account.person.save()
    client.force_login(account, backend=BACKEND)
    assert send(client, hall.session).status_code == 200
    assert hall.session.unmatched.get().why == "no_organisation"


def test_a_wrong_code_and_a_session_that_is_not_there_are_refused_alike(hall, client):
    right = codes.code(hall.session)
    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")
    nowhere = "999999" + right[right.index("-") :]
    answers = {
        code: send(client, None, code=code, name="甲", mobile=NUMBER) for code in (wrong, nowhere, "0-0-0")
    }
    assert {answer.status_code for answer in answers.values()} == {404}
    assert len({without_what_differs(answer).replace(code, "") for code, answer in answers.items()}) == 1


def test_the_signature_of_another_session_does_not_do(hall):
    other = operations.add_session(by=hall.by, edition=hall.edition, on=today())
    minute_and_signature = codes.code(other).partition("-")[2]
    with refused(CODE_WRONG):
        codes.read(f"{hall.session.pk}-{minute_and_signature}")


def test_a_renewed_code_ends_the_old_one(hall):
    old = codes.code(hall.session)
    operations.renew_code(by=hall.accounts["bob"], session=hall.session)
    with refused(CODE_WRONG):
        codes.read(old)
    assert codes.read(codes.code(hall.session)) == hall.session


def test_a_code_works_from_two_hours_before_until_two_hours_after():
    session = Hall(days=0, starts_at=dt.time(9), ends_at=dt.time(11)).session
    code = codes.code(session)
    with refused(CODE_EARLY):
        codes.read(code, at(6, 59))
    assert codes.read(code, at(7, 0)) == session
    assert codes.read(code, at(13, 0)) == session
    with refused(CODE_LATE):
        codes.read(code, at(13, 1))


def test_the_code_of_a_day_without_times_works_that_day(hall):
    code = codes.code(hall.session)
    assert codes.read(code, at(0)) == hall.session
    assert codes.read(code, at(23, 59)) == hall.session
    with refused(CODE_EARLY):
        codes.read(code, at(23, 59, day=-1))
    with refused(CODE_LATE):
        codes.read(code, at(0, day=1))


def test_a_code_that_turns_is_good_for_ten_minutes_and_not_on_paper(hall):
    session = hall.session
    printed = codes.code(session)
    session.code_turns = True
    session.save()
    shown = codes.code(session, at(10, 0))
    assert codes.read(shown, at(10, 10)) == session
    with refused(CODE_OLD):
        codes.read(shown, at(10, 11))
    with refused(CODE_OLD):
        codes.read(shown, at(9, 57))
    with refused(CODE_WRONG):
        codes.read(printed, at(10, 0))
    minute = int(shown.split("-")[1])
    with refused(CODE_WRONG):  # a later minute with this minute's signature
        codes.read(shown.replace(str(minute), str(minute + 5)), at(10, 5))


def test_a_cancelled_session_takes_nobody(hall, client):
    code = codes.code(hall.session)
    operations.cancel(by=hall.by, session=hall.session)
    with refused(CANCELLED):
        codes.read(code)
    assert send(client, hall.session, code=code, name="甲", mobile=NUMBER).status_code == 409


def test_who_floods_a_code_fills_no_table(hall, client, monkeypatch):
    monkeypatch.setattr(attendance_operations, "UNMATCHED_BY_CODE", 2)
    answers = [send(client, hall.session, name=f"甲{i}", mobile=NUMBER) for i in range(4)]
    assert {answer.status_code for answer in answers} == {200}
    assert hall.session.unmatched.count() == 2


def test_the_poster_carries_the_code_and_a_turning_one_renews_itself(hall, client):
    address = reverse("gatherings:poster", args=[hall.session.pk])
    page = hall.ask(client, "bob", address).content.decode()
    assert "<svg" in page
    assert "http-equiv" not in page
    session = hall.session
    session.code_turns = True
    session.save()
    assert 'http-equiv="refresh"' in hall.ask(client, "bob", address).content.decode()


def test_one_tap_at_the_door_is_done_once(hall, client):
    person = hall.person("张三", mobile=NUMBER)
    hall.register(person, organisation=hall.other)
    address = reverse("gatherings:tap", args=[hall.session.pk, person.pk])
    for _ in "12":
        assert hall.ask(client, "bob", address, "POST").status_code == 302
    row = Attendance.objects.get(session=hall.session)
    assert (row.organisation, row.how) == (hall.other, "roster")
    client.force_login(hall.accounts["bob"], backend=BACKEND)
    assert "已签到" in client.post(address, headers={"HX-Request": "true"}).content.decode()


def test_the_list_at_the_door_is_searched_by_name_organisation_and_the_end_of_a_number(hall, client):
    hall.register(hall.person("张三", mobile=NUMBER))
    hall.person("李未报")
    address = reverse("gatherings:door", args=[hall.session.pk])
    shown = hall.ask(client, "bob", address).content.decode()
    assert "张三" in shown
    assert "李未报" not in shown
    assert "138****1234" in shown
    assert NUMBER not in shown
    for words in ("张", "1234", "自家 张"):
        assert "张三" in hall.ask(client, "bob", f"{address}?q={words}").content.decode()
    assert "李未报" in hall.ask(client, "bob", f"{address}?q=李未").content.decode()
