"""Writing a progress note: begun from the hour, saved as one types, signed and locked, then only added to.

Every write carries the version its page showed; on a newer one it raises `planner.base.models.Stale`. What a rule
forbids raises `Refused` with a sentence. Either way nothing was written.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from planner.cases.models import Audience, CaseKind, Participant, SignatureWay, SignerRole, TeamRole
from planner.plans.models import Objective
from planner.practice.models import Practice, User
from planner.practice.trail import record
from planner.sessions import note_facts, note_formats, note_text, note_words
from planner.sessions.actions import Refused, attending_of
from planner.sessions.models import (
    Addendum,
    NoteObjective,
    NoteSignature,
    NoteState,
    NoteStep,
    ProgressNote,
    RiskLevel,
    Session,
    SessionKind,
    SessionState,
)

#: What a note's page may write of it, each saved on its own.
CHANGEABLE = frozenset({
    "format", "audience", "person", "began_at", "ended_at", "mode", "place", "service_code", "risk_level", "risk_basis",
    "risk_action", "risk_person", *note_formats.PARTS,
})  # fmt: skip


@transaction.atomic
def begin_note(session: Session, *, by: User) -> ProgressNote:
    """The draft of an hour that was held, filled from its record; the one that is there already where there is one."""
    if session.state != SessionState.HELD:
        raise Refused(_("The note is written after the hour. Run the session and end it first."))
    began, ended = _times_of(session)
    places = attending_of(session)
    audience, person = _for_whom(session, places)
    note, made = ProgressNote.objects.get_or_create(
        session=session,
        defaults={
            "author": by, "changed_by": by, "format": by.practice.note_format, "mode": session.mode,
            "began_at": began, "ended_at": ended, "audience": audience, "person": person,
            "place": _last_place(session), "service_code": _last_code(session, len(places)),
        },
    )  # fmt: skip
    if made:
        note.present.set(places)
        _take_up_objectives(note)
        note.change(note.version, parts={"plan": _plan_words(note_facts.read(note))}, changed_by=by)
        _record("began", note, by)
    return note


def _take_up_objectives(note: ProgressNote) -> None:
    """The objectives that the hour's done work served."""
    items = note.session.items.kept().filter(done__in=note_facts.WORKED, objective__isnull=False)
    ids = dict.fromkeys(items.values_list("objective_id", flat=True))
    NoteObjective.objects.bulk_create(NoteObjective(note=note, objective_id=pk) for pk in ids)


def _times_of(session: Session) -> tuple[Any, Any]:
    """When it began and ended, to the minute: as it was run, or as it was planned where nobody kept time."""
    run = [_minute(at) for at in (session.started_at, session.ended_at) if at]
    if len(run) == 2 and timedelta(0) < run[1] - run[0] <= timedelta(hours=6):
        return run[0], run[1]
    return _minute(session.starts_at), _minute(session.ends_at)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _for_whom(session: Session, places: list[Participant]) -> tuple[str, Any]:
    """An hour alone within couple or family work is that person's; every other note is the case's."""
    if session.case.kind != CaseKind.INDIVIDUAL and len(places) == 1:
        return Audience.PERSON, places[0].person
    return Audience.CASE, None


def _earlier(session: Session) -> Any:
    return ProgressNote.objects.filter(session__case=session.case_id).exclude(session=session).order_by("-began_at")


def _last_place(session: Session) -> str:
    """Where the last hour of the same mode was."""
    last = _earlier(session).filter(mode=session.mode).values_list("place", flat=True).first()
    return last or ""


def _last_code(session: Session, attended: int) -> str:
    """The code that stood in the last note of as many people: an hour alone is another service than a joint one."""
    for note in _earlier(session).prefetch_related("present")[:6]:
        if len(note.present.all()) == attended:
            return note.service_code
    return ""


def _plan_words(facts: note_facts.Facts) -> str:
    """What the record knows of the plan for next time, as lines to go on from."""
    lines = []
    if facts.given:
        lines.append(_("Homework: %(what)s.") % {"what": "; ".join(map(note_words.titled, facts.given))})
    if facts.left:
        lines.append(_("To take up again: %(what)s.") % {"what": "; ".join(facts.left)})
    if facts.next_at:
        day = datetime.fromisoformat(facts.next_at)
        lines.append(_("Next session: %(day)s.") % {"day": formats.date_format(day, "D j M Y, H:i")})
    return "\n".join(lines)


