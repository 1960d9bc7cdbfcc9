"""Somebody stands in the house twice: the office finds the other card, looks at both, merges, and takes it back."""

from __future__ import annotations


def test_two_cards_become_one(site, size):
    site.do("""
        from zhiheng.core.organisations.models import Organisation
        from zhiheng.core.people.operations import add_person
        own, other = Organisation.objects.order_by("id")[:2]
        add_person(by=by, name="欧阳质", mobile="13800001234", organisation=own, post="质量部长")
        add_person(by=by, name="欧阳质", mobile="13900005678", organisation=other)
    """)
    with site.visit("olive", size=size) as page:
        page.goto("/desk/people/?q=欧阳质")
        page.get_by_role("link", name="欧阳质").last.click()
        page.get_by_role("link", name="是同一人的另一张卡片").click()
        site.picture(page, "choose")
        page.locator("main").get_by_role("link", name="欧阳质").last.click()
        page.get_by_role("heading", name="核对").wait_for()
        site.picture(page, "both")
        page.get_by_role("button", name="合并", exact=True).click()
        page.get_by_text("本卡片已并入").wait_for()
        assert page.locator("ol.timeline").get_by_text("合并人员卡片").is_visible()
        site.picture(page, "merged")
        page.get_by_text("撤销合并", exact=True).click()
        page.get_by_role("button", name="确认 撤销合并").click()
        page.locator("ol.timeline").get_by_text("撤销合并").wait_for()
