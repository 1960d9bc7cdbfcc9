"""The history of a record, newest first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from zhiheng.core.journal.models import Line
from zhiheng.core.journal.words import WORDS
from zhiheng.core.operations import operations
from zhiheng.ui.words import Text, say

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
    fields: tuple[str, ...]


def timeline(subject: models.Model, most: int = EVENTS) -> list[Event]:
    """Give the newest events of `subject` for `c-timeline`, in one query."""
    model = apps.get_model(subject._meta.label)
    return [
        Event(
            line.at,
            str(line.by),
            in_words(line.verb),
            tuple(field_in_words(model, name) for name in line.fields),
        )
        for line in history(subject)[:most]
    ]


def in_words(verb: str) -> Text:
    """Say a verb as its operation does; several operations under one permission are all named."""
    names = {each.name: None for each in operations().values() if each.permission == verb}
    if not names:
        return Text(verb, verb)
    return Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))


def field_in_words(model: type[models.Model], name: str) -> str:
    """Say what a field is called: in its own words, or where it has none in those of the journal."""
    try:
        own = str(getattr(model._meta.get_field(name), "verbose_name", name))
    except FieldDoesNotExist:
        own = name
    unsaid = own in {name, name.replace("_", " ")}
    return say(WORDS[name]) if unsaid and name in WORDS else own
