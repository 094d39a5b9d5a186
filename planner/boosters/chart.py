"""What the case chart shows of this room: each open series with its next boosters, and whether the rule is met."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from planner.base.prepared import ID, prepared
from planner.boosters import reentry
from planner.boosters.models import OPEN, Booster, BoosterState, Series
from planner.cases.models import Case
from planner.practice.models import User

SHOWN = 3  # boosters to come, of each series


def on_chart(case: Case, user: User) -> dict[str, Any]:
    """The context of boosters/_chart.html; five queries at most."""
    series = _series(case=case.pk)
    every = [one for one in series if one.ended_on is None]
    rows: dict[int, list[Booster]] = defaultdict(list)
    for booster in _boosters(case=case.pk) if every else ():
        rows[booster.series_id].append(booster)
    return {
        "booster_series": [_one(one, rows[one.pk]) for one in every],
        "reentry_reasons": reentry.reasons_of(case) if every else [],
        "ended_series": len(series) - len(every),
        "booster_today": timezone.localdate(),
    }


@prepared(case=ID)
def _series(case: int) -> QuerySet[Series]:
    return Series.objects.filter(case=case)


@prepared(case=ID)
def _boosters(case: int) -> QuerySet[Booster]:
    """Those of the series that go on."""
    rows = Booster.objects.filter(series__case=case, series__ended_on=None).standing()
    return rows.select_related("session", "series").order_by("due_on", "number")


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
