"""Treatment plans of the demo practice: one in force for a couple, one in mid-therapy with something to look at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from planner.cases.models import Audience, Case, SignatureWay, SignerRole
from planner.cases.signing import Signer, clients_of, staff
from planner.library.models import Statement
from planner.plans import actions, digest, review_actions, signing
from planner.plans.models import Goal, Objective, Plan, Status
from planner.practice.models import User


def keeping_well(dana: User, case: Case) -> Plan:
    """A couple in maintenance: a shared goal, and one that is for Aisha's eyes alone."""
    plan = actions.begin(case=case, by=dana)
    actions.change_plan(
        plan=plan, by=dana, version=plan.version, presenting="We have it good now, and we want to keep it.",
        strengths="They tell each other early when something pulls.", discharge="A year without a surprise between us.",
        session_frequency="Every second month",
    )  # fmt: skip
    aisha = case.participants.get(person__print_name="Aisha").person
    first = _take(plan, dana, "drift-after-therapy", [0, 2])
    _own_words(plan, dana, first, "We do not want to become strangers again.")
    second = _take(plan, dana, "shame-after-relapse", [0], person=aisha, audience=Audience.PERSON)
    _own_words(plan, dana, second, "I want to say it before it grows.")
    plan = _signed(plan, dana)
    for goal in plan.goals.order_by("position")[:1]:
        review_actions.set_standing(
            plan=plan, of=goal, by=dana, status=Status.IN_PROGRESS, progress=60, reason="Four talks held of five."
        )
    return plan


def telling_it_anew(dana: User, case: Case) -> Plan:
    """A person in mid-therapy: two goals with their scales, one of them met."""
    plan = actions.begin(case=case, by=dana)
    actions.change_plan(
        plan=plan, by=dana, version=plan.version, presenting="I never ask for anything. It makes me lonely.",
        strengths="Writes well and often.", discharge="He asks for help without planning it for days.",
    )  # fmt: skip
    first = _take(plan, dana, "people-pleasing", [0, 1])
    _own_words(plan, dana, first, "I want to say no and still be liked.")
    second = _take(plan, dana, "disconnection-after-caregiving-failures", [0, 1])
    _own_words(plan, dana, second, "I want to let people come near.")
    plan = _signed(plan, dana)
    goal, other = plan.goals.order_by("position")
    review_actions.set_standing(
        plan=plan,
        of=goal,
        by=dana,
        status=Status.MET,
        progress=100,
        attainment=1,
        reason="Said no three times this month.",
    )
    review_actions.set_standing(plan=plan, of=other, by=dana, status=Status.IN_PROGRESS, progress=30, attainment=-1)
    return plan


def _take(plan: Plan, dana: User, slug: str, objectives: list[int], **whose: Any) -> Goal:
    """The first goal of a problem in the bank with some of its objectives; every blank filled in."""
    statement = Statement.objects.get(slug=slug, language="en", practice=None)
    made = actions.take_statement(plan=plan, by=dana, statement=statement, goals=[0], objectives=objectives, **whose)
    for row in made:
        _fill(plan, dana, row)
    return made[0].goal


def _fill(plan: Plan, dana: User, row: Objective) -> None:
    actions.change_row(
        plan=plan, row=row, by=dana, version=row.version, what="as agreed in the hour", how_often="once a week",
        how_many="three", baseline="2 of 10", target="6 of 10", due=timezone.localdate() + timedelta(days=80),
        baseline_on=timezone.localdate(),
    )  # fmt: skip


def _own_words(plan: Plan, dana: User, goal: Goal, words: str) -> None:
    goal = Goal.objects.get(pk=goal.pk)
    actions.change_row(plan=plan, row=goal, by=dana, version=goal.version, own_words=words)


def _signed(plan: Plan, dana: User) -> Plan:
    """By everybody: clients on paper, the clinician by name."""
    plan = Plan.objects.select_related("case").get(pk=plan.pk)
    given = [_signature(one) for one in [*clients_of(plan.case), staff(dana, SignerRole.CLINICIAN)]]
    signing.sign(plan=plan, by=dana, seen=digest.of(plan), signatures=given)
    return Plan.objects.select_related("case").get(pk=plan.pk)


def _signature(signer: Signer) -> dict[str, Any]:
    way = SignatureWay.PAPER if signer.is_client else SignatureWay.TYPED
    return {
        "role": signer.role, "person": signer.person, "user": signer.user, "name": signer.name, "way": way,
        "credentials": signer.credentials, "signed_on": timezone.localdate(),
    }  # fmt: skip
