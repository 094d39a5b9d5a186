"""Taking in files that came back: kept as they came, read, then taken in by a person, filed by hand, or put away."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base import jobs
from planner.base.models import Job
from planner.base.text import clean_line
from planner.cases.models import Case
from planner.homework import returns
from planner.homework.actions import Refused
from planner.homework.models import Assignment, FileProblem, FileState, PrintedSheet, Response, ReturnedFile
from planner.homework.papers import given
from planner.homework.response_actions import keep_returned
from planner.practice.models import User
from planner.practice.trail import record
from planner.sheets import returned
from planner.sheets.onscreen import fields, tidy

KIND = "read-returned"
AT_ONCE = 5  # files that are read while the person waits; more are read in the background
MOST_FILES = 100  # in one go
QUOTA = 2_000_000_000  # bytes of one practice
MOST_WAITING = 500  # files of one person that nobody has decided about
UNDO = timedelta(days=1)  # how long a file that belongs to no case can be taken back after it was put away


@dataclass(frozen=True)
class Received:
    """What became of one file that was sent in: its row, or why it was not kept; `again` where it was here before."""

    name: str
    file: ReturnedFile | None = None
    said: str = ""
    again: bool = False


def receive(*, by: User, name: str, raw: bytes) -> Received:
    """Keeps a file as it came; it is not read yet. A file that is no PDF or too large is not kept."""
    name = clean_line(name)[-120:] or _("a file")
    digest = hashlib.sha256(raw).hexdigest()
    if earlier := _earlier(by, digest):
        return Received(name, earlier, _("This file is here already, received %(at)s.") % {"at": _at(earlier)}, True)
    if refused := _refused(by, raw):
        return Received(name, said=refused)
    try:
        with transaction.atomic():
            row = ReturnedFile.objects.create(
                practice=by.practice, by=by, name=name, sha256=digest, size=len(raw), content=raw
            )
            record("received", by=by, what="file", what_id=row.pk, detail={"bytes": len(raw)})
    except IntegrityError:  # the same file twice in the same moment
        return Received(name, ReturnedFile.objects.get(by=by, sha256=digest), again=True)
    return Received(name, row)


def _earlier(by: User, digest: str) -> ReturnedFile | None:
    return ReturnedFile.objects.visible_to(by).filter(sha256=digest).defer("content").first()


def _at(file: ReturnedFile) -> str:
    return timezone.localtime(file.created_at).strftime("%d.%m.%Y %H:%M")


def _refused(by: User, raw: bytes) -> str:
    """Why this file is not kept; nothing where it is."""
    if len(raw) > returned.LARGEST:
        return str(returned.Unreadable("too-large"))
    if raw[:5] != b"%PDF-":
        return str(returned.Unreadable("no-pdf"))
    long_gone = ReturnedFile.objects.filter(by=by, case=None, state=FileState.PUT_AWAY)
    long_gone.filter(changed_at__lt=timezone.now() - UNDO).delete()
    used = ReturnedFile.objects.filter(practice=by.practice).aggregate(all=Sum("size"))["all"] or 0
    if used + len(raw) > QUOTA:
        return _("The practice's room for returned files (2 GB) is full. Put files away that you do not need.")
    if ReturnedFile.objects.filter(by=by, state=FileState.WAITING).count() >= MOST_WAITING:
        return _("500 files wait for you already. Decide about some of them first.")
    return ""


def read_file(file: ReturnedFile, by: User) -> ReturnedFile:
    """Reads a kept file in the limited child and finds whose it is. Whatever happens there, the file stays."""
    reading = returns.read(bytes(file.content))
    problem, case = reading.problem, _case_of(by, reading.addresses)
    if not problem and case is None:
        problem = FileProblem.NO_ADDRESS
    return file.change(
        file.version, problem=problem, active=reading.active, pages=reading.pages, reading=dict(reading.kept), case=case
    )


def _case_of(by: User, addresses: Sequence[str]) -> Case | None:
    """The case of the sheets that carry these addresses: given as homework, or of a measure."""
    if sheets := returns.sheets_of(by, addresses):
        return sheets[0].printout.case
    rating = returns.rating_sheet(by, addresses)
    return rating.case if rating else None


@transaction.atomic
def ask_to_read(*, by: User) -> Job:
    """Has what is not read yet read in the background."""
    job, new = jobs.ask(kind=KIND, by_id=by.pk, asked={})
    if new:
        record("asked for", by=by, what=KIND, what_id=job.pk)
    return job


def work(job: Job, tell: jobs.Tell) -> bytes:
    """The job: reads every file of the person that is not read yet, one after the other."""
    by = User.objects.get(pk=job.by)
    rows = list(unread(by).values_list("pk", flat=True))
    for done, pk in enumerate(rows):
        tell(100 * done // len(rows))
        read_file(ReturnedFile.objects.get(pk=pk), by)
    return b"done"


def unread(by: User):
    """Files of the person that nobody has looked into."""
    return ReturnedFile.objects.filter(by=by, state=FileState.WAITING, reading={}).order_by("pk")


@transaction.atomic
def take_in(*, by: User, file: ReturnedFile, version: int) -> list[Response]:
    """The answers go to their people's assignments and wait for their review. Raises Stale, Refused."""
    found = [part for part in returns.parts(file, by) if part.values]
    if file.state != FileState.WAITING or not found:
        raise Refused(_("There is nothing in this file to take in."))
    file.change(version, state=FileState.TAKEN)
    responses = []
    for part in found:
        row = part.assignment or _given_with(part.sheet)
        responses.append(
            keep_returned(by=by, assignment=row, file=file, values=part.values, edition=part.sheet.edition)
        )
    record("imported", by=by, what="file", what_id=file.pk, case_id=file.case_id, detail={"sheets": len(responses)})
    return responses


