"""What the case chart shows of this room: what was given and is not reviewed, what came back first; the series that go
on; sheets whose answers can be read over time."""

from __future__ import annotations

from typing import Any

from planner.cases.models import Case
from planner.homework import over_time
from planner.homework.models import Assignment
from planner.practice.models import User

SHOWN = 6


def on_chart(case: Case, user: User) -> dict[str, Any]:
    """The context of homework/_chart.html, in two queries."""
    rows = Assignment.objects.to_review(case).select_related("person", "series")
    found = list(rows[: SHOWN + 1])
    return {
        "homework": found[:SHOWN],
        "more_homework": len(found) > SHOWN,
        "answered_sheets": over_time.sheets_of(case),
    }
