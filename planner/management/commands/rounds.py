"""manage.py rounds: the periodic work, once. For the system's timer; the running server does it as well."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from planner.boosters import rounds


class Command(BaseCommand):
    """Safe to run at any hour, twice, and at once."""

    help = "Brings up the reminders whose day has come and mails the weekly digest where mail is set up."

    def handle(self, *args: Any, **options: Any) -> None:
        done = rounds.go()
        self.stdout.write(f"Reminders: {done.reminders}. Digests: {done.digests}.")
