"""Writes of the cases room. Each is one transaction with its line in the trail: facts, never names or text."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.text import clean, clean_line
from planner.cases import gates
from planner.cases.models import (
    Case,
    CaseKind,
    FlagKind,
    FlagState,
    GateOverride,
    InjurySide,
    Participant,
    ParticipantRole,
    Person,
    Phase,
    SafetyFlag,
    TeamMember,
    TeamRole,
)
from planner.practice.models import Role, User
from planner.practice.trail import record

LETTERS = "ACDEFHJKMNPRTUVWXY"  # nothing that reads as another letter or a digit
DIGITS = "234679"
SHORTEST_CODE = 4
SHORTEST_REASON = 20  # letters; below that a reason says nothing to whoever reads it later
MOST_PEOPLE = 12
FEWEST_PEOPLE = {CaseKind.INDIVIDUAL: 1, CaseKind.COUPLE: 2, CaseKind.FAMILY: 2}
PERSON_FIELDS = ("name", "print_name", "pronouns", "language", "text_size", "is_minor")
PLACE_FIELDS = ("role", "side", "left_on")


class Refused(ValueError):
    """A write that would break a rule. The message is a sentence for the person; `field` names what it is about."""

    def __init__(self, message: str, field: str | None = None):
        self.field = field
        super().__init__(message)


class Stopped(Refused):
    """Something about safety or a consent stands against it. `verdict.blocked` are the reasons."""

    def __init__(self, verdict: gates.Verdict):
        self.verdict = verdict
        super().__init__(" ".join(dict.fromkeys(reason.sentence for reason in verdict.blocked)))


def must_be_open(verdict: gates.Verdict) -> None:
    """Raises Stopped where something stands against it."""
    if not verdict.open:
        raise Stopped(verdict)


def new_code(length: int = SHORTEST_CODE) -> str:
    """A case code such as "K4T7": letters and digits in turn, so that it spells no word and reads aloud well."""
    return "".join(secrets.choice(DIGITS if position % 2 else LETTERS) for position in range(length))


def open_case(
    *,
    by: User,
    kind: str,
    people: Iterable[Mapping[str, Any]],
    focus: str = "",
    phase: str = Phase.SAFETY,
    code: str | None = None,
) -> Case:
    """A new case with its people; `by` leads it. Each of `people` has a name and a role and may have the other fields
    of Person and Participant, or `person`: somebody the practice knows already. Raises Refused."""
    people = list(people)
    check_people(kind, people)
    with transaction.atomic():
        case = _insert(by=by, kind=kind, focus=clean_line(focus), phase=phase, code=code)
        TeamMember.objects.create(case=case, user=by, role=TeamRole.LEAD)
        for order, given in enumerate(people):
            _seat(case, by=by, order=order, **given)
        detail = {"kind": kind, "people": len(people)}
        record("opened", by=by, what="case", what_id=case.pk, case_id=case.pk, detail=detail)
    return case


def check_people(kind: str, people: list[Any]) -> None:
    """Raises Refused where there are too few or too many people for this kind of case."""
    if kind not in CaseKind.values:
        raise Refused(_("Choose an individual, a couple or a family."), "kind")
    if len(people) < FEWEST_PEOPLE[CaseKind(kind)]:
        if kind == CaseKind.INDIVIDUAL:
            raise Refused(_("Write the name of the person."), "kind")
        raise Refused(_("A couple or family needs at least two people. Write both names."), "kind")
    if kind == CaseKind.INDIVIDUAL and len(people) > 1:
        raise Refused(_("An individual case has one person. Choose couple or family, or take the others out."), "kind")
    if len(people) > MOST_PEOPLE:
        raise Refused(_("A case holds at most %(n)d people.") % {"n": MOST_PEOPLE}, "kind")


def _insert(*, by: User, code: str | None, **fields: Any) -> Case:
    """The case row under a code of its own; the code grows by a letter where the short ones are taken."""
    for attempt in range(40):
        chosen = code or new_code(SHORTEST_CODE + attempt // 5)
        try:
            with transaction.atomic():
                return Case.objects.create(practice=by.practice, code=chosen, **fields)
        except IntegrityError:
            if code:
                raise Refused(_("The code %(code)s is in use already.") % {"code": code}, "code") from None
    raise Refused(_("No free case code was found. Please try again."))


def _seat(case: Case, *, by: User, order: int, role: str, side: str = "", person: Person | None = None, **given: Any):
    """A participant, with a new person unless one is given."""
    if role not in ParticipantRole.values:
        raise Refused(_("Choose a role."), "role")
    if side and side not in InjurySide.values:
        raise Refused(_("Choose a side, or none."), "side")
    fields = {name: given[name] for name in PERSON_FIELDS if name in given}
    person = person or Person.objects.create(practice=by.practice, **_cleaned(fields))
    return Participant.objects.create(case=case, person=person, role=role, side=side or "", order=order)


def _cleaned(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a person, text cleaned. Raises Refused for a name without a letter."""
    fields = {name: clean_line(value) if isinstance(value, str) else value for name, value in fields.items()}
    if "name" in fields and not any(letter.isalnum() for letter in fields["name"]):
        raise Refused(_("Write a name."), "name")
    return fields


