"""One couple who came for fourteen years: 700 hours with their notes, 12 versions of the plan, 300 printed sheets.

A first filling makes a tenth of it, a second the rest: so the pages' numbers of queries are compared.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from planner.cases.models import Case, Participant, ParticipantRole, Person, TeamMember, TeamRole
from planner.homework.models import Assignment, PrintedSheet, Printout, PrintoutKind
from planner.library.models import InterventionEdition, Worksheet
from planner.plans.models import Goal, Objective, Plan, PlannedIntervention, PlanState
from planner.practice.models import User
from planner.sessions import note_text
from planner.sessions.models import (
    AgendaItem,
    Done,
    ItemKind,
    NoteObjective,
    NoteState,
    ProgressNote,
    Session,
    SessionState,
)
from planner.sheets.models import Printed

CODE = "LONG"
SHORT, WHOLE = (70, 2, 30), (700, 12, 300)  # sessions, versions of the plan, printed sheets
GOALS, OBJECTIVES = 3, 2
BATCH = 2000


@dataclass
class Long:
    """The case, and what of it is used while it is filled."""

    case: Case
    owner: User
    places: list[Participant]
    editions: list[InterventionEdition]


def grow(owner: User) -> None:
    """Makes a tenth of the case, or where that is there, the rest."""
    case = Case.objects.filter(practice=owner.practice, code=CODE).first()
    sessions, versions, sheets = WHOLE if case else SHORT
    case = case or _open(owner)
    editions = InterventionEdition.objects.filter(intervention__current_id__isnull=False)
    editions = list(editions.select_related("intervention").order_by("pk")[: GOALS * OBJECTIVES])
    long = Long(case, owner, list(case.participants.select_related("person")), editions)
    for number in range(case.plans.count() + 1, versions + 1):
        _plan(long, number)
    _sessions(long, sessions)
    _sheets(long, sheets)


def _open(owner: User) -> Case:
    case = Case.objects.create(practice=owner.practice, code=CODE, kind="couple")
    TeamMember.objects.create(case=case, user=owner, role=TeamRole.LEAD)
    for order, (name, role) in enumerate((("Ada", ParticipantRole.PARTNER), ("Ben", ParticipantRole.RECOVERY))):
        person = Person.objects.create(practice=owner.practice, name=f"{name} Long", print_name=name)
        Participant.objects.create(case=case, person=person, role=role, order=order)
    return case


def _line(*path: int) -> uuid.UUID:
    """The same line in every version."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, path)))


def _plan(long: Long, number: int) -> None:
    """One version; the one before it gives way."""
    Plan.objects.filter(case=long.case).active().update(state=PlanState.SUPERSEDED)
    plan = Plan.objects.create(
        case=long.case, number=number, state=PlanState.ACTIVE, author=long.owner, changed_by=long.owner,
        presenting="We want to feel safe again.", discharge="Three months without a broken agreement.",
        active_on=timezone.localdate() - datetime.timedelta(days=30 * (WHOLE[1] - number)),
        review_on=timezone.localdate() + datetime.timedelta(days=60),
    )  # fmt: skip
    for goal_number in range(1, GOALS + 1):
        goal = Goal.objects.create(
            plan=plan, position=goal_number, line=_line(goal_number), own_words=f"Goal {goal_number} in our words."
        )
        for position in range(1, OBJECTIVES + 1):
            _objective(long, goal, position)


def _objective(long: Long, goal: Goal, position: int) -> None:
    objective = Objective.objects.create(
        goal=goal, position=position, line=_line(goal.position, position), measure="diary", baseline="0", target="3",
        text=f"By the summer, Ben tells an urge within {position} days.",
    )  # fmt: skip
    for edition in long.editions[position - 1 :: OBJECTIVES][:1]:
        PlannedIntervention.objects.create(
            objective=objective, position=1, edition=edition, name=edition.intervention.name
        )


