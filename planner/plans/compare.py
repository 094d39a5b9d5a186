"""Two versions of a plan beside each other, part by part; goals and objectives are matched by their lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from planner.library.compare import ADDED, CHANGED, REMOVED, SAME, Row
from planner.plans.forms import FrameForm, GoalForm, ObjectiveForm, OpeningForm, PartForm, ProblemForm
from planner.plans.tree import Tree

Pairs = tuple[tuple[str, str], ...]


def rows(left: Tree, right: Tree) -> list[Row]:
    """Every part of both versions: same, changed, added, removed."""
    found = [_row("plan", _("Opening and frame"), _plan(left), _plan(right))]
    for key, label, mine, theirs in _matched(_lines(left), _lines(right)):
        found.append(_row(key, label, mine, theirs))
    return found


def _row(key: str, label: str, left: Pairs | None, right: Pairs | None) -> Row:
    if left is None or right is None:
        state = ADDED if left is None else REMOVED
    else:
        state = SAME if left == right else CHANGED
    return Row(key, label, state, left or (), right or ())


def _matched(left: Mapping, right: Mapping) -> Iterable[tuple[str, str, Pairs | None, Pairs | None]]:
    """In the order of the right, with what is only left after it."""
    for line in [*right, *(line for line in left if line not in right)]:
        label = (right.get(line) or left[line])[0]
        yield str(line), label, left[line][1] if line in left else None, right[line][1] if line in right else None


def _lines(tree: Tree) -> dict[Any, tuple[str, Pairs]]:
    """line -> (its name, its values in words)."""
    found: dict[Any, tuple[str, Pairs]] = {}
    for one in tree.problems:
        found[one.line] = (_("Problem"), values(ProblemForm, one))
    for node in tree.goals:
        found[node.row.line] = (_("Goal %(n)s") % {"n": node.row.number}, _goal(node.row))
        for one in node.objectives:
            done = tuple((_("What is done"), _planned(row)) for row in one.planned)
            label = _("Objective %(n)s") % {"n": one.row.number}
            found[one.row.line] = (
                label,
                ((_("Objective"), one.row.sentence), *values(ObjectiveForm, one.row)[1:], *done),
            )
    return found


def _plan(tree: Tree) -> Pairs:
    return values(OpeningForm, tree.plan) + values(FrameForm, tree.plan)


def _goal(row: Any) -> Pairs:
    return values(GoalForm, row) + tuple((str(n - 2), words) for n, words in enumerate(row.scale) if words)


def _planned(row: Any) -> str:
    said = [row.name, row.frequency, _("%(n)d min") % {"n": row.minutes} if row.minutes else "", row.responsible]
    return ", ".join(part for part in said if part)


def values(form: type[PartForm], row: Any) -> Pairs:
    """The filled fields of a part, in words, by the names that the editor gives them."""
    found = []
    for name, field in form.base_fields.items():
        if name in ("once", "version") or not hasattr(row, name):
            continue
        value = getattr(row, f"get_{name}_display", lambda name=name: getattr(row, name))()
        if value not in (None, ""):
            found.append((str(field.label), _said(value)))
    return tuple(found)


def _said(value: Any) -> str:
    """A day as people write it, a person by the name that is printed, anything else as it stands."""
    if isinstance(value, date):
        return date_format(value, "j F Y")
    return getattr(value, "on_paper", None) or str(value)
