"""What was printed of this room, kept with its bytes so that it reprints the same for ever."""

from __future__ import annotations

from django.db import transaction

from planner.cases import clearance
from planner.cases.actions import must_be_open
from planner.cases.models import Audience, Case, Person
from planner.practice.models import User
from planner.practice.trail import record
from planner.progress import papers
from planner.progress.instruments import Measure
from planner.progress.models import PrintKind, ProgressPrint
from planner.sheets import addresses, keep, press
from planner.sheets.options import Options
from planner.sheets.papers import Paper


def print_sheet(*, by: User, case: Case, person: Person, measure: Measure, options: Options) -> ProgressPrint:
    """The rating sheet of one person, with the address that brings it back. Raises Stopped, and what the press does."""
    must_be_open(clearance.look_at_paper(case, person))
    address = addresses.new_address()
    paper = papers.rating_sheet(
        measure, practice=by.practice, options=options, language=person.language, person=person, address=address
    )
    fields = {"measure": measure.slug, "measure_version": measure.version}
    return _kept(by, case, person, Audience.PERSON, PrintKind.SHEET, paper, address, fields)


def print_progress(*, by: User, case: Case, person: Person | None, options: Options) -> ProgressPrint:
    """Where one person stands, or what they all allowed. Raises Stopped, and what the press raises."""
    must_be_open(clearance.look_at_paper(case, person))
    paper = papers.progress_paper(case, person, options=options)
    audience = Audience.PERSON if person else Audience.CASE
    return _kept(by, case, person, audience, PrintKind.PROGRESS, paper, addresses.new_address(), {})


def _kept(
    by: User, case: Case, person: Person | None, audience: str, kind: str, paper: Paper, address: str, fields: dict
) -> ProgressPrint:
    """Renders outside the transaction (a press run takes longer than one should), then keeps all of it or nothing."""
    rendering = press.render(paper)
    with transaction.atomic():
        printed = keep.keep(rendering, paper, address=address)
        row = ProgressPrint.objects.create(
            case=case, person=person, audience=audience, kind=kind, address=address, printed=printed, by=by, **fields
        )
        if person is not None:
            Person.objects.filter(pk=person.pk).update(print_options=paper.options.as_json())
        detail = {"kind": kind, "pages": rendering.pages, "discreet": paper.options.discreet}
        record("printed", by=by, what="progress_print", what_id=row.pk, case_id=case.pk, detail=detail)
    return row
