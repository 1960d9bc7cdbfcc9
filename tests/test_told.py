"""What is told once is put back only where all stands as it did: to the row, not only in number."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from told import told

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
LABEL = "told.once"


class Telling:
    """Writes a kind of content that repeats how an earlier one is called, and counts how often it is asked."""

    def __init__(self, name):
        self.name, self.times = name, 0

    def __call__(self):
        return told(self.name, self._tell)

    def _tell(self):
        self.times += 1
        heard = ContentType.objects.get(app_label=LABEL, model="first").model
        return ContentType.objects.create(app_label=LABEL, model=f"after {heard}").model


def again(first):
    ContentType.objects.filter(app_label=LABEL).delete()
    return first.save(force_insert=True)


def test_a_second_telling_comes_from_memory_and_is_as_the_first(request):
    tell, first = Telling(request.node.name), ContentType.objects.create(app_label=LABEL, model="first")
    given = tell()
    again(first)
    assert tell() == given
    assert tell.times == 1
    assert ContentType.objects.filter(app_label=LABEL).count() == 2


def test_where_a_row_was_changed_in_place_it_is_told_anew(request):
    tell, first = Telling(request.node.name), ContentType.objects.create(app_label=LABEL, model="first")
    other = ContentType.objects.exclude(app_label=LABEL).first()
    tell()
    again(first)
    ContentType.objects.filter(pk=other.pk).update(model="changed in place")
    tell()
    assert tell.times == 2


def test_a_telling_changes_nothing_that_stood_there(request):
    other = ContentType.objects.first()
    with pytest.raises(AssertionError, match="was changed"):
        told(request.node.name, lambda: ContentType.objects.filter(pk=other.pk).update(model="changed"))
