"""Suggestions for the next item of an agenda, by plain rules, each with its reasons. Nothing is decided here: a list to
choose from, in an order that says why.

What speaks for an intervention: it was left last time; it fits the phase of the case; it fits the unit (couple, family,
person) and who attends; it was not done in this case yet; it fits the minutes that are free. A shut gate does not hide
it: it is shown with what has to be settled first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import get_args

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from planner.base.prepared import ID, WORDS, prepared
from planner.cases import gates
from planner.cases.models import CaseKind, InjurySide, Participant, ParticipantRole, Phase
from planner.library import packs
from planner.library.models import Facet, Intervention, SessionTemplate, WorksheetEdition
from planner.practice.models import User
from planner.sessions.models import AgendaItem, Session
from planner.sessions.past import LEFT, Past

ALL_GATES = get_args(packs.Gate)
MOST = 6  # a list to choose from between two clients, not a catalogue
MOST_SHUT = 2
LOOKED_AT = 40  # whose gates are read at one time, the best first
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


def suggest(
    session: Session,
    user: User,
    *,
    attending: list[Participant],
    items: list[AgendaItem],
    verdict: gates.Verdict,
    free_minutes: int,
    past: Past,
) -> list[Suggestion]:
    """At most eight suggestions, the best first, those behind a shut gate last. Two queries, and where something is
    shut one for each LOOKED_AT of the library that it takes to find them."""
    passed_over = {item.entry for item in items if item.entry} | past.done
    told = {"phase": session.case.phase, "case": session.case_id}
    rows, for_whom = _candidates(user=user, **told), defaultdict(set)
    for pk, value in _for_whom(user=user, **told):
        for_whom[pk].add(value)
    found = [
        suggestion
        for intervention in rows
        if intervention.pk not in passed_over
        and (intervention.in_phase or intervention.pk in past.left)
        and (suggestion := _weigh(intervention, for_whom[intervention.pk], session, attending, past, free_minutes))
    ]
    found.sort(key=lambda suggestion: (-suggestion.weight, suggestion.title))
    open_ones, shut = _sorted_out(found, verdict)
    return _booster(session, user) + open_ones + shut


def _sorted_out(found: list[Suggestion], verdict: gates.Verdict) -> tuple[list[Suggestion], list[Suggestion]]:
    """The best that may be taken, and the best that something stands against, with what it is."""
    open_ones: list[Suggestion] = []
    shut: list[Suggestion] = []
    if verdict.open:
        return found[:MOST], shut
    for start in range(0, len(found), LOOKED_AT):
        looked_at = found[start : start + LOOKED_AT]
        gates_of = _gates_of(looked_at)
        for one in looked_at:
            stops = verdict.of(gates_of[one.intervention.pk]).blocked
            if stops:
                shut.append(replace(one, shut=tuple(dict.fromkeys(reason.sentence for reason in stops))))
            else:
                open_ones.append(one)
        if len(open_ones) >= MOST and len(shut) >= MOST_SHUT:
            break
    return open_ones[:MOST], shut[:MOST_SHUT]


def _gates_of(found: list[Suggestion]) -> dict[int, list[str]]:
    """Intervention id -> its gates, alone of all that its entry says."""
    rows = Intervention.objects.filter(pk__in=[one.intervention.pk for one in found]).order_by()
    return {pk: asked or [] for pk, asked in rows.values_list("pk", "current__content__gates")}


def candidates(user: User, phase: str, case: int) -> QuerySet[Intervention]:
    """The library in its original language: what fits the phase of the case (`in_phase`), and what one of its hours
    left."""
    in_phase = Facet.objects.filter(intervention=OuterRef("pk"), kind="phase", value=phase)
    left = AgendaItem.objects.kept().filter(session__case=case, done__in=LEFT, edition__isnull=False)
    rows = Intervention.objects.visible_to(user).filter(original=None, current__isnull=False)
    rows = rows.annotate(in_phase=Exists(in_phase))
    rows = rows.filter(Q(in_phase=True) | Q(pk__in=left.order_by().values("edition__intervention")))
    return rows.only("name", "minutes", "family").order_by()


_candidates = prepared(phase=WORDS, case=ID)(candidates)


@prepared(phase=WORDS, case=ID)
def _for_whom(user: User, phase: str, case: int) -> QuerySet[Facet]:
    """(Intervention, for whom it is) of each."""
    rows = Facet.objects.filter(kind="for_whom", intervention__in=candidates(user, phase, case).values("pk"))
    return rows.order_by().values_list("intervention_id", "value")


def _weigh(
    intervention: Intervention,
    for_whom: set[str],
    session: Session,
    attending: list[Participant],
    past: Past,
    free_minutes: int,
) -> Suggestion | None:
    """The suggestion with its reasons; None where the people do not fit."""
    left = intervention.pk in past.left
    unit = _unit(session.case.kind, attending, for_whom)
    if unit is None:
        return None
    reasons, weight = [], 0
    if left:
        reasons.append(_("left from an earlier session"))
        weight += 4
    else:
        reasons.append(_("not yet done in this case"))
        weight += 1
    if intervention.in_phase:
        reasons.insert(0, _("phase: %(phase)s") % {"phase": Phase(session.case.phase).label.lower()})
        weight += 3
    reasons.append(unit)
    for said in _people(intervention, attending):
        reasons.append(said)
        weight += 1
    if 0 < intervention.minutes <= free_minutes:
        reasons.append(_("fits the %(n)d minutes that are free") % {"n": free_minutes})
        weight += 1
    return Suggestion(intervention.name, intervention.minutes, tuple(reasons), intervention, weight=weight)


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
