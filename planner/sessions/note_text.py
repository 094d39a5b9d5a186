"""The signed text of a note: one canonical form that is hashed, and whether a note still is what was signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet

from planner.base.prepared import ID, prepared
from planner.practice.models import TrailEntry
from planner.sessions.models import Addendum, NoteObjective, ProgressNote


def canonical(note: ProgressNote) -> str:
    """Everything that the signature stands under, as JSON with sorted keys. What a supervisor decides is not in it."""
    content = {
        "session": note.session_id,
        "author": note.author_id,
        "format": note.format,
        "audience": note.audience,
        "person": note.person_id,
        "began_at": _moment(note.began_at),
        "ended_at": _moment(note.ended_at),
        "mode": note.mode,
        "place": note.place,
        "service_code": note.service_code,
        "parts": {name: text for name, text in note.parts.items() if text},
        "risk": [note.risk_level, note.risk_basis, note.risk_action, note.risk_person_id],
        "objectives": sorted([row.objective_id, row.step, row.response] for row in _objectives(note)),
        "facts": note.facts,
        "signed_at": _moment(note.signed_at),
        "late": note.late,
    }
    return _plain(content)


def _objectives(note: ProgressNote) -> Iterable[NoteObjective]:
    """One query, or none where they were fetched for a list of notes."""
    if "objectives" in getattr(note, "_prefetched_objects_cache", {}):
        return note.objectives.all()
    return _objectives_of(note=note.pk)


@prepared(note=ID)
def _objectives_of(note: int) -> QuerySet[NoteObjective]:
    return NoteObjective.objects.filter(note=note)


def digest(note: ProgressNote) -> str:
    """The SHA-256 of the canonical text."""
    return hashlib.sha256(canonical(note).encode()).hexdigest()


def holds(note: ProgressNote) -> bool:
    """True when a signed note is, word for word, what its signature stands under."""
    return bool(note.sha256) and digest(note) == note.sha256


def holds_in_the_trail(note: ProgressNote) -> bool:
    """The same, against the trail too: whoever writes text and hash anew cannot write the trail's line anew. Two
    queries at most."""
    if not holds(note):
        return False
    return any(detail.get("sha256") == note.sha256 for detail in _signed(note=note.pk))


@prepared(note=ID)
def _signed(note: int) -> QuerySet[TrailEntry]:
    """What the trail says of the note's last signing."""
    lines = TrailEntry.objects.filter(verb="signed", what="note", what_id=note).order_by("-pk")
    return lines.values_list("detail", flat=True)[:1]


def addendum_digest(addendum: Addendum, note_sha256: str) -> str:
    """The SHA-256 of an addendum: its text, who and when, and the note it stands under."""
    who = [addendum.author_id, addendum.name, addendum.credentials]
    content = [note_sha256, *who, addendum.text, addendum.place, addendum.service_code, _moment(addendum.at)]
    return hashlib.sha256(_plain(content).encode()).hexdigest()


def addendum_holds(addendum: Addendum) -> bool:
    return addendum_digest(addendum, addendum.note.sha256) == addendum.sha256


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else ""


def _plain(content: Any) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
