"""What stands on an intervention's page for making it one's own: favourite, tags, copies, drafts, the original."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from planner.base.prepared import ID, prepared
from planner.library import draft_actions
from planner.library.models import WRITERS, Draft, Favourite, Intervention, OwnTag
from planner.practice.models import User


def of(row: Intervention, user: User) -> dict[str, Any]:
    """Five queries, however many sheets and tags there are."""
    is_own = row.practice_id is not None
    sheets = row.worksheets.filter(retired_at=None).select_related("copied_from__worksheet") if is_own else []
    behind = [sheet for sheet in sheets if draft_actions.is_original_newer(sheet)]
    return {
        "is_own": is_own,
        "may_write": user.role in WRITERS,
        "is_favourite": bool(_favourite(by=user.pk, row=row.pk)),
        "own_tags": _tags(practice=user.practice_id, row=row.pk),
        "is_behind_original": is_own and draft_actions.is_original_newer(row),
        "sheets_behind": behind,
        "drafts": _drafts(row) if is_own else [],
        "own_copies": [] if is_own else _copies(user=user, row=row.pk),
    }


def _drafts(row: Intervention) -> list[Draft]:
    """Of its text and of its sheets."""
    rows = Draft.objects.filter(Q(intervention=row) | Q(worksheet__intervention=row, worksheet__retired_at=None))
    return list(rows.select_related("worksheet").order_by("pk"))


@prepared(row=ID)
def _copies(user: User, row: int) -> QuerySet[Intervention]:
    copies = Intervention.objects.visible_to(user).filter(practice_id=user.practice_id)
    return copies.filter(copied_from__intervention=row).order_by("pk")


@prepared(by=ID, row=ID)
def _favourite(by: int, row: int) -> QuerySet[Favourite]:
    return Favourite.objects.filter(by=by, intervention=row).order_by().values_list("pk", flat=True)[:1]


@prepared(practice=ID, row=ID)
def _tags(practice: int, row: int) -> QuerySet[OwnTag]:
    return OwnTag.objects.filter(practice=practice, intervention=row).values_list("text", flat=True)