def _sessions(long: Long, count: int) -> None:
    """Weekly hours back in time, each with five items, a signed note and one objective."""
    have = Session.objects.filter(case=long.case).count()
    start = timezone.now().replace(hour=8, minute=0, second=0, microsecond=0)
    made = Session.objects.bulk_create(
        [
            Session(case=long.case, starts_at=start - datetime.timedelta(days=7 * n + 1), zone="UTC",
                    state=SessionState.HELD, changed_by=long.owner)
            for n in range(have, count)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    through = Session.attendees.through
    through.objects.bulk_create(
        [through(session=session, participant=place) for session in made for place in long.places], batch_size=BATCH
    )
    objectives = list(Objective.objects.active_of(long.case))
    _agendas(long, made, objectives)
    _notes(long, made, objectives)


def _agendas(long: Long, sessions: list[Session], objectives: list[Objective]) -> None:
    items = []
    for n, session in enumerate(sessions):
        for position in range(1, 6):
            edition = long.editions[n % len(long.editions)] if long.editions and position == 3 else None
            items.append(
                AgendaItem(
                    session=session, position=position, kind=ItemKind.LIBRARY if edition else ItemKind.FREE,
                    title="Practice", minutes=10, edition=edition, done=Done.DONE,
                    objective=objectives[n % len(objectives)] if position == 3 else None,
                )
            )  # fmt: skip
    AgendaItem.objects.bulk_create(items, batch_size=BATCH)


def _notes(long: Long, sessions: list[Session], objectives: list[Objective]) -> None:
    facts = {
        "case": CODE, "kind": "regular", "zone": "UTC", "next_at": "", "given": [], "reviewed": [], "objectives": [],
        "present": [{"id": one.person_id, "name": one.person.name, "role": one.role} for one in long.places],
        "agenda": [{"title": "Practice", "minutes": 10, "done": "done", "work": True, "name": "Practice"}] * 5,
    }  # fmt: skip
    parts = {"told": "A week like the others. " * 20, "assessment": "Steady. " * 20, "plan": "Go on."}
    same = {
        "author": long.owner, "changed_by": long.owner, "state": NoteState.DRAFT, "place": "Room 1", "parts": parts,
        "service_code": "90847", "risk_level": "none", "facts": facts,
    }  # fmt: skip
    drafts = [
        ProgressNote(session=one, began_at=one.starts_at, ended_at=one.ends_at, signed_at=one.ends_at, **same)
        for one in sessions
    ]
    notes = ProgressNote.objects.bulk_create(drafts, batch_size=BATCH)
    NoteObjective.objects.bulk_create(
        [NoteObjective(note=note, objective=objectives[n % len(objectives)], step="further", response="Tried it.")
         for n, note in enumerate(notes)],
        batch_size=BATCH,
    )  # fmt: skip
    rows = list(ProgressNote.objects.filter(pk__in=[note.pk for note in notes]).prefetch_related("objectives"))
    for row in rows:
        row.sha256, row.state = note_text.digest(row), NoteState.SIGNED
    QuerySet.bulk_update(ProgressNote.objects.all(), rows, ["sha256", "state"], batch_size=200)


def _sheets(long: Long, count: int) -> None:
    """Printed sheets, and the homework that came with every third."""
    worksheet = Worksheet.objects.filter(retired_at=None, current__isnull=False).first()
    if worksheet is None:
        return
    person = long.places[0].person
    for n in range(Printout.objects.filter(case=long.case).count(), count):
        kept = Printed.objects.create(
            address=f"LONG-{n}", title="Sheet", language="en", pages=1, sha256="0", pdf=b"%PDF-1.7 bench"
        )
        printout = Printout.objects.create(
            case=long.case, person=person, audience="person", kind=PrintoutKind.HANDOUTS, printed=kept, by=long.owner
        )
        PrintedSheet.objects.create(
            printout=printout, edition=worksheet.current, person=person, address=f"LONG-{n}-1", prefix=""
        )
        if n % 3 == 0 and long.editions:
            Assignment.objects.create(
                case=long.case, person=person, source=long.editions[n % len(long.editions)], title="Sheet",
                edition=worksheet.current, by=long.owner, starts_on=timezone.localdate() - datetime.timedelta(days=n),
            )  # fmt: skip
