"""The thread of a case as one picture: problem, goal, objective, intervention, session, homework, progress.

Read from the plan in force (or the draft, where there is none) in a constant number of queries; a long past is counted
and its newest hours are named. An objective and its earlier versions are one line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.cases.models import Case
from planner.homework.models import Assignment, AssignmentState
from planner.plans import standing
from planner.plans.models import Plan, Status
from planner.plans.tree import GoalNode, ObjectiveNode, Tree, tree_of
from planner.sessions.models import AgendaItem, NoteObjective, Session, SessionState, Step
from planner.sessions.needs import WORKED

NEWEST = 4  # hours and sheets that are named of one objective; the rest is a number


@dataclass(frozen=True)
class Knot:
    """One thing on the thread: its words, and where it is shown."""

    words: str
    href: str = ""


@dataclass(frozen=True)
class Strand:
    """One of the steps under an objective: its things, the newest first, and how many more there are."""

    name: str
    label: str
    knots: tuple[Knot, ...]
    more: int = 0
    none_yet: str = ""  # what stands there while there is nothing

    @property
    def more_words(self) -> str:
        return ngettext("and %(n)d earlier", "and %(n)d earlier", self.more) % {"n": self.more} if self.more else ""


@dataclass(frozen=True)
class ObjectiveThread:
    number: str
    words: str
    strands: tuple[Strand, ...]

    @property
    def gaps(self) -> int:
        """How many steps hold nothing yet."""
        return sum(not strand.knots for strand in self.strands)


@dataclass(frozen=True)
class GoalThread:
    number: str
    own_words: str
    clinical: str
    whose: str
    status: str
    objectives: tuple[ObjectiveThread, ...]


@dataclass(frozen=True)
class ProblemThread:
    """A problem with the goals that answer it; `name` is "" for goals that name no problem."""

    name: str
    goals: tuple[GoalThread, ...]


@dataclass(frozen=True)
class Thread:
    """The whole picture. `state` is the plan's, in words."""

    plan: int
    number: int
    state: str
    problems: tuple[ProblemThread, ...]

    @property
    def goals(self) -> Iterable[GoalThread]:
        for problem in self.problems:
            yield from problem.goals


@dataclass
class _Known:
    """What was read once for all objectives."""

    sessions: dict[UUID, dict[int, Session]] = field(default_factory=lambda: defaultdict(dict))
    steps: dict[tuple[UUID, int], str] = field(default_factory=dict)
    homework: dict[int, list[Assignment]] = field(default_factory=lambda: defaultdict(list))
    histories: dict[UUID, list[Any]] = field(default_factory=dict)


def thread_of(case: Case) -> Thread | None:
    """The thread; None where no plan was begun. Eleven queries at most."""
    plan = Plan.objects.active_of(case) or Plan.objects.draft_of(case)
    if plan is None:
        return None
    tree = tree_of(plan)
    known = _read(case, tree)
    problems = [ProblemThread(one.name, _goals(tree, one.pk, known)) for one in tree.problems]
    shown = {one.pk for one in tree.problems}
    loose = tuple(_goal(node, known) for node in tree.goals if node.row.problem_id not in shown)
    if loose:
        problems.append(ProblemThread("", loose))
    return Thread(plan.pk, plan.number, str(plan.get_state_display()), tuple(problems))


def _read(case: Case, tree: Tree) -> _Known:
    known = _Known(histories=standing.histories(case, tree.lines))
    lines = [node.row.line for node in tree.objectives()]
    held = {"session__case": case, "session__state": SessionState.HELD, "objective__line__in": lines}
    items = AgendaItem.objects.kept().filter(**held, done__in=WORKED).select_related("session", "objective")
    for item in items.only("objective__line", "session__starts_at", "session__zone"):
        known.sessions[item.objective.line][item.session_id] = item.session
    _read_notes(case, lines, known)
    interventions = {one.edition.intervention_id for node in tree.objectives() for one in node.planned if one.edition}
    rows = Assignment.objects.filter(case=case, source__intervention__in=interventions).begun()
    for row in rows.select_related("person", "source").order_by("-starts_on", "-pk"):
        known.homework[row.source.intervention_id].append(row)
    return known


