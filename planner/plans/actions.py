"""Writing a plan: a version begun, its text changed row by row, taken from the bank, from a pathway or freely.

Every row carries its own version: two people may write in different places at once, and in the same place nothing is
lost (`Stale`). A signed version refuses every one of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.models import Stale
from planner.base.text import clean_line
from planner.cases.actions import Refused
from planner.cases.models import Audience, Case, CaseKind, Person
from planner.library.models import Intervention, Pathway, Statement
from planner.plans import bank
from planner.plans.models import (
    Goal,
    Modality,
    Objective,
    Plan,
    PlannedIntervention,
    PlanState,
    Problem,
)
from planner.plans.tree import tree_of
from planner.practice.models import User
from planner.practice.trail import record

__all__ = ["Refused"]  # rooms above catch what is raised here by this name

MOST = {"problem": 8, "goal": 8, "objective": 8, "intervention": 8}
COPIED = ("created_at", "changed_at", "version", "id", "removed_at")

Row = Problem | Goal | Objective | PlannedIntervention


@transaction.atomic
def begin(*, case: Case, by: User) -> Plan:
    """The version of a case that may be written: the open one, or a new one made from the newest, text and all.

    A version that was signed but is not in force (it waits, or was returned) gives way to the new one.
    """
    if case.closed_on:
        raise Refused(_("This case is closed. Open it again to write a plan."))
    former = Plan.objects.draft_of(case)
    if former and former.may_be_written:
        return former
    if former:
        _give_way(former, by)
    newest = Plan.objects.active_of(case) or Plan.objects.filter(case=case).first()
    return new_version(case, by, newest)


def _give_way(former: Plan, by: User) -> None:
    Plan.objects.filter(pk=former.pk).update(state=PlanState.SUPERSEDED, changed_by=by, changed_at=timezone.now())
    _record("superseded", former, by)


def new_version(case: Case, by: User, newest: Plan | None) -> Plan:
    """A draft with the text of `newest`, or the first one; within the transaction of whoever asks for it."""
    number = (Plan.objects.filter(case=case).values_list("number", flat=True).first() or 0) + 1
    given = _text_of(newest, Plan, leave=_STAYS) if newest else _first_text(case)
    try:
        with transaction.atomic():
            plan = Plan.objects.create(case=case, number=number, author=by, changed_by=by, **given)
    except IntegrityError:  # a colleague began it in the same moment
        return Plan.objects.draft_of(case)
    if newest:
        _copy(newest, plan)
    _record("begun", plan, by, number=number)
    return plan


#: Of a plan, what a new version does not take over.
_STAYS = (
    "case", "number", "state", "author", "changed_by", "sha256", "frozen_at", "active_on", "review_on", "ended_on",
    "ended_why", "supervision", "supervisor",
)  # fmt: skip


def _first_text(case: Case) -> dict[str, Any]:
    """What can be known of a first plan without asking."""
    modality = {CaseKind.COUPLE: Modality.COUPLE, CaseKind.FAMILY: Modality.FAMILY}.get(case.kind, Modality.INDIVIDUAL)
    return {
        "session_frequency": _("Once a week"), "modality": modality, "review_days": case.practice.plan_review_days,
    }  # fmt: skip


def _text_of(row: Any, model: type, leave: Iterable[str] = ()) -> dict[str, Any]:
    skip = {*COPIED, *leave}
    return {field.name: getattr(row, field.name) for field in model._meta.concrete_fields if field.name not in skip}


def _copy(old: Plan, new: Plan) -> None:
    """The rows of a plan in a new version, tied to the old ones by their lines."""
    tree = tree_of(old)
    problems = {
        one.pk: Problem.objects.create(**{**_text_of(one, Problem), "plan": new}) for one in tree.problems
    }  # fmt: skip
    for goal_node in tree.goals:
        given = _text_of(goal_node.row, Goal)
        goal = Goal.objects.create(**{**given, "plan": new, "problem": problems.get(goal_node.row.problem_id)})
        for node in goal_node.objectives:
            objective = Objective.objects.create(**{**_text_of(node.row, Objective), "goal": goal})
            PlannedIntervention.objects.bulk_create(
                PlannedIntervention(**{**_text_of(one, PlannedIntervention), "objective": objective})
                for one in node.planned
            )


@transaction.atomic
def change_plan(*, plan: Plan, by: User, version: int, **changes: Any) -> Plan:
    """The plan's own fields as typed. Raises Stale where somebody changed one of them since it was read."""
    _must_be_open(plan)
    if changes.get("impression_of"):
        _check_person(plan, changes["impression_of"])
    return _change(plan, plan, by, version, changes)


