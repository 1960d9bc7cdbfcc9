"""Who gets the addresses of gatherings."""

from __future__ import annotations

from access import EVERYBODY, SIGNED_IN, Access

from zhiheng.core.people import operations as people
from zhiheng.gatherings import codes, operations
from zhiheng.gatherings.models import Attendance, Kind, Visibility
from zhiheng.gatherings.tests.hall import PDF, today

READERS = frozenset({"alice", "bob", "olive"})
"""Rita reads the line of members and not this one."""


def edition(story):
    held = operations.hold(by=story.by, kind=Kind.FORUM, name_zh="论坛", on=[today()], seats=1)
    return operations.publish(by=story.by, edition=held)


def session(story):
    return edition(story).sessions.get()


def of_edition(story):
    return (edition(story).pk,)


def of_session(story):
    return (session(story).pk,)


def of_token(story):
    return (session(story).token,)


def somebody(story):
    return people.add_person(by=story.by, name="某人", organisation=story.other)


def registration(story):
    return operations.register(
        by=story.by, session=session(story), person=somebody(story), organisation=story.other
    )


def unmatched(story):
    held = session(story)
    operations.arrive(by=story.by, code=codes.code(held), name="无名", mobile="13800009999")
    return (held.unmatched.get().pk,)


def series(story):
    return (operations.open_series(by=story.by, code="a", kind=Kind.FORUM, name_zh="甲", name_en="A").pk,)


def material(story):
    kept = operations.add_material(
        by=story.by, edition=edition(story), content=PDF, name="a.pdf", visibility=Visibility.STAFF
    )
    return (kept.pk,)


def company(story):
    assert Attendance.objects.filter(organisation=story.own).exists()
    return (story.own.pk,)


ACCESS = {
    "gatherings:editions": Access(READERS),
    "gatherings:hold": Access(READERS),
    "gatherings:all-series": Access(READERS),
    "gatherings:one-series": Access(READERS, series),
    "gatherings:edition": Access(READERS, of_edition),
    "gatherings:edit": Access(READERS, of_edition),
    "gatherings:publish": Access(READERS, of_edition, method="POST"),
    "gatherings:history": Access(READERS, of_edition),
    "gatherings:add-session": Access(READERS, of_edition),
    "gatherings:add-material": Access(READERS, of_edition, method="POST"),
    "gatherings:remove-material": Access(READERS, material, method="POST"),
    "gatherings:session": Access(READERS, of_session),
    "gatherings:arrange": Access(READERS, of_session),
    "gatherings:confirm": Access(READERS, lambda story: (*of_session(story), "move")),
    "gatherings:register": Access(READERS, of_session, method="POST"),
    "gatherings:give-back": Access(READERS, lambda story: (registration(story).pk,), method="POST"),
    "gatherings:roster": Access(READERS, of_session),
    "gatherings:suggestions": Access(READERS, of_session),
    "gatherings:strike": Access(READERS, of_session, method="POST"),
    "gatherings:resolve": Access(READERS, unmatched, method="POST"),
    "gatherings:sheet": Access(READERS, of_session),
    "gatherings:door": Access(READERS, of_session),
    "gatherings:tap": Access(READERS, lambda story: (*of_session(story), somebody(story).pk), method="POST"),
    "gatherings:poster": Access(READERS, of_session),
    "gatherings:attendances-xlsx": Access(READERS, of_session),
    "gatherings:attendances-pdf": Access(READERS, of_session),
    "gatherings:sign-in-sheet": Access(READERS, of_session),
    "gatherings:person": Access(READERS, lambda story: (somebody(story).pk,)),
    "gatherings:company": Access(READERS | {"erin"}, company),
    "calendar:month": Access(EVERYBODY),
    "calendar:feed": Access(EVERYBODY),
    "calendar:mine": Access(SIGNED_IN),
    "calendar:arrive": Access(EVERYBODY, lambda story: (codes.code(session(story)),)),
    "calendar:give-back": Access(READERS | {"dana"}, lambda story: (registration(story).pk,), method="POST"),
    "calendar:session": Access(EVERYBODY, of_token),
    "calendar:session-ics": Access(EVERYBODY, of_token),
    "calendar:register": Access(SIGNED_IN, of_token, method="POST"),
}
