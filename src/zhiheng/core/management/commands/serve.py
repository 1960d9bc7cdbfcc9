"""`zhiheng-web serve`: the site behind waitress, a server in pure Python that is the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application

from zhiheng.core.serving import make_server

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Serve until told to stop."""

    help = "serve the site on a port of this machine"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=8)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say the address, then serve."""
        server = make_server(
            get_wsgi_application(), host=options["host"], port=options["port"], threads=options["threads"]
        )
        self.stdout.write(f"http://{options['host']}:{server.effective_port}/")
        self.stdout.flush()
        server.run()
