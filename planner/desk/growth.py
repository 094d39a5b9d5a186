"""How far goals came and how homework went, as charts: out of the plan's history and of what came back.

For one person, what that person may see; for all of them, only what is for everybody in the case.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from planner.cases.models import Audience, Case, Person
from planner.homework.models import Response
from planner.plans.models import Goal, Plan, Standing
from planner.progress import charts


def goals(case: Case, person: Person | None) -> list[charts.Goals]:
    """The goals of the active plan: one chart on the five levels, one from 0 to 100, each where there is something on
    it. Three queries."""
    plan = Plan.objects.active_of(case)
    if plan is None:
        return []
    rows = Goal.objects.filter(plan=plan).kept()
    rows = list(rows.for_eyes(person) if person else rows.filter(audience=Audience.CASE))
    history: dict[object, list[Standing]] = {}
    for row in Standing.objects.filter(case=case, line__in=[goal.line for goal in rows]).order_by("on", "pk"):
        history.setdefault(row.line, []).append(row)
    levels = _goals(rows, history, "attainment")
    shares = _goals(rows, history, "progress")
    found = [
        charts.Goals(_("Goals, from -2 to +2; 0 is what was hoped for"), levels),
        charts.Goals(_("Goals, from 0 to 100"), shares, least=0, most=100, aim=None),
    ]
    return [chart for chart in found if not chart.is_empty]


def _goals(rows: list[Goal], history: dict[object, list[Standing]], name: str) -> tuple[charts.Goal, ...]:
    """First and newest value of each goal that has one."""
    found = []
    for goal in rows:
        said = [row for row in history.get(goal.line, []) if getattr(row, name) is not None]
        if said:
            first, last = getattr(said[0], name), getattr(said[-1], name)
            found.append(charts.Goal(goal.own_words or goal.clinical, first, last, said[-1].on))
    return tuple(found)


def homework(case: Case, person: Person | None) -> charts.Chart:
    """How much was done and how well it went, in the client's eyes where they said, else in the clinician's. One
    query."""
    rows = Response.objects.filter(assignment__case=case, assignment__person=person).finished()
    amount, quality = [], []
    for row in rows.order_by("finished_at"):
        on = row.finished_at.date()
        amount.append(charts.Point(on, _first(row.amount_client, row.amount_clinician)))
        quality.append(charts.Point(on, _first(row.quality_client, row.quality_clinician)))
    who = person.on_paper if person else _("together")
    return charts.homework(_("Homework, %(who)s") % {"who": who}, _given(amount), _given(quality))


def _first(client: int | None, clinician: int | None) -> int | None:
    return clinician if client is None else client


def _given(points: list[charts.Point]) -> list[charts.Point]:
    return [point for point in points if point.value is not None]
