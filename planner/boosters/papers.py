"""What this room prints: the brief, the appointment card, the plan for keeping well, the ending summary.

A client's paper holds what is for that person's eyes; a joint one only what everybody in the case may read. The brief
and the ending summary are the clinician's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from planner.agreements.actions import look, people_of
from planner.agreements.models import Agreement, AgreementKind, AgreementVersion
from planner.agreements.reading import readers, sheet_of
from planner.boosters import diary
from planner.boosters.brief import Brief
from planner.boosters.models import Booster, Ending
from planner.cases.models import Audience, Case, Participant, Person
from planner.plans.models import Goal, Plan, Standing
from planner.practice.models import Practice
from planner.practice.paper import paper_head
from planner.sheets import addresses
from planner.sheets.blocks import Signature
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper, SheetCopy, copy_for

#: The living documents of the plan for keeping well, in the order in which one looks for them.
KEPT = (
    AgreementKind.MAINTENANCE, AgreementKind.COPING_CARD, AgreementKind.PREVENTION, AgreementKind.SAFETY_NET,
    AgreementKind.REENTRY, AgreementKind.ACCOUNTABILITY, AgreementKind.SUPPORT,
)  # fmt: skip
MOST_DATES = 16


@dataclass(frozen=True)
class Date:
    """One date on a client's paper, on the clock of the place that the series keeps; `sure` says that it is booked."""

    wall: datetime
    sure: bool


@dataclass(frozen=True)
class Growth:
    """A goal for growth: its words, the five levels where it has them, and the level it stands at (None: not said)."""

    words: str
    levels: tuple[tuple[int, str], ...] = ()
    level: int | None = None


@dataclass(frozen=True)
class Keeping:
    """The context of paper/keeping.html beside its sheets."""

    for_whom: str
    dates: tuple[Date, ...]
    zone: str
    goals: tuple[Growth, ...]
    sooner: str = ""


def dates_of(case: Case) -> tuple[tuple[Date, ...], str]:
    """The boosters to come and the zone of their clock ("" where it is the practice's)."""
    rows = Booster.objects.filter(series__case=case).open().filter(due_on__gte=timezone.localdate())
    rows = list(rows.select_related("series", "session").order_by("due_on")[:MOST_DATES])
    zones = {row.series.zone for row in rows} - {case.practice.zone}
    return tuple(Date(row.wall, row.has_hour) for row in rows), ", ".join(sorted(zones))


def goals_for(case: Case, person: Person | None) -> tuple[Growth, ...]:
    """The goals of the plan in force that this reader may see, each with where it stands; a joint paper holds those
    that are for everybody."""
    plan = Plan.objects.active_of(case)
    if plan is None:
        return ()
    rows = Goal.objects.filter(plan=plan).kept()
    rows = rows.for_eyes(person) if person else rows.filter(audience=Audience.CASE)
    goals = list(rows)
    said = Standing.objects.filter(case=case, line__in=[goal.line for goal in goals], attainment__isnull=False)
    newest = dict(said.order_by("on", "pk").values_list("line", "attainment"))
    return tuple(Growth(goal.words, tuple(_levels(goal.scale)), newest.get(goal.line)) for goal in goals)


def _levels(scale: Any) -> Iterable[tuple[int, str]]:
    """(level, words) from -2 to +2, those that were written."""
    return [(level, str(words)) for level, words in zip(range(-2, 3), scale or [], strict=False) if words]


def sheets_for(case: Case, person: Person | None) -> list[SheetCopy]:
    """The living documents of keeping well that this reader may see, each in its last adopted version. One that a shut
    gate stands against is left out (see `held_back`)."""
    mine = [row for row in _adopted(case, person) if _is_open(row)]
    return [_sheet(row, place) for place, row in enumerate(mine, 1)]


def held_back(case: Case, person: Person | None) -> list[str]:
    """The titles of what a shut gate keeps off this reader's paper."""
    rows = [row for row in _adopted(case, person) if not _is_open(row)]
    return [row.adopted[0].edition.content["title"] for row in rows]


def _adopted(case: Case, person: Person | None) -> list[Agreement]:
    """The reader's documents, each with its `adopted` versions, newest first, in the order in which they print."""
    adopted = AgreementVersion.objects.filter(adopted_on__isnull=False).order_by("-number")
    rows = Agreement.objects.filter(case=case, kind__in=KEPT).standing().select_related("worksheet", "person", "case")
    rows = rows.prefetch_related(Prefetch("versions", queryset=adopted.select_related("edition"), to_attr="adopted"))
    mine = [row for row in rows if row.adopted and _is_for(row, person)]
    return sorted(mine, key=lambda row: (KEPT.index(row.kind), row.pk))


