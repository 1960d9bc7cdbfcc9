"""What the journal says was written is said in words, in both languages: no name of a field reaches a page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import translation

from zhiheng.core.journal.queries import field_in_words

SOURCE = Path(__file__).parents[2] / "src" / "zhiheng"
CHINESE = re.compile(r"[\u3400-\u9fff]")


def journaled():
    """Give the names of fields that stand in a call of `record` or `record_many`."""
    for file in SOURCE.rglob("*.py"):
        if "tests" in file.parts:
            continue
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"record", "record_many"}:
                for given in call.args[3:4]:
                    yield from (
                        each.value
                        for each in ast.walk(given)
                        if isinstance(each, ast.Constant) and each.value
                    )


NAMES = sorted(set(journaled()))


def has(model, name):
    try:
        return bool(model._meta.get_field(name))
    except FieldDoesNotExist:
        return False


def test_many_names_were_found():
    assert len(NAMES) > 100


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_the_journal_is_said_in_both_languages(name):
    ours = [model for model in apps.get_models() if model.__module__.startswith("zhiheng.")]
    with translation.override("zh-hans"):
        words = {field_in_words(model, name) for model in ours if has(model, name)} or {
            field_in_words(ours[0], name)
        }
        assert all(CHINESE.search(each) for each in words), words
    with translation.override("en"):
        words = {field_in_words(model, name) for model in ours if has(model, name)} or {
            field_in_words(ours[0], name)
        }
        assert not any(CHINESE.search(each) or "_" in each for each in words), words
