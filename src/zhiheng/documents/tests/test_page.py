from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from zhiheng.documents import Column, Heading, Paragraph, Problem, Table, Text, drawing
from zhiheng.documents.page import html, write_html
from zhiheng.documents.tests.samples import EVIL, ranking, report, table


class Page(HTMLParser):
    """Collects what a browser would see: elements, and the texts of scripts and cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append((self.elements[-1][0] if self.elements else "", data))

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        wanted = attributes.items()
        return [its for name, its in self.elements if name == tag and wanted <= its.items()]


@pytest.fixture(scope="module")
def text() -> str:
    return html(report())


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_every_chart_and_table_is_on_the_page_with_a_number(page: Page):
    assert [its["data-chart"] for its in page.all("div", role="img")] == [f"figure-{i}" for i in range(1, 6)]
    assert [its["id"] for its in page.all("figure", **{"class": "table"})] == [
        "table-1",
        "table-2",
        "table-3",
    ]
    data = json.loads(next(words for tag, words in page.texts if tag == "script"))
    kinds = [chart["data"]["kind"] for chart in data["charts"].values()]
    assert kinds == ["ranking", "heatmap", "quadrants", "trend", "bars"]


def test_words_that_try_to_break_out_stay_words(page: Page, text: str):
    scripts = page.all("script")
    assert len(scripts) == 2  # the data and the program; none that the words brought
    assert page.all("img") == []
    assert not any(name.startswith("on") for _, its in page.elements for name in its)
    assert "<img src=x" not in text
    assert any(words == EVIL for tag, words in page.texts if tag == "p")


def test_only_the_program_of_the_page_may_run(page: Page, text: str):
    policy = page.all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"]
    allowed = re.search(r"'sha256-([^']+)'", policy)[1]
    program = text[text.rindex("<script>") + len("<script>") : text.rindex("</script>")]
    assert base64.b64encode(hashlib.sha256(program.encode()).digest()).decode() == allowed
    assert "default-src 'none'" in policy


def test_nothing_is_fetched(page: Page):
    sources = [
        its.get("src") or its.get("href")
        for tag, its in page.elements
        if tag in {"script", "link", "img", "a"}
    ]
    assert [one for one in sources if one and not one.startswith("#")] == []


def test_both_languages_are_there_and_the_first_leads(page: Page, text: str):
    assert page.all("html")[0]["data-language"] == "zh"
    assert [its["data-set-language"] for its in page.all("button") if "data-set-language" in its] == [
        "zh",
        "en",
    ]
    assert '<span class="zh" lang="zh-CN">一、摘要</span><span class="en" lang="en">1 Summary</span>' in text
    english = Page(html(report(languages=("en",))))
    assert english.all("html")[0]["data-language"] == "en"
    assert "监测报告" not in "".join(words for tag, words in english.texts if tag != "script")


def test_made_up_data_are_marked_on_screen_and_on_each_printed_page(page: Page):
    assert ("p", "虚构数据 Made-up data") in page.texts
    assert page.all("div", **{"class": "watermark"})
    real = Page(html(report(made_up=False)))
    assert not real.all("div", **{"class": "watermark"})
    assert not any("虚构" in words for tag, words in real.texts if tag != "script")


def test_missing_values_are_dashes_and_numbers_carry_their_full_value(text: str):
    assert '<td class="right missing short">—</td>' in text
    assert 'data-value="95.25"' in text
    assert ">95.2<" in text  # 95.25 to one decimal, half to even
    assert ">93.5%<" in text
    assert ">12,345<" in text


def test_a_cell_takes_the_colour_of_its_band_with_text_that_can_be_read(text: str):
    assert 'style="background:#2e7d32;color:#ffffff">95.2' in text
    assert 'style="background:#b42318;color:#ffffff">75.2' in text


def test_an_empty_table_says_so(text: str):
    assert '<tr class="none"><td colspan="2">' in text


def test_anchors_are_unique_even_where_wished_ones_repeat():
    blocks = [Heading(1, "a", anchor="x"), Heading(1, "b", anchor="x"), Heading(1, "c", anchor="y z<")]
    page = Page(html(report(blocks=blocks)))
    assert [its["id"] for its in page.all("h2") if "id" in its] == ["x", "x-2", "y-z"]


def test_the_same_report_gives_the_same_bytes(text: str):
    assert html(report()) == text


def test_a_long_table_shows_all_rows_on_the_page():
    page = html(report(blocks=[table(200, max_rows_in_documents=10)]))
    assert page.count("<tr><td") == 200


def test_a_file_that_cannot_be_written_is_a_problem(tmp_path):
    with pytest.raises(Problem) as caught:
        write_html(report(blocks=[Paragraph("a")]), tmp_path / "none" / "report.html")
    assert caught.value.code == "file_unwritable"


def test_without_echarts_the_problem_names_the_set_up(monkeypatch, tmp_path):
    monkeypatch.setattr(drawing.resources, "files", lambda _: tmp_path)
    with pytest.raises(Problem) as caught:
        html(report(blocks=[ranking()]))
    assert caught.value.code == "echarts_missing"
    assert "make setup" in caught.value.text("zh")
    assert "make setup" in caught.value.text("en")


def test_a_text_that_is_the_same_in_both_languages_is_written_once():
    page = html(report(blocks=[Table([Column("a", "A")], [{"a": Text("甲", "甲")}])]))
    assert ">甲</td>" in page
