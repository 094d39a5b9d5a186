"""`manage.py doctor`: is this installation sound?"""

from __future__ import annotations

import sys

from django.core.management.base import BaseCommand

from planner.management.soundness import look


class Command(BaseCommand):
    """One line a finding: ok, note or fault. Exit status 1 with a fault."""

    help = "Tells whether this installation is sound. Exit status 1 with one clear line for each fault."
    requires_system_checks: list[str] = []  # what they would refuse is said here, in the doctor's own lines

    def handle(self, **options) -> None:
        sound = True
        for finding in look():
            self.stdout.write(str(finding))
            sound = sound and finding.state != "fault"
        if not sound:
            sys.exit(1)
