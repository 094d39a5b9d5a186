"""Safety gates: what has to be known and settled before an intervention may be added to a plan or printed.

The matrix is plain data: gate -> what is known about a person -> what follows. A gate is one of the names an
intervention's file may carry; the facts are the safety flags and whether somebody is a minor. Nothing here decides
about risk: it stops a joint task until a clinician has looked, and a clinician may go on with a written reason.

Every sentence is for the clinician. None may reach a client's paper or a view that a client sees.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.base.prepared import ID, prepared
from planner.cases.models import Case, CaseKind, FlagKind, FlagState, GateOverride, Participant, SafetyFlag
from planner.cases.names import current

MINOR = "minor"  # stands beside the flag kinds: a person under age takes part


class Effect(Enum):
    """What a concern does to a gate. JOINT blocks where several people take part and warns in an individual case."""

    BLOCKS = "blocks"
    JOINT = "joint"
    WARNS = "warns"


_B, _J, _W = Effect.BLOCKS, Effect.JOINT, Effect.WARNS
_VIOLENCE, _SUICIDE, _WITHDRAWAL = FlagKind.VIOLENCE.value, FlagKind.SUICIDE.value, FlagKind.WITHDRAWAL.value
_LEGAL, _DISSOCIATION, _PSYCHOSIS = FlagKind.LEGAL.value, FlagKind.DISSOCIATION.value, FlagKind.PSYCHOSIS.value

MATRIX: dict[str, dict[str, Effect]] = {
    "joint-task": {_VIOLENCE: _J, _PSYCHOSIS: _J, _LEGAL: _W, MINOR: _W},
    "disclosure": {_VIOLENCE: _J, _PSYCHOSIS: _J, _LEGAL: _B},
    "facilitated-disclosure": {_VIOLENCE: _J, _PSYCHOSIS: _J, _LEGAL: _B, _SUICIDE: _B, _WITHDRAWAL: _B},
    "shared-record": {_VIOLENCE: _J, _PSYCHOSIS: _J, _LEGAL: _B, MINOR: _W},
    "joint-relapse-plan": {_VIOLENCE: _J, _PSYCHOSIS: _J, _WITHDRAWAL: _W, _LEGAL: _W},
    "own-relapse-plan": {_WITHDRAWAL: _W, _LEGAL: _W},
    "exposure-or-guilt": {_SUICIDE: _W},
    "graded-exposure": {_WITHDRAWAL: _B, _SUICIDE: _W, _DISSOCIATION: _W},
    "mindfulness": {_WITHDRAWAL: _B, _PSYCHOSIS: _B, _DISSOCIATION: _W},
    "story-work": {_DISSOCIATION: _W, _PSYCHOSIS: _W},
    "adult-content": {MINOR: _B},
    "information-sharing": {_VIOLENCE: _W, _LEGAL: _W},
}

LABELS = {
    "joint-task": gettext_lazy("Joint task"),
    "disclosure": gettext_lazy("Disclosure"),
    "facilitated-disclosure": gettext_lazy("Facilitated disclosure"),
    "shared-record": gettext_lazy("Shared record"),
    "joint-relapse-plan": gettext_lazy("Joint relapse plan"),
    "own-relapse-plan": gettext_lazy("A person's own relapse plan"),
    "exposure-or-guilt": gettext_lazy("Work on guilt or exposure"),
    "graded-exposure": gettext_lazy("Graded exposure"),
    "mindfulness": gettext_lazy("Mindfulness"),
    "story-work": gettext_lazy("Story work"),
    "adult-content": gettext_lazy("Content for adults"),
    "information-sharing": gettext_lazy("Sharing information"),
}

_NOT_YET = gettext_lazy("Ask %(name)s alone about safety first. Not yet asked.")
_NOT_YET_MINOR = gettext_lazy("Ask %(name)s alone about safety first, in words that fit the age. Not yet asked.")
_NOT_REVIEWED = gettext_lazy("%(name)s: an answer asks for a look at suicide risk. Nobody has looked yet.")
_CONCERNS = {
    _VIOLENCE: gettext_lazy("%(name)s: a concern about violence or coercion is recorded. Work with each person alone."),
    _SUICIDE: gettext_lazy("%(name)s: a concern about suicide risk is recorded. Review safety with %(name)s first."),
    _WITHDRAWAL: gettext_lazy("%(name)s: withdrawal or intoxication is a risk. Clear it with a doctor first."),
    _LEGAL: gettext_lazy("%(name)s: a legal matter is open. What is written may be read in court; ask counsel first."),
    _DISSOCIATION: gettext_lazy("%(name)s: may leave the window of tolerance. Keep it short, eyes open, outward."),
    _PSYCHOSIS: gettext_lazy("%(name)s: psychosis or mania is a concern. Postpone until this is steady."),
    MINOR: gettext_lazy("%(name)s is a minor. Keep adult matters out and check who may see what is written."),
}


@dataclass(frozen=True)
class Reason:
    """Why a gate is shut or wants care: one sentence for the clinician. `flag` is a flag kind or "minor".

    A consent that does not stand has no gate: it bears on every task, or on those behind a gate of `tasks` alone.
    """

    gate: str
    flag: str
    sentence: str
    overridden: bool = False
    person_id: int | None = None
    tasks: frozenset[str] = frozenset()

    def bears_on(self, wanted: Iterable[str]) -> bool:
        """Whether it says something about a task behind these gates."""
        if self.gate:
            return self.gate in wanted
        return not self.tasks or not self.tasks.isdisjoint(wanted)

    @property
    def gate_label(self) -> str:
        return str(LABELS[self.gate])


@dataclass(frozen=True)
class Verdict:
    """What stands against some gates. `blocked` stops; `warnings` are shown, among them what was overridden."""

    blocked: list[Reason] = field(default_factory=list)
    warnings: list[Reason] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """True when nothing stops."""
        return not self.blocked

    def of(self, gates: Iterable[str]) -> Verdict:
        """The same for a task behind some of the gates alone: one look serves a whole page."""
        wanted = set(gates)
        blocked = [reason for reason in self.blocked if reason.bears_on(wanted)]
        return Verdict(blocked, [reason for reason in self.warnings if reason.bears_on(wanted)])

    @property
    def shut_gates(self) -> list[str]:
        """The names of the gates that stop, each once, in the order of the matrix."""
        shut = {reason.gate for reason in self.blocked}
        return [gate for gate in MATRIX if gate in shut]


def look(
    case: Case,
    gates: Iterable[str],
    *,
    participants: Iterable[Participant] | None = None,
    flags: list[SafetyFlag] | None = None,
    overrides: Iterable[GateOverride] | None = None,
) -> Verdict:
    """What stands against `gates` for those who take part (everybody in the case unless told). At most four queries;
    the overrides are asked for where something stops. `flags` and `overrides` (those that stand) are what was read of
    the whole case already.

    A gate that this house does not know is treated as shut nowhere: the pack reader refuses such a name long before.
    """
    wanted = [gate for gate in MATRIX if gate in set(gates)]
    if not wanted:
        return Verdict()
    attending = current(case) if participants is None else list(participants)
    flags = flags_of(case) if flags is None else flags
    known = {participant.pk: newest(flags, participant.person_id) for participant in attending}
    found = [
        (reason, effect)
        for gate in wanted
        for participant in attending
        for reason, effect in _reasons(gate, participant, known[participant.pk], joint=is_joint(case))
    ]
    if any(effect is not Effect.WARNS for _reason, effect in found):
        standing = standing_overrides(case, flags) if overrides is None else overrides
        found = _overridden(found, {override.gate for override in standing})
    verdict = Verdict()
    for reason, effect in found:
        stops = effect is not Effect.WARNS and not reason.overridden
        (verdict.blocked if stops else verdict.warnings).append(reason)
    return verdict


def _overridden(found: list[tuple[Reason, Effect]], gates: set[str]) -> list[tuple[Reason, Effect]]:
    """The same reasons; what stops behind one of `gates` is marked as overridden."""
    return [
        (replace(reason, overridden=effect is not Effect.WARNS and reason.gate in gates), effect)
        for reason, effect in found
    ]


def is_joint(case: Case) -> bool:
    """True where several people take part: a couple or a family."""
    return case.kind != CaseKind.INDIVIDUAL


def newest(flags: Iterable[SafetyFlag], person_id: int) -> dict[str, SafetyFlag]:
    """Flag kind -> the newest finding about the person."""
    found: dict[str, SafetyFlag] = {}
    for flag in sorted(flags, key=lambda flag: flag.pk, reverse=True):
        if flag.person_id == person_id:
            found.setdefault(flag.kind, flag)
    return found


def _reasons(
    gate: str, participant: Participant, known: dict[str, SafetyFlag], *, joint: bool
) -> list[tuple[Reason, Effect]]:
    """What one person's findings, the newest of each kind, say about one gate."""
    person = participant.person
    found = []
    for kind, effect in MATRIX[gate].items():
        said = _sentence(kind, known.get(kind), person, joint=joint)
        if said is not None:
            found.append((Reason(gate, kind, said, person_id=person.pk), _in_case(effect, joint=joint)))
    return found


