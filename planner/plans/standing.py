"""Where goals and objectives stand today: the newest line of each history, and the T score of the goals together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from planner.base.prepared import ID, prepared
from planner.cases.models import Case
from planner.plans.models import SETTLED, Goal, Objective, Standing, Status
from planner.plans.tree import Tree
from planner.progress import goal_attainment

STILL = 2  # values in a row without a step forward mean no progress


def histories(tree: Tree) -> dict[UUID, list[Standing]]:
    """line -> its history through all versions, the newest first, without who wrote it. One query."""
    found: dict[UUID, list[Standing]] = {line: [] for line in tree.lines}
    for row in _of_plan(case=tree.plan.case_id, plan=tree.plan.pk):
        if row.line in found:
            found[row.line].append(row)
    return {line: rows for line, rows in found.items() if rows}


@prepared(case=ID, plan=ID)
def _of_plan(case: int, plan: int) -> QuerySet[Standing]:
    goals = Goal.objects.filter(plan=plan).order_by().values("line")
    objectives = Objective.objects.filter(goal__plan=plan).order_by().values("line")
    return Standing.objects.filter(Q(line__in=goals) | Q(line__in=objectives), case=case).newest_first()


def history_of(case: Case, line: UUID) -> list[Standing]:
    """The history of one line, the newest first, each with who wrote it. One query."""
    return list(Standing.objects.filter(case=case, line=line).select_related("by").newest_first())


def status_of(history: list[Standing]) -> str:
    """The newest status; open where nothing was written yet."""
    return history[0].status if history else Status.OPEN


def newest(history: list[Standing], field: str) -> Any:
    """The newest value that was given for a field, or None."""
    return next((value for row in history if (value := getattr(row, field)) not in (None, "")), None)


def t_score(tree: Tree, known: dict[UUID, list[Standing]]) -> float | None:
    """The T score of the goals that were rated on their scales, weighted; None where none was. Dropped goals count no
    more."""
    rated = [
        (level, node.row.weight)
        for node in tree.goals
        if status_of(known.get(node.row.line, [])) not in (Status.DROPPED, Status.REVISED)
        and (level := newest(known.get(node.row.line, []), "attainment")) is not None
    ]
    if not rated:
        return None
    return goal_attainment.t_score([level for level, _weight in rated], [weight for _level, weight in rated])


def stands_still(histories_of: Iterable[list[Standing]]) -> bool:
    """True where something was measured more than once and nothing that is still open moved forward."""
    measured = [
        [row.progress for row in history if row.progress is not None]
        for history in histories_of
        if status_of(history) not in SETTLED
    ]
    several = [values[:STILL] for values in measured if len(values) >= STILL]
    return bool(several) and all(values[0] <= values[-1] for values in several)
