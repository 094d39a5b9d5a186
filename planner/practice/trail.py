"""The trail: who did what to which thing, when. Append-only; each line carries the hash of the line before.

A change, an inserted or a missing line breaks the chain at that place; a cut end is seen at `TrailHead`. Whoever owns
the database file can write a whole new chain: the newest hash, kept elsewhere, is the anchor (`manage.py audit verify`
prints it).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from planner.base.prepared import ID, MOMENT, prepared
from planner.practice.models import Practice, TrailEntry, TrailHead, User

FIRST = "0" * 64
#: So long a look at a case stands for the parts of its page.
LOOKED = timedelta(minutes=10)


class BadRow(NamedTuple):
    """The first line at which the trail does not hold: its id (or the id after the last), and why."""

    id: int
    why: str


@transaction.atomic
def record(
    verb: str,
    *,
    by: User | None = None,
    what: str = "",
    what_id: int | None = None,
    case_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
    practice: Practice | None = None,
) -> TrailEntry:
    """Adds one line. `detail` holds facts without names and typed text. Called inside the transaction of the change,
    so that neither stands without the other. Writers queue at the one row of TrailHead."""
    head = next(iter(_head_to_write()), None) or TrailHead.objects.get_or_create(pk=1, defaults={"hash": FIRST})[0]
    entry = TrailEntry(
        at=timezone.now(),
        practice_id=practice.pk if practice else by.practice_id if by else None,
        by=by,
        verb=verb,
        what=what,
        what_id=what_id,
        case_id=case_id,
        # As the database will give it back: keys are texts, tuples are lists.
        detail=json.loads(json.dumps(dict(detail or {}))),
        previous=head.hash,
    )
    entry.hash = digest(entry)
    entry.save()
    TrailHead.objects.filter(pk=1).update(lines=head.lines + 1, hash=entry.hash)
    return entry


def record_look(case_id: int, *, by: User) -> None:
    """A look at a case, unless the same person's stands from the last minutes: for the parts of a page, which come
    after the page that was recorded."""
    since = timezone.now() - LOOKED
    if not _looks(case=case_id, by=by.pk, since=since):
        record("viewed", by=by, what="case", what_id=case_id, case_id=case_id)


@prepared()
def _head_to_write() -> QuerySet[TrailHead]:
    return TrailHead.objects.select_for_update().filter(pk=1)


@prepared(case=ID, by=ID, since=MOMENT)
def _looks(case: int, by: int, since: Any) -> QuerySet[TrailEntry]:
    return TrailEntry.objects.filter(case_id=case, by=by, verb="viewed", at__gte=since).order_by().values("pk")[:1]


def digest(entry: TrailEntry) -> str:
    """SHA-256 over the line as canonical JSON, the hash of the line before included."""
    content = [
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.practice_id,
        entry.by_id,
        entry.verb,
        entry.what,
        entry.what_id,
        entry.case_id,
        entry.detail,
        entry.previous,
    ]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def verify() -> BadRow | None:
    """Walks the whole trail; the first line that does not hold, or nothing. Lines may be added meanwhile."""
    head = _head()
    previous, lines, last = FIRST, 0, 0
    for entry in TrailEntry.objects.order_by("pk").iterator(2000):
        if entry.previous != previous:
            return BadRow(entry.pk, "A line before this one was changed, added or taken away.")
        if digest(entry) != entry.hash:
            return BadRow(entry.pk, "This line was changed.")
        previous, lines, last = entry.hash, lines + 1, entry.pk
        if lines == head.lines and previous != head.hash:
            return BadRow(entry.pk, "The trail was written anew up to this line.")
    if lines < head.lines:
        return BadRow(last + 1, "Lines at the end were cut off.")
    if lines > _head().lines:
        return BadRow(last, "A line was added from outside, or the count of lines was taken away.")
    return None


def newest() -> tuple[int, str]:
    """How many lines there are, and the hash of the newest: the anchor to keep elsewhere."""
    head = _head()
    return head.lines, head.hash


def _head() -> TrailHead:
    return TrailHead.objects.filter(pk=1).first() or TrailHead(pk=1, lines=0, hash=FIRST)


def account_mark(email: str) -> str:
    """A keyed hash that stands for an e-mail address in the trail: the same address, the same mark, and no way back."""
    return salted_hmac("planner.practice.trail.account", email.strip().lower()).hexdigest()[:32]
