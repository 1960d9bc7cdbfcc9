"""`zhiheng-web load_run PROGRAMME FOLDER`: results of `zhiheng measure` become rows that figures stand on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from zhiheng.core.people.operations import system_account
from zhiheng.core.problems import Problem
from zhiheng.figures.measured import load_run

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Load the results of a run."""

    help = "load the results that zhiheng measure wrote into a folder"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which programme, from where."""
        parser.add_argument("programme")
        parser.add_argument("folder", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load it, and say how many values it has."""
        try:
            run = load_run(by=system_account(), programme=options["programme"], folder=options["folder"])
        except Problem as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{run.programme}: {run.measurements.count()}")
