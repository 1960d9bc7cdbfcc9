"""Whatever an operation names in the journal is called by a word in both languages where it is shown."""

from __future__ import annotations

import ast
import re

import pytest
from access import SOURCE
from django.apps import apps

from zhiheng.core.journal.words import FIELDS

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FILES = [path for path in sorted(SOURCE.rglob("*.py")) if not {"tests", "migrations"} & set(path.parts)]
CALLED = {
    field.name
    for model in apps.get_models()
    for field in model._meta.fields
    if CHINESE.search(str(field.verbose_name))
}


def named(tree):
    """Give the names that stand in the lists of fields of `record` and `record_many`."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"record", "record_many"}:
            for given in call.args[3:]:
                if isinstance(given, ast.List):
                    yield from (each.value for each in given.elts if isinstance(each, ast.Constant))


NAMES = sorted({name for path in FILES for name in named(ast.parse(path.read_text(encoding="utf-8")))})


def test_the_names_are_found():
    assert {"merged_into", "start", "rows"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_the_journal_has_words(name):
    assert name in FIELDS or name in CALLED


@pytest.mark.parametrize("words", FIELDS.values(), ids=FIELDS)
def test_the_words_are_in_both_languages(words):
    assert CHINESE.search(words.zh)
    assert words.en.strip()
    assert not CHINESE.search(words.en)
