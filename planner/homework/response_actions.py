"""What came back: ticked off, typed in, filled in on screen; reviewed, or carried to the next session; shared by its
writer. No step here can lose an assignment: it is open, waits for its review, or is reviewed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.cases import clearance, consents, gates, talk
from planner.cases.models import Person
from planner.cases.names import current
from planner.homework.actions import GateShut, Refused, pass_gates
from planner.homework.models import (
    Assignment,
    AssignmentState,
    Outcome,
    Response,
    ReturnedFile,
    Sharing,
    Way,
)
from planner.homework.over_time import SHARED_RECORD
from planner.homework.papers import AMOUNT, QUALITY
from planner.library.models import WorksheetEdition
from planner.practice.models import User
from planner.practice.trail import record
from planner.sheets.blocks import Scale

FIGURES = ("amount_client", "quality_client", "amount_clinician", "quality_clinician")


@transaction.atomic
def tick(
    *, by: User, assignment: Assignment, version: int, outcome: str, reason: str = "", **figures: int | None
) -> Response:
    """Ticks off what came back as paper or was told. `figures` are amounts and qualities, 0 to 10. Raises Stale."""
    assignment.change(version, **_waits())
    row = Response.objects.create(
        assignment=assignment, edition=assignment.edition, way=Way.TICKED, outcome=outcome, reason=reason,
        finished_at=timezone.now(), by=by, **_sound(figures),
    )  # fmt: skip
    _told("came back", by, assignment, row)
    return row


@transaction.atomic
def save_draft(
    *, by: User, assignment: Assignment, way: str, values: Mapping[str, str], version: int, **figures: int | None
) -> Response:
    """Keeps what is being written, unfinished. `version` 0 begins. Raises Stale, GateShut, Refused."""
    pass_gates(assignment.case, assignment.gates, assignment.person)
    fields = {"values": dict(values), "by": by, **_sound(figures)}
    row = draft_of(assignment)
    if row is not None:
        return row.change(version, **fields)
    if version:
        raise Refused(_("This was finished meanwhile. Look at what was kept before you go on."))
    return Response.objects.create(assignment=assignment, edition=assignment.edition, way=way, **fields)


def draft_of(assignment: Assignment) -> Response | None:
    """What somebody is still writing for this assignment."""
    return assignment.responses.filter(finished_at=None).order_by("pk").first()


@transaction.atomic
def finish(
    *, by: User, assignment: Assignment, way: str, values: Mapping[str, str], version: int, **figures: int | None
) -> Response:
    """What was typed in or filled in on screen is done and waits for its review. Raises Stale, GateShut, Refused."""
    figures = {**client_figures(values), **{name: value for name, value in figures.items() if value is not None}}
    row = save_draft(by=by, assignment=assignment, way=way, values=values, version=version, **figures)
    row.change(row.version, finished_at=timezone.now(), way=way)
    assignment.refresh_from_db()
    assignment.change(assignment.version, **_waits())
    _told("came back", by, assignment, row)
    return row


@transaction.atomic
def keep_returned(
    *,
    by: User,
    assignment: Assignment,
    file: ReturnedFile,
    values: Mapping[str, str],
    edition: WorksheetEdition | None,
) -> Response:
    """What was read from a returned PDF, by the edition that was printed. It waits for its review, also where an
    earlier answer was reviewed already."""
    row = Response.objects.create(
        assignment=assignment, edition=edition, file=file, way=Way.PDF, values=dict(values), by=by,
        finished_at=timezone.now(), **client_figures(values),
    )  # fmt: skip
    assignment.change(assignment.version, **_waits())
    _told("came back", by, assignment, row)
    return row


def client_figures(values: Mapping[str, str]) -> dict[str, int]:
    """Amount and quality where the sheet of a practice asks for them."""
    found = {}
    for name in (AMOUNT, QUALITY):
        point = Scale(id=name, label=name, low="-", high="-").read(values)
        if isinstance(point, int):
            found[f"{name}_client"] = point
    return found


@transaction.atomic
def rate(*, by: User, response: Response, version: int, **figures: int | None) -> Response:
    """Amount and quality as client and clinician see them. Raises Stale."""
    response.change(version, **_sound(figures))
    record(
        "rated", by=by, what="response", what_id=response.pk, case_id=response.assignment.case_id,
        detail={"by": sorted({name.split("_")[1] for name, value in figures.items() if value is not None})},
    )  # fmt: skip
    return response


@transaction.atomic
def review(*, by: User, assignment: Assignment, version: int, note: str = "") -> Assignment:
    """Looked at together; with or without anything that came back. Raises Stale."""
    assignment.change(
        version, state=AssignmentState.REVIEWED, reviewed_on=timezone.localdate(), reviewed_by=by, review_note=note
    )
    record("reviewed", by=by, what="assignment", what_id=assignment.pk, case_id=assignment.case_id)
    return assignment


@transaction.atomic
def carry(*, by: User, assignment: Assignment, version: int) -> Assignment:
    """To the next session; it stays open or waiting, and is counted. Raises Stale, Refused."""
    if assignment.state == AssignmentState.REVIEWED:
        raise Refused(_("This was reviewed already."))
    assignment.change(version, carried=assignment.carried + 1, carried_on=timezone.localdate())
    record("carried_over", by=by, what="assignment", what_id=assignment.pk, case_id=assignment.case_id)
    return assignment


@transaction.atomic
def reopen(*, by: User, assignment: Assignment, version: int) -> Assignment:
    """Takes a review back: it waits again, or is open where nothing came back. Raises Stale, Refused."""
    if assignment.state != AssignmentState.REVIEWED:
        raise Refused(_("This was not reviewed yet."))
    back = assignment.responses.finished().exists()
    state = AssignmentState.BACK if back else AssignmentState.OPEN
    assignment.change(version, state=state, reviewed_on=None, reviewed_by=None)
    record("reopened", by=by, what="assignment", what_id=assignment.pk, case_id=assignment.case_id)
    return assignment


@transaction.atomic
def share(*, by: User, response: Response, person: Person) -> Sharing:
    """The writer's own act, on the page that was handed over to them. Raises Refused for anybody else, GateShut."""
    assignment = response.assignment
    if assignment.person_id != person.pk:
        raise Refused(_("Only the person who wrote it can share it."))
    verdict = look_at_sharing(assignment)
    if not verdict.open:
        raise GateShut(verdict)
    row, new = Sharing.objects.get_or_create(response=response, withdrawn_at=None, defaults={"person": person})
    if new:
        record("shared", by=by, what="response", what_id=response.pk, case_id=assignment.case_id)
    return row