@transaction.atomic
def change_note(note: ProgressNote, *, by: User, version: int, **changes: Any) -> ProgressNote:
    """Writes fields and texts of a draft (see CHANGEABLE). The same values sent again after an answer that got lost
    write nothing."""
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise ValueError(f"not to be changed here: {sorted(unknown)}")
    _must_be_open(note)
    texts = {name: text for name, text in changes.items() if name in note_formats.PARTS}
    columns = {name: value for name, value in changes.items() if name not in texts}
    if _stands(note, texts, columns) and _just_mine(note, by, version):
        return note
    _times_fit(note, columns)
    if texts:
        columns["parts"] = {name: text for name, text in {**note.parts, **texts}.items() if text}
    note.change(version, changed_by=by, **columns)
    _record("changed", note, by, fields=sorted(changes))
    return note


def _stands(note: ProgressNote, texts: dict[str, str], columns: dict[str, Any]) -> bool:
    """True where every value is there already."""
    same = all(getattr(note, name) == value for name, value in columns.items())
    return same and all(note.parts.get(name, "") == text for name, text in texts.items())


def _just_mine(note: ProgressNote, by: User, version: int) -> bool:
    """True when the row is at `version`, or one further by this same person: an answer that did not arrive."""
    return note.version == version or (note.version, note.changed_by_id) == (version + 1, by.pk)


def _times_fit(note: ProgressNote, columns: dict[str, Any]) -> None:
    began, ended = columns.get("began_at", note.began_at), columns.get("ended_at", note.ended_at)
    if not timedelta(0) < ended - began <= timedelta(hours=12):
        raise Refused(_("The hour must end after it began, on the same day."))


@transaction.atomic
def set_present(note: ProgressNote, *, by: User, version: int, participant: Participant, here: bool) -> ProgressNote:
    """Whether somebody was there. Alone in couple or family work, the note becomes that person's; the clinician may
    choose otherwise."""
    _must_be_open(note)
    note.change(version, changed_by=by)
    (note.present.add if here else note.present.remove)(participant)
    _record("changed", note, by, fields=["present"])
    return note


@transaction.atomic
def set_objective(note: ProgressNote, objective: Objective, *, by: User, version: int, **words: str) -> ProgressNote:
    """`step` or `response` of an objective; the first word on one takes it into the note."""
    _must_be_open(note)
    row = note.objectives.filter(objective=objective).first() or NoteObjective(note=note, objective=objective)
    if row.pk and all(getattr(row, name) == value for name, value in words.items()) and _just_mine(note, by, version):
        return note
    note.change(version, changed_by=by)
    for name, value in words.items():
        setattr(row, name, value)
    row.save()
    _record("changed", note, by, fields=["objectives"])
    return note


@transaction.atomic
def leave_objective(note: ProgressNote, objective: Objective, *, by: User, version: int) -> ProgressNote:
    """Takes an objective out of the note: it was not worked on after all."""
    _must_be_open(note)
    note.change(version, changed_by=by)
    note.objectives.filter(objective=objective).delete()
    _record("changed", note, by, fields=["objectives"])
    return note


def missing(note: ProgressNote) -> list[str]:
    """What a note still needs before it can be signed, each in a sentence. Two queries at most."""
    found = []
    if not note.present.exists():
        found.append(_("Say who was there."))
    if not any(text.strip() for name, text in note.parts.items() if name != "plan"):
        found.append(_("Write what happened: at least one text beside the plan."))
    if not note.risk_level:
        found.append(_("Say the risk: asked and nothing found, or the level."))
    elif note.risk_level != RiskLevel.NONE and not (note.risk_basis.strip() and note.risk_action.strip()):
        found.append(_("Say what the risk level rests on, and what was done."))
    for row in note.objectives.filter(step="").select_related("objective__goal"):
        found.append(_("Say where objective %(number)s stands.") % {"number": row.objective.number})
    if note.audience == Audience.PERSON and note.person_id is None:
        found.append(_("Choose for whose eyes the note is."))
    return found


def advice(note: ProgressNote, facts: note_facts.Facts) -> list[str]:
    """What an auditor would miss in the note as it stands, each in a sentence; it warns and forbids nothing."""
    found = []
    if not note.place:
        found.append(_("The place."))
    if not note.service_code:
        found.append(_("The service code."))
    if note.session.kind == SessionKind.INTAKE:
        return found
    if not facts.objectives and Objective.objects.active_of(note.session.case).exists():
        found.append(_("An objective of the plan that was worked on."))
    if not facts.interventions and not _tells(note, "done"):
        found.append(_("An intervention that was used."))
    if not any(row["response"] for row in facts.objectives) and not _tells(note, "response", "assessment"):
        found.append(_("The response and the progress."))
    return found


