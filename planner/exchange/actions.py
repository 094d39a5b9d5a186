"""Writing the calendar feed of a person: made, replaced, its titles chosen, taken back."""

from __future__ import annotations

import hashlib
import secrets

from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from planner.base.prepared import WORDS, prepared
from planner.exchange.models import CalendarFeed
from planner.practice.models import User
from planner.practice.trail import record

#: A calendar program asks once in some minutes; more than this in an hour is none.
READS_AN_HOUR = 120
#: Addresses that lead nowhere, asked for from one place in an hour.
MISSES_AN_HOUR = 60
_HOUR = 3600  # seconds


class TooOften(Exception):
    """Asked for more often than any calendar program would."""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make_feed(*, by: User) -> str:
    """A new address for the person's appointments, as a path; an earlier one is dead from now on. This is the only
    time it is known: the database keeps a hash."""
    token = secrets.token_urlsafe(32)  # 256 bits
    feed, made = CalendarFeed.objects.get_or_create(user=by, defaults={"token_hash": _hash(token)})
    if not made:
        feed.token_hash, feed.read_on = _hash(token), None
        feed.save(update_fields=["token_hash", "read_on", "changed_at"])
    record("made" if made else "replaced", by=by, what="calendar_feed", what_id=feed.pk)
    return reverse("calendar_read", args=[token])


@transaction.atomic
def choose_titles(feed: CalendarFeed, *, by: User, initials: bool) -> CalendarFeed:
    """Whether titles carry clients' initials."""
    feed.initials = initials
    feed.save(update_fields=["initials", "changed_at"])
    record("changed", by=by, what="calendar_feed", what_id=feed.pk, detail={"initials": initials})
    return feed


@transaction.atomic
def take_back(feed: CalendarFeed, *, by: User) -> None:
    """The address is dead from now on."""
    record("took back", by=by, what="calendar_feed", what_id=feed.pk)
    feed.delete()


def feed_behind(token: str, place: str) -> CalendarFeed | None:
    """The feed of an address, of somebody who works here today and carries cases; else None, whatever the reason.
    `place` is where the request comes from. Raises TooOften."""
    mark = _hash(token[:200])
    found = next(iter(_feeds(mark=mark)), None)
    if found is None or not constant_time_compare(found.token_hash, mark) or not _works_here(found.user):
        _count(f"feed-miss-{place}", MISSES_AN_HOUR)
        return None
    _count(f"feed-read-{found.pk}", READS_AN_HOUR)
    today = timezone.localdate()
    if found.read_on != today:
        CalendarFeed.objects.filter(pk=found.pk).update(read_on=today)
    return found


@prepared(mark=WORDS)
def _feeds(mark: str) -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.select_related("user__practice").filter(token_hash=mark)


def _works_here(user: User) -> bool:
    return user.is_active and user.is_clinical


def _count(what: str, most: int) -> None:
    """Counts one. Raises TooOften beyond `most` in an hour."""
    key = f"{what}-{int(timezone.now().timestamp()) // _HOUR}"
    count = cache.get(key, 0) + 1
    cache.set(key, count, _HOUR)  # `incr` would keep it for the cache's own five minutes
    if count > most:
        raise TooOften
