"""The collector of garbage leaves a process alone that answers people, and goes on with its work."""

from __future__ import annotations

import gc
import weakref

import pytest

from planner.base import garbage


@pytest.fixture
def as_before():
    threshold, frozen = gc.get_threshold(), gc.get_freeze_count()
    yield
    gc.set_threshold(*threshold)
    if not frozen:
        gc.unfreeze()


class Thing:
    """Something that holds on to itself: only the collector can take it away."""

    def __init__(self) -> None:
        self.me = self


def test_what_is_there_stays_and_what_comes_after_goes(as_before):
    there = Thing()
    kept = weakref.ref(there)
    garbage.settle()
    del there
    later = weakref.ref(Thing())
    gc.collect()
    assert gc.get_threshold() == (garbage.YOUNG, *garbage.ROUNDS)
    assert (kept() is None, later() is None) == (False, True)
