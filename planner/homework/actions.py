"""Giving: what is printed for whom, in which edition, kept with its bytes; what a person is given to do, once or in a
series. Whatever is given stays open, waits for its review or is reviewed: nothing here lets it out of sight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.cases import clearance, gates
from planner.cases.models import Audience, Case, Person
from planner.cases.names import current
from planner.homework.models import (
    Assignment,
    AssignmentSeries,
    AssignmentState,
    PrintedSheet,
    Printout,
    SeriesState,
)
from planner.library.models import InterventionEdition, WorksheetEdition
from planner.practice.models import Practice, User
from planner.practice.trail import record
from planner.sheets import addresses, keep, press
from planner.sheets.papers import Paper

MOST_TIMES = 52  # assignments of one series
LONGEST_STEP = 90  # days between two of them


class Refused(Exception):
    """A rule forbids it; the message is a sentence for the clinician. Nothing was written."""


class GateShut(Refused):
    """Something has to be settled first. `verdict` says what."""

    def __init__(self, verdict: gates.Verdict):
        self.verdict = verdict
        super().__init__(" ".join(dict.fromkeys(reason.sentence for reason in verdict.blocked)))


#: edition (None: a practice in free words), for whom (None: a joint sheet), return address, prefix of its fields
SheetOf = tuple[WorksheetEdition | None, Person | None, str, str]


def print_copies(
    *,
    by: User,
    case: Case,
    kind: str,
    person: Person | None,
    audience: str,
    paper: Paper,
    sheets: Sequence[SheetOf] = (),
    rendering: press.Rendering | None = None,
    remember_for: Iterable[Person] = (),
    assignments: Sequence[Assignment] = (),
    remember: bool = True,
) -> Printout:
    """Renders a paper, keeps its bytes and records what was printed for whom. All of it or nothing.

    `rendering` is the paper rendered already (a press run takes longer than a transaction should). The options are
    remembered for the people in `remember_for`; without any, for the practice; without `remember` not at all, as nobody
    chose them. `assignments` are what the sheets are printed for, in their order; without, each finds the open one of
    its person. Raises GateShut for a reader who no longer consents to treatment, and what the press raises.
    """
    if audience != Audience.CLINICIAN:
        pass_gates(case, (), person)
    rendering = rendering or press.render(paper)
    with transaction.atomic():
        printed = keep.keep(rendering, paper, address=paper.address or addresses.new_address())
        printout = Printout.objects.create(
            case=case, person=person, audience=audience, kind=kind, printed=printed, by=by
        )
        given = assignments or _given(case, sheets)
        PrintedSheet.objects.bulk_create(
            PrintedSheet(
                printout=printout, edition=edition, person=reader, address=address, prefix=prefix,
                assignment=assignment,
            )
            for (edition, reader, address, prefix), assignment in zip(sheets, given, strict=True)
        )  # fmt: skip
        if remember:
            _remember(paper, by.practice, list(remember_for))
        record(
            "printed",
            by=by,
            what="printout",
            what_id=printout.pk,
            case_id=case.pk,
            detail={"kind": kind, "pages": rendering.pages, "sheets": len(sheets), "discreet": paper.options.discreet},
        )
    return printout


def _given(case: Case, sheets: Sequence[SheetOf]) -> list[Assignment | None]:
    """For each sheet the open assignment that its print belongs to: the one whose day has come last."""
    worksheets = {edition.worksheet_id for edition, *_rest in sheets if edition}
    if not worksheets:
        return [None] * len(sheets)
    rows = Assignment.objects.filter(case=case, edition__worksheet__in=worksheets, state=AssignmentState.OPEN)
    rows = rows.begun().select_related("edition").order_by("starts_on", "pk")
    open_ones = {(row.edition.worksheet_id, row.person_id): row for row in rows}
    return [
        open_ones.get((edition.worksheet_id, reader.pk if reader else None)) if edition else None
        for edition, reader, *_rest in sheets
    ]


@transaction.atomic
def assign(
    *,
    by: User,
    case: Case,
    person: Person | None,
    edition: WorksheetEdition | None = None,
    task: str = "",
    title: str = "",
    source: InterventionEdition | None = None,
    **words: Any,
) -> Assignment:
    """Gives a sheet (`edition`) or a practice in free words (`task`) to a person, or (None) to all together.

    `source` is the intervention it comes from; its gates hold. `words` are why, when_where, how_often, starts_on,
    until, barrier, small_version. Raises Refused, GateShut.
    """
    _may_give(case, person, edition, task)
    source = source or (edition.worksheet.intervention.current if edition else None)
    pass_gates(case, edition.gates if edition else source.gates if source else (), person)
    row = Assignment.objects.create(
        case=case, person=person, edition=edition, source=source, task=task, by=by,
        title=(title or (edition.content["title"] if edition else _first_line(task)))[:200], **words,
    )  # fmt: skip
    record("given", by=by, what="assignment", what_id=row.pk, case_id=case.pk, detail={"sheet": edition is not None})
    return row


def clearance_for(case: Case, wanted: Iterable[str], person: Person | None) -> gates.Verdict:
    """What stands against giving, printing or filling something for a person, or (None) for all together: what is not
    settled about safety, and consents that do not stand any more."""
    readers = [place for place in current(case) if person is None or place.person_id == person.pk]
    return clearance.look(case, wanted, readers=readers)


def pass_gates(case: Case, wanted: Iterable[str], person: Person | None) -> None:
    """Raises GateShut where something stands against it."""
    verdict = clearance_for(case, wanted, person)
    if not verdict.open:
        raise GateShut(verdict)


def _may_give(case: Case, person: Person | None, edition: WorksheetEdition | None, task: str) -> None:
    if case.closed_on:
        raise Refused(_("This case is closed. Open it again to give something to do."))
    if edition is None and not task.strip():
        raise Refused(_("Choose a sheet, or say in your own words what to do."))
    if edition and edition.for_clinician:
        raise Refused(_("This sheet is for you, not for clients."))
    if person and not case.participants.filter(person=person, left_on=None).exists():
        raise Refused(_("This person does not take part in the case today."))


def _first_line(text: str) -> str:
    line = text.strip().split("\n", 1)[0]
    return line if len(line) <= 80 else f"{line[:79].rstrip()}…"


@transaction.atomic
def assign_series(
    *, by: User, case: Case, person: Person | None, first_on: date, times: int, every_days: int = 7,
    weekday: int | None = None, **given: Any,
) -> list[Assignment]:  # fmt: skip
    """The same thing several times: every `every_days` days, or each week on `weekday` (0 is Monday). `given` is what
    `assign` takes. Raises Refused, GateShut."""
    if not 2 <= times <= MOST_TIMES or not 1 <= every_days <= LONGEST_STEP:
        raise Refused(_("A series has 2 to 52 times, 1 to 90 days apart."))
    if weekday is not None:
        every_days, first_on = 7, first_on + timedelta(days=(weekday - first_on.weekday()) % 7)
    row = AssignmentSeries.objects.create(
        case=case, first_on=first_on, every_days=every_days, weekday=weekday, times=times, by=by
    )
    given.pop("starts_on", None)
    given.pop("until", None)
    return [
        assign(
            by=by, case=case, person=person, series=row, number=number, starts_on=day,
            until=day + timedelta(days=every_days - 1), **given,
        )
        for number, day in enumerate((first_on + timedelta(days=every_days * n) for n in range(times)), 1)
    ]  # fmt: skip


@transaction.atomic
def pause_series(*, by: User, series: AssignmentSeries, version: int) -> AssignmentSeries:
    """Those whose day has not come wait. Raises Stale, Refused."""
    if series.state != SeriesState.ACTIVE:
        raise Refused(_("Only a series that goes on can be paused."))
    series.change(version, state=SeriesState.PAUSED, paused_on=timezone.localdate())
    record("series paused", by=by, what="series", what_id=series.pk, case_id=series.case_id)
    return series


@transaction.atomic
def resume_series(*, by: User, series: AssignmentSeries, version: int) -> AssignmentSeries:
    """What was still to come moves by as many days as the pause lasted, on a weekday by whole weeks."""
    if series.state != SeriesState.PAUSED or series.paused_on is None:
        raise Refused(_("This series is not paused."))
    days = (timezone.localdate() - series.paused_on).days
    days = -(-days // 7) * 7 if series.weekday is not None else days
    for row in series.assignments.filter(starts_on__gt=series.paused_on, state=AssignmentState.OPEN):
        until = row.until + timedelta(days=days) if row.until else None
        row.change(row.version, starts_on=row.starts_on + timedelta(days=days), until=until)
    series.change(version, state=SeriesState.ACTIVE, paused_on=None)
    record("series resumed", by=by, what="series", what_id=series.pk, case_id=series.case_id, detail={"days": days})
    return series


@transaction.atomic
def end_series(*, by: User, series: AssignmentSeries, version: int) -> int:
    """Takes away what was never given: its day has not come and nothing of it was printed. What is out there stays. How
    many went."""
    if series.state == SeriesState.ENDED:
        raise Refused(_("This series has ended already."))
    paused_on = series.paused_on or timezone.localdate()
    series.change(version, state=SeriesState.ENDED, paused_on=None)
    never = series.assignments.filter(
        starts_on__gt=paused_on, state=AssignmentState.OPEN, printed_sheets=None, responses=None
    )
    gone = never.delete()[0]
    record("series ended", by=by, what="series", what_id=series.pk, case_id=series.case_id, detail={"gone": gone})
    return gone


def _remember(paper: Paper, practice: Practice, people: list[Person]) -> None:
    """The next print starts from these options. A practice keeps its own text size: that is a setting of its own."""
    options = paper.options.as_json()
    if people:
        Person.objects.filter(pk__in=[person.pk for person in people]).update(print_options=options)
    else:
        options.pop("size")
        Practice.objects.filter(pk=practice.pk).update(print_options=options)
