"""Two people do the same thing at one moment, on a real database: one of them is told so, and nothing is done twice.

The second begins when the first has done its work and not yet committed it: the order is fixed, so the outcome is.
What each decides on was read before either began, as it is where a page was open for a while.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest
from databases import POSTGRES, address, environment, on_server, renew

pytestmark = pytest.mark.site

TELLER = """
import contextlib, datetime as dt, io, json, sys, traceback
import django
django.setup()
from django.db import connections
from zhiheng.core.people.operations import system_account
for line in sys.stdin:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            exec(json.loads(line), {"dt": dt, "by": system_account()})
        except Exception:
            traceback.print_exc(file=said)
    connections.close_all()
    print(json.dumps(said.getvalue()), flush=True)
"""
"""A process that does what it is told, one story after the other, and says what each printed."""

START = """
import threading, time
from decimal import Decimal
from django.db import connection, transaction
from story import OWN, OTHER
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind, Organisation
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account
from zhiheng.core.problems import Problem
from zhiheng.gatherings import operations as gatherings
from zhiheng.gatherings.models import Attendance, Kind as Gathering, Registration, Session
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import *
from zhiheng.lines.members.tests.house import House

def at_once(first, second):
    done, became = threading.Event(), {}
    def one():
        try:
            with transaction.atomic():
                first()
                done.set()
                time.sleep(0.4)
        except BaseException as error:
            became["one"] = repr(error)
        finally:
            done.set()
            connection.close()
    def two():
        done.wait()
        try:
            second()
        except Problem as problem:
            became["two"] = problem.rule.code
        except BaseException as error:
            became["two"] = repr(error)
        finally:
            connection.close()
    threads = [threading.Thread(target=each) for each in (one, two)]
    for each in threads: each.start()
    for each in threads: each.join()
    print(became.get("one", "done"), became.get("two", "done"))

def again(record):
    return type(record)._base_manager.get(pk=record.pk)

house = House(by)
own, other = (Organisation.objects.get(name=name) for name in (OWN, OTHER))
session = gatherings.hold(by=by, kind=Gathering.FORUM, name_zh="论坛", on=[dt.date(2018, 5, 1)], seats=1).sessions.get()
anna, ben = (people.add_person(by=by, name=name, organisation=own) for name in ("安娜", "本"))
DAY = dt.date(2018, 5, 1)

def applied(name="新单位"):
    return members.apply(by=by, organisation=house.card(name), on=DAY)

def owed():
    house.standard()
    return house.raise_dues()

def match(payment, due):
    return lambda: members.match(by=by, payment=again(payment), shares=[(again(due), due.amount)])
