"""The sheets of the coming week in one go: each person's in their own way, kept one by one, and one file to put through
the printer.

A job in the background: it tells how far it is, can be stopped, and then nothing was printed. Rights and gates are
looked at again when it does its work. The joined file is for paper alone; what is kept for each person is the whole,
tagged document.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from planner.base import jobs
from planner.base.models import Job
from planner.homework import actions, papers
from planner.homework.models import Assignment, AssignmentState, PrintoutKind
from planner.practice.models import User
from planner.practice.place import zone_of
from planner.practice.trail import record
from planner.sheets import press
from planner.sheets.papers import Paper

KIND = "week-sheets"
DAYS = 7
MOST = 200  # sheets of one job
SET, JOINED = 90, 95  # per cent


@dataclass(frozen=True)
class Due:
    """One assignment of the week and what keeps it back: safety, or a consent."""

    assignment: Assignment
    shut: tuple[str, ...]


def due(user: User) -> list[Due]:
    """What is given, begins by the end of the week and was not printed yet, in the person's cases."""
    rows = Assignment.objects.editable_by(user).begun(timezone.localdate() + timedelta(days=DAYS - 1))
    rows = rows.filter(state=AssignmentState.OPEN, printed_sheets=None, case__closed_on=None)
    rows = rows.select_related(
        "case__practice", "person", "edition__worksheet__intervention__current", "source", "series"
    ).prefetch_related("case__participants__person", "case__flags", "case__overrides", "case__consents")
    return [Due(row, _shut(row)) for row in rows.order_by("case__code", "starts_on", "pk")[:MOST]]


def _shut(row: Assignment) -> tuple[str, ...]:
    """Sentences of what has to be settled first; no query of its own."""
    blocked = actions.clearance_for(row.case, row.gates, row.person).blocked
    return tuple(dict.fromkeys(reason.sentence for reason in blocked))


@transaction.atomic
def ask(*, by: User) -> Job:
    """Begins the job; one that is going on is not begun again."""
    job, new = jobs.ask(kind=KIND, by_id=by.pk, asked={})
    if new:
        record("asked for", by=by, what=KIND, what_id=job.pk)
    return job


@dataclass(frozen=True)
class Made:
    """One sheet that is set, not kept yet."""

    assignment: Assignment
    paper: Paper
    sheets: tuple[actions.SheetOf, ...]
    rendering: press.Rendering


def make(job: Job, tell: jobs.Tell) -> bytes:
    """The work: sets every sheet, then keeps all of them and joins them, or nothing."""
    user = User.objects.get(pk=job.by)
    with timezone.override(zone_of(user.practice)), translation.override(user.language or user.practice.language):
        rows = [one.assignment for one in due(user) if not one.shut]
        if not rows:
            raise jobs.Unable(_("No sheet of this week waits to be printed."))
        made = []
        for done, row in enumerate(rows):
            tell(SET * done // len(rows))
            made.append(_set(row))
        tell(SET)
        joined = press.join([one.rendering.pdf for one in made])
        tell(JOINED)
        _keep(user, made)
        return joined


def _set(row: Assignment) -> Made:
    """The person's own way to print, with lines to write on: it goes onto paper."""
    options = replace(papers.options_for(row.case, row.person), fill="lines")
    paper, sheets = papers.paper_of(papers.given(row), options)
    try:
        return Made(row, paper, sheets, press.render(paper))
    except press.TooMuch as error:
        raise jobs.Unable(str(error)) from error


@transaction.atomic
def _keep(user: User, made: list[Made]) -> None:
    for one in made:
        row = one.assignment
        actions.print_copies(
            by=user, case=row.case, kind=PrintoutKind.HANDOUTS, person=row.person, audience=row.audience,
            paper=one.paper, sheets=one.sheets, rendering=one.rendering, assignments=[row], remember=False,
        )  # fmt: skip
