"""A code cannot be guessed and forgives how it is typed; what it shows is true of today and names no person in full."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from story import Story

from zhiheng.core.credentials import codes, operations
from zhiheng.core.credentials.models import Credential
from zhiheng.core.credentials.problems import MISTYPED, UNKNOWN, WITHDRAWN
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Person
from zhiheng.core.problems import REFUSED, TOO_MANY, Problem
from zhiheng.ui.words import Text

TITLE, DAY = Text("QC小组<活动>诊断师", "QC circle <assessor>"), dt.date(2018, 5, 1)
BODY = st.text(codes.ALPHABET, min_size=11, max_size=11)


@pytest.fixture
def story(db):
    cache.clear()
    return Story()


def issue(story, who="alice", **more):
    given = {"holder": story.own, "start": DAY, "title": TITLE, "line": "members"} | more
    return operations.issue(by=story.accounts[who], **given)


@given(BODY)
def test_every_wrong_character_and_every_two_that_changed_places_are_found(body):
    code = body + codes.check(body)
    assert codes.read(code) == code
    for at in range(codes.LENGTH):
        for other in set(codes.ALPHABET) - {code[at]}:
            assert codes.read(code[:at] + other + code[at + 1 :]) is None
    for at in range(codes.LENGTH - 1):
        if code[at] != code[at + 1]:
            assert codes.read(code[:at] + code[at + 1] + code[at] + code[at + 2 :]) is None


@given(BODY)
def test_a_code_is_read_however_it_is_typed(body):
    code = body + codes.check(body)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    forgiven = code.replace("0", "O").replace("1", "l").replace("2", "z").replace("V", "u")
    for typed in (code.lower(), codes.spaced(code), f" {code[:6]} {code[6:]} ", wide, forgiven):
        assert codes.read(typed) == code


@pytest.mark.parametrize(
    "wrong", ["", "1", "A" * 11, "A" * 13, "证书编码一二三四五六七八", "%" * 12, "A" * 5000]
)
def test_what_is_no_code_is_none(wrong):
    assert codes.read(wrong) is None


def test_codes_are_random_and_hold_54_bits():
    made = {codes.new() for _ in range(2000)}
    assert len(made) == 2000
    assert len(codes.ALPHABET) ** (codes.LENGTH - 1) > 2**54
    assert set("".join(made)) == set(codes.ALPHABET)


@pytest.mark.parametrize(
    ("given", "day", "status"),
    [
        ({}, DAY, "valid"),
        ({}, DAY - dt.timedelta(1), "not_yet"),
        ({"end": dt.date(2020, 1, 1)}, dt.date(2019, 12, 31), "valid"),
        ({"end": dt.date(2020, 1, 1)}, dt.date(2020, 1, 1), "expired"),
    ],
)
def test_what_it_is_worth_depends_on_the_day(story, given, day, status):
    assert issue(story, **given).status(day) == status


def test_a_withdrawn_one_was_valid_before_and_is_withdrawn_once(story):
    credential = issue(story)
    operations.withdraw(by=story.accounts["alice"], credential=credential, on=dt.date(2019, 1, 1))
    assert credential.status(dt.date(2018, 12, 31)) == "valid"
    assert credential.status(dt.date(2019, 1, 1)) == "withdrawn"
    with pytest.raises(Problem) as refused:
        operations.withdraw(by=story.accounts["alice"], credential=credential, on=DAY)
    assert refused.value.rule is WITHDRAWN


def test_anybody_with_the_code_sees_what_it_is_worth_and_no_more_of_a_person_than_needed(client, story):
    person = Person.objects.create(
        name="王某明", mobile="13800001234", email="w@example.org", organisation=story.own
    )
    credential = issue(story, holder=person, number="QC-2018-001")
    page = client.get(reverse("check"), {"code": credential.printed.lower()}).content.decode()
    assert "王*明" in page
    assert "QC小组&lt;活动&gt;诊断师" in page
    assert "QC-2018-001" in page
    assert "有效" in page
    for secret in ("王某明", "13800001234", "w@example.org", "自家"):
        assert secret not in page
    assert credential.address.endswith(reverse("check-code", args=[credential.code]))
    assert "王*明" in client.get(reverse("check-code", args=[credential.code])).content.decode()
    people.erase(by=story.by, person=person)
    assert "***" in client.get(reverse("check-code", args=[credential.code])).content.decode()


@pytest.mark.parametrize(
    ("name", "shown"), [("王明", "王*"), ("王某明", "王*明"), ("欧阳某明", "欧**明"), ("王", "王*")]
)
def test_a_name_is_masked(name, shown):
    assert Credential(person=Person(name=name)).holder == shown


def test_an_unknown_and_a_mistyped_code_are_told_apart_and_shown_as_text(client, story):
    unknown = codes.new()
    for typed, rule, status in ((unknown, UNKNOWN, 404), ("<b>x</b>", MISTYPED, 422)):
        answer = client.get(reverse("check"), {"code": typed})
        assert answer.status_code == status
        assert rule.remedy.zh in answer.content.decode()
        assert "<b>x" not in answer.content.decode()


def test_found_and_unknown_cost_the_same_query(client, story):
    asked = []
    for code in (issue(story).code, codes.new()):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("check-code", args=[code]))
        found = [each for each in queries.captured_queries if "credentials_credential" in each["sql"]]
        asked.append((len(found), len(queries)))
    assert asked[0] == asked[1]
    assert asked[0][0] == 1


def test_who_asks_too_often_waits(client, story):
    code = issue(story).code
    answers = [client.get(reverse("check-code", args=[code])) for _ in range(31)]
    assert [each.status_code for each in answers[-2:]] == [200, 429]
    assert TOO_MANY.breach.zh in answers[-1].content.decode()
    assert "自家" not in answers[-1].content.decode()


def test_only_who_works_on_the_line_issues_and_only_who_runs_it_withdraws(story):
    for who in ("charlie", "dana", "rita", "oscar"):
        with pytest.raises(Problem) as refused:
            issue(story, who)
        assert refused.value.rule is REFUSED
    credential = issue(story, "bob")
    for who in ("bob", "charlie", "oscar", "erin"):
        with pytest.raises(Problem) as refused:
            operations.withdraw(by=story.accounts[who], credential=credential, on=timezone.localdate())
        assert refused.value.rule is REFUSED


def test_a_credential_has_one_holder(story):
    with pytest.raises(IntegrityError), transaction.atomic():
        Credential.objects.create(line="members", title_zh="甲", title_en="A", start=DAY)
