"""For somebody who is locked out for good, on the machine itself: `manage.py sign_in_link olive@example.org`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from planner.practice import actions
from planner.practice.models import User


class Command(BaseCommand):
    help = "Prints a one-time link on which a person chooses a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--base", default="", help="what stands before the path, like http://127.0.0.1:8000")
        parser.add_argument("--without-second-factor", action="store_true", help="takes the second factor away, too")

    def handle(self, *args: Any, email: str, base: str, without_second_factor: bool, **options: Any) -> None:
        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if person is None:
            raise CommandError("Nobody with this address may sign in.")
        if without_second_factor:
            actions.remove_second_factor(person=person)
        self.stdout.write(base.rstrip("/") + actions.make_password_link(person=person))