def look_at_sharing(assignment: Assignment) -> gates.Verdict:
    """What stands against others reading what somebody wrote: safety, and what everybody consents to. What a person in
    recovery wrote on a sheet about use tells their use."""
    places = current(assignment.case)
    writes = [place for place in places if place.person_id == assignment.person_id]
    tells = bool(assignment.edition and talk.touches(assignment.edition) and consents.in_recovery(writes))
    filled = clearance.Doing.FILLED
    return clearance.look(assignment.case, SHARED_RECORD, readers=places, doing=filled, tells_use=tells)


@transaction.atomic
def withdraw(*, by: User, response: Response) -> bool:
    """Takes the sharing back, at any time; whether there was one."""
    gone = response.sharings.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
    if gone:
        record("withdrew", by=by, what="response", what_id=response.pk, case_id=response.assignment.case_id)
    return bool(gone)


def _waits() -> dict[str, Any]:
    return {"state": AssignmentState.BACK, "reviewed_on": None, "reviewed_by": None}


def _sound(figures: Mapping[str, int | None]) -> dict[str, int | None]:
    """Amounts and qualities, 0 to 10. Raises Refused for anything else."""
    for name, value in figures.items():
        if name not in FIGURES or (value is not None and not 0 <= value <= 10):
            raise Refused(_("Amount and quality go from 0 to 10."))
    return dict(figures)


def _told(verb: str, by: User, assignment: Assignment, row: Response) -> None:
    detail = {"way": row.way, "outcome": Outcome(row.outcome).value}
    record(verb, by=by, what="assignment", what_id=assignment.pk, case_id=assignment.case_id, detail=detail)