def took_rating(*, by: User, file: ReturnedFile) -> ReturnedFile:
    """Its answers were kept as a rating: it asks for nothing any more. Once is enough."""
    if file.state != FileState.WAITING:
        return file
    file.change(file.version, state=FileState.TAKEN)
    record("imported", by=by, what="file", what_id=file.pk, case_id=file.case_id, detail={"ratings": 1})
    return file


def _given_with(sheet: PrintedSheet) -> Assignment:
    """A sheet that was handed out in a packet counts as given on that day, once something of it comes back."""
    row = returns.unsaved(sheet)
    row.save()
    sheet.assignment = row
    sheet.save(update_fields=["assignment"])
    return row


@transaction.atomic
def file_by_hand(*, by: User, file: ReturnedFile, assignment: Assignment, version: int) -> Response:
    """A person says where a file belongs. Fields that the assignment's sheet has are read; it waits for its review."""
    if file.state != FileState.WAITING:
        raise Refused(_("Somebody has decided about this file already."))
    file.change(version, state=FileState.FILED, case=assignment.case)
    one = given(assignment)
    stored = file.reading.get("values", {})
    specs = fields(one.blocks, one.names)
    values = {spec.name: text for spec in specs if (text := tidy(spec, stored.get(spec.name, "")))}
    record("filed", by=by, what="file", what_id=file.pk, case_id=assignment.case_id)
    return keep_returned(by=by, assignment=assignment, file=file, values=values, edition=assignment.edition)


@transaction.atomic
def put_away(*, by: User, file: ReturnedFile, version: int) -> ReturnedFile:
    """It asks for nothing any more; it can be taken back."""
    if file.state != FileState.WAITING:
        raise Refused(_("Somebody has decided about this file already."))
    file.change(version, state=FileState.PUT_AWAY)
    record("put away", by=by, what="file", what_id=file.pk, case_id=file.case_id)
    return file


@transaction.atomic
def bring_back(*, by: User, file: ReturnedFile, version: int) -> ReturnedFile:
    """Out of what was put away."""
    if file.state != FileState.PUT_AWAY:
        raise Refused(_("This file was not put away."))
    file.change(version, state=FileState.WAITING)
    record("restored", by=by, what="file", what_id=file.pk, case_id=file.case_id)
    return file


def waiting(by: User):
    """Files that wait for the person, the newest first."""
    mine = Q(case=None, by=by.pk) | Q(case__in=Case.objects.editable_by(by))
    return ReturnedFile.objects.visible_to(by).filter(mine, state=FileState.WAITING).defer("content", "reading")
