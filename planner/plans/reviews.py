"""When a plan is to be looked at: its day, and what happened since the last look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from planner.base.prepared import ID, MOMENT, prepared
from planner.cases.models import Case, FlagState, SafetyFlag
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
    if plan.state != PlanState.ACTIVE:
        return None
    looked = _looked(plan=plan.pk) if looks is None else [look.at for look in looks]
    since = max(looked, default=None) or plan.frozen_at or plan.created_at
    ((relapse, risk, *draft),) = _happened_since(case=plan.case_id, since=since)
    if lines is None:
        lines = _lines(case=plan.case_id)
    changed = draft[0] is not None and tuple(draft) != (plan.code, plan.impression)
    return _due(plan, _because(since, lines, relapse=relapse, risk=risk, diagnosis=changed))


@prepared(plan=ID)
def looks_of(plan: int) -> QuerySet[PlanReview]:
    """Every review of a plan with who made it, the newest first."""
    return PlanReview.objects.filter(plan=plan).select_related("by")


@prepared(plan=ID)
def _looked(plan: int) -> QuerySet:
    return PlanReview.objects.filter(plan=plan).order_by("-at").values_list("at", flat=True)[:1]


@prepared(case=ID, since=MOMENT)
def _happened_since(case: int, since: datetime) -> QuerySet:
    """Whether there was a relapse, or a risk, since the last look; code and impression of the draft, None without."""
    new = {"case": OuterRef("pk"), "at__gt": since}
    draft = Plan.objects.filter(case=OuterRef("pk")).drafts()
    return Case.objects.filter(pk=case).values_list(
        Exists(Event.objects.filter(**new, kind=EventKind.RELAPSE).standing()),
        Exists(SafetyFlag.objects.filter(**new, state=FlagState.CONCERN)),
        Subquery(draft.values("code")[:1]),
        Subquery(draft.values("impression")[:1]),
    )


@prepared(case=ID)
def _lines(case: int) -> QuerySet[Standing]:
    return Standing.objects.filter(case=case).newest_first()


def due(plans: Iterable[Plan]) -> list[Due]:
    """The plans of these that ask for a look, in a constant number of queries (five), the most pressing first."""
    plans = list(plans)
    if not plans:
        return []
    cases = {plan.case_id for plan in plans}
    reviews = _newest_reviews(plans)
    events = Event.objects.filter(case__in=cases, kind=EventKind.RELAPSE).standing().only("case", "at")
    flags = SafetyFlag.objects.filter(case__in=cases).only("case", "at", "state")
    lines = Standing.objects.filter(case__in=cases).newest_first()
    drafts = {
        one.case_id: one for one in Plan.objects.filter(case__in=cases).drafts().only("case", "code", "impression")
    }
    happened = [_by_case(rows) for rows in (events, flags, lines)]
    found = []
    for plan in plans:
        since = reviews.get(plan.pk) or plan.frozen_at or plan.created_at
        relapses, risks, mine = (rows.get(plan.case_id, []) for rows in happened)
        draft = drafts.get(plan.case_id)
        because = _because(
            since, mine,
            relapse=any(event.at > since for event in relapses),
            risk=any(flag.at > since and flag.state == FlagState.CONCERN for flag in risks),
            diagnosis=bool(draft and (draft.code, draft.impression) != (plan.code, plan.impression)),
        )  # fmt: skip
        found.append(_due(plan, because))
    return sorted(filter(None, found), key=lambda one: (not one.is_urgent, one.days))


def _due(plan: Plan, because: list[str]) -> Due | None:
    """With the day of the review, where that is near or over; None where nothing asks for a look."""
    days = (plan.review_on - timezone.localdate()).days if plan.review_on else 0
    if days <= WARN_DAYS:
        because = [*because, ReviewBecause.INTERVAL]
    return Due(plan, tuple(because), days) if because else None


def _newest_reviews(plans: list[Plan]) -> dict[int, datetime]:
    """Plan -> when it was looked at last."""
    rows = PlanReview.objects.filter(plan__in=[plan.pk for plan in plans])
    return dict(rows.values_list("plan").annotate(last=Max("at")).order_by())


def _by_case(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def _because(since: datetime, lines: list[Standing], *, relapse: bool, risk: bool, diagnosis: bool) -> list[str]:
    """What happened since the last look that asks for another."""
    found = []
    if relapse:
        found.append(ReviewBecause.RELAPSE)
    if risk:
        found.append(ReviewBecause.RISK)
    if diagnosis:
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
