"""A plan with all that hangs on it, in a constant number of queries; whole, or the part that one person may read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from planner.cases.models import Audience, Person
from planner.plans.models import Goal, Objective, Plan, PlannedIntervention, Problem


@dataclass(frozen=True)
class ObjectiveNode:
    """An objective with what is planned for it."""

    row: Objective
    planned: tuple[PlannedIntervention, ...]


@dataclass(frozen=True)
class GoalNode:
    """A goal with its objectives."""

    row: Goal
    objectives: tuple[ObjectiveNode, ...]


@dataclass(frozen=True)
class Tree:
    """A plan as it is read: what was taken away while writing is left out."""

    plan: Plan
    problems: tuple[Problem, ...]
    goals: tuple[GoalNode, ...]

    def objectives(self) -> Iterator[ObjectiveNode]:
        """Every objective, in order."""
        for goal in self.goals:
            yield from goal.objectives

    @property
    def lines(self) -> list:
        """The lines of history of its goals and objectives."""
        return [goal.row.line for goal in self.goals] + [one.row.line for one in self.objectives()]


def tree_of(plan: Plan, person: Person | None = None, *, joint: bool = False) -> Tree:
    """The plan; for a person only what is for their eyes; `joint`: only what everybody may read. Four queries."""
    problems, goals = Problem.objects.filter(plan=plan).kept(), Goal.objects.filter(plan=plan).kept()
    if person is not None:
        problems, goals = problems.for_eyes(person), goals.for_eyes(person)
    if joint:
        problems, goals = problems.filter(audience=Audience.CASE), goals.filter(audience=Audience.CASE)
    goals = list(goals.select_related("person", "problem"))
    objectives = list(Objective.objects.filter(goal__in=[goal.pk for goal in goals]).kept())
    planned = list(
        PlannedIntervention.objects.filter(objective__in=[one.pk for one in objectives])
        .kept()
        .select_related("edition__intervention")
    )
    return Tree(
        plan, tuple(problems.select_related("person")), tuple(_node(goal, objectives, planned) for goal in goals)
    )


def _node(goal: Goal, objectives: list[Objective], planned: list[PlannedIntervention]) -> GoalNode:
    mine = [one for one in objectives if one.goal_id == goal.pk]
    for one in mine:
        one.goal = goal  # its number needs the goal, which is here already
    return GoalNode(
        goal, tuple(ObjectiveNode(one, tuple(row for row in planned if row.objective_id == one.pk)) for one in mine)
    )
