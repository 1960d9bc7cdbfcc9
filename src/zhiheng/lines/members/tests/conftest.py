"""What the tests of members are given."""

from __future__ import annotations

import pytest
from django.utils import translation

from zhiheng.core.people import operations as people
from zhiheng.lines.members.tests.house import House


@pytest.fixture
def office(db):
    return people.system_account()


@pytest.fixture
def house(office):
    return House(office)


@pytest.fixture(autouse=True)
def chinese():
    """Whatever language a test before asked for, these read what is said in Chinese."""
    with translation.override("zh-hans"):
        yield
