"""A job says how far it is and ends in a result, a problem in both languages, or a number for the log."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from story import Story

from zhiheng.core.jobs.models import Job
from zhiheng.core.jobs.running import job, start
from zhiheng.core.organisations import operations as cards
from zhiheng.core.organisations.models import Kind, Organisation
from zhiheng.core.problems import EMPTY, Problem
from zhiheng.ui.words import Text

pytestmark = pytest.mark.django_db
NAME = Text("导出<甲表>", "Export <list>")


@job
def count(work, *, to):
    for n in range(to):
        work.at(n + 1, to)
    return "/figures/"


@job
def mistaken(_work):
    raise Problem(EMPTY, what="名称")


@job
def broken(_work):
    raise ZeroDivisionError("secret value")


@job
def add_a_card(work):
    cards.add(by=work.by, kind=Kind.COMPANY, name="新厂", no_code_reason="示例")


@pytest.fixture
def story():
    return Story()


def test_a_job_ends_in_its_result(client, story):
    done = start(by=story.accounts["alice"], name=NAME, run=count, to=3)
    assert (done.state, done.done, done.total, done.link) == ("done", 3, 3, "/figures/")
    page = story.get(client, "alice", reverse("jobs")).content.decode()
    assert "导出&lt;甲表&gt;" in page
    assert 'href="/figures/"' in page
    assert "every 2s" not in page


def test_what_a_person_can_mend_is_said_in_both_languages(client, story):
    failed = start(by=story.accounts["alice"], name=NAME, run=mistaken)
    assert failed.state == "failed"
    assert failed.problem_zh == "“名称”没有填写。请填写后再提交。"
    assert failed.problem_en == "“名称” is empty. Fill it in."


def test_a_defect_gives_a_number_and_no_value(story, caplog):
    failed = start(by=story.accounts["alice"], name=NAME, run=broken)
    assert failed.state == "failed"
    assert "secret" not in failed.problem_zh + failed.problem_en
    number = failed.problem_en.split("number ")[1][:8]
    assert number in caplog.text


def test_a_job_may_do_what_its_account_may(story):
    for who, state in (("charlie", "failed"), ("alice", "done")):
        assert start(by=story.accounts[who], name=NAME, run=add_a_card).state == state
    assert Organisation.objects.filter(name="新厂").count() == 1


def test_nobody_sees_the_jobs_of_another(client, story):
    start(by=story.accounts["alice"], name=NAME, run=count, to=1)
    for who in ("bob", "olive", "charlie"):
        assert "甲表" not in story.get(client, who, reverse("jobs")).content.decode()


def test_a_running_job_shows_how_far_it_is_and_the_page_asks_again(client, story):
    Job.objects.create(
        by=story.accounts["alice"], name_zh="甲", name_en="A", state="running", done=2, total=5
    )
    page = story.get(client, "alice", reverse("jobs")).content.decode()
    assert '<progress max="5" value="2"' in page
    assert 'hx-trigger="every 2s"' in page


def test_the_list_takes_as_many_queries_for_three_as_for_one(client, story):
    counts = []
    for more in (1, 2):
        for _ in range(more):
            start(by=story.accounts["alice"], name=NAME, run=count, to=1)
        story.get(client, "alice", reverse("jobs"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("jobs"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_the_worker_over_the_database_runs_what_waits(settings, story):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    waiting = start(by=story.accounts["alice"], name=NAME, run=count, to=3)
    assert waiting.state == "waiting"
    worker = Worker(
        queue_names=["default"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
        worker_id="tests", excluded_queue_names=[],
    )  # fmt: skip
    worker.run_task(DBTaskResult.objects.get())
    waiting.refresh_from_db()
    assert (waiting.state, waiting.done) == ("done", 3)
