"""A company that nobody knows applies on the public page and is approved, its contact comes in by what it was told, its
dues are matched, somebody registers and checks in on a phone: the participation rate of the year has them."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.site

BEFORE = """
from decimal import Decimal
from django.utils import timezone
from zhiheng.gatherings import operations as gatherings
from zhiheng.gatherings.codes import code
from zhiheng.gatherings.models import Kind
from zhiheng.lines.members import operations as members
from zhiheng.lines.members.models import Meeting, Tier
met = members.note_meeting(by=by, body=Meeting.Body.CONGRESS, name="会员代表大会", held_on=dt.date(2013, 1, 1))
members.set_standard(by=by, since_year=2013, voted_at=met, amounts=dict.fromkeys(Tier, Decimal(2000)))
now = timezone.localtime()
edition = gatherings.hold(
    by=by, kind=Kind.ACTIVITY, name_zh="质量沙龙", on=[now.date()], seats=20,
    starts_at=min(now + dt.timedelta(minutes=20), now.replace(hour=23, minute=59)).time().replace(microsecond=0),
)
gatherings.publish(by=by, edition=edition)
session = edition.sessions.get()
print(code(session), now.year)
"""
RAISE = """
from django.utils import timezone
from zhiheng.lines.members import operations as members
today = timezone.localdate()
members.raise_dues(by=by, year=today.year, on=today)
"""
CODE, MOBILE = "91310000MA1FL5BC0M", "13800001234"
STATEMENT = "交易日期,对方户名,贷方金额,摘要,流水号\n{day},新朋友科技有限公司,{amount},会费,CJ0001\n"


def test_joins_pays_registers_checks_in_and_stands_in_the_rate(site, tmp_path):
    code, year = site.do(BEFORE).split()
    with site.visit(None, "phone") as page:  # nobody knows the company yet
        page.goto("/")
        page.click("main a:has-text('申请入会')")
        page.fill("input[name=name]", "新朋友科技有限公司")
        page.fill("input[name=code]", "91310000MA1FL5BC0X")
        page.fill("input[name=contact_name]", "张三")
        page.fill("input[name=contact_mobile]", "138 0000 1234")
        page.click("button:has-text('提交申请')")
        assert "校验位" in page.inner_text("main")  # a wrong check digit is named, and nothing typed is lost
        assert page.input_value("input[name=contact_name]") == "张三"
        site.picture(page, "wrong-digit")
        page.fill("input[name=code]", CODE)
        page.click("button:has-text('提交申请')")
        page.wait_for_selector("text=待受理")
        site.picture(page, "sent")
        followed = page.url

    with site.visit(None, "phone") as page:  # another time, for the same company: one card a company
        page.goto("/members/join/")
        page.fill("input[name=name]", "新朋友公司")
        page.fill("input[name=code]", CODE)
        page.fill("input[name=contact_name]", "李四")
        page.fill("input[name=contact_mobile]", "13900001234")
        page.click("button:has-text('提交申请')")
        assert "已有申请在办" in page.inner_text("main")
        assert "新朋友科技" not in page.inner_text("main")
        site.picture(page, "known")

    with site.visit("alice") as page:
        page.goto("/members/applications/")
        page.click("a:has-text('1 件待受理')")
        site.picture(page, "online")
        page.click("main a:has-text('新朋友科技有限公司')")
        page.click("summary:has-text('受理') >> nth=0")
        site.picture(page, "receive")
        page.click("details.deed[open] button:has-text('受理')")
        page.wait_for_selector("summary:has-text('批准入会')")
        page.click("summary:has-text('批准入会')")
        page.click("details.deed[open] button:has-text('批准入会')")
        page.wait_for_selector("text=已批准")
        site.picture(page, "approved")

    site.do(RAISE)
    with site.visit("alice") as page:
        page.goto("/members/dues/")
        site.picture(page, "dues")
        amount = page.locator("tr", has_text="新朋友").locator("td.n").first.inner_text().replace(",", "")
        statement = tmp_path / "流水.csv"
        statement.write_bytes(STATEMENT.format(day=f"{year}0101", amount=amount).encode("gb18030"))
        page.goto("/members/payments/statements/")
        page.set_input_files("input[type=file]", statement)
        page.click("main form button:has-text('导入')")
        page.goto("/members/payments/")
        assert "确定" in page.inner_text("table")
        site.picture(page, "proposed")
        page.click("button:has-text('确认选中的匹配')")
        page.goto("/members/dues/")
        assert "已缴" in page.locator("tr", has_text="新朋友").inner_text()

    with site.visit(None, "phone") as page:  # the contact comes in by what it was told
        page.goto(followed)
        assert "已批准" in page.inner_text("main")
        invited = site.sms(MOBILE)
        assert "会员号" in invited
        page.goto("/members/own/")
        page.click("a:has-text('验证码')")
        page.fill("input[type=tel]", MOBILE)
        page.click("main form button:not(.plain)")
        page.wait_for_selector("input[name=code]")
        page.fill("input[name=code]", re.search(r"验证码 (\d{6})", site.sms(MOBILE, after=invited))[1])
        page.click("main form button:not(.plain)")
        page.wait_for_url(lambda url: "code" not in url)
        page.goto("/members/own/")
        site.picture(page, "own")
        assert "别家公司" not in page.inner_text("main")
        page.click("main a:has-text('质量沙龙')")
        site.picture(page, "session")
        page.click("button:has-text('报名'):visible >> nth=0")
        page.wait_for_selector("text=张三：已报名")
        page.goto("/members/own/")
        assert "本单位已报 1 人" in page.inner_text("main")
        site.picture(page, "registered")

    with site.visit(
        None, "phone"
    ) as page:  # at the door, with no account, in whatever browser opens the code
        page.goto(f"/calendar/in/{code}/")
        site.picture(page, "arrive")
        page.fill("input[name=name]", "张三")
        page.fill("input[name=mobile]", "13800001234")
        page.click("button.huge")
        assert "签到已收到" in page.inner_text("main")
        site.picture(page, "arrived")
        page.goto(f"/calendar/in/{code}/")  # and once more: it counts once
        page.fill("input[name=name]", "张三")
        page.fill("input[name=mobile]", "13800001234")
        page.click("button.huge")
        assert "签到已收到" in page.inner_text("main")

    rate = site.do(f"""
    from zhiheng.figures.definition import Period
    from zhiheng.figures.evaluation import evaluate
    from zhiheng.lines.members.figures import PARTICIPATION
    found = evaluate(PARTICIPATION, Period.year({year}))
    print(found.counted, found.base, found.rounded)
    """)
    assert rate.split() == ["1", "3", "33.3"]
    with site.visit("alice") as page:
        page.goto(f"/desk/figures/members.participation/?from={year}&to={year}")
        site.picture(page, "rate")
        assert "33.3" in page.inner_text("main")
