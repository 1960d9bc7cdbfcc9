"""A year before the system: entered from its ledger, checked by a colleague, published, opened, withdrawn."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.site
SCAN = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def test_a_ledger_s_year_stands_in_a_published_number(site, size, tmp_path):
    scan = tmp_path / "台账.pdf"
    scan.write_bytes(SCAN)
    with site.visit("alice", size) as page:
        page.goto("/desk/entries/new/")
        page.select_option("#id_figure", "members.activity_sessions")
        typed = {"period": "2014", "what": "纸质台账第三册", "amount": "7", "source": "会员活动台账"}
        for name, words in typed.items():
            page.fill(f"#id_{name}", words)
        page.click("main form button:not([type=button])")
        page.wait_for_selector("text=需要扫描件")
        site.picture(page, "no-scan")
        page.set_input_files("#id_scan", scan)
        page.click("main form button:not([type=button])")
        page.wait_for_selector("text=待复核")
        site.picture(page, "entered")
        entry = page.url
    with site.visit("bob", size) as page:
        page.goto("/desk/entries/")
        site.picture(page, "entries")
        page.click("text=纸质台账第三册")
        page.click("text=与证据一致，计入")
        page.wait_for_selector(".tag.good")
        site.picture(page, "checked")
    with site.visit("alice", size) as page:
        page.goto("/desk/figures/members.activity_sessions/?from=2013&to=2018")
        assert "8" in page.inner_text("td strong >> nth=-1")
        site.picture(page, "now")
        page.click("button:has-text('发布') >> nth=-1")
        page.wait_for_url("**/n/**")
        number = page.url
        site.picture(page, "published")
        page.click("text=台账与出处录入")
        assert "纸质台账第三册" in page.inner_text("#rows")
        site.picture(page, "rows")
        page.goto(entry)
        assert "计入 1 个已发布的数字" in page.inner_text("main")
        page.click("summary:has-text('撤回')")
        page.fill("#id_withdraw_note", "台账记录有误")
        page.click("details button:has-text('撤回')")
        page.wait_for_selector("text=已撤回")
    with site.visit(None, size) as page:
        page.goto(number)
        assert "不再计入" in page.inner_text("#drift")
        site.picture(page, "drifted")
        page.goto("/desk/figures/")
        assert "/sign-in/" in page.url


def test_members_by_part_and_the_catalogue_in_print(site):
    with site.visit("rita", "desktop") as page:
        page.goto("/desk/figures/")
        site.picture(page, "figures")
        page.goto("/desk/figures/members.participation/?from=2016&to=2018&by=organisation__kind")
        site.picture(page, "parts")
        page.goto("/figures/members.participation/")
        site.picture(page, "editions")
        page.goto("/figures/in-full/")
        page.emulate_media(media="print")
        site.picture(page, "in-full")
