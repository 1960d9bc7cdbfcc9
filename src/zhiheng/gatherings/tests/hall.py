"""The small hall in which the tests of gatherings meet."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone
from story import Story

from zhiheng.core.people import operations as people
from zhiheng.gatherings import operations
from zhiheng.gatherings.models import Kind
from zhiheng.gatherings.models import Session as Meeting

BACKEND = settings.AUTHENTICATION_BACKENDS[-1]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def today():
    return timezone.localdate()


class Hall(Story):
    """The story, and a forum that is held in ten days with two seats, in the calendar."""

    def __init__(self, seats=2, days=10, published=True, **more):
        super().__init__()
        self.edition = operations.hold(
            by=self.by,
            kind=Kind.FORUM,
            name_zh="质量<b>论坛</b>",
            name_en="Quality <b>forum</b>",
            on=[today() + dt.timedelta(days=days)],
            seats=seats,
            venue="一号厅",
            **more,
        )
        if published:
            operations.publish(by=self.by, edition=self.edition)

    @property
    def session(self):
        return Meeting.objects.select_related("edition__series").filter(edition=self.edition).earliest("pk")

    def person(self, name, card=None, mobile=""):
        return people.add_person(by=self.by, name=name, organisation=card or self.own, mobile=mobile)

    def register(self, person, by=None, organisation=None):
        return operations.register(
            by=by or self.by,
            session=self.session,
            person=person,
            organisation=organisation or person.organisation,
        )

    def check_in(self, person, **more):
        return operations.check_in(by=self.by, session=self.session, person=person, **more)

    def as_person(self, role, name="某女士", card=None):
        """Give an account of the story a card of its own."""
        account = self.accounts[role]
        account.person = self.person(name, card)
        account.save()
        return account


def refused(rule):
    """Say that what follows is refused by this rule."""
    return _Refused(rule)


class _Refused:
    def __init__(self, rule):
        self.rule = rule

    def __enter__(self):
        return self

    def __exit__(self, _kind, error, _trace):
        assert error is not None, "nothing was refused"
        if hasattr(error, "rule"):
            assert error.rule is self.rule, error
            return True
        return False
