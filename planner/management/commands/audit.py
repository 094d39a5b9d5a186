"""The trail at the keyboard: `manage.py audit verify`, `manage.py audit list --since 2026-11-01`."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from planner.plans import signing
from planner.practice import trail
from planner.practice.models import TrailEntry


class Command(BaseCommand):
    help = "Checks the chain of the trail, or lists its lines."

    def add_arguments(self, parser: CommandParser) -> None:
        todo = parser.add_subparsers(dest="todo", required=True)
        todo.add_parser("verify", help="names the first bad row, or signed plans that were changed, and exits 1")
        listing = todo.add_parser("list", help="one line an entry, oldest first")
        listing.add_argument("--since", type=date.fromisoformat, help="a day, like 2026-11-01")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["todo"] == "verify":
            self.verify()
        else:
            self.list(options["since"])

    def verify(self) -> None:
        bad = trail.verify()
        if bad:
            raise CommandError(f"The trail does not hold. First bad row: {bad.id}. {bad.why}", returncode=1)
        wrong = signing.broken()
        if wrong:
            named = ", ".join(map(str, wrong[:20]))
            raise CommandError(f"The trail holds, but signed plans were changed since: {named}.", returncode=1)
        lines, newest = trail.newest()
        self.stdout.write(f"The trail holds: {lines} lines. Newest hash, to keep elsewhere: {newest}")

    def list(self, since: date | None) -> None:
        rows = TrailEntry.objects.order_by("pk")
        if since:
            rows = rows.filter(at__gte=timezone.make_aware(datetime.combine(since, time.min)))
        for row in rows.iterator(2000):
            by = f"person {row.by_id}" if row.by_id else "nobody"
            what = f"{row.what} {row.what_id or ''}".strip()
            case = f" (case {row.case_id})" if row.case_id else ""
            self.stdout.write(f"{row.pk}\t{row.at.isoformat(timespec='seconds')}\t{by}\t{row.verb}\t{what}{case}")
