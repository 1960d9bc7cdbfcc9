"""The history of a record names what was touched in words, in both languages, never by the name of a column."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import override
from story import DAY, Story

import zhiheng
from zhiheng.core.journal.queries import timeline
from zhiheng.core.journal.words import NAMES, in_words
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind, Organisation


def recorded():
    """Give every name of a field that an operation writes into the journal, as the source says it."""
    for file in Path(zhiheng.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"record", "record_many"}
            ):
                for given in (*node.args[3:], *(each.value for each in node.keywords)):
                    yield from (
                        each.value
                        for each in ast.walk(given)
                        if isinstance(each, ast.Constant) and isinstance(each.value, str)
                    )


def test_whatever_the_journal_names_has_words():
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    named = set(recorded())
    assert len(named) > 50
    for name in sorted(named - NAMES.keys()):
        own = [getattr(each, "verbose_name", None) for each in fields if each.name == name]
        assert own, name
        assert all(isinstance(each, Promise) for each in own), name


def test_a_field_says_its_own_words_first_and_what_nobody_knows_its_name():
    with override("zh-hans"):
        assert in_words("code", Organisation) == "统一社会信用代码"
    with override("en"):
        assert in_words("code", Organisation) == "Unified social credit code"
    assert in_words("parent", Organisation).zh == "上级"
    assert in_words("of_long_ago", Organisation) == "of_long_ago"


@pytest.mark.django_db
def test_the_page_of_a_card_tells_it_in_both_languages(client):
    story = Story()
    group = cards.add(by=story.by, kind=Kind.GROUP, name="集团", no_code_reason="示例")
    cards.place_under(by=story.by, child=story.own, parent=group, on=DAY)
    assert "上级" in [getattr(each, "zh", each) for each in timeline(story.own)[0].fields]
    story.sign_in(client, "bob")
    for language, words in (("zh-hans", "上级"), ("en", "what it belongs to")):
        client.cookies["django_language"] = language
        page = client.get(reverse("organisation", args=[story.own.pk])).content.decode()
        history = page[page.rindex('class="timeline"') :]
        assert words in history
        assert "parent" not in history
