"""Things of the boosters room, each in one line."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.utils import timezone

from planner.boosters import actions
from planner.boosters.models import Booster, Series

FIELDS = {
    "preset": "taper", "start_on": date(2026, 11, 26), "zone": "America/New_York", "weekday": 3, "clock": time(10),
    "minutes": 50, "skipped": [], "before": 3, "after": 7, "remind_days": 7, "measures": ["csi-4", "trust", "craving"],
    "focus": "Keep the weekly talk.", "name": "",
}  # fmt: skip


def make_series(case, by, *, days_ago: int | None = None, closed_ok: bool = False, **fields) -> Series:
    """A series through the action; `days_ago` counts it from so many days before today."""
    fields = {**FIELDS, "start_on": timezone.localdate() - timedelta(days=days_ago or 0), **fields}
    planned = actions.dates_of(actions.draft(case=case, by=by, **fields).rule)
    return actions.make_series(by=by, case=case, shown=actions.mark(planned), closed_ok=closed_ok, **fields)


def first_of(series: Series) -> Booster:
    return series.boosters.select_related("series__case__practice", "session").order_by("number").first()


def due(series: Series, days: int) -> Booster:
    """The first booster, put so many days from today (negative: over), its window three days before to seven after."""
    booster = first_of(series)
    day = timezone.localdate() + timedelta(days=days)
    Booster.objects.filter(pk=booster.pk).update(
        due_on=day, opens_on=day - timedelta(days=3), closes_on=day + timedelta(days=7)
    )
    return first_of(series)


def typed(**fields) -> dict[str, str | list[str]]:
    """What the form of a series sends."""
    return {
        "preset": "taper", "start_on": "2026-11-26", "weekday": "3", "clock": "10:00", "zone": "America/New_York",
        "minutes": "50", "before": "3", "after": "7", "remind_days": "7", "measures": ["trust"], **fields,
    }  # fmt: skip
