"""The demonstration: its report is true, every trap is counted right, and what changed since is named."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import transaction

sys.path.insert(0, str(Path(__file__).parents[2] / "demo"))

from association import MEMBERS
from build import build, main
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind, Organisation
from zhiheng.core.people import operations as people
from zhiheng.figures.definition import Period, figure
from zhiheng.figures.evaluation import evaluate
from zhiheng.figures.lineage import drift
from zhiheng.figures.reports.gate import Status, examine
from zhiheng.gatherings.models import Attendance, Session
from zhiheng.lines.members.figures import PARTICIPATION
from zhiheng.lines.members.models import Membership

pytestmark = pytest.mark.site
Y2018 = Period.year(2018)
TERM = Period.read("2013-2018")


@pytest.mark.django_db
def test_a_database_with_something_in_it_is_left_alone(capsys):
    cards.add(by=people.system_account(), kind=Kind.COMPANY, name="已有单位", no_code_reason="示例")
    main()
    assert "stands already" in capsys.readouterr().out
    assert Organisation.objects.count() == 1


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """Build it once; nothing of it stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def counted(built):
    """What the program counts now: company → did it take part."""
    return dict(PARTICIPATION.rows(Y2018).values_list("company", "counted"))


def snapshot(built, code):
    [found] = {
        each.binding.snapshot
        for each in examine(built.published.version).numbers
        if each.binding.snapshot and each.binding.snapshot.figure == code
    }
    return found


def test_the_report_is_true_in_every_number(built):
    numbers = examine(built.published.version).numbers
    assert Counter(number.status for number in numbers) == {Status.TRUE: 7, Status.CITED: 1}
    assert not any(number.override or number.warnings for number in numbers)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("gatherings.innovation_forum", 5),
        ("gatherings.international_symposium", 4),
        ("gatherings.sino_german_forum", 3),
    ],
)
def test_the_forums_were_held_as_often_as_the_report_says(built, code, value):
    assert snapshot(built, code).value == evaluate(figure(code), TERM).value == value


def test_more_than_a_thousand_sessions_which_are_not_attendances(built):
    value = snapshot(built, "members.activity_sessions").value
    by_hand = Session.objects.filter(
        held_on__year__range=(2013, 2018), cancelled=False, edition__kind="activity"
    ).count()
    assert 1000 < by_hand == evaluate(figure("members.activity_sessions"), TERM).value
    assert value == by_hand + 1  # one was moved into 2019 after the report was published
    assert Attendance.objects.count() > 10 * by_hand


def test_the_rate_is_93_5_as_of_the_day_and_today(built):
    published = snapshot(built, "members.participation")
    assert (published.counted, published.base) == (374, MEMBERS)
    now = evaluate(PARTICIPATION, Y2018)
    assert (now.counted, now.base) == (373, 399)
    assert published.value.quantize(now.rounded) == now.rounded == pytest.approx(93.5)


def test_the_drift_names_exactly_what_happened_since(built):
    change = drift(snapshot(built, "members.participation"))
    company = {code: trap.cast[0].card.pk for code, trap in built.later.items()}
    of = dict(Membership.objects.values_list("pk", "organisation"))
    assert [of[row] for row in change.removed] == [company["withdrew-backdated"]]
    assert {of[row.row_id] for row in change.changed} == {company["entered-late"], company["moved-later"]}
    assert not change.added
    assert not change.redefined


def test_there_are_at_least_fifteen_traps(built):
    assert len(built.traps) >= 15


def answers(traps):
    return [(code, part) for code, trap in traps.items() for part in trap.cast]


def test_every_trap_is_counted_right(built, counted):
    now = {**built.traps, **built.later}
    for code, part in answers(now):
        assert (part.card.pk in counted) == part.member, (code, part.card)
        assert bool(counted.get(part.card.pk, 0)) == part.took_part, (code, part.card)


def test_the_number_published_was_counted_over_the_traps_as_they_were_then(built):
    published = snapshot(built, "members.participation")
    then = dict(published.rows.values_list("row_id", "counted"))
    of = {of: pk for pk, of in Membership.objects.filter(pk__in=then).values_list("pk", "organisation")}
    for code, part in answers(built.traps):
        assert (part.card.pk in of) == part.member, (code, part.card)
        if part.member:
            assert bool(then[of[part.card.pk]]) == part.took_part, (code, part.card)


def test_members_are_companies_with_right_codes_once(built):
    current = Membership.objects.as_of(Y2018.last).values_list("organisation", flat=True)
    assert Organisation.objects.filter(pk__in=current, code="", merged_into=None).count() == 0


def digest():
    """What was built, without the tokens drawn for publication."""
    said = [
        list(Organisation.objects.order_by("pk").values_list("pk", "name", "code", "merged_into")),
        list(Membership.objects.order_by("pk").values_list("pk", "organisation", "number", "start", "end")),
        list(Attendance.objects.order_by("pk").values_list("session", "person", "organisation", "held_on")),
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()


AGAIN = """
import os, sys
sys.path[:0] = [{demo!r}, {tests!r}]
import django
django.setup()
import build, check
build.main()
for said in check.check():
    print(said)
from test_demo import digest
print(digest())
"""


@pytest.mark.sqlite
def test_built_anew_it_is_the_same_and_opens(tmp_path, built):
    here = Path(__file__)
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "zhiheng.config.settings",
        "ZHIHENG_MODE": "demo",
        "ZHIHENG_DATA": str(tmp_path),
        "ZHIHENG_DATABASE": f"sqlite:///{tmp_path}/again.sqlite3",
        "PYTHONHASHSEED": "1",
    }
    code = AGAIN.format(demo=str(here.parents[2] / "demo"), tests=str(here.parent))
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "93.5%" in done.stdout
    assert done.stdout.splitlines()[-1] == digest()
