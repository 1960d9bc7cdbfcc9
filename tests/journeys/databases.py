"""The databases of the journeys: files, or databases of the server that ZHIHENG_DATABASE names."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg
from django.conf import settings

ROOT = Path(__file__).parents[2]
POSTGRES = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def environment(database: str, data: Path) -> dict[str, str]:
    return {
        **os.environ,
        "ZHIHENG_DATABASE": database,
        "ZHIHENG_DATA": str(data),
        "ZHIHENG_MODE": "development",
        "ZHIHENG_SECRET_KEY": "only for journeys",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
    }


def python(env: dict[str, str], *words: str) -> str:
    done = subprocess.run([sys.executable, *words], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def on_server(statement: str) -> None:
    given = settings.DATABASES["default"]
    with psycopg.connect(
        host=given["HOST"], user=given["USER"], dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(statement)


def address(name: str) -> str:
    if not POSTGRES:
        return f"sqlite:///{name}"
    given = settings.DATABASES["default"]
    return f"postgresql://{given['USER']}@/{name}?host={given['HOST']}"


def renew(database: str, prepared: str, seconds: float = 10) -> None:
    """Make a database as the prepared one is, whoever has it open; fail where it stays locked so long."""
    if POSTGRES:
        on_server(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        on_server(f"CREATE DATABASE {database} TEMPLATE {prepared}")
        return
    with (
        closing(sqlite3.connect(prepared)) as source,
        closing(sqlite3.connect(database, timeout=seconds / 10)) as target,
    ):
        end = time.monotonic() + seconds

        def look(status: int, _left: int, _pages: int) -> None:
            # SQLite tries again for ever where the database is locked
            if status != sqlite3.SQLITE_DONE and time.monotonic() > end:
                raise TimeoutError(f"{database} stays locked")

        source.backup(target, progress=look)
