"""A reader opens a sentence down to its rows; the rows change and the drift shows."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.site

PUBLISH = """
from zhiheng.core.people.models import Account
from zhiheng.figures.models import Snapshot
from zhiheng.figures.reports import operations as reports
from zhiheng.figures.reports.models import Step
from zhiheng.figures.reports.permissions import Turn
report = reports.begin(by=by, line="members", title="工作报告", text="2018年会员活动参与率达到[50%](#b1)。",
                       chain=[Step.DRAFT, Step.ISSUE])
reports.bind_published(by=by, report=report, snapshot=Snapshot.objects.get())
version = report.versions.get()
reports.sign(by=by, turn=Turn(version, Step.DRAFT))
olive = Account.objects.get(username="olive")
reports.sign(by=olive, turn=Turn(version, Step.ISSUE))
reports.publish(by=olive, version=version, number="示质协〔2019〕1号")
"""


def test_a_sentence_is_opened_to_its_rows(site, size):
    site.do(PUBLISH)
    with site.visit("rita", size) as page:
        page.goto("/reports/")
        site.picture(page, "reports")
        page.click("main a:text-is('工作报告')")
        site.picture(page, "report")
        page.click("article a:has-text('50%')")
        assert "自家<b>公司</b>" in page.inner_text("#rows")
        site.picture(page, "number")
