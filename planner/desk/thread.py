"""The thread of a case as one picture: problem, goal, objective, intervention, session, homework, progress.

Read from the plan in force (or the draft, where there is none) in a constant number of queries; a long past is counted
and its newest hours are named. An objective and its earlier versions are one line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils import formats
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from planner.base.addresses import address
from planner.cases.models import Case
from planner.homework.models import Assignment, AssignmentState
from planner.plans import standing
from planner.plans.models import Objective, Plan, Status
from planner.plans.tree import GoalNode, ObjectiveNode, Tree, tree_of
from planner.sessions.models import AgendaItem, NoteObjective, Session, SessionState, Step
from planner.sessions.past import WORKED

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
    """What was read once for all objectives. Of hours that may be hundreds, only the newest are read whole; `sessions`
    holds the ids, the newest first."""

    sessions: dict[UUID, list[int]] = field(default_factory=dict)
    hours: dict[int, Session] = field(default_factory=dict)
    steps: dict[tuple[UUID, int], str] = field(default_factory=dict)
    homework: dict[int, list[Assignment]] = field(default_factory=lambda: defaultdict(list))
    histories: dict[UUID, list[Any]] = field(default_factory=dict)


def plan_of(case: Case) -> Plan | None:
    """The plan that the thread is read from: the one in force, or the draft where there is none."""
    return Plan.objects.active_of(case) or Plan.objects.draft_of(case)


def thread_of(case: Case) -> Thread | None:
    """The thread; None where no plan was begun. Fourteen queries at most."""
    plan = plan_of(case)
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
    known = _Known(histories=standing.histories(tree))
    _read_hours(case, [node.row.line for node in tree.objectives()], known)
    interventions = {one.edition.intervention_id for node in tree.objectives() for one in node.planned if one.edition}
    rows = Assignment.objects.filter(case=case, source__intervention__in=interventions).begun()
    shown = ("title", "state", "starts_on", "person__name", "person__print_name", "source__intervention")
    for row in rows.select_related("person", "source").only(*shown).order_by("-starts_on", "-pk"):
        known.homework[row.source.intervention_id].append(row)
    return known


def _read_hours(case: Case, lines: list[UUID], known: _Known) -> None:
    """On which hours each line was worked, by the agenda and by the notes, and where the notes say it stood."""
    versions = dict(Objective.objects.filter(goal__plan__case=case, line__in=lines).values_list("pk", "line"))
    held = {"session__case": case, "session__state": SessionState.HELD, "objective__in": list(versions)}
    worked = AgendaItem.objects.kept().filter(**held, done__in=WORKED).order_by().values_list("objective", "session")
    noted = NoteObjective.objects.filter(note__session__case=case).order_by("pk")  # of all plans: quicker than by line
    by_line: dict[UUID, set[int]] = defaultdict(set)
    for objective, session in worked:
        by_line[versions[objective]].add(session)
    for objective, session, step in noted.values_list("objective", "note__session", "step"):
        if line := versions.get(objective):
            by_line[line].add(session)
            known.steps[line, session] = step
    hours = Session.objects.filter(case=case).order_by("-starts_at", "-pk").values_list("pk", flat=True)
    place = {pk: n for n, pk in enumerate(hours)}
    known.sessions = {line: sorted(found, key=place.__getitem__) for line, found in by_line.items()}
    newest = {pk for found in known.sessions.values() for pk in found[:NEWEST]}
    known.hours = Session.objects.only("starts_at", "zone").in_bulk(newest)


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
        Knot(one.name, address("intervention", one.edition.intervention_id) if one.edition else "")
        for one in node.planned
    ]
    return Strand("planned", _("Interventions"), tuple(knots), none_yet=_("none planned yet"))


def _sessions(line: UUID, known: _Known) -> Strand:
    found = known.sessions.get(line, [])
    knots = []
    for pk in found[:NEWEST]:
        session = known.hours[pk]
        step = known.steps.get((line, session.pk), "")
        words = _day(session.wall_start.date()) + (f": {str(Step(step).label).lower()}" if step else "")
        knots.append(Knot(words, address("note", session.pk)))
    more = max(0, len(found) - NEWEST)
    return Strand("sessions", _("Sessions"), tuple(knots), more, _("no work on it yet"))


def _homework(node: ObjectiveNode, known: _Known) -> Strand:
    """Sheets and tasks that came out of an intervention that is planned for the objective."""
    ids = {one.edition.intervention_id for one in node.planned if one.edition}
    rows = [row for pk in ids for row in known.homework[pk]]
    rows.sort(key=lambda row: (row.starts_on, row.pk), reverse=True)
    knots = [Knot(_homework_words(row), address("assignment", row.pk)) for row in rows[:NEWEST]]
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
    return _day_in(on, get_language())


@lru_cache(maxsize=4096)
def _day_in(on: date, _language: str | None) -> str:
    """The day in the active language, by which it is kept."""
    return formats.date_format(on, "D j M Y")
