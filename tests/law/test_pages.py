"""Every page keeps the policy and says what it is; every template says each of its words in both languages."""

from __future__ import annotations

import re

import pytest
from access import SOURCE, tables
from django.urls import reverse
from story import Story

ACCESS = tables()
TEMPLATES = sorted(path for path in SOURCE.rglob("templates/**/*.html") if "documents" not in path.parts)
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
"""Characters of Chinese and its punctuation."""
SAID = re.compile(r'\{% say "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"')
IN_ITS_OWN_LANGUAGE = re.compile(r'lang="zh-Hans"[^>]*>中文<')
DATA = r"<script(?! src| id=\S+ type=.application/json.)"
INLINE = re.compile(rf"{DATA}|<style|<[^>]+ (?:style|on[a-z]+|hx-on\S*)=|href=.javascript:")
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}", re.DOTALL)
OPENED = sorted(name for name, each in ACCESS.items() if each.method == "GET" and each.status == 200)


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize("name", OPENED)
def test_a_page_keeps_the_policy_and_says_what_it_is(client, name):
    story, access = Story(), ACCESS[name]
    answer = story.get(client, min(access.allowed), reverse(name, args=access.arguments(story)))
    given = b"".join(answer)  # a file is closed when it has been given out
    if not answer.headers["Content-Type"].startswith("text/html"):
        return
    page = given.decode()
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert INLINE.findall(page) == []
    if "<html" not in page:
        return  # a part of a page
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert re.search(r"<title>[^·<]*\w[^<]*</title>", page), "a page has a title of its own"
    assert '<main id="main"' in page
    posts = re.findall(r'<form[^>]*method="post".*?</form>', page, re.DOTALL)
    assert [form[:120] for form in posts if "csrfmiddlewaretoken" not in form] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_template_says_everything_in_both_languages(path):
    text = path.read_text(encoding="utf-8")
    said = SAID.findall(text)
    assert [pair for pair in said if not pair[1].strip() or CHINESE.search(pair[1])] == []
    rest = IN_ITS_OWN_LANGUAGE.sub("", SAID.sub("", COMMENT.sub("", text)))
    assert [line.strip()[:90] for line in rest.splitlines() if CHINESE.search(line)] == []


@pytest.mark.parametrize(
    "bad",
    [
        "<script>x",
        "<style>",
        '<p style="x">',
        '<a onclick="x">',
        '<b hx-on:click="x">',
        "<a href='javascript:x'>",
    ],
)
def test_the_rule_on_what_is_inline_bites(bad):
    assert INLINE.findall(bad)
