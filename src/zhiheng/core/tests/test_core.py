"""Operations ask, are atomic and leave a line; the journal only grows; dates, codes and credits keep their rules."""

from __future__ import annotations

import datetime as dt
import inspect

import pytest
import rules
from django.db import DatabaseError, connection, transaction

from zhiheng.core import operations as spine
from zhiheng.core.journal.models import Line
from zhiheng.core.journal.queries import history
from zhiheng.core.organisations import codes, operations
from zhiheng.core.organisations.credits import rebuild, spans
from zhiheng.core.organisations.models import Credit, Kind, Organisation
from zhiheng.core.organisations.problems import (
    CHECK_DIGIT,
    CODE_SHAPE,
    CYCLE,
    MERGED,
    NO_CODE_NO_REASON,
    SAME_CODE,
)
from zhiheng.core.people.models import Account, Part, Role
from zhiheng.core.people.permissions import is_contact_of
from zhiheng.core.problems import BACKWARDS, REFUSED, Problem

pytestmark = pytest.mark.django_db
DAY = dt.date(2018, 5, 1)


@pytest.fixture
def secretary():
    account = Account.objects.create_user("secretary")
    Role.objects.create(account=account, line="office", part=Part.RUNS, start=dt.date(2010, 1, 1))
    return account


@pytest.fixture
def stranger():
    return Account.objects.create_user("stranger")


def company(by, name, **more):
    more.setdefault("no_code_reason", "示例")
    return operations.add(by=by, kind=Kind.COMPANY, name=name, **more)


def refused(rule):
    class Expected:
        def __enter__(self):
            self.raises = pytest.raises(Problem)
            self.info = self.raises.__enter__()
            return self.info

        def __exit__(self, *error):
            done = self.raises.__exit__(*error)
            assert self.info.value.rule is rule
            return done

    return Expected()


def test_who_has_no_role_is_refused_and_nothing_is_written(stranger):
    with refused(REFUSED):
        company(stranger, "甲厂")
    assert not Organisation.objects.exists()
    assert not Line.objects.exists()


def test_an_operation_that_forgets_the_journal_is_undone(secretary):
    @spine.operation("organisations.add", "试", "try")
    def forgetful(*, by: Account) -> None:
        Organisation.objects.create(kind=Kind.COMPANY, name="乙厂", no_code_reason="示例")

    try:
        with pytest.raises(RuntimeError, match="nothing into the journal"):
            forgetful(by=secretary)
    finally:
        spine._OPERATIONS.pop(f"{forgetful.__module__}.{forgetful.__qualname__}")
    assert not Organisation.objects.exists()


def test_a_line_outside_an_operation_is_refused(secretary):
    with pytest.raises(RuntimeError, match="outside an operation"):
        spine.record(secretary, "organisations.add", secretary)


def test_every_operation_takes_keywords_and_names_a_permission_that_exists():
    listed = spine.operations()
    assert len(listed) >= 20
    for name, found in listed.items():
        kinds = {p.kind for p in inspect.signature(found.function).parameters.values()}
        assert kinds == {inspect.Parameter.KEYWORD_ONLY}, name
        assert rules.perm_exists(found.permission), f"{name}: {found.permission}"
        assert found.name.zh
        assert found.name.en


def test_the_database_itself_refuses_to_change_the_journal(secretary):
    company(secretary, "甲厂")
    line = Line.objects.get()
    for change in (lambda: Line.objects.update(verb="x"), lambda: Line.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert Line.objects.get() == line


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no REPLACE")
def test_a_line_of_the_journal_is_not_replaced_either(secretary):
    company(secretary, "甲厂")
    line = Line.objects.get()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT OR REPLACE INTO journal_line SELECT id, at, 'x', \"table\", subject_id, fields, by_id"
            " FROM journal_line"
        )
    assert Line.objects.get().verb == line.verb


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_the_journal_is_not_emptied_at_once(secretary):
    company(secretary, "甲厂")
    at_once = "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE journal_line CASCADE"
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(at_once)
    assert Line.objects.count() == 1


def test_the_journal_keeps_names_of_fields_and_no_value(secretary):
    card = company(secretary, "机密厂")
    operations.rename(by=secretary, organisation=card, name="新机密厂", on=DAY)
    lines = list(history(card))
    assert [line.verb for line in lines] == ["organisations.rename", "organisations.add"]
    assert "机密" not in str(list(Line.objects.values_list()))