def _read_notes(case: Case, lines: list[UUID], known: _Known) -> None:
    """What the notes say of an objective: that it was worked on, and where it stood."""
    rows = NoteObjective.objects.filter(note__session__case=case, objective__line__in=lines)
    for row in rows.select_related("note__session", "objective").only(
        "step", "objective__line", "note__session__starts_at", "note__session__zone"
    ):
        session = row.note.session
        known.sessions[row.objective.line][session.pk] = session
        known.steps[row.objective.line, session.pk] = row.step


def _goals(tree: Tree, problem: int, known: _Known) -> tuple[GoalThread, ...]:
    return tuple(_goal(node, known) for node in tree.goals if node.row.problem_id == problem)


def _goal(node: GoalNode, known: _Known) -> GoalThread:
    row = node.row
    return GoalThread(
        number=row.number,
        own_words=row.own_words,
        clinical=row.clinical,
        whose=row.person.on_paper if row.person else "",
        status=str(Status(standing.status_of(known.histories.get(row.line, []))).label),
        objectives=tuple(_objective(one, known) for one in node.objectives),
    )


def _objective(node: ObjectiveNode, known: _Known) -> ObjectiveThread:
    return ObjectiveThread(
        node.row.number,
        node.row.sentence,
        (_planned(node), _sessions(node.row.line, known), _homework(node, known), _progress(node, known)),
    )


def _planned(node: ObjectiveNode) -> Strand:
    knots = [
        Knot(one.name, reverse("intervention", args=[one.edition.intervention_id]) if one.edition else "")
        for one in node.planned
    ]
    return Strand("planned", _("Interventions"), tuple(knots), none_yet=_("none planned yet"))


def _sessions(line: UUID, known: _Known) -> Strand:
    found = sorted(known.sessions[line].values(), key=lambda session: session.starts_at, reverse=True)
    knots = []
    for session in found[:NEWEST]:
        step = known.steps.get((line, session.pk), "")
        words = _day(session.wall_start.date()) + (f": {str(Step(step).label).lower()}" if step else "")
        knots.append(Knot(words, reverse("note", args=[session.pk])))
    more = max(0, len(found) - NEWEST)
    return Strand("sessions", _("Sessions"), tuple(knots), more, _("no work on it yet"))


def _homework(node: ObjectiveNode, known: _Known) -> Strand:
    """Sheets and tasks that came out of an intervention that is planned for the objective."""
    ids = {one.edition.intervention_id for one in node.planned if one.edition}
    rows = [row for pk in ids for row in known.homework[pk]]
    rows.sort(key=lambda row: (row.starts_on, row.pk), reverse=True)
    knots = [Knot(_homework_words(row), reverse("assignment", args=[row.pk])) for row in rows[:NEWEST]]
    return Strand("homework", _("Homework"), tuple(knots), max(0, len(rows) - NEWEST), _("none given yet"))


def _homework_words(row: Assignment) -> str:
    title = f"{row.title} ({row.person.on_paper})" if row.person else row.title
    return f"{title}: {str(AssignmentState(row.state).label).lower()}"


def _progress(node: ObjectiveNode, known: _Known) -> Strand:
    history = known.histories.get(node.row.line, [])
    knots = []
    if history:
        newest = history[0]
        value = standing.newest(history, "value") or node.row.current
        percent = standing.newest(history, "progress")
        said = [str(Status(newest.status).label), f"{percent} %" if percent is not None else "", value]
        knots.append(Knot(f"{_day(newest.on)}: {', '.join(filter(None, said))}"))
    if node.row.target:
        measured = {"start": node.row.baseline or "?", "target": node.row.target, "measure": node.row.measure or "?"}
        knots.append(Knot(_("From %(start)s to %(target)s (%(measure)s)") % measured))
    return Strand("progress", _("Progress"), tuple(knots), none_yet=_("nothing measured yet"))


def _day(on: date) -> str:
    return formats.date_format(on, "D j M Y")
