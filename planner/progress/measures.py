"""Which measures a practice has: those that ship and those it brought. A shipped one is never replaced."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import QuerySet

from planner.base.prepared import ID, prepared
from planner.practice.models import Practice
from planner.progress import instruments
from planner.progress.instruments import Measure
from planner.progress.models import OwnMeasure


@dataclass(frozen=True)
class Listed:
    """A measure of the list, with the row that brought it where it does not ship."""

    measure: Measure
    own: OwnMeasure | None = None


@lru_cache(maxsize=256)
def _read(content: str) -> Measure:
    return Measure.model_validate(json.loads(content))


def of_row(row: OwnMeasure) -> Measure:
    """The measure that a row holds."""
    return _read(json.dumps(row.content, sort_keys=True))


def all_of(practice: Practice) -> list[Listed]:
    """What the practice can use today: shipped ones, then its own, each in its newest version. One query."""
    listed = {measure.slug: Listed(measure) for measure in instruments.shipped().values()}
    own = {row.slug: row for row in _own(practice=practice.pk)}
    for slug, row in sorted(own.items()):
        if row.retired_at is None and slug not in listed:
            listed[slug] = Listed(of_row(row), row)
    return list(listed.values())


@prepared(practice=ID)
def _own(practice: int) -> QuerySet[OwnMeasure]:
    return OwnMeasure.objects.filter(practice=practice).order_by("pk")


def find(slug: str, practice: Practice | int, version: str = "") -> Measure | None:
    """The measure of that name, in the version where it is the practice's own; None where there is none. A retired one
    is found too: old ratings are still read with it."""
    if slug in instruments.shipped():
        return instruments.get(slug)
    practice_id = practice if isinstance(practice, int) else practice.pk
    rows = OwnMeasure.objects.filter(practice_id=practice_id, slug=slug)
    row = (rows.filter(version=version) if version else rows).order_by("pk").last()
    return of_row(row) if row else None


def usable(slug: str, practice: Practice) -> Measure | None:
    """The measure of that name that may be filled today; None for a retired one."""
    return next((listed.measure for listed in all_of(practice) if listed.measure.slug == slug), None)
