"""A report is written, blocked by an unbound number, bound, signed by five hands, published; a reader opens the number;
then a row changes, one comes and one goes, and each shows."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.site

CAROL = """
from zhiheng.core.people.models import Account, Part, Role
carol = Account.objects.create_user("carol", "a long password")
Role.objects.create(account=carol, line="council", part=Part.RUNS, start=dt.date(2013, 1, 1))
"""
MEET = """
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people import operations as people
from zhiheng.gatherings import operations as gatherings
from zhiheng.gatherings.models import Kind
other = Organisation.objects.get(name="别家公司")
edition = gatherings.hold(by=by, kind=Kind.ACTIVITY, name_zh="补录的活动", on=[dt.date(2018, 11, 2)])
person = people.add_person(by=by, name="某人", organisation=other)
gatherings.check_in(by=by, session=edition.sessions.get(), person=person)
"""
JOIN = """
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind
from zhiheng.lines.members import operations as members
card = cards.add(by=by, kind=Kind.COMPANY, name="补批的会员", no_code_reason="示例")
application = members.apply(by=by, organisation=card, on=dt.date(2018, 11, 1))
members.approve(by=by, application=application, on=dt.date(2018, 12, 1))
"""
LEAVE = """
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import Membership
gone = Membership.objects.get(organisation__name="别家公司")
members.end(by=by, membership=gone, on=dt.date(2018, 10, 1), why=Membership.Why.WITHDREW)
"""


def test_written_blocked_bound_signed_published_opened_and_drifting(site):
    site.do(CAROL)
    with site.visit("bob") as page:
        page.goto("/desk/reports/")
        page.fill("input[name=title]", "二〇一八年工作报告")
        page.select_option("select[name=line]", "members")
        site.picture(page, "begin")
        page.click("#begin button")
        page.wait_for_url(re.compile(r"/desk/reports/\d+/$"))
        address = page.url
        page.fill("textarea[name=text]", "# 会员\n\n2018年会员活动参与率超过50%。")
        page.wait_for_selector(
            "#live :text('1 个数字阻止发布')"
        )  # examined while one types, nothing saved yet
        page.click("text=保存为新版本")
        page.wait_for_selector("text=第 2 版")
        site.picture(page, "blocked")
    with site.visit("olive") as page:  # who runs the office freezes a figure
        page.goto(address)
        page.click("#live summary:has-text('处理')")
        page.select_option("#live select[name=figure]", "members.participation")
        page.fill("#live input[name=period]", "2018")
        page.click("#live button:has-text('绑定指标')")
        page.wait_for_selector("text=第 3 版")
        assert "超过50%" in page.inner_text("#live")
        assert "措辞不成立" in page.inner_text("#live")  # 50% is not over 50%: a false wording is refused
        text = page.input_value("textarea[name=text]")
        assert "(#b1)" in text
        page.fill("textarea[name=text]", text.replace("超过", "达到"))
        page.click("text=保存为新版本")
        page.wait_for_selector("#live :text('没有数字阻止发布')")
        page.fill("input[name=number]", "示质协〔2019〕2号")
        page.click("button:has-text('发布')")
        assert "“拟稿”还没有通过" in page.inner_text("main")
    for name in ("bob", "alice", "oscar", "olive", "carol"):
        with site.visit(name) as page:
            page.goto(address)
            page.click("#chain button:has-text('通过')")
            page.wait_for_load_state()
    with site.visit("olive") as page:
        page.goto(address)
        site.picture(page, "signed")
        page.fill("input[name=number]", "示质协〔2019〕2号")
        page.click("button:has-text('发布')")
        page.wait_for_selector("text=已发布")
    with site.visit(None, "phone") as page:  # a citizen: the number, its definition, no row
        page.goto("/reports/")
        page.click("main a:has-text('二〇一八年工作报告')")
        site.picture(page, "published")
        page.click("article a:has-text('50%')")
        assert "50.0" in page.inner_text("main")
        assert "自家" not in page.inner_text("main")
        number = page.url
    with site.visit("rita") as page:
        for change, seen in ((MEET, "已变"), (JOIN, "新增"), (LEAVE, "不再计入")):
            site.do(change)
            page.goto(number)
            assert seen in page.inner_text("#drift"), seen
            assert "50.0" in page.inner_text("main")
        site.picture(page, "drift")
