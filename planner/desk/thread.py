"""The thread of a case as one picture: problem, goal, objective, intervention, session, homework, progress.

Read from the plan in force (or the draft, where there is none) in a constant number of queries; a long past is counted
and its newest hours are named. An objective and its earlier versions are one line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.base.addresses import address
from planner.base.prepared import DAY, ID, prepared
from planner.boosters.dates import in_words as _day
from planner.cases.models import Case, name_on_paper
from planner.homework.models import Assignment, AssignmentState
from planner.plans import standing
from planner.plans.models import Objective, Plan, PlannedIntervention, Status
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


class Given(NamedTuple):
    """A sheet or task that was given, and to whom: many of them are counted, few are named."""

    pk: int
    title: str
    state: str
    starts_on: date
    print_name: str | None
    name: str | None

    @property
    def words(self) -> str:
        whose = f" ({name_on_paper(self.print_name or '', self.name)})" if self.name is not None else ""
        return f"{self.title}{whose}: {str(AssignmentState(self.state).label).lower()}"


#: What is read of homework, in the order of `Given`.
GIVEN = ("pk", "title", "state", "starts_on", "person__print_name", "person__name")


@dataclass
class _Known:
    """What was read once for all objectives. Of hours that may be hundreds, only the newest are read whole; `sessions`
    holds the ids, the newest first."""

    sessions: dict[UUID, list[int]] = field(default_factory=dict)
    hours: dict[int, Session] = field(default_factory=dict)
    steps: dict[tuple[UUID, int], str] = field(default_factory=dict)
    homework: dict[int, list[Given]] = field(default_factory=lambda: defaultdict(list))
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
    for intervention, *told in _given(case=case.pk, plan=tree.plan.pk, on=timezone.localdate()):
        known.homework[intervention].append(Given(*told))
    return known


@prepared(case=ID, plan=ID, on=DAY)
def _given(case: int, plan: int, on: date) -> QuerySet:
    """What came out of an intervention that the plan names, the newest first."""
    named = PlannedIntervention.objects.kept().filter(objective__goal__plan=plan, edition__isnull=False)
    rows = Assignment.objects.filter(case=case, source__intervention__in=named.values("edition__intervention"))
    return rows.begun(on).order_by("-starts_on", "-pk").values_list("source__intervention", *GIVEN)


def _read_hours(case: Case, lines: list[UUID], known: _Known) -> None:
    """On which hours each line was worked, by the agenda and by the notes, and where the notes say it stood."""
    asked = set(lines)
    versions = {pk: line for pk, line in _versions(case=case.pk) if line in asked}
    by_line: dict[UUID, set[int]] = defaultdict(set)
    for objective, session in _worked(case=case.pk):
        if line := versions.get(objective):
            by_line[line].add(session)
    for objective, session, step in _noted(case=case.pk):
        if line := versions.get(objective):
            by_line[line].add(session)
            known.steps[line, session] = step
    place = {pk: n for n, pk in enumerate(_hours(case=case.pk))}
    known.sessions = {line: sorted(found, key=place.__getitem__) for line, found in by_line.items()}
    newest = {pk for found in known.sessions.values() for pk in found[:NEWEST]}
    known.hours = Session.objects.only("starts_at", "zone").in_bulk(newest)


@prepared(case=ID)
def _versions(case: int) -> QuerySet:
    """Every objective of every version, with its line: quicker than by line."""
    return Objective.objects.filter(goal__plan__case=case).order_by().values_list("pk", "line")


@prepared(case=ID)
def _worked(case: int) -> QuerySet:
    rows = AgendaItem.objects.kept().filter(session__case=case, session__state=SessionState.HELD)
    rows = rows.filter(done__in=WORKED, objective__isnull=False)
    return rows.order_by().values_list("objective", "session")


@prepared(case=ID)
def _noted(case: int) -> QuerySet:
    rows = NoteObjective.objects.filter(note__session__case=case).order_by("pk")
    return rows.values_list("objective", "note__session", "step")


@prepared(case=ID)
def _hours(case: int) -> QuerySet:
    """The ids of the hours of a case, the newest first."""
    return Session.objects.filter(case=case).order_by("-starts_at", "-pk").values_list("pk", flat=True)


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
    knots = [Knot(row.words, address("assignment", row.pk)) for row in rows[:NEWEST]]
    return Strand("homework", _("Homework"), tuple(knots), max(0, len(rows) - NEWEST), _("none given yet"))


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
