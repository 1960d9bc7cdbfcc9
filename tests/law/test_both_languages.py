"""Each page in either language: a title that no other page has; on an English page no Chinese but in records."""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape

import pytest
from access import tables
from django.apps import apps
from django.db import models, transaction
from django.urls import reverse
from story import Story

ACCESS = tables()
OPENED = sorted(name for name, each in ACCESS.items() if each.method == "GET" and each.status == 200)
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
SWITCH = "中文"
BINDING = re.compile(r"\[|\]\(#\w+\)")
"""What parts the text of a report around its numbers."""
UNREAD = re.compile(
    r"<(script|style|pre)\b.*?</\1>|<(article|section|strong|th)[^>]* lang=.zh-Hans.*?</\2>|“.*?”", re.DOTALL
)
"""What is no word of the page: code, what is marked as Chinese, what is quoted."""
ONE_PAGE = (
    {"sign-in", "account_login"},  # two addresses of one page
    {"account_reauthenticate", "mfa_reauthenticate"},  # one question, asked in two ways
)


def recorded():
    """Give what the tables hold in words, the longest first."""
    found = set()
    for model in apps.get_models():
        names = [
            each.attname
            for each in model._meta.fields
            if isinstance(each, models.CharField | models.TextField)
        ]
        for row in model.objects.values_list(*names):
            found |= {
                part for value in row if value for part in BINDING.split(str(value)) if CHINESE.search(part)
            }
    return sorted(found, key=len, reverse=True)


def pages(client, language):
    """Give each page by name, with what of its story is kept: each stands on a story of its own."""
    story = Story()
    for name in OPENED:
        with transaction.atomic():
            access = ACCESS[name]
            for account in filter(None, story.accounts.values()):
                account.refresh_from_db()  # a page before may have given a password
            answer = story.get(
                client,
                min(access.allowed),
                reverse(name, args=access.arguments(story)),
                HTTP_ACCEPT_LANGUAGE=language,
            )
            given = b"".join(answer)
            assert answer.status_code == 200, name
            if answer.headers["Content-Type"].startswith("text/html"):
                yield name, given.decode()
            transaction.set_rollback(True)


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_page_has_a_title_of_its_own_and_an_english_one_no_chinese_but_in_records(client, language):
    titles, left = defaultdict(set), []
    for name, page in pages(client, language):
        if found := re.search(r"<title>(.*?)</title>", page, re.DOTALL):
            titles[" ".join(found[1].split())].add(name)
        if language == "en":
            assert '<html lang="en"' in page or "<html" not in page, name
            words = unescape(UNREAD.sub("", page)).replace(f">{SWITCH}<", "><")
            for each in recorded():
                words = words.replace(each, "")
            left += [(name, each) for each in CHINESE.findall(words)]
    assert len(titles) > 60
    assert [
        (title, names)
        for title, names in titles.items()
        if len(names) > 1 and not any(names <= alike for alike in ONE_PAGE)
    ] == []
    assert left == []
