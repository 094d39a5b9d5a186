"""manage.py work <id>: does one job that waits. Begun by the web process; nobody needs to type it."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from planner.base import jobs
from planner.homework import return_actions, week
from planner.library import catalogue

KINDS: dict[str, jobs.Work] = {
    catalogue.KIND: catalogue.make,
    return_actions.KIND: return_actions.work,
    week.KIND: week.make,
}


class Command(BaseCommand):
    """Lives for one job, at a lower priority than the pages."""

    help = "Does one job that waits, by its number. The pages start it themselves."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        if hasattr(os, "nice"):
            os.nice(5)
        jobs.work(options["id"], KINDS, alone=True)