@transaction.atomic
def change_case(*, by: User, case: Case, version: int, **changes: Any) -> Case:
    """Kind, focus, phase or policies changed. Raises Stale where somebody changed the case since it was read."""
    if "focus" in changes:
        changes["focus"] = clean_line(changes["focus"])
    before = {name: getattr(case, name) for name in changes}
    kind = changes.get("kind", case.kind)
    if kind != case.kind:
        check_people(kind, list(case.participants.filter(left_on=None)))
    case.change(version, **changes)
    changed = sorted(name for name, value in before.items() if value != changes[name])
    record("changed", by=by, what="case", what_id=case.pk, case_id=case.pk, detail={"fields": changed})
    return case


@transaction.atomic
def close_case(*, by: User, case: Case, version: int, on: datetime.date | None = None) -> Case:
    """The case rests; nothing of it is lost and it can be opened again. `on` is today unless given."""
    case.change(version, closed_on=on or timezone.localdate())
    record("closed", by=by, what="case", what_id=case.pk, case_id=case.pk)
    return case


@transaction.atomic
def reopen_case(*, by: User, case: Case, version: int) -> Case:
    """The case is worked on again."""
    case.change(version, closed_on=None)
    record("reopened", by=by, what="case", what_id=case.pk, case_id=case.pk)
    return case


@transaction.atomic
def add_participant(*, by: User, case: Case, role: str, side: str = "", person: Person | None = None, **given: Any):
    """One more person in the case: somebody new, or `person` whom the practice knows. Raises Refused."""
    if case.kind == CaseKind.INDIVIDUAL and case.participants.filter(left_on=None).exists():
        raise Refused(_("An individual case has one person. Change the case to a couple or family first."))
    if case.participants.count() >= MOST_PEOPLE:
        raise Refused(_("A case holds at most %(n)d people.") % {"n": MOST_PEOPLE})
    if person and case.participants.filter(person=person).exists():
        raise Refused(_("This person takes part already."), "known")
    place = _seat(case, by=by, order=case.participants.count(), role=role, side=side, person=person, **given)
    record("added", by=by, what="participant", what_id=place.pk, case_id=case.pk, detail={"role": role})
    return place


@transaction.atomic
def change_person(*, by: User, participant: Participant, version: int, **changes: Any) -> Participant:
    """Fields of the person and of the place in the case. `version` is the person's. Raises Stale or Refused."""
    person, place = participant.person, {name: changes[name] for name in PLACE_FIELDS if name in changes}
    theirs = _cleaned({name: changes[name] for name in PERSON_FIELDS if name in changes})
    if place.get("left_on") and participant.left_on is None:
        _check_leaving(participant)
    changed = [name for name, value in theirs.items() if getattr(person, name) != value]
    changed += [name for name, value in place.items() if getattr(participant, name) != value]
    person.change(version, **theirs)
    for name, value in place.items():
        setattr(participant, name, value)
    participant.save()
    record(
        "changed", by=by, what="participant", what_id=participant.pk, case_id=participant.case_id,
        detail={"fields": sorted(changed)},
    )  # fmt: skip
    return participant


def _check_leaving(participant: Participant) -> None:
    """Raises Refused for the last person of a case."""
    others = participant.case.participants.filter(left_on=None).exclude(pk=participant.pk)
    if not others.exists():
        raise Refused(_("This is the last person in the case. Close the case instead."), "left_on")


