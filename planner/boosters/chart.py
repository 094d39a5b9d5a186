"""What the case chart shows of this room: each open series with its next boosters, and whether the rule is met."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from planner.boosters import reentry
from planner.boosters.models import OPEN, Booster, BoosterState, Series
from planner.cases.models import Case
from planner.practice.models import User

SHOWN = 3  # boosters to come, of each series


def on_chart(case: Case, user: User) -> dict[str, Any]:
    """The context of boosters/_chart.html; eight queries at most."""
    every = list(Series.objects.filter(case=case).open())
    rows: dict[int, list[Booster]] = {series.pk: [] for series in every}
    boosters = Booster.objects.filter(series__in=every).standing().select_related("session", "series")
    for booster in boosters.order_by("due_on", "number"):
        rows[booster.series_id].append(booster)
    return {
        "booster_series": [_one(series, rows[series.pk]) for series in every],
        "reentry_reasons": reentry.reasons_of(case) if every else [],
        "ended_series": Series.objects.filter(case=case).exclude(ended_on=None).count(),
        "booster_today": timezone.localdate(),
    }


def _one(series: Series, boosters: list[Booster]) -> dict[str, Any]:
    """A series, how far it is, and what comes next of it; what was missed without a follow-up stays in sight."""
    coming = [one for one in boosters if one.stands in OPEN]
    waiting = [one for one in boosters if one.stands == BoosterState.MISSED and one.followed_up_on is None]
    return {
        "series": series,
        "total": sum(1 for one in boosters if one.again_for_id is None),
        "held": sum(1 for one in boosters if one.stands == BoosterState.HELD),
        "shown": [*waiting, *coming[:SHOWN]],
    }