def test_a_contact_of_one_company_is_not_of_another_whose_number_a_record_shares(secretary, stranger):
    card, other = company(secretary, "甲厂"), company(secretary, "乙厂")
    Role.objects.create(account=stranger, line="members", part=Part.CONTACT, organisation=card, start=DAY)

    class Loose:
        organisation_id = None
        pk = card.pk

    assert is_contact_of(stranger, card)
    assert not is_contact_of(stranger, other)
    assert not is_contact_of(stranger, Loose())


@pytest.mark.parametrize("wrong", ["", "12", "91350100M000100Y4I", "91350100M000100Y4S1"])
def test_what_has_not_the_shape_of_a_code_is_refused(wrong):
    with refused(CODE_SHAPE):
        codes.read(wrong)


def test_one_wrong_character_of_a_code_is_found():
    body = "91350100M000100Y4"
    good = body + codes.unified_check(body)
    assert codes.read(good.lower()[:4] + " " + good[4:]) == good
    for place in range(17):
        for other in set(codes.ALPHABET) - {good[place]}:
            with refused(CHECK_DIGIT):
                codes.read(good[:place] + other + good[place + 1 :])


def test_an_old_code_has_its_own_check_character():
    # GB 11714-1997, annex: D2143569-X
    assert codes.read("D2143569-X") == "D2143569X"
    with refused(CHECK_DIGIT):
        codes.read("D21435691")


def test_a_card_has_a_code_or_a_reason_and_no_two_cards_one_code(secretary):
    with refused(NO_CODE_NO_REASON):
        operations.add(by=secretary, kind=Kind.COMPANY, name="甲厂")
    company(secretary, "甲厂", code="D2143569X")
    with refused(SAME_CODE):
        company(secretary, "乙厂", code="D2143569-X")


def test_a_name_has_its_days(secretary):
    card = company(secretary, "甲厂", since=dt.date(2013, 1, 1))
    operations.rename(by=secretary, organisation=card, name="甲公司", on=DAY)
    assert card.names.as_of(DAY - dt.timedelta(days=1)).get().name == "甲厂"
    assert card.names.as_of(DAY).get().name == "甲公司"
    with refused(BACKWARDS):
        operations.rename(by=secretary, organisation=card, name="丙公司", on=DAY)


def climb(node, day):
    """The rule by hand, a day at a time."""
    while True:
        while node.merged_into:
            node = node.merged_into
        if node.kind in {Kind.COMPANY, Kind.GROUP, Kind.ASSOCIATION}:
            return node
        above = node.belongings.as_of(day).first()
        if above is None:
            return None
        node = above.parent


def test_a_credit_goes_to_the_nearest_legal_person_of_that_day(secretary):
    group = operations.add(by=secretary, kind=Kind.GROUP, name="集团", no_code_reason="示例")
    one, two = (company(secretary, name, parent=group) for name in ("一公司", "二公司"))
    branch = operations.add(by=secretary, kind=Kind.BRANCH, name="分公司", parent=one)
    team = operations.add(by=secretary, kind=Kind.TEAM, name="班组", parent=branch)
    operations.place_under(by=secretary, child=branch, parent=two, on=DAY)
    double = company(secretary, "一公司（重复）")
    operations.merge(by=secretary, card=double, into=one)
    before, after = DAY - dt.timedelta(days=1), DAY
    for node in (group, one, two, branch, team, double):
        node.refresh_from_db()
        for day in (before, after):
            found = Credit.objects.as_of(day).filter(node=node).values_list("company", flat=True)
            right = climb(node, day)
            assert list(found) == ([right.pk] if right else []), (node, day)
    assert climb(team, before) == one
    assert climb(team, after) == two
    with refused(CYCLE):
        operations.place_under(by=secretary, child=group, parent=team, on=DAY)
    with refused(MERGED):
        operations.merge(by=secretary, card=two, into=double)


def test_credits_built_again_are_the_same(secretary):
    one = company(secretary, "一公司")
    team = operations.add(by=secretary, kind=Kind.TEAM, name="班组", parent=one)
    kept = set(Credit.objects.values_list("node", "company", "start", "end"))
    rebuild([one.pk])
    assert set(Credit.objects.values_list("node", "company", "start", "end")) == kept
    assert [span[0] for span in spans(team.pk)] == [one.pk]
