"""Reads what the auditor's questions are asked of, in a constant number of queries, whatever the length of the case;
whole for the paper, in parts for the screen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.agreements.models import Agreement, AgreementKind
from planner.base.prepared import DAY, ID, MOMENT, prepared, put_rows
from planner.cases.gates import newest
from planner.cases.models import Case, FlagKind, FlagState, SignatureWay, SignerRole, Stance, TeamMember, TeamRole
from planner.cases.names import current
from planner.desk.auditor import NoteFacts, PlanFacts, Record, Signer
from planner.plans import reviews, signing
from planner.plans.models import Objective, Plan, PlannedIntervention
from planner.plans.tree import tree_of
from planner.sessions import note_text
from planner.sessions.models import (
    Addendum,
    NoteObjective,
    NoteSignature,
    NoteState,
    ProgressNote,
    RiskLevel,
    Session,
    SessionKind,
    SessionState,
)
from planner.sessions.note_facts import Facts

#: Every held hour.
ALL = slice(None)
#: Hours that a page on screen asks for, at most; one more says that there are more.
MOST_AT_ONCE = 21
DONE_WITH = (NoteState.SIGNED, NoteState.AWAITING, NoteState.APPROVED)


def record_of(case: Case, part: str = "", *, hours: slice = ALL) -> Record:
    """The record of one case, for planner.desk.auditor; only what the questions of one part are asked of, where one is
    named. `hours`: which of the held hours, the newest first."""
    if part == "safety":
        return Record(case.pk, timezone.localdate(), risk=tuple(_risk(case)), safety_plan=_safety_plan(case))
    plan = Plan.objects.active_of(case)
    draft = None if plan else Plan.objects.draft_of(case)
    asks_all = not part
    return Record(
        case=case.pk,
        today=timezone.localdate(),
        supervised=bool(_supervisors(case=case.pk, on=timezone.localdate())),
        plan=_plan(case, plan, asks_all or part == "plan") if plan else None,
        draft=draft.pk if draft else None,
        notes=tuple(_notes(case, plan, hours)) if asks_all or part == "notes" else (),
        risk=tuple(_risk(case)) if asks_all else (),
        safety_plan=_safety_plan(case) if asks_all else None,
    )


def hours_of(case: Case, hours: slice) -> list[Session]:
    """Held hours, the newest first, with what is asked of them."""
    if hours.start == 0 and hours.stop is not None and hours.stop <= MOST_AT_ONCE:
        return _newest_held(case=case.pk)[hours]
    return list(_held(case.pk)[hours])


@prepared(case=ID)
def _newest_held(case: int) -> QuerySet[Session]:
    return _held(case)[:MOST_AT_ONCE]


def _held(case: int) -> QuerySet[Session]:
    rows = Session.objects.filter(case=case, state=SessionState.HELD).order_by("-starts_at", "-pk")
    return rows.only("starts_at", "kind", "zone")


def _plan(case: Case, plan: Plan, whole: bool) -> PlanFacts:
    """What is asked of the plan; where only the notes ask, that it is there is enough."""
    if not whole:
        return PlanFacts(plan.pk, plan.number, plan.active_on, plan.review_on, plan.discharge, (), None, "", None)
    tree = tree_of(plan) if plan.sha256 else None
    shown = signing.shown(plan, tree)
    rows = [one.row for one in shown]
    due = reviews.of(plan)
    return PlanFacts(
        pk=plan.pk,
        number=plan.number,
        active_on=plan.active_on,
        review_on=plan.review_on,
        discharge=plan.discharge,
        clients=tuple(_clients(case, rows)),
        clinician=_staff(rows, SignerRole.CLINICIAN),
        supervision=plan.supervision,
        supervisor=_staff(rows, SignerRole.SUPERVISOR),
        holds=signing.holds(plan, tree) and all(one.holds for one in shown),
        due="; ".join(due.why) if due and due.is_urgent else "",
    )


def _clients(case: Case, rows: Iterable[Any]) -> Iterable[Signer]:
    """Everybody who takes part today; for a minor a guardian's signature counts as well."""
    given: dict[int, list[Any]] = {}
    for row in rows:
        if row.role in (SignerRole.CLIENT, SignerRole.GUARDIAN) and row.person_id:
            given.setdefault(row.person_id, []).append(row)
    for place in current(case):
        yield _client(place.person, given.get(place.person_id, []))


def _client(person: Any, rows: list[Any]) -> Signer:
    signed = [row for row in rows if row.way != SignatureWay.NONE and row.stance != Stance.REFUSES]
    if signed:
        return Signer(person.name, signed[-1].signed_on)
    reasons = [row.reason or str(row.get_stance_display()) for row in rows]
    return Signer(person.name, None, reasons[-1] if reasons else "")


def _staff(rows: Iterable[Any], role: str) -> Signer | None:
    signed = [row for row in rows if row.role == role and row.way != SignatureWay.NONE]
    return Signer(signed[-1].name, signed[-1].signed_on, "", signed[-1].credentials) if signed else None


def _notes(case: Case, plan: Plan | None, hours: slice) -> Iterable[NoteFacts]:
    """The held hours, the newest first, each with its note."""
    lines = set(_lines(case=case.pk)) if plan else set()
    planned = set(_planned(case=case.pk)) if plan else set()
    held = hours_of(case, hours)
    by_session = _notes_of(case, held[-1].starts_at, held[0].starts_at) if held else {}
    for session in held:
        yield _note(session, by_session.get(session.pk), plan, lines, planned)


