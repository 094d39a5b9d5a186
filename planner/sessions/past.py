"""What a case had before an hour, read once for all that is offered for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from planner.base.prepared import ID, prepared
from planner.sessions.models import AgendaItem, Done, Session, SessionState

LATELY = 3  # sessions; an objective that none of them served is offered again
WORKED = (Done.DONE, Done.PARTLY)
LEFT = (Done.LEFT, Done.PARTLY)


@dataclass(frozen=True)
class Past:
    """Of the earlier hours of a case: the interventions that were `done` and those that were `left` or partly done the
    last time, those that were `worked` on at any time; the newest hours (`lately`), and the lines of the objectives
    that their agendas served."""

    done: frozenset[int]
    left: frozenset[int]
    worked: frozenset[int]
    lately: tuple[int, ...]
    served: frozenset[Any]


def lately(case: int, but: int) -> QuerySet[Session]:
    """The ids of the newest hours of a case that were held, `but` one."""
    held = Session.objects.filter(case=case, state=SessionState.HELD).exclude(pk=but)
    return held.order_by("-starts_at", "-pk").values_list("pk", flat=True)[:LATELY]


_lately = prepared(case=ID, but=ID)(lately)


@prepared(case=ID, but=ID)
def _worked_on(case: int, but: int) -> QuerySet[AgendaItem]:
    """Of each item: the intervention, what became of it, its hour, and the line of the objective that it served."""
    rows = AgendaItem.objects.kept().filter(session__case=case, session__state=SessionState.HELD)
    rows = rows.filter(Q(edition__isnull=False) | Q(session__in=lately(case, but), objective__isnull=False))
    rows = rows.exclude(session=but).order_by("session__starts_at", "pk")
    return rows.values_list("edition__intervention_id", "done", "session_id", "objective__line")


def of(session: Session) -> Past:
    """Two queries, whatever the number of hours."""
    hour = {"case": session.case_id, "but": session.pk}
    lately, found = tuple(_lately(**hour)), _worked_on(**hour)
    latest = {intervention: done for intervention, done, *_rest in found if intervention}
    return Past(
        done=frozenset(pk for pk, done in latest.items() if done == Done.DONE),
        left=frozenset(pk for pk, done in latest.items() if done in LEFT),
        worked=frozenset(pk for pk, done, *_rest in found if pk and done in WORKED),
        lately=lately,
        served=frozenset(line for _pk, done, hour, line in found if line and hour in lately and done in WORKED),
    )
