"""`zhiheng-web figures`: the catalogue to read or to print; with --check, what has drifted under published numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import translation

from zhiheng.figures.definition import Period, catalogue
from zhiheng.figures.lineage import check
from zhiheng.figures.models import Snapshot
from zhiheng.ui.words import say

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """List every figure, or compare every published number with today."""

    help = "list every figure; --check compares the published numbers with the rows of today"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """In which language; whether to compare."""
        parser.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans")
        parser.add_argument("--check", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write one block a figure, or one line a number that has drifted."""
        with translation.override(options["language"]):
            if options["check"]:
                self._drifted()
            else:
                for each in catalogue().values():
                    facts = [each.unit.value, each.kind.value, each.period.value, each.grade.value]
                    self.stdout.write(f"{each.code}  {say(each.name)}")
                    self.stdout.write(
                        f"  {' · '.join(filter(None, map(say, facts)))} · {each.owner} · {each.edition}"
                    )
                    self.stdout.write(f"  {say(each.definition)}\n")

    def _drifted(self) -> None:
        found = [each for each in Snapshot.objects.iterator() if each.kept is not None]
        for each in found:
            seen = check(each)
            if seen.added or seen.removed or seen.changed or seen.redefined:
                period = say(Period.read(each.period).name)
                self.stdout.write(
                    f"{each.figure} {period} {each.value.normalize():f}: "
                    f"+{seen.added} −{seen.removed} ~{seen.changed}{' *' if seen.redefined else ''}"
                )
