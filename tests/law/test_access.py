"""Every address of the resolver stands in the table of its room, and each person gets what the table says."""

from __future__ import annotations

import pytest
from access import ROLES, tables
from django.urls import URLResolver, get_resolver, reverse
from story import Story

OWN_SIGN_IN = {"admin"}  # Django's own: asked below


def names(resolver, space=""):
    for pattern in resolver.url_patterns:
        if not isinstance(pattern, URLResolver):
            yield space + (pattern.name or str(pattern.pattern))
        elif pattern.namespace not in OWN_SIGN_IN:
            yield from names(pattern, space + f"{pattern.namespace}:" if pattern.namespace else space)


ACCESS = tables()


def test_every_address_stands_in_the_table_of_its_room_once():
    listed = list(names(get_resolver()))
    assert sorted(listed) == sorted(ACCESS)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ACCESS))
def test_each_person_gets_what_the_table_says(client, name):
    story, access = Story(), ACCESS[name]
    assert access.allowed <= ROLES
    address = reverse(name, args=access.arguments(story))
    for role in sorted(ROLES):
        answer = story.ask(client, role, address, access.method)
        b"".join(answer)  # a file is closed when it has been given out
        sent_to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/")
        if role in access.allowed:
            if access.method == "GET":
                assert answer.status_code == access.status, role
            else:
                assert answer.status_code not in {403, 404, 405, 500}, role
                assert not sent_to_sign_in, role
        elif access.hidden:
            assert answer.status_code == 404, role
        else:
            assert answer.status_code == 403 or (role == "nobody" and sent_to_sign_in), role


def views(resolver):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern)
        else:
            yield pattern


@pytest.mark.django_db
def test_nothing_is_written_without_the_token_of_its_form(client):
    exempt = [each for each in views(get_resolver()) if getattr(each.callback, "csrf_exempt", False)]
    assert {each.callback.__module__.partition(".")[0] for each in exempt} <= {"ninja"}
    for each in ("api:figures", "api:numbers", "api:reports", "api:calendar"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert client.generic(method, reverse(each)).status_code == 405, "the API only reads"


@pytest.mark.django_db
def test_the_office_is_closed_to_who_is_not_staff(client):
    story = Story()
    for role in sorted(ROLES):
        assert story.ask(client, role, "/office/").status_code == 302, role
