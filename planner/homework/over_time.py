"""Answers over time: the last ten of one sheet on one page, prompt by prompt. A number becomes a line, words become a
list with their days.

Every response is read by the edition that it was written on; a prompt keeps its id through editions, so the answers of
an old one and a new one stand together under the newest wording. For the clinician: nothing here is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef
from django.utils import timezone

from planner.cases import clearance, consents, gates, talk
from planner.cases.models import Case, Participant, Person
from planner.homework.models import Response, Sharing
from planner.library.models import Worksheet
from planner.progress import charts
from planner.sheets.blocks import Block, Number, Scale, blocks_for
from planner.sheets.onscreen import Shown, fields, words

TEN = 10  # responses of one person on one page: ten weeks of a weekly sheet
MOST_ENTRIES = 40  # of a shared journal on one page
SHARED_RECORD = ("shared-record",)  # the gate of everything that one person writes and another reads


@dataclass(frozen=True)
class Answered:
    """A sheet of which something came back: how often, and the last time."""

    worksheet: Worksheet
    times: int


@dataclass(frozen=True)
class Said:
    """What one response says to one prompt."""

    on: date
    lines: tuple[str, ...]
    response: Response


@dataclass
class Strand:
    """One prompt through the weeks: its wording, a chart where it asks for a number, else what was said."""

    label: str
    block: Block
    points: list[charts.Point] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    @property
    def is_number(self) -> bool:
        return isinstance(self.block, (Scale, Number))

    @property
    def chart(self) -> charts.Chart:
        """The answers as a line, between the ends of the scale."""
        scale = self.block if isinstance(self.block, Scale) else None
        least, most = (scale.start, scale.end) if scale else (None, None)
        return charts.Chart(self.label, (charts.Line(self.label, tuple(self.points)),), least=least, most=most)


def answered(case: Case) -> Any:
    """Finished responses on sheets, in this case."""
    return Response.objects.filter(assignment__case=case, edition__isnull=False).finished()


def sheets_of(case: Case) -> list[Answered]:
    """The sheets of which something came back, the newest first. One query."""
    rows = answered(case).values("edition__worksheet_id", "edition__worksheet__name")
    counted = rows.annotate(times=Count("pk"), last=Max("finished_at")).order_by("-last")
    return [
        Answered(Worksheet(pk=row["edition__worksheet_id"], name=row["edition__worksheet__name"]), row["times"])
        for row in counted
    ]


def strands(case: Case, worksheet_id: int, person: Person | None, places: Sequence[Participant]) -> list[Strand]:
    """The prompts of a sheet with the last ten answers of one person (None: of those who filled it together)."""
    rows = answered(case).filter(edition__worksheet=worksheet_id, assignment__person=person)
    rows = rows.select_related("edition__worksheet", "assignment").defer("edition__worksheet__current")
    found: dict[str, Strand] = {}
    for response in rows.order_by("-finished_at", "-pk")[:TEN]:
        blocks, names = _read_by(response, person, places)
        for block in blocks:
            if fields([block], names):
                _add(found, block, names, response)
    for strand in found.values():
        strand.points.reverse()
    return [strand for strand in found.values() if strand.points or strand.said]


def _read_by(
    response: Response, person: Person | None, places: Sequence[Participant]
) -> tuple[Iterable[Block], tuple[str, ...]]:
    """The blocks that the writer had, and the names on a joint sheet."""
    mine = [place for place in places if person is None or place.person_id == person.pk]
    tags = frozenset().union(*(place.tags for place in mine)) if mine else frozenset()
    names = () if person or len(places) < 2 else tuple(place.person.on_paper for place in places)
    return blocks_for(response.edition.blocks, tags), names


def _add(found: dict[str, Strand], block: Block, names: tuple[str, ...], response: Response) -> None:
    label = getattr(block, "label", "") or getattr(block, "title", "") or ""
    strand = found.setdefault(getattr(block, "id", label), Strand(label, block))
    on = timezone.localtime(response.finished_at).date()
    if strand.is_number and isinstance(block, (Scale, Number)):
        answer = block.read(response.values)
        if isinstance(answer, (int, float)):
            strand.points.append(charts.Point(on, float(answer)))
            return
    if lines := tuple(words(block, response.values, names)):
        strand.said.append(Said(on, lines, response))


@dataclass(frozen=True)
class Entry:
    """One page that its writer shares, as it is read together."""

    response: Response
    shown: Shown


def shared(case: Case, places: Sequence[Participant]) -> tuple[list[Entry], gates.Verdict]:
    """What its writers share with the others at this moment, the newest first, and what stands against it. The rest
    stays private. Nothing is shown where a gate or a consent stops shared views; what a person in recovery wrote on a
    sheet about use waits for the consent that names each reader."""
    verdict = clearance.look(case, SHARED_RECORD, readers=places, doing=clearance.Doing.FILLED, tells_use=False)
    if not verdict.open:
        return [], verdict
    standing = Sharing.objects.filter(response=OuterRef("pk"), withdrawn_at=None)
    rows = answered(case).filter(Exists(standing), assignment__person__isnull=False)
    rows = rows.select_related("edition__worksheet__intervention__current", "assignment__person")
    silent, found = _must_not_tell_use(case, places), []
    for response in rows.order_by("-finished_at", "-pk")[:MOST_ENTRIES]:
        person = response.assignment.person
        if person.pk not in silent or not talk.touches(response.edition):
            blocks, _names = _read_by(response, person, places)
            language = response.edition.worksheet.language
            found.append(Entry(response, Shown(blocks, values=response.values, language=language)))
    return found, verdict


def _must_not_tell_use(case: Case, places: Sequence[Participant]) -> set[int]:
    """Whose use no consent opens to everybody of the case yet."""
    if not consents.under_part2(case):
        return set()
    missing = consents.unshared(consents.in_recovery(places), places, consents.Ledger.of(case))
    return {about.pk for about, _reader in missing}
