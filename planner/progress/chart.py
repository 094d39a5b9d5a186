"""What the case chart and Today show of this room: what asks for a look, what is due, where each person stands."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.prepared import ID, prepared
from planner.cases.models import Case, Person
from planner.practice.models import User
from planner.progress import due, lines, measures, timeline
from planner.progress.instruments import Measure
from planner.progress.models import Rating

SHOWN_MOMENTS = 6


@dataclass(frozen=True)
class DueLine:
    """A measure that is due, with its name and why."""

    person: Person
    measure: Measure
    why: str
    last: datetime.date | None


def on_chart(case: Case, user: User, **hour: Any) -> dict[str, Any]:
    """The context of progress/_chart.html. `hour` is what is known of the next hour: `held` (the days of sessions so
    far), `review`, `booster`, and the `rules` where they were read. A constant number of queries, apart from one for
    each own measure of the practice."""
    return {
        "progress": {
            "moments": timeline.of_case(case, limit=SHOWN_MOMENTS),
            "due": due_lines(case, timezone.localdate(), **hour),
            "latest": lines.latest(case),
        },
    }


@prepared(case=ID)
def looks(case: int) -> QuerySet[Rating]:
    """Ratings with an answer that asks for a safety check and waits for it, the newest first, with their people."""
    return Rating.objects.filter(case=case).asking_to_look().select_related("person").order_by("-on", "-pk")


def due_lines(case: Case, on: datetime.date, **hour: Any) -> list[DueLine]:
    """What is due in the hour of that day, with names."""
    found = []
    for one in due.due_for(case, on, **hour):
        measure = measures.find(one.measure, case.practice_id)
        if measure:
            found.append(DueLine(one.person, measure, why(one.rule), one.last))
    return found


def why(rule: Any) -> str:
    """The rule in words: "every session", "every 4 weeks", "at every booster"."""
    if rule.unit == "sessions":
        return _("every session") if rule.every == 1 else _("every %(n)d sessions") % {"n": rule.every}
    if rule.unit == "weeks":
        return _("every week") if rule.every == 1 else _("every %(n)d weeks") % {"n": rule.every}
    return rule.get_unit_display()
