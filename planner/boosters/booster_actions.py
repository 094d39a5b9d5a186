"""Writing one booster: booking its hour, saying what became of it, giving it another day.

Every write carries the version its page showed (`Stale` otherwise); what a rule forbids raises `Refused`. Nothing was
written then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.text import clean, clean_line
from planner.boosters import dates
from planner.boosters.actions import cancel_hour, check_open, placed
from planner.boosters.models import OPEN, UNBOOKED, Booster, BoosterState
from planner.boosters.reentry import count_missed
from planner.cases import actions as cases
from planner.cases import gates
from planner.cases.actions import Refused
from planner.cases.models import Participant
from planner.library.models import SessionTemplate
from planner.practice.models import User
from planner.practice.trail import record
from planner.sessions import actions as sessions
from planner.sessions.models import Session, SessionKind

TEMPLATE = "booster"
HELD_TEXTS = ("held_well", "slipped", "early_signs", "promised")


@transaction.atomic
def book(
    booster: Booster,
    *,
    by: User,
    version: int,
    starts_at: datetime,
    minutes: int,
    attendees: Iterable[Participant] | None = None,
    outside_ok: bool = False,
    reopen: bool = False,
) -> tuple[Session, gates.Verdict]:
    """Gives a booster its hour: a session with the booster template. `starts_at` is naive, on the wall of the series'
    zone. Returns the session and what stood against items of its template.

    A day outside of the window and a closed case are asked about first (Refused with the question). Raises
    sessions.times.NoSuchTime for an hour that the clock jumps over.
    """
    _must_stand(booster, UNBOOKED, _("This booster has its hour already, or is settled."))
    _check_window(booster, starts_at.date(), outside_ok)
    series = booster.series
    _open_again(series.case, by, reopen)
    template = _template(by)
    session = sessions.plan_session(
        by=by, case=series.case, starts_at=starts_at, minutes=minutes, kind=SessionKind.BOOSTER, attendees=attendees,
        zone=series.zone,
    )  # fmt: skip
    verdict = gates.Verdict()
    if template:
        verdict = sessions.use_template(session, template, by=by, version=session.version)
    booster.change(version, state=BoosterState.BOOKED, session=session, changed_by=by)
    _record("booked", booster, by, session=session.pk)
    return session, verdict


def _template(by: User) -> SessionTemplate | None:
    """The booster template in the practice's language, else in English."""
    rows = SessionTemplate.objects.visible_to(by).filter(slug=TEMPLATE)
    found = {row.language: row for row in rows}
    return found.get(by.practice.language) or found.get("en")


def _check_window(booster: Booster, day: date, outside_ok: bool) -> None:
    if not outside_ok and not booster.window_holds(day):
        said = _("This day is outside of the window (%(opens)s to %(closes)s). Tick the box to book it all the same.")
        values = {"opens": dates.in_words(booster.opens_on), "closes": dates.in_words(booster.closes_on)}
        raise Refused(said % values, "outside_ok")


def _open_again(case: Any, by: User, reopen: bool) -> None:
    if not case.closed_on:
        return
    if not reopen:
        said = _("This case is closed. Shall it be opened again for this hour? Tick the box to say yes.")
        raise Refused(said, "reopen")
    cases.reopen_case(by=by, case=case, version=case.version)


@transaction.atomic
def hold(booster: Booster, *, by: User, version: int, on: date, **texts: str) -> Booster:
    """The booster took place on a day up to today. `texts` are what held, what slipped, early signs, and the one thing
    promised until the next."""
    _must_stand(booster, (*OPEN, BoosterState.HELD), _("This booster is settled. Put it back first."))
    if on > timezone.localdate():
        raise Refused(_("This day lies ahead. Write the day it was held."), "on")
    if on < booster.series.start_on - timedelta(days=366):
        raise Refused(_("Check the year."), "on")
    written = {name: clean(texts.get(name, "")).strip() for name in HELD_TEXTS}
    booster.change(version, state=BoosterState.HELD, held_on=on, changed_by=by, **written)
    _record("held", booster, by)
    return booster


@transaction.atomic
def miss(booster: Booster, *, by: User, version: int, on: date | None = None, reason: str = "") -> Booster:
    """Nobody came. From now on a follow-up waits until somebody says what was done."""
    _must_stand(booster, OPEN, _("This booster is settled. Put it back first."))
    today = timezone.localdate()
    on = on or min(today, booster.wall.date())
    if on > today or booster.wall.date() > today:
        raise Refused(_("This booster is still to come. Move it, or say that it is not needed."))
    cancel_hour(booster, by=by)
    booster.change(
        version, state=BoosterState.MISSED, missed_on=on, missed_at=timezone.now(),
        reason=clean_line(reason)[:300], followed_up_on=None,
        changed_by=by,
    )  # fmt: skip
    count_missed(booster.series.case)
    _record("missed", booster, by)
    return booster


