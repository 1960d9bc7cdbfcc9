"""Figures over a million attendances: how long a page takes on SQLite and on PostgreSQL, nothing cached.

Usage: python benchmarks/figures.py [--requests 200] [--attendances 1000000] [--only sqlite|postgresql]

Writes docs/benchmarks-figures.md and, beside this file, figures.json. PostgreSQL is a server made for it and thrown
away.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PAGE = ROOT / "docs" / "benchmarks-figures.md"
DATABASES = ("sqlite", "postgresql")
TARGETS = {"year": 300, "years": 300, "opened": 300, "drifted": 300, "report": 2000}
"""Milliseconds to reach at the 95th percentile."""
WORDS = {
    "value": "participation rate of one year, the call alone",
    "year": "participation rate of one year, as it stands now",
    "years": "participation rate of all seven years, as they stand now",
    "parts": "participation rate of all seven years by size class",
    "opened": "a published rate opened: no drift, and a page of its 3,000 rows",
    "drifted": "a published rate opened: 40 rows drifted, the value of now, and a page of its 3,000 rows",
    "report": "a published report of 60 bound figures",
    "catalogue": "the catalogue of figures",
}


# ── in the child: one database ──


def child(requests: int, attendances: int) -> dict[str, Any]:
    """Build, publish, ask; give what was measured."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhiheng.config.settings"
    import django  # noqa: PLC0415 - Django has to be told its settings first

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - after Django is set up
    from django.core.management import call_command  # noqa: PLC0415 - after Django is set up
    from django.test import Client  # noqa: PLC0415 - after Django is set up

    import house  # noqa: PLC0415 - after Django is set up
    from zhiheng.core.people.operations import system_account  # noqa: PLC0415 - after Django is set up
    from zhiheng.figures.definition import Period  # noqa: PLC0415 - after Django is set up
    from zhiheng.figures.evaluation import evaluate  # noqa: PLC0415 - after Django is set up
    from zhiheng.figures.operations import freeze  # noqa: PLC0415 - after Django is set up
    from zhiheng.lines.members.figures import PARTICIPATION  # noqa: PLC0415 - after Django is set up

    call_command("migrate", verbosity=0)
    begun = time.perf_counter()
    rows = house.build(attendances)
    by = system_account()
    tokens = [freeze(by=by, figure=PARTICIPATION, period=Period.year(y)).token for y in house.YEARS]
    report = house.publish_report(by, 60)
    built = time.perf_counter() - begun
    say(f"built and published in {built:.0f} s")

    dice = random.Random(1)
    client = Client()
    client.force_login(by, backend=settings.AUTHENTICATION_BACKENDS[-1])
    rate = f"/desk/figures/{PARTICIPATION.code}/"
    first, last = house.YEARS[0], house.YEARS[-1]

    def ask(address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.headers)

    def any_year() -> int:
        return dice.choice(list(house.YEARS))

    asked: dict[str, Callable[[], Any]] = {
        "value": lambda: evaluate(PARTICIPATION, Period.year(any_year())),
        "year": lambda: ask(f"{rate}?from={(year := any_year())}&to={year}"),
        "years": lambda: ask(f"{rate}?from={first}&to={last}"),
        "parts": lambda: ask(f"{rate}?from={first}&to={last}&by=organisation__size"),
        "opened": lambda: ask(f"/n/{dice.choice(tokens)}/?page={dice.randrange(1, 60)}"),
        "report": lambda: ask(f"/reports/{report}/"),
        "catalogue": lambda: ask("/figures/"),
    }
    found = {name: measured(name, call, requests) for name, call in asked.items()}
    house.change()
    found["drifted"] = measured("drifted", asked["opened"], requests)
    return {
        "version": version(),
        "rows": rows,
        "built": built,
        "pages": found,
        "million": million(client, by, requests, ask),
    }