def _notes_of(case: Case, since: datetime, until: datetime) -> dict[int, ProgressNote]:
    """Hour -> its note with what hangs on it, of the hours from one to another; four queries."""
    asked = {"case": case.pk, "since": since, "until": until}
    notes = {note.pk: note for note in _written(**asked)}
    for name, rows in (
        ("objectives", _objectives(**asked)), ("signatures", _signatures(**asked)), ("addenda", _addenda(**asked)),
    ):  # fmt: skip
        found: dict[int, list[Any]] = defaultdict(list)
        for row in rows:
            found[row.note_id].append(row)
        for pk, note in notes.items():
            put_rows(note, name, found[pk])
    return {note.session_id: note for note in notes.values()}


@prepared(case=ID, since=MOMENT, until=MOMENT)
def _written(case: int, since: datetime, until: datetime) -> QuerySet[ProgressNote]:
    return ProgressNote.objects.filter(**_between("", case, since, until))


@prepared(case=ID, since=MOMENT, until=MOMENT)
def _objectives(case: int, since: datetime, until: datetime) -> QuerySet[NoteObjective]:
    rows = NoteObjective.objects.filter(**_between("note__", case, since, until)).select_related("objective")
    return rows.only("note", "step", "response", "objective__line")


@prepared(case=ID, since=MOMENT, until=MOMENT)
def _signatures(case: int, since: datetime, until: datetime) -> QuerySet[NoteSignature]:
    return NoteSignature.objects.filter(**_between("note__", case, since, until)).only("note", "role", "credentials")


@prepared(case=ID, since=MOMENT, until=MOMENT)
def _addenda(case: int, since: datetime, until: datetime) -> QuerySet[Addendum]:
    return Addendum.objects.filter(**_between("note__", case, since, until)).only("note", "place", "service_code")


def _between(to: str, case: int, since: datetime, until: datetime) -> dict[str, Any]:
    """Of the held hours of a case from one to another, both included; `to` leads to the note."""
    held = {"case": case, "state": SessionState.HELD, "starts_at__gte": since, "starts_at__lte": until}
    return {f"{to}session__{name}": value for name, value in held.items()}


@prepared(case=ID)
def _lines(case: Any) -> QuerySet:
    return Objective.objects.active_of(case).order_by().values_list("line", flat=True)


@prepared(case=ID)
def _planned(case: Any) -> QuerySet:
    return PlannedIntervention.objects.active_of(case).order_by().values_list("name", flat=True)


@prepared(case=ID, on=DAY)
def _supervisors(case: int, on: date) -> QuerySet[TeamMember]:
    return TeamMember.objects.current(on).filter(case=case, role=TeamRole.SUPERVISOR).values("pk")[:1]


def _note(session: Session, note: ProgressNote | None, plan: Plan | None, lines: set, planned: set) -> NoteFacts:
    on = session.wall_start.date()
    early = bool(plan and plan.active_on and on < plan.active_on)
    if note is None or note.state not in DONE_WITH:
        return NoteFacts(session.pk, on, None, session.kind == SessionKind.INTAKE, early)
    facts, rows = Facts.of(note.facts), list(note.objectives.all())
    named = set(facts.interventions)
    said = bool(note.parts.get("response") or note.parts.get("assessment") or any(row.response for row in rows))
    return NoteFacts(
        session=session.pk,
        on=on,
        signed_on=timezone.localtime(note.signed_at).date(),
        intake=session.kind == SessionKind.INTAKE,
        before_plan=early,
        lacks=tuple(_lacks(note, facts)),
        serves=bool(named & planned) or any(row.objective.line in lines for row in rows),
        objectives=len(rows),
        interventions=len(named) or int(bool(note.parts.get("done"))),
        response=said and all(row.step for row in rows),
        supervision=NoteState.APPROVED.value if note.state == NoteState.APPROVED else "",
        holds=note_text.holds(note),
    )


def _lacks(note: ProgressNote, facts: Facts) -> Iterable[str]:
    """What of D2 the note does not tell; date, time and length every note has."""
    later = list(note.addenda.all())
    if not (note.place or any(one.place for one in later)):
        yield _("place")
    if not facts.present:
        yield _("who was there")
    if not (note.service_code or any(one.service_code for one in later)):
        yield _("service code")
    if not any(one.role == SignerRole.CLINICIAN and one.credentials for one in note.signatures.all()):
        yield _("credentials")


def _risk(case: Case) -> Iterable[str]:
    """A finding of suicide risk that stands, and a raised level in the newest note."""
    flags = list(case.flags.all())
    for place in current(case):
        known = newest(flags, place.person_id).get(FlagKind.SUICIDE)
        if known and known.state == FlagState.CONCERN:
            yield f"{place.person.name}: {FlagKind.SUICIDE.label}"
    last = next(iter(_last_note(case=case.pk)), None)
    if last and last.risk_is_raised:
        who = f"{last.risk_person.name}: " if last.risk_person else ""
        yield f"{who}{RiskLevel(last.risk_level).label}"


@prepared(case=ID)
def _last_note(case: int) -> QuerySet[ProgressNote]:
    notes = ProgressNote.objects.filter(session__case=case, session__state=SessionState.HELD)
    return notes.select_related("risk_person").defer("parts", "facts").order_by("-session__starts_at")[:1]


def _safety_plan(case: Case) -> tuple[int, Any] | None:
    """The newest safety plan that stands, and since when."""
    rows = Agreement.objects.standing().filter(case=case, kind=AgreementKind.SAFETY_PLAN)
    found = rows.order_by("-pk").prefetch_related("versions").first()
    if found is None:
        return None
    adopted = [version.adopted_on for version in found.versions.all() if version.adopted_on]
    return (found.pk, max(adopted)) if adopted else None
