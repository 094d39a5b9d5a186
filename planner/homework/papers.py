"""What is given on paper: a sheet or a practice as one person gets it, with why, when and the small version on it.

A practice in free words has a sheet of its own, so that it comes back like any other: how often, how much, how it went,
what was noticed. Its blocks have ids that never change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import formats, translation
from django.utils.translation import gettext as _

from planner.cases import talk
from planner.cases.models import Case, Participant, Person
from planner.homework import adapting
from planner.homework.actions import SheetOf
from planner.homework.models import Adaptation, Assignment
from planner.library.models import Worksheet, WorksheetEdition
from planner.practice.models import Practice
from planner.practice.paper import paper_head
from planner.sheets import addresses
from planner.sheets.blocks import Block, Prompt, blocks_for, parse_blocks
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper, SheetCopy, packet_paper, sheet_paper

#: Fields of a practice's own sheet that are also the client's amount and quality.
AMOUNT, QUALITY = "amount", "quality"


@dataclass(frozen=True)
class Given:
    """One assignment with what its sheet needs: who reads it, in which wording, and what was changed for them."""

    assignment: Assignment
    readers: tuple[Participant, ...]
    edition: WorksheetEdition | None
    adaptation: Adaptation | None = None

    @property
    def reader(self) -> Participant | None:
        """The one person it is for; None where it is for all together."""
        return self.readers[0] if self.assignment.person_id and self.readers else None

    @property
    def language(self) -> str:
        if self.edition:
            return self.edition.worksheet.language
        return self.reader.person.language if self.reader else self.assignment.case.practice.language

    @property
    def names(self) -> tuple[str, ...]:
        """The people of a joint sheet; nobody where it is one person's."""
        joint = len(self.readers) > 1 and not self.assignment.person_id
        return tuple(one.person.on_paper for one in self.readers) if joint else ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks that its reader gets. A joint sheet holds nothing that only its writer may read."""
        if self.edition is None:
            with translation.override(self.language):
                return practice_blocks(self.assignment)
        if self.reader:
            return adapting.blocks(self.edition, self.reader.tags, self.adaptation)
        blocks = blocks_for(self.edition.blocks, frozenset().union(*(one.tags for one in self.readers)))
        return tuple(block for block in blocks if not (isinstance(block, Prompt) and block.audience == "person"))


def given(assignment: Assignment, *, edition: WorksheetEdition | None = None) -> Given:
    """What the assignment's sheet is made of. `edition`: the one a returned sheet was printed in, where it is older."""
    case = assignment.case
    readers = [one for one in case.participants.select_related("person") if _reads(one, assignment)]
    edition = edition or assignment.edition
    adaptation = None
    if edition and assignment.person_id:
        rows = Adaptation.objects.filter(case=case, person=assignment.person_id, worksheet=edition.worksheet_id)
        adaptation = rows.filter(edition=edition).select_related("edition").first()
    return Given(assignment, tuple(readers), edition, adaptation)


def _reads(place: Participant, assignment: Assignment) -> bool:
    if assignment.person_id:
        return place.person_id == assignment.person_id
    return place.left_on is None


def practice_blocks(assignment: Assignment) -> tuple[Block, ...]:
    """The sheet of a practice in free words, in the active language."""
    helps = [
        (_("When and where"), assignment.when_where),
        (_("How often"), assignment.how_often),
        (_("If something gets in the way"), assignment.barrier),
        (_("In a hard week this counts too"), assignment.small_version),
    ]
    raw = [{"text": {"title": _("What to do"), "text": assignment.task}}]
    raw += [{"text": f"**{name}:** {_plain(said)}"} for name, said in helps if said]
    raw += [
        {"number": {"id": "times", "label": _("How many times did you do it?"), "min": 0, "max": 1000}},
        {"scale": {"id": AMOUNT, "label": _("How much of it did you do?"), "low": _("none"), "high": _("all of it")}},
        {"scale": {"id": QUALITY, "label": _("How did it go?"), "low": _("hard"), "high": _("well")}},
        {"lines": {"id": "noticed", "label": _("What did you notice?"), "lines": 5}},
    ]
    return parse_blocks(raw)


