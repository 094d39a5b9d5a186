"""Suggestions for the next item of an agenda, by plain rules, each with its reasons. Nothing is decided here: a list to
choose from, in an order that says why.

What speaks for an intervention: it was left last time; it fits the phase of the case; it fits the unit (couple, family,
person) and who attends; it was not done in this case yet; it fits the minutes that are free. A shut gate does not hide
it: it is shown with what has to be settled first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import get_args

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from planner.cases import gates
from planner.cases.models import CaseKind, InjurySide, Participant, ParticipantRole, Phase
from planner.library import packs
from planner.library.models import Facet, Intervention, SessionTemplate, WorksheetEdition
from planner.practice.models import User
from planner.sessions.models import AgendaItem, Done, Session, SessionState

ALL_GATES = get_args(packs.Gate)
MOST = 6  # a list to choose from between two clients, not a catalogue
MOST_SHUT = 2
ROLES = {ParticipantRole.RECOVERY, ParticipantRole.PARTNER, ParticipantRole.CAREGIVER}
RELAPSE, REPAIR = "relapse", "disclosure-and-repair"  # families of the library


@dataclass(frozen=True)
class Suggestion:
    """An intervention or a session template, why it is suggested, and what stands against it."""

    title: str
    minutes: int
    reasons: tuple[str, ...]
    intervention: Intervention | None = None
    template: SessionTemplate | None = None
    shut: tuple[str, ...] = ()  # sentences; an override or a settled flag opens it
    weight: int = 0
    sheets: tuple[WorksheetEdition, ...] = ()  # of a shut one: those that are open all the same

    @property
    def why(self) -> str:
        """ "phase: pattern recognition; not yet done in this case"."""
        return "; ".join(self.reasons)


@dataclass(frozen=True)
class Past:
    """What this case has had before the session: interventions done, and those left or partly done last time."""

    done: frozenset[int]
    left: frozenset[int]


def past_of(session: Session) -> Past:
    """Read from the earlier hours of the case. One query."""
    rows = (
        AgendaItem.objects.kept()
        .filter(session__case_id=session.case_id, session__state=SessionState.HELD, edition__isnull=False)
        .exclude(session_id=session.pk)
        .order_by("session__starts_at", "pk")
        .values_list("edition__intervention_id", "done")
    )
    latest = {intervention: done for intervention, done in rows}
    return Past(
        done=frozenset(pk for pk, done in latest.items() if done == Done.DONE),
        left=frozenset(pk for pk, done in latest.items() if done in (Done.LEFT, Done.PARTLY)),
    )


def suggest(
    session: Session,
    user: User,
    *,
    attending: list[Participant],
    items: list[AgendaItem],
    verdict: gates.Verdict,
    free_minutes: int,
) -> list[Suggestion]:
    """At most eight suggestions, the best first, those behind a shut gate last. Three queries."""
    past = past_of(session)
    planned = {item.edition.intervention_id for item in items if item.edition}
    facets = _facets(user)
    found = [
        suggestion
        for intervention in _candidates(user).exclude(pk__in=planned)
        if (
            suggestion := _weigh(intervention, facets[intervention.pk], session, attending, past, verdict, free_minutes)
        )
    ]
    found.sort(key=lambda suggestion: (-suggestion.weight, suggestion.title))
    open_ones = [one for one in found if not one.shut][:MOST]
    return _booster(session, user) + open_ones + [one for one in found if one.shut][:MOST_SHUT]


def _candidates(user: User) -> QuerySet[Intervention]:
    """The library in its original language, each entry with its gates alone (`shut_by`) of all that it says."""
    rows = Intervention.objects.visible_to(user).filter(original=None, current__isnull=False)
    return rows.only("name", "minutes", "family").annotate(shut_by=F("current__content__gates"))


def _facets(user: User) -> dict[int, dict[str, set[str]]]:
    """Intervention id -> phases and for whom."""
    rows = Facet.objects.filter(intervention__in=Intervention.objects.visible_to(user), kind__in=("phase", "for_whom"))
    found: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for pk, kind, value in rows.values_list("intervention_id", "kind", "value"):
        found[pk][kind].add(value)
    return found


def _weigh(
    intervention: Intervention,
    facets: dict[str, set[str]],
    session: Session,
    attending: list[Participant],
    past: Past,
    verdict: gates.Verdict,
    free_minutes: int,
) -> Suggestion | None:
    """The suggestion with its reasons; None where the phase or the people do not fit or it was done already."""
    left = intervention.pk in past.left
    if intervention.pk in past.done or not (left or session.case.phase in facets["phase"]):
        return None
    unit = _unit(session.case.kind, attending, facets["for_whom"])
    if unit is None:
        return None
    reasons, weight = [], 0
    if left:
        reasons.append(_("left from an earlier session"))
        weight += 4
    else:
        reasons.append(_("not yet done in this case"))
        weight += 1
    if session.case.phase in facets["phase"]:
        reasons.insert(0, _("phase: %(phase)s") % {"phase": Phase(session.case.phase).label.lower()})
        weight += 3
    reasons.append(unit)
    for said in _people(intervention, attending):
        reasons.append(said)
        weight += 1
    if 0 < intervention.minutes <= free_minutes:
        reasons.append(_("fits the %(n)d minutes that are free") % {"n": free_minutes})
        weight += 1
    shut = tuple(dict.fromkeys(reason.sentence for reason in verdict.of(intervention.shut_by or ()).blocked))
    return Suggestion(intervention.name, intervention.minutes, tuple(reasons), intervention, shut=shut, weight=weight)


def _unit(kind: str, attending: list[Participant], for_whom: set[str]) -> str | None:
    """The reason in words when it is meant for this unit or for a person who attends."""
    if kind in for_whom:
        return _("for: %(unit)s") % {"unit": CaseKind(kind).label.lower()}
    for participant in attending:
        if participant.role in for_whom & ROLES:
            return _("for: %(role)s") % {"role": participant.get_role_display().lower()}
    return None


def _people(intervention: Intervention, attending: list[Participant]) -> list[str]:
    """What the roles and sides of those who attend add."""
    roles = {participant.role for participant in attending}
    sides = {participant.side for participant in attending}
    found = []
    if intervention.family == RELAPSE and ParticipantRole.RECOVERY in roles:
        found.append(_("a person in recovery attends"))
    if intervention.family == REPAIR and {InjurySide.INJURED, InjurySide.INJURING} <= sides:
        found.append(_("injured and injuring side both attend"))
    return found


def _booster(session: Session, user: User) -> list[Suggestion]:
    """In maintenance, the booster template where none has filled the agenda yet."""
    if session.case.phase != Phase.MAINTENANCE or session.template_id:
        return []
    template = SessionTemplate.objects.visible_to(user).filter(kind="booster").first()
    if template is None:
        return []
    return [Suggestion(template.name, template.minutes, (_("phase: maintenance"), template.aim), template=template)]
