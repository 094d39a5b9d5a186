"""What was printed, for whom, in which edition: kept with its bytes, so that it reprints the same for ever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from planner.cases.models import Case, Person
from planner.homework.models import PrintedSheet, Printout
from planner.library.models import WorksheetEdition
from planner.practice.models import Practice, User
from planner.practice.trail import record
from planner.sheets import addresses, keep, press
from planner.sheets.papers import Paper

#: edition, for whom (None: a joint sheet), return address, prefix of its fields in the document
SheetOf = tuple[WorksheetEdition, Person | None, str, str]


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
) -> Printout:
    """Renders a paper, keeps its bytes and records what was printed for whom. All of it or nothing.

    `rendering` is the paper rendered already (a press run takes longer than a transaction should). The options are
    remembered for the people in `remember_for`; without any, for the practice. Raises what the press raises.
    """
    rendering = rendering or press.render(paper)
    with transaction.atomic():
        printed = keep.keep(rendering, paper, address=paper.address or addresses.new_address())
        printout = Printout.objects.create(
            case=case, person=person, audience=audience, kind=kind, printed=printed, by=by
        )
        PrintedSheet.objects.bulk_create(
            PrintedSheet(printout=printout, edition=edition, person=reader, address=address, prefix=prefix)
            for edition, reader, address, prefix in sheets
        )
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


def _remember(paper: Paper, practice: Practice, people: list[Person]) -> None:
    """The next print starts from these options. A practice keeps its own text size: that is a setting of its own."""
    options = paper.options.as_json()
    if people:
        Person.objects.filter(pk__in=[person.pk for person in people]).update(print_options=options)
    else:
        options.pop("size")
        Practice.objects.filter(pk=practice.pk).update(print_options=options)
