"""Python's collector of garbage in a process that answers people: what is there from the start is never looked through
again, and what pages leave behind is looked through less often. A page of a case makes ten thousand small things, most
of which go by themselves; to be interrupted by the collector a dozen times takes it a twelfth of its time."""

from __future__ import annotations

import gc
from typing import Any

from django.core.signals import request_finished

LEFT = 10_000  # things left behind by pages before they are looked through, once an answer has gone out
YOUNG = 20_000  # things made and still there before the newest are looked through, where Python's own is 700
ROUNDS = (20, 50)  # of the newest before the older, of the older before the oldest


def settle() -> None:
    """Once, when everything is loaded and before anybody asks."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *ROUNDS)
    request_finished.connect(look_through)


def look_through(**_told: Any) -> None:
    """After an answer, while nobody waits for it: so that it seldom has to be in the midst of the next page. What has
    been there for longer gets its turn as it would without this."""
    young, older, oldest = gc.get_count()
    if young > LEFT:
        gc.collect(2 if oldest > ROUNDS[1] else 1 if older > ROUNDS[0] else 0)
