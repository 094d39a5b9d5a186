"""Where people keep what they use: a person's favourites, a practice's tags, a practice's own entries."""

from __future__ import annotations

from django.db.models import QuerySet

from planner.base.prepared import ID, prepared
from planner.base.text import clean_line
from planner.library.models import Favourite, OwnTag
from planner.practice.models import User

LONGEST_TAG = 40
MOST_TAGS = 12  # of one intervention, and of one search


def tags_of(texts: list[str]) -> tuple[str, ...]:
    """Tags as they may stand in an address."""
    return tuple(dict.fromkeys(text for text in map(clean_line, texts[:MOST_TAGS]) if 0 < len(text) <= LONGEST_TAG))


def shelves(user: User) -> tuple[set[int], dict[str, set[int]]]:
    """The person's favourites, and for each of the practice's tags the interventions that carry it. Two queries."""
    kept = set(_favourites(by=user.pk))
    tags: dict[str, set[int]] = {}
    for pk, text in _tags(practice=user.practice_id):
        tags.setdefault(text, set()).add(pk)
    return kept, tags


@prepared(by=ID)
def _favourites(by: int) -> QuerySet[Favourite]:
    return Favourite.objects.filter(by=by).values_list("intervention_id", flat=True)


@prepared(practice=ID)
def _tags(practice: int) -> QuerySet[OwnTag]:
    return OwnTag.objects.filter(practice=practice).values_list("intervention_id", "text")