def million(client: Any, by: Any, requests: int, ask: Callable[[str], None]) -> dict[str, Any]:
    """Publish a number that stands on every attendance; open it anywhere, hand its rows out."""
    from house import YEARS, attendance_figure  # noqa: PLC0415 - after Django is set up
    from zhiheng.figures.definition import Period  # noqa: PLC0415 - after Django is set up
    from zhiheng.figures.lineage import check  # noqa: PLC0415 - after Django is set up
    from zhiheng.figures.operations import freeze  # noqa: PLC0415 - after Django is set up

    counted = attendance_figure()
    before = peak()
    frozen, seconds = timed(lambda: freeze(by=by, figure=counted, period=Period.years(YEARS[0], YEARS[-1])))
    say(f"{frozen.n:,} rows published in {seconds:.0f} s")
    _, compared = timed(lambda: check(frozen))
    say(f"compared in {compared:.0f} s")
    dice = random.Random(2)
    opened = measured(
        "opened",
        lambda: ask(f"/n/{frozen.token}/?page={dice.randrange(1, max(2, frozen.n // 50))}"),
        requests,
    )

    def handed_out() -> int:
        answer = client.get(f"/n/{frozen.token}/rows.csv")
        return sum(part.count(b"\n") for part in answer.streaming_content) - 1

    lines, streamed = timed(handed_out)
    assert lines == frozen.n, (lines, frozen.n)
    say(f"handed out in {streamed:.0f} s")
    return {
        "n": frozen.n,
        "freeze": seconds,
        "check": compared,
        "opened": opened,
        "csv": streamed,
        "memory_before": before,
        "memory_after": peak(),
    }