def _in_case(effect: Effect, *, joint: bool) -> Effect:
    if effect is not Effect.JOINT:
        return effect
    return Effect.BLOCKS if joint else Effect.WARNS


def _sentence(kind: str, flag: SafetyFlag | None, person: Any, *, joint: bool) -> str | None:
    """The sentence where the finding matters; None where it does not. Only violence must have been asked: for every
    other kind nothing recorded means nothing known. Suicide risk recorded as not yet asked waits for an answer."""
    name = {"name": person.on_paper or _("This person")}
    if kind == MINOR:
        return _CONCERNS[MINOR] % name if person.is_minor else None
    state = flag.state if flag else FlagState.NOT_YET
    if state == FlagState.CONCERN:
        return _CONCERNS[kind] % name
    if state == FlagState.NOT_YET and kind == _VIOLENCE and joint:
        return (_NOT_YET_MINOR if person.is_minor else _NOT_YET) % name
    if state == FlagState.NOT_YET and kind == _SUICIDE and flag is not None:
        return _NOT_REVIEWED % name
    return None


def flags_of(case: Case) -> list[SafetyFlag]:
    """What was found about safety in a case, the newest first. One query, or none where `flags` was prefetched for a
    list of cases."""
    if "flags" in getattr(case, "_prefetched_objects_cache", {}):
        return list(case.flags.all())
    return _flags_of(case=case.pk)


