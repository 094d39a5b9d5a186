"""The collector of garbage leaves a process alone that answers people, and goes on with its work."""

from __future__ import annotations

import gc
import weakref

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections

from planner.base import garbage


@pytest.fixture
def as_before():
    threshold, frozen = gc.get_threshold(), gc.get_freeze_count()
    request_finished.disconnect(close_old_connections)  # no page was answered here: there is none to close
    yield
    request_finished.connect(close_old_connections)
    gc.set_threshold(*threshold)
    request_finished.disconnect(garbage.look_through)
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


@pytest.mark.parametrize(("how_many", "gone"), [(garbage.LEFT // 2, False), (garbage.LEFT + 1, True)])
def test_what_pages_left_behind_goes_between_answers_once_it_is_much(as_before, how_many, gone):
    garbage.settle()
    things = [Thing() for _ in range(how_many)]
    left = weakref.ref(things[0])
    del things
    assert left() is not None, "the collector did not wait for the answer"
    request_finished.send(sender=None)
    assert (left() is None) == gone


def test_what_has_been_there_for_longer_goes_in_its_turn(as_before):
    """Else it never would: what is looked through between answers leaves the collector nothing to begin with."""
    garbage.settle()
    thing = Thing()
    gc.collect(0)  # it is still in use then, and counts as older from now on
    left = weakref.ref(thing)
    del thing
    rounds = 0
    while left() is not None and rounds < 2 * garbage.ROUNDS[0]:
        things = [Thing() for _ in range(garbage.LEFT + 1)]
        del things
        request_finished.send(sender=None)
        rounds += 1
    assert garbage.ROUNDS[0] <= rounds <= garbage.ROUNDS[0] + 2
