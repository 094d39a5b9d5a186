"""Ending well: what a treatment looks like on its last day, and the act of ending it. The boosters go on after it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.text import clean
from planner.boosters.models import Booster, Ending, Series
from planner.cases import actions as cases
from planner.cases.actions import Refused
from planner.cases.models import Case, Phase
from planner.homework.models import Assignment
from planner.plans.models import Objective, Plan, Standing, Status
from planner.practice.models import User
from planner.practice.trail import record
from planner.sessions.models import Session, SessionState


@dataclass(frozen=True)
class Look:
    """The treatment as it stands: criteria in the plan's words, and what can be counted."""

    criteria: str
    objectives: int
    met: int
    sessions: int
    first_on: date | None
    homework_open: int
    boosters_to_come: int
    next_booster: date | None

    @property
    def facts(self) -> dict[str, Any]:
        """Plain values, for the record."""
        return {name: str(value) if isinstance(value, date) else value for name, value in asdict(self).items()}


def look(case: Case) -> Look:
    """What to look at before a treatment ends; seven queries."""
    plan = Plan.objects.active_of(case)
    lines = list(Objective.objects.active_of(case).values_list("line", flat=True))
    newest = dict(Standing.objects.filter(case=case, line__in=lines).order_by("on", "pk").values_list("line", "status"))
    held = Session.objects.filter(case=case, state=SessionState.HELD).order_by("starts_at")
    first = held.first()
    coming = Booster.objects.filter(series__case=case).open().filter(due_on__gte=timezone.localdate())
    days = list(coming.order_by("due_on").values_list("due_on", flat=True))
    return Look(
        criteria=plan.discharge if plan else "",
        objectives=len(lines),
        met=sum(1 for line in lines if newest.get(line) == Status.MET),
        sessions=held.count(),
        first_on=first.wall_start.date() if first else None,
        homework_open=Assignment.objects.to_review(case).count(),
        boosters_to_come=len(days),
        next_booster=days[0] if days else None,
    )


@transaction.atomic
def end_treatment(*, by: User, case: Case, version: int, summary: str, met: bool, close: bool = False) -> Ending:
    """The treatment ends: the case goes on in maintenance, or rests (`close`); its boosters stay in the calendar.

    Raises Refused without a summary, and for a case that is closed already.
    """
    summary = clean(summary).strip()
    if not summary:
        raise Refused(_("Write in a few words what was reached and what helps from here."), "summary")
    if case.closed_on:
        raise Refused(_("This case is closed already."))
    seen = look(case)
    if case.phase != Phase.MAINTENANCE:
        cases.change_case(by=by, case=case, version=version, phase=Phase.MAINTENANCE)
        version = case.version
    if close:
        cases.close_case(by=by, case=case, version=version)
    ending = Ending.objects.create(
        case=case, on=timezone.localdate(), criteria=seen.criteria, met=met, summary=summary, facts=seen.facts,
        closed=close, by=by,
    )  # fmt: skip
    record("ended", by=by, what="treatment", what_id=ending.pk, case_id=case.pk, detail={"closed": close, "met": met})
    return ending


def has_series(case: Case) -> bool:
    """Does somebody look in again after the end?"""
    return Series.objects.filter(case=case).open().exists()
