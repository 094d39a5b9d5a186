"""The periodic work: reminders that come up, the weekly digest. One command for the system's timer, and the running
server itself where there is no timer. Safe to run at any hour, twice, and at once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import close_old_connections
from django.utils import timezone

from planner.boosters import digest, reminders

logger = logging.getLogger(__name__)
#: Seconds between two rounds of the running server. Waiting is by the monotonic clock: a clock that is set neither
#: doubles a round nor leaves one out.
EVERY = 600


@dataclass(frozen=True)
class Done:
    """What one round did."""

    reminders: int
    digests: int


def go(now: datetime | None = None) -> Done:
    """One round. A part that breaks is logged and does not stop the other."""
    now = now or timezone.now()
    return Done(reminders=_safely(reminders.make, now), digests=_safely(digest.mail_all, now))


def _safely(work: Callable[[datetime], int], now: datetime) -> int:
    try:
        return work(now)
    except Exception:
        logger.exception("a part of the rounds failed")
        return 0


def keep_going(over: threading.Event, every: float = EVERY) -> None:
    """Rounds until `over` is set, in a thread of the running server with connections of its own."""
    while not over.wait(every):
        close_old_connections()
        go()
        close_old_connections()