"""

STORIES = {
    "the last seat goes to one, the other waits": (
        """
        at_once(lambda s=again(session): gatherings.register(by=by, session=s, person=anna, organisation=own),
                lambda s=again(session): gatherings.register(by=by, session=s, person=ben, organisation=own))
        print(*session.registrations.order_by("id").values_list("state", flat=True))
        """,
        "done done taken waiting",
    ),
    "a person registers once": (
        """
        at_once(lambda s=again(session): gatherings.register(by=by, session=s, person=anna, organisation=own),
                lambda s=again(session): gatherings.register(by=by, session=s, person=anna, organisation=own))
        print(session.registrations.count())
        """,
        "done gatherings.registered 1",
    ),
    "a seat given back is given on once": (
        """
        first, second, third = (gatherings.register(by=by, session=session, person=each, organisation=own)
            for each in (anna, ben, people.add_person(by=by, name="卡尔", organisation=own)))
        at_once(lambda r=again(first): gatherings.give_back(by=by, registration=r),
                lambda r=again(first): gatherings.give_back(by=by, registration=r))
        print(*session.registrations.order_by("id").values_list("state", flat=True))
        """,
        "done gatherings.given_back given_back taken waiting",
    ),
    "a person is checked in once": (
        """
        at_once(lambda s=again(session): gatherings.check_in(by=by, session=s, person=anna),
                lambda s=again(session): gatherings.check_in(by=by, session=s, person=anna))
        print(session.attendances.count())
        """,
        "done gatherings.twice 1",
    ),
    "two clerks enter the same roster and none of it is lost": (
        """
        rows = [(anna, own), (ben, own)]
        at_once(lambda s=again(session): gatherings.enter_roster(by=by, session=s, rows=rows[:1]),
                lambda s=again(session): gatherings.enter_roster(by=by, session=s, rows=rows))
        print(session.attendances.count())
        """,
        "done done 2",
    ),
    "who is checked in while the session moves counts for the new day": (
        """
        at_once(lambda s=again(session): gatherings.move(by=by, session=s, on=dt.date(2019, 1, 5)),
                lambda s=again(session): gatherings.check_in(by=by, session=s, person=anna))
        print(session.attendances.get().held_on)
        """,
        "done done 2019-01-05",
    ),
    "an application is approved once": (
        """
        waits = applied()
        at_once(lambda a=again(waits): members.approve(by=by, application=a, on=DAY),
                lambda a=again(waits): members.approve(by=by, application=a, on=DAY))
        print(Membership.objects.filter(organisation=waits.organisation).count())
        """,
        "done members.decided 1",
    ),
    "an application that is declined is not approved": (
        """
        waits = applied()
        at_once(lambda a=again(waits): members.decline(by=by, application=a, on=DAY, reason="材料不实"),
                lambda a=again(waits): members.approve(by=by, application=a, on=DAY))
        print(Membership.objects.filter(organisation=waits.organisation).count(), again(waits).state)
        """,
        "done members.decided 0 declined",
    ),
    "a company applies once": (
        """
        card = house.card("新单位")
        at_once(lambda c=again(card): members.apply(by=by, organisation=c, on=DAY),
                lambda c=again(card): members.apply(by=by, organisation=c, on=DAY))
        print(card.applications.count())
        """,
        "done members.applied 1",
    ),
    "a company that nobody knows is kept once": (
        """
        ask = lambda: members.ask_to_join(
            by=by, name="新朋友公司", code="D2143569X", contact_name="张三", contact_mobile="13800001234")
        at_once(ask, ask)
        print(OnlineApplication.objects.count())
        """,
        "done done 1",
    ),
    "what was asked online is received once": (
        """
        asked = members.ask_to_join(
            by=by, name="新朋友公司", code="D2143569X", contact_name="张三", contact_mobile="13800001234")
        at_once(lambda a=again(asked): members.receive(by=by, asked=a, on=DAY),
                lambda a=again(asked): members.receive(by=by, asked=a, on=DAY))
        print(Application.objects.filter(organisation__code="D2143569X").count())
        """,
        "done members.dealt_with 1",
    ),
    "a correction is settled once": (
        """
        asked = members.ask_correction(by=by, organisation=own, about=Correction.About.ADDRESS, wanted="一号")
        settle = lambda a, yes: members.settle_correction(by=by, correction=a, accepted=yes, answer="已核", on=DAY)
        at_once(lambda a=again(asked): settle(a, False), lambda a=again(asked): settle(a, True))
        print(again(own).address or "none")
        """,
        "done members.settled none",
    ),
    "a payment pays one due": (
        """
        one, two = owed()
        payment = house.money("某公司", one.amount)
        at_once(match(payment, one), match(payment, two))
        print(Matching.objects.count())
        """,
        "done members.too_much_of_payment 1",
    ),
    "a due is paid once": (
        """
        due, _ = owed()
        at_once(match(house.money("某公司", due.amount), due), match(house.money("某公司", due.amount), due))
        print(Matching.objects.count())
        """,
        "done members.too_much_for_due 1",
    ),
    "a match is undone once": (
        """
        due, _ = owed()
        matching = house.pay(due)
        at_once(lambda m=again(matching): members.unmatch(by=by, matching=m),
                lambda m=again(matching): members.unmatch(by=by, matching=m))
        print(Matching.objects.count())
        """,
        "done core.gone 0",
    ),
    "a statement is taken in once": (
        """
        line = [["2018-03-01", "某公司", "", "1000", "会费", "R1"]]
        at_once(lambda: house.take_in(line), lambda: house.take_in(line))
        print(Payment.objects.count(), *Statement.objects.order_by("id").values_list("known", flat=True))
        """,
        "done done 1 0 1",
    ),
    "a receipt is issued once": (
        """
        due, _ = owed()
        house.pay(due)
        issue = lambda d: members.issue(by=by, due=d, kind=Voucher.Kind.RECEIPT, on=dt.date(2018, 4, 1))
        at_once(lambda d=again(due): issue(d), lambda d=again(due): issue(d))
        print(Voucher.objects.count())
        """,
        "done members.not_positive 1",
    ),
    "the dues of a year are raised once": (
        """
        house.standard()
        at_once(house.raise_dues, house.raise_dues)
        print(Due.objects.count())
        """,
        "done done 2",
    ),
    "a membership ends once": (
        """
        membership = own.memberships.get()
        end = lambda m, on: members.end(by=by, membership=m, on=on, why=Membership.Why.WITHDREW)
        at_once(lambda m=again(membership): end(m, dt.date(2018, 5, 1)),
                lambda m=again(membership): end(m, dt.date(2019, 5, 1)))
        print(again(membership).end)
        """,
        "done members.ended 2018-05-01",
    ),
}


@pytest.fixture(scope="module")
def teller(prepared, tmp_path_factory, worker_id):
    """Give what tells a story in a database as prepared, and gives what it printed."""
    folder = tmp_path_factory.mktemp("at_once")
    database = f"at_once_{worker_id}" if POSTGRES else str(folder / "site.sqlite3")
    env = environment(address(database), folder) | {"DJANGO_SETTINGS_MODULE": "zhiheng.config.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", TELLER], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def tell(code: str) -> str:
            renew(database, prepared)
            print(json.dumps(START + textwrap.dedent(code)), file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())

        yield tell
        process.stdin.close()
    if POSTGRES:
        on_server(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.mark.parametrize("story", STORIES)
def test_of_two_at_once(teller, story):
    code, outcome = STORIES[story]
    assert " ".join(teller(code).split()) == outcome


def test_a_company_has_one_card(teller):
    """PostgreSQL finds it by the code that stands there once, SQLite lets the second look after the first is done."""
    add = "cards.add(by=by, kind=Kind.COMPANY, name='甲', code='D2143569X')"
    said = teller(
        f"at_once(lambda: {add}, lambda: {add})\nprint(Organisation.objects.filter(name='甲').count())"
    )
    assert said.split() in [["done", refusal, "1"] for refusal in ("core.at_once", "organisations.same_code")]
