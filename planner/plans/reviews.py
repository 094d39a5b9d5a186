"""When a plan is to be looked at: its day, and what happened since the last look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from planner.cases.models import FlagState, SafetyFlag
from planner.plans.models import (
    WARN_DAYS,
    Plan,
    PlanReview,
    PlanState,
    ReviewBecause,
    Standing,
    Status,
)
from planner.plans.standing import stands_still
from planner.progress.models import Event, EventKind

#: The fields of a plan that are weighed here, for lists that read many plans and show none of their texts.
WEIGHED = ("case", "state", "review_on", "frozen_at", "created_at", "code", "impression")


@dataclass(frozen=True)
class Due:
    """An active plan that asks for a look: why, the first reason first, and how many days are left (below 0: over)."""

    plan: Plan
    because: tuple[str, ...]
    days: int

    @property
    def why(self) -> list[str]:
        return [str(ReviewBecause(one).label) for one in self.because]

    @property
    def is_urgent(self) -> bool:
        """Something happened, or the day is over."""
        return self.days < 0 or self.because[:1] != (ReviewBecause.INTERVAL,)


def of(plan: Plan, lines: list[Standing] | None = None, looks: list[PlanReview] | None = None) -> Due | None:
    """Whether one plan is due. None for a plan that is not in force. `lines`: all its history, `looks`: all its
    reviews, read already."""
    found = due([plan], lines, looks) if plan.state == PlanState.ACTIVE else []
    return found[0] if found else None


def due(plans: Iterable[Plan], lines: list[Standing] | None = None, looks: list[PlanReview] | None = None) -> list[Due]:
    """The plans of these that ask for a look, in a constant number of queries (five), the most pressing first."""
    plans = list(plans)
    if not plans:
        return []
    cases = {plan.case_id for plan in plans}
    reviews = _newest_reviews(plans) if looks is None else _newest_of(looks)
    events = Event.objects.filter(case__in=cases, kind=EventKind.RELAPSE).standing().only("case", "at")
    flags = SafetyFlag.objects.filter(case__in=cases).only("case", "at", "state")
    if lines is None:
        lines = list(Standing.objects.filter(case__in=cases).newest_first())
    drafts = {
        one.case_id: one for one in Plan.objects.filter(case__in=cases).drafts().only("case", "code", "impression")
    }
    happened = [_by_case(rows) for rows in (events, flags, lines)]
    found = []
    for plan in plans:
        since = reviews.get(plan.pk) or plan.frozen_at or plan.created_at
        mine = [rows.get(plan.case_id, []) for rows in happened]
        because = _happened(since, *mine, plan=plan, draft=drafts.get(plan.case_id))
        days = (plan.review_on - timezone.localdate()).days if plan.review_on else 0
        if days <= WARN_DAYS:
            because.append(ReviewBecause.INTERVAL)
        if because:
            found.append(Due(plan, tuple(because), days))
    return sorted(found, key=lambda one: (not one.is_urgent, one.days))


def _newest_reviews(plans: list[Plan]) -> dict[int, datetime]:
    """Plan -> when it was looked at last."""
    rows = PlanReview.objects.filter(plan__in=[plan.pk for plan in plans])
    return dict(rows.values_list("plan").annotate(last=Max("at")).order_by())


def _newest_of(looks: list[PlanReview]) -> dict[int, datetime]:
    """The same of reviews that were read already."""
    return {plan: max(look.at for look in looks if look.plan_id == plan) for plan in {look.plan_id for look in looks}}


def _by_case(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def _happened(
    since: datetime, events: list[Event], flags: list[SafetyFlag], lines: list[Standing], *, plan: Plan, draft: Any
) -> list[str]:
    """What happened since the last look that asks for another."""
    found = []
    if any(event.at > since for event in events):
        found.append(ReviewBecause.RELAPSE)
    if any(flag.at > since and flag.state == FlagState.CONCERN for flag in flags):
        found.append(ReviewBecause.RISK)
    if draft and (draft.code, draft.impression) != (plan.code, plan.impression):
        found.append(ReviewBecause.DIAGNOSIS)
    if any(row.at > since and row.goal_id and row.status == Status.MET for row in lines):
        found.append(ReviewBecause.GOAL_MET)
    if any(row.at > since for row in lines) and stands_still(_by_line(lines)):
        found.append(ReviewBecause.NO_PROGRESS)
    return found


def _by_line(lines: list[Standing]) -> list[list[Standing]]:
    found: dict[Any, list[Standing]] = {}
    for row in lines:
        found.setdefault(row.line, []).append(row)
    return list(found.values())


def next_day(plan: Plan, on: date) -> date:
    """The day of the next review."""
    return on + timedelta(days=plan.review_days)
