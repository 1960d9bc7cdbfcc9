"""A citizen looks around on a phone and at a desk; an editor sees what they type examined."""

from __future__ import annotations

PAGES = {
    "home": "/",
    "figures": "/figures/",
    "figure": "/figures/members.participation/",
    "reports": "/reports/",
    "search": "/search/?q=会员",
    "about": "/about/",
    "accessibility": "/accessibility/",
    "calendar": "/calendar/",
    "sign-in": "/sign-in/",
    "components": "/components/",
}


def test_look_around(site, size):
    with site.visit(size=size) as page:
        for name, address in PAGES.items():
            page.goto(address)
            page.wait_for_load_state("networkidle")
            site.picture(page, name)


def test_a_chart_is_drawn_under_the_policy(site):
    with site.visit() as page:
        page.goto("/components/")
        page.locator("[data-chart] canvas").first.wait_for()
        page.get_by_text("用表格看").click()
        assert page.get_by_role("cell", name="93.5", exact=True).is_visible()


def test_a_menu_opens_by_keyboard_and_closes_by_escape(site):
    with site.visit("alice") as page:
        page.goto("/")
        summary = page.locator(".wide-menu summary")
        summary.focus()
        page.keyboard.press("Enter")
        link = page.locator(".wide-menu details a").first
        assert link.is_visible()
        link.focus()
        page.keyboard.press("Escape")
        assert not link.is_visible()
        assert summary.evaluate("each => each === document.activeElement")


def test_on_a_phone_a_wide_table_stands_as_cards_that_say_their_headings(site):
    overflows = "[...document.querySelectorAll('.wide')].filter(each => each.scrollWidth > each.clientWidth + 1).length"
    for size, role in (("phone", "row"), ("desktop", None)):
        with site.visit("alice", size) as page:
            for name, address in (
                ("figures", "/figures/"),
                ("register", "/members/"),
                ("cards", "/desk/organisations/"),
            ):
                page.goto(address)
                page.wait_for_load_state("networkidle")
                row = page.locator("main .wide tbody tr").first
                assert row.get_attribute("role") == role, (name, size)
                assert (row.locator("td[data-label]").count() > 0) is (size == "phone")
                assert page.evaluate(overflows) == 0, (name, size)
                site.picture(page, f"cards-{name}")


def test_escape_folds_away_the_menu_of_a_phone(site):
    with site.visit(size="phone") as page:
        page.goto("/")
        burger = page.locator(".burger summary")
        burger.click()
        link = page.locator(".burger").get_by_role("link", name="指标")
        link.focus()
        page.keyboard.press("Escape")
        assert not link.is_visible()
        assert burger.evaluate("each => each === document.activeElement")


def test_what_is_typed_is_examined_and_what_is_lost_is_said(site):
    with site.visit("alice") as page:
        page.goto("/desk/reports/")
        page.fill("main [name=title]", "年度报告")
        page.click("main form:not([method=get]) .buttons button")
        text = page.locator("[name=text]")
        text.focus()
        page.keyboard.type("走访企业400家。", delay=15)
        page.locator("#numbers li", has_text="400家").wait_for()
        assert page.locator("#numbers").get_by_text("未保存").is_visible()
        assert text.input_value() == "走访企业400家。"
        assert text.evaluate("each => each === document.activeElement")
        page.context.clear_cookies()
        page.keyboard.type("又10场", delay=15)
        page.locator("#lost").wait_for(state="visible")
        assert text.input_value() == "走访企业400家。又10场"
        assert page.locator("#numbers li", has_text="400家").is_visible()


def test_without_scripts_one_still_finds_and_goes(site):
    context = site.browser.new_context(java_script_enabled=False, locale="zh-CN", base_url=site.url)
    page = context.new_page()
    page.goto("/search/?q=会员")
    assert page.get_by_role("link", name="会员活动参与率", exact=True).is_visible()
    page.goto("/")
    page.set_viewport_size({"width": 375, "height": 760})
    page.locator(".burger summary").click()
    page.locator(".burger").get_by_role("link", name="指标").click()
    assert page.url.endswith("/figures/")
    context.close()


def test_who_works_here_searches_from_anywhere_by_keyboard(site):
    site.do(
        "from zhiheng.core.people.operations import add_person\nadd_person(by=by, name='欧阳质', mobile='13800001234')"
    )
    with site.visit("olive") as page:
        page.goto("/about/")
        page.keyboard.press("/")
        page.keyboard.type("欧阳", delay=15)
        hit = page.locator("#found").get_by_role("link", name="欧阳质")
        hit.wait_for()
        assert page.get_by_text("138****1234").is_visible()
        site.picture(page, "typing")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="欧阳质").wait_for()
    with site.visit("olive", size="phone") as page:
        page.goto("/desk/")
        page.keyboard.press("/")
        page.keyboard.type("没有这个/人", delay=15)
        page.locator("#hits").get_by_text("没有找到“没有这个/人”").wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/search/?q=*")
        site.picture(page, "nothing")
        page.goto("/accessibility/")
        page.get_by_label("停用快捷键 /").check()
        site.picture(page, "keys-off")
        page.goto("/about/")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.tagName") == "BODY"
