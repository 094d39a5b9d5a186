"""A plan with all that hangs on it, in a constant number of queries; whole, or the part that one person may read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from planner.base.prepared import ID, prepared
from planner.cases.models import Audience, Person
from planner.plans.models import Goal, Objective, Plan, PlannedIntervention, Problem


@dataclass(frozen=True)
class ObjectiveNode:
    """An objective with what is planned for it. `number` as it is read: within a part for one person's eyes, places are
    counted anew, so that a gap tells nobody that there is something else."""

    row: Objective
    planned: tuple[PlannedIntervention, ...]
    number: str


@dataclass(frozen=True)
class GoalNode:
    """A goal with its objectives; `number` as with those."""

    row: Goal
    objectives: tuple[ObjectiveNode, ...]
    number: str


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

    def part(self, person: Person | None = None) -> Tree:
        """What one person may read (`Goal.objects.for_eyes`), or (nobody named) what everybody may read."""

        def may_read(row: Problem | Goal) -> bool:
            alone = person is not None and row.audience == Audience.PERSON and row.person_id == person.pk
            return row.audience == Audience.CASE or alone

        goals = [node for node in self.goals if may_read(node.row)]
        counted = tuple(_numbered(node, place) for place, node in enumerate(goals, 1))
        return Tree(self.plan, tuple(row for row in self.problems if may_read(row)), counted)


def _numbered(node: GoalNode, place: int) -> GoalNode:
    mine = tuple(replace(one, number=f"{place}.{one.row.position}") for one in node.objectives)
    return GoalNode(node.row, mine, str(place))


@dataclass(frozen=True)
class Rows:
    """Every row of a plan, in its order, also what was taken away while writing."""

    problems: list[Problem]
    goals: list[Goal]
    objectives: list[Objective]
    planned: list[PlannedIntervention]


def rows_of(plan: Plan, other: Plan | None = None, *, people: Iterable[Person] | None = None) -> Rows:
    """Four queries, for one plan or for two. `people` are known already: no query joins persons then, and only who is
    not among them is asked for. The rows are put in order here: to have a query ordered costs more than to order the
    few rows of a plan."""
    asked = {"one": plan.pk, "other": (other or plan).pk}
    problems, goals = (_in_order(_of_plans(**asked, model=model, joined=people is None)) for model in (Problem, Goal))
    objectives, planned = _in_order(_objectives(**asked)), _in_order(_planned(**asked))
    if people is not None:
        _tell_persons([*problems, *goals], people)
    return Rows(problems, goals, objectives, planned)


@prepared(one=ID, other=ID)
def _of_plans(one: int, other: int, model: type[Problem | Goal], joined: bool) -> QuerySet:
    rows = model.objects.filter(_either("plan", one, other)).order_by()
    return rows.select_related("person") if joined else rows


@prepared(one=ID, other=ID)
def _objectives(one: int, other: int) -> QuerySet[Objective]:
    return Objective.objects.filter(_either("goal__plan", one, other)).order_by()


@prepared(one=ID, other=ID)
def _planned(one: int, other: int) -> QuerySet[PlannedIntervention]:
    return PlannedIntervention.objects.filter(_either("objective__goal__plan", one, other)).with_gates().order_by()


def _either(to_plan: str, one: int, other: int) -> Q:
    return Q(**{to_plan: one}) | Q(**{to_plan: other})


def _in_order(rows: list) -> list:
    return sorted(rows, key=lambda row: (row.position, row.pk))


def _tell_persons(rows: list[Problem | Goal], people: Iterable[Person]) -> None:
    """Makes known whose each row is: nobody's alone, or a person's who takes part, as a rule."""
    known = {person.pk: person for person in people}
    if others := {row.person_id for row in rows if row.person_id} - set(known):
        known |= Person.objects.in_bulk(others)
    for row in rows:
        row.person = known.get(row.person_id)


def tree_of(plan: Plan, person: Person | None = None, *, joint: bool = False, rows: Rows | None = None) -> Tree:
    """The plan; for a person only what is for their eyes; `joint`: only what everybody may read. As many
    queries as `rows_of` makes, none where its `rows` are here already."""
    rows = rows or rows_of(plan)
    objectives, planned = _kept(rows.objectives), _kept(rows.planned)
    problems = tuple(row for row in _kept(rows.problems) if row.plan_id == plan.pk)
    goals = tuple(_node(goal, objectives, planned) for goal in _kept(rows.goals) if goal.plan_id == plan.pk)
    whole = Tree(plan, problems, goals)
    return whole.part(person) if joint or person is not None else whole


def _kept(rows: list) -> list:
    return [row for row in rows if row.removed_at is None]


def _node(goal: Goal, objectives: list[Objective], planned: list[PlannedIntervention]) -> GoalNode:
    mine = [one for one in objectives if one.goal_id == goal.pk]
    for one in mine:
        one.goal = goal  # its number needs the goal, which is here already
    nodes = (
        ObjectiveNode(one, tuple(row for row in planned if row.objective_id == one.pk), one.number) for one in mine
    )
    return GoalNode(goal, tuple(nodes), goal.number)