def measured(name: str, call: Callable[[], Any], requests: int) -> dict[str, Any]:
    """Call once to load code and templates and to count queries, then `requests` times, each on a new connection."""
    from django.db import connection  # noqa: PLC0415 - after Django is set up
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - after Django is set up

    call()
    with CaptureQueriesContext(connection) as captured:
        call()
    queries = len(captured)
    taken = []
    for _ in range(requests):
        connection.close()
        _, seconds = timed(call)
        taken.append(seconds * 1000)
    taken.sort()
    found = {
        "requests": requests,
        "median": taken[len(taken) // 2],
        "p95": taken[min(len(taken) - 1, int(len(taken) * 0.95))],
        "most": taken[-1],
        "queries": queries,
    }
    say(f"{name}: median {found['median']:.0f} ms, p95 {found['p95']:.0f} ms, {queries} queries")
    return found


def say(what: str) -> None:
    """Tell who waits."""
    print(what, file=sys.stderr, flush=True)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    result = call()
    return result, time.perf_counter() - start


def peak() -> float:
    """Give the largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def version() -> str:
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"
    return f"SQLite {sqlite3.sqlite_version}"


# ── in the parent: both databases, the page ──


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of a new, empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'house.sqlite3'}"
        return
    from zhiheng.measure.tests.postgres_server import programs, server  # noqa: PLC0415 - only for PostgreSQL

    found = programs()
    if found is None:
        raise SystemExit("PostgreSQL is not installed. On Debian: apt-get install postgresql")
    with server(found) as connection:
        said = dict(part.split("=", 1) for part in connection.split())
        yield f"postgresql://{said['user']}@/{said['dbname']}?host={said['host']}"


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--requests", type=int, default=200)
    given.add_argument("--attendances", type=int, default=1_000_000)
    given.add_argument("--only", choices=DATABASES)
    given.add_argument("--out", type=Path, default=PAGE)
    given.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = given.parse_args()
    if asked.child:
        json.dump(child(asked.requests, asked.attendances), sys.stdout)
        return
    results: dict[str, Any] = {}
    for kind in [asked.only] if asked.only else DATABASES:
        with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as address:
            environment = {
                **os.environ,
                "ZHIHENG_DATABASE": address,
                "ZHIHENG_DATA": folder,
                "ZHIHENG_MODE": "development",
            }
            environment["ZHIHENG_SECRET_KEY"] = "only for the benchmark"
            command = [sys.executable, __file__, "--child"]
            command += ["--requests", str(asked.requests), "--attendances", str(asked.attendances)]
            say(kind)
            done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
            results[kind] = json.loads(done.stdout)
    machine = {
        "cores": os.cpu_count(),
        "memory": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }
    (HERE / "figures.json").write_text(
        json.dumps({"machine": machine, **results}, indent=1) + "\n", encoding="utf-8"
    )
    written = page(machine, results)
    asked.out.write_text(written, encoding="utf-8")
    print(written, asked.out, sep="\n")


PROSE = """# Benchmarks: figures

`make bench` writes this page and `benchmarks/figures.json`. Milliseconds of different machines, or of different runs,
do not compare.

This run: {machine}; {versions}; the load of the machine was {load:.1f} at its end.

**Rows.** A made-up association (`benchmarks/house.py`): {attendances:,} attendances at {sessions:,} sessions of seven
years, {members:,} members, {nodes:,} nodes that send people, {credits:,} credits. The rate looks for every member
whether an attendance of any of its nodes is credited to it in the year.

**Requests.** Django's test client, signed in, in one process: the whole way from address to page, without a socket.
{requests} requests each, after one that loads code and templates; years and pages are drawn at random. *Cold* means:
no result is kept anywhere, and every request opens a new connection to the database, with no plan and no page of its
own in memory. The system's file cache and PostgreSQL's shared buffers are warm.

{pages}

## A number of a million rows

{million}
"""


def page(machine: dict[str, Any], results: dict[str, Any]) -> str:
    """Write the page."""
    one = next(iter(results.values()))
    return PROSE.format(
        machine=f"{machine['cores']} cores, {machine['memory']} GB, {machine['system']}, Python {machine['python']}",
        versions=" and ".join(each["version"] for each in results.values()),
        load=machine["load"],
        attendances=one["rows"]["Attendance"],
        sessions=one["rows"]["Session"],
        members=one["rows"]["Membership"],
        nodes=one["rows"]["Organisation"],
        credits=one["rows"]["Credit"],
        requests=one["pages"]["year"]["requests"],
        pages="\n".join(pages_table(results)),
        million="\n".join(million_table(results)),
    )


def pages_table(results: dict[str, Any]) -> Iterator[str]:
    heads = " | ".join(f"{each['version']}: median | p95 | most | queries" for each in results.values())
    yield f"| | {heads} | to reach (p95) |"
    yield "|---|" + "---:|---:|---:|---:|" * len(results) + "---|"
    for name, words in WORDS.items():
        found = [each["pages"][name] for each in results.values()]
        cells = [
            f"{one['median']:.0f} ms | **{one['p95']:.0f} ms** | {one['most']:.0f} ms | {one['queries']}"
            for one in found
        ]
        reached = name in TARGETS and all(one["p95"] <= TARGETS[name] for one in found)
        said = (
            f"{TARGETS[name]} ms: {'reached' if reached else '**not reached**'}" if name in TARGETS else "–"
        )
        yield f"| {words} | {' | '.join(cells)} | {said} |"


def million_table(results: dict[str, Any]) -> Iterator[str]:
    yield "| | " + " | ".join(each["version"] for each in results.values()) + " |"
    yield "|---|" + "---:|" * len(results)
    shown: dict[str, Callable[[Any], str]] = {
        "rows": lambda each: f"{each['n']:,}",
        "published, each row with its hashes": lambda each: f"{each['freeze']:.0f} s",
        "compared with today": lambda each: f"{each['check']:.0f} s",
        "opened at a page drawn at random, p95": lambda each: f"{each['opened']['p95']:.0f} ms",
        "handed out as csv": lambda each: f"{each['csv']:.0f} s",
        "largest memory of the process before and after all this": (
            lambda each: f"{each['memory_before']:.0f} → {each['memory_after']:.0f} MB"
        ),
    }
    for words, write in shown.items():
        yield f"| {words} | {' | '.join(write(each['million']) for each in results.values())} |"


if __name__ == "__main__":
    main()
