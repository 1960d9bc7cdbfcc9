"""The history of a record, newest first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.apps import apps
from django.db import models

from zhiheng.core.journal.models import Line
from zhiheng.core.journal.words import in_words as field_in_words
from zhiheng.core.operations import operations
from zhiheng.ui.words import Text

EVENTS: Final = 50


def history(subject: models.Model) -> models.QuerySet[Line]:
    """Give the lines about `subject`, newest first, with who did it."""
    return Line.objects.filter(table=subject._meta.label, subject_id=subject.pk).select_related("by")


@dataclass(frozen=True, slots=True)
class Event:
    """A line in words: when, by whom, what was done, which fields it touched."""

    at: dt.datetime
    by: str
    verb: Text
    fields: tuple[Text | str, ...]


def timeline(subject: models.Model, most: int = EVENTS) -> list[Event]:
    """Give the newest events of `subject` for `c-timeline`, in one query."""
    model = apps.get_model(subject._meta.label)
    return [
        Event(
            line.at,
            str(line.by),
            in_words(line.verb),
            tuple(field_in_words(name, model) for name in line.fields),
        )
        for line in history(subject)[:most]
    ]


def in_words(verb: str) -> Text:
    """Say a verb as its operation does; several operations under one permission are all named."""
    names = {each.name: None for each in operations().values() if each.permission == verb}
    if not names:
        return Text(verb, verb)
    return Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))
