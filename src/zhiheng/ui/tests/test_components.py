"""Components as they are rendered: what a person and a screen reader get, nothing injected, nothing inline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from zhiheng.core.problems import EMPTY, Problem
from zhiheng.ui.charts import Chart, Point, polyline
from zhiheng.ui.lists import ordering
from zhiheng.ui.words import Text


def render(source, address="/figures/", language="zh-hans", **context):
    request = RequestFactory().get(address)
    request.user = AnonymousUser()
    # cotton compiles what it loads, not what is written here: its compiler is asked by name
    from django_cotton.compiler_regex import CottonCompiler  # noqa: PLC0415

    with translation.override(language):
        template = engines["django"].from_string(CottonCompiler().process(source))
        return re.sub(r"\s+", " ", template.render(context, request))


def test_a_field_says_its_label_help_and_what_is_wrong():
    problem = Problem(EMPTY, field="name", what="名称")
    page = render(
        '<c-field name="name" label="名称" help="全称" value="<i>" required maxlength="9" />', problem=problem
    )
    assert '<label for="id_name">名称' in page
    assert 'value="&lt;i&gt;"' in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'id="id_name_error">“名称”没有填写。' in page
    assert 'maxlength="9"' in page
    assert " required" in page


def test_a_field_that_is_right_says_nothing_of_another_one_s_problem():
    page = render(
        '<c-field name="on" type="date" label="日期" />', problem=Problem(EMPTY, field="name", what="名称")
    )
    assert "aria-invalid" not in page
    assert "没有填写" not in page
    assert 'type="date"' in page


@pytest.mark.parametrize("value", ["b", "<"])
def test_a_choice_and_a_long_text_keep_what_was_typed(value):
    options = [("a", Text("甲", "A")), ("b", Text("乙", "B")), ("<", Text("丙", "C"))]
    page = render(
        '<c-field name="x" label="x" :options="options" :value="value" />', options=options, value=value
    )
    assert page.count(" selected") == 1
    page = render('<c-field name="x" label="x" rows="3" :value="value" />', value=value)
    assert f">{value.replace('<', '&lt;')}</textarea>" in page.replace("> ", ">")


def test_a_form_of_django_shows_each_problem_with_a_link_to_its_field():
    class Sample(forms.Form):
        name = forms.CharField(label="名称")

    page = render('<c-form submit="送出" :form="form"></c-form>', form=Sample({}))
    assert '<div class="problem" role="alert"' in page
    assert '<a href="#id_name">名称</a>' in page
    assert "csrfmiddlewaretoken" in page
    assert ">送出</button>" in page
    assert 'aria-invalid="true"' in page


def test_a_dangerous_button_asks_first_without_a_script():
    page = render('<c-button kind="danger" confirm="不能恢复。" name="verb" value="drop">删除</c-button>')
    assert page.index("<details") < page.index("不能恢复。") < page.index("<button")
    assert 'name="verb" value="drop"' in page
    assert "<details" not in render('<c-button kind="danger">删除</c-button>')


def test_an_empty_table_says_so_and_a_full_one_how_many():
    source = '<c-table caption="单位" :count="n"><c-slot name="head"><th>名</th></c-slot><tr><td>甲</td></tr></c-table>'
    assert "没有记录" in render(source, n=0)
    assert "<table" not in render(source, n=0)
    page = render(source, n=1234)
    assert "单位 · 共 1,234 条" in page
    assert 'tabindex="0"' in page


def test_sorting_and_paging_keep_what_was_asked():
    page = Paginator(range(30), 10).get_page(2)
    shown = render('<c-pages :page="page" />', "/x/?q=%E7%94%B2&page=2", page=page)
    assert 'href="?q=%E7%94%B2&amp;page=1"' in shown
    assert 'href="?q=%E7%94%B2&amp;page=3"' in shown
    head = render('<c-sort by="name">名称</c-sort>', "/x/?q=a&sort=name&page=2")
    assert 'aria-sort="ascending"' in head
    assert 'href="?q=a&amp;sort=-name"' in head
    assert "aria-sort" not in render('<c-sort by="name">名称</c-sort>', "/x/?sort=other")


@pytest.mark.parametrize(
    ("asked", "field"),
    [("name", "name_zh"), ("-name", "-name_zh"), ("password", "-id"), ("--name", "-id"), ("", "-id")],
)
def test_a_list_is_ordered_by_listed_fields_only(asked, field):
    request = RequestFactory().get("/", {"sort": asked})
    assert ordering(request, {"name": "name_zh"}, "-id") == field


def test_a_chart_has_its_numbers_as_data_and_as_a_table():
    chart = Chart(
        title="参与率</script>",
        unit="%",
        decimals=1,
        points=(Point("2017", 91.7), Point("2018", 93.5, 92.0, 95.0)),
    )
    page = render('<c-chart :chart="chart" id="rate" />', chart=chart)
    assert 'data-chart="rate"' in page
    assert '<script id="rate" type="application/json">' in page
    assert page.count("</script>") == 1
    assert "93.5" in page
    assert "92.0 – 95.0" in page


def test_a_small_line_needs_two_values():
    assert polyline([1]) == ""
    assert polyline([1, 3]) == "2.0,22.0 98.0,2.0"
    assert polyline([5, 5]) == "2.0,22.0 98.0,22.0"


def test_a_qr_code_is_drawn_without_style():
    page = render('<c-qr :address="address" label="打开" />', address='https://example.org/?a="><script>')
    assert "<path" in page
    assert "style" not in page
    assert "<script" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_catalogue_of_components_needs_nothing_inline(client, language):
    page = client.get(reverse("components"), headers={"accept-language": language}).content.decode()
    assert not re.search(r"<script(?! src| id=\S+ type=.application/json.)|<style| style=| on\w+=", page)
    if language == "en":
        assert re.findall(r"[\u4e00-\u9fff]+", page) == ["中文"]


@pytest.mark.django_db
def test_the_menu_shows_a_page_to_whom_it_opens(client, django_user_model):
    address = reverse("drafts")
    assert address not in client.get("/").content.decode()
    client.force_login(
        django_user_model.objects.create_user("charlie"), backend="zhiheng.core.sign_in.backend.Passwords"
    )
    page = client.get("/").content.decode()
    assert address not in page
    assert f'<a href="{reverse("home")}" aria-current="page">' in page


@pytest.mark.parametrize(
    ("language", "said"), [("zh-hans", "（家） 甲、乙"), ("en", " (companies) 甲, 乙")], ids=["zh", "en"]
)
def test_brackets_and_commas_are_those_of_the_language(language, said):
    unit = Text("家", "companies")
    assert (
        render("{{ unit|words|aside }} {{ of|listed }}", language=language, unit=unit, of=["甲", "乙"])
        == said
    )


def test_a_value_with_a_filter_stands_in_braces():
    # cotton takes a bare `rows|length` for the name of a variable, finds none, and hands on nothing
    rooms = Path(__file__).parents[2]
    bare = re.compile(r'\s:[\w-]+="[^"{]*\|')
    wrong = [path.name for path in rooms.rglob("*.html") if bare.search(path.read_text(encoding="utf-8"))]
    assert wrong == []
    assert "没有记录" in render('<c-table :count="{{ rows|length }}"></c-table>', rows=[])
