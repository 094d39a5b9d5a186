"""What was filled in before, by sheet: so that a new sheet need not ask again what is known already.

A room that keeps filled sheets registers a source; a room that prefills asks. Neither knows the other, and this room
knows neither's words: a sheet is named by its slug, a field by its name.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Filled:
    """One sheet as one person filled it in: field name -> value, and the day."""

    slug: str
    values: dict[str, Any]
    on: datetime.date


#: (id of the case, id of the person, slugs) -> what that person filled in there, the newest of each sheet.
Source = Callable[[int, int, frozenset[str]], Iterable[Filled]]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Adds a source once; used as a decorator."""
    if source not in _sources:
        _sources.append(source)
    return source


def latest(case_id: int, person_id: int, slugs: Iterable[str]) -> dict[str, Filled]:
    """Slug -> the newest that this person filled in, in this case, from every source. Never another person's."""
    wanted = frozenset(slugs)
    found: dict[str, Filled] = {}
    if not wanted:
        return found
    for source in _sources:
        for filled in source(case_id, person_id, wanted):
            if filled.slug not in found or filled.on > found[filled.slug].on:
                found[filled.slug] = filled
    return found
