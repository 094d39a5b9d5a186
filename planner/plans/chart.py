"""What the case chart shows of this room: what the case aims at, how far it is, and what the plan asks for next."""

from __future__ import annotations

from typing import Any

from planner.cases.models import Case
from planner.plans import reviews, signing, standing
from planner.plans.models import Plan, PlanState
from planner.plans.tree import tree_of
from planner.practice.models import User


def on_chart(case: Case, user: User) -> dict[str, Any]:
    """The context of plans/_chart.html, in a constant number of queries."""
    rows = Plan.objects.filter(case=case, state__in=[PlanState.ACTIVE, PlanState.DRAFT]).select_related(
        "supervisor", "case"
    )
    by_state = {row.state: row for row in rows}
    active, draft = by_state.get(PlanState.ACTIVE), by_state.get(PlanState.DRAFT)
    if active is None:
        return {"plan": None, "plan_draft": draft}
    tree = tree_of(active)
    histories = standing.histories(tree)
    lines = [row for rows in histories.values() for row in rows]
    return {
        "plan": active, "plan_draft": draft, "plan_tree": tree, "plan_due": reviews.of(active, lines),
        "plan_histories": histories, "plan_holds": signing.holds(active, tree),
    }  # fmt: skip
