"""A practice's own review of an entry, beside what its pack says of itself."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from planner.base.prepared import ID, prepared
from planner.library.models import Intervention, InterventionEdition, OwnReview
from planner.practice.models import User
from planner.practice.trail import record


@transaction.atomic
def write(*, by: User, edition: InterventionEdition, reviewer: str, on: date, note: str = "") -> OwnReview:
    """Keeps that `reviewer` has read this edition on this day."""
    review = OwnReview.objects.create(practice=by.practice, edition=edition, reviewer=reviewer, on=on, note=note, by=by)
    detail = {"edition": edition.number, "on": on.isoformat()}
    record("reviewed", by=by, what="intervention", what_id=edition.intervention_id, detail=detail)
    return review


def of(row: Intervention, user: User) -> list[OwnReview]:
    """The practice's reviews of the entry, newest first, whichever edition they were of. One query."""
    return _reviews(user=user, row=row.pk)


@prepared(row=ID)
def _reviews(user: User, row: int) -> QuerySet[OwnReview]:
    return OwnReview.objects.visible_to(user).filter(edition__intervention=row).select_related("edition")