@transaction.atomic
def change_row(*, plan: Plan, row: Row, by: User, version: int, **changes: Any) -> Row:
    """A problem, goal, objective or planned intervention as typed. Raises Stale as change_plan."""
    _must_be_open(plan)
    if "person" in changes:
        changes["audience"] = _audience(plan, changes["person"], changes.get("audience", row.audience))
    return _change(plan, row, by, version, changes)


def _change(plan: Plan, row: Any, by: User, version: int, changes: dict[str, Any]) -> Any:
    """Writes what differs. A newer row that says the same already is no conflict."""
    now = type(row).objects.get(pk=row.pk)
    changed = sorted(name for name, value in changes.items() if getattr(now, name) != value)
    if not changed:
        return now
    if isinstance(row, Plan):
        changes = {**changes, "changed_by": by}
    row.change(version, **changes)
    _touch(plan, by)
    _record("changed", plan, by, what=_name(row), fields=changed)
    return row


def _touch(plan: Plan, by: User) -> None:
    """Who wrote last, and when, whatever part it was."""
    Plan.objects.filter(pk=plan.pk).update(changed_by=by, changed_at=timezone.now())


def _name(row: Any) -> str:
    return "intervention" if isinstance(row, PlannedIntervention) else type(row).__name__.lower()


def _must_be_open(plan: Plan) -> None:
    """Raises Refused where the text of the version is no longer to be written."""
    row = Plan.objects.filter(pk=plan.pk).only("state", "sha256").first()
    if row is None or row.sha256:
        raise Refused(_("This version was signed. Begin a new version to change it."))
    if row.state != PlanState.DRAFT:
        raise Refused(_("This version is no longer a draft. Begin a new version to change it."))


def _check_person(plan: Plan, person: Person) -> None:
    if not plan.case.participants.filter(person=person).exists():
        raise Refused(_("Choose a person of this case."), "person")


def _audience(plan: Plan, person: Person | None, audience: str) -> str:
    """For whose eyes, fitting whose it is. Raises Refused for somebody outside the case."""
    if person is not None:
        _check_person(plan, person)
    elif audience == Audience.PERSON:
        raise Refused(_("Say whose eyes it is for."), "person")
    return audience


# Rows


@transaction.atomic
def add_problem(*, plan: Plan, by: User, **given: Any) -> Problem:
    """A problem, last in order."""
    _must_be_open(plan)
    return _add(plan, by, Problem, {"plan": plan}, given)


@transaction.atomic
def add_goal(*, plan: Plan, by: User, **given: Any) -> Goal:
    """A goal, last in order."""
    _must_be_open(plan)
    given["audience"] = _audience(plan, given.get("person"), given.get("audience", Audience.CASE))
    return _add(plan, by, Goal, {"plan": plan}, given)


@transaction.atomic
def add_objective(*, plan: Plan, goal: Goal, by: User, **given: Any) -> Objective:
    """An objective of a goal; who does it and by when are filled in where nothing else is said."""
    _must_be_open(plan)
    known = {"who": bank.who_of(plan.case, goal.person), "due": bank.due_day(plan.review_days)}
    return _add(plan, by, Objective, {"goal": goal}, {**known, **given})


@transaction.atomic
def add_intervention(
    *,
    plan: Plan,
    objective: Objective,
    by: User,
    intervention: Intervention | None = None,
    name: str = "",
    **given: Any,
) -> PlannedIntervention:
    """Something to do for an objective: the newest edition of an intervention, or own words."""
    _must_be_open(plan)
    name = clean_line(intervention.name if intervention else name)
    if not name:
        raise Refused(_("Choose an intervention, or write what is done."), "name")
    known = {
        "name": name, "edition": intervention.current if intervention else None, "responsible": by.name,
        "minutes": intervention.minutes if intervention else None, "frequency": plan.session_frequency,
    }  # fmt: skip
    return _add(plan, by, PlannedIntervention, {"objective": objective}, {**known, **given})


def _add(plan: Plan, by: User, model: type, parent: dict[str, Any], given: Mapping[str, Any]) -> Any:
    siblings = model.objects.filter(**parent).kept()
    count = siblings.count()
    what = _name(model())
    if count >= MOST[what]:
        raise Refused(_("A plan that holds more than this is hard to follow. Take something out first."))
    row = model.objects.create(**parent, position=count + 1, **given)
    _touch(plan, by)
    _record("added", plan, by, what=what)
    return row


@transaction.atomic
def remove(*, plan: Plan, row: Row, by: User) -> None:
    """Takes a row out; it can be brought back while the plan is a draft."""
    _must_be_open(plan)
    if row.removed_at is None:
        type(row).objects.filter(pk=row.pk).update(removed_at=timezone.now())
        _number(row)
        _touch(plan, by)
        _record("removed", plan, by, what=_name(row))


