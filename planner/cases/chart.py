"""What the case chart shows of this room: who takes part, what is known about safety, who may see the case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from planner.base.prepared import DAY, ID, prepared
from planner.cases import gates, names
from planner.cases.models import Case, FlagKind, FlagState, GateOverride, Participant, SafetyFlag, TeamMember


@dataclass(frozen=True)
class Finding:
    """The newest finding of one kind about one person; without a row it was not asked yet."""

    kind: str
    state: str
    flag: SafetyFlag | None = None

    @property
    def kind_label(self) -> str:
        return str(FlagKind(self.kind).label)

    @property
    def state_label(self) -> str:
        return str(FlagState(self.state).label)


@dataclass(frozen=True)
class PersonSafety:
    """What is known about one participant: violence always, the rest once it was looked at."""

    participant: Participant
    findings: tuple[Finding, ...]

    @property
    def needs_care(self) -> bool:
        return any(finding.state != FlagState.CLEAR for finding in self.findings)


@dataclass(frozen=True)
class Standing:
    """An override that holds, with the name of its gate."""

    override: GateOverride
    gate_label: str


def people_and_safety(case: Case) -> dict[str, Any]:
    """The context of cases/_people.html and cases/_safety.html, in a constant number of queries (at most four).
    What the case is called is known from then on."""
    names.with_people(case)
    everybody, participants = case.participants.all(), names.current(case)
    flags = _flags(case=case.pk)
    overrides = gates.standing_overrides(case, flags)
    verdict = gates.look(case, gates.MATRIX, participants=participants, flags=flags, overrides=overrides)
    case.told_label = names.label(participants) or case.code
    return {
        "case": case,
        "participants": participants,
        "left": [participant for participant in everybody if participant.left_on is not None],
        "flags": flags,
        "safety": [safety_of(participant, flags) for participant in participants],
        "shut": [{"gate": gate, "label": gates.LABELS[gate]} for gate in verdict.shut_gates],
        "overrides": [Standing(row, str(gates.LABELS[row.gate])) for row in overrides],
    }


@prepared(case=ID)
def _flags(case: int) -> QuerySet[SafetyFlag]:
    return SafetyFlag.objects.filter(case=case).select_related("by")


def safety_of(participant: Participant, flags: Iterable[SafetyFlag]) -> PersonSafety:
    """The newest findings about one participant, in the order of the kinds."""
    known = gates.newest(flags, participant.person_id)
    findings = [
        Finding(kind, known[kind].state if kind in known else FlagState.NOT_YET, known.get(kind))
        for kind in FlagKind.values
        if kind in known or kind == FlagKind.VIOLENCE
    ]
    return PersonSafety(participant, tuple(findings))


def team_of(case: Case) -> list[Any]:
    """Everybody with a place on the case today, leads first."""
    order = {"lead": 0, "co": 1, "supervisor": 2}
    return sorted(_team(case=case.pk, on=timezone.localdate()), key=lambda place: (order[place.role], place.user.name))


@prepared(case=ID, on=DAY)
def _team(case: int, on: Any) -> QuerySet[TeamMember]:
    return TeamMember.objects.current(on).filter(case=case).select_related("user")
