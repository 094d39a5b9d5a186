"""Where we are: one page for those who come together, in plain words, with nothing on it that not all of them may read.

Goals for one person's eyes, notes, risk, impression, barriers and single homework are no part of it: the page is built
from what is marked for everyone, never by leaving out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner.cases.models import Case, CaseKind, Participant
from planner.cases.names import current
from planner.homework.models import Assignment, AssignmentState
from planner.plans import standing
from planner.plans.models import Plan, Status
from planner.plans.tree import GoalNode, Tree, tree_of
from planner.practice.paper import paper_head
from planner.sessions.models import AgendaItem, Done, Session, SessionState
from planner.sheets import addresses
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper, letterhead_for, shown_name

MOST_GOALS, MOST_PARTS, MOST_PRACTISED, MOST_AT_HOME = 4, 3, 5, 4
LOOKED_BACK = 40  # sessions
WORDS: dict[str, Any] = {
    Status.OPEN: gettext_lazy("still before us"),
    Status.IN_PROGRESS: gettext_lazy("under way"),
    Status.MET: gettext_lazy("reached"),
    Status.REVISED: gettext_lazy("changed into something new"),
    Status.DROPPED: gettext_lazy("set aside"),
}


@dataclass(frozen=True)
class Part:
    """A goal or an objective in words, and how far it is."""

    words: str
    how_far: str
    whose: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class WherePaper:
    """The context of paper/where.html. `names` are those it is for; `met` is a sentence."""

    names: str
    on: str
    goals: tuple[Part, ...]
    met: str
    practised: tuple[str, ...]
    at_home: tuple[str, ...]
    next_at: str


def where(case: Case, options: Options) -> WherePaper | None:
    """What the page says; None while no plan is in force. Ten queries at most."""
    plan = Plan.objects.active_of(case)
    if plan is None:
        return None
    places = current(case)
    tree = _tree(plan, case, places)
    known = standing.histories(tree)
    newest = _newest(case, plan)
    together = _together(newest, places)
    names = [shown_name(place.person.on_paper, options) for place in places]
    practised = [] if options.discreet else _practised(newest, together)
    return WherePaper(
        names=", ".join(filter(None, names)),
        on=formats.date_format(timezone.localdate(), "j F Y"),
        goals=tuple(_goal(node, known, options) for node in tree.goals[:MOST_GOALS]),
        met=_met(len(together), len(places)),
        practised=tuple(practised[:MOST_PRACTISED]),
        at_home=tuple(_at_home(case, places)),
        next_at=_next(case),
    )


def _tree(plan: Plan, case: Case, places: list[Participant]) -> Tree:
    """What all of them may read; in individual work what the one person may read."""
    if case.kind == CaseKind.INDIVIDUAL and len(places) == 1:
        return tree_of(plan, places[0].person)
    return tree_of(plan, joint=True)


def _goal(node: GoalNode, known: dict, options: Options) -> Part:
    row = node.row
    parts = tuple(Part(one.row.sentence, _how_far(known, one.row.line)) for one in node.objectives[:MOST_PARTS])
    whose = shown_name(row.person.on_paper, options) if row.person else ""
    return Part(row.words, _how_far(known, row.line), whose, parts)


def _how_far(known: dict, line: Any) -> str:
    """Words, and where somebody measured it, how much of the way."""
    history = known.get(line, [])
    status = standing.status_of(history)
    percent = standing.newest(history, "progress")
    if status != Status.IN_PROGRESS or percent is None:
        return str(WORDS[status])
    if percent < 35:
        return _("begun")
    return _("about half way") if percent < 70 else _("most of the way")


def _together(newest: list[int], places: list[Participant]) -> list[int]:
    """Those of the newest hours to which everybody came. One query."""
    came: dict[int, set[int]] = defaultdict(set)
    links = Session.attendees.through.objects.filter(session__in=newest)
    for session, participant in links.values_list("session", "participant"):
        came[session].add(participant)
    everybody = {place.pk for place in places}
    return [pk for pk in newest if not came[pk] or everybody <= came[pk]]


def _newest(case: Case, plan: Plan) -> list[int]:
    """Ids of the newest hours that were held since the plan began, the newest first. One query."""
    held = Session.objects.filter(case=case, state=SessionState.HELD)
    if plan.active_on:
        held = held.filter(starts_at__gte=timezone.make_aware(datetime.combine(plan.active_on, time.min)))
    return list(held.order_by("-starts_at").values_list("pk", flat=True)[:LOOKED_BACK])


def _practised(newest: list[int], together: list[int]) -> list[str]:
    """Names of what was done from the library in these hours, the newest first. One query."""
    items = AgendaItem.objects.kept().filter(session__in=newest, done__in=(Done.DONE, Done.PARTLY))
    rows = items.filter(edition__isnull=False).order_by("position", "pk")
    done: dict[int, list[str]] = defaultdict(list)
    for session, name in rows.values_list("session", "edition__intervention__name"):
        done[session].append(name)
    return list(dict.fromkeys(name for session in together for name in done[session]))


def _met(count: int, people: int) -> str:
    if not count:
        return _("We begin now.")
    if people == 1:
        return ngettext("We have met once since then.", "We have met %(n)d times since then.", count) % {"n": count}
    said = ngettext("We have met together once since then.", "We have met together %(n)d times since then.", count)
    return said % {"n": count}


def _at_home(case: Case, places: list[Participant]) -> list[str]:
    """What everybody in the case does together between the hours; in individual work also what is the one person's."""
    rows = Assignment.objects.begun().filter(case=case).exclude(state=AssignmentState.REVIEWED)
    alone = case.kind == CaseKind.INDIVIDUAL and len(places) == 1
    if not alone:
        rows = rows.filter(person=None)
    return list(dict.fromkeys(rows.order_by("-starts_on", "-pk").values_list("title", flat=True)))[:MOST_AT_HOME]


def _next(case: Case) -> str:
    coming = Session.objects.filter(case=case, state=SessionState.PLANNED, starts_at__gte=timezone.now())
    session = coming.order_by("starts_at").only("starts_at", "zone").first()
    return formats.date_format(session.wall_start, "l j F, H:i") if session else ""


def where_paper(case: Case, options: Options) -> Paper | None:
    """The page as the press takes it, in the practice's language."""
    practice = case.practice
    with translation.override(practice.language):
        content = where(case, options)
        if content is None:
            return None
        return Paper(
            title=_("Where we are"),
            discreet_title=_("Where we are"),
            language=practice.language,
            options=options,
            letterhead=letterhead_for(Letterhead(**paper_head(practice)), options),
            template="paper/where.html",
            context={"where": content},
            address=addresses.new_address(),
        )
