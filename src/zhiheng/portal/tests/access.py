"""Who gets the public addresses."""

from __future__ import annotations

from access import EVERYBODY, Access


def report(story):
    return (story.publish().report.token,)


ACCESS = {
    "home": Access(EVERYBODY),
    "about": Access(EVERYBODY),
    "accessibility": Access(EVERYBODY),
    "search": Access(EVERYBODY),
    "robots": Access(EVERYBODY),
    "favicon": Access(EVERYBODY, status=301),
    "figures": Access(EVERYBODY),
    "figure": Access(EVERYBODY, lambda _story: ("members.participation",)),
    "figures-in-full": Access(EVERYBODY),
    "number-rows": Access(EVERYBODY, lambda story: (story.number.token, "csv")),
    "number": Access(EVERYBODY, lambda story: (story.number.token,)),
    "api": Access(EVERYBODY),
    "api:openapi-json": Access(EVERYBODY),
    "api:api-root": Access(EVERYBODY, status=404),  # ninja's own name for where the API begins
    "api:figures": Access(EVERYBODY),
    "api:one_figure": Access(EVERYBODY, lambda _story: ("members.participation",)),
    "api:numbers": Access(EVERYBODY),
    "api:number": Access(EVERYBODY, lambda story: (story.number.token,)),
    "api:calendar": Access(EVERYBODY),
    "api:reports": Access(EVERYBODY),
    "api:report": Access(EVERYBODY, report),
    "reports": Access(EVERYBODY),
    "report": Access(EVERYBODY, report),
    "report-paper": Access(EVERYBODY, lambda story: (*report(story), "figures.csv")),
}
