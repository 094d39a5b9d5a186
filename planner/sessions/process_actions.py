"""Writing a process note: its author alone, sealed before it reaches the table. The trail says that, never what."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from planner.base.models import Stale
from planner.practice.models import User
from planner.practice.trail import record
from planner.sessions import process_store
from planner.sessions.actions import Refused
from planner.sessions.models import ProcessNote, Session, SessionState


def own(session: Session, by: User) -> ProcessNote | None:
    """This person's process note of the session, and nobody else's."""
    return ProcessNote.objects.visible_to(by).filter(session=session).first()


def text_of(note: ProcessNote | None) -> str:
    """What it says; "" where there is none. Raises cipher.UnknownKey or cipher.BrokenSeal."""
    return process_store.unseal(note) if note else ""


@transaction.atomic
def write_process_note(session: Session, *, by: User, version: int, text: str) -> ProcessNote | None:
    """Keeps the text sealed; an empty one takes the note away. `version` is 0 where there was none."""
    if session.state == SessionState.CANCELLED:
        raise Refused(_("This session was cancelled. There is nothing to write about."))
    note = own(session, by)
    if note and process_store.unseal(note) == text and note.version in (version, version + 1):
        return note
    if (note.version if note else 0) != version:
        raise Stale(note or ProcessNote(session=session, author=by, version=0))
    if not text:
        return _take_away(note, by)
    sealed = process_store.seal(text, session_id=session.pk, author_id=by.pk)
    if note is None:
        note = _first(session, by, sealed)
    else:
        note.change(version, sealed=sealed)
    _record("changed", session, by)
    return note


def _first(session: Session, by: User, sealed: str) -> ProcessNote:
    """The row; where another window was quicker by a moment, Stale."""
    try:
        with transaction.atomic():
            return ProcessNote.objects.create(session=session, author=by, sealed=sealed)
    except IntegrityError as there:
        raise Stale(own(session, by)) from there


def _take_away(note: ProcessNote | None, by: User) -> None:
    if note:
        session = note.session
        note.delete()
        _record("removed", session, by)


def _record(verb: str, session: Session, by: User) -> None:
    record(verb, by=by, what="process note", what_id=session.pk, case_id=session.case_id)
