"""Printing a plan and keeping what was printed."""

from __future__ import annotations

from django.db import transaction

from planner.cases.models import Person
from planner.plans import papers
from planner.plans.models import Plan, PlanPrint, PlanPrintKind
from planner.practice.models import User
from planner.practice.trail import record
from planner.sheets import addresses, keep, press
from planner.sheets.options import Options


def print_plan(*, plan: Plan, person: Person | None, by: User, options: Options) -> PlanPrint:
    """Prints the plan for a client, or (nobody) for the record, and keeps its bytes. Raises what the press raises."""
    paper = papers.client_paper(plan, person, options) if person else papers.record_paper(plan, options)
    rendering = press.render(paper)
    kind = PlanPrintKind.CLIENT if person else PlanPrintKind.RECORD
    with transaction.atomic():
        printed = keep.keep(rendering, paper, address=addresses.new_address())
        made = PlanPrint.objects.create(plan=plan, kind=kind, person=person, printed=printed, by=by)
        detail = {"kind": kind, "print": made.pk}
        record("printed", by=by, what="plan", what_id=plan.pk, case_id=plan.case_id, detail=detail)
    return made
