"""Who makes figures here, and of what."""

from __future__ import annotations

import datetime as dt

import pytest

from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Part, Role
from zhiheng.figures import definition
from zhiheng.figures.tests.sample import figure


@pytest.fixture
def make(monkeypatch):
    """Register figures that are gone after the test."""
    monkeypatch.setattr(definition, "_CATALOGUE", dict(definition._CATALOGUE))
    return figure


@pytest.fixture
def by():
    return people.system_account()


@pytest.fixture
def clerks():
    """Two who work on members, one who only reads, one who works elsewhere."""
    found = {}
    parts = {"alice": Part.RUNS, "bob": Part.HELPS, "rita": Part.READS}
    for name, part in parts.items():
        found[name] = Account.objects.create_user(name)
        Role.objects.create(account=found[name], line="members", part=part, start=dt.date(2013, 1, 1))
    found["oscar"] = Account.objects.create_user("oscar")
    Role.objects.create(account=found["oscar"], line="awards", part=Part.RUNS, start=dt.date(2013, 1, 1))
    return found


@pytest.fixture
def row():
    """Put a row of a year into the system."""

    def put(year):
        return Organisation.objects.create(kind="company", name=f"公司{year}", code=str(year))

    return put