@transaction.atomic
def record_flag(
    *, by: User, case: Case, person: Person, kind: str, state: str, basis: str, on: datetime.date | None = None
) -> SafetyFlag:
    """A finding about one person. It stands beside the earlier ones; the newest counts. Raises Refused."""
    if kind not in FlagKind.values or state not in FlagState.values:
        raise Refused(_("Choose what was looked at and what was found."), "state")
    if not case.participants.filter(person=person).exists():
        raise Refused(_("Choose a person of this case."), "person")
    basis = clean_line(basis)
    if not basis:
        raise Refused(_("Write in a few words what this rests on."), "basis")
    flag = SafetyFlag.objects.create(
        case=case, person=person, kind=kind, state=state, basis=basis, on=on or timezone.localdate(), by=by
    )
    # The finding itself stays out of the trail: the owner reads the trail without a place on the case.
    record("flagged", by=by, what="safety_flag", what_id=flag.pk, case_id=case.pk, detail={"kind": kind})
    return flag


@transaction.atomic
def override_gate(*, by: User, case: Case, gate: str, reason: str) -> GateOverride:
    """A written reason to go on although the gate is shut. Raises Refused for a gate that is open or a thin reason."""
    reason = clean(reason).strip()
    if gate not in gates.MATRIX:
        raise Refused(_("There is no such gate."))
    if len("".join(reason.split())) < SHORTEST_REASON:
        raise Refused(
            _("Write the reason in at least %(n)d letters, so that a colleague can follow it later.")
            % {"n": SHORTEST_REASON},
            "reason",
        )
    if gates.look(case, [gate]).open:
        raise Refused(_("This gate is open; nothing needs to be overridden."))
    override = GateOverride.objects.create(case=case, gate=gate, reason=reason, by=by)
    record("overrode", by=by, what="gate_override", what_id=override.pk, case_id=case.pk, detail={"gate": gate})
    return override


@transaction.atomic
def set_team(*, by: User, case: Case, user: User, role: str, until: datetime.date | None = None) -> TeamMember:
    """A colleague's place on the case: given, or changed. `until` is the last day. Raises Refused."""
    check_colleague(case, user, role, until)
    place = TeamMember.objects.filter(case=case, user=user).first()
    if place and place.role == TeamRole.LEAD and (role != TeamRole.LEAD or until):
        _check_led(case, without=user)
    place, _new = TeamMember.objects.update_or_create(case=case, user=user, defaults={"role": role, "until": until})
    detail = {"user": user.pk, "role": role, "until": until.isoformat() if until else None}
    record("staffed", by=by, what="team_member", what_id=place.pk, case_id=case.pk, detail=detail)
    return place


def check_colleague(case: Case, user: User, role: str, until: datetime.date | None) -> None:
    """Raises Refused where this person cannot take this place."""
    if user.practice_id != case.practice_id or not user.is_active or user.is_front_desk:
        raise Refused(_("Choose a colleague of this practice who works with clients."), "user")
    if role not in TeamRole.values:
        raise Refused(_("Choose a role."), "role")
    if user.role == Role.SUPERVISOR and role != TeamRole.SUPERVISOR:
        raise Refused(_("A supervisor reads; choose the role of a supervisor."), "role")
    if until and until < timezone.localdate():
        raise Refused(_("The last day lies in the past. To end a place now, take it away."), "until")


@transaction.atomic
def remove_from_team(*, by: User, case: Case, user: User) -> None:
    """The colleague's place ends now. Raises Refused for the last lead: a case is never without one."""
    place = TeamMember.objects.filter(case=case, user=user).first()
    if place is None:
        return
    if place.role == TeamRole.LEAD:
        _check_led(case, without=user)
    detail = {"user": user.pk, "role": place.role}
    record("unstaffed", by=by, what="team_member", what_id=place.pk, case_id=case.pk, detail=detail)
    place.delete()


def _check_led(case: Case, *, without: User) -> None:
    others = case.team.current().filter(role=TeamRole.LEAD, until=None).exclude(user=without)
    if not others.exists():
        raise Refused(_("A case needs a lead clinician. Name another lead first."), "role")
