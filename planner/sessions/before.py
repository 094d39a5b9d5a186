"""What was done with a case before: beside an intervention to choose, when it was last used here and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import F
from django.utils import timezone

from planner.cases.models import Case, on_team
from planner.practice.models import User
from planner.sessions.models import AgendaItem, Done, SessionState

LONGEST_NOTE = 160


@dataclass(frozen=True)
class Before:
    """The last time an intervention was used in a held session of this case. `times` counts all of them; `minutes` were
    spent on it the last time, 0 where nobody kept time."""

    on: date
    done: str
    note: str
    minutes: int
    times: int


def used_with(case: Case, user: User) -> dict[int, Before]:
    """Intervention id -> when it was last used with this case and how it went. One query."""
    items = (
        AgendaItem.objects.kept()
        .filter(on_team(user, "session__case__"), session__case=case, session__state=SessionState.HELD)
        .filter(edition__isnull=False)
        .exclude(done=Done.OPEN)
        .annotate(used=F("edition__intervention_id"), on=F("session__starts_at"))
        .order_by("on", "pk")
    )
    found: dict[int, Before] = {}
    for item in items:
        earlier = found.get(item.used)
        note = item.note if len(item.note) <= LONGEST_NOTE else f"{item.note[:LONGEST_NOTE].rstrip()} …"
        found[item.used] = Before(
            timezone.localtime(item.on).date(), item.get_done_display(), note, item.minutes_used,
            (earlier.times if earlier else 0) + 1,
        )  # fmt: skip
    return found
