"""Pages of those who work on gatherings: fixed numbers of queries, masked numbers, escaped names, history, asking."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind as Node
from zhiheng.core.people.operations import merge
from zhiheng.gatherings import operations, queries
from zhiheng.gatherings.models import Attendance, Edition, Kind, Registration, Session
from zhiheng.gatherings.public import timeline
from zhiheng.gatherings.reading import Line
from zhiheng.gatherings.tests.hall import BACKEND, Hall, today

NUMBER = "13800001234"
pytestmark = pytest.mark.django_db


@pytest.fixture
def hall():
    return Hall(days=0)


@pytest.fixture
def clerk(hall, client):
    client.force_login(hall.accounts["alice"], backend=BACKEND)
    return client


def page(client, name, *args, **query):
    answer = client.get(reverse(f"gatherings:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def fill(hall, people):
    """Hold an edition of a series by a host with two sessions, registrations, attendances and lines that wait."""
    series, _ = type(hall).series_of(hall)
    edition = operations.hold(
        by=hall.by, kind=Kind.FORUM, name_zh=f"满{people}", on=[today() - dt.timedelta(days=1), today()],
        series=series, host=hall.other, seats=people,
    )  # fmt: skip
    for session in edition.sessions.all():
        for i in range(people):
            card = cards.add(by=hall.by, kind=Node.COMPANY, name=f"{session.pk}-{i}", no_code_reason="示例")
            person = hall.person(f"人{i}", card, NUMBER)
            operations.register(by=hall.by, session=session, person=person, organisation=card)
            operations.check_in(by=hall.by, session=session, person=person)
        lines = [Line(f"无{i}", "", "", i) for i in range(people)] + [Line("人0", "", "", 9)]
        operations.enter_lines(by=hall.by, session=session, lines=lines)
    return edition


def series_of(hall):
    from zhiheng.gatherings.models import Series  # noqa: PLC0415 - only here

    return Series.objects.get_or_create(
        code="f", defaults={"kind": Kind.FORUM, "name_zh": "系列", "name_en": "Series"}
    )


Hall.series_of = series_of

QUERIES = {
    # page: how many queries it takes, whatever is on it; session, account, roles and the numbers of messages among them
    "editions": 12,
    "edition": 15,
    "all-series": 7,
    "one-series": 12,
    "session": 15,
    "history": 9,
    "roster": 15,
    "door": 11,
    "person": 10,
    "company": 10,
}


def arguments(name, edition):
    session = edition.sessions.earliest("pk")
    attendance = session.attendances.earliest("pk")
    return {
        "editions": (),
        "all-series": (),
        "one-series": (edition.series_id,),
        "edition": (edition.pk,),
        "history": (edition.pk,),
        "person": (attendance.person_id,),
        "company": (attendance.organisation_id,),
    }.get(name, (session.pk,))


@pytest.mark.parametrize("name", QUERIES)
def test_a_page_takes_as_many_queries_for_one_row_as_for_three(hall, clerk, name, django_assert_num_queries):
    for rows in (1, 3):
        edition = fill(hall, rows)
        if rows == 3:
            for _ in range(2):
                fill(hall, 1)
        args = arguments(name, edition)
        page(clerk, name, *args)
        with django_assert_num_queries(QUERIES[name]):
            text = page(clerk, name, *args)
        assert NUMBER not in text


def test_the_list_is_narrowed_by_kind_year_host_series_and_words(hall, clerk):
    fill(hall, 1)
    day = dt.date(2014, 3, 1)
    old = operations.hold(by=hall.by, kind=Kind.LECTURE, name_zh="旧讲座", on=[day], venue="老礼堂")
    wanted = {
        ("kind", "lecture"): {"旧讲座"},
        ("year", "2014"): {"旧讲座"},
        ("host", str(hall.other.pk)): {"满1"},
        ("series", str(hall.series_of()[0].pk)): {"满1"},
        ("series", "999"): set(),
        ("q", "老礼堂"): {"旧讲座"},
        ("q", "别家"): {"满1"},
        ("q", "无此"): set(),
        ("kind", "nonsense"): {"旧讲座", "满1"},
    }
    for (key, value), names in wanted.items():
        text = page(clerk, "editions", **{key: value})
        assert {name for name in ("旧讲座", "满1") if f">{name}</a>" in text} == names, (key, value)
    assert "没有符合条件的活动" in page(clerk, "editions", q="无此")
    assert old.sessions.count() == 1


def test_what_was_typed_is_text(hall, clerk):
    text = page(clerk, "edition", hall.edition.pk)
    assert "质量&lt;b&gt;论坛&lt;/b&gt;" in text
    assert "质量<b>" not in text
    assert "&amp;lt;" not in text
    for name in ("session", "roster", "door", "poster"):
        text = page(clerk, name, hall.session.pk)
        assert "质量<b>" not in text
        assert "&amp;lt;" not in text


def test_history_says_what_was_done_by_whom_and_no_value(hall, clerk):
    plan = {"starts_at": None, "ends_at": None, "closes_at": None}
    operations.arrange(by=hall.accounts["bob"], session=hall.session, venue="秘密地点", seats=9, **plan)
    text = page(clerk, "history", hall.edition.pk)
    assert "修改场次安排" in text
    assert "地点、名额" in text
    assert "bob" in text
    assert "秘密地点" not in text


# ── counts ──


def test_each_unit_counts_its_own(hall):
    company = hall.own
    team = cards.add(by=hall.by, kind=Node.TEAM, name="总装班", parent=company)
    one, two = hall.person("甲", company), hall.person("乙", team)
    second = operations.add_session(by=hall.by, edition=hall.edition, on=today())
    for session in (hall.session, second):
        operations.check_in(by=hall.by, session=session, person=one)
    operations.check_in(by=hall.by, session=second, person=two)
    rows = Attendance.objects.filter(session__edition=hall.edition)
    assert queries.counts(rows) == queries.Counts(times=3, people=2, companies=1, sessions=2)
    assert queries.counts_by(rows, "session") == {
        hall.session.pk: queries.Counts(1, 1, 1, 1),
        second.pk: queries.Counts(2, 2, 1, 1),
    }
    operations.cancel(by=hall.by, session=second)
    assert queries.counts(rows) == queries.Counts(1, 1, 1, 1)


def test_two_cards_of_one_person_count_once_at_a_session_and_keep_both_rows(hall):
    one, two = hall.person("甲"), hall.person("甲")
    hall.check_in(one)
    hall.check_in(two)
    rows = Attendance.objects.filter(session=hall.session)
    assert queries.counts(rows).people == 2
    merge(by=hall.by, card=one, into=two)
    assert queries.counts(rows) == queries.Counts(1, 1, 1, 1)
    assert rows.count() == 2
    assert queries.of_person(two).count() == 2


def test_a_series_counts_the_editions_that_were_held(hall):
    series = hall.series_of()[0]
    held, cancelled = (
        operations.hold(by=hall.by, kind=Kind.FORUM, name_zh=name, on=[today()], series=series)
        for name in "甲乙"
    )
    operations.cancel(by=hall.by, session=cancelled.sessions.get())
    assert queries.series_counted().get(pk=series.pk).held == 1
    assert held.series == series


# ── what is done ──


def test_an_edition_is_entered_edited_published_and_withdrawn(hall, clerk):
    form = {
        "name_zh": "新讲座",
        "kind": "lecture",
        "on": "2030-05-01，2030-05-08",
        "host": "别家公司",
        "seats": "30",
    }
    assert clerk.post(reverse("gatherings:hold"), form).status_code == 302
    edition = Edition.objects.latest("pk")
    assert [str(one.held_on) for one in edition.sessions.order_by("held_on")] == ["2030-05-01", "2030-05-08"]
    assert (edition.host, edition.published) == (hall.other, False)
    form = {"name_zh": "改名", "kind": "lecture", "host": "", "about_zh": "简介"}
    assert clerk.post(reverse("gatherings:edit", args=[edition.pk]), form).status_code == 302
    edition.refresh_from_db()
    assert (edition.name_zh, edition.host, edition.about_zh) == ("改名", None, "简介")
    for published in (True, False):
        clerk.post(reverse("gatherings:publish", args=[edition.pk]))
        edition.refresh_from_db()
        assert edition.published is published


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"on": "2030-13-01"}, "请"),
        ({"on": ""}, "必"),
        ({"host": "无此公司"}, "没有名为“无此公司”的单位"),
        ({"starts_at": "10:00", "ends_at": "09:00"}, "早于"),
        ({"seats": "0"}, "1"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(hall, clerk, wrong, said):
    before = Edition.objects.count()
    form = {"name_zh": "新<讲座>", "kind": "lecture", "on": "2030-05-01"} | wrong
    answer = clerk.post(reverse("gatherings:hold"), form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "新&lt;讲座&gt;" in answer.content.decode()
    assert Edition.objects.count() == before


def test_moving_and_cancelling_are_confirmed_first(hall, clerk):
    hall.register(hall.person("甲"))
    hall.check_in(hall.person("乙"))
    address = reverse("gatherings:confirm", args=[hall.session.pk, "move"])
    assert "1 人" in clerk.get(address).content.decode()
    assert clerk.post(address, {"on": ""}).status_code == 409
    assert hall.session.held_on == today()
    clerk.post(address, {"on": "2031-01-02"})
    assert hall.session.held_on == dt.date(2031, 1, 2)
    assert hall.session.attendances.get().held_on == dt.date(2031, 1, 2)
    address = reverse("gatherings:confirm", args=[hall.session.pk, "cancel"])
    clerk.get(address)
    assert not hall.session.cancelled
    clerk.post(address)
    assert hall.session.cancelled
    assert clerk.get(reverse("gatherings:confirm", args=[hall.session.pk, "explode"])).status_code == 404


def test_who_helps_moves_and_does_not_cancel(hall, client):
    address = reverse("gatherings:confirm", args=[hall.session.pk, "cancel"])
    assert hall.ask(client, "bob", address, "POST").status_code == 403
    assert not hall.session.cancelled


def test_sessions_are_added_arranged_and_removed(hall, clerk):
    add = reverse("gatherings:add-session", args=[hall.edition.pk])
    assert 'value="一号厅"' in clerk.get(add).content.decode()  # as the last one
    assert clerk.post(add, {"held_on": "2030-05-01", "venue": "二号厅"}).status_code == 302
    session = Session.objects.latest("pk")
    clerk.post(
        reverse("gatherings:arrange", args=[session.pk]),
        {"venue": "三号厅", "seats": "5", "closes_at": "2030-04-30T12:00", "code_turns": "on"},
    )
    session.refresh_from_db()
    assert (session.venue, session.seats, session.code_turns) == ("三号厅", 5, True)
    assert f"{session.closes_at:%Y-%m-%d %H}" == "2030-04-30 04"  # kept in UTC
    clerk.post(reverse("gatherings:confirm", args=[session.pk, "remove"]))
    assert not Session.objects.filter(pk=session.pk).exists()


def test_staff_register_somebody_by_a_line_and_give_a_seat_back(hall, clerk):
    person = hall.person("张三")
    address = reverse("gatherings:register", args=[hall.session.pk])
    assert clerk.post(address, {"line": "张三"}).status_code == 302
    answer = clerk.post(address, {"line": "无<人>"})
    assert answer.status_code == 422
    assert "无&lt;人&gt;" in answer.content.decode()
    registration = Registration.objects.get(person=person)
    clerk.post(reverse("gatherings:give-back", args=[registration.pk]))
    registration.refresh_from_db()
    assert registration.state == "given_back"


# ── a company's own ──


def test_a_contact_sees_the_own_company_s_people_only(hall, client):
    hall.check_in(hall.person("自己人", hall.own, NUMBER))
    hall.check_in(hall.person("别家人", hall.other, NUMBER))
    own = hall.ask(client, "erin", reverse("gatherings:company", args=[hall.own.pk])).content.decode()
    assert "自己人" in own
    assert "别家人" not in own
    assert NUMBER not in own
    refused = hall.ask(client, "erin", reverse("gatherings:company", args=[hall.other.pk]))
    assert refused.status_code == 403
    assert "别家人" not in refused.content.decode()


def test_the_timeline_of_a_company_is_for_its_contact_and_for_readers(hall):
    person = hall.person("甲", hall.own)
    hall.check_in(person)
    for role, sees in {
        "alice": True,
        "bob": True,
        "erin": True,
        "dana": False,
        "rita": False,
        "charlie": False,
    }.items():
        events = timeline(hall.own, hall.accounts[role])
        assert bool(events) is sees, role
    event = timeline(hall.own, hall.accounts["erin"])[0]
    assert (event.on, event.what.zh) == (today(), "质量<b>论坛</b>")
    assert "1 人次" in event.detail
