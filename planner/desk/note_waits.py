"""What waits of the notes: to be signed, for the first time or after the supervisor gave them back; between author and
supervisor, where both see it; hours without any note."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from planner.base.prepared import MOMENT, prepared
from planner.desk.piles import OF_A_KIND, Pile, Waiting, pile
from planner.practice.models import User
from planner.sessions.models import NoteState, ProgressNote, Session, SessionState
from planner.sessions.note_actions import late_since

#: What a line shows of a note.
SHOWN = ("state", "ended_at", "supervisor_id", "session__starts_at", "session__zone", "session__case__code")
DAYS_BACK = 60  # an hour held longer ago without any note is a matter for the auditor's page


def to_sign(user: User) -> Pile:
    """This author's notes that are open: given back first, then drafts, the oldest first. One over the practice's hours
    is marked as late."""
    late = late_since(user.practice)
    return _pile(_to_sign(note, late) for note in _unsigned(user=user))


@prepared()
def _unsigned(user: User) -> QuerySet[ProgressNote]:
    return _few(ProgressNote.objects.editable_by(user).open().filter(author=user.pk).order_by("-state", "began_at"))


def _to_sign(note: ProgressNote, late: datetime) -> Waiting:
    if note.state == NoteState.RETURNED:
        said = _("The supervisor asks for a change in the note of %(day)s")
        return _waiting(note, said, _("Open it"), _("Returned"))
    return _waiting(note, _("Note unsigned since %(day)s"), _("Open it"), _("Late") if note.ended_at < late else "")


def supervision(user: User) -> Pile:
    """Notes that wait for this supervisor, and this author's that wait for theirs."""
    return _pile(_supervised(note, user) for note in _awaiting(user=user))


@prepared()
def _awaiting(user: User) -> QuerySet[ProgressNote]:
    rows = ProgressNote.objects.visible_to(user).filter(state=NoteState.AWAITING)
    return _few(rows.filter(Q(supervisor=user.pk) | Q(author=user.pk)).order_by("signed_at"))


def _supervised(note: ProgressNote, user: User) -> Waiting:
    if note.supervisor_id == user.pk:
        return _waiting(note, _("A note of %(day)s waits for you"), _("Read"))
    return _waiting(note, _("The note of %(day)s awaits the supervisor"), _("Look"))


def unwritten(user: User) -> Pile:
    """Hours that this person ended lately and that have no note at all."""
    rows = _without_note(user=user, since=timezone.now() - timedelta(days=DAYS_BACK))
    said, do = _("No note for the hour of %(day)s"), _("Write")
    return _pile(Waiting(one.case, said % {"day": _day(one)}, do, reverse("note", args=[one.pk])) for one in rows)


@prepared(since=MOMENT)
def _without_note(user: User, since: datetime) -> QuerySet[Session]:
    noted = ProgressNote.objects.filter(session=OuterRef("pk"))
    rows = Session.objects.editable_by(user).filter(state=SessionState.HELD, starts_at__gte=since, changed_by=user.pk)
    rows = rows.exclude(Exists(noted)).order_by("starts_at").select_related("case")
    return rows.only("starts_at", "zone", "case__code")[: OF_A_KIND + 1]


SOURCES = (to_sign, unwritten, supervision)


def _few(rows: QuerySet) -> QuerySet:
    return rows.select_related("session__case").only(*SHOWN)[: OF_A_KIND + 1]


def _pile(things: Iterable[Waiting]) -> Pile:
    return pile(things, f"{reverse('sessions')}?when=past")


def _waiting(note: ProgressNote, said: str, do: str, mark: str = "") -> Waiting:
    words = said % {"day": _day(note.session)}
    return Waiting(note.session.case, words, do, reverse("note", args=[note.session_id]), mark=mark)


def _day(session: Session) -> str:
    return formats.date_format(session.wall_start, "D j M")