@transaction.atomic
def restore(*, plan: Plan, row: Row, by: User) -> None:
    """Brings a row back, last in order."""
    _must_be_open(plan)
    if row.removed_at is not None:
        last = _siblings(row).count() + 1
        type(row).objects.filter(pk=row.pk).update(removed_at=None, position=last)
        _touch(plan, by)
        _record("restored", plan, by, what=_name(row))


def _siblings(row: Row) -> Any:
    parent = next(name for name in ("plan", "goal", "objective") if name in {f.name for f in row._meta.concrete_fields})
    return (
        type(row).objects.filter(**{f"{parent}_id": getattr(row, f"{parent}_id")}, removed_at=None).order_by("position")
    )


def _number(row: Row) -> None:
    """Positions from 1 without a gap, so that 1.2 is the second objective of the first goal."""
    for position, one in enumerate(_siblings(row), 1):
        if one.position != position:
            type(one).objects.filter(pk=one.pk).update(position=position)


# From the library


@transaction.atomic
def take_statement(
    *,
    plan: Plan,
    by: User,
    statement: Statement,
    goals: Iterable[int],
    objectives: Iterable[int],
    links: Mapping[int, Intervention | None] | None = None,
    person: Person | None = None,
    audience: str = Audience.CASE,
) -> list[Objective]:
    """A problem of the bank with the chosen goals and objectives, and an intervention for each objective (`links`; the
    ones that fit unless told). Objectives are dealt to the goals in order. Returns them, for the blanks to be asked."""
    _must_be_open(plan)
    offered = bank.offer(statement, by)
    chosen = [n for n in range(len(offered.file.goals)) if n in set(goals)]
    wanted = [one for one in offered.objectives if one.index in set(objectives)]
    if not chosen:
        raise Refused(_("Choose at least one goal."), "goals")
    problem = _problem_of(plan, by, statement, person, audience)
    made = []
    for place, n in enumerate(chosen):
        goal = offered.file.goals[n]
        row = add_goal(
            plan=plan, by=by, clinical=goal.clinical, ask=goal.own_words, problem=problem, statement=statement.slug,
            person=person, audience=audience,
        )  # fmt: skip
        mine = wanted[len(wanted) * place // len(chosen) : len(wanted) * (place + 1) // len(chosen)]
        made += [_take_objective(plan, by, row, one, links) for one in mine]
    return made


def _problem_of(plan: Plan, by: User, statement: Statement, person: Person | None, audience: str) -> Problem:
    """The problem as it stands in the plan already, or a new one."""
    found = Problem.objects.filter(plan=plan, statement=statement.slug, person=person, audience=audience).kept().first()
    if found:
        return found
    about = statement.parsed.about
    return add_problem(
        plan=plan, by=by, name=statement.name, description=about, statement=statement.slug, person=person,
        audience=audience,
    )  # fmt: skip


def _take_objective(
    plan: Plan, by: User, goal: Goal, offered: bank.OfferedObjective, links: Mapping | None
) -> Objective:
    known = bank.prefilled(
        offered.text, who=bank.each_of(plan.case, goal.person), measure=offered.measured,
        due=bank.due_day(plan.review_days),
    )  # fmt: skip
    row = add_objective(plan=plan, goal=goal, by=by, text=offered.text, **known)
    intervention = offered.intervention if links is None else links.get(offered.index)
    if intervention:
        add_intervention(plan=plan, objective=row, by=by, intervention=intervention)
    return row


@transaction.atomic
def take_pathway(*, plan: Plan, by: User, pathway: Pathway) -> Objective:
    """A pathway as a goal: its aim, one objective to fill in, and its interventions in order."""
    _must_be_open(plan)
    goal = add_goal(plan=plan, by=by, clinical=pathway.content["aim"])
    text = _("By {by when}, {who} {what}, {how often}, as shown by {measured how}.")
    due = bank.due_day(pathway.parsed.days[-1] or plan.review_days)
    row = add_objective(plan=plan, goal=goal, by=by, text=text, due=due)
    for one in bank.of_pathway(pathway, by):
        add_intervention(plan=plan, objective=row, by=by, intervention=one)
    return row


def _record(verb: str, plan: Plan, by: User, **detail: Any) -> None:
    record(verb, by=by, what="plan", what_id=plan.pk, case_id=plan.case_id, detail=detail)


def still(sent: Mapping[str, Any], stale: Stale) -> dict[str, tuple[Any, Any]]:
    """What differs between a newer row and what was typed: field -> (there now, yours)."""
    now = stale.current
    return {name: (getattr(now, name), value) for name, value in sent.items() if getattr(now, name) != value}
