"""A made-up association of a size no real one has: 3,200 members with two teams each, and a million attendances.

Rows are written in bulk, past the operations: what is measured is reading. The same rows every time.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

from django.db import connection, models, transaction

YEARS = range(2013, 2020)
MEMBERS = 3_200
TEAMS = 2
SESSIONS_A_YEAR = 720
PEOPLE = 60_000
ATTENDANCES = 1_000_000
QUIET = 0.12
"""Share of the members of which nobody comes in a year."""
ALWAYS = dt.date(1, 1, 1)


@transaction.atomic
def build(attendances: int = ATTENDANCES) -> dict[str, int]:
    """Fill an empty, migrated database; give how many rows each table has."""
    from zhiheng.core.organisations.models import Credit, Organisation  # noqa: PLC0415 - after Django is set up
    from zhiheng.core.people.models import Person  # noqa: PLC0415 - after Django is set up
    from zhiheng.gatherings.models import Attendance, Edition, Session  # noqa: PLC0415 - after Django is set up
    from zhiheng.lines.members.models import Membership, TierSpell  # noqa: PLC0415 - after Django is set up

    dice = random.Random(20181231)
    companies = range(1, MEMBERS + 1)
    teams = {company: [MEMBERS + company + i * MEMBERS for i in range(TEAMS)] for company in companies}
    fill(Organisation, (
        *({"id": pk, "kind": "company", "name": f"公司{pk}", "size": dice.choice("LMSX")} for pk in companies),
        *({"id": pk, "kind": "team", "name": f"班组{pk}", "size": ""} for own in teams.values() for pk in own),
    ))  # fmt: skip
    fill(Credit, (
        {"node_id": node, "company_id": company, "start": ALWAYS}
        for company in companies for node in (company, *teams[company])
    ))  # fmt: skip
    joined = {company: dt.date(dice.randrange(2001, 2017), dice.randrange(1, 13), 1) for company in companies}
    fill(Membership, (
        {"id": company, "organisation_id": company, "number": f"M{company:05}", "start": joined[company],
         "end": dt.date(dice.randrange(2017, 2020), 6, 30) if dice.random() < 0.03 else None}
        for company in companies
    ))  # fmt: skip
    fill(TierSpell, (
        {"membership_id": company, "tier": dice.choice(["member"] * 8 + ["council"]), "start": joined[company]}
        for company in companies
    ))  # fmt: skip
    fill(Person, ({"id": pk, "name": f"人{pk}", "mobile": f"138{pk:08}"} for pk in range(1, PEOPLE + 1)))
    sessions = {
        year: [(year - YEARS[0]) * SESSIONS_A_YEAR + i + 1 for i in range(SESSIONS_A_YEAR)] for year in YEARS
    }
    days = {
        pk: dt.date(year, 1, 1) + dt.timedelta(days=dice.randrange(365))
        for year in YEARS
        for pk in sessions[year]
    }
    fill(Edition, ({"id": pk, "kind": "activity", "name_zh": f"会员活动{pk}"} for pk in days))
    fill(Session, (
        {"id": pk, "edition_id": pk, "held_on": day, "cancelled": dice.random() < 0.02, "token": f"t{pk}",
         "code_key": f"k{pk}"}
        for pk, day in days.items()
    ))  # fmt: skip
    quiet = {year: set(dice.sample(companies, int(MEMBERS * QUIET))) for year in YEARS}
    coming = {year: [company for company in companies if company not in quiet[year]] for year in YEARS}
    each = -(-attendances // len(days))

    def came() -> Iterator[dict[str, Any]]:
        pk = 0
        for year in YEARS:
            # a few companies send many, most send few
            weights = [1 / (1 + dice.randrange(40)) for _ in coming[year]]
            for session in sessions[year]:
                start = dice.randrange(PEOPLE)
                for i, company in enumerate(dice.choices(coming[year], weights, k=each)):
                    pk += 1
                    if pk > attendances:
                        return
                    node = dice.choice((company, *teams[company]))
                    yield {"id": pk, "session_id": session, "person_id": (start + i) % PEOPLE + 1,
                           "organisation_id": node, "held_on": days[session], "how": "roster"}  # fmt: skip

    fill(Attendance, came())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    tables = (Organisation, Credit, Membership, Session, Attendance)
    return {model.__name__: model.objects.count() for model in tables}


def change() -> None:
    """Change 40 rows under every published rate: 20 members left before it, of 20 the first day was another one."""
    from zhiheng.lines.members.models import Membership  # noqa: PLC0415 - after Django is set up

    old = Membership.objects.filter(start__lt=dt.date(YEARS[0], 1, 1), end=None).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:40])
    Membership.objects.filter(pk__in=ids[:20]).update(end=dt.date(YEARS[0], 6, 30))
    Membership.objects.filter(pk__in=ids[20:]).update(start=dt.date(2000, 1, 1))


def fill(model: type[models.Model], rows: Any, at_a_time: int = 20_000) -> None:
    """Write rows in bulk; columns that are not given get the model's default."""
    fields = [
        field for field in model._meta.concrete_fields if not (field.primary_key and field.name == "id")
    ]
    first = True
    batch: list[tuple[Any, ...]] = []
    columns: list[str] = []
    with connection.cursor() as cursor:
        for row in rows:
            if first:
                first = False
                taken = [field for field in fields if field.attname not in row]
                defaults = {field.attname: default(field) for field in taken}
                columns = [*row, *defaults]
                known = {field.attname: field.column for field in model._meta.concrete_fields}
                names = ", ".join(f'"{known[name]}"' for name in columns)
                into = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({", ".join(["%s"] * len(columns))})'
                copy = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
            batch.append((*row.values(), *defaults.values()))
            if len(batch) == at_a_time:
                write(cursor, into, copy, batch)
                batch = []
        if batch:
            write(cursor, into, copy, batch)
        if connection.vendor == "postgresql":
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('\"{model._meta.db_table}\"', 'id'), "
                f'(SELECT max(id) FROM "{model._meta.db_table}"))'
            )


