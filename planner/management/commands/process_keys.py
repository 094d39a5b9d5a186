"""The keys of process notes at the keyboard: `manage.py process_keys rotate`, `manage.py process_keys drop`."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from planner.sessions import process_store


class Command(BaseCommand):
    help = "Renews the key that process notes are sealed under. Stop the planner first; start it again afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        todo = parser.add_subparsers(dest="todo", required=True)
        todo.add_parser("rotate", help="a new key in front of the ring; every note is sealed under it")
        todo.add_parser("drop", help="takes out keys that seal nothing; an older backup needs them, so keep a copy")

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get("CLINIC_PROCESS_KEYS"):
            raise CommandError("The ring comes from CLINIC_PROCESS_KEYS. Change it there; nothing was done.")
        if options["todo"] == "rotate":
            key_id = process_store.add_key()
            count = process_store.renew()
            self.stdout.write(f"New key {key_id}. Notes sealed under it: {count}. Older keys are still in the ring.")
        else:
            gone = process_store.drop_old_keys()
            self.stdout.write(f"Taken out: {', '.join(gone) or 'none'}.")