@prepared(case=ID)
def _flags_of(case: int) -> QuerySet[SafetyFlag]:
    return SafetyFlag.objects.filter(case=case)


def _overrides_of(case: Case) -> list[GateOverride]:
    """The newest first. One query, or none where `overrides` was prefetched for a list of cases."""
    if "overrides" in getattr(case, "_prefetched_objects_cache", {}):
        return sorted(case.overrides.all(), key=lambda override: -override.pk)
    return _overrides(case=case.pk)


@prepared(case=ID)
def _overrides(case: int) -> QuerySet[GateOverride]:
    return GateOverride.objects.filter(case=case).select_related("by").order_by("-pk")


def standing_overrides(case: Case, flags: Iterable[SafetyFlag] | None = None) -> list[GateOverride]:
    """The newest override of each gate, where nothing that bears on it was recorded later and nobody joined."""
    findings = flags_of(case) if flags is None else list(flags)
    newest_of: dict[str, GateOverride] = {}
    for override in _overrides_of(case):
        newest_of.setdefault(override.gate, override)
    joined = [participant.created_at for participant in case.participants.all()] if newest_of else []
    return [
        override
        for gate, override in newest_of.items()
        if not any(flag.at >= override.at and flag.kind in MATRIX.get(gate, {}) for flag in findings)
        and not any(moment > override.at for moment in joined)
    ]
