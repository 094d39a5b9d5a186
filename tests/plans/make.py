"""Plans for tests, through the room's own actions."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from planner.cases.models import Case, SignatureWay, SignerRole
from planner.cases.signing import clients_of, staff
from planner.plans import actions, digest, signing
from planner.plans.models import Goal, Plan
from planner.practice.models import User

SENTENCE = "Maya and Ruben sit down for a talk of ten minutes."
FILLED = {
    "text": SENTENCE, "who": "Maya and Ruben", "how_often": "twice a week", "measure": "a tick on the calendar",
    "baseline": "0 a week", "target": "2 a week",
}  # fmt: skip


def add_goal(plan: Plan, by: User, objectives: int = 1, **given) -> Goal:
    """A goal with objectives that say everything the SMART check asks for."""
    goal = actions.add_goal(plan=plan, by=by, **{"own_words": "We talk again.", "clinical": "Talks are safe.", **given})
    for _n in range(objectives):
        row = actions.add_objective(
            plan=plan, goal=goal, by=by, **FILLED, due=timezone.localdate() + timedelta(days=60)
        )
        actions.add_intervention(plan=plan, objective=row, by=by, name="A talk on paper")
    return goal


def make_draft(case: Case, by: User, goals: int = 1, objectives: int = 1) -> Plan:
    """A draft that may be signed."""
    plan = actions.begin(case=case, by=by)
    actions.change_plan(plan=plan, by=by, version=plan.version, presenting="We do not talk any more.")
    for _n in range(goals):
        add_goal(plan, by, objectives)
    plan.refresh_from_db()
    return plan


def signature(signer, **given) -> dict:
    """What a form hands to the action."""
    return {
        "role": signer.role, "person": signer.person, "user": signer.user, "name": signer.name or "Guardian",
        "credentials": signer.credentials, "way": SignatureWay.TYPED, "stance": "agrees", "reason": "", "strokes": [],
        "signed_on": timezone.localdate(), **given,
    }  # fmt: skip


def sign(plan: Plan, by: User, *, clients: bool = True, supervisor: User | None = None) -> Plan:
    """The clinician's signature, and (unless told) that of everybody who takes part."""
    signers = [*(clients_of(plan.case) if clients else []), staff(by, SignerRole.CLINICIAN)]
    signing.sign(
        plan=plan, by=by, seen=digest.of(plan), signatures=[signature(one) for one in signers], supervisor=supervisor
    )
    return Plan.objects.get(pk=plan.pk)


def make_active(case: Case, by: User, goals: int = 1, objectives: int = 1) -> Plan:
    """A plan in force, signed by everybody."""
    return sign(make_draft(case, by, goals, objectives), by)