def _plain(text: str) -> str:
    """Typed words inside simple Markdown, meant as they stand."""
    return "".join(f"\\{letter}" if letter in r"\`*_[]<>#" else letter for letter in text)


def copy_of(one: Given, *, prefix: str = "", real: bool = True) -> SheetCopy:
    """The sheet as its reader gets it. `real` gives it its return address."""
    row, person = one.assignment, one.reader.person if one.reader else None
    content = adapting.content_of(one.edition, one.adaptation) if one.edition else {}
    with translation.override(one.language):
        number = one.edition and {"slug": one.edition.worksheet.slug, "number": one.edition.number}
        return SheetCopy(
            title=content.get("title") or row.title,
            discreet_title=content.get("discreet_title") or _("Your sheet"),
            purpose=row.why or content.get("purpose") or "",
            ideas=tuple(content.get("ideas") or ()),
            blocks=one.blocks,
            language=one.language,
            name=person.on_paper if person else "",
            role_line=_role_line(one),
            address=addresses.new_address() if real else "",
            prefix=prefix,
            edition=_("%(slug)s, edition %(number)d") % number if number else "",
            joint_names=one.names,
            prefilled=adapting.prefilled(one.adaptation),
        )


def _role_line(one: Given) -> str:
    """Whose it is and how it was agreed: "Your sheet, Maya. After supper, at the table. Twice a week, until 3 Dec."."""
    row = one.assignment
    parts = [_("Your sheet, %(name)s.") % {"name": one.reader.person.on_paper}] if one.reader else []
    if one.edition:
        parts += [_sentence(text) for text in (row.when_where, row.how_often) if text]
        parts += filter(None, [talk.said_on(row.case, one.edition)])
    if row.until:
        parts.append(_("Until %(day)s.") % {"day": formats.date_format(row.until, "D j M")})
    return " ".join(parts)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text[-1:] in ".!?…" else f"{text}."


def letterhead(practice: Practice) -> Letterhead:
    """The practice's letterhead as the press takes it."""
    return Letterhead(**paper_head(practice))


def paper_of(one: Given, options: Options, *, real: bool = True) -> tuple[Paper, tuple[SheetOf, ...]]:
    """One sheet to print, and what its record needs."""
    copy = copy_of(one, real=real)
    with translation.override(copy.language):
        paper = sheet_paper(copy, letterhead=letterhead(one.assignment.case.practice), options=options)
    person = one.reader.person if one.reader else None
    return paper, ((one.edition, person, copy.address, copy.prefix),)


def series_paper(rows: Iterable[Given], options: Options) -> tuple[Paper, tuple[SheetOf, ...], list[Assignment]]:
    """The sheets of a series as one document, each with its own address."""
    rows = list(rows)
    copies = [copy_of(one, prefix=f"s{n}-") for n, one in enumerate(rows, 1)]
    first = rows[0]
    with translation.override(first.language):
        paper = packet_paper(
            copies, cover=None, letterhead=letterhead(first.assignment.case.practice), options=options,
            title=copies[0].title, language=first.language, address=addresses.new_address(),
        )  # fmt: skip
    person = first.reader.person if first.reader else None
    sheets = tuple((one.edition, person, copy.address, copy.prefix) for one, copy in zip(rows, copies, strict=True))
    return paper, sheets, [one.assignment for one in rows]


def options_for(case: Case, person: Person | None) -> Options:
    """What the print starts from: the practice's way, over it the person's."""
    practice = case.practice
    house = {**practice.print_options, "paper": practice.paper, "size": practice.text_size}
    if person is None:
        return Options.chosen(house)
    return Options.chosen(house, person.print_options, **({"size": person.text_size} if person.text_size else {}))


def in_their_language(worksheet: Worksheet, language: str) -> WorksheetEdition:
    """The sheet's current edition in the person's language where there is one."""
    if worksheet.language != language:
        rows = Worksheet.objects.filter(
            slug=worksheet.slug, practice=worksheet.practice_id, language=language, retired_at=None
        )
        other = rows.exclude(current=None).select_related("current__worksheet").first()
        if other:
            return other.current
    return worksheet.current
