"""The whole demonstration, in order: the city, the traps, six years, the accounts, the report, what changed since."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

import association
import money
import report
import traps
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Part
from zhiheng.figures.definition import Period, figure
from zhiheng.figures.measured import load_run
from zhiheng.figures.operations import freeze
from zhiheng.figures.reports.models import Publication, Step
from zhiheng.ui.words import Text

PASSWORD: Final = "zhiheng-demo-2018"  # noqa: S105 - printed for everybody; the records are made up
ACCOUNTS: Final = {
    # name to sign in with: line, part, who that is
    "alice": ("members", Part.RUNS, Text("会员部主任", "runs members and gatherings")),
    "bob": ("members", Part.HELPS, Text("会员部干事", "helps with members and gatherings")),
    "oscar": ("recognition", Part.RUNS, Text("评价部主任", "runs another line")),
    "olive": ("office", Part.RUNS, Text("秘书长", "secretary-general")),
    "carol": ("council", Part.RUNS, Text("理事会", "the council")),
    "dana": ("members", Part.CONTACT, Text("一家会员单位的联系人", "contact of a member company")),
    "charlie": ("", None, Text("普通参加者，没有角色", "a participant without a role")),
}
SINCE: Final = dt.date(2013, 1, 1)
CITY: Final = Path(__file__).parents[1] / "out" / "city"
"""Where `make demo` measures the city."""


@dataclass(frozen=True, slots=True)
class Built:
    """What stands afterwards: the report, the traps as they were when it was published, and as they are now."""

    published: Publication
    traps: dict[str, traps.Trap]
    later: dict[str, traps.Trap]
    members: list[Organisation]


def build(say: Callable[[str], None] = lambda _words: None, city: Path | None = None) -> Built:
    """Build it all in the database of the settings; `city`: results of `examples/city` of which the report tells."""
    by = people.system_account()
    say("城市 · the city")
    world = association.begin(by)
    say("容易数错的情形 · the traps of counting")
    told = traps.tell(world)
    cast = [part for trap in told.values() for part in trap.cast]
    say("六年的会员与活动 · six years of members and gatherings")
    members = association.build(world, sum(p.member for p in cast), sum(p.took_part for p in cast))
    association.announce(world, timezone.localdate())
    association.ask(world)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner has seen nothing of what this transaction wrote
    say("会费与理事会 · dues and council")
    money.build(world, members)
    accounts = _accounts(by, members[0])
    if city is not None:
        say("城市测评的结果 · the measured city")
        load_run(by=by, programme="city", folder=city)
    say("工作报告 · the council report")
    for year in association.YEARS[:-1]:
        freeze(by=by, figure=figure("members.participation"), period=Period.year(year))
        freeze(by=by, figure=figure("members.count"), period=Period.read(f"{year}-12-31"))
    published = report.publish(
        {
            Step.DRAFT: accounts["bob"],
            Step.REVIEW: accounts["alice"],
            Step.CONSULT: accounts["oscar"],
            Step.ISSUE: accounts["olive"],
            Step.COUNCIL: accounts["carol"],
        },
        measured=city is not None,
    )
    say("发布之后的变化 · what changed since")
    return Built(published, told, traps.tell_later(world, told), members)


def _accounts(by: Account, company: Organisation) -> dict[str, Account]:
    made = {}
    for name, (line, part, _) in ACCOUNTS.items():
        person = people.add_person(
            by=by, name=name.title(), organisation=company if part is Part.CONTACT else None
        )
        made[name] = people.open_account(by=by, username=name, password=PASSWORD, person=person)
        for each in {line, "gatherings"} if line == "members" and part is not Part.CONTACT else {line} - {""}:
            people.give_role(
                by=by,
                account=made[name],
                line=each,
                part=part,
                start=SINCE,
                organisation=company if part is Part.CONTACT else None,
            )
    return made


def main() -> None:
    """Migrate, build where nothing stands yet, and say who may sign in."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if Organisation.objects.exists():
        print("示例已在 · the demonstration stands already")
    else:
        start = time.monotonic()
        with transaction.atomic():  # all of it, or nothing
            built = build(
                lambda words: print(f"{time.monotonic() - start:5.1f} s  {words}", flush=True),
                CITY if CITY.exists() else None,
            )
        print(f"{time.monotonic() - start:5.1f} s  {built.published}")
    print(f"\n试用账号，密码都是 {PASSWORD} · accounts to try, all with that password")
    for name, (_, _, who) in ACCOUNTS.items():
        print(f"  {name:8} {who.zh} · {who.en}")
