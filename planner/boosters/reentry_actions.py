"""Writing the re-entry rule of a case, and what the clinician decided when it was met."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.text import clean, clean_line
from planner.boosters import actions, dates, reentry
from planner.boosters.models import (
    OPEN,
    UNBOOKED,
    Booster,
    BoosterState,
    Decision,
    ReentryDecision,
    ReentryRule,
    Series,
)
from planner.cases import actions as cases
from planner.cases.actions import Refused
from planner.cases.models import Case
from planner.practice.models import User
from planner.practice.trail import record

LATER, END, KEEP = "later", "end", "keep"


@transaction.atomic
def set_rule(*, by: User, case: Case, version: int, **fields: Any) -> ReentryRule:
    """The rule of a case, made where there was none."""
    fields["also"] = clean_line(fields.get("also", ""))[:300]
    rule, made = ReentryRule.objects.select_for_update().get_or_create(case=case, defaults={**fields, "changed_by": by})
    if not made:
        rule.change(version, **fields, changed_by=by)
    record("changed", by=by, what="reentry_rule", what_id=rule.pk, case_id=case.pk)
    return rule


@transaction.atomic
def decide(
    *,
    by: User,
    case: Case,
    decision: str,
    note: str = "",
    phase: str = "",
    rest: str = "",
    weeks: int = 0,
) -> ReentryDecision:
    """What the clinician decided. Back into treatment opens the case where it was closed, sets its phase, and moves
    the boosters to come on, ends their series, or leaves them. The reasons of today are kept
    with it.

    Raises Refused where a later date cannot be had.
    """
    reasons = [reason.sentence for reason in reentry.reasons_of(case)]
    made = ReentryDecision.objects.create(
        case=case, decision=decision, reasons=reasons, note=clean(note).strip(), by=by
    )
    ReentryRule.objects.filter(case=case).update(decided_at=made.at)
    reentry.count_missed(case)
    detail: dict[str, Any] = {"decision": decision}
    if decision == Decision.TREATMENT:
        if case.closed_on:
            cases.reopen_case(by=by, case=case, version=case.version)
        if phase and phase != case.phase:
            cases.change_case(by=by, case=case, version=case.version, phase=phase)
        detail |= {"rest": rest, "boosters": _adjust(case, by, rest, weeks)}
    record("decided", by=by, what="reentry", what_id=made.pk, case_id=case.pk, detail=detail)
    return made


def _adjust(case: Case, by: User, rest: str, weeks: int) -> int:
    """Moves what is still to come on by whole weeks, or ends it. Returns how many boosters that touched."""
    count = 0
    for series in Series.objects.filter(case=case).open():
        if rest == END:
            count += actions.end_series(series, by=by, version=series.version, why=_("Back into treatment"))
        elif rest == LATER:
            count += _shift(series, by, weeks)
    return count


def _shift(series: Series, by: User, weeks: int) -> int:
    """Every booster to come, booked ones too, the same weeks later on the same weekday and hour."""
    if not 1 <= weeks <= 52:
        raise Refused(_("Write by how many weeks, 52 at most."), "weeks")
    today = timezone.localdate()
    rows = series.boosters.standing().select_related("session", "series").filter(stands__in=OPEN, due_on__gte=today)
    moved = list(rows.order_by("due_on"))
    for booster in moved:
        if booster.stands not in UNBOOKED:
            actions.cancel_hour(booster, by=by)
        wall = dates.existing(datetime.combine(booster.due_on + timedelta(weeks=weeks), booster.clock), series.zone)
        planned = dates.placed(booster.number, wall, series.zone, series.before, series.after)
        booster.change(
            booster.version, state=BoosterState.MOVED, moved_from=booster.moved_from or booster.due_on, session=None,
            reason=_("Back into treatment"), changed_by=by, **actions.placed(planned),
        )  # fmt: skip
    return len(moved)


def next_booster(case: Case) -> Booster | None:
    """The booster that would be turned into treatment: the next one to come."""
    rows = Booster.objects.filter(series__case=case).open().select_related("series", "session")
    return rows.filter(due_on__gte=timezone.localdate()).order_by("due_on").first()
