"""What a person used last: noted when they plan an entry or print its sheet, offered when they look for the next."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from planner.base.prepared import prepared
from planner.library.models import Intervention, Use
from planner.practice.models import User

SHOWN = 6


def note(*, by: User, interventions: Iterable[int]) -> None:
    """The person has just used these. Called inside the transaction of the use itself, whose trail line tells of it."""
    now = timezone.now()
    rows = [Use(by=by, intervention_id=pk, at=now) for pk in dict.fromkeys(interventions)]
    Use.objects.bulk_create(rows, update_conflicts=True, unique_fields=["by", "intervention"], update_fields=["at"])


def used(user: User) -> list[Intervention]:
    """What the person used last, the newest first. One query."""
    return [use.intervention for use in _newest(user=user)]


@prepared()
def _newest(user: User) -> QuerySet[Use]:
    rows = Use.objects.visible_to(user).filter(intervention__in=Intervention.objects.visible_to(user))
    told = rows.select_related("intervention").only("intervention__name", "intervention__language")
    return told.order_by("-at", "-pk")[:SHOWN]
