"""Homework of the demo practice: a check-in that came back from both, a practice ticked off, a diary that goes on."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from planner.cases.models import Case
from planner.homework import actions, response_actions
from planner.homework.models import Way
from planner.library.models import WorksheetEdition
from planner.practice.models import User
from planner.sheets.onscreen import read


def keeping_well(dana: User, case: Case) -> None:
    """Each partner's weekly check-in is back and waits for its review; the next one is out."""
    sheet = _sheet("check-in-sheet")
    told = {
        "Aisha": {"went_well": "You kept Sunday free for us.", "hard_moment": "Friday, after the office party.",
                  "would_help": "A call on the way home.", "felt_close-8": "on", "felt_ease-7": "on"},
        "Luc": {"went_well": "You told me about Friday the same night.", "hard_moment": "When the phone was off.",
                "would_help": "One line by text.", "felt_close-7": "on", "felt_ease-8": "on"},
    }  # fmt: skip
    today = timezone.localdate()
    for place in case.participants.select_related("person"):
        given = actions.assign(
            by=dana, case=case, person=place.person, edition=sheet, starts_on=today - timedelta(days=9),
            why="Small hurts stay small when they are said early.",
            when_where="When the kitchen is done on Sunday, then we sit down.", how_often="Once a week",
        )  # fmt: skip
        filled = read(sheet.blocks, told[place.person.print_name])
        response_actions.finish(by=dana, assignment=given, way=Way.TYPED, values=filled.values, version=0)
        actions.assign(by=dana, case=case, person=place.person, edition=sheet, starts_on=today - timedelta(days=2))


def telling_it_anew(dana: User, case: Case) -> None:
    """A practice that was done without its sheet, and a page of a diary each week."""
    jonas = case.participants.select_related("person").get().person
    today = timezone.localdate()
    noticing = actions.assign(
        by=dana, case=case, person=jonas, task="Write down one evening on which the old voice did not get its way.",
        title="One evening of your own", starts_on=today - timedelta(days=7), until=today,
        why="A new story grows out of small moments.", barrier="Late shifts", small_version="One word is enough.",
    )  # fmt: skip
    response_actions.tick(
        by=dana, assignment=noticing, version=noticing.version, outcome="no_sheet",
        reason="Told it instead; the sheet stayed at work.", amount_client=6, quality_client=8,
    )  # fmt: skip
    actions.assign_series(
        by=dana, case=case, person=jonas, edition=_sheet("diary-page"), first_on=today, times=6, every_days=7
    )


def _sheet(slug: str) -> WorksheetEdition:
    rows = WorksheetEdition.objects.filter(worksheet__slug=slug, worksheet__language="en", worksheet__practice=None)
    return rows.select_related("worksheet__intervention__current").order_by("-number")[0]
