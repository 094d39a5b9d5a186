"""Reminding clients of a booster: one reminder a date, in the daytime, asked again each time whether it still holds.

The planner sends nothing to clients. A reminder is a line on Today for whoever carries the case ("remind M. of Thu 3
Dec") until it was given or no longer holds. Rows are made by the rounds (`manage.py rounds`), which may run at any
hour, twice or never: what is not made in time is made by the next round as long as the date is still to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from planner.boosters.contact import Reach, reach_of
from planner.boosters.models import OPEN, Booster, Reminder
from planner.practice.models import User
from planner.practice.trail import record

#: The hours of the day, on the clock of the series, in which a reminder may come up.
DAYTIME = (time(9), time(18))
#: No reminder lies further ahead of its date, so the rounds look no further.
FURTHEST = timedelta(days=61)
MOST = 900  # reminders that are open at one time


@dataclass(frozen=True)
class Due:
    """A reminder that holds now, and whom it may go to."""

    reminder: Reminder
    booster: Booster
    reach: Reach


def make(now: datetime | None = None) -> int:
    """Makes the reminders whose day has come. Returns how many. Safe to run twice and at once: a date has one row."""
    now = now or timezone.now()
    made = 0
    for booster in _near(now):
        if _its_time(booster, now):
            _row, fresh = Reminder.objects.get_or_create(booster=booster, due_on=booster.due_on)
            made += fresh
    return made


def _near(now: datetime) -> list[Booster]:
    """Boosters to come within the longest time ahead that have no reminder for their date yet."""
    today = now.date() - timedelta(days=1)  # a zone may still be on the day before
    already = Reminder.objects.filter(booster=OuterRef("pk"), due_on=OuterRef("due_on"))
    rows = Booster.objects.open().filter(due_on__gte=today, due_on__lte=today + FURTHEST, series__remind_days__gt=0)
    return list(rows.exclude(Exists(already)).select_related("series", "session"))


def _its_time(booster: Booster, now: datetime) -> bool:
    """Daytime on the clock of the series, on the day or after it, and the hour itself still to come."""
    here = now.astimezone(ZoneInfo(booster.series.zone))
    first_day = booster.wall.date() - timedelta(days=booster.series.remind_days)
    return first_day <= here.date() and DAYTIME[0] <= here.time() < DAYTIME[1] and now < booster.moment


def holding(user: User, now: datetime | None = None) -> list[Due]:
    """The reminders that the person has to give: not given yet, and still true now; a moved, settled or past date and
    people who took back their consent to contact are left out. Four queries, one where there is none."""
    now = now or timezone.now()
    near = Reminder.objects.filter(done_at=None, due_on__gte=now.date() - timedelta(days=1)).order_by("due_on")
    near = list(
        near.values_list("pk", flat=True)[:MOST]
    )  # few: asked for first, so that no plan begins at the boosters
    if not near:
        return []
    rows = Reminder.objects.editable_by(user).filter(
        pk__in=near, due_on=F("booster__due_on"), booster__state__in=OPEN, booster__series__ended_on=None
    )
    rows = list(rows.select_related("booster__series__case", "booster__session").order_by("due_on")[:100])
    reach = reach_of({row.booster.series.case_id for row in rows})
    return [
        Due(row, row.booster, reach.get(row.booster.series.case_id, Reach()))
        for row in rows
        if still_true(row.booster, reach.get(row.booster.series.case_id, Reach()), now)
    ]


def still_true(booster: Booster, reach: Reach, now: datetime) -> bool:
    """Is the date still to come, and is there anybody whom one may reach?"""
    return bool(reach.may) and _is_open(booster) and now < booster.moment


def _is_open(booster: Booster) -> bool:
    """Open, by its own state and by what became of its session."""
    session = booster.session
    return booster.state in OPEN and (session is None or session.state not in ("held",))


@transaction.atomic
def give(reminder: Reminder, *, by: User) -> bool:
    """The person reminded the clients. False where somebody did so before."""
    fresh = Reminder.objects.filter(pk=reminder.pk, done_at=None).update(done_at=timezone.now(), done_by=by)
    if fresh:
        case_id = reminder.booster.series.case_id
        record("reminded", by=by, what="booster", what_id=reminder.booster_id, case_id=case_id)
    return bool(fresh)
