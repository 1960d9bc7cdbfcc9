"""An operation is the one way to write: a trade verb that asks permission, is atomic, and leaves a line in the journal.

Every door (page, admin, API, command line, job, import) calls the same operations.
"""

from __future__ import annotations

import contextvars
import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import rules
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, models, transaction

from zhiheng.core.problems import AT_ONCE, GONE, REFUSED, Problem
from zhiheng.ui.words import Text, say

if TYPE_CHECKING:
    from zhiheng.core.people.models import Account

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Operation:
    """One verb: its permission code, its name in both languages, the function that does it."""

    permission: str
    name: Text
    function: Callable[..., Any]


_OPERATIONS: Final[dict[str, Operation]] = {}
_open: contextvars.ContextVar[list[int] | None] = contextvars.ContextVar("open operation", default=None)


def operation(
    permission: str, zh: str, en: str, *, on: str = ""
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a keyword-only function `f(*, by, ...)` an operation.

    Order: permission (asked of `rules`, with the argument named `on` as its record; none where it is empty),
    then the function in one transaction, then the check that it called `record` at least once. An operation
    called by another one asks its own permission and joins the transaction. Where the database finds that there is one
    already of what there may be one of, somebody else was faster: that is a problem, not a defect.
    """

    def make(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        if (
            any(p.kind is not p.KEYWORD_ONLY for p in signature.parameters.values())
            or "by" not in signature.parameters
        ):
            raise TypeError(f"{function.__qualname__}: an operation takes keywords only, `by` among them")
        if on and on not in signature.parameters:
            raise TypeError(f"{function.__qualname__}: no argument {on!r}")
        name = f"{function.__module__}.{function.__qualname__}"
        _OPERATIONS[name] = Operation(permission, Text(zh, en), function)

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            by: Any = kwargs["by"]
            allow(by, permission, kwargs.get(on) if on else None, what=Text(zh, en))
            outer = _open.get()
            count = [0]
            token = _open.set(count)
            try:
                with transaction.atomic():
                    result = function(*args, **kwargs)
                    if not count[0]:
                        raise RuntimeError(f"{name} wrote nothing into the journal")
            except IntegrityError as error:
                if _is_of_uniqueness(error):
                    raise Problem(AT_ONCE) from error
                raise
            finally:
                _open.reset(token)
            if outer is not None:
                outer[0] += count[0]
            return result

        return run

    return make


def _is_of_uniqueness(error: IntegrityError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == "23505" or str(error).startswith("UNIQUE constraint")


def lock(*records: models.Model) -> None:
    """Read records again, as they are now, and let nobody else change them before this operation ends.

    What was read before the operation (the page was open for a while) is not what is decided on. The order of
    locking is the same everywhere: what is above before what is below it, rows of one table by their number.
    """
    for each in records:
        try:
            rows = type(each)._base_manager.select_for_update(no_key=True)  # noqa: SLF001 - rows of any table
            each.refresh_from_db(from_queryset=rows)
        except ObjectDoesNotExist:
            raise Problem(GONE) from None


def operations() -> dict[str, Operation]:
    """List every operation that has been imported, by its full name."""
    return dict(_OPERATIONS)


def allow(by: Account, permission: str, record: object = None, *, what: Text) -> None:
    """Refuse unless `by` has `permission` on `record`."""
    if not rules.has_perm(permission, by, record):
        raise Problem(REFUSED, what=say(what))


def record(by: Account, verb: str, subject: models.Model, fields: Iterable[str] = ()) -> None:
    """Write one line of the journal: who, which verb, which record, which fields. Never a value."""
    from zhiheng.core.journal.models import Line  # noqa: PLC0415 - models are ready after the apps

    count = _open.get()
    if count is None:
        raise RuntimeError(f"{verb}: a journal line outside an operation")
    count[0] += 1
    Line.objects.create(
        by=by, verb=verb, table=subject._meta.label, subject_id=subject.pk, fields=list(fields)
    )


def record_many(by: Account, verb: str, subjects: Iterable[models.Model], fields: Iterable[str] = ()) -> None:
    """Write one journal line for each of `subjects`, in one statement."""
    from zhiheng.core.journal.models import Line  # noqa: PLC0415 - models are ready after the apps

    count = _open.get()
    if count is None:
        raise RuntimeError(f"{verb}: a journal line outside an operation")
    names = list(fields)
    lines = [Line(by=by, verb=verb, table=s._meta.label, subject_id=s.pk, fields=names) for s in subjects]
    Line.objects.bulk_create(lines, batch_size=500)
    count[0] += len(lines)
