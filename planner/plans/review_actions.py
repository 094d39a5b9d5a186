"""What becomes of a plan in force: where its goals and objectives stand, its reviews, its end."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.text import clean, clean_line
from planner.cases.actions import Refused
from planner.plans import actions, reviews
from planner.plans.models import (
    SETTLED,
    Goal,
    Objective,
    Plan,
    PlanReview,
    PlanState,
    ReviewBecause,
    ReviewOutcome,
    Standing,
    Status,
)
from planner.plans.standing import histories, t_score
from planner.plans.tree import tree_of
from planner.practice.models import User
from planner.practice.trail import record

EARLIEST_YEAR = 1900


@transaction.atomic
def set_standing(
    *,
    plan: Plan,
    of: Goal | Objective,
    by: User,
    status: str,
    on: datetime.date | None = None,
    reason: str = "",
    progress: int | None = None,
    attainment: int | None = None,
    value: str = "",
) -> Standing:
    """One more line in the history of a goal or an objective. `progress` is 0 to 100, `attainment` -2 to +2, `value`
    what was measured. Raises Refused for a plan that is not in force, and for an end without its reason."""
    _must_be_active(plan)
    on, reason = _day(on), clean(reason).strip()
    if status not in Status.values:
        raise Refused(_("Choose where it stands."), "status")
    if status in SETTLED and not reason:
        raise Refused(_("Write in a few words why, so that it can be followed later."), "reason")
    is_goal = isinstance(of, Goal)
    row = Standing.objects.create(
        case=plan.case, line=of.line, goal=of if is_goal else None, objective=None if is_goal else of, status=status,
        on=on, reason=reason, progress=_within(progress, 0, 100, "progress"),
        attainment=_within(attainment, -2, 2, "attainment"), value=clean_line(value), by=by,
    )  # fmt: skip
    what = "goal" if is_goal else "objective"
    record("stands", by=by, what=what, what_id=of.pk, case_id=plan.case_id, detail={"status": status})
    return row


def _within(number: int | None, least: int, most: int, field: str) -> int | None:
    if number is not None and not least <= number <= most:
        raise Refused(_("Choose a number from %(least)d to %(most)d.") % {"least": least, "most": most}, field)
    return number


def _day(on: datetime.date | None) -> datetime.date:
    on = on or timezone.localdate()
    if on > timezone.localdate():
        raise Refused(_("This day lies ahead. Write the day it happened."), "on")
    if on.year < EARLIEST_YEAR:
        raise Refused(_("Check the year."), "on")
    return on


def _must_be_active(plan: Plan) -> None:
    """Raises Refused for a draft, a superseded or an ended plan."""
    state = Plan.objects.filter(pk=plan.pk).values_list("state", flat=True).first()
    if state == PlanState.ENDED:
        raise Refused(_("This plan has ended. Begin a new version to go on."))
    if state == PlanState.SUPERSEDED:
        raise Refused(_("A newer version is in force. Record it there."))
    if state != PlanState.ACTIVE:
        raise Refused(_("This version is not signed yet. Sign it first."))


@transaction.atomic
def review(
    *,
    plan: Plan,
    by: User,
    because: str,
    outcome: str,
    on: datetime.date | None = None,
    found: str = "",
    next_on: datetime.date | None = None,
) -> PlanReview:
    """A look at the plan, recorded also where nothing changes. A change begins a new version; an end ends the plan."""
    _must_be_active(plan)
    on, found = _day(on), clean(found).strip()
    if because not in ReviewBecause.values:
        raise Refused(_("Choose why you look at it."), "because")
    if outcome not in ReviewOutcome.values:
        raise Refused(_("Choose what follows."), "outcome")
    if outcome == ReviewOutcome.ENDED and not found:
        raise Refused(_("Write how the plan ended."), "found")
    next_on = None if outcome == ReviewOutcome.ENDED else _next(plan, on, next_on)
    tree = tree_of(plan)
    row = PlanReview.objects.create(
        plan=plan, on=on, because=because, outcome=outcome, found=found, next_on=next_on, by=by,
        t_score=t_score(tree, histories(tree)),
    )  # fmt: skip
    detail: dict[str, Any] = {"because": because, "outcome": outcome}
    record("reviewed", by=by, what="plan", what_id=plan.pk, case_id=plan.case_id, detail=detail)
    if outcome == ReviewOutcome.ENDED:
        end(plan=plan, by=by, on=on, why=found[:500])
    else:
        plan.change(plan.version, review_on=next_on)
    if outcome == ReviewOutcome.CHANGED:
        actions.begin(case=plan.case, by=by)
    return row


def _next(plan: Plan, on: datetime.date, next_on: datetime.date | None) -> datetime.date:
    next_on = next_on or reviews.next_day(plan, on)
    if next_on <= on:
        raise Refused(_("The next review comes after this one. Choose a later day."), "next_on")
    return next_on


@transaction.atomic
def end(*, plan: Plan, by: User, why: str, on: datetime.date | None = None) -> Plan:
    """The plan is over. It stays readable, and a later version may be made from it."""
    _must_be_active(plan)
    why = clean_line(why)
    if not why:
        raise Refused(_("Write how the plan ended."), "why")
    plan.change(plan.version, state=PlanState.ENDED, ended_on=_day(on), ended_why=why[:500], changed_by=by)
    record("ended", by=by, what="plan", what_id=plan.pk, case_id=plan.case_id)
    return plan
