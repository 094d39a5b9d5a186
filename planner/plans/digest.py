"""The text of a plan in one canonical form, and its hash: what a signature stands under.

The whole is what clinician and supervisor sign. A client signs the part that is for their eyes: goals of the other that
are private, and what stays in the record (impression, code, barriers), are not in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from planner.cases.models import Person
from planner.plans.models import Plan
from planner.plans.tree import GoalNode, ObjectiveNode, Tree, tree_of

FORM = 1  # counts up when this form changes; a signature is checked in the form it was made in
SHARED = (
    "presenting", "strengths", "supports", "accommodations", "session_frequency", "session_minutes", "modality",
    "discharge", "review_days",
)  # fmt: skip
RECORD = ("coding", "code", "impression", "impression_of_id", "barriers", "review_rule")
GOAL = ("position", "person_id", "audience", "own_words", "clinical", "scale", "weight")
OBJECTIVE = (
    "position", "text", "who", "what", "how_often", "how_many", "measure", "baseline", "baseline_on", "target", "due",
    "current",
)  # fmt: skip
PLANNED = ("position", "name", "frequency", "minutes", "responsible")


def content(tree: Tree, *, whole: bool = True) -> dict[str, Any]:
    """The text as plain values. `whole`: with what stays in the record."""
    plan = tree.plan
    return {
        "form": FORM,
        "case": plan.case_id,
        "number": plan.number,
        "plan": _values(plan, SHARED + RECORD if whole else SHARED),
        "problems": [
            _values(one, ("position", "person_id", "audience", "name", "description")) for one in tree.problems
        ],
        "goals": [_goal(node) for node in tree.goals],
    }


def _goal(node: GoalNode) -> dict[str, Any]:
    return {**_values(node.row, GOAL), "objectives": [_objective(one) for one in node.objectives]}


def _objective(node: ObjectiveNode) -> dict[str, Any]:
    planned = [
        {**_values(one, PLANNED), "edition": one.edition.content_hash if one.edition_id else None}
        for one in node.planned
    ]
    return {**_values(node.row, OBJECTIVE), "planned": planned}


def _values(row: Any, names: Iterable[str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def sha256(said: dict[str, Any]) -> str:
    """SHA-256 over canonical JSON."""
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def of(plan: Plan, person: Person | None = None) -> str:
    """The hash of a plan as it stands now: the whole, or the part for one person's eyes."""
    return sha256(content(tree_of(plan, person), whole=person is None))
