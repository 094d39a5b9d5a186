"""Homework that comes back and goes out: reading one returned form and a hundred, printing fifty sheets for a week."""

from __future__ import annotations

import io
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pypdf

from planner.base.models import Job
from planner.cases.models import Case
from planner.homework import actions, papers, return_actions, returns, week
from planner.homework.models import Assignment, ReturnedFile
from planner.library.models import WorksheetEdition
from planner.management.bench.figures import Figure, median, seconds
from planner.management.bench.filling import Filled
from planner.management.bench.paper import LETTERHEAD
from planner.sheets import addresses, press
from planner.sheets.blocks import parse_blocks
from planner.sheets.options import Options
from planner.sheets.papers import SheetCopy, sheet_paper

FIELDS = 60
BATCH = 100  # returned files of one go
SHEETS = 50  # of one week
MEGABYTE = 1_000_000


def figures(filled: Filled, times: int) -> Iterator[Figure]:
    """One form, the batch, the week; each with the memory of this process and the press together."""
    form = returned_form()
    part = f"(e) a returned form of {FIELDS} fields"
    taken = median(seconds(lambda: returns.read(form), times))
    yield Figure(part, "read, values beside the page", taken * 1000, "ms", aim="at most 500", met=taken <= 0.5)
    yield from batch(filled, form)
    yield from printed_week(filled)


def returned_form() -> bytes:
    """A form of sixty fields with something typed into each."""
    blocks = [{"short": {"id": f"field_{n}", "label": f"What was number {n}?"}} for n in range(FIELDS)]
    copy = SheetCopy(title="Sixty", blocks=parse_blocks(blocks), address=addresses.new_address())
    pdf = press.render(sheet_paper(copy, letterhead=LETTERHEAD, options=Options())).pdf
    return _typed(pdf, "Señor Núñez")


def _typed(pdf: bytes, text: str) -> bytes:
    """The file as a viewer saves it with the same words in every field of text, their pictures with them."""
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(pdf)))
    fields = writer.get_fields() or {}
    values = {name: text for name, field in fields.items() if field.get("/FT") == "/Tx"}
    for page in writer.pages:
        writer.update_page_form_field_values(page, values, auto_regenerate=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def batch(filled: Filled, form: bytes) -> Iterator[Figure]:
    """A hundred files kept, read in the background and found to be whose they are, as one job."""
    row = given(filled, 1)[0]
    paper, sheets = papers.paper_of(papers.given(row), Options())
    printout = actions.print_copies(
        by=filled.owner, case=row.case, kind="handouts", person=row.person, audience=row.audience, paper=paper,
        sheets=sheets, assignments=[row],
    )  # fmt: skip
    pdf = bytes(printout.printed.pdf)
    for n in range(BATCH):
        return_actions.receive(by=filled.owner, name=f"{n}.pdf", raw=_typed(pdf, f"Answer {n}"))
    part = f"(e) a batch of {BATCH} returned files"
    with Weighed() as weight:
        taken = median(seconds(lambda: _work(filled, return_actions.KIND, return_actions.work), 1))
    found = ReturnedFile.objects.filter(by=filled.owner, case=row.case, problem="").count()
    note = f"{found} of {BATCH} found their case; {taken / BATCH * 1000:.0f} ms a file"
    yield Figure(part, "one job", taken, "s", note=note)
    yield weight.figure(part)
    Assignment.objects.filter(pk=row.pk).update(state="back")


def printed_week(filled: Filled) -> Iterator[Figure]:
    """Fifty personalised sheets for different cases as one job, each kept, and one file for the printer."""
    given(filled, SHEETS)
    part = f"(e) {SHEETS} personalised sheets for one week's clients"
    size: list[int] = []
    with Weighed() as weight:
        taken = median(seconds(lambda: size.append(len(_work(filled, week.KIND, week.make))), 1))
    yield Figure(part, "one job", taken, "s", note=f"{taken / SHEETS * 1000:.0f} ms a sheet")
    yield Figure(part, "the file for the printer", size[0] / 1000, "kB")
    yield weight.figure(part)


def given(filled: Filled, count: int) -> list[Assignment]:
    """A sheet for each of `count` people of the practice, round its cases."""
    editions = WorksheetEdition.objects.filter(worksheet__current_id__isnull=False, worksheet__language="en")
    open_ones = editions.select_related("worksheet__intervention__current").order_by("worksheet__slug")
    edition = next(one for one in open_ones if one.sheet.pages == 1 and not one.for_clinician and not one.gates)
    cases = Case.objects.editable_by(filled.owner).filter(closed_on=None).order_by("pk")[:count]
    places = [place for case in cases for place in case.participants.filter(left_on=None).select_related("person")]
    return [
        actions.assign(by=filled.owner, case=place.case, person=place.person, edition=edition)
        for place in (places * (count // len(places) + 1))[:count]
    ]


def _work(filled: Filled, kind: str, work: object) -> bytes:
    """The work of a job, done here: no process of its own whose start would be measured too."""
    job = Job.objects.create(kind=kind, by=filled.owner.pk, state="running", asked={"key": secrets.token_hex(4)})
    return work(job, lambda progress: None)  # type: ignore[operator]


class Weighed:
    """The most memory that this process and everything it started held meanwhile, looked at ten times a second."""

    def __enter__(self) -> Weighed:
        self.before = self.most = weigh()
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look)
        self._looking.start()
        return self

    def _look(self) -> None:
        while not self._over.wait(0.1):
            self.most = max(self.most, weigh())

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._looking.join()

    def figure(self, part: str) -> Figure:
        return Figure(part, "memory at most", self.most / MEGABYTE, "MB", "before", self.most / self.before)


def weigh() -> int:
    """Bytes of this process and of everything it started that lives at this moment."""
    root = psutil.Process(os.getpid())
    found = 0
    for each in [root, *root.children(recursive=True)]:
        with suppress(psutil.Error):  # the child of a document that has just ended
            found += each.memory_info().rss
    return found