@transaction.atomic
def follow_up(booster: Booster, *, by: User, version: int, how: str) -> Booster:
    """What was done about a missed booster: it no longer waits."""
    if booster.state != BoosterState.MISSED:
        raise Refused(_("Only a missed booster has a follow-up."))
    how = clean_line(how)
    if not how:
        raise Refused(_("Write in a few words what was done."), "how")
    booster.change(version, followed_up_on=timezone.localdate(), followed_up_how=how[:300], changed_by=by)
    _record("followed up", booster, by)
    return booster


@transaction.atomic
def again(booster: Booster, *, by: User, version: int, on: date, clock: time, closed_ok: bool = False) -> Booster:
    """A second date for a booster that was missed. It has the same number; the missed one stays in the count."""
    if booster.state != BoosterState.MISSED or Booster.objects.filter(again_for=booster).exists():
        raise Refused(_("A second date is for a missed booster without one."))
    planned = _placed(booster, on, clock, closed_ok)
    fresh = Booster.objects.create(
        series=booster.series, number=booster.number, again_for=booster, changed_by=by, focus=booster.focus,
        **placed(planned),
    )  # fmt: skip
    if booster.followed_up_on is None:
        how = _("A second date was made.")
        booster.change(version, followed_up_on=timezone.localdate(), followed_up_how=how, changed_by=by)
    _record("planned again", fresh, by, first=booster.pk)
    return fresh


@transaction.atomic
def move(
    booster: Booster, *, by: User, version: int, on: date, clock: time, reason: str = "", closed_ok: bool = False
) -> Booster:
    """Another day for a booster that is still to come; an hour that was booked is taken off the calendar."""
    _must_stand(booster, OPEN, _("This booster is settled. Put it back first."))
    planned = _placed(booster, on, clock, closed_ok)
    cancel_hour(booster, by=by)
    booster.change(
        version, state=BoosterState.MOVED, moved_from=booster.moved_from or booster.due_on, session=None,
        reason=clean_line(reason)[:300], changed_by=by, **placed(planned),
    )  # fmt: skip
    _record("moved", booster, by)
    return booster


def _placed(booster: Booster, on: date, clock: time, closed_ok: bool) -> dates.Planned:
    """The new date with its window. Raises Refused in the past, in a closed case, and where the window would reach
    into another booster's."""
    series = booster.series
    check_open(series.case, closed_ok)
    if on < timezone.localdate():
        raise Refused(_("This day is over. Choose a day to come."), "on")
    if on.year > 2100:
        raise Refused(_("Choose a day in this century."), "on")
    wall = dates.existing(datetime.combine(on, clock), series.zone)
    planned = dates.placed(booster.number, wall, series.zone, series.before, series.after)
    others = series.boosters.standing().filter(stands__in=OPEN).exclude(pk=booster.pk)
    beside = others.filter(opens_on__lte=planned.closes_on, closes_on__gte=planned.opens_on).first()
    if beside:
        said = _("The window of this date would reach into that of booster %(n)d (%(opens)s to %(closes)s).")
        values = {"opens": dates.in_words(beside.opens_on), "closes": dates.in_words(beside.closes_on)}
        raise Refused(said % {"n": beside.number, **values}, "on")
    return planned


@transaction.atomic
def drop(booster: Booster, *, by: User, version: int, reason: str = "") -> Booster:
    """The booster is not needed; an hour that was booked is taken off the calendar."""
    _must_stand(booster, OPEN, _("This booster is settled. Put it back first."))
    cancel_hour(booster, by=by)
    booster.change(version, state=BoosterState.NOT_NEEDED, reason=clean_line(reason)[:300], changed_by=by)
    _record("dropped", booster, by)
    return booster


@transaction.atomic
def put_back(booster: Booster, *, by: User, version: int) -> Booster:
    """Takes back that a booster was missed, held or not needed: it is due again, without an hour."""
    if booster.state_now in OPEN:
        raise Refused(_("This booster is still to come."))
    if Booster.objects.filter(again_for=booster).exists():
        raise Refused(_("It has a second date. Take that one off first."))
    state = BoosterState.MOVED if booster.moved_from else BoosterState.DUE
    booster.change(
        version,
        state=state,
        session=None,
        missed_on=None,
        missed_at=None,
        held_on=None,
        followed_up_on=None,
        changed_by=by,
    )
    count_missed(booster.series.case)
    _record("put back", booster, by)
    return booster


@transaction.atomic
def set_focus(booster: Booster, *, by: User, version: int, focus: str) -> Booster:
    """What this booster looks at, out of the maintenance plan."""
    booster.change(version, focus=clean_line(focus)[:300], changed_by=by)
    _record("changed", booster, by)
    return booster


def _must_stand(booster: Booster, states: Iterable[str], said: str) -> None:
    """Raises Refused unless the booster, with what became of its session, is in one of these states."""
    now = Booster.objects.standing().values_list("stands", flat=True).get(pk=booster.pk)
    if now not in tuple(states):
        raise Refused(said)


def _record(verb: str, booster: Booster, by: User, **detail: Any) -> None:
    detail["number"] = booster.number
    record(verb, by=by, what="booster", what_id=booster.pk, case_id=booster.series.case_id, detail=detail)
