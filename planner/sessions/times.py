"""Wall-clock time of a practice to UTC and back, with a sentence where the clock was set forward over it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _


class NoSuchTime(ValueError):
    """The clock jumps over this time of day; `str()` is a sentence for the person."""


def to_utc(wall: datetime, zone: str) -> datetime:
    """The moment at which the clock on the wall of `zone` shows `wall` (naive). An hour that comes twice is the first.

    Raises NoSuchTime for an hour that the clock jumps over in spring.
    """
    moment = wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        raise NoSuchTime(_("The clock is set forward that night and this time does not exist. Choose another time."))
    return moment


def next_like(last: datetime | None, now: datetime) -> datetime:
    """The first time after `now` on the weekday and at the hour of `last` (both on the same wall, naive); without a
    last time, the next working day at ten."""
    if last is None:
        day = now.date() + timedelta(days=1)
        while day.weekday() >= 5:
            day += timedelta(days=1)
        return datetime.combine(day, time(10))
    weeks = max(1, -(-(now - last) // timedelta(weeks=1)))
    following = last + timedelta(weeks=weeks)
    return following if following > now else following + timedelta(weeks=1)


def at(day: date, clock: time) -> datetime:
    """The naive wall time of a day and a clock."""
    return datetime.combine(day, clock.replace(second=0, microsecond=0))
