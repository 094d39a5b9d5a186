"""Where a case talks about past use, and what that means for a sheet: a line that says it, and what is not asked.

Behavioural couple therapy asks both not to go over past use, or fears of future use, at home, and keeps that for the
session; other ways of working ask for regular talks at home. The clinician chooses for each case
(`Case.past_use_talk`); sheets and plans follow.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from planner.cases.clearance import USE_GATES
from planner.cases.gates import is_joint
from planner.cases.models import Case, PastUseTalk
from planner.sheets.blocks import Block, Callout

#: Sheets of entries without such a gate on which past use comes up all the same.
TOUCHES_USE = frozenset({
    "check-in-sheet", "five-minute-check-in", "journal-page", "journal-agreement", "our-talk-slots", "our-ground-rules",
    "our-calm-channel", "our-support-plan", "our-year-ahead",
})  # fmt: skip
#: The sheet of the scheduled check-in itself: where the talk has its place.
CHECK_IN_SHEET = "check-in-sheet"


def sentence(case: Case) -> str:
    """Where past use is talked about, in words for the client. Nothing where it is open."""
    return {
        PastUseTalk.SESSION: _("We talk about past use in our sessions, not at home. Bring what comes up."),
        PastUseTalk.CHECK_IN: _("We talk about past use at our weekly check-in, not in between. Note what comes up."),
        PastUseTalk.OPEN: "",
    }[PastUseTalk(case.past_use_talk)]


def touches(edition: Any) -> bool:
    """Whether past use comes up on this edition of a sheet."""
    return edition.worksheet.slug in TOUCHES_USE or bool(USE_GATES & set(edition.gates))


def said_on(case: Case, edition: Any) -> str:
    """The one sentence that a sheet of this case carries where past use comes up on it, or nothing. Alone one may think
    and write of it as one likes, so an individual case has none."""
    if not touches(edition) or not is_joint(case) or edition.for_clinician:
        return ""
    if edition.worksheet.slug == CHECK_IN_SHEET and case.past_use_talk == PastUseTalk.CHECK_IN:
        return _("This is our set time to talk about past use, if both of us want to.")
    return sentence(case)


def lines(case: Case, edition: Any) -> tuple[Block, ...]:
    """The same as a block at the head of a living document."""
    said = said_on(case, edition)
    return (Callout(tone="tip", text=said),) if said else ()


def rule(case: Case) -> str:
    """What was settled, for the clinician's plan of an hour: "Past use: In session only". Nothing for one person."""
    return f"{_('Past use:')} {case.get_past_use_talk_display()}" if is_joint(case) else ""