def _is_open(agreement: Agreement) -> bool:
    version = agreement.adopted[0]
    version.agreement = agreement
    return look(agreement.case, agreement.kind, version.edition, readers(agreement, people_of(version))).open


def _is_for(agreement: Agreement, person: Person | None) -> bool:
    if agreement.audience == Audience.CASE:
        return True
    return person is not None and agreement.audience == Audience.PERSON and agreement.person_id == person.pk


def _sheet(agreement: Agreement, place: int) -> SheetCopy:
    """The last adopted version as it was filled in. Signatures stay on the agreement's own paper."""
    version = agreement.adopted[0]
    sheet, content = sheet_of(version), version.edition.content
    with translation.override(sheet.language):
        return SheetCopy(
            title=content["title"],
            discreet_title=content.get("discreet_title") or _("My page"),
            purpose=content["purpose"],
            blocks=tuple(block for block in sheet.blocks if not isinstance(block, Signature)),
            language=sheet.language,
            name=agreement.person.on_paper if agreement.person else "",
            date=formats.date_format(version.adopted_on, "j M Y"),
            prefix=f"k{place}-",
            edition=_("%(slug)s, edition %(number)d")
            % {"slug": agreement.worksheet.slug, "number": version.edition.number},
            joint_names=sheet.names,
            prefilled=version.answers,
        )


def pages_for(case: Case, reader: Participant | None, *, with_diary: bool = True) -> list[SheetCopy]:
    """Every sheet of the plan for keeping well: the living documents, then for one reader a blank page of a diary."""
    sheets = sheets_for(case, reader.person if reader else None)
    page = diary.page_for(case, reader) if reader and with_diary else None
    return [*sheets, page] if page else sheets


def keeping_paper(
    case: Case, reader: Participant | None, options: Options, *, sooner: str = "", with_diary: bool = True
) -> Paper:
    """The plan for keeping well as one document: dates, goals with their levels, early signs and coping card,
    accountability, supports, diary. `sooner` is what would bring them back sooner, in the clients' own words."""
    person = reader.person if reader else None
    with translation.override(_language(case, person)):
        dates, zone = dates_of(case)
        keeping = Keeping(
            for_whom=_whom(case, person), dates=dates, zone=zone, goals=goals_for(case, person), sooner=sooner
        )
        copies = tuple(copy_for(copy, options) for copy in pages_for(case, reader, with_diary=with_diary))
        return Paper(
            title=_("Keeping what helps"), discreet_title=_("My pages"), language=_language(case, person),
            options=options, letterhead=_letterhead(case.practice), template="paper/keeping.html",
            context={"keeping": keeping, "copies": copies}, address=addresses.new_address(),
        )  # fmt: skip


def dates_paper(case: Case, reader: Participant | None, options: Options) -> Paper:
    """The appointment card: the next dates, and how to reach the practice."""
    person = reader.person if reader else None
    with translation.override(_language(case, person)):
        dates, zone = dates_of(case)
        keeping = Keeping(for_whom=_whom(case, person), dates=dates, zone=zone, goals=())
        return Paper(
            title=_("Your next dates"), discreet_title=_("Dates"), language=_language(case, person), options=options,
            letterhead=_letterhead(case.practice), template="paper/dates.html", context={"keeping": keeping},
            address=addresses.new_address(),
        )  # fmt: skip


def _whom(case: Case, person: Person | None) -> str:
    if person:
        return person.on_paper
    places = case.participants.filter(left_on=None).select_related("person")
    return ", ".join(place.person.on_paper for place in places)


def _language(case: Case, person: Person | None) -> str:
    return person.language if person else case.practice.language


def _letterhead(practice: Practice) -> Letterhead:
    return Letterhead(**paper_head(practice))


def brief_paper(brief: Brief, practice: Practice, options: Options) -> Paper:
    """The brief on one page, for the clinician."""
    with translation.override(practice.language):
        return Paper(
            title=_("Before the booster"), discreet_title=_("Notes"), language=practice.language, options=options,
            letterhead=_letterhead(practice), template="paper/brief.html", context={"brief": brief},
            address=addresses.new_address(),
        )  # fmt: skip


def ending_paper(ending: Ending, who: str, practice: Practice, options: Options) -> Paper:
    """The ending summary, for the record."""
    with translation.override(practice.language):
        return Paper(
            title=_("How the treatment ended"), discreet_title=_("Summary"), language=practice.language,
            options=options, letterhead=_letterhead(practice), template="paper/ending.html",
            context={"ending": ending, "who": who}, address=addresses.new_address(),
        )  # fmt: skip