def _tells(note: ProgressNote, *parts: str) -> bool:
    return any(note.parts.get(part) for part in parts)


def supervisor_of(note: ProgressNote, by: User) -> User | None:
    """Who approves a note of this author: the case's supervisor today, where there is one."""
    places = note.session.case.team.current().filter(role=TeamRole.SUPERVISOR).exclude(user=by)
    place = places.select_related("user").order_by("pk").first()
    return place.user if place else None


@transaction.atomic
def sign_note(note: ProgressNote, *, by: User, version: int) -> ProgressNote:
    """Freezes the note under its hash and the signer's name; where the case has a supervisor, it then awaits theirs. A
    second click finds it signed and changes nothing."""
    if not note.is_open:
        return note
    lacking = missing(note)
    if lacking:
        raise Refused(" ".join(lacking))
    now, supervisor = timezone.now(), supervisor_of(note, by)
    note.author, note.signed_at, note.late = by, now, note.late or is_late(note, now)
    note.facts = note_facts.read(note).as_json()
    note.change(
        version, author=by, signed_at=now, late=note.late, facts=note.facts, sha256=note_text.digest(note),
        supervisor=supervisor, changed_by=by, state=NoteState.AWAITING if supervisor else NoteState.SIGNED,
    )  # fmt: skip
    _sign(note, by, SignerRole.CLINICIAN)
    if supervisor:
        NoteStep.objects.create(note=note, step=NoteState.AWAITING, by=by)
    _record("signed", note, by, sha256=note.sha256, late=note.late)
    return note


@transaction.atomic
def approve_note(note: ProgressNote, *, by: User, version: int) -> ProgressNote:
    """The supervisor signs under the same text. A second click changes nothing."""
    if note.state == NoteState.APPROVED:
        return note
    _must_wait_for(note, by)
    note.change(version, state=NoteState.APPROVED, changed_by=by)
    _sign(note, by, SignerRole.SUPERVISOR)
    NoteStep.objects.create(note=note, step=NoteState.APPROVED, by=by)
    _record("approved", note, by, sha256=note.sha256)
    return note


@transaction.atomic
def return_note(note: ProgressNote, *, by: User, version: int, comment: str) -> ProgressNote:
    """Goes back to the author, who may write again; the first signature and the comment stay on file."""
    _must_wait_for(note, by)
    note.change(version, state=NoteState.RETURNED, changed_by=by)
    NoteStep.objects.create(note=note, step=NoteState.RETURNED, comment=comment, by=by)
    _record("returned", note, by)
    return note


def _must_wait_for(note: ProgressNote, by: User) -> None:
    if note.state != NoteState.AWAITING or note.supervisor_id != by.pk:
        raise Refused(_("This note does not wait for you."))


def _sign(note: ProgressNote, by: User, role: str) -> None:
    NoteSignature.objects.create(
        note=note, role=role, user=by, name=by.name, credentials=by.credentials, way=SignatureWay.TYPED,
        signed_on=timezone.localdate(), sha256=note.sha256, by=by,
    )  # fmt: skip


def is_late(note: ProgressNote, at: Any = None) -> bool:
    """Whether more hours have passed since the end of the session than the practice asks for."""
    hours = note.session.case.practice.note_late_hours
    return (at or timezone.now()) - note.ended_at > timedelta(hours=hours)


def late_since(practice: Practice) -> datetime:
    """An hour that ended before this moment and has no signed note is late."""
    return timezone.now() - timedelta(hours=practice.note_late_hours)


@transaction.atomic
def add_addendum(note: ProgressNote, *, by: User, text: str, place: str = "", service_code: str = "") -> Addendum:
    """A dated word under a signed note, and what of place and service code the note does not tell. The note stays as it
    is."""
    if note.is_open:
        raise Refused(_("This note is not signed yet. Write it in the note itself."))
    addendum = Addendum(
        note=note, author=by, name=by.name, credentials=by.credentials, text=text, place=place,
        service_code=service_code, at=timezone.now(),
    )  # fmt: skip
    addendum.sha256 = note_text.addendum_digest(addendum, note.sha256)
    addendum.save()
    _record("added", note, by, addendum=addendum.pk, sha256=addendum.sha256)
    return addendum


def _must_be_open(note: ProgressNote) -> None:
    if not note.is_open:
        raise Refused(_("This note is signed and stays as it is. Write an addendum."))


def _record(verb: str, note: ProgressNote, by: User, **detail: Any) -> None:
    record(verb, by=by, what="note", what_id=note.pk, case_id=note.session.case_id, detail=detail)
