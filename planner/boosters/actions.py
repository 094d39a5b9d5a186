"""Writing a series: making it from the dates that were shown, changing what is left of it, ending it.

What a rule forbids raises `Refused` with a sentence and the field it is about; a newer version raises `Stale`. Either
way nothing was written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.text import clean, clean_line
from planner.boosters import dates
from planner.boosters.models import OPEN, UNBOOKED, Booster, BoosterState, ReentryRule, Series
from planner.cases.actions import Refused
from planner.cases.models import Case
from planner.practice.models import User
from planner.practice.trail import record
from planner.sessions import actions as sessions
from planner.sessions.models import Session, SessionState

#: What of a series can be changed while it goes on, beside its rhythm.
CHANGEABLE = (
    "name", "preset", "every", "unit", "count", "start_on", "zone", "weekday", "clock", "minutes", "skipped", "before",
    "after", "remind_days", "measures", "focus",
)  # fmt: skip


class Changed(Refused):
    """What was shown is no longer what would be written."""

    def __init__(self) -> None:
        super().__init__(_("These dates are new since you looked. Nothing was written: look again, then say yes."))


def dates_of(rule: dates.Rule) -> list[dates.Planned]:
    """The dates of a rule. Raises Refused with the field to change."""
    try:
        return dates.plan(rule)
    except dates.BadRule as bad:
        raise Refused(str(bad), bad.field) from bad


def mark(planned: Iterable[dates.Planned]) -> str:
    """A short mark of the dates as they were shown; other dates give another mark."""
    rows = [[one.number, one.wall.isoformat(), one.zone, str(one.opens_on), str(one.closes_on)] for one in planned]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:24]


def draft(*, case: Case, by: User, **fields: Any) -> Series:
    """A series that is not saved yet, its texts cleaned."""
    fields = {**fields, "name": clean_line(fields.get("name", "")), "focus": clean(fields.get("focus", "")).strip()}
    if fields.get("preset") != dates.OWN:
        fields |= {"every": None, "unit": "", "count": len(dates.PRESETS[fields["preset"]].steps)}
    return Series(case=case, by=by, **fields)


@transaction.atomic
def make_series(*, by: User, case: Case, shown: str, closed_ok: bool = False, **fields: Any) -> Series:
    """A series with all its boosters in one go. `shown` is the mark of the dates that the person saw.

    Raises Refused for a second unnamed series and for a closed case that nobody said yes to; Changed where the dates
    are others than those shown.
    """
    series = draft(case=case, by=by, **fields)
    check_open(case, closed_ok)
    check_name(case, series.name)
    planned = dates_of(series.rule)
    if mark(planned) != shown:
        raise Changed
    series.save()
    Booster.objects.bulk_create(_booster(series, one, by) for one in planned)
    ReentryRule.objects.get_or_create(case=case, defaults={"changed_by": by})
    _record("made", series, by, boosters=len(planned), preset=series.preset)
    return series


def check_open(case: Case, closed_ok: bool) -> None:
    """A closed case may have boosters, once somebody said so. Raises Refused with the question."""
    if case.closed_on and not closed_ok:
        said = _("This case was closed on %(day)s. Are dates after that meant? Tick the box to say yes.")
        raise Refused(said % {"day": dates.in_words(case.closed_on)}, "closed_ok")


def check_name(case: Case, name: str, *, but: Series | None = None) -> None:
    """A case has one open series; one more only under a name of its own. `but` is the series that is changed. Raises
    Refused."""
    others = Series.objects.select_for_update().filter(case=case).open().exclude(pk=but.pk if but else None)
    taken = {other.name.casefold() for other in others}
    if taken and not name and but is None:
        raise Refused(_("This case has a series already. Give this one a name to keep the two apart."), "name")
    if name.casefold() in taken:
        raise Refused(_("Another series of this case has this name. Choose a different one."), "name")


def _booster(series: Series, planned: dates.Planned, by: User, **also: Any) -> Booster:
    """A booster, not saved, at a planned date. The clock is the one that the rhythm asked for unless it was moved."""
    return Booster(series=series, number=planned.number, changed_by=by, **placed(planned), **also)


def placed(planned: dates.Planned) -> dict[str, Any]:
    """The columns of a date: day, clock, window, notices."""
    return {
        "due_on": planned.wall.date(),
        "clock": planned.wall.time(),
        "opens_on": planned.opens_on,
        "closes_on": planned.closes_on,
        "notices": [notice.sentence for notice in planned.notices],
    }


def rest_of(series: Series, today: date | None = None) -> list[Booster]:
    """What can still be changed at once: boosters to come that have no hour yet, first dates only."""
    today = today or timezone.localdate()
    rows = series.boosters.standing().filter(stands__in=UNBOOKED, due_on__gte=today, again_for=None)
    return list(rows.order_by("number"))


def plan_rest(series: Series, changes: dict[str, Any]) -> tuple[Series, list[dates.Planned]]:
    """The series as it would stand with `changes`, and the dates of the rest, after everything that stays. Raises
    Refused where a window reaches into one that stays."""
    asked = draft(case=series.case, by=series.by, **{**_fields(series), **changes})
    planned = dates_of(asked.rule)
    kept = _kept(series)
    if _same_rhythm(series, asked):
        wanted = {booster.number for booster in rest_of(series)}
        planned = [one for one in planned if one.number in wanted]
    else:
        after = max([booster.due_on for booster in kept] + [timezone.localdate()])
        planned = [one for one in planned if one.wall.date() > after]
        following = max([booster.number for booster in kept], default=0) + 1
        planned = [replace(one, number=n) for n, one in enumerate(planned, following)]
    _check_beside(kept, planned)
    return asked, planned


def _fields(series: Series) -> dict[str, Any]:
    return {name: getattr(series, name) for name in CHANGEABLE}


def _same_rhythm(series: Series, asked: Series) -> bool:
    names = ("preset", "every", "unit", "count")
    return all(getattr(series, name) == getattr(asked, name) for name in names)


def _kept(series: Series) -> list[Booster]:
    """What a change of the rest leaves as it is."""
    rest = {booster.pk for booster in rest_of(series)}
    return [booster for booster in series.boosters.select_related("session") if booster.pk not in rest]


def _check_beside(kept: Sequence[Booster], planned: Sequence[dates.Planned]) -> None:
    if not planned:
        raise Refused(_("Nothing is left to change: every booster of this rhythm lies in the past or is settled."))
    for booster in kept:
        for one in planned:
            if booster.is_open and booster.opens_on <= one.closes_on and one.opens_on <= booster.closes_on:
                said = _("The window of booster %(n)d would reach into that of booster %(kept)d, which stays as it is.")
                raise Refused(said % {"n": one.number, "kept": booster.number}, "after")
            if one.number > booster.number and one.wall.date() <= booster.due_on:
                said = _(
                    "Booster %(n)d would come before booster %(kept)d, which stays as it is. Choose a later start."
                )
                raise Refused(said % {"n": one.number, "kept": booster.number}, "start_on")


@transaction.atomic
def change_rest(series: Series, *, by: User, version: int, shown: str, closed_ok: bool = False, **changes: Any):
    """Gives everything that is left of a series new dates at once, with the mark of the dates that were shown."""
    check_open(series.case, closed_ok)
    asked, planned = plan_rest(series, changes)
    check_name(series.case, asked.name, but=series)
    if mark(planned) != shown:
        raise Changed
    rest = rest_of(series)
    series.change(version, **_fields(asked))
    for booster, one in zip(rest, planned, strict=False):
        _move_row(booster, by, number=one.number, state=BoosterState.DUE, moved_from=None, **placed(one))
    Booster.objects.bulk_create(_booster(series, one, by) for one in planned[len(rest) :])
    superfluous = [booster.pk for booster in rest[len(planned) :]]
    Booster.objects.filter(pk__in=superfluous).delete()
    _record("changed", series, by, boosters=len(planned), taken_off=len(superfluous))
    return series


def _move_row(booster: Booster, by: User, **columns: Any) -> None:
    """Writes a row of the rest. Its session, cancelled in the sessions room, is let go of."""
    booster.change(booster.version, changed_by=by, session=None, **columns)


@transaction.atomic
def end_series(series: Series, *, by: User, version: int, why: str = "") -> int:
    """The series goes on no further: what is still to come is not needed. Returns how many boosters that was."""
    series.change(version, ended_on=timezone.localdate())
    rows = list(series.boosters.select_related("session").filter(state__in=OPEN))
    for booster in rows:
        cancel_hour(booster, by=by)
        booster.change(booster.version, state=BoosterState.NOT_NEEDED, reason=clean_line(why)[:300], changed_by=by)
    _record("ended", series, by, boosters=len(rows))
    return len(rows)


@transaction.atomic
def reopen_series(series: Series, *, by: User, version: int) -> Series:
    """A series that was ended goes on; its boosters stay as they are and are put back one by one."""
    check_name(series.case, series.name, but=series)
    series.change(version, ended_on=None)
    _record("reopened", series, by)
    return series


def cancel_hour(booster: Booster, *, by: User) -> None:
    """Takes the booster's session off the calendar where it is still only planned."""
    session: Session | None = booster.session
    if booster.state == BoosterState.BOOKED and session and session.state == SessionState.PLANNED:
        sessions.cancel_session(session, by=by, version=session.version)


def first_clock(clock: time | None) -> time:
    """Ten o'clock unless a last hour says otherwise."""
    return clock or time(10)


def _record(verb: str, series: Series, by: User, **detail: Any) -> None:
    record(verb, by=by, what="series", what_id=series.pk, case_id=series.case_id, detail=detail)
