"""How a job is written, begun and run."""

from __future__ import annotations

import functools
import logging
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone
from django.utils.translation import override
from django_tasks import task

from zhiheng.core.jobs.models import Job
from zhiheng.core.problems import DEFECT, Problem
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_tasks.base import Task

    from zhiheng.core.people.models import Account

log = logging.getLogger(__name__)
A_SECOND: Final = 1.0


@dataclass(slots=True)
class Work:
    """What a running job holds: for whom it runs, and how far it is."""

    job: Job
    _told: float = field(default=0.0, repr=False)

    @property
    def by(self) -> Account:
        """Who asked for it; its operations ask permission of this account."""
        return self.job.by

    def at(self, done: int, total: int) -> None:
        """Tell how far it is; written at most once a second, and at the end."""
        if done >= total or time.monotonic() - self._told >= A_SECOND:
            self._told = time.monotonic()
            self.job.done, self.job.total = done, total
            self.job.save(update_fields=["done", "total"])


def job(function: Callable[..., str | None]) -> Task[..., None]:
    """Make `f(work, **given)` a job. What it returns is the path of its result; a `Problem` ends it with its words.

    Given are ids, dates as text, numbers: what JSON holds. It may run twice after a crash of the worker.
    """

    @functools.wraps(function)
    def run(job_id: int, **given: Any) -> None:
        found = Job.objects.select_related("by").get(pk=job_id)
        found.state = Job.State.RUNNING
        found.save(update_fields=["state"])
        try:
            found.link = function(Work(found), **given) or ""
        except Problem as problem:
            _end(found, problem)
        except Exception:
            number = secrets.token_hex(4)
            log.exception("job %s: defect %s", job_id, number)
            _end(found, Problem(DEFECT, number=number))
        else:
            _end(found)

    return task()(run)


def start(*, by: Account, name: Text, run: Task[..., None], **given: Any) -> Job:
    """Begin a job for an account. Nothing is asked: each operation in it asks for itself."""
    begun = Job.objects.create(by=by, name_zh=name.zh, name_en=name.en)
    run.enqueue(job_id=begun.pk, **given)
    begun.refresh_from_db()
    return begun


def _end(found: Job, problem: Problem | None = None) -> None:
    found.state = Job.State.FAILED if problem else Job.State.DONE
    found.ended_at = timezone.now()
    if problem:
        with override("zh-hans"):
            found.problem_zh = str(problem)
        with override("en"):
            found.problem_en = str(problem)
    found.save(update_fields=["state", "ended_at", "problem_zh", "problem_en", "link"])
