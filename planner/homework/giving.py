"""What the page where something is given offers: sheets to choose from, and words to start with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from planner.cases.models import Case, Participant
from planner.homework.models import Assignment, PrintedSheet
from planner.library import search
from planner.library.models import Intervention, InterventionEdition, Worksheet, WorksheetEdition
from planner.practice.models import User

MOST = 12  # sheets offered at a time; a search narrows them


@dataclass(frozen=True)
class Offer:
    """One sheet to give: its worksheet, and whether this case had it before."""

    worksheet: Worksheet
    before: bool


def offers(case: Case, user: User, text: str) -> list[Offer]:
    """Sheets for clients: what was searched for; else what this case had before, then what fits its phase and kind.
    At most five queries."""
    before = _before(case)
    rows = Worksheet.objects.visible_to(user).filter(retired_at=None).select_related("current", "intervention")
    if text:
        entries = search.find(text, user).ids(MOST)
        found = _in_order(rows.filter(intervention__in=entries), entries)
    else:
        fitting = search.Filters(phase=(case.phase,), for_whom=(case.kind,))
        entries = search.find("", user, fitting).ids(MOST)
        mine = rows.filter(Q(pk__in=before) | Q(intervention__in=entries))
        found = sorted(_in_order(mine, entries), key=lambda sheet: sheet.pk not in before)
    kept = [sheet for sheet in found if sheet.current and not sheet.current.for_clinician]
    return [Offer(sheet, sheet.pk in before) for sheet in kept[: MOST * 2]]


def _before(case: Case) -> set[int]:
    """Worksheets that this case was given or had printed."""
    printed = PrintedSheet.objects.filter(printout__case=case, edition__isnull=False)
    given = Assignment.objects.filter(case=case, edition__isnull=False)
    return {*printed.values_list("edition__worksheet", flat=True), *given.values_list("edition__worksheet", flat=True)}


def _in_order(rows: QuerySet[Worksheet], entries: list[int]) -> list[Worksheet]:
    places = {pk: place for place, pk in enumerate(entries)}
    return sorted(rows, key=lambda sheet: (places.get(sheet.intervention_id, len(places)), sheet.order, sheet.pk))


def start(source: InterventionEdition | None, edition: WorksheetEdition | None) -> dict[str, Any]:
    """Words to start from: the sheet's purpose, the entry's homework and its small version."""
    homework = source.content.get("homework", {}) if source else {}
    found = {"small_version": homework.get("small", "")[:300]}
    if edition:
        return {**found, "why": edition.content.get("purpose", "")[:300]}
    name = {"title": source.content["name"]} if source else {}
    return {**found, **name, "task": homework.get("full", "")[:2000]}


def default_readers(participants: list[Participant], edition: WorksheetEdition | None, together: str) -> list[str]:
    """Who is ticked at first: each person, or all together where it is one sheet for the case."""
    joint = edition is not None and edition.content.get("one_for_each") == "case"
    if joint and len(participants) > 1:
        return [together]
    return [str(one.pk) for one in participants]


def entry_of(worksheet: Worksheet | None, intervention: Intervention | None) -> InterventionEdition | None:
    """The entry of the library it comes from, as it stands today."""
    if worksheet is not None:
        return worksheet.intervention.current
    return intervention.current if intervention else None
