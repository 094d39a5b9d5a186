"""What stands beside an entry on its page: where it came from, own reviews, its neighbours, its words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planner.library import alike, glossary, reviews
from planner.library.models import Intervention, InterventionEdition
from planner.practice.models import User


def of(row: Intervention, edition: InterventionEdition, user: User) -> dict[str, Any]:
    """The context of library/_provenance.html and library/_beside.html. At most six queries."""
    own = reviews.of(row, user)
    return {
        "arrival": getattr(row, "arrival", None),
        "own_reviews": own,
        "reviewed_now": any(review.edition_id == edition.pk for review in own),
        "alike": alike.alike(row, user),
        "terms": glossary.used_in(_texts(edition.content)) if row.language == "en" else [],
    }


def _texts(content: Any) -> Iterator[str]:
    """Every text of a piece of content."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for part in content.values():
            yield from _texts(part)
    elif isinstance(content, list):
        for part in content:
            yield from _texts(part)
