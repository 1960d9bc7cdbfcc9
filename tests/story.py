"""The people that every test knows, and the small story that most of them tell."""

from __future__ import annotations

import datetime as dt

from told import told

from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Part, Role
from zhiheng.figures.definition import Period
from zhiheng.figures.operations import freeze
from zhiheng.figures.reports import operations as reports
from zhiheng.figures.reports.models import Step
from zhiheng.figures.reports.permissions import Turn
from zhiheng.gatherings import operations as gatherings
from zhiheng.gatherings.models import Kind as Gathering
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.figures import PARTICIPATION

OWN, OTHER = "自家<b>公司</b>", "别家公司"
DAY = dt.date(2018, 5, 1)


PEOPLE = {
    "alice": [("members", Part.RUNS), ("gatherings", Part.RUNS)],
    "bob": [("members", Part.HELPS), ("gatherings", Part.HELPS)],
    "rita": [("members", Part.READS)],
    "charlie": [],
    "dana": [("members", Part.CONTACT)],
    "erin": [("members", Part.CONTACT)],
    "oscar": [("awards", Part.RUNS)],
    "olive": [("office", Part.RUNS)],
}
"""Who is who in every test: Alice runs the lines told of here, Bob helps her, Rita reads members, Charlie must see
nothing, Dana is the contact of the other company and Erin of the own one, Oscar runs another line, Olive the office.
"nobody" is not signed in."""


class Story:
    """Two members, one attended; the rate is published; then the other turns out to have attended too."""

    def __init__(self):
        self.__dict__ |= told("story", self._told)

    def _told(self):
        self.by = people.system_account()
        self.own, self.other = (
            cards.add(by=self.by, kind=Kind.COMPANY, name=name, no_code_reason="示例")
            for name in (OWN, OTHER)
        )
        for card in (self.own, self.other):
            application = members.apply(by=self.by, organisation=card, on=dt.date(2013, 1, 1))
            members.approve(by=self.by, application=application, on=dt.date(2013, 1, 1))
        self.meet(self.own)
        self.number = freeze(by=self.by, figure=PARTICIPATION, period=Period.year(2018))
        self.report = None
        self.accounts: dict[str, Account | None] = {"nobody": None}
        for name, roles in PEOPLE.items():
            self.accounts[name] = Account.objects.create_user(name)
            for line, part in roles:
                card = {"erin": self.own, "dana": self.other}.get(name)
                Role.objects.create(
                    account=self.accounts[name],
                    line=line,
                    part=part,
                    organisation=card,
                    start=dt.date(2013, 1, 1),
                )
        return self.__dict__

    def meet(self, card):
        edition = gatherings.hold(by=self.by, kind=Gathering.ACTIVITY, name_zh="会员活动", on=[DAY])
        person = people.add_person(by=self.by, name="某人", organisation=card)
        gatherings.check_in(by=self.by, session=edition.sessions.get(), person=person)

    def publish(self, text="2018年会员活动参与率达到[50%](#b1)。"):
        """Publish a report that says the rate, by four hands."""
        self.report, published = told(f"published: {text}", lambda: self._published(text))
        return published

    def _published(self, text):
        self.report = reports.begin(
            by=self.by, line="members", title="工作报告", text=text, chain=[Step.DRAFT, Step.ISSUE]
        )
        reports.bind_published(by=self.by, report=self.report, snapshot=self.number)
        version = self.report.versions.get()
        reports.sign(by=self.by, turn=Turn(version, Step.DRAFT))
        issuer = Account.objects.create_user("issuer", "a long password")
        Role.objects.create(account=issuer, line="office", part=Part.RUNS, start=dt.date(2013, 1, 1))
        reports.sign(by=issuer, turn=Turn(version, Step.ISSUE))
        return self.report, reports.publish(by=issuer, version=version, number="示质协〔2019〕1号")

    def get(self, client, role, address, **headers):
        return self.ask(client, role, address, "GET", **headers)

    def ask(self, client, role, address, method="GET", **headers):
        """Ask for an address as one of the people; a POST sends an empty form."""
        self.sign_in(client, role)
        return client.generic(method, address, **headers)

    def sign_in(self, client, role):
        client.logout()
        if account := self.accounts[role]:
            client.force_login(account, backend="zhiheng.core.sign_in.backend.Passwords")