def write(cursor: Any, into: str, copy: str, batch: list[tuple[Any, ...]]) -> None:
    if connection.vendor == "postgresql":
        with cursor.copy(copy) as copied:
            for row in batch:
                copied.write_row(row)
    else:
        cursor.executemany(into, batch)


def default(field: models.Field) -> Any:
    """Give what a column holds where nothing is said."""
    if getattr(field, "auto_now_add", False):
        return dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    if field.has_default():
        return field.get_default()
    return None if field.null else ""


def publish_report(by: Any, numbers: int) -> str:
    """Publish a report that binds as many numbers, each frozen for it; give its address."""
    from zhiheng.core.people.models import Account, Part, Role  # noqa: PLC0415 - after Django is set up
    from zhiheng.figures.definition import Period  # noqa: PLC0415 - after Django is set up
    from zhiheng.figures.operations import freeze  # noqa: PLC0415 - after Django is set up
    from zhiheng.figures.reports import operations as reports  # noqa: PLC0415 - after Django is set up
    from zhiheng.figures.reports.models import Step  # noqa: PLC0415 - after Django is set up
    from zhiheng.figures.reports.permissions import Turn  # noqa: PLC0415 - after Django is set up
    from zhiheng.lines.members.figures import MEMBERS  # noqa: PLC0415 - after Django is set up

    days = [dt.date(2014 + i // 12, i % 12 + 1, 1) for i in range(numbers)]
    frozen = [freeze(by=by, figure=MEMBERS, period=Period(day, day)) for day in days]
    text = "\n\n".join(f"有会员[{each.value:.0f}家](#b{i + 1})。" for i, each in enumerate(frozen))
    report = reports.begin(by=by, line="members", title="工作报告", text=text, chain=[Step.DRAFT, Step.ISSUE])
    for each in frozen:
        reports.bind_published(by=by, report=report, snapshot=each)
    version = report.versions.get()
    reports.sign(by=by, turn=Turn(version, Step.DRAFT))
    issuer = Account.objects.create_user("issuer")
    Role.objects.create(account=issuer, line="office", part=Part.RUNS, start=dt.date(2013, 1, 1))
    reports.sign(by=issuer, turn=Turn(version, Step.ISSUE))
    reports.publish(by=issuer, version=version, number="示质协〔2019〕1号")
    return report.token


def attendance_figure() -> Any:
    """Register a figure that stands on every attendance: no line has one of so many rows."""
    from zhiheng.figures.definition import (  # noqa: PLC0415 - after Django is set up
        Column,
        Figure,
        Kind,
        PeriodRule,
        Unit,
        register,
    )
    from zhiheng.gatherings.public import attendances as came  # noqa: PLC0415 - after Django is set up
    from zhiheng.ui.words import Text  # noqa: PLC0415 - after Django is set up

    return register(
        Figure(
            code="bench.attendances",
            name=Text("出席人次", "Attendances"),
            definition=Text("全部出席", "All attendances"),
            unit=Unit.PEOPLE_TIMES,
            kind=Kind.COUNT,
            period=PeriodRule.SPAN,
            rows=lambda period: came(period.first, period.last),
            columns=(
                Column("held_on", Text("日期", "Date")),
                Column("organisation__name", Text("单位", "Organisation"), frozen=False),
                Column("how", Text("方式", "How")),
            ),
            rows_visible_to=lambda account, rows: rows if account.is_authenticated else rows.none(),
            owner="gatherings",
        )
    )
