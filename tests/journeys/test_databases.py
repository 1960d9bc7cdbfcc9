"""The databases that the journeys stand on: one that stays locked fails in time, and says which it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from databases import renew

pytestmark = pytest.mark.sqlite


def test_a_database_is_renewed_and_one_that_stays_locked_fails_in_time(tmp_path):
    prepared, site = str(tmp_path / "prepared.sqlite3"), str(tmp_path / "site.sqlite3")
    with closing(sqlite3.connect(prepared)) as one:
        one.execute("CREATE TABLE thing (name)")
    renew(site, prepared)
    with closing(sqlite3.connect(site, isolation_level=None)) as other:
        other.execute("INSERT INTO thing VALUES ('left by a journey')")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TimeoutError, match="stays locked"):
            renew(site, prepared, seconds=0.1)
        other.execute("ROLLBACK")
        renew(site, prepared)
        assert other.execute("SELECT count(*) FROM thing").fetchone() == (0,)
