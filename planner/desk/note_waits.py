"""What waits of the notes: given back by the supervisor, awaiting the supervisor's word, not signed yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from planner.desk.piles import OF_A_KIND, Pile, Waiting, pile
from planner.practice.models import User
from planner.sessions.models import NoteState, ProgressNote, Session, SessionState
from planner.sessions.note_actions import late_since

DAYS_BACK = 60  # an hour held longer ago without any note is a matter for the auditor's page


def returned(user: User) -> Pile:
    """Notes that the supervisor gave back to this author."""
    rows = ProgressNote.objects.editable_by(user).filter(state=NoteState.RETURNED, author=user)
    said = _("The supervisor asks for a change in the note of %(day)s")
    return _pile(rows, said, _("Open"), mark=_("Returned"))


def to_approve(user: User) -> Pile:
    """Notes that wait for this supervisor."""
    rows = ProgressNote.objects.decidable_by(user).order_by("signed_at")
    return _pile(rows, _("A note of %(day)s waits for you"), _("Read"))


def awaiting(user: User) -> Pile:
    """This author's notes that wait for their supervisor: both see it."""
    rows = ProgressNote.objects.editable_by(user).filter(state=NoteState.AWAITING, author=user)
    return _pile(rows.order_by("signed_at"), _("The note of %(day)s awaits the supervisor"), _("Look"))


def unsigned(user: User) -> Pile:
    """Drafts, the oldest first; one that is over the practice's hours is marked as late."""
    rows = ProgressNote.objects.editable_by(user).filter(state=NoteState.DRAFT, author=user).order_by("began_at")
    late = late_since(user.practice)
    few = rows.select_related("session__case").defer("parts", "facts")[: OF_A_KIND + 1]
    found = [_waiting(note, _("Note unsigned since %(day)s"), _("Open"), _("Late") if note.ended_at < late else "")
             for note in few]  # fmt: skip
    return pile(found, reverse("sessions") + "?when=past")


def unwritten(user: User) -> Pile:
    """Hours that were held lately and have no note at all."""
    since = timezone.now() - timedelta(days=DAYS_BACK)
    noted = ProgressNote.objects.filter(session=OuterRef("pk"))
    rows = Session.objects.editable_by(user).filter(state=SessionState.HELD, starts_at__gte=since, changed_by=user)
    rows = rows.exclude(Exists(noted)).order_by("starts_at").select_related("case")
    found = [
        Waiting(session.case, _("No note for the hour of %(day)s") % {"day": _day(session.wall_start)}, _("Write"),
                reverse("note", args=[session.pk]))
        for session in rows[: OF_A_KIND + 1]
    ]  # fmt: skip
    return pile(found, reverse("sessions") + "?when=past")


SOURCES = (returned, to_approve, unsigned, unwritten, awaiting)


def _pile(rows: Iterable[ProgressNote], said: str, do: str, mark: str = "") -> Pile:
    few = rows.select_related("session__case").defer("parts", "facts")[: OF_A_KIND + 1]
    return pile((_waiting(note, said, do, mark) for note in few), reverse("sessions") + "?when=past")


def _waiting(note: ProgressNote, said: str, do: str, mark: str) -> Waiting:
    words = said % {"day": _day(note.session.wall_start)}
    return Waiting(note.session.case, words, do, reverse("note", args=[note.session_id]), mark=mark)


def _day(moment: datetime) -> str:
    return formats.date_format(moment, "D j M")
