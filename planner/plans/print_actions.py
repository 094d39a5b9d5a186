"""Printing a plan and keeping what was printed."""

from __future__ import annotations

from django.db import transaction

from planner.cases import clearance, gates
from planner.cases.actions import must_be_open
from planner.cases.models import Person
from planner.plans import papers
from planner.plans.models import Plan, PlanPrint, PlanPrintKind
from planner.plans.tree import ObjectiveNode, tree_of
from planner.practice.models import User
from planner.practice.trail import record
from planner.sheets import addresses, keep, press
from planner.sheets.options import Options


def look(plan: Plan, person: Person | None) -> gates.Verdict:
    """What the consents say of a client's copy: it holds what others told, and about use where the plan works on it.
    The record's own copy leaves nobody's eyes."""
    if person is None:
        return gates.Verdict()
    wanted = {gate for node in tree_of(plan, person).objectives() for gate in _gates_of(node)}
    tells = not clearance.USE_GATES.isdisjoint(wanted)
    return clearance.look_at_paper(plan.case, person, joint=True, tells_use=tells)


def _gates_of(node: ObjectiveNode) -> set[str]:
    return {gate for row in node.planned for gate in row.gates}


def print_plan(*, plan: Plan, person: Person | None, by: User, options: Options) -> PlanPrint:
    """Prints the plan for a client, or (nobody) for the record, and keeps its bytes. Raises Stopped, and what the press
    raises."""
    must_be_open(look(plan, person))
    paper = papers.client_paper(plan, person, options) if person else papers.record_paper(plan, options)
    rendering = press.render(paper)
    kind = PlanPrintKind.CLIENT if person else PlanPrintKind.RECORD
    with transaction.atomic():
        printed = keep.keep(rendering, paper, address=addresses.new_address())
        made = PlanPrint.objects.create(plan=plan, kind=kind, person=person, printed=printed, by=by)
        detail = {"kind": kind, "print": made.pk}
        record("printed", by=by, what="plan", what_id=plan.pk, case_id=plan.case_id, detail=detail)
    return made
