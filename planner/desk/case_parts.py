"""The columns of the case chart, each a part of its own: what it lays out of the rooms, in a constant number of queries
apart from what a room says of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from planner.agreements import chart as agreements
from planner.base.prepared import ID, prepared
from planner.boosters import chart as booster_chart
from planner.cases import names
from planner.cases.models import Case
from planner.desk import progress_waits
from planner.homework import chart as homework_chart
from planner.homework.models import PrintedSheet, Printout
from planner.plans import chart as plan_chart
from planner.practice.models import User
from planner.progress import chart as progress_chart
from planner.progress import due
from planner.sessions.models import AgendaItem, ItemKind, Session, SessionState

MOST_COMING, MOST_PAST, MOST_PRINTED = 5, 12, 12
#: What a line shows of a session.
SHOWN = ("starts_at", "kind", "state", "note__state")
COMING = (SessionState.PLANNED, SessionState.RUNNING)
#: Items that are named under their hour: an intervention, or a sheet that stands alone.
FROM_LIBRARY = (ItemKind.LIBRARY, ItemKind.WORKSHEET)
PAST = (SessionState.HELD, SessionState.CANCELLED)


@dataclass(frozen=True)
class Part:
    """A column, or a piece of one: `context` reads what its template desk/_case_<name>.html shows."""

    title: Any
    context: Callable[[Case, User], dict[str, Any]]


def happens(case: Case, user: User) -> dict[str, Any]:
    """Hours to come and the newest past ones with what was done from the library."""
    coming, past = _coming(case=case.pk), _past(case=case.pk)
    titles: dict[int, list[AgendaItem]] = defaultdict(list)
    for item in _practised(case=case.pk) if coming or past else ():
        titles[item.session_id].append(item)
    for session in (*coming, *past):
        session.practised = titles[session.pk]
    return {"coming": coming, "past": past, **_measures(case, user, coming)}


def _measures(case: Case, user: User, coming: list[Session]) -> dict[str, Any]:
    """Progress, with what is due in the next hour; the hours so far are counted only where a rule asks."""
    rules = due.rules_of(case=case.pk)
    hour = progress_waits.hour_of(case, coming[:1]) if rules else {}
    return progress_chart.on_chart(case, user, rules=rules, **hour)


def out(case: Case, user: User) -> dict[str, Any]:
    """What the people have at home: homework and documents."""
    return {**homework_chart.on_chart(case, user), **agreements.on_chart(case, user)}


def kept(case: Case, user: User) -> dict[str, Any]:
    """What was printed, and the boosters."""
    printed = _printouts(case=case.pk)
    sheets: dict[int, list[PrintedSheet]] = defaultdict(list)
    for sheet in _sheets(case=case.pk) if printed else ():
        sheets[sheet.printout_id].append(sheet)
    for printout in printed:
        printout.named = sheets[printout.pk]
    return {"printouts": printed, **booster_chart.on_chart(case, user)}


@prepared(case=ID)
def _printouts(case: int) -> QuerySet[Printout]:
    rows = Printout.objects.filter(case=case).select_related("person", "printed", "by")
    return rows.defer("printed__pdf")[:MOST_PRINTED]


@prepared(case=ID)
def _sheets(case: int) -> QuerySet[PrintedSheet]:
    """The sheets in the newest printouts: what each is called, and which edition."""
    newest = Printout.objects.filter(case=case).values("pk")[:MOST_PRINTED]
    rows = PrintedSheet.objects.filter(printout__in=newest).select_related("edition__worksheet").order_by("pk")
    return rows.only("printout", "edition__number", "edition__worksheet__name")


#: By the name in the address and of the template, in the order of the page.
PARTS: dict[str, Part] = {
    "aims": Part(_("The treatment plan"), plan_chart.on_chart),
    "happens": Part(_("Sessions and progress"), happens),
    "out": Part(_("Homework and documents"), out),
    "kept": Part(_("Printed, and boosters"), kept),
}


def context_of(name: str, case: Case, user: User, *, may_edit: bool) -> dict[str, Any]:
    """What a part shows."""
    shown = {"case": case, "may_edit": may_edit, "participants": partial(names.current, case)}
    return {**shown, **PARTS[name].context(case, user)}


@prepared(case=ID)
def _coming(case: int) -> QuerySet[Session]:
    return _hours(case, COMING).order_by("starts_at", "pk")[:MOST_COMING]


@prepared(case=ID)
def _past(case: int) -> QuerySet[Session]:
    return _hours(case, PAST).order_by("-starts_at", "-pk")[:MOST_PAST]


@prepared(case=ID)
def _practised(case: int) -> QuerySet[AgendaItem]:
    """What these hours hold from the library."""
    coming = Session.objects.filter(case=case, state__in=COMING).order_by("starts_at", "pk").values("pk")[:MOST_COMING]
    past = Session.objects.filter(case=case, state__in=PAST).order_by("-starts_at", "-pk").values("pk")[:MOST_PAST]
    rows = AgendaItem.objects.kept().filter(Q(session__in=coming) | Q(session__in=past), kind__in=FROM_LIBRARY)
    return rows.only("session", "title", "done").order_by("position")


def _hours(case: int, states: tuple[str, ...]) -> QuerySet[Session]:
    return Session.objects.filter(case=case, state__in=states).select_related("note").only(*SHOWN)
