"""What is in a returned file: whose it is, what its fields say beside what its pages show, and what is not as printed.

Every sheet is read by the edition that was printed, however old. An address of a case that the person may not see is
treated as one that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from planner.cases.models import Case
from planner.homework import adapting
from planner.homework.models import Assignment, FileProblem, PrintedSheet, ReturnedFile
from planner.homework.papers import Given, given
from planner.practice.models import User
from planner.progress import returned as ratings
from planner.progress.models import ProgressPrint
from planner.sheets import returned
from planner.sheets.blocks import FieldSpec, Signature, is_ticked
from planner.sheets.onscreen import fields, tidy

#: Fields that the press itself puts on a page: name, date, the ticks of a cover.
OF_THE_PAGE = ("_name", "_date", "_sheet-")


@dataclass(frozen=True)
class Reading:
    """What the limited child said of a file. `problem` is a FileProblem, "" for none; `kept` goes into its row."""

    problem: str
    active: bool = False
    pages: int = 0
    addresses: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)


def read(raw: bytes) -> Reading:
    """The file, read in the limited child. Never raises for what is in it."""
    try:
        back = returned.read_values(raw)
    except returned.Unreadable as error:
        return Reading(error.reason, kept={"read": True})
    problem = ""
    if not back.every_address:
        problem = FileProblem.NO_ADDRESS
    elif not any(not name.startswith(OF_THE_PAGE) for name in back.values):
        problem = FileProblem.NO_FIELDS
    kept = {"read": True, "values": back.values, "seen": back.seen, "addresses": back.every_address}
    return Reading(problem, back.active, min(back.pages, 32_000), tuple(back.every_address), kept)


def sheets_of(user: User, addresses: Sequence[str]) -> list[PrintedSheet]:
    """The printed sheets that carry one of these addresses, of cases that the person may change, all of one case."""
    if not addresses:
        return []
    rows = PrintedSheet.objects.filter(printout__case__in=Case.objects.editable_by(user))
    rows = rows.filter(Q(address__in=addresses) | Q(printout__printed__address__in=addresses))
    found = list(
        rows.select_related(
            "printout__case__practice", "person", "assignment__case__practice", "assignment__person",
            "edition__worksheet__intervention__current",
        ).order_by("printout_id", "pk")
    )  # fmt: skip
    return [sheet for sheet in found if sheet.printout.case_id == found[0].printout.case_id]


def rating_sheet(user: User, addresses: Sequence[str]) -> ProgressPrint | None:
    """The sheet of a measure that carries one of these addresses, of a case that the person may change."""
    return next((sheet for one in addresses if (sheet := ratings.of_address(one, user))), None)


@dataclass(frozen=True)
class FieldRow:
    """One field: what is stored, what the page shows (None: the file holds no picture of it), do the two differ."""

    label: str
    stored: str
    seen: str | None
    is_box: bool

    @property
    def differs(self) -> bool:
        if self.is_box:
            return self.seen is not None and is_ticked(self.seen) != is_ticked(self.stored)
        return not returned.agree(self.stored, self.seen)

    @property
    def is_blank(self) -> bool:
        return not (is_ticked(self.stored) if self.is_box else self.stored.strip()) and not self.differs


@dataclass(frozen=True)
class Part:
    """One sheet in a file, read by its own edition. `unknown` are filled fields that this edition does not have,
    `missing` fields of it that the file does not have."""

    sheet: PrintedSheet
    given: Given
    values: dict[str, str]
    rows: tuple[FieldRow, ...]
    unknown: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]

    @property
    def assignment(self) -> Assignment | None:
        return self.sheet.assignment

    @property
    def title(self) -> str:
        return self.sheet.edition.content["title"] if self.sheet.edition else self.given.assignment.title

    @property
    def is_older(self) -> bool:
        """The library has a newer edition of this sheet than the one that was printed."""
        return bool(self.sheet.edition) and self.sheet.edition_id != self.sheet.edition.worksheet.current_id

    @property
    def differing(self) -> list[FieldRow]:
        return [row for row in self.rows if row.differs]

    @property
    def is_clear(self) -> bool:
        """Something is filled in, and nothing about it asks for a second look."""
        return bool(self.values) and not (self.differing or self.unknown or self.missing)


def parts(file: ReturnedFile, user: User) -> list[Part]:
    """The sheets in a file, in the order they were printed."""
    sheets = sheets_of(user, file.reading.get("addresses", ()))
    return [_part(sheet, file.reading) for sheet in sheets if sheet.printout.case_id == file.case_id]


def _part(sheet: PrintedSheet, reading: Mapping[str, Any]) -> Part:
    own = given(unsaved(sheet), edition=sheet.edition)
    stored, seen = _own(reading.get("values", {}), sheet.prefix), _own(reading.get("seen", {}), sheet.prefix)
    specs = {spec.name: spec for spec in fields(own.blocks, own.names)}
    printed = _set_as_text(own)
    return Part(
        sheet=sheet,
        given=own,
        values={name: text for name, spec in specs.items() if (text := tidy(spec, stored.get(name, "")))},
        rows=tuple(_row(spec, stored, seen) for name, spec in specs.items() if name in stored),
        unknown=tuple((n, t) for n, t in stored.items() if n not in specs and t.strip("/") not in ("", "Off")),
        missing=tuple(spec.label for name, spec in specs.items() if name not in stored and name not in printed),
    )


def _own(values: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The fields of one sheet, without its prefix and without those of the page itself."""
    found = {name.removeprefix(prefix): text for name, text in values.items() if name.startswith(prefix)}
    return {name: text for name, text in found.items() if not name.startswith(OF_THE_PAGE)}


def _set_as_text(own: Given) -> set[str]:
    """What was printed as text, so that no field of that name came with the sheet: what was filled in beforehand, and
    on a joint sheet the names under a signature."""
    signed = [block for block in own.blocks if own.names and isinstance(block, Signature)]
    return {*adapting.prefilled(own.adaptation), *(name.name for one in signed for _role, name, _date in one.people())}


def _row(spec: FieldSpec, stored: Mapping[str, str], seen: Mapping[str, str]) -> FieldRow:
    return FieldRow(spec.label, stored.get(spec.name, ""), seen.get(spec.name), spec.kind == "check")


def unsaved(sheet: PrintedSheet) -> Assignment:
    """What the sheet was given for; for one that was printed in a packet only, an unsaved one of the same kind."""
    if sheet.assignment:
        return sheet.assignment
    return Assignment(
        case=sheet.printout.case, person=sheet.person, edition=sheet.edition, by_id=sheet.printout.by_id,
        source=sheet.edition.worksheet.intervention.current if sheet.edition else None,
        title=(sheet.edition.content["title"] if sheet.edition else "")[:200],
        starts_on=sheet.printout.at.date(),
    )  # fmt: skip
