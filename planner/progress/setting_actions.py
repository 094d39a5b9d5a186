"""Writes about how measures are used in a case: when they are due, and what each person allowed on a joint chart."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.text import clean_line
from planner.cases.models import Case, Person
from planner.practice.models import User
from planner.practice.trail import record
from planner.progress import measures
from planner.progress.actions import Refused, check_person
from planner.progress.models import ChartSharing, DueRule, DueUnit


@transaction.atomic
def set_due(
    *, by: User, case: Case, person: Person, measure: str, unit: str, every: int = 1, since: datetime.date | None = None
) -> DueRule:
    """When a measure is due for a person; a rule of the same unit takes the place of the one before. Raises Refused."""
    if unit not in DueUnit.values:
        raise Refused(_("Choose when it is due."), "unit")
    if measures.usable(measure, case.practice) is None:
        raise Refused(_("There is no such measure here."), "measure")
    check_person(case, person)
    if unit in (DueUnit.REVIEW, DueUnit.BOOSTER):
        every = 1
    if not 1 <= every <= 52:
        raise Refused(_("Choose a number from 1 to 52."), "every")
    DueRule.objects.current().filter(case=case, person=person, measure=measure, unit=unit).update(
        ended_at=timezone.now()
    )
    rule = DueRule.objects.create(
        case=case, person=person, measure=measure, unit=unit, every=every, since=since or timezone.localdate(), by=by
    )
    detail = {"unit": unit, "every": every}
    record("set", by=by, what="due_rule", what_id=rule.pk, case_id=case.pk, detail=detail)
    return rule


@transaction.atomic
def end_due(*, by: User, rule: DueRule) -> None:
    """The rule asks no more. Twice is once."""
    if rule.ended_at is None:
        rule.ended_at = timezone.now()
        rule.save(update_fields=["ended_at", "changed_at"])
        record("ended", by=by, what="due_rule", what_id=rule.pk, case_id=rule.case_id)


@transaction.atomic
def set_sharing(*, by: User, case: Case, person: Person, measure: str, allowed: bool, basis: str) -> ChartSharing:
    """What a person said about their line on a chart that the others see. It stands beside what was said before; the
    newest counts. Raises Refused."""
    check_person(case, person)
    if measures.find(measure, case.practice) is None:
        raise Refused(_("There is no such measure here."), "measure")
    basis = clean_line(basis)
    if not basis:
        raise Refused(_("Write in a few words how the person said so."), "basis")
    row = ChartSharing.objects.create(
        case=case, person=person, measure=measure, allowed=allowed, basis=basis, on=timezone.localdate(), by=by
    )
    # Which measure and which answer stay out of the trail: the owner reads it without a place on the case.
    record("asked", by=by, what="chart_sharing", what_id=row.pk, case_id=case.pk)
    return row
