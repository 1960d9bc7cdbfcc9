"""`zhiheng-web tidy`: what a schedule runs every quarter of an hour."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand

from zhiheng.core.files.operations import sweep
from zhiheng.core.limits import forget
from zhiheng.core.messages.delivery import deliver_what_waits
from zhiheng.core.sign_in.sealing import seal_again


class Command(BaseCommand):
    """Try again what did not leave, and clear away what nobody needs."""

    help = "Deliver waiting messages; seal secrets with the newest key; clear what nobody needs any more."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do each once."""
        self.stdout.write(f"messages tried: {deliver_what_waits()}")
        self.stdout.write(f"files cleared: {sweep()}")
        self.stdout.write(f"second factors sealed again: {seal_again()}")
        self.stdout.write(f"counts of requests forgotten: {forget()}")
        call_command("clearsessions")
        UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
        if settings.JOBS == "worker":
            call_command("prune_db_task_results", min_age_days=14, stdout=self.stdout)
