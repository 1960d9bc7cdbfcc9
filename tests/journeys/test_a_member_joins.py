"""A company joins and is approved, its dues are matched, its contact registers somebody, who checks in on a phone: the
participation rate of the year has them."""

from __future__ import annotations

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
print(session.token, code(session), now.year)
"""
RAISE = """
from django.utils import timezone
from zhiheng.lines.members import operations as members
today = timezone.localdate()
members.raise_dues(by=by, year=today.year, on=today)
"""
CONTACT = """
from zhiheng.core.organisations.models import Organisation
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Part
from django.utils import timezone
people.give_role(by=by, account=Account.objects.get(username="charlie"), line="members", part=Part.CONTACT,
                 organisation=Organisation.objects.get(name="新朋友科技有限公司"), start=timezone.localdate())
"""
STATEMENT = "交易日期,对方户名,贷方金额,摘要,流水号\n{day},新朋友科技有限公司,{amount},会费,CJ0001\n"


def test_joins_pays_registers_checks_in_and_stands_in_the_rate(site, tmp_path):
    token, code, year = site.do(BEFORE).split()
    with site.visit("alice") as page:
        page.goto("/members/applications/new/")
        page.fill("input[name=name]", "新朋友科技有限公司")
        page.click("button:has-text('查找') >> nth=-1")
        page.fill("form[method=post] >> input[name=name]", "新朋友科技有限公司")
        page.fill("form[method=post] >> input[name=code]", "91310000MA1FL5BC0X")
        page.fill("form[method=post] >> input[name=contact_name]", "张三")
        page.fill("form[method=post] >> input[name=contact_mobile]", "13800001234")
        page.click("main form[method=post] button:has-text('受理')")
        assert "校验位" in page.inner_text("main")  # a wrong check digit is named, and nothing typed is lost
        assert page.input_value("form[method=post] >> input[name=contact_name]") == "张三"
        site.picture(page, "wrong-digit")
        page.fill("form[method=post] >> input[name=code]", "")
        page.fill("form[method=post] >> input[name=no_code_reason]", "新设，证照在办")
        page.click("main form[method=post] button:has-text('受理')")
        page.click("main a:has-text('新朋友科技有限公司')")
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

    site.do(CONTACT)
    with site.visit("charlie", "phone") as page:
        page.goto("/members/own/")
        site.picture(page, "own")
        assert "别家公司" not in page.inner_text("main")
        page.goto(f"/calendar/{token}/")
        site.picture(page, "session")
        known = page.locator("#id_person option", has_text="张三").get_attribute("value")
        page.select_option("#id_person", known)
        page.click("button:has-text('为同事报名')")
        assert "已报名" in page.locator("li", has_text="张三").inner_text()

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
