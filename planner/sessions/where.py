"""Where we are: one page for those who come together, in plain words, with nothing on it that not all of them may read.

Goals for one person's eyes, notes, risk, impression, barriers and single homework are no part of it: the page is built
from what is marked for everyone, never by leaving out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner.base.prepared import DAY, ID, MOMENT, prepared
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
EVER = datetime(1900, 1, 1, tzinfo=UTC)
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
    hours = {"case": case.pk, "since": _beginning(plan)}
    together = _together(hours, places)
    names = [shown_name(place.person.on_paper, options) for place in places]
    practised = [] if options.discreet else _practised(hours, together)
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


def _beginning(plan: Plan) -> datetime:
    """When the plan began; where nobody wrote that down, before everything."""
    return timezone.make_aware(datetime.combine(plan.active_on, time.min)) if plan.active_on else EVER


def _together(hours: dict[str, Any], places: list[Participant]) -> list[int]:
    """Those of the newest hours to which everybody came. Two queries."""
    came: dict[int, set[int]] = defaultdict(set)
    for session, participant in _came(**hours):
        came[session].add(participant)
    everybody = {place.pk for place in places}
    return [pk for pk in _newest(**hours) if not came[pk] or everybody <= came[pk]]


def newest(case: int, since: datetime) -> QuerySet[Session]:
    """Ids of the newest hours that were held since the plan began, the newest first."""
    held = Session.objects.filter(case=case, state=SessionState.HELD, starts_at__gte=since)
    return held.order_by("-starts_at", "-pk").values_list("pk", flat=True)[:LOOKED_BACK]


_newest = prepared(case=ID, since=MOMENT)(newest)


@prepared(case=ID, since=MOMENT)
def _came(case: int, since: datetime) -> QuerySet[Any]:
    """(Hour, participant) of whoever came to them."""
    links = Session.attendees.through.objects.filter(session__in=newest(case, since))
    return links.values_list("session", "participant")


@prepared(case=ID, since=MOMENT)
def _done(case: int, since: datetime) -> QuerySet[AgendaItem]:
    """(Hour, name) of what was done in them from the library."""
    items = AgendaItem.objects.kept().filter(session__in=newest(case, since), done__in=(Done.DONE, Done.PARTLY))
    rows = items.filter(edition__isnull=False).order_by("position", "pk")
    return rows.values_list("session", "edition__intervention__name")


def _practised(hours: dict[str, Any], together: list[int]) -> list[str]:
    """Names of what was done from the library in these hours, the newest first. One query."""
    done: dict[int, list[str]] = defaultdict(list)
    for session, name in _done(**hours):
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
    alone = case.kind == CaseKind.INDIVIDUAL and len(places) == 1
    titles = _open_homework(case=case.pk, day=timezone.localdate(), alone=alone)
    return list(dict.fromkeys(titles))[:MOST_AT_HOME]


@prepared(case=ID, day=DAY)
def _open_homework(case: int, day: date, alone: bool) -> QuerySet[Assignment]:
    rows = Assignment.objects.begun(day).filter(case=case).exclude(state=AssignmentState.REVIEWED)
    rows = rows if alone else rows.filter(person=None)
    return rows.order_by("-starts_on", "-pk").values_list("title", flat=True)


def _next(case: Case) -> str:
    coming = _coming(case=case.pk, moment=timezone.now())
    return formats.date_format(coming[0].wall_start, "l j F, H:i") if coming else ""


@prepared(case=ID, moment=MOMENT)
def _coming(case: int, moment: datetime) -> QuerySet[Session]:
    coming = Session.objects.filter(case=case, state=SessionState.PLANNED, starts_at__gte=moment)
    return coming.order_by("starts_at", "pk").only("starts_at", "zone")[:1]


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
