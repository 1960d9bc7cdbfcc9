"""Who gets the addresses below `desk/`."""

from __future__ import annotations

from access import STAFF, Access


def draft(story):
    story.publish()
    return (story.report.pk,)


ACCESS = {
    "drafts": Access(STAFF),
    "draft": Access(STAFF, draft),
    "difference": Access(STAFF, lambda story: (*draft(story), 1)),
    "change-draft": Access(STAFF, lambda story: (*draft(story), "comment"), method="POST"),
}
